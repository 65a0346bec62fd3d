# SPDX-License-Identifier: BSD-2-Clause
"""Check that what a backend says about a VIP does not speak for the VIP upstream:
the announcement is our own, and changes only when it says something else."""

import unittest

import raw_bgp as bgp
from hostile_lab import WatchedCase
from raw_lab import (BACKEND_AS, NEXT_HOP, UPSTREAM, UPSTREAM_AS, announcement,
                     withdrawal)
from raw_speaker import wait_for
from lab.topology import HEADGATE_AS

SECOND, PASSING = "10.1.0.12", "10.1.0.13"
STRICT, OVERRIDE = "10.1.0.101", "10.1.0.102"
STRICT_AS = UPSTREAM_AS + 1
VIP, NEXT_VIP = "192.0.2.1/32", "192.0.2.2/32"
OWN = (65001, 7)
NO_EXPORT, NO_ADVERTISE = (0xffff, 0xff01), (0xffff, 0xff02)
GRACEFUL_SHUTDOWN = (0xffff, 0)
FLAPS = 5


class TwoServers(WatchedCase):
    """Two servers of a VIP, one of another that may pass attributes on."""

    options = {"neighbors": ("10.1.0.0/26,as=65001-65099,role=backend",
                             f"{PASSING},as=65003,role=backend,passive,"
                             "pass-attributes", UPSTREAM,
                             f"{STRICT},as={STRICT_AS},role=upstream,passive,"
                             "remove-private-as",
                             f"{OVERRIDE},as={STRICT_AS},role=upstream,"
                             "passive,as-override"),
               "addresses": (SECOND, PASSING, STRICT, OVERRIDE)}

    def setUp(self):
        super().setUp()
        self.first = self.establish(NEXT_HOP, BACKEND_AS)
        self.second = self.establish(SECOND, BACKEND_AS + 1)

    def establish(self, address, as_number):
        speaker = self.lab.establish(address, as_number)
        self.addCleanup(speaker.close)
        return speaker

    def wait(self, condition, what, *others):
        wait_for([self.observer, self.bystander, self.first, self.second,
                  *others], condition, 10, what)

    def tell(self, vip=VIP, first=(), second=()):
        self.first.send(announcement(vip, BACKEND_AS, tags=first))
        self.second.send(announcement(vip, BACKEND_AS + 1, next_hop=SECOND,
                                      tags=second))

    @staticmethod
    def path(speaker, vip=VIP):
        """Return the AS numbers in the path that the speaker has, or None."""
        if vip not in speaker.table:
            return None
        segments = bgp.path_segments(speaker.table[vip][bgp.AS_PATH][1])
        return [number for _, numbers in segments for number in numbers]

    def communities(self):
        """Return those of the VIP at the upstream."""
        attributes = self.observer.table.get(VIP, {})
        return attributes.get(bgp.COMMUNITIES, (0, b""))[1]


class Attributes(TwoServers):
    """6, 7. The announcement of a VIP is our own."""

    announce_as = "origin"

    def test_communities_of_a_server_are_not_passed_on(self):
        self.tell(first=[OWN], second=[OWN])
        self.wait(lambda: self.path(self.observer) == [HEADGATE_AS],
                  "the VIP announced")
        self.assertEqual(self.communities(), b"")

    def test_a_server_with_pass_attributes_passes_them_on(self):
        passing = self.establish(PASSING, BACKEND_AS + 2)
        passing.send(announcement(VIP, BACKEND_AS + 2, next_hop=PASSING,
                                  tags=[OWN]))
        self.wait(lambda: self.communities() == bgp.u16(*OWN),
                  "the server's community", passing)

    def test_a_restricted_path_is_left_out_and_the_vip_stays(self):
        for tag in (NO_EXPORT, NO_ADVERTISE):
            self.tell(first=[tag])
            self.wait(lambda: VIP in self.observer.table, "the VIP")
            self.tell(first=[tag], second=[tag])
            self.wait(lambda: VIP not in self.observer.table,
                      "the end of the VIP that no server allows")

    def test_the_vip_drains_when_all_servers_do(self):
        self.tell(first=[GRACEFUL_SHUTDOWN])
        # One server comes first, and may be the only one for a moment.
        self.wait(lambda: VIP in self.observer.table
                  and self.communities() == b"", "a VIP that does not drain")
        self.tell(first=[GRACEFUL_SHUTDOWN], second=[GRACEFUL_SHUTDOWN])
        self.wait(lambda: self.communities() == bgp.u16(*GRACEFUL_SHUTDOWN),
                  "GRACEFUL_SHUTDOWN")

    def test_a_server_that_flaps_is_no_news(self):
        self.tell()
        self.wait(lambda: VIP in self.observer.table, "the VIP")
        told = self.observer.updates
        for _ in range(FLAPS):
            self.first.send(withdrawal(VIP))
            self.wait(lambda: not self.lab.path(VIP, NEXT_HOP), "its end")
            self.first.send(announcement(VIP, BACKEND_AS))
            self.wait(lambda: self.lab.path(VIP, NEXT_HOP), "its return")
        # The announcement of another VIP comes behind any of this one.
        self.tell(NEXT_VIP)
        self.wait(lambda: NEXT_VIP in self.observer.table, "another VIP")
        self.assertEqual(self.observer.updates, told + 1)


class Paths(TwoServers):
    """7. With --announce-as path, upstreams get the path of a server."""

    announce_as = "path"

    def test_private_as_numbers_are_removed_for_who_asks(self):
        strict = self.establish(STRICT, STRICT_AS)
        self.tell()
        self.wait(lambda: self.path(self.observer) and self.path(strict),
                  "the VIP at both upstreams", strict)
        self.assertEqual(self.path(self.observer)[0], HEADGATE_AS)
        self.assertIn(self.path(self.observer)[1:],
                      ([BACKEND_AS], [BACKEND_AS + 1]))
        self.assertEqual(self.path(strict), [HEADGATE_AS])

    def test_a_path_with_the_neighbors_as_is_kept_back_or_overridden(self):
        strict = self.establish(STRICT, STRICT_AS)
        override = self.establish(OVERRIDE, STRICT_AS)
        self.first.send(announcement(VIP, BACKEND_AS,
                                     path=[BACKEND_AS, STRICT_AS]))
        self.wait(lambda: self.path(override), "the VIP", strict, override)
        self.assertEqual(self.path(override),
                         [HEADGATE_AS, BACKEND_AS, HEADGATE_AS])
        self.first.send(announcement(NEXT_VIP, BACKEND_AS))
        self.wait(lambda: self.path(strict, NEXT_VIP), "another VIP", strict,
                  override)
        self.assertIsNone(self.path(strict))


if __name__ == "__main__":
    unittest.main()
