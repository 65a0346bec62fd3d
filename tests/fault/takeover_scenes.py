# SPDX-License-Identifier: BSD-2-Clause
"""The lab of the tests of takeovers: the agent is killed while flows are on the
way, and started again."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

from affinity_scenes import AffinityCase  # noqa: E402
from lab.system import wait_until  # noqa: E402
from lab.topology import HEADGATE_UP, VIP  # noqa: E402

HOLD_TIME = 9  # of servers, seconds


class TakeoverCase(AffinityCase):

    def setUp(self):
        super().setUp()
        # The upstream session ends with the agent, and its route with it.
        self.lab.router.ip(f"route replace {VIP} via {HEADGATE_UP} metric 999")

    def restart(self):
        self.lab.headgate.kill()
        self.lab.headgate.start()

    def wait_taken_over(self, seconds=40):
        """Wait until the last agent has taken over; return after how many
        milliseconds it has."""
        found = wait_until(lambda: re.findall(
            "taken over from the previous run after ([0-9]+) ms",
            self.last_log()), seconds, "the tables to be taken over")
        return int(found[-1])

    def last_log(self):
        """Return the log of the last agent."""
        return self.lab.headgate.log_tail(100000).split(
            "tables of the previous run")[-1]

    def slots(self):
        """Return the address of each slot that has one."""
        return {entry["key"]: entry["value"]["address"]["bytes"]
                for entry in self.lab.headgate.map_dump("nexthops")
                if any(entry["value"]["address"]["bytes"])}

    def moving(self):
        return sum(group["moving_buckets"]
                   for group in self.lab.headgate.show("groups"))
