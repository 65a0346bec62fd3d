# SPDX-License-Identifier: BSD-2-Clause
"""Check peers and strangers whose correct BGP is harmful: silent, slow, greedy,
endless. A timer or a limit ends all of it, the agent's memory does not grow, and
other neighbors do not notice.

Time limits are protocol timers with room for a busy machine; measurements are
printed. LONG=1 runs the long tests in full length, which takes minutes.
"""

import concurrent.futures
import contextlib
import itertools
import math
import os
import signal
import socket
import threading
import time
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.topology import HEADGATE_AS
from raw_lab import (BACKEND_AS, BACKENDS, HEADGATE, NEXT_HOP, UPSTREAM,
                     UPSTREAM_AS, RawCase, announcement, memory_bound, tell,
                     withdrawal)
from raw_speaker import Speaker, read_all, reset, tcp_socket, wait_for

LONG = bool(os.environ.get("LONG"))
VIP = "192.0.2.1/32"
TAG = 65001

HOLD_SECONDS = 3
HOLD_LATEST = 3.6  # 3.0 to 3.3 on an idle machine
UPDATE_LATEST = 0.5
MEMORY_NOISE = 1024  # kilobytes
LOG_BURST = 10  # lines about one neighbor, then one in each window
LOG_WINDOW_SECONDS = 10
CONTROL_TIMEOUT = 5  # HG_CTL_TIMEOUT_S


class Silence(RawCase):
    """Hold time 3 with each kind of silent neighbor, at once."""

    STATIC, INTERNAL = "10.1.0.101", "10.1.0.102"
    options = {
        "neighbors": (BACKENDS, UPSTREAM,
                      f"{STATIC},as=65001,role=backend,passive",
                      f"{INTERNAL},as=internal,role=backend,passive"),
        "addresses": (STATIC, INTERNAL, "10.1.0.12", "10.1.0.13",
                      "10.1.0.14"),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measured = {}
        cls.longest = 0
        cls.watch_all()

    @classmethod
    def watch_all(cls):
        """Send the last bytes of every session, then watch them together."""
        who = {"dynamic": (NEXT_HOP, BACKEND_AS),
               "static": (cls.STATIC, BACKEND_AS),
               "internal": (cls.INTERNAL, HEADGATE_AS),
               "dribbling": ("10.1.0.12", BACKEND_AS),
               "half a message": ("10.1.0.13", BACKEND_AS),
               "before the KEEPALIVE": ("10.1.0.14", BACKEND_AS)}
        speakers, last_words = {}, {}
        for name, (address, as_number) in who.items():
            speakers[name] = cls.greet(name, address, as_number)
            last_words[name] = time.monotonic()
        speakers["half a message"].send(bgp.keepalive()[:10])
        cls.speakers += speakers.values()
        cls.read_to_the_end(speakers)
        for name, speaker in speakers.items():
            if speaker.closed_at:
                cls.measured[name] = (speaker.closed_at - last_words[name],
                                      speaker.notification)
        cls.speakers_seen = speakers

    @classmethod
    def greet(cls, name, address, as_number):
        if name != "before the KEEPALIVE":
            return cls.lab.establish(address, as_number,
                                     hold_time=HOLD_SECONDS)
        speaker = cls.lab.dial(address)
        speaker.send(bgp.open_message(as_number, address,
                                      hold_time=HOLD_SECONDS))
        speaker.wait_for_message(bgp.KEEPALIVE)
        return speaker

    @classmethod
    def read_to_the_end(cls, speakers):
        """Read until each session ends. Meanwhile the dribbler sends a byte of
        an UPDATE each second, and the bystander announces."""
        dribble = iter(announcement(VIP, BACKEND_AS))
        start = next_byte = time.monotonic()
        watched = list(speakers.values())
        while (time.monotonic() < start + HOLD_LATEST + 1
               and not all(s.closed for s in watched)):
            if time.monotonic() > next_byte:
                next_byte += 1
                speakers["dribbling"].send(bytes([next(dribble)]))
            cls.longest = max(cls.longest, cls.measure_update(watched))
            read_all([*watched, cls.observer, cls.bystander], 0.02)

    def check(self, name):
        self.assertIn(name, self.measured, "still there")
        seconds, told = self.measured[name]
        tell(f"hold time {HOLD_SECONDS}, {name}: gone after {seconds:.2f} s")
        self.assertEqual(told, (4, 0, b""))
        self.assertGreaterEqual(seconds, HOLD_SECONDS - 0.01)
        self.assertLessEqual(seconds, HOLD_LATEST)

    def test_dynamic_neighbor_is_gone_at_its_hold_time(self):
        self.check("dynamic")

    def test_static_neighbor_is_gone_at_its_hold_time(self):
        self.check("static")

    def test_internal_neighbor_is_gone_at_its_hold_time(self):
        self.check("internal")

    def test_neighbor_that_dribbles_is_gone_at_its_hold_time(self):
        self.check("dribbling")

    def test_half_a_message_is_silence(self):
        self.check("half a message")

    def test_silence_after_the_open_ends_at_the_hold_time(self):
        self.check("before the KEEPALIVE")

    def test_keepalives_came_three_in_a_hold_time(self):
        for name in ("dynamic", "static", "internal"):
            count = len(self.speakers_seen[name].received(bgp.KEEPALIVE))
            self.assertIn(count, range(3, 7), name)

    def test_others_were_not_held_up(self):
        tell(f"silent peers: longest update of another {self.longest:.3f} s")
        self.assertLess(self.longest, UPDATE_LATEST)
        self.check_bystanders()


class Paused(RawCase):
    """The agent is stopped for longer than the hold time. Its peers sent
    KEEPALIVEs meanwhile: no session may end."""

    SECONDS = HOLD_SECONDS + 1

    def test_hold_time_is_about_what_was_sent_not_about_when_it_is_read(self):
        speaker = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS,
                                               hold_time=HOLD_SECONDS))
        speaker.send(announcement(VIP, BACKEND_AS))
        self.measure_update()
        agent = self.lab.headgate.process
        agent.signal_group(signal.SIGSTOP)
        try:
            for _ in range(self.SECONDS * 2):
                time.sleep(0.5)
                speaker.send(bgp.keepalive())
        finally:
            agent.signal_group(signal.SIGCONT)
        self.measure_update([speaker])
        self.assertFalse(speaker.closed, speaker.notification)
        self.assertIn(VIP, self.observer.table)
        self.check_bystanders()


