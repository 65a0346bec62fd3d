# SPDX-License-Identifier: BSD-2-Clause
"""Flows go on over a kill of the agent and a start, also inside affinity windows."""

from takeover_scenes import TakeoverCase  # first: finds the lab
from lab.system import wait_until


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


class KilledInAWindow(TakeoverCase):
    """A server joins, and the agent is killed while flows are on the servers that
    their buckets were on before."""

    started = False

    def test_flows_on_their_previous_server_go_on(self):
        *first, last = self.servers
        self.lab.router_bird.start()
        for server in first:
            server.start()
        last.web.start()
        self.lab.headgate.start()
        self.lab.wait_living(first)
        self.lab.wait_announced(True)
        self.start_flows()
        last.bird.start()
        self.lab.wait_living(self.servers)
        wait_until(self.moving, 10, "the window")
        before = self.moving()
        self.restart()
        self.wait_taken_over()
        self.lab.wait_living(self.servers)
        self.assertGreater(self.moving(), 0)
        self.assertLessEqual(self.moving(), before)
        self.assertIn(last.name, self.new_servers())
        self.assert_all_go_on()
        self.restart()
        self.wait_taken_over()
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
