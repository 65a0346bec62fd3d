# SPDX-License-Identifier: BSD-2-Clause
"""Check what a local user, a scraper or a log that is not read can do to the
agent: nothing to other neighbors and their packets.

Meanwhile a backend that behaves has traffic, of which no packet may be lost, and
its updates must reach the upstream. How late they are is printed; the bound is
far above what is measured, for machines under load.
"""

import contextlib
import errno
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import time

from lab_case import LabCase
import raw_bgp as bgp
from bystander_traffic import Traffic
from lab.agent import BUILD, REPOSITORY, START_SECONDS
from lab.system import PYTHON, TIME_SCALE, run, wait_until
from raw_lab import (BACKEND_AS, NEXT_HOP, RawCase, RawLab, announcement,
                     memory_bound, tell)
from raw_speaker import inside

MALFORMED = bgp.update(bgp.origin(7), bgp.as_path(BACKEND_AS),
                       bgp.next_hop(NEXT_HOP),
                       nlri=bgp.prefix("192.0.2.1/32"))
LATEST_UPDATE_S = 1
EXIT_REFUSED = 5
EXIT_NOT_PERMITTED = 4
HEARTBEAT = f"{REPOSITORY}/tests/bench/heartbeat.py"
OTHER = "10.1.0.12"
METRICS_PORT = 9472
MANY_VIPS = 4000
PEACE = 2  # seconds of measured updates, at least


class LocalCase(RawCase):
    """A lab with a bystander whose traffic is counted."""

    options = {"addresses": (OTHER,)}

    @contextlib.contextmanager
    def undisturbed(self):
        """Check that meanwhile no packet, session or update of the bystander
        suffers; yields a function that measures updates."""
        worst = 0

        def measure(seconds=PEACE):
            nonlocal worst
            worst = max(worst, self.watch_updates(seconds))
        with Traffic(self.lab, self.BYSTANDER_VIP.split("/", maxsplit=1)[0]
                     ) as traffic:
            measure(0.2)
            yield measure
            measure()
        tell(f"{traffic.sent} packets, {traffic.lost} lost; "
             f"longest update {1000 * worst:.1f} ms")
        self.assertGreater(traffic.sent, 0)
        self.assertEqual(traffic.lost, 0)
        self.assertLess(worst, LATEST_UPDATE_S)
        self.check_bystanders()

    def log(self):
        return self.lab.headgate.log_tail(10 ** 7).splitlines()


def start_with(headgate, **options):
    """Start the agent with other descriptors than the lab's."""
    headgate.process = headgate.namespace.start(
        [f"{BUILD}/headgate", *headgate.arguments], **options)
    wait_until(headgate.answers, START_SECONDS, "headgate's control socket")


def announce_many(server, as_number, next_hop):
    for at in range(0, MANY_VIPS, 250):
        server.send(announcement([f"172.16.{i >> 8}.{i & 255}/32"
                                  for i in range(at, at + 250)],
                                 as_number, next_hop=next_hop))


def fill_pipe(writer):
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"-" * 4095 + b"\n")
    os.set_blocking(writer, True)


class UnreadPipe(LocalCase):
    """stderr is a full pipe that a logger holds open and does not read."""

    @classmethod
    def before_start(cls):
        cls.reader, writer = os.pipe()
        cls.writer = os.dup(writer)
        cls.addClassCleanup(os.close, cls.writer)
        cls.addClassCleanup(os.close, cls.reader)

        def start():
            fill_pipe(writer)
            start_with(cls.lab.headgate, stdout=writer, stderr=writer)
            os.close(writer)
        cls.lab.headgate.start = start


class LogNotRead(UnreadPipe):

    def test_the_agent_goes_on_and_its_lines_come_when_the_pipe_is_read(self):
        with self.undisturbed() as measure:
            server = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
            server.send(MALFORMED * 500)
            measure()
        # The agent writes without waiting, and others that share the pipe do
        # not notice: their descriptor is as it was.
        self.assertTrue(os.get_blocking(self.writer))
        text = b""

        def has_come():
            nonlocal text
            os.set_blocking(self.reader, False)
            with contextlib.suppress(BlockingIOError):
                text += os.read(self.reader, 1 << 20)
            return f"{NEXT_HOP}: session up".encode() in text
        wait_until(has_come, 5, "the lines that waited")