class Busy(RawCase):
    """A neighbor has a hold time of 3 seconds, while another one announces and
    withdraws a whole table again and again, and a client reads the table."""

    SHORT, KEEPER = "10.1.0.101", "10.1.0.12"
    PREFIXES, IN_ONE = 100000, 500
    SECONDS = 6
    UPDATE_LATEST = 1.5  # seconds, behind a whole table
    options = {
        "neighbors": (BACKENDS, UPSTREAM,
                      f"{SHORT},as=65001,role=backend,passive,hold-time=3"),
        "addresses": (SHORT, KEEPER),
    }

    def table(self):
        """Return a table outside of --vip: received, kept, not steered."""
        prefixes = [f"{10 + n // 65536}.{n // 256 % 256}.{n % 256}.1/32"
                    for n in range(self.PREFIXES)]
        return [prefixes[at:at + self.IN_ONE]
                for at in range(0, self.PREFIXES, self.IN_ONE)]

    def keep_talking(self, speaker, end):
        """Send KEEPALIVEs; return the longest time without one of the
        agent's."""
        longest, last = 0, time.monotonic()
        heard = len(speaker.received(bgp.KEEPALIVE))
        while not end.is_set() and not speaker.closed:
            speaker.send(bgp.keepalive())
            read_all([speaker], 0.2)
            now = time.monotonic()
            longest = max(longest, now - last)
            if len(speaker.received(bgp.KEEPALIVE)) > heard:
                heard, last = len(speaker.received(bgp.KEEPALIVE)), now
        return longest

    def show_routes(self, end):
        """Show routes again and again; return the number of answers, the most
        routes, the longest time. Answers are checked in form but not parsed:
        parsing would take processor time from the agent."""
        lines, most, longest = 0, 0, 0
        while not end.is_set():
            start = time.monotonic()
            line = ask_raw(self.lab.headgate.socket, "routes")
            longest = max(longest, time.monotonic() - start)
            self.assertTrue(line.startswith(b'{"routes":[{"prefix":'))
            self.assertRegex(line[-32:], rb'}\],"schema":[0-9]+}\n$')
            lines, most = lines + 1, max(most, line.count(b'{"prefix":'))
        return lines, most, longest

    def load(self, end):
        """Announce and withdraw the whole table; return how many times."""
        backend = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        table = self.table()
        loads = [b"".join(announcement(part, BACKEND_AS) for part in table),
                 b"".join(withdrawal(*part) for part in table)]
        for times in itertools.count():
            if end.is_set():
                self.assertFalse(backend.closed)
                backend.reset()
                return times / 2
            backend.send(loads[times % 2])

    def watch(self, *tasks):
        """Run the load and `tasks` side by side; return their results."""
        short = self.keep(self.lab.dial(self.SHORT))
        short.establish(BACKEND_AS, self.SHORT, hold_time=HOLD_SECONDS)
        end, all_ended = threading.Event(), threading.Event()
        with concurrent.futures.ThreadPoolExecutor(2 + len(tasks)) as pool:
            talk = pool.submit(self.keep_talking, short, all_ended)
            load = pool.submit(self.load, end)
            others = [pool.submit(task, end) for task in tasks]
            try:
                slowest = self.watch_updates(self.SECONDS)
            finally:
                end.set()
                # The last answer may take longer than the hold time.
                concurrent.futures.wait([load, *others])
                all_ended.set()
            silence = talk.result()
        tell(f"{self.PREFIXES} routes come and go {load.result()} times: "
             f"slowest update of another {slowest:.3f} s, longest silence "
             f"{silence:.2f} s")
        self.assertFalse(short.closed, short.notification)
        self.assertLess(silence, HOLD_SECONDS)
        self.assertLess(slowest, self.UPDATE_LATEST)
        self.assertEqual(self.lab.state(self.SHORT), "Established")
        self.check_bystanders()
        short.reset()
        return [other.result() for other in others]

    def test_its_session_stays(self):
        self.watch()

    def keep_table(self):
        """Announce the whole table from a second neighbor, whose paths stay,
        so that a request always shows all routes."""
        keeper = self.keep(self.lab.establish(self.KEEPER, BACKEND_AS))
        keeper.send(*(announcement(part, BACKEND_AS, next_hop=self.KEEPER)
                      for part in self.table()))
        wait_for([keeper], lambda: self.lab.headgate.neighbor(self.KEEPER)[
            "prefixes_received"] == self.PREFIXES, 10, "the keeper's table")
        self.addCleanup(keeper.reset)

    def test_its_session_stays_while_all_routes_are_shown(self):
        self.keep_table()
        [(lines, most, longest)] = self.watch(self.show_routes)
        tell(f"show routes {lines} times, at most {most} routes, at most "
             f"{longest:.2f} s")
        self.assertGreaterEqual(most, self.PREFIXES)

    def test_requests_behind_all_routes_are_answered_in_order(self):
        """Also after the client has shut down its direction."""
        self.keep_table()
        with ask(self.lab.headgate.socket, "routes", "status",
                 "routes", "groups") as sock:
            sock.shutdown(socket.SHUT_WR)
            lines = sock.makefile("rb").readlines()
        self.assertEqual([line[:9] for line in lines], [
            b'{"routes"', b'{"status"', b'{"routes"', b'{"groups"'])
        self.assertEqual([line[-2:] for line in lines], [b"}\n"] * 4)

    def test_who_asks_for_all_routes_and_does_not_read_is_dropped(self):
        self.keep_table()
        memory = self.lab.memory()
        with contextlib.ExitStack() as stack:
            socks = [stack.enter_context(ask(self.lab.headgate.socket,
                                             "routes")) for _ in range(4)]
            socks.pop().close()  # and one is gone at once
            slowest = self.watch_updates(CONTROL_TIMEOUT + 1)
            grown = self.lab.memory() - memory
            lines = [sock.makefile("rb").readline() for sock in socks]
        tell(f"show routes not read: slowest update of another {slowest:.3f} "
             f"s, memory {grown:+} kB")
        for line in lines:
            self.assertTrue(line.startswith(b'{"routes":[{"prefix":'))
            self.assertFalse(line.endswith(b"\n"))
        self.assertLess(grown, memory_bound(16 * MEMORY_NOISE))
        self.check_bystanders()


