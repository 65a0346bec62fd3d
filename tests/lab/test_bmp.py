# SPDX-License-Identifier: BSD-2-Clause
"""Check --bmp: a strict collector has all tables and their changes, and Debian's
pmbmpd reads the same."""

import json
import os
import signal
import unittest

import raw_bgp as bgp
from bmp_collector import LOC_RIB, OUT, PORT, POST, PRE, Collector
from lab_case import close_lab
from lab.system import wait_until
from raw_lab import (BACKEND_AS, NEXT_HOP, OBSERVER, RawCase, announcement,
                     withdrawal)
from raw_speaker import read_all
from reload_lab import ReloadLab

COLLECTOR, SECOND, PMBMPD = "10.1.0.90", "10.1.0.91", "10.1.0.92"
VIP, OTHER, OUTSIDE = "192.0.2.1/32", "192.0.2.2/32", "203.0.113.1/32"
LOC_RIB_ROUTES, ROUTES_IN, ROUTES_OUT = 8, 7, 15
LOCAL = "local"
UNKNOWN, LARGE = 250, 3900


def nlri(prefix):
    return bgp.prefix(prefix)


class BmpCase(RawCase):
    """An agent whose collectors are in the file of its configuration."""

    announce_as = "path"
    collectors = f"{COLLECTOR}:{PORT}"

    @classmethod
    def setUpClass(cls):
        cls.lab = ReloadLab(
            addresses=(COLLECTOR, SECOND, PMBMPD),
            lines=(f"bmp {cls.collectors}",
                   f"announce-as {cls.announce_as}",
                   f"rule allow from role backend prefix {OTHER} set med 7"))
        cls.addClassCleanup(close_lab, cls.lab, cls.refused_calls)
        cls.speakers = []
        cls.addClassCleanup(cls.close_speakers)
        try:
            cls.before_start()
            cls.lab.start()
            cls.start_bystanders()
        except Exception:
            cls.show_log()
            raise

    @classmethod
    def before_start(cls):
        cls.collector = Collector(cls.lab.peers, COLLECTOR)
        cls.addClassCleanup(cls.collector.close)

    def wait(self, condition, what, seconds=20, collector=None):
        """Wait for a condition of the collector's last connection."""
        def reached():
            read_all(self.speakers, 0)
            last = (collector or self.collector).read()
            return last and condition(last)
        wait_until(reached, seconds, what)
        return (collector or self.collector).connections[-1]

    def wait_route(self, rib, address, prefix, there=True):
        return self.wait(
            lambda c: ((address, prefix) in c.tables[rib]) == there,
            f"{prefix} of {address} in {rib}: {there}")

    def server(self):
        server = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        self.addCleanup(server.close)
        return server

    def status(self):
        return self.lab.headgate.show("status")["bmp"]

    def events(self, kind):
        return [event for event in self.lab.headgate.show("events")
                if event["event"] == kind]


