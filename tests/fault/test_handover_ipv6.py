# SPDX-License-Identifier: BSD-2-Clause
"""Sessions over link-local addresses with both families, and their next hops, go
from one agent to the next."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

from lab_case import LabCase  # noqa: E402
from lab.system import wait_until  # noqa: E402
from lab.topology import VIP, VIP6  # noqa: E402

HANDED_OVER = 90  # seconds; a busy machine verifies the program slowly


class LinkLocal(LabCase):
    options = {"servers": 2, "ipv6": True, "link_local": True}

    def birds(self):
        return [self.lab.router_bird, *(s.bird for s in self.lab.servers)]

    def session_ages(self):
        """Return since when each session of each BIRD is up, as it says."""
        return [re.findall(r"BGP +\S+ +up +(\S+)",
                           bird.ask("show protocols"))
                for bird in self.birds()]

    def paths(self):
        """Return prefix -> paths, with what was received."""
        return {route["prefix"]: sorted(
            (path["neighbor"], path["next_hop"], path["as_path"],
             path["reason"]) for path in route["paths"])
            for route in self.lab.headgate.show("routes")}

    def log(self):
        return self.lab.headgate.log_tail(100000)

    def test_sessions_paths_and_next_hops_go_on(self):
        wait_until(lambda: [len(paths) for paths in self.paths().values()]
                   == [len(self.lab.servers)] * 2, 20, "all paths to both VIPs")
        ages, paths = self.session_ages(), self.paths()
        self.assertEqual(self.lab.headgate.hand_over(seconds=HANDED_OVER), 0)
        wait_until(lambda: "handover: complete" in self.log(), HANDED_OVER,
                   "the rest")
        self.assertEqual(self.paths(), paths)
        self.assertEqual(self.session_ages(), ages)
        self.lab.wait_living(self.lab.servers)
        for port, vip in ((40000, VIP), (41000, VIP6)):
            self.assertEqual(self.lab.download(port, 50, vip).failed(), [])
