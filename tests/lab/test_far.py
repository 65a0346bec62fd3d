# SPDX-License-Identifier: BSD-2-Clause
"""Check servers behind routers, beside one on the LAN: connections reach each,
inside other packets where it is far."""

from far_lab import FarCase
from lab.topology import VIP, VIP6

DOWNLOADS = 60
PORT, FIRST_PORT, DATAGRAMS = 7007, 42000, 60
UPLOADS, UPLOAD_BYTES = 12, 300000
# The servers announce IP in IP; that counts with encap=bgp.
SAID = "ipip"
SHIM_SIZES = {"bgp": 0, "gre": 4, "gue": 8, None: None}


class FarServers(FarCase):

    def test_all_servers_get_connections(self):
        for vip in (VIP, VIP6):
            connections = self.lab.download(20000, DOWNLOADS, vip)
            self.assertEqual(connections.failed(), [])
            self.assertEqual(set(connections.servers()),
                             {s.name for s in self.lab.servers})
        for server in self.lab.far():
            self.assertGreater(server.count_outer(), 0)

    def start_echo(self):
        for server in self.lab.servers:
            for vip in (VIP, VIP6):
                process = server.start_echo(vip, PORT)
                self.addCleanup(process.stdout.close)
                self.addCleanup(process.end)

    def reached(self, vip, size):
        """Return the servers that answer datagrams of a size; all do."""
        replies = self.lab.probe("datagrams", vip, PORT, size, FIRST_PORT,
                                 DATAGRAMS)
        self.assertEqual([r for r in replies if r is None
                          or r["bytes"] != size], [])
        return {r["server"] for r in replies}

    def test_senders_learn_the_size_and_fragments_arrive(self):
        """The kernel answers what is too big, and cuts what it may: 1500 bytes
        are too many for each tunnel."""
        every = {s.name for s in self.lab.servers}
        self.start_echo()
        self.lab.client.run("sysctl", "-q", "-w",
                            "net.ipv4.ip_no_pmtu_disc=1")
        self.assertEqual(self.reached(VIP, 1472), every)
        self.lab.client.run("sysctl", "-q", "-w",
                            "net.ipv4.ip_no_pmtu_disc=0")
        for vip, outer_ip in ((VIP, 20), (VIP6, 40)):
            for _ in range(UPLOADS):
                reply = self.lab.probe("upload", vip, PORT, UPLOAD_BYTES)
                self.assertEqual(reply["bytes"], UPLOAD_BYTES)
                server = self.lab.server_named(reply["server"])
                shim = SHIM_SIZES[getattr(server, "encap", None)]
                if shim is not None:
                    self.assertLessEqual(reply["mtu"],
                                         1500 - outer_ip - shim)

    def test_next_hops_show_tunnels(self):
        self.lab.download(20000, DOWNLOADS)
        hops = self.lab.headgate.nexthops()
        near = self.lab.servers[0]
        self.assertEqual(hops[near.address]["encapsulation"], "none")
        self.assertIsNone(hops[near.address]["gateway"])
        for server in self.lab.far():
            hop = hops[server.address]
            self.assertEqual(hop["encapsulation"],
                             SAID if server.encap == "bgp" else server.encap)
            self.assertEqual(hop["gateway"], server.rack_address)
            self.assertEqual(hop["outer_bytes"] - hop["bytes"],
                             hop["packets"] * (20 + SHIM_SIZES[server.encap]))
