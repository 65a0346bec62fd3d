# SPDX-License-Identifier: BSD-2-Clause
"""Flows go on while servers come back late to an agent that was killed, or never."""

from takeover_scenes import HOLD_TIME, TakeoverCase

LATE = 20  # seconds until a BGP daemon connects again


class HalfIsLate(TakeoverCase):
    """The BGP daemons of half of the servers connect again when the others are
    settled, after their hold time."""

    started = False

    def test_all_flows_go_on(self):
        late = self.servers[:len(self.servers) // 2]
        for server in late:
            server.bird.template = server.bird.template.replace(
                "connect delay time 1", f"connect delay time {LATE}")
        self.lab.start_peers()
        self.lab.headgate.start()
        self.lab.wait_living(self.servers, 60)
        self.start_flows()
        self.restart()
        self.wait_taken_over()
        self.assert_all_go_on()
        self.lab.wait_living(self.servers, 60)
        self.assert_all_go_on()


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
