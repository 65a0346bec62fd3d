# SPDX-License-Identifier: BSD-2-Clause
"""Check rules by which servers choose their share of the flows in a community, or
stay alone: `weight from community`, `multipath no`."""

import unittest

import lab_case  # noqa: F401 (finds the lab)
from raw_lab import (BACKEND_AS, BACKENDS, NEXT_HOP, UPSTREAM, RawCase,
                     announcement)
from raw_speaker import wait_for

VIP = "192.0.2.1/32"
SECOND = "10.1.0.12"
BUCKETS = 16384
ALONE = (65001, 1)
RULES = ("continue from role backend set weight from community 65000:*",
         "continue from role backend community 65001:1 set multipath no")


class RuleWeights(RawCase):

    options = {
        "neighbors": (BACKENDS, UPSTREAM),
        "addresses": (SECOND,),
        "flags": [word for rule in RULES for word in ("--rule", rule)],
    }

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        cls.first = cls.keep(cls.lab.establish(NEXT_HOP, BACKEND_AS))
        cls.second = cls.keep(cls.lab.establish(SECOND, BACKEND_AS + 1))

    def announce(self, first, second):
        """Let both servers announce the VIP with these communities."""
        self.first.send(announcement(VIP, BACKEND_AS, tags=first))
        self.second.send(announcement(VIP, BACKEND_AS + 1, next_hop=SECOND,
                                      tags=second))

    def buckets(self):
        return {m["address"]: m["buckets"]
                for group in self.lab.headgate.show("groups")
                for m in group["members"] if VIP in group["vips"]}

    def wait_buckets(self, expected):
        wait_for([self.observer, self.bystander, self.first, self.second],
                 lambda: self.buckets() == expected, 5,
                 f"{expected}, not {self.buckets()}")

    def test_a_community_has_the_weight(self):
        self.announce([(65000, 1)], [(65000, 3)])
        self.wait_buckets({NEXT_HOP: BUCKETS // 4, SECOND: BUCKETS // 4 * 3})
        self.announce([], [(65000, 1)])
        self.wait_buckets({NEXT_HOP: BUCKETS // 2, SECOND: BUCKETS // 2})

    def test_the_lowest_of_several_counts(self):
        self.announce([(65000, 1)], [(65000, 9), (65000, 3), (65009, 1)])
        self.wait_buckets({NEXT_HOP: BUCKETS // 4, SECOND: BUCKETS // 4 * 3})

    def test_weight_0_drains_the_server(self):
        self.announce([(65000, 1)], [(65000, 0)])
        self.wait_buckets({NEXT_HOP: BUCKETS})
        self.assertEqual(self.lab.path(VIP, SECOND)["reason"], "draining")

    def test_a_path_with_multipath_no_shares_no_set(self):
        self.announce([], [])
        self.wait_buckets({NEXT_HOP: BUCKETS // 2, SECOND: BUCKETS // 2})
        self.announce([], [ALONE])
        self.wait_buckets({NEXT_HOP: BUCKETS})
        path = self.lab.path(VIP, SECOND)
        self.assertEqual((path["reason"], path["rule"]), ("multipath_off", 0))
        self.assertIn("multipath no of a rule",
                      self.lab.headgate.ctl("explain", VIP).stdout)
        self.announce([ALONE], [])
        self.wait_buckets({NEXT_HOP: BUCKETS})

    def test_the_rules_are_printed_as_they_were_given(self):
        shown = self.lab.headgate.ctl("show", "config").stdout
        for rule in RULES:
            self.assertIn(f"rule {rule}\n", shown)


if __name__ == "__main__":
    unittest.main()