def ask(path, *things):
    """Return a control socket with requests to show these."""
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(20)
    sock.connect(path)
    sock.send("".join(f'{{"request":"show","what":"{thing}"}}\n'
                      for thing in things).encode())
    return sock


def ask_raw(path, what):
    """Return the agent's answer, as bytes."""
    with ask(path, what) as sock:
        return sock.makefile("rb").readline()


class ZeroWindow(RawCase):
    """A second upstream sends KEEPALIVEs and never reads (RFC 9687)."""

    DEAF = "10.1.0.101"
    SEND_HOLD = 4
    PREFIXES = 4000
    options = {
        "neighbors": (BACKENDS, UPSTREAM,
                      f"{DEAF},as={UPSTREAM_AS},role=upstream,passive,"
                      f"hold-time=3,send-hold-time={SEND_HOLD}"),
        "addresses": (DEAF,), "vips": ("192.0.2.0/24", "10.128.0.0/16"),
    }

    def churn(self, backend, serial):
        """Announce many prefixes, each with its own communities."""
        for number in range(self.PREFIXES):
            backend.send(announcement(
                f"10.128.{number // 256}.{number % 256}/32", BACKEND_AS,
                tags=[(serial, number), *((serial, n) for n in range(20))]))

    def has_all(self, deaf):
        self.try_keepalive(deaf)
        neighbor = self.lab.headgate.neighbor(NEXT_HOP)
        return neighbor["prefixes_received"] >= self.PREFIXES

    def test_it_is_dropped_and_others_are_not_delayed(self):
        backend = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        deaf = self.keep(self.lab.dial(self.DEAF, receive_buffer=2048))
        deaf.establish(UPSTREAM_AS, self.DEAF)
        self.churn(backend, 1)
        start = time.monotonic()
        wait_for([backend, self.observer, self.bystander],
                 lambda: self.has_all(deaf), 3, "all prefixes")
        memory = self.lab.memory()
        longest, dropped = 0, None
        while not dropped and time.monotonic() < start + 3 * self.SEND_HOLD:
            self.try_keepalive(deaf)
            longest = max(longest, self.watch_updates(0.1, others=[backend]))
            if self.lab.state(self.DEAF) != "Established":
                dropped = time.monotonic() - start
        grown = self.lab.memory() - memory
        tell(f"zero window: dropped after {dropped or 0:.2f} s, longest "
             f"update of another {longest:.3f} s, memory {grown:+} kB")
        self.assertIsNotNone(dropped, "it is still there")
        self.assertGreater(dropped, self.SEND_HOLD - 1)
        self.assertLess(dropped, self.SEND_HOLD + 2)
        self.assertLess(longest, UPDATE_LATEST)
        self.assertLess(grown, memory_bound(4 * MEMORY_NOISE))
        self.assertIn("8/0", self.lab.headgate.neighbor(
            self.DEAF)["last_error"])
        self.check_bystanders()

    @staticmethod
    def try_keepalive(speaker):
        """Send a KEEPALIVE without Speaker.send(), which reads on failure."""
        try:
            speaker.sock.send(bgp.keepalive())
        except OSError:
            pass


