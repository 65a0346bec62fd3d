# SPDX-License-Identifier: BSD-2-Clause
"""Check a set of 1,024 next hops: all have equal shares, and what --maximum-paths
cuts is counted and named. One speaker brings them by Add-Path; its namespace
answers ARP for a whole range."""

import collections
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from raw_lab import BACKEND_AS, BACKENDS, NEXT_HOP, UPSTREAM, RawCase
from raw_speaker import wait_for

VIP = "192.0.2.1/32"
MEMBERS, MORE = 1024, 3
BUCKETS = 16384
SEND = 2  # RFC 7911 4
RANGE = "10.1.16.0/20"
KEYS = (f"{NEXT_HOP},as={BACKEND_AS},role=backend,passive,next-hop=any,"
        f"add-path=receive,max-prefix=1,max-paths={MEMBERS + MORE}")


FEW = 3
FEW_KEYS = (f"{NEXT_HOP},as={BACKEND_AS},role=backend,passive,next-hop=any,"
            f"add-path=receive,max-paths={FEW}")


def hop(number):
    return f"10.1.{16 + (number >> 8)}.{number & 0xff}"


def path_key(number):
    return bgp.u32(number + 1) + bgp.prefix(VIP)


def path_of(number):
    return bgp.update(bgp.origin(), bgp.as_path(BACKEND_AS),
                      bgp.next_hop(hop(number)), nlri=path_key(number))


class AddPathCase(RawCase):
    """NEXT_HOP announces paths with identifiers."""

    @classmethod
    def before_start(cls):
        cls.lab.host.ip(f"route add {RANGE} dev lan")
        cls.lab.peers.ip(f"route add local {RANGE} dev lo")

    def setUp(self):
        add_path = bgp.capability(bgp.CAP_ADD_PATH,
                                  bgp.u16(bgp.IPV4) + bgp.u8(1, SEND))
        self.server = self.keep(self.lab.establish(
            NEXT_HOP, BACKEND_AS,
            capabilities=bgp.usual_capabilities(BACKEND_AS) + add_path))

    def wait(self, condition, seconds, what):
        wait_for([self.observer, self.bystander, self.server], condition,
                 seconds, what)

    def reasons(self):
        route = self.lab.route(VIP)
        return collections.Counter(
            p["reason"] for p in (route["paths"] if route else []))


class ManyNextHops(AddPathCase):

    options = {"neighbors": (BACKENDS, KEYS, UPSTREAM),
               "flags": ("--maximum-paths", str(MEMBERS))}

    def buckets(self):
        """Return how many members have how many buckets."""
        return collections.Counter(
            m["buckets"] for group in self.lab.headgate.show("groups")
            for m in group["members"] if VIP in group["vips"])

    def above_maximum(self):
        return self.lab.headgate.show("status")["vips"]["above_maximum_paths"]

    def test_1024_share_and_what_is_cut_is_named(self):
        self.server.send(*map(path_of, range(MEMBERS + MORE)))
        self.wait(lambda: self.reasons() == {None: MEMBERS, "max_paths": MORE},
                  30, "1,024 next hops in the set")
        self.wait(lambda: self.buckets() == {BUCKETS // MEMBERS: MEMBERS}, 10,
                  "16 buckets for each")
        self.assertEqual(self.above_maximum(), 1)
        self.assertIn(f"{MEMBERS} used; raise --maximum-paths ({MEMBERS}) to use",
                      self.lab.headgate.log_tail(5000))
        explained = self.lab.headgate.ctl("explain", VIP).stdout
        self.assertIn(f"{MEMBERS} in the set, {MORE} more as good but cut",
                      explained)
        self.assertEqual(explained.count("the set is full: --maximum-paths"),
                         MORE)
        self.assertEqual(self.lab.headgate.show("status")["groups"]["crowded"],
                         0)
        # With as many as fit, nothing is cut.
        for number in range(MORE):
            self.server.send(bgp.update(withdrawn=path_key(number)))
        self.wait(lambda: self.reasons() == {None: MEMBERS}, 10,
                  "the rest in the set")
        self.wait(lambda: self.buckets() == {BUCKETS // MEMBERS: MEMBERS}, 10,
                  "16 buckets for each again")
        self.assertEqual(self.above_maximum(), 0)
        shown = self.lab.headgate.neighbor(NEXT_HOP)
        self.assertEqual((shown["max_prefix"], shown["max_prefix_count"]),
                         (1, 1))
        self.check_bystanders()


class CrowdedTable(AddPathCase):
    """A table of 1,024 buckets has 16 for each of 64 servers, and not of 65."""

    TABLE = 1024
    FITTING = TABLE // 16
    options = {"neighbors": (BACKENDS, KEYS, UPSTREAM),
               "flags": ("--table-size", str(TABLE))}

    def crowded(self):
        return self.lab.headgate.show("status")["groups"]["crowded"]

    def test_one_server_too_many_is_counted(self):
        self.server.send(*map(path_of, range(self.FITTING + 1)))
        self.wait(lambda: self.reasons() == {None: self.FITTING + 1}, 30,
                  "65 next hops in the set")
        self.wait(lambda: self.crowded() == 1, 10, "a crowded group")
        self.server.send(bgp.update(withdrawn=path_key(0)))
        self.wait(lambda: self.crowded() == 0, 10, "room for 64")
        self.check_bystanders()


class FewPaths(AddPathCase):

    options = {"neighbors": (BACKENDS, FEW_KEYS, UPSTREAM)}

    def refused(self):
        return self.lab.headgate.neighbor(NEXT_HOP)["refused"]["max_paths"]

    def test_more_paths_of_a_prefix_are_asked_for_when_one_goes(self):
        self.server.send(*map(path_of, range(FEW + 1)))
        self.wait(lambda: self.refused() == 1, 5, "one path refused")
        self.assertEqual(self.reasons(), {None: FEW})
        self.assertIn(f"{NEXT_HOP}: more paths of {VIP} than max-paths={FEW}: "
                      "more are refused", self.lab.headgate.log_tail(50))
        self.server.send(bgp.update(withdrawn=path_key(0)))
        self.server.wait_for_message(bgp.ROUTE_REFRESH)
        self.server.send(*map(path_of, range(1, FEW + 1)))
        self.wait(lambda: self.reasons() == {None: FEW}, 5, "the last path")
        self.assertEqual(self.refused(), 1)
        self.check_bystanders()


if __name__ == "__main__":
    unittest.main()