class Bmp(BmpCase):

    def test_1_tables_are_sent_and_end(self):
        last = self.wait(lambda c: self.status()[0]["state"] == "up",
                         "all tables")
        self.assertIn(b"headgate", last.about[1])
        self.wait_route(LOC_RIB, LOCAL, self.BYSTANDER_VIP)
        self.wait_route(OUT, OBSERVER, self.BYSTANDER_VIP)
        last = self.wait(lambda c: LOCAL in c.statistics, "statistics")
        self.assertEqual(set(last.up), {LOCAL, OBSERVER,
                                        self.BYSTANDER_ADDRESS})
        self.assertGreaterEqual(last.ends[LOC_RIB, LOCAL], 2)
        row, = self.status()
        self.assertGreaterEqual(row["connected_s"], 0)
        self.assertRegex(row["connected_at"], r"^20\d\d-\d\d-\d\dT.*Z$")

    def test_2_changes_are_seen(self):
        server = self.server()
        server.send(announcement([VIP, OTHER, OUTSIDE], BACKEND_AS))
        for prefix in (VIP, OTHER, OUTSIDE):
            self.wait_route(PRE, NEXT_HOP, prefix)
        for prefix in (VIP, OTHER):
            for rib, address in ((POST, NEXT_HOP), (LOC_RIB, LOCAL),
                                 (OUT, OBSERVER)):
                last = self.wait_route(rib, address, prefix)
        # Rules count after them, and the route outside of --vip is refused.
        self.assertNotIn((NEXT_HOP, OUTSIDE), last.tables[POST])
        self.assertEqual(
            last.tables[POST][NEXT_HOP, OTHER][bgp.MED][1], bgp.u32(7))
        self.assertNotIn(bgp.MED, last.tables[PRE][NEXT_HOP, OTHER])
        server.send(withdrawal(VIP))
        for rib, address in ((PRE, NEXT_HOP), (POST, NEXT_HOP),
                             (LOC_RIB, LOCAL), (OUT, OBSERVER)):
            self.wait_route(rib, address, VIP, there=False)
        # An UPDATE with an error comes as the withdrawal that it is.
        server.send(bgp.update(bgp.origin(7), bgp.as_path(BACKEND_AS),
                               bgp.next_hop(NEXT_HOP), nlri=nlri(OTHER)))
        self.wait_route(PRE, NEXT_HOP, OTHER, there=False)
        self.wait_route(POST, NEXT_HOP, OTHER, there=False)
        server.send(bgp.notification(6, 2))
        last = self.wait(lambda c: c.downs, "Peer Down")
        address, reason, data = last.downs[-1]
        self.assertEqual((address, reason, data[bgp.HEADER_SIZE:]),
                         (NEXT_HOP, 3, bytes([6, 2])))

    def test_3_a_new_connection_has_all_again(self):
        server = self.server()
        many = [f"192.0.2.{i}/32" for i in range(60)]
        server.send(announcement(many, BACKEND_AS), announcement(
            [OUTSIDE], BACKEND_AS))
        last = self.wait_route(PRE, NEXT_HOP, OUTSIDE)
        for prefix in many:
            last = self.wait_route(OUT, OBSERVER, prefix)
        before = {rib: set(table) for rib, table in last.tables.items()}
        last.sock.close()
        last.closed = True
        again = self.wait(lambda c: c is not last and LOCAL in c.statistics,
                          "tables of a new connection", 30)
        self.assertEqual({rib: set(table) for rib, table
                          in again.tables.items()}, before)
        numbers = again.statistics
        self.assertEqual(numbers[NEXT_HOP][ROUTES_IN], len(many) + 1)
        self.assertEqual(numbers[NEXT_HOP][0], 1)
        self.assertEqual(numbers[OBSERVER][ROUTES_OUT], len(many) + 1)
        self.assertEqual(numbers[LOCAL][LOC_RIB_ROUTES], len(many) + 1)
        self.assertGreaterEqual(self.status()[0]["drops"], 1)
        self.assertTrue(self.events("bmp_down"))

    def test_4_a_reload_changes_collectors(self):
        second = Collector(self.lab.peers, SECOND)
        self.addCleanup(second.close)
        first = self.wait(lambda c: LOCAL in c.statistics, "the first")
        before = self.lab.read()
        line = f"bmp {self.collectors}"
        self.lab.write([l for l in before if l != line]
                       + [f"{line},{SECOND}:{PORT}"])
        self.addCleanup(self.lab.write, before)
        self.assertEqual(self.lab.headgate.ctl("reload").returncode, 0)
        self.wait(lambda c: LOCAL in c.statistics, "the second",
                  collector=second)
        self.assertIs(self.collector.read(), first)
        self.assertFalse(first.closed)
        self.lab.write(before)
        self.assertEqual(self.lab.headgate.ctl("reload").returncode, 0)
        self.wait(lambda c: c.ended and c.closed, "the end of the second",
                  collector=second)
        self.assertEqual(len(self.status()), 1)

    def test_5_a_collector_that_does_not_read_is_dropped(self):
        """The bystander sends more than the buffers have room for."""
        last = self.wait(lambda c: LOCAL in c.statistics, "connection")
        large = bgp.update(bgp.origin(), bgp.as_path(BACKEND_AS + 98),
                           bgp.next_hop(self.BYSTANDER_ADDRESS),
                           bgp.attribute(UNKNOWN, bytes(LARGE)),
                           nlri=nlri(OUTSIDE))
        drops = self.status()[0]["drops"]

        def dropped():
            self.bystander.send(*[large] * 500)
            read_all(self.speakers, 0)
            return self.status()[0]["drops"] > drops
        wait_until(dropped, 60, "the collector dropped")
        self.assertIn("does not take", self.events("bmp_down")[-1]["text"])
        self.check_bystanders()
        last.closed = True
        again = self.wait(lambda c: c is not last and LOCAL in c.statistics,
                          "all again", 30)
        self.assertIn((self.BYSTANDER_ADDRESS, OUTSIDE), again.tables[PRE])

    def test_6_a_handover_goes_on(self):
        last = self.wait(lambda c: LOCAL in c.statistics, "connection")
        self.lab.headgate.hand_over(seconds=90)
        self.wait(lambda c: c is not last and LOCAL in c.statistics,
                  "the successor's connection", 30)
        self.assertTrue(last.ended)

    def test_7_the_end_is_said(self):
        last = self.wait(lambda c: LOCAL in c.statistics, "connection")
        self.lab.headgate.stop()
        wait_until(lambda: self.collector.read() and last.ended
                   and last.closed, 10, "Termination")