class Strangers(RawCase):
    """Connections that lead nowhere."""

    STRANGER = "10.1.0.200"
    OPEN_SECONDS = 10  # time limit for the OPEN of a dynamic neighbor
    LIMIT = 8
    SOURCES = [f"10.1.0.{128 + number}" for number in range(24)]
    options = {"neighbors": (BACKENDS, UPSTREAM,
                             f"10.1.0.128/27,role=backend,limit={LIMIT}"),
               "addresses": (STRANGER, *SOURCES)}

    def connect(self, source):
        """Return a connected socket, or None if TCP was refused."""
        sock = tcp_socket(self.lab.peers, source)
        sock.settimeout(5)
        try:
            sock.connect((HEADGATE, 179))
        except OSError:
            sock.close()
            return None
        return sock

    def wait_open(self, sockets, most):
        """Wait until the agent, which accepts some in each turn, has closed all
        but `most` sockets; return those that are left."""
        left = list(sockets)

        def few():
            left[:] = [s for s in left if not ended(s)]
            return len(left) <= most
        wait_for([self.observer, self.bystander], few, 5,
                 f"at most {most} half-open connections")
        self.measure_update()
        return [s for s in left if not ended(s)]

    def test_ten_thousand_connections_of_a_stranger_cost_nothing(self):
        memory = None
        start = time.monotonic()
        for number in range(10000):
            sock = self.connect(self.STRANGER)
            if sock:
                reset(sock)
            if number == 1000:
                memory = self.lab.memory()
            if number % 500 == 0:
                self.measure_update()
        seconds = time.monotonic() - start
        grown = self.lab.memory() - memory
        tell(f"10000 connections of a stranger in {seconds:.1f} s: memory "
             f"{grown:+} kB")
        self.assertLess(grown, memory_bound(MEMORY_NOISE))
        self.assertIsNone(self.lab.headgate.neighbor(self.STRANGER))
        refused = [line for line in self.lab.headgate.log_tail(10 ** 6)
                   .splitlines() if self.STRANGER in line]
        windows = math.ceil(seconds / LOG_WINDOW_SECONDS)
        self.assertLessEqual(len(refused), LOG_BURST + windows)
        self.check_bystanders()

    def test_half_open_connections_of_one_source_are_few(self):
        sockets = [self.connect(self.SOURCES[0]) for _ in range(100)]
        sockets = [s for s in sockets if s]
        left = self.wait_open(sockets, 4)
        tell(f"half-open connections of one source: {len(left)} of 100")
        self.assertLessEqual(len(left), 4)
        for sock in sockets:
            reset(sock)
        self.check_bystanders()

    def test_half_open_connections_of_a_prefix_are_few(self):
        sockets = [s for s in map(self.connect, self.SOURCES) if s]
        left = self.wait_open(sockets, self.LIMIT)
        tell(f"half-open connections of a prefix: {len(left)} of "
             f"{len(self.SOURCES)}")
        self.assertLessEqual(len(left), self.LIMIT)
        for sock in sockets:
            reset(sock)
        self.check_bystanders()

    def test_half_open_connections_give_their_places_back(self):
        sockets = [s for s in map(self.connect, self.SOURCES) if s]
        self.measure_update()
        for sock in sockets:
            reset(sock)
        source = self.SOURCES[-1]
        speaker = self.keep(self.lab.establish(source, BACKEND_AS))
        self.assertEqual(self.lab.state(source), "Established")
        speaker.close()

    def test_half_open_connections_do_not_keep_a_real_peer_out(self):
        """The real peer takes the place of the connection silent for longest."""
        sockets = [s for s in map(self.connect, self.SOURCES[:-1]) if s]
        self.measure_update()
        source = self.SOURCES[-1]
        speaker = self.keep(self.lab.establish(source, BACKEND_AS))
        self.assertEqual(self.lab.state(source), "Established")
        again = [s for s in map(self.connect, self.SOURCES[:-1]) if s]
        self.measure_update([speaker])
        self.assertFalse(speaker.closed)
        self.wait_open(sockets + again, self.LIMIT - 1)
        self.assertFalse(speaker.closed)
        for sock in sockets + again:
            reset(sock)
        speaker.close()
        self.check_bystanders()

    def test_connections_without_an_open_end_by_a_timer(self):
        """Also while the OPEN arrives, a byte each second."""
        silent, dribbling = map(self.connect, self.SOURCES[1:3])
        opening = iter(bgp.open_message(BACKEND_AS, self.SOURCES[2]))
        start = time.monotonic()
        for _ in range(self.OPEN_SECONDS + 2):
            if ended(silent) and ended(dribbling):
                break
            dribbling.send(bytes([next(opening)]))
            time.sleep(1)
        tell(f"no OPEN: closed after {time.monotonic() - start:.0f} s")
        self.assertTrue(ended(silent))
        self.assertTrue(ended(dribbling))
        self.check_bystanders()


