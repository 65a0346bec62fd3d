# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's routes to VIPs when their link goes down and comes back. The kernel
removes routes and next-hop objects with the link, and says nothing of most."""

import json
import unittest

from raw_speaker import read_all
from set_lab import SetCase, SetLab, server_address, vip_prefix

VIPS = 20
SERVERS = 4
PROTOCOL = "72"


class LinkRoutes(SetCase):

    lab_class = SetLab
    keepers = False
    # Without the key, the sessions would end with the link.
    options = {"servers": SERVERS, "keys": ("keep-on-link-down",)}

    def setUp(self):
        self.model = {vip: set(range(SERVERS - vip % 2)) for vip in range(VIPS)}
        for server, session in enumerate(self.lab.sessions):
            for vip, servers in self.model.items():
                if server in servers:
                    session.send(self.lab.announce(server, vip))
        self.wait_back()

    def routes(self):
        """Return VIP -> its hops in the kernel; of unreachable ones none."""
        text = self.lab.host.run("ip", "-j", "route", "show", "proto", PROTOCOL,
                                 "root", "198.18.0.0/15")
        return {route["dst"]: {hop["gateway"] for hop
                               in route.get("nexthops", [])}
                for route in json.loads(text)}

    def hops(self):
        """Return the same for the VIPs of the model."""
        routes = self.routes()
        return {vip: routes.get(vip_prefix(vip).removesuffix("/32"), None)
                for vip in self.model}

    def wait_back(self):
        wanted = {vip: set(map(server_address, servers))
                  for vip, servers in self.model.items()}
        self.wait_or_fail(lambda: self.hops() == wanted, 10,
                          lambda: f"routes are {self.hops()}")
        self.wait_announced(self.model, 10)
        self.wait_exact(self.model, 10)

    def check_down(self):
        """Check that no route leads anywhere, and that none is missing for long:
        packets must not follow the host's default route."""
        self.wait_or_fail(lambda: not self.lab.status()["vips"]["learned"], 10,
                          lambda: f"VIPs {self.lab.status()['vips']}")
        self.wait_or_fail(
            lambda: all(hops == set() for hops in self.hops().values()), 5,
            lambda: f"routes are {self.hops()}")

    def flap(self, namespace, wait):
        namespace.ip("link set lan down")
        if wait:
            self.check_down()
        namespace.ip("link set lan up")
        self.wait_back()

    def test_routes_are_back_after_the_link_was_down(self):
        self.flap(self.lab.host, True)

    def test_routes_are_back_after_a_loss_of_carrier(self):
        self.flap(self.lab.peers, True)

    def test_routes_are_back_after_the_shortest_loss(self):
        for namespace in (self.lab.host, self.lab.peers):
            for _ in range(5):
                namespace.ip("link set lan down", "link set lan up")
                read_all(self.lab.speakers, 0.01)
            self.wait_back()


if __name__ == "__main__":
    unittest.main()
