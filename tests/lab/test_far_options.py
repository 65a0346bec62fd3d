# SPDX-License-Identifier: BSD-2-Clause
"""Check outer headers by the flags about them: sources out of a prefix, another
port of GUE; and a server behind a router that no BGP session tells of."""

import ipaddress
import socket

from far_lab import FarCase, FarLab, OuterHeaders
from lab.topology import VIP, VIP6

GUE_PORT = 7080
SOURCES, SOURCES6 = "10.8.0.16/28", "2001:db8:8::ab00/120"
# The VIPs of the second server, which the agent knows by --path.
STATIC, STATIC6 = "192.0.2.9", "2001:db8:f::9"
PORT, FIRST_PORT, FLOWS = 7007, 42000, 60
SIZE = 100


class OptionsLab(FarLab):
    """The first server is a neighbor with GUE. The second one is not: paths tell
    of it, with an encapsulation for each family."""

    gue_port = GUE_PORT

    def far(self):
        return self.servers[:1]

    def build(self, servers):
        super().build(servers)
        second = self.servers[1]
        second.namespace.ip(f"address add {STATIC}/32 dev lo",
                            f"address add {STATIC6}/128 dev lo")
        self.host.ip(f"route add {second.network6}::/64 via "
                     f"{second.rack_address6}")

    def agent_flags(self):
        second = self.servers[1]
        return super().agent_flags() + [
            "--gue-port", str(GUE_PORT), "--encap-source", SOURCES,
            "--encap-source", SOURCES6,
            "--path", f"{STATIC}/32,via={second.address},encap=ipip",
            "--path", f"{STATIC6}/128,via={second.address6},encap=gre"]


class FarOptions(FarCase):

    lab_class = OptionsLab
    options = {**FarCase.options, "servers": 2, "near": 0,
               "encaps": ("gue", None)}

    def start_echo(self, server, vip):
        process = server.start_echo(vip, PORT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.end)

    def outer_headers(self, server, vip):
        """Send a datagram of each flow, all of which the server answers. Return
        their outer headers, in order."""
        with OuterHeaders(server) as headers:
            replies = self.lab.probe("datagrams", vip, PORT, SIZE, FIRST_PORT,
                                     FLOWS)
            self.assertEqual([r and r["server"] for r in replies],
                             [server.name] * FLOWS)
            found = headers.read()
        self.assertEqual(len(found), FLOWS)
        return found

    def check_sources(self, headers, sources):
        """Each flow has its source; many of those in the prefix are in use."""
        network = ipaddress.ip_network(sources)
        found = {ipaddress.ip_address(outer.source) for outer in headers}
        self.assertEqual([s for s in found if s not in network], [])
        self.assertGreater(len(found), 8)

    def test_flows_have_sources_and_the_port_is_the_one_given(self):
        server = self.lab.servers[0]
        for vip, sources in (VIP, SOURCES), (VIP6, SOURCES6):
            self.start_echo(server, vip)
            headers = self.outer_headers(server, vip)
            self.check_sources(headers, sources)
            self.assertEqual({outer.port for outer in headers}, {GUE_PORT})
            self.assertGreater(len({o.source_port for o in headers}), 8)
            # A flow keeps its outer header.
            self.assertEqual(self.outer_headers(server, vip), headers)

    def test_a_path_has_an_encapsulation(self):
        server = self.lab.servers[1]
        for vip, sources, protocol in (
                (STATIC, SOURCES, socket.IPPROTO_IPIP),
                (STATIC6, SOURCES6, socket.IPPROTO_GRE)):
            self.start_echo(server, vip)
            headers = self.outer_headers(server, vip)
            self.check_sources(headers, sources)
            self.assertEqual({outer.protocol for outer in headers}, {protocol})