def ended(sock):
    """Read the input; return True if the other side has closed."""
    sock.setblocking(False)
    try:
        while True:
            if not sock.recv(4096):
                return True
    except BlockingIOError:
        return False
    except OSError:
        return True


class Memory(RawCase):
    """Memory after many cycles of announcing and withdrawing."""

    PREFIXES, IN_UPDATE = 10000, 10
    WARM, CYCLES = 5, 200 if LONG else 20
    options = {"vips": ("192.0.2.0/24", "10.128.0.0/16")}

    def announce_all(self, backend, cycle):
        """Announce all prefixes, each UPDATE with new communities."""
        for first in range(0, self.PREFIXES, self.IN_UPDATE):
            backend.send(announcement(
                self.prefixes[first:first + self.IN_UPDATE], BACKEND_AS,
                tags=[(cycle, first), (cycle, first + 1), (TAG, cycle)]))
            if first % 1000 == 0:
                read_all([self.observer, self.bystander, backend], 0)

    def cycle(self, backend, number):
        self.announce_all(backend, number)
        wait_for([self.observer, self.bystander, backend],
                 lambda: len(self.observer.table) > self.PREFIXES, 20,
                 "all announced")
        for first in range(0, self.PREFIXES, 500):
            backend.send(withdrawal(*self.prefixes[first:first + 500]))
        wait_for([self.observer, self.bystander, backend],
                 lambda: len(self.observer.table) == 1, 20, "all withdrawn")

    def test_it_stays_flat_after_the_fifth_cycle(self):
        self.prefixes = [f"10.128.{n // 256}.{n % 256}/32"
                         for n in range(self.PREFIXES)]
        backend = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        start, memory = time.monotonic(), []
        for number in range(self.CYCLES):
            self.cycle(backend, number)
            memory.append(self.lab.memory())
        grown = memory[-1] - memory[self.WARM - 1]
        tell(f"{self.CYCLES} cycles of {self.PREFIXES} prefixes in "
             f"{time.monotonic() - start:.1f} s: "
             f"{memory[self.WARM - 1]} kB after the fifth, {grown:+} kB since")
        self.assertLess(grown, memory_bound(MEMORY_NOISE))
        self.check_bystanders()