class LogLost(UnreadPipe):
    """There are more lines than the agent keeps for later."""

    options = {
        "vips": ("192.0.2.0/24", "172.16.0.0/12"),
        "addresses": (OTHER,),
        "flags": ("--metrics", f"127.0.0.1:{METRICS_PORT}"),
    }

    def lost(self):
        page = self.lab.host.run(PYTHON, "-c",
                   "import urllib.request; print(urllib.request.urlopen("
                   f"'http://127.0.0.1:{METRICS_PORT}/metrics').read()"
                   ".decode())")
        return int(re.search(r"^headgate_log_lines_lost_total (\d+)$", page,
                             re.MULTILINE)[1])

    def test_lines_that_are_lost_are_a_metric(self):
        self.assertEqual(self.lost(), 0)
        with self.undisturbed() as measure:
            server = self.keep(self.lab.establish(OTHER, BACKEND_AS + 1))
            announce_many(server, BACKEND_AS + 1, OTHER)
            wait_until(self.lost, 30, "a lost line")
            measure()
        lost = self.lost()
        self.assertGreaterEqual(self.lab.headgate.show("status")[
            "log_lines_lost"], lost)


class LogDiskFull(LocalCase):
    """stderr is a file on a full disk."""

    @classmethod
    def before_start(cls):
        def start():
            with open("/dev/full", "w", encoding="ascii") as full:
                start_with(cls.lab.headgate, stdout=full, stderr=full)
        cls.lab.headgate.start = start

    def test_the_agent_goes_on(self):
        with self.undisturbed() as measure:
            server = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
            server.send(MALFORMED * 500)
            measure()


class NoDescriptors(LocalCase):
    """The agent is started without stdin, stdout and stderr."""

    @classmethod
    def before_start(cls):
        def start():
            headgate = cls.lab.headgate
            headgate.process = headgate.namespace.start(
                ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh",
                 f"{BUILD}/headgate", *headgate.arguments])
            wait_until(headgate.answers, START_SECONDS,
                       "headgate's control socket")
        cls.lab.headgate.start = start

    def test_no_socket_of_the_agent_gets_their_numbers(self):
        pid = self.lab.headgate.process.pid
        for number in range(3):
            self.assertEqual(os.readlink(f"/proc/{pid}/fd/{number}"),
                             "/dev/null")
        with self.undisturbed():
            pass


