# SPDX-License-Identifier: BSD-2-Clause
"""Check the keys of --vip that change the choice of servers: two servers announce
VIPs alike, and each key changes the outcome for its own VIP."""

import struct
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.control import Control
from raw_lab import BACKEND_AS, BACKENDS, NEXT_HOP, UPSTREAM, RawCase, withdrawal
from raw_speaker import wait_for

PLAIN, SINGLE, EXACT, EQUAL, WIDE = (f"192.0.2.{i}/32" for i in range(1, 6))
SECOND = "10.1.0.12"
GIGABIT = 125_000_000
BANDWIDTH = (0x40, 0x04)
BUCKETS = 16384


def weighted(vip, next_hop, as_number, bytes_per_second):
    community = struct.pack("!BBHf", *BANDWIDTH, BACKEND_AS, bytes_per_second)
    return bgp.update(
        bgp.origin(), bgp.as_path(as_number), bgp.next_hop(next_hop),
        bgp.attribute(bgp.EXTENDED_COMMUNITIES, community),
        nlri=bgp.prefix(vip))


class VipOptions(RawCase):

    options = {
        "neighbors": (BACKENDS, UPSTREAM),
        "addresses": (SECOND,),
        "vips": ("192.0.2.0/24", f"{SINGLE},maximum-paths=1",
                 f"{EXACT},multipath-as-path=exact",
                 f"{EQUAL},link-bandwidth=ignore",
                 f"{WIDE},min-bandwidth=4000"),
    }

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        cls.first = cls.keep(cls.lab.establish(NEXT_HOP, BACKEND_AS))
        cls.second = cls.keep(cls.lab.establish(SECOND, BACKEND_AS + 1))

    def announce(self, vip, gigabits=3):
        """Let both servers announce the VIP, the first with 1 Gbit/s."""
        self.first.send(weighted(vip, NEXT_HOP, BACKEND_AS, GIGABIT))
        self.second.send(weighted(vip, SECOND, BACKEND_AS + 1,
                                  gigabits * GIGABIT))
        self.wait(lambda: self.lab.route(vip) and
                  len(self.lab.route(vip)["paths"]) == 2, "both paths")

    def wait(self, condition, what):
        wait_for([self.observer, self.bystander, self.first, self.second],
                 condition, 5, what)

    def buckets(self, vip):
        return {m["address"]: m["buckets"]
                for group in self.lab.headgate.show("groups")
                for m in group["members"] if vip in group["vips"]}

    def wait_buckets(self, vip, expected):
        self.wait(lambda: self.buckets(vip) == expected,
                  f"{vip} with {expected}")

    def explain(self, vip):
        return Control(self.lab.headgate.socket).explain(vip)["explain"]

    def test_without_keys_both_share_by_bandwidth(self):
        self.announce(PLAIN)
        self.wait_buckets(PLAIN, {NEXT_HOP: BUCKETS // 4,
                                  SECOND: BUCKETS // 4 * 3})

    def test_maximum_paths_cuts_this_vip_alone(self):
        self.announce(SINGLE)
        self.wait_buckets(SINGLE, {NEXT_HOP: BUCKETS})
        said = self.explain(SINGLE)
        self.assertEqual((said["cut"], said["multipath"]["maximum_paths"],
                          said["multipath"]["maximum_paths_ibgp"]), (1, 1, 1))
        self.assertEqual(self.lab.path(SINGLE, SECOND)["reason"], "max_paths")
        self.assertIn("raise maximum-paths= of --vip (1)",
                      self.lab.headgate.log_tail(40))

    def test_as_paths_of_this_vip_must_be_equal(self):
        self.announce(EXACT)
        self.wait_buckets(EXACT, {NEXT_HOP: BUCKETS})
        self.assertEqual(self.lab.path(EXACT, SECOND)["reason"],
                         "as_path_content")
        self.assertEqual(self.explain(EXACT)["multipath"]["as_path"], "exact")

    def test_bandwidths_of_this_vip_do_not_count(self):
        self.announce(EQUAL)
        self.wait_buckets(EQUAL, {NEXT_HOP: BUCKETS // 2,
                                  SECOND: BUCKETS // 2})
        self.assertEqual(self.explain(EQUAL)["multipath"]["link_bandwidth"],
                         "ignore")

    def test_this_vip_is_announced_with_enough_bandwidth(self):
        self.announce(WIDE)
        self.wait(lambda: WIDE in self.observer.table, "4 Gbit/s announced")
        self.announce(WIDE, gigabits=2)
        self.wait(lambda: WIDE not in self.observer.table,
                  "3 Gbit/s withdrawn")
        said = self.explain(WIDE)
        self.assertEqual([a["cause"] for a in said["announcements"]],
                         ["below_min_bandwidth"])
        self.assertEqual((said["multipath"]["bandwidth"],
                          said["multipath"]["min_bandwidth"]), (3000, 4000))
        self.assertIn("3000, and 4000 is needed",
                      self.lab.headgate.ctl("explain", WIDE).stdout)
        self.announce(WIDE)
        self.wait(lambda: WIDE in self.observer.table, "announced again")
        self.first.send(withdrawal(WIDE))
        self.wait(lambda: WIDE not in self.observer.table,
                  "withdrawn with the first server")


if __name__ == "__main__":
    unittest.main()
