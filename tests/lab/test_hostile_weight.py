# SPDX-License-Identifier: BSD-2-Clause
"""Check what one backend can do with the link bandwidth that it announces: it
gets no more than its neighbor's max-bandwidth, uses up no groups, and one that
is no number is none.
"""

import json
import math
import unittest

import raw_bgp as bgp
from hostile_lab import WatchedCase
from raw_lab import BACKEND_AS, NEXT_HOP, UPSTREAM
from raw_speaker import wait_for

SECOND, TRUSTED = "10.1.0.12", "10.1.0.13"
BACKENDS = "10.1.0.0/26,as=65001-65099,role=backend"
MBIT = 125_000           # bytes per second: --bandwidth-unit
MOST = 800_000           # Mbit/s of a backend, unless it has max-bandwidth=
HIGHEST = 3.4e38         # a float's
BUCKETS = 16384
VIP = "192.0.2.1/32"
OWN = [f"192.0.2.{n}/32" for n in range(32, 64)]


def told(vip, as_number, next_hop, bandwidth=None):
    """Return an announcement, with a link bandwidth in bytes per second."""
    more = () if bandwidth is None else (
        bgp.link_bandwidth(as_number, bandwidth),)
    return bgp.update(bgp.origin(), bgp.as_path(as_number),
                      bgp.next_hop(next_hop), *more, nlri=bgp.prefix(vip))


