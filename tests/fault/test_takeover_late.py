# SPDX-License-Identifier: BSD-2-Clause
"""Flows go on while servers come back late to an agent that was killed."""

from takeover_scenes import TakeoverCase

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


del TakeoverCase  # no scenes of its own
