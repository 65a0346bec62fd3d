# SPDX-License-Identifier: BSD-2-Clause
"""Flows of stock servers go on while one agent takes over from another, and BIRD
sees nothing of it. The upstream has no graceful restart."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

from affinity_scenes import AffinityCase  # noqa: E402
from lab.system import wait_until  # noqa: E402

HANDED_OVER = 90  # seconds; a busy machine verifies the program slowly


class HandoverCase(AffinityCase):

    def birds(self):
        return [self.lab.router_bird, *(s.bird for s in self.servers)]

    def session_ages(self):
        """Return since when each BIRD's session is up, as it says."""
        return [re.search(r"headgate +BGP +\S+ +up +(\S+)",
                          bird.ask("show protocols")).group(1)
                for bird in self.birds()]

    def withdrawals_seen(self):
        """Return how many withdrawals the upstream has received."""
        told = self.lab.router_bird.ask("show protocols all headgate")
        return int(re.search(r"Import withdraws: +(\d+)", told).group(1))

    def log(self):
        return self.lab.headgate.log_tail(100000)

    def hand_over(self, *more):
        done = self.log().count("handover: complete")
        self.assertEqual(self.lab.headgate.hand_over(
            *more, seconds=HANDED_OVER), 0)
        wait_until(lambda: self.log().count("handover: complete") > done,
                   HANDED_OVER, "the rest")


class OneServerDrains(HandoverCase):
    """Flows of a server that withdrew are known by records and windows alone."""

    def test_flows_and_sessions_go_on(self):
        self.start_flows()
        self.withdraw()
        ages, withdrawals = self.session_ages(), self.withdrawals_seen()
        self.hand_over()
        self.assertEqual(self.session_ages(), ages)
        self.assertEqual(self.withdrawals_seen(), withdrawals)
        self.lab.wait_living(self.others)
        self.assertEqual(self.new_servers(), {s.name for s in self.others})
        self.assert_all_go_on()
        self.announce()


del HandoverCase, AffinityCase  # no scenes of their own