class LogFlood(LocalCase):
    """A neighbor does all it can to fill the log."""

    MANY = 20000

    def flooded(self, text):
        return [line for line in self.log() if text in line]

    def test_malformed_updates_are_a_few_lines_and_others_are_logged(self):
        with self.undisturbed() as measure:
            server = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
            for _ in range(self.MANY // 500):
                server.send(MALFORMED * 500)
                measure(0.01)
            other = self.lab.establish(OTHER, BACKEND_AS + 1)
            other.reset()
        self.assertLessEqual(len(self.flooded(f"{NEXT_HOP}: UPDATE")), 20)
        self.assertEqual(len(self.flooded(f"{OTHER}: session up")), 1)
        wait_until(lambda: self.flooded(f"{OTHER}: session down"), 5,
                   "the other server's end in the log")
        # The rest is reported, with its number.
        wait_until(lambda: [line for line in self.flooded(f"{NEXT_HOP}: UPDATE")
                            if " more in 1" in line], 15, "the summary")

    def test_a_wrong_as_that_reconnects_is_a_few_lines(self):
        before = len(self.log())
        count = 0
        end = time.monotonic() + 3
        with self.undisturbed() as measure:
            while time.monotonic() < end:
                speaker = self.lab.dial(OTHER)
                speaker.send(bgp.open_message(65330, OTHER))
                with contextlib.suppress(OSError):
                    while speaker.sock.recv(4096):
                        pass
                speaker.close()
                count += 1
                if count % 100 == 0:
                    measure(0.01)
        lines = [line for line in self.log()[before:] if OTHER in line]
        tell(f"{count} connections with a wrong AS: {len(lines)} lines")
        self.assertLessEqual(len(lines), 100)


REQUEST = b'{"request":"show","what":"counters"}\n'
MEMORY_LIMIT = memory_bound(16 << 10)  # kilobytes
# The bystander has one, or two while measure_update() adds another.
VIP_COUNTS = (MANY_VIPS + 1, MANY_VIPS + 2)


class Clients(LocalCase):
    """Clients of the control socket and of metrics, while there are thousands of
    VIPs."""

    options = {
        "vips": ("192.0.2.0/24", "172.16.0.0/12"),
        "addresses": (OTHER,),
        "flags": ("--metrics", f"127.0.0.1:{METRICS_PORT}"),
    }

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        server = cls.keep(cls.lab.establish(NEXT_HOP, BACKEND_AS))
        announce_many(server, BACKEND_AS, NEXT_HOP)
        wait_until(lambda: len(cls.lab.headgate.show("counters")["vips"])
                   == MANY_VIPS + 1, 60, "all VIPs in the tables")

    @contextlib.contextmanager
    def heartbeat(self, longest=0.5):
        """Check the longest stall of the loop, as bench-scale does."""
        with subprocess.Popen([PYTHON, HEARTBEAT, self.lab.headgate.socket],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as heart:
            time.sleep(0.1)
            yield
            heart.stdin.write("\n")
            heart.stdin.flush()
            report = json.loads(heart.stdout.readline())
            heart.stdin.close()
        tell(f"heartbeat: {report}")
        self.assertLess(report["longest_ms"], 1000 * longest * TIME_SCALE)

    def connect(self):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(20)
        sock.connect(self.lab.headgate.socket)
        self.addCleanup(sock.close)
        return sock

    def scrape(self):
        with inside(self.lab.host):
            sock = socket.socket()
        sock.settimeout(20)
        self.addCleanup(sock.close)
        sock.connect(("127.0.0.1", METRICS_PORT))
        return sock

    def test_a_burst_of_requests_is_answered_one_by_one_as_they_are_read(self):
        memory = self.lab.memory()
        with self.undisturbed() as measure, self.heartbeat():
            deaf = [self.connect() for _ in range(8)]
            for sock in deaf:
                sock.sendall(REQUEST * (16000 // len(REQUEST)))
            measure()
        tell(f"memory {self.lab.memory() - memory:+} kB")
        self.assertLess(self.lab.memory() - memory, MEMORY_LIMIT)
        # One that reads gets all answers, in order.
        reader = self.connect()
        reader.sendall(REQUEST * 10)
        lines = reader.makefile("rb")
        for _ in range(10):
            self.assertIn(
                len(json.loads(lines.readline())["counters"]["vips"]),
                VIP_COUNTS)

    def test_a_request_that_comes_byte_by_byte_has_a_deadline(self):
        slow = [self.connect() for _ in range(60)]
        start, closed = time.monotonic(), 0
        while closed < len(slow) and time.monotonic() - start < 12:
            closed = 0
            for sock in slow:
                try:
                    sock.send(b"{")
                except OSError:
                    closed += 1
            self.measure_update()
            time.sleep(0.3)
        tell(f"{closed} slow requests ended after "
             f"{time.monotonic() - start:.1f} s")
        self.assertEqual(closed, len(slow))
        self.assertEqual(self.lab.headgate.ctl("show", "status").returncode, 0)

    def test_clients_beyond_the_limit_are_closed_and_the_others_served(self):
        clients = [self.connect() for _ in range(70)]
        self.measure_update()
        served = 0
        for sock in clients:
            with contextlib.suppress(OSError):
                sock.sendall(b'{"request":"show","what":"status"}\n')
                served += sock.makefile("rb").readline().startswith(b"{")
        self.assertEqual(served, 64)
        for sock in clients:
            sock.close()
        wait_until(lambda: self.lab.headgate.ctl("show", "status").returncode
                   == 0, 5, "room for a client")

    def test_scrapers_that_do_not_read_hold_nothing(self):
        memory = self.lab.memory()
        with self.undisturbed() as measure, self.heartbeat():
            deaf = [self.scrape() for _ in range(16)]
            for sock in deaf:
                sock.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
            measure()
            # The seventeenth is closed at once.
            extra = self.scrape()
            self.assertEqual(extra.recv(1), b"")
        self.assertLess(self.lab.memory() - memory, MEMORY_LIMIT)
        for sock in deaf:
            sock.close()
        body = b""
        sock = self.scrape()
        sock.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        while data := sock.recv(1 << 16):
            body += data
        self.assertIn(body.count(b"headgate_vips_packets_total{"), VIP_COUNTS)

    def test_a_scraper_that_sends_byte_by_byte_has_a_deadline(self):
        sock = self.scrape()
        start = time.monotonic()
        with self.assertRaises(OSError):
            while time.monotonic() - start < 20:
                sock.send(b"G")
                time.sleep(0.3)
        self.assertLess(time.monotonic() - start, 14)

    def test_without_descriptors_connections_wait_and_the_loop_does_not_spin(
            self):
        pid = self.lab.headgate.process.pid
        used = len(os.listdir(f"/proc/{pid}/fd"))
        old = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        # The agent has raised its own limit.
        self.assertEqual(old[0], old[1])
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 4, old[1]))
        self.addCleanup(resource.prlimit, pid, resource.RLIMIT_NOFILE, old)
        before = len(self.log())
        with self.undisturbed() as measure:
            waiting = [self.connect() for _ in range(10)]
            strangers = [self.lab.dial(OTHER) for _ in range(10)]
            seconds = cpu_seconds(pid)
            measure()
            spent = cpu_seconds(pid) - seconds
            for sock in waiting:
                sock.close()
            for speaker in strangers:
                speaker.close()
            resource.prlimit(pid, resource.RLIMIT_NOFILE, old)
            wait_until(lambda: self.lab.headgate.ctl("show", "status")
                       .returncode == 0, 5, "an answer")
        tell(f"CPU while descriptors are short: {spent:.2f} s")
        self.assertLess(spent, 1.5)
        lines = [line for line in self.log()[before:] if " accept: " in line]
        self.assertTrue(lines)
        self.assertLessEqual(len(lines), 8, lines)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Files(LabCase):
    """Paths at which something stands that is not the agent's: refused, and left
    as it is."""

    lab_class = RawLab
    options = {}
    started = False

    def setUp(self):
        self.folder = f"{self.lab.folder}/files"
        os.makedirs(self.folder, exist_ok=True)

    def refuse(self, path, *words, socket_path=None, pins=None):
        done = self.lab.headgate.try_flags(
            *self.lab.agent_flags(), "--control-socket",
            socket_path or f"{self.folder}/agent.sock", "--bpffs",
            pins or f"{self.lab.headgate.pins}-files")
        self.assertEqual(done.returncode, EXIT_REFUSED, done.stderr)
        for word in (path, *words):
            self.assertIn(word, done.stderr)

    def refuse_socket(self, path, *words):
        before = os.lstat(path)
        self.refuse(path, *words, socket_path=path)
        self.assertEqual(os.lstat(path), before)

    def test_a_regular_file_at_the_control_socket(self):
        path = f"{self.folder}/regular"
        with open(path, "w", encoding="ascii") as file:
            file.write("precious")
        self.refuse_socket(path, "a regular file", "choose another path")
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")

    def test_a_directory_at_the_control_socket(self):
        path = f"{self.folder}/directory"
        os.mkdir(path)
        self.refuse_socket(path, "a directory")

    def test_a_symbolic_link_at_the_control_socket(self):
        path = f"{self.folder}/link"
        os.symlink(f"{self.folder}/target", path)
        self.refuse_socket(path, "a symbolic link")
        self.assertFalse(os.path.exists(f"{self.folder}/target"))

    def test_a_symbolic_link_at_the_lock(self):
        path = f"{self.folder}/locked"
        os.symlink(f"{self.folder}/target", f"{path}.lock")
        self.refuse(f"{path}.lock", "not a regular file", socket_path=path)
        self.assertFalse(os.path.exists(f"{self.folder}/target"))

    def test_another_process_on_the_control_socket(self):
        path = f"{self.folder}/other"
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(path)
            other.listen()
            self.refuse_socket(path, "another process listens")

    def test_a_dead_socket_makes_way(self):
        path = f"{self.folder}/dead"
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(path)
        self.lab.headgate.arguments[
            self.lab.headgate.arguments.index("--control-socket") + 1] = path
        self.lab.headgate.socket = path
        self.lab.headgate.start()
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o660)
        self.lab.headgate.stop()
        self.assertFalse(os.path.exists(path))

    def pins(self, name):
        path = f"{self.lab.headgate.pins}-{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def test_a_map_that_is_not_ours_at_a_pin(self):
        pins = self.pins("map")
        os.mkdir(pins)
        pin = f"{pins}/vip4"
        run("bpftool", "map", "create", pin, "type", "hash", "key", "4",
            "value", "4", "entries", "1", "name", "foreign")
        self.refuse(pin, "not an object of headgate", "--bpffs", pins=pins)
        self.assertEqual(json.loads(run("bpftool", "-j", "map", "show",
                                        "pinned", pin))["name"], "foreign")
        os.unlink(pin)

    def test_a_directory_at_a_pin(self):
        pins = self.pins("folder")
        os.makedirs(f"{pins}/vip4")
        self.refuse(f"{pins}/vip4", "a directory", pins=pins)
        self.assertTrue(os.path.isdir(f"{pins}/vip4"))
        os.rmdir(f"{pins}/vip4")

    def test_a_symbolic_link_at_the_pin_directory(self):
        target, pins = self.pins("target"), self.pins("link")
        os.mkdir(target)
        os.symlink(target, pins)
        self.refuse(pins, "a symbolic link", pins=pins)
        self.refuse(pins, "a symbolic link", pins=pins + "/")
        self.assertEqual(os.listdir(target), [])
        os.unlink(pins)

    def test_a_pin_directory_that_all_may_change(self):
        pins = self.pins("open")
        os.mkdir(pins)
        os.chmod(pins, 0o777)
        self.refuse(pins, "chmod o-w", pins=pins)


class Captures(LabCase):
    """The file of a capture is its owner's alone."""

    options = {"servers": 1}

    def capture(self, path):
        return self.lab.headgate.ctl("capture", path)

    def test_its_mode_is_0600_whatever_it_was(self):
        path = f"{self.lab.folder}/capture.pcapng"
        with open(path, "w", encoding="ascii") as file:
            file.write("old " * 10000)
        os.chmod(path, 0o644)
        with subprocess.Popen(
                [f"{BUILD}/headgatectl", "-s", self.lab.headgate.socket,
                 "capture", path], stderr=subprocess.DEVNULL) as process:
            wait_until(lambda: 0 < os.path.getsize(path) < 1000, 5,
                       "a new capture")
            process.terminate()
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, "rb") as file:
            self.assertNotIn(b"old ", file.read())

    def test_a_symbolic_link_is_not_followed(self):
        path = f"{self.lab.folder}/link.pcapng"
        os.symlink(f"{self.lab.folder}/elsewhere", path)
        done = self.capture(path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(path, done.stderr)
        self.assertFalse(os.path.exists(f"{self.lab.folder}/elsewhere"))


READERS, ADMINS, OTHERS = 64001, 64002, 64003
USER = 64000
SHOW = '{"request":"show","what":"status"}'
CAPTURE = '{"request":"capture"}'
ORDER = '{"request":"neighbor","what":"clear","neighbor":"10.9.9.9"}'


def ask_as(path, request, groups):
    """Return the agent's answer to a user with these groups, or the name of the
    error of connect()."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups(groups[1:])
            os.setgid(groups[0])
            os.setuid(USER)
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(5)
                sock.connect(path)
                sock.sendall(request.encode() + b"\n")
                os.write(writer, sock.makefile("rb").readline()[:4000])
        except OSError as error:
            os.write(writer, errno.errorcode.get(error.errno, "?").encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        text = file.read().decode()
    os.waitpid(child, 0)
    return text


class Levels(LocalCase):
    """Root and the group headgate-admin may ask everything, the group headgate may
    read, and others may not connect."""

    options = {}

    @classmethod
    def before_start(cls):
        """Add groups for the agent alone: `ip netns exec` lays the files of
        this folder over /etc."""
        folder = f"/etc/netns/{cls.lab.host.name}"
        os.makedirs(folder)
        cls.addClassCleanup(shutil.rmtree, folder)
        with open("/etc/group", encoding="utf-8") as file:
            text = file.read()
        with open(f"{folder}/group", "w", encoding="utf-8") as file:
            file.write(f"{text.rstrip()}\nheadgate:x:{READERS}:\n"
                       f"headgate-admin:x:{ADMINS}:\n")
        os.chmod(cls.lab.folder, 0o755)

    def ask(self, request, *groups):
        return ask_as(self.lab.headgate.socket, request, groups)

    def assert_refused(self, answer):
        self.assertIs(json.loads(answer)["permitted"], False, answer)
        self.assertIn("headgate-admin", answer)

    def test_the_group_headgate_reads(self):
        for groups in ((READERS,), (OTHERS, READERS)):
            self.assertIn('"router_id"', self.ask(SHOW, *groups))
            self.assert_refused(self.ask(CAPTURE, *groups))
            self.assert_refused(self.ask(ORDER, *groups))

    def test_the_group_headgate_admin_captures(self):
        for groups in ((ADMINS,), (OTHERS, ADMINS), (READERS, ADMINS)):
            self.assertIn('"router_id"', self.ask(SHOW, *groups))
            self.assertIn('"interfaces"', self.ask(CAPTURE, *groups))
            self.assertIn("10.9.9.9': unknown", self.ask(ORDER, *groups))

    def test_others_may_not_connect(self):
        self.assertEqual(self.ask(SHOW, OTHERS), "EACCES")

    def test_others_are_refused_even_if_the_file_lets_them_in(self):
        mode = os.stat(self.lab.headgate.socket).st_mode & 0o777
        self.addCleanup(os.chmod, self.lab.headgate.socket, mode)
        os.chmod(self.lab.headgate.socket, 0o666)
        for request in (SHOW, CAPTURE, ORDER):
            self.assert_refused(self.ask(request, OTHERS))

    def test_one_user_has_sixteen_clients_and_root_goes_on(self):
        before = self.count_descriptors()
        with self.undisturbed():
            holder = os.fork()
            if not holder:
                os.setgroups([])
                os.setgid(READERS)
                os.setuid(USER)
                hold = [socket.socket(socket.AF_UNIX) for _ in range(100)]
                for sock in hold:
                    with contextlib.suppress(OSError):
                        sock.connect(self.lab.headgate.socket)
                time.sleep(3)
                os._exit(0)
            time.sleep(0.5)
            self.assertEqual(
                self.lab.headgate.ctl("show", "status").returncode, 0)
            held = self.count_descriptors() - before
            os.waitpid(holder, 0)
        self.assertLessEqual(held, 16 + 2)  # sessions may come meanwhile

    def count_descriptors(self):
        return len(os.listdir(f"/proc/{self.lab.headgate.process.pid}/fd"))

    def test_headgatectl_ends_with_4(self):
        program = f"{self.lab.folder}/headgatectl"
        shutil.copy(f"{BUILD}/headgatectl", program)
        for words, group, code in (
                (("show", "status"), READERS, 0),
                (("capture", "-"), READERS, EXIT_NOT_PERMITTED),
                (("show", "status"), OTHERS, EXIT_NOT_PERMITTED)):
            done = subprocess.run(
                [program, "-s", self.lab.headgate.socket, *words],
                user=USER, group=group, extra_groups=[], timeout=20,
                capture_output=True)
            self.assertEqual(done.returncode, code, done.stderr)