class Flapping(RawCase):

    SECONDS = 10

    def flap(self):
        """Establish a session, announce, close: ten times a second."""
        now = time.monotonic()
        if now < self.next_flap:
            return
        self.next_flap = now + 0.1
        if self.speaker:
            self.speaker.reset()
        self.speaker = self.lab.dial(NEXT_HOP)
        self.speaker.send(bgp.open_message(BACKEND_AS, NEXT_HOP),
                          bgp.keepalive(), announcement(VIP, BACKEND_AS))
        self.flaps += 1

    def test_ten_times_a_second_does_not_disturb_others(self):
        self.speaker, self.next_flap, self.flaps = None, 0, 0
        seen = self.observer.updates
        longest = self.watch_updates(self.SECONDS, self.flap)
        memory = self.lab.memory()
        longest = max(longest, self.watch_updates(1, self.flap))
        tell(f"{self.flaps} flaps: longest update of another {longest:.3f} s, "
             f"memory {self.lab.memory() - memory:+} kB in the last second")
        self.assertLess(longest, UPDATE_LATEST)
        self.assertLess(self.lab.memory() - memory, memory_bound(MEMORY_NOISE))
        self.assertGreater(self.observer.updates, seen)
        self.speaker.reset()
        self.check_bystanders()

    def test_it_may_come_back_at_once(self):
        """A passive neighbor gets no penalty."""
        for _ in range(5):
            self.lab.establish(NEXT_HOP, BACKEND_AS).reset()
        start = time.monotonic()
        self.lab.establish(NEXT_HOP, BACKEND_AS).reset()
        self.assertLess(time.monotonic() - start, 1)

    def test_new_attributes_do_not_shake_the_route(self):
        """An announcement replaces another without a withdrawal; the next hop
        stays alive."""
        speaker = self.lab.establish(NEXT_HOP, BACKEND_AS)
        withdrawn = []
        take_update = self.observer.take_update

        def watch(update):
            withdrawn.extend(update.withdrawn)
            take_update(update)
        self.observer.take_update = watch
        for tag in range(1, 6):
            speaker.send(announcement(VIP, BACKEND_AS, tags=[(TAG, tag)]))
            wait_for([speaker, self.observer, self.bystander],
                     lambda wanted=(TAG, tag): self.observer.has(VIP, wanted),
                     5, "announced")
        self.observer.take_update = take_update
        speaker.reset()
        self.assertEqual(withdrawn, [])


