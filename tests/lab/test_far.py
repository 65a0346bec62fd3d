# SPDX-License-Identifier: BSD-2-Clause
"""Check servers behind routers, beside one on the LAN: connections reach each,
inside other packets where it is far."""

from far_lab import FarCase
from lab.topology import VIP, VIP6

DOWNLOADS = 60
OUTER_SIZES = {"ipip": 20, "gre": 24, "gue": 28}


class FarServers(FarCase):

    def test_all_servers_get_connections(self):
        for vip in (VIP, VIP6):
            connections = self.lab.download(20000, DOWNLOADS, vip)
            self.assertEqual(connections.failed(), [])
            self.assertEqual(set(connections.servers()),
                             {s.name for s in self.lab.servers})
        for server in self.lab.far():
            self.assertGreater(server.count_outer(), 0)

    def test_next_hops_show_tunnels(self):
        self.lab.download(20000, DOWNLOADS)
        hops = self.lab.headgate.nexthops()
        near = self.lab.servers[0]
        self.assertEqual(hops[near.address]["encapsulation"], "none")
        self.assertIsNone(hops[near.address]["gateway"])
        for server in self.lab.far():
            hop = hops[server.address]
            self.assertEqual(hop["encapsulation"], server.encap)
            self.assertEqual(hop["gateway"], server.rack_address)
            self.assertEqual(hop["outer_bytes"] - hop["bytes"],
                             hop["packets"] * OUTER_SIZES[server.encap])
