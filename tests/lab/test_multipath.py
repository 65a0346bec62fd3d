# SPDX-License-Identifier: BSD-2-Clause
"""Check link bandwidth of two servers, from the UPDATE to the buckets and to the
announcement; GRACEFUL_SHUTDOWN; a neighbor that stays out of sets."""

import struct
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from raw_lab import (BACKEND_AS, BACKENDS, NEXT_HOP, UPSTREAM, RawCase,
                     announcement, withdrawal)
from raw_speaker import wait_for

VIP = "192.0.2.1/32"
SECOND, THIRD, ALONE = "10.1.0.12", "10.1.0.13", "10.1.0.101"
UNIT = 125_000  # the default of --bandwidth-unit
GIGABIT = 125_000_000
BANDWIDTH_TRANSITIVE = (0x00, 0x04)
GRACEFUL_SHUTDOWN = (0xffff, 0)


def weighted(next_hop, as_number, bytes_per_second):
    return bgp.update(
        bgp.origin(), bgp.as_path(as_number), bgp.next_hop(next_hop),
        bgp.link_bandwidth(BACKEND_AS, bytes_per_second), nlri=bgp.prefix(VIP))


def incomplete(next_hop, as_number):
    return bgp.update(
        bgp.origin(2), bgp.as_path(as_number), bgp.next_hop(next_hop),
        nlri=bgp.prefix(VIP))


