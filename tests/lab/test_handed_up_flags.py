# SPDX-License-Identifier: BSD-2-Clause
"""Check the flags for packets that the kernel forwards, and those packets in
generic mode."""

import os
import socket

from handed_up_lab import HandedUpCase
from lab.system import TIME_SCALE, wait_until
from lab.topology import VIP, VIP6
from raw_speaker import inside

TAKEN_PORT = 1790
HANDED_OVER = 90  # seconds; a busy machine verifies the program slowly


class Generic(HandedUpCase):
    """In generic mode the program gets packets that the kernel has merged, which
    are too big for any link."""

    flags = ("--xdp-mode", "generic")

    def test_uploads_of_merged_packets_end_well(self):
        self.wait_led(self.lab.servers)
        self.upload_all(VIP)
        self.upload_all(VIP6)
        self.assertGreater(self.count("handed_up"), 0)


class Off(HandedUpCase):
    """Without marks the kernel chooses by its own hash."""

    flags = ("--handed-up-mark", "off")

    def test_the_kernel_chooses_by_itself(self):
        self.assertGreater(self.moved(VIP), 0)
        self.assertEqual(self.rules() + self.rules("-6"), [])
        self.assertEqual(self.count("handed_up"), 0)
        self.assertFalse(os.path.exists(
            f"{self.lab.headgate.pins}/marks/up"))


class OtherNumbers(HandedUpCase):
    """Marks, rules and tables where others have those of the default."""

    flags = ("--handed-up-mark", "0xfff0", "--handed-up-priority", "100",
             "--handed-up-table", "1000")

    def test_marks_rules_and_tables_are_where_the_flags_say(self):
        wait_until(lambda: len(self.slots(table=1000)) == 3, 20, "three rules")
        self.assertEqual(self.moved(VIP), 0)
        self.assertEqual(self.tables(table=1000).keys(),
                         self.slots(table=1000))
        self.assertTrue(all(rule.startswith("100:") for rule in
                            self.rules()[:1]))
        self.assertIn("fwmark 0/0xfff0", self.rules()[0])

    def all_rules(self):
        return self.rules() + self.rules("-6")

    def assert_nothing_is_removed_by_a_successor_that_fails(self):
        """It fails after its routes, before it is in charge: the port is taken."""
        headgate = self.lab.headgate
        before = self.all_rules()
        with inside(self.lab.host):
            taken = socket.create_server(("0.0.0.0", TAKEN_PORT))
        with taken:
            successor = headgate.start_successor(
                "--listen", f"0.0.0.0:{TAKEN_PORT}")
            self.assertEqual(successor.wait(HANDED_OVER * TIME_SCALE), 5)
        self.assertEqual(self.all_rules(), before)

    def test_rules_of_a_successor_with_other_numbers_replace_them(self):
        headgate = self.lab.headgate
        wait_until(lambda: len(self.slots(table=1000)) == 3, 20, "three rules")
        flags = headgate.arguments
        self.addCleanup(setattr, headgate, "arguments", flags)
        headgate.arguments = [{"0xfff0": "0xfff00000", "100": "200",
                               "1000": "5000"}.get(f, f) for f in flags]
        self.assert_nothing_is_removed_by_a_successor_that_fails()
        self.assertEqual(headgate.hand_over(seconds=HANDED_OVER), 0)
        wait_until(lambda: len(self.slots(table=5000)) == 3, 20, "new rules")
        wait_until(lambda: "handover: complete" in headgate.log_tail(1000),
                   HANDED_OVER, "the rest")
        self.assertEqual([rule for rule in self.all_rules()
                          if "/0xfff0 " in rule or rule.startswith("100:")],
                         [])
        self.assertEqual(self.moved(VIP), 0)
