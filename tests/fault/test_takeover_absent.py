# SPDX-License-Identifier: BSD-2-Clause
"""A server whose BGP daemon does not come back to an agent that was killed."""

from takeover_scenes import HOLD_TIME, TakeoverCase


class NeverBack(TakeoverCase):
    """The BGP daemon of a server does not come back, and its host answers."""

    def test_its_flows_go_on_and_new_ones_leave_after_its_hold_time(self):
        self.start_flows()
        self.victim.bird.stop()
        self.lab.wait_living(self.others)
        self.victim.bird.start()
        self.lab.wait_living(self.servers)
        self.lab.headgate.kill()
        self.victim.bird.kill()
        self.lab.headgate.start()
        self.assertIn(self.victim.name, self.new_servers())
        self.assertGreaterEqual(self.wait_taken_over(), HOLD_TIME * 1000)
        self.lab.wait_living(self.others)
        self.assertEqual(self.new_servers(), {s.name for s in self.others})
        self.assert_all_go_on()


del TakeoverCase  # no scenes of its own
