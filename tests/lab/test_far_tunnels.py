# SPDX-License-Identifier: BSD-2-Clause
"""Check what says how packets go to servers behind routers, and where the tunnel
ends: the Tunnel Encapsulation attribute of stock ExaBGP, and a rule."""

import socket

from far_lab import FarCase, FarLab, FarServer, OuterHeaders
from lab.topology import HEADGATE_AS, HEADGATE_LAN, VIP
from server_daemons import Exabgp

PORT, FIRST_PORT, FLOWS = 7007, 42000, 40
SIZE = 100
# A second address of the server: the end of its tunnel.
END = "10.7.1.9"
# Type, flags and value: GRE to END (RFC 9012 2, 3.1)
ATTRIBUTE = "[ 0x17 0xc0 0x0002000c060a0000000000010a070109 ]"

CONFIGURATION = """\
neighbor {neighbor} {{
    router-id {address};
    local-address {address};
    local-as {local_as};
    peer-as {neighbor_as};
    hold-time 9;
    outgoing-ttl 4;
    family {{ ipv4 unicast; }}
    static {{ route {vip}/32 next-hop {address} attribute {attribute}; }}
}}
"""


class TunnelSpeaker(Exabgp):

    def __init__(self, server, folder):
        super().__init__(server.namespace, folder)
        self.server = server

    def configuration(self):
        return CONFIGURATION.format(
            address=self.server.address, local_as=self.server.as_number,
            neighbor=HEADGATE_LAN, neighbor_as=HEADGATE_AS, vip=VIP,
            attribute=ATTRIBUTE)


class TunnelServer(FarServer):
    """The first server speaks by ExaBGP."""

    def make_bird(self, lab, folder):
        if self.number > 1:
            return super().make_bird(lab, folder)
        self.address = f"{self.network}.2"
        return TunnelSpeaker(self, folder)

    def configure(self):
        super().configure()
        if self.number == 1:
            self.namespace.ip(f"address add {END}/24 dev eth0")

    def next_hops(self, lab):
        return {END} if self.number == 1 else super().next_hops(lab)


class TunnelLab(FarLab):
    """The first neighbor may name any end. A rule is about the second one, which
    says IP in IP by a community."""

    allowed = ",next-hop=any"

    def server_class(self, lab, number):
        return TunnelServer(lab, number)

    def agent_flags(self):
        flags = super().agent_flags()
        network = self.servers[0].network
        flags = [f + self.allowed if f.startswith(network) else f
                 for f in flags]
        return flags + ["--rule", "continue from neighbor "
                        f"{self.servers[1].address} set encap gue"]


class FarTunnels(FarCase):

    lab_class = TunnelLab
    options = {"servers": 2, "near": 0, "encaps": ("bgp", "bgp"),
               "forwarding": True}

    def test_packets_go_where_and_how_the_attribute_and_the_rule_say(self):
        first, second = self.lab.servers
        for server in self.lab.servers:
            process = server.start_echo(VIP, PORT)
            self.addCleanup(process.stdout.close)
            self.addCleanup(process.end)
        first_headers, second_headers = map(OuterHeaders, self.lab.servers)
        first_headers.addresses = (END,)
        with first_headers, second_headers:
            replies = self.lab.probe("datagrams", VIP, PORT, SIZE, FIRST_PORT,
                                     FLOWS)
            self.assertEqual({r and r["server"] for r in replies},
                             {first.name, second.name})
            self.assertEqual({o.protocol for o in first_headers.read()},
                             {socket.IPPROTO_GRE})
            self.assertEqual({o.protocol for o in second_headers.read()},
                             {socket.IPPROTO_UDP})
        hop = self.lab.headgate.nexthops()[END]
        self.assertEqual((hop["encapsulation"], hop["gateway"]),
                         ("gre", first.rack_address))