class Weights(WatchedCase):
    """Two servers share the VIP; the second one says what it likes."""

    announce_as = "origin"
    options = {"neighbors": (BACKENDS, f"{TRUSTED},role=backend,passive,"
                             f"max-bandwidth={3 * MOST}", UPSTREAM),
               "addresses": (SECOND, TRUSTED)}

    def setUp(self):
        super().setUp()
        self.honest = self.establish(NEXT_HOP, BACKEND_AS)
        self.second = self.establish(SECOND, BACKEND_AS + 1)

    def establish(self, address, as_number):
        speaker = self.lab.establish(address, as_number)
        self.addCleanup(speaker.close)
        return speaker

    def group(self, vip):
        return next((g for g in self.lab.headgate.show("groups")
                     if vip in g["vips"]), None)

    def buckets(self):
        group = self.group(VIP)
        return {m["address"]: m["buckets"]
                for m in group["members"]} if group else {}

    def weights(self):
        route = self.lab.route(VIP)
        return {p["next_hop"]: p["weight"]
                for p in route["paths"]} if route else {}

    def wait_weights(self, expected):
        wait_for([self.observer, self.bystander, self.honest, self.second],
                 lambda: self.weights() == expected
                 and set(self.buckets()) == set(expected), 10,
                 f"the weights {expected}")

    def test_no_bandwidth_counts_more_than_the_maximum(self):
        self.honest.send(told(VIP, BACKEND_AS, NEXT_HOP, 400_000 * MBIT))
        self.second.send(told(VIP, BACKEND_AS + 1, SECOND, HIGHEST))
        self.wait_weights({NEXT_HOP: 400_000, SECOND: MOST})
        self.assertEqual(self.buckets(), {NEXT_HOP: BUCKETS // 3,
                                          SECOND: BUCKETS - BUCKETS // 3})
        shown = self.lab.headgate.neighbor(SECOND)
        self.assertEqual(shown["options"]["max_bandwidth"], MOST)

    def test_the_maximum_itself_counts_and_one_unit_less(self):
        self.honest.send(told(VIP, BACKEND_AS, NEXT_HOP, MOST * MBIT))
        self.second.send(told(VIP, BACKEND_AS + 1, SECOND, (MOST - 1) * MBIT))
        self.wait_weights({NEXT_HOP: MOST, SECOND: MOST - 1})

    def test_a_neighbor_may_have_another_maximum(self):
        trusted = self.establish(TRUSTED, BACKEND_AS + 2)
        self.honest.send(told(VIP, BACKEND_AS, NEXT_HOP, MOST * MBIT))
        trusted.send(told(VIP, BACKEND_AS + 2, TRUSTED, HIGHEST))
        self.wait_weights({NEXT_HOP: MOST, TRUSTED: 3 * MOST})
        self.assertEqual(self.buckets(), {NEXT_HOP: BUCKETS // 4,
                                          TRUSTED: BUCKETS * 3 // 4})

    def test_what_is_no_number_counts_as_no_bandwidth(self):
        self.honest.send(told(VIP, BACKEND_AS, NEXT_HOP, 3 * MBIT))
        for bandwidth in (math.nan, math.inf, -math.inf, -1.0, None):
            self.second.send(told(VIP, BACKEND_AS + 1, SECOND, 9 * MBIT))
            self.wait_weights({NEXT_HOP: 3, SECOND: 9})
            self.second.send(told(VIP, BACKEND_AS + 1, SECOND, bandwidth))
            self.wait_weights({NEXT_HOP: 1, SECOND: 1})
        self.assertFalse(self.second.closed)

    def test_many_bandwidths_of_own_vips_need_one_group(self):
        for number, vip in enumerate(OWN):
            self.second.send(told(vip, BACKEND_AS + 1, SECOND,
                                  (number + 1) * MBIT))
        wait_for([self.observer, self.bystander, self.honest, self.second],
                 lambda: all(self.group(vip) for vip in OWN), 10,
                 "groups of all VIPs")
        self.assertEqual(len({self.group(vip)["group"] for vip in OWN}), 1)
        done = self.lab.headgate.ctl("-j", "explain", OWN[-1])
        paths = json.loads(done.stdout)["explain"]["paths"]
        self.assertEqual([p["weight"] for p in paths], [len(OWN)])


class Groups(WatchedCase):
    """One server of shared VIPs has another bandwidth for each of them. It does not
    use up the groups: others get theirs."""

    announce_as = "origin"
    COUNT = 8
    OTHERS = ("10.1.0.13", "10.1.0.14", "10.1.0.15")
    SHARED = OWN[:2 * COUNT]
    options = {"neighbors": (BACKENDS, UPSTREAM),
               "addresses": (SECOND, *OTHERS),
               "flags": ("--groups", str(COUNT))}

    def establish(self, address, as_number):
        speaker = self.lab.establish(address, as_number)
        self.addCleanup(speaker.close)
        return speaker

    def servers(self, vip):
        """Return the addresses of the table that the VIP has."""
        return next(({m["address"] for m in group["members"]}
                     for group in self.lab.headgate.show("groups")
                     if vip in group["vips"]), set())

    def test_weights_of_one_server_take_no_group_from_others(self):
        honest = self.establish(NEXT_HOP, BACKEND_AS)
        second = self.establish(SECOND, BACKEND_AS + 1)
        speakers = [self.observer, self.bystander, honest, second]
        for number, vip in enumerate(self.SHARED):
            honest.send(told(vip, BACKEND_AS, NEXT_HOP, MBIT))
            second.send(told(vip, BACKEND_AS + 1, SECOND,
                             (number + 1) * MBIT))
        wait_for(speakers, lambda: all(map(self.servers, self.SHARED)), 20,
                 "tables of all shared VIPs")
        for number, address in enumerate(self.OTHERS):
            vip = f"192.0.2.{100 + number}/32"
            other = self.establish(address, BACKEND_AS + 10 + number)
            speakers.append(other)
            other.send(told(vip, BACKEND_AS + 10 + number, address, MBIT))
            wait_for(speakers, lambda v=vip, a=address: self.servers(v) == {a},
                     20, f"a table of {vip}")
        # One that had a table of one server before may wait with it.
        for vip in self.SHARED:
            self.assertIn(self.servers(vip), (
                {NEXT_HOP}, {SECOND}, {NEXT_HOP, SECOND}))


if __name__ == "__main__":
    unittest.main()
