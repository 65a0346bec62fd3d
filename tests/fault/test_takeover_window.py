# SPDX-License-Identifier: BSD-2-Clause
"""Flows go on over a kill of the agent inside an affinity window."""

from takeover_scenes import TakeoverCase  # first: finds the lab
from lab.system import wait_until


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


del TakeoverCase  # no scenes of its own
