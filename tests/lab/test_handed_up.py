# SPDX-License-Identifier: BSD-2-Clause
"""Check that packets which the kernel forwards reach the server of their flow:
the program tells the kernel by a mark, and rules lead each mark to a server."""

import os

from handed_up_lab import FLOWS, PROTOCOL, TABLE, UPLOADS, HandedUpCase
from lab.system import run, wait_until
from lab.topology import VIP, VIP6, VIP6_PREFIX


class HandedUp(HandedUpCase):

    def setUp(self):
        self.wait_led(self.lab.servers)

    def test_datagrams_of_a_flow_reach_one_server(self):
        handed, unmarked = self.count("handed_up"), self.count(
            "handed_up_unmarked")
        self.assertEqual(self.moved(VIP), 0)
        self.assertGreaterEqual(self.count("handed_up"), handed + 2 * FLOWS)
        self.assertEqual(self.count("handed_up_unmarked"), unmarked)

    def test_ipv6_datagrams_of_a_flow_reach_one_server(self):
        self.assertEqual(self.moved(VIP6), 0)

    def test_uploads_without_path_mtu_discovery_end_well(self):
        handed = self.count("handed_up")
        self.upload_all(VIP)
        self.assertGreater(self.count("handed_up"), handed + UPLOADS)

    def test_a_rule_or_a_route_that_another_process_removes_is_back(self):
        host = self.lab.host
        rules = self.rules()
        slot = min(self.slots())
        priority = next(r.split(":")[0] for r in rules
                        if f"lookup {TABLE + slot} " in r)
        host.run("ip", "rule", "del", "pref", priority)
        wait_until(lambda: self.rules() == rules, 10, "the rule")
        host.run("ip", "route", "flush", "table", str(TABLE + slot))
        self.wait_led(self.lab.servers)
        host.run("ip", "-6", "rule", "flush", "proto", PROTOCOL)
        self.wait_led(self.lab.servers)
        self.assertIn("another process removed rules or routes",
                      self.lab.headgate.log_tail(200))

    def test_the_rule_and_the_table_of_a_dead_server_go(self):
        victim, *others = self.lab.servers
        victim.cut_cable()
        try:
            self.wait_led(others)
            self.assertEqual(len(self.tables()), len(others))
        finally:
            victim.plug_cable()
            self.lab.wait_ready()
        self.wait_led(self.lab.servers)

    def test_a_killed_agent_leaves_one_set_to_the_next(self):
        headgate = self.lab.headgate
        before = self.rules(), self.rules("-6"), self.tables()
        headgate.kill()
        self.assertEqual((self.rules(), self.rules("-6"), self.tables()),
                         before)
        headgate.start()
        self.lab.wait_ready()
        self.wait_led(self.lab.servers)
        self.assertEqual((self.rules(), self.rules("-6"), self.tables()),
                         before)
        self.assertEqual(self.moved(VIP), 0)

    def test_a_stopped_agent_leaves_nothing(self):
        headgate = self.lab.headgate
        self.assertEqual(headgate.stop(), 0)
        try:
            self.assertEqual(self.rules() + self.rules("-6"), [])
            self.assertEqual(self.tables(), {})
            self.assertEqual(self.tables("-6", VIP6_PREFIX), {})
            self.assertEqual(os.listdir(headgate.pins), [])
        finally:
            headgate.start()
            self.lab.wait_ready()

    def test_a_tc_program_that_was_detached_is_back(self):
        pin = f"{self.lab.headgate.pins}/marks/up"
        if not os.path.exists(pin):
            self.skipTest("this kernel has no tcx: the program is a filter")
        run("bpftool", "link", "detach", "pinned", pin)
        wait_until(lambda: "tc program; attached again" in
                   self.lab.headgate.log_tail(200), 20, "the repair")
        self.assertEqual(self.moved(VIP), 0)
