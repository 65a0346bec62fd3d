# SPDX-License-Identifier: BSD-2-Clause
"""Check headgatectl: show of one route, of neighbors, and repeated by -w."""

import json
import unittest

from lab_case import LabCase
from lab.system import wait_until
from lab.topology import ROUTER_LAN, VIP

EXIT_FAILED = 1
EXIT_USAGE = 2


class ShowRoute(LabCase):

    options = {"servers": 2}

    def prefix_of(self, *words):
        done = self.lab.headgate.ctl("-j", "show", "route", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [route["prefix"] for route in json.loads(done.stdout)["routes"]]

    def test_by_prefix_and_by_address(self):
        self.assertEqual(self.prefix_of(f"{VIP}/32"), [f"{VIP}/32"])
        self.assertEqual(self.prefix_of(VIP), [f"{VIP}/32"])

    def test_a_prefix_that_nobody_announces_is_not_found(self):
        done = self.lab.headgate.ctl("show", "route", "198.51.100.1")
        self.assertEqual(done.returncode, EXIT_FAILED)
        self.assertIn("198.51.100.1", done.stderr)

    def test_what_is_no_prefix_is_said_so(self):
        done = self.lab.headgate.ctl("show", "route", "vip")
        self.assertEqual(done.returncode, EXIT_FAILED)
        self.assertIn("ADDRESS/LENGTH", done.stderr)

    def test_a_mistyped_word_is_told_the_one_that_was_meant(self):
        for words, meant in ((["show", "neighbours"], "neighbors"),
                             (["show", "next-hops"], "nexthops"),
                             (["explian", VIP], "explain")):
            done = self.lab.headgate.ctl(*words)
            self.assertEqual(done.returncode, EXIT_USAGE)
            self.assertIn(f"did you mean '{meant}'?", done.stderr)
        for words in (["show", "me"], ["do"]):
            done = self.lab.headgate.ctl(*words)
            self.assertEqual(done.returncode, EXIT_USAGE)
            self.assertIn("must be one of", done.stderr)

    def test_without_a_prefix_or_with_two(self):
        for words in ([], ["192.0.2.1", "192.0.2.2"]):
            done = self.lab.headgate.ctl("show", "route", *words)
            self.assertEqual(done.returncode, EXIT_USAGE)


class ShowNeighbors(LabCase):

    # No process listens there.
    CLOSED = f"{ROUTER_LAN},port=1179,as=64500,role=upstream,name=core-1"
    options = {"servers": 2}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        flags = cls.lab.headgate.arguments
        flags[flags.index("--neighbor") + 1] += ",name=rack1,max-prefix=10"
        flags += ["--neighbor", cls.CLOSED]
        cls.lab.start()

    def test_a_session_has_a_name_and_is_so_near_to_its_limit(self):
        for server in self.lab.servers:
            neighbor = self.lab.headgate.neighbor(server.address)
            self.assertEqual(neighbor["name"], "rack1")
            self.assertEqual(neighbor["max_prefix"], 10)
            self.assertEqual(neighbor["max_prefix_count"], 1)
            self.assertIsNone(neighbor["next_attempt_s"])

    def test_a_neighbor_that_is_down_says_when_we_try_again(self):
        """The wait is at most 30 s and counts down."""
        def waiting():
            neighbor = self.lab.headgate.neighbor(ROUTER_LAN)
            return (neighbor["next_attempt_s"] or 0) >= 2 and neighbor
        neighbor = wait_until(waiting, 15, "a failed attempt and a wait")
        self.assertLessEqual(neighbor["next_attempt_s"], 30)
        self.assertEqual(neighbor["name"], "core-1")
        self.assertIsNone(neighbor["max_prefix"])
        self.assertEqual(neighbor["max_prefix_count"], 0)
        wait_until(lambda: self.lab.headgate.neighbor(ROUTER_LAN)[
            "next_attempt_s"] == neighbor["next_attempt_s"] - 1, 3,
            "a second less")


class ShowLoop(LabCase):
    """The turns of the event loop in `show status`."""

    options = {"servers": 2}

    def test_turns_are_counted_and_the_longest_is_kept(self):
        loops = [self.lab.headgate.show("status")["loop"] for _ in range(2)]
        self.assertLess(loops[0]["turns"], loops[1]["turns"])
        for name in ("longest_turn_us", "longest_turn_cpu_us"):
            self.assertGreater(loops[0][name], 0)
            self.assertLessEqual(loops[0][name], loops[1][name])
        self.assertLessEqual(loops[1]["longest_turn_cpu_us"],
                             loops[1]["longest_turn_us"])

    def test_the_table_names_them(self):
        done = self.lab.headgate.ctl("show", "status")
        self.assertRegex(done.stdout, r"loop +longest turn \d+ us, of the CPU "
                         r"\d+ us; \d+ above 20 ms")


class Watch(LabCase):

    options = {"servers": 2}

    def test_counters_come_with_rates_the_second_time(self):
        done = self.lab.headgate.ctl("-w", "-n", "2", "show", "counters")
        self.assertEqual(done.returncode, 0, done.stderr)
        first, second = done.stdout.split("OUTCOME")[1:]
        row = next(line.split() for line in first.splitlines()
                   if line.startswith("passed_not_vip"))
        self.assertEqual(row[-2:], ["-", "-"])
        row = next(line.split() for line in second.splitlines()
                   if line.startswith("passed_not_vip"))
        self.assertTrue(row[-1].isdigit() and row[-2].isdigit(), row)

    def test_json_comes_once_a_time(self):
        done = self.lab.headgate.ctl("-j", "-w", "-n", "2", "show", "status")
        self.assertEqual(len(done.stdout.splitlines()), 2)


if __name__ == "__main__":
    unittest.main()