class Multipath(RawCase):

    options = {
        "neighbors": (BACKENDS, UPSTREAM, f"{ALONE},as={BACKEND_AS + 2},"
                      "role=backend,passive,multipath=no"),
        "addresses": (SECOND, ALONE),
        "flags": ("--announce-bandwidth",),
    }

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        cls.first = cls.keep(cls.lab.establish(NEXT_HOP, BACKEND_AS))
        cls.second = cls.keep(cls.lab.establish(SECOND, BACKEND_AS + 1))
        cls.alone = cls.keep(cls.lab.establish(ALONE, BACKEND_AS + 2))

    def setUp(self):
        self.first.send(weighted(NEXT_HOP, BACKEND_AS, GIGABIT))
        self.second.send(weighted(SECOND, BACKEND_AS + 1, 3 * GIGABIT))
        self.wait_set({NEXT_HOP: GIGABIT // UNIT, SECOND: 3 * GIGABIT // UNIT})

    def weights(self):
        route = self.lab.route(VIP)
        paths = route["paths"] if route else []
        return {p["neighbor"]: p["weight"] for p in paths if p["selected"]}

    def wait_set(self, expected):
        wait_for([self.observer, self.bystander, self.first, self.second,
                  self.alone], lambda: self.weights() == expected, 5,
                 f"the set {expected}, not {self.weights()}")

    def told_bandwidth(self):
        """Return the bandwidth last announced to the upstream, or None."""
        attributes = self.observer.table.get(VIP, {})
        value = attributes.get(bgp.EXTENDED_COMMUNITIES, (0, b""))[1]
        if tuple(value[:2]) != BANDWIDTH_TRANSITIVE:
            return None
        return struct.unpack("!f", value[4:8])[0]

    def wait_told(self, expected):
        wait_for([self.observer, self.bystander],
                 lambda: self.told_bandwidth() == expected, 5,
                 f"{expected} bytes/s at the upstream, "
                 f"not {self.told_bandwidth()}")

    def test_buckets_are_shared_by_bandwidth(self):
        buckets = {}
        for group in self.lab.headgate.show("groups"):
            members = {m["address"]: m for m in group["members"]}
            if set(members) == {NEXT_HOP, SECOND}:
                buckets = {a: m["buckets"] for a, m in members.items()}
        self.assertEqual(buckets, {NEXT_HOP: 4096, SECOND: 12288})

    def test_a_share_below_one_bucket_is_told(self):
        # 1 of 500,001 is less than one of 16,384 buckets.
        self.first.send(weighted(NEXT_HOP, BACKEND_AS, UNIT))
        self.second.send(weighted(SECOND, BACKEND_AS + 1, 500_000 * UNIT))
        self.wait_set({NEXT_HOP: 1, SECOND: 500_000})
        wait_for([self.observer, self.bystander, self.first, self.second],
                 lambda: self.lab.headgate.show("status")["groups"]["light"],
                 5, "a group with a light member")
        self.assertEqual(self.light_buckets(), {NEXT_HOP: 1})

    def light_buckets(self):
        """Return the buckets of the members with a share below one."""
        return {m["address"]: m["buckets"]
                for group in self.lab.headgate.show("groups")
                for m in group["members"] if m["below_one_bucket"]}

    def test_the_upstream_is_told_the_sum_as_it_changes(self):
        self.wait_told(4 * GIGABIT)
        self.first.send(weighted(NEXT_HOP, BACKEND_AS, 2 * GIGABIT))
        self.wait_told(5 * GIGABIT)

    def test_graceful_shutdown_leaves_the_set(self):
        self.first.send(announcement(VIP, BACKEND_AS,
                                     tags=[GRACEFUL_SHUTDOWN]))
        self.wait_set({SECOND: 3 * GIGABIT // UNIT})
        self.assertEqual(self.lab.path(VIP, NEXT_HOP)["reason"], "draining")

    def test_bandwidth_0_leaves_the_set(self):
        self.second.send(weighted(SECOND, BACKEND_AS + 1, 0))
        self.wait_set({NEXT_HOP: GIGABIT // UNIT})
        self.assertEqual(self.lab.path(VIP, SECOND)["reason"], "draining")

    def test_a_neighbor_with_multipath_no_stays_out(self):
        self.alone.send(announcement(VIP, BACKEND_AS + 2, next_hop=ALONE))
        wait_for([self.alone], lambda: self.lab.path(VIP, ALONE) and
                 self.lab.path(VIP, ALONE)["reason"] == "multipath_off", 5,
                 "the path of the neighbor with multipath=no")
        self.wait_set({NEXT_HOP: GIGABIT // UNIT,
                       SECOND: 3 * GIGABIT // UNIT})

    def test_a_server_that_only_its_origin_keeps_out_is_logged(self):
        self.second.send(incomplete(SECOND, BACKEND_AS + 1))
        self.wait_set({NEXT_HOP: GIGABIT // UNIT})
        self.assertEqual(self.lab.path(VIP, SECOND)["reason"], "origin")
        self.assertIn(f"{SECOND}: gets no traffic for {VIP}",
                      self.lab.headgate.log_tail(40))


def with_med(next_hop, as_number, metric):
    return bgp.update(
        bgp.origin(), bgp.as_path(as_number), bgp.next_hop(next_hop),
        bgp.med(metric), nlri=bgp.prefix(VIP))


class MedScenes:
    """Two servers of different ASes, whose MEDs differ. ExaBGP's health check says
    by MED 1000 that a server is down."""

    def setUp(self):
        self.first = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        self.second = self.keep(self.lab.establish(SECOND, BACKEND_AS + 1))
        self.first.send(with_med(NEXT_HOP, BACKEND_AS, 100))
        self.second.send(with_med(SECOND, BACKEND_AS + 1, 100))
        self.wait_servers({NEXT_HOP, SECOND})

    def wait_servers(self, expected):
        wait_for([self.observer, self.bystander, self.first, self.second],
                 lambda: self.servers() == expected, 5,
                 f"{expected}, not {self.servers()}")

    def servers(self):
        return {m["address"] for group in self.lab.headgate.show("groups")
                for m in group["members"] if VIP in group["vips"]}


class CompareMedOfBackends(MedScenes, RawCase):

    options = {"neighbors": (BACKENDS, UPSTREAM), "addresses": (SECOND,)}

    def test_a_server_takes_itself_out_by_its_med_and_comes_back(self):
        self.second.send(with_med(SECOND, BACKEND_AS + 1, 1000))
        self.wait_servers({NEXT_HOP})
        self.assertEqual(self.lab.path(VIP, SECOND)["reason"], "med")
        said = self.lab.headgate.ctl("explain", VIP).stdout
        self.assertIn(f"MED 1000, the path of {NEXT_HOP} has 100", said)
        self.second.send(with_med(SECOND, BACKEND_AS + 1, 100))
        self.wait_servers({NEXT_HOP, SECOND})


class CompareMedNever(MedScenes, RawCase):

    options = {"neighbors": (BACKENDS, UPSTREAM), "addresses": (SECOND,),
               "flags": ("--always-compare-med", "never")}

    def test_meds_of_different_ases_do_not_compare(self):
        self.second.send(with_med(SECOND, BACKEND_AS + 1, 1000))
        wait_for([self.observer, self.bystander, self.first, self.second],
                 lambda: self.lab.path(VIP, SECOND)["med"] == 1000, 5,
                 "MED 1000")
        self.wait_servers({NEXT_HOP, SECOND})


class TwoSessions(RawCase):
    """One server, with one BGP identifier, speaks from two addresses."""

    options = {"neighbors": (BACKENDS, UPSTREAM),
               "addresses": (SECOND, THIRD)}

    def servers(self):
        return {m["address"] for group in self.lab.headgate.show("groups")
                for m in group["members"] if VIP in group["vips"]}

    def wait_servers(self, speakers, expected):
        wait_for([self.observer, self.bystander, *speakers],
                 lambda: self.servers() == expected, 5,
                 f"{expected}, not {self.servers()}")

    def test_a_server_with_two_sessions_counts_once(self):
        first = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        again = self.keep(self.lab.dial(SECOND).establish(BACKEND_AS,
                                                          NEXT_HOP))
        other = self.keep(self.lab.establish(THIRD, BACKEND_AS))
        speakers = [first, again, other]
        for speaker, address in zip(speakers, (NEXT_HOP, SECOND, THIRD)):
            speaker.send(announcement(VIP, BACKEND_AS, next_hop=address))
        self.wait_servers(speakers, {NEXT_HOP, THIRD})
        path = self.lab.path(VIP, SECOND)
        self.assertEqual(path["reason"], "same_server")
        self.assertIn("same MAC, AS and BGP identifier",
                      self.lab.headgate.ctl("explain", VIP).stdout)
        first.send(withdrawal(VIP))
        self.wait_servers(speakers, {SECOND, THIRD})


class IgnoreOrigin(RawCase):
    """A server with ORIGIN incomplete gets half of the buckets."""

    options = {"neighbors": (BACKENDS, UPSTREAM), "addresses": (SECOND,),
               "flags": ("--ignore-origin",)}

    def test_servers_with_different_origins_share_a_set(self):
        first = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        second = self.keep(self.lab.establish(SECOND, BACKEND_AS + 1))
        first.send(announcement(VIP, BACKEND_AS))
        second.send(incomplete(SECOND, BACKEND_AS + 1))
        wait_for([self.observer, self.bystander, first, second],
                 lambda: self.buckets() == {NEXT_HOP: 8192, SECOND: 8192}, 5,
                 "both servers in the table")

    def buckets(self):
        return {m["address"]: m["buckets"]
                for group in self.lab.headgate.show("groups")
                for m in group["members"] if VIP in group["vips"]}


if __name__ == "__main__":
    unittest.main()