class Crowd(RawCase):
    """A hundred neighbors at once, one more than --maximum-paths."""

    SOURCES = [f"10.1.1.{number}" for number in range(1, 101)]
    options = {"neighbors": (BACKENDS, UPSTREAM, "10.1.1.0/24,role=backend"),
               "flags": ("--maximum-paths", "99")}

    @classmethod
    def before_start(cls):
        cls.lab.host.ip("address add 10.1.1.254/24 dev lan")
        cls.lab.peers.ip(*(f"address add {source}/24 dev lan"
                           for source in cls.SOURCES))

    def connect(self, source):
        sock = tcp_socket(self.lab.peers, source)
        sock.setblocking(False)
        sock.connect_ex((HEADGATE, 179))
        return self.keep(Speaker(sock))

    def test_they_all_come_up_and_announce(self):
        start = time.monotonic()
        speakers = [self.connect(source) for source in self.SOURCES]
        for source, speaker in zip(self.SOURCES, speakers):
            speaker.send(bgp.open_message(BACKEND_AS, source,
                                          hold_time=90), bgp.keepalive(),
                         announcement(VIP, BACKEND_AS, next_hop=source))
        everyone = [*speakers, self.observer, self.bystander]
        wait_for(everyone, lambda: all(s.received(bgp.KEEPALIVE)
                                       for s in speakers), 10, "all greeted")
        route = wait_for(everyone, self.whole_route, 10,
                         "a path of each neighbor")
        tell(f"100 neighbors at once: {time.monotonic() - start:.2f} s until "
             f"all are up and {len(route['nexthops'])} next hops in use")
        self.assertEqual(len(self.lab.headgate.show("neighbors")), 102)
        self.check_bystanders()
        self.check_the_one_too_many(route, speakers, everyone)

    def check_the_one_too_many(self, route, speakers, everyone):
        """One waits, is counted, and takes the room that another one leaves."""
        waiting, = (p["neighbor"] for p in route["paths"]
                    if p["reason"] == "max_paths")
        self.assertEqual(self.above_maximum(), 1)
        for source, speaker in zip(self.SOURCES, speakers):
            if source != waiting:
                speaker.send(bgp.update(withdrawn=bgp.prefix(VIP)))
                break
        wait_for(everyone, lambda: self.lab.path(VIP, waiting)["selected"],
                 10, "the room is used")
        self.assertEqual(self.above_maximum(), 0)

    def above_maximum(self):
        return self.lab.headgate.show("status")["vips"]["above_maximum_paths"]

    def whole_route(self):
        """Return the route once it has all paths and a full multipath set."""
        route = self.lab.route(VIP)
        if (route and len(route["paths"]) == len(self.SOURCES)
                and len(route["nexthops"]) == 99):  # --maximum-paths
            return route
        return None


if __name__ == "__main__":
    unittest.main()
