# SPDX-License-Identifier: BSD-2-Clause
"""Flows go on over a kill of the agent and a start."""

from takeover_scenes import TakeoverCase


class Killed(TakeoverCase):
    """Nothing changes: all goes on in the same slots."""

    def test_all_flows_go_on_in_the_same_slots(self):
        self.start_flows()
        before, moving = self.slots(), self.moving()
        self.restart()
        self.wait_taken_over()
        self.lab.wait_living(self.servers)
        self.assertEqual(self.slots(), before)
        self.assertLessEqual(self.moving(), moving)
        self.assert_all_go_on()


class KilledWhileAServerDrains(TakeoverCase):
    """A server withdrew; its flows are known by records and windows alone."""

    def test_its_flows_go_on(self):
        self.start_flows()
        self.withdraw()
        self.restart()
        self.wait_taken_over()
        self.lab.wait_living(self.others)
        self.assertEqual(self.new_servers(), {s.name for s in self.others})
        self.assert_all_go_on()
        self.announce()
        self.assert_all_go_on()


del TakeoverCase  # no scenes of its own
