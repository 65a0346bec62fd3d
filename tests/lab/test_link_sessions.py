# SPDX-License-Identifier: BSD-2-Clause
"""Check that a link that goes down ends the sessions over it at once, and no
others."""

import unittest

from lab_case import LabCase
from lab.system import wait_until
from lab.topology import ROUTER_UP
from raw_lab import BACKEND_AS, BYSTANDER, NEXT_HOP, UPSTREAM, RawCase
from raw_speaker import wait_for

AT_ONCE = 1.0  # less than a third of any hold time
BACK_SECONDS = 20
CAUSE = "the link to it is down"


class LinkSessions(LabCase):
    """The servers are on one link, the router on another."""

    options = {"servers": 2}

    def neighbors(self):
        return {n["address"]: n for n in self.lab.headgate.show("neighbors")}

    def is_up(self, address):
        neighbor = self.neighbors().get(address)
        return bool(neighbor) and neighbor["state"] == "Established"

    def setUp(self):
        self.servers = [server.address for server in self.lab.servers]
        self.wait_up(ROUTER_UP, *self.servers)

    def wait_up(self, *addresses):
        wait_until(lambda: all(map(self.is_up, addresses)), BACK_SECONDS,
                   f"sessions with {addresses}")

    def check_ended(self, *addresses):
        wait_until(lambda: not any(map(self.is_up, addresses)), AT_ONCE,
                   f"no sessions with {addresses}")
        for address in addresses:
            self.assertIn(CAUSE, self.neighbors()[address]["last_error"])

    def cut(self, namespace, link):
        """Take the carrier from Headgate's end of the cable."""
        self.addCleanup(namespace.ip, f"link set dev {link} up")
        namespace.ip(f"link set dev {link} down")

    def test_sessions_of_servers_end_with_their_link(self):
        before = self.neighbors()[ROUTER_UP]["uptime_s"]
        self.cut(self.lab.lan, "headgate")
        self.check_ended(*self.servers)
        self.assertTrue(self.is_up(ROUTER_UP))
        self.assertGreaterEqual(self.neighbors()[ROUTER_UP]["uptime_s"],
                                before)

    def test_the_session_of_a_router_ends_with_its_link(self):
        self.cut(self.lab.router, "up")
        self.check_ended(ROUTER_UP)
        self.assertTrue(all(map(self.is_up, self.servers)))

    def test_sessions_end_when_an_administrator_takes_the_link_down(self):
        self.cut(self.lab.host, "lan")
        self.check_ended(*self.servers)
        self.assertTrue(self.is_up(ROUTER_UP))


class KeptSessions(RawCase):
    """Sessions that another way may carry, or that are configured to stay."""

    options = {"addresses": ("10.1.0.12",),
               "neighbors": ("10.1.0.0/26,as=65001-65099,role=backend,"
                             "keep-on-link-down",
                             UPSTREAM + ",multihop")}

    def test_kept_and_multihop_sessions_outlive_a_loss_of_carrier(self):
        kept = self.lab.establish(NEXT_HOP, BACKEND_AS)
        self.addCleanup(kept.close)
        everyone = [kept, self.observer, self.bystander]
        self.lab.peers.ip("link set lan down")
        wait_for(everyone, lambda: not self.lab.headgate.living(), AT_ONCE,
                 "no living next hop")
        self.lab.peers.ip("link set lan up")
        wait_for(everyone, lambda: BYSTANDER in self.lab.headgate.living(),
                 BACK_SECONDS, "the next hop back")
        self.check_bystanders()
        self.assertFalse(kept.closed)


if __name__ == "__main__":
    unittest.main()