class Mistakes(BmpCase):

    collectors = f"{COLLECTOR}:{PORT}"

    @classmethod
    def before_start(cls):
        """There is no collector."""

    def test_an_absent_collector_is_told_once(self):
        wait_until(lambda: self.events("bmp_down"), 20, "bmp_down")
        self.assertIn("Connection refused",
                      self.events("bmp_down")[-1]["text"])
        row, = self.status()
        self.assertIn("refused", row["last_error"])
        self.assertEqual((row["connected_s"], row["connected_at"]),
                         (None, None))
        self.check_bystanders()

    def test_limits_and_mistakes(self):
        def check(value):
            return self.lab.headgate.try_flags(
                *self.lab.headgate.arguments, "--bmp", value, "--check")
        self.assertEqual(check("10.1.0.91:0").returncode, 2)
        self.assertEqual(check(f"{COLLECTOR}:{PORT}").returncode, 2)
        three = ",".join(f"10.1.0.9{i}:1" for i in range(1, 4))
        self.assertEqual(check(three).returncode, 0)
        self.assertEqual(check(three + ",10.1.0.95:1").returncode, 2)


class Pmbmpd(BmpCase):
    """Debian's collector."""

    collectors = f"{PMBMPD}:{PORT}"

    @classmethod
    def before_start(cls):
        folder = cls.lab.folder
        cls.messages = f"{folder}/bmp.json"
        with open(f"{folder}/pmbmpd.conf", "w", encoding="ascii") as file:
            file.write(f"bmp_daemon_ip: {PMBMPD}\n"
                       f"bmp_daemon_port: {PORT}\n"
                       f"bmp_daemon_msglog_file: {cls.messages}\n")
        cls.daemon = cls.lab.peers.start(
            ["/usr/sbin/pmbmpd", "-f", f"{folder}/pmbmpd.conf"],
            log=f"{folder}/pmbmpd.log")
        cls.addClassCleanup(cls.daemon.end, signal.SIGKILL)

    def rows(self):
        if not os.path.exists(self.messages):
            return []
        with open(self.messages, encoding="utf-8") as file:
            lines = file.read().splitlines()
        rows = []
        for line in lines:
            try:
                rows.append(json.loads(line))
            except ValueError:  # the last one is being written
                pass
        return rows

    def test_it_reads_all(self):
        server = self.server()
        server.send(announcement([VIP], BACKEND_AS))

        def has(**wanted):
            return any(all(row.get(k) == v for k, v in wanted.items())
                       for row in self.rows())

        def wait(what, **wanted):
            def reached():
                read_all(self.speakers, 0)
                return has(**wanted)
            wait_until(reached, 30, what)
        wait("initiation", bmp_msg_type="init")
        wait("Peer Up", bmp_msg_type="peer_up", peer_ip=NEXT_HOP)
        wait("as received", bmp_msg_type="route_monitor", peer_ip=NEXT_HOP,
             ip_prefix=VIP, is_post=0)
        wait("after rules", bmp_msg_type="route_monitor", peer_ip=NEXT_HOP,
             ip_prefix=VIP, is_post=1)
        wait("Loc-RIB", bmp_msg_type="route_monitor", ip_prefix=VIP,
             is_loc=1)
        wait("as announced", bmp_msg_type="route_monitor", peer_ip=OBSERVER,
             ip_prefix=VIP, is_out=1)
        wait("statistics", bmp_msg_type="stats")
        server.send(withdrawal(VIP))
        wait("the withdrawal", log_type="withdraw", ip_prefix=VIP)
        server.send(bgp.notification(6, 2))
        wait("Peer Down", bmp_msg_type="peer_down", peer_ip=NEXT_HOP)


if __name__ == "__main__":
    unittest.main()
