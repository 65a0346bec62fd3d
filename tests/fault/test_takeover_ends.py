# SPDX-License-Identifier: BSD-2-Clause
"""Nothing holds a takeover up for longer than it has to."""

import re

from takeover_scenes import HOLD_TIME, TakeoverCase  # first: finds the lab
from lab.steering import resolve_buckets
from lab.system import wait_until
from lab.topology import VIP


class ShortTakeover(TakeoverCase):
    """--takeover-max is shorter than the hold time."""

    def test_new_flows_leave_after_that(self):
        self.lab.headgate.kill()
        self.victim.bird.kill()
        self.lab.headgate.arguments += ["--takeover-max", "2"]
        self.lab.headgate.start()
        self.assertLess(self.wait_taken_over(), HOLD_TIME * 1000)
        self.lab.wait_living(self.others)


class DiedMeanwhile(TakeoverCase):
    """A server whose host dies without an agent holds nothing up."""

    def test_only_its_own_flows_break(self):
        self.start_flows()
        self.lab.headgate.kill()
        self.victim.cut_power()
        self.lab.headgate.start()
        self.lab.wait_living(self.others)
        self.assertLess(self.wait_taken_over(), HOLD_TIME * 1000)
        self.assert_only_those_of_the_victim_break()


class OtherTables(TakeoverCase):
    """Tables of another size are not adopted: the log says why and how much
    moves, and new ones are complete when they replace the old ones."""

    def owners(self):
        return [current for current, _ in
                resolve_buckets(self.lab.headgate.pins, VIP)]

    def test_the_log_says_what_moves(self):
        before = self.owners()
        self.lab.headgate.kill()
        self.victim.bird.kill()
        self.lab.headgate.arguments += ["--table-size", "1024"]
        self.lab.headgate.start()
        former = set(self.lab.headgate.program_ids().values())
        self.assertIn("--table-size is 1024 and was", self.last_log())
        wait_until(lambda: not set(self.lab.headgate.program_ids().values())
                   & former, 60, "a program of its own")
        moved = re.search("about ([0-9]+) percent of all flows move",
                          self.last_log())
        after = self.owners()
        self.assertEqual(len(after), 1024)
        share = sum(owner != after[hash_ % len(after)]
                    for hash_, owner in enumerate(before)) / len(before)
        self.assertEqual(int(moved[1]), int(100 * share + 0.5))
        self.assertEqual(self.new_servers(), {s.name for s in self.others})


del TakeoverCase  # no scenes of its own
