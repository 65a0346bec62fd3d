# SPDX-License-Identifier: BSD-2-Clause
"""Check what a local user, a scraper or a log that is not read can do to the
agent: nothing to other neighbors and their packets.

Meanwhile a backend that behaves has traffic, of which no packet may be lost, and
its updates must reach the upstream. How late they are is printed; the bound is
far above what is measured, for machines under load.
"""

import contextlib
import os
import time

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from bystander_traffic import Traffic
from lab.agent import BUILD
from lab.system import wait_until
from raw_lab import BACKEND_AS, NEXT_HOP, RawCase, tell

MALFORMED = bgp.update(bgp.origin(7), bgp.as_path(BACKEND_AS),
                       bgp.next_hop(NEXT_HOP),
                       nlri=bgp.prefix("192.0.2.1/32"))
LATEST_UPDATE_S = 1
OTHER = "10.1.0.12"
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
    wait_until(headgate.answers, 10, "headgate's control socket")


def fill_pipe(writer):
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"-" * 4095 + b"\n")
    os.set_blocking(writer, True)


class LogNotRead(LocalCase):
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
            wait_until(headgate.answers, 10, "headgate's control socket")
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
