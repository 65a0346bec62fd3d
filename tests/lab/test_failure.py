# SPDX-License-Identifier: BSD-2-Clause
"""Lose a server in three ways during downloads. Check when no bucket leads to it,
and which connections of the other servers break.

Without affinity a table that stays even must move a few buckets between the
surviving servers. The test reads the table before and after; connections in
other buckets must not break.
"""

import time

from lab_case import LabCase
from lab import traffic
from lab.bird import HOLD_TIME
from lab.steering import read_table
from lab.system import TIME_SCALE, wait_until
from lab.topology import CLIENT_ADDRESS, VIP, Lab

DOWNLOADS = 200
LONG_PORT = 30000
NEW_PORT = 22000
NEW_CONNECTIONS = 300
MOST_MOVED = 0.005  # share of all buckets
WATCH_SECONDS = 4 * TIME_SCALE  # a slow download grows about every second
GRACE = 1.5 * TIME_SCALE        # seconds for scheduling and polling


class Loss:
    """The tests; a subclass loses the server and has the time limit."""

    seconds = None

    @classmethod
    def lose(cls, victim):
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        cls.victim = lab.servers[2]
        cls.survivors = [s for s in lab.servers if s is not cls.victim]
        downloads = lab.start_long_downloads(LONG_PORT, DOWNLOADS)
        cls.running = downloads.wait_running()
        cls.before = read_table(lab.headgate.pins, VIP)
        cls.outage = cls.measure_outage()
        lab.wait_living(cls.survivors)
        now = downloads.report()
        time.sleep(WATCH_SECONDS)
        cls.fates = traffic.fates(cls.running, now, downloads.report())
        cls.after = read_table(lab.headgate.pins, VIP)
        downloads.close()

    @classmethod
    def measure_outage(cls):
        """Return the seconds from the loss until no bucket leads there."""
        start = time.monotonic()
        cls.lose(cls.victim)
        wait_until(lambda: cls.victim.address not in cls.lab.headgate.living(),
                   HOLD_TIME + 10, "next hop out", pause=0.02)
        return time.monotonic() - start

    def test_it_is_out_in_time(self):
        self.assertLess(self.outage, self.seconds)

    def test_no_bucket_names_it(self):
        self.assertNotIn(self.victim.address, self.after.owners)
        self.assertNotIn(None, self.after.owners)

    def test_few_buckets_of_others_move(self):
        moved = self.before.moved(self.after, self.victim.address)
        self.assertLessEqual(len(moved), MOST_MOVED * len(self.before.owners))

    def test_buckets_stay_even(self):
        owned = [self.after.owners.count(s.address) for s in self.survivors]
        self.assertLessEqual(max(owned) - min(owned), 1)

    def test_downloads_of_others_break_only_where_the_table_moved(self):
        moved = self.before.moved(self.after, self.victim.address)
        server = self.running.server_of_port()
        broken = [port for port, fate in self.fates.items()
                  if fate != "went on" and server[port] != self.victim.name]
        for port in broken:
            bucket = self.before.bucket_of(CLIENT_ADDRESS, port, VIP)
            self.assertIn(bucket, moved, f"{port}: {self.fates[port]}")

    def test_downloads_were_spread_over_all_servers(self):
        """Otherwise the test above would prove nothing."""
        self.assertEqual(len(self.fates), DOWNLOADS)
        names = set(self.running.server_of_port().values())
        self.assertEqual(names, {s.name for s in self.lab.servers})

    def test_new_connections_use_the_others(self):
        new = self.lab.download(NEW_PORT, NEW_CONNECTIONS)
        self.assertEqual(new.failed(), [])
        self.assertEqual(set(new.servers()), {s.name for s in self.survivors})


class BirdKilled(Loss, LabCase):
    """The server's kernel closes the session: out at once. The limit only has to
    be far below the hold time."""

    seconds = TIME_SCALE

    @classmethod
    def lose(cls, victim):
        victim.bird.kill()


class BirdFrozen(Loss, LabCase):
    """The host answers ARP and TCP, BGP is silent: out after the hold time."""

    seconds = HOLD_TIME + GRACE

    @classmethod
    def lose(cls, victim):
        victim.bird.freeze()


class PowerCut(Loss, LabCase):
    """The server sends nothing any more: out after 900 ms of silence at most, by
    the defaults of --probe-interval and --probe-count."""

    seconds = 1.5 * TIME_SCALE

    @classmethod
    def lose(cls, victim):
        victim.cut_power()


class PatientLab(Lab):
    """Seven probes without an answer, 250 ms apart, are a death."""

    def agent_flags(self):
        return [*super().agent_flags(), "--probe-interval", "500",
                "--probe-count", "7"]


class PatientProbes(LabCase):
    """A server that is away for less than the probes allow stays in the set."""

    lab_class = PatientLab
    options = {"servers": 2}

    def test_a_server_is_out_after_its_probes_only(self):
        victim = self.lab.servers[1]
        start = time.monotonic()
        victim.cut_power()
        wait_until(lambda: victim.address not in self.lab.headgate.living(),
                   HOLD_TIME + 10, "next hop out", pause=0.02)
        self.assertGreater(time.monotonic() - start, 1.7)
