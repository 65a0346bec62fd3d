# SPDX-License-Identifier: BSD-2-Clause
"""Check the flags for packets that the kernel forwards, and those packets in
generic mode."""

import os

from handed_up_lab import HandedUpCase
from lab.system import wait_until
from lab.topology import VIP, VIP6


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
