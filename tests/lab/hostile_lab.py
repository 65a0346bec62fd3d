# SPDX-License-Identifier: BSD-2-Clause
"""Watch the healthy servers of a lab while another neighbor does harm: a stream
of numbered datagrams to their VIP, counted where it arrives, and their sessions.
"""

import contextlib
import itertools
import select
import socket
import struct
import threading
import time

import lab_case  # noqa: F401 (finds the lab)
from bystander_traffic import Traffic
from lab.system import wait_until
from lab.topology import VIP
from raw_lab import RawCase
from raw_speaker import inside

STREAM_PORT = 7100
SOURCES = 16        # flows
PAUSE = 0.004       # between two datagrams
LEAST = 20          # datagrams of a test
SETTLE = 0.3        # until the last one has arrived


class Stream:
    """Datagrams from the client to the VIP until stop()."""

    def __init__(self, lab, servers):
        with inside(lab.client):
            self.sources = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                            for _ in range(SOURCES)]
        self.sinks = [self.open_sink(server) for server in servers]
        self.arrived, self.sent = set(), 0
        self.running = True
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    @staticmethod
    def open_sink(server):
        with inside(server.namespace):
            sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sink.bind((VIP, STREAM_PORT))
        sink.setblocking(False)
        return sink

    def take(self):
        while ready := select.select(self.sinks, [], [], 0)[0]:
            for sink in ready:
                self.arrived.add(struct.unpack("!I", sink.recv(64))[0])

    def work(self):
        for number in itertools.count():
            if not self.running:
                break
            source = self.sources[number % SOURCES]
            source.sendto(struct.pack("!I", number), (VIP, STREAM_PORT))
            self.sent = number + 1
            self.take()
            time.sleep(PAUSE)

    def stop(self):
        """Return the numbers of datagrams sent and lost."""
        self.running = False
        self.thread.join()
        time.sleep(SETTLE)
        self.take()
        for sock in (*self.sources, *self.sinks):
            sock.close()
        return self.sent, self.sent - len(self.arrived)


def uptimes(lab, servers):
    """Return the uptime of each server's session."""
    return [lab.headgate.neighbor(server.address)["uptime_s"]
            for server in servers]


@contextlib.contextmanager
def unharmed(case, lab, servers):
    """Check that the servers lose no datagram and no session meanwhile."""
    before = uptimes(lab, servers)
    stream = Stream(lab, servers)
    try:
        yield
        wait_until(lambda: stream.sent >= LEAST, 5, "traffic")
    finally:
        sent, lost = stream.stop()
    print(f"# {sent} datagrams to healthy servers, {lost} lost", flush=True)
    case.assertEqual(lost, 0)
    for then, now in zip(before, uptimes(lab, servers)):
        case.assertGreaterEqual(now, max(then, 1), "a session has ended")


class WatchedCase(RawCase):
    """Speakers of the test, and in each test traffic of the bystander, which
    loses no packet and no session."""

    def setUp(self):
        traffic = Traffic(self.lab,
                          self.BYSTANDER_VIP.split("/", maxsplit=1)[0])
        self.addCleanup(self.check_traffic, traffic)
        self.enterContext(traffic)
        # A short test has some, too.
        self.addCleanup(wait_until, lambda: traffic.sent >= LEAST, 5, "traffic")

    def check_traffic(self, traffic):
        self.assertEqual(traffic.lost, 0)
        self.check_bystanders()
