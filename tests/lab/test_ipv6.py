# SPDX-License-Identifier: BSD-2-Clause
"""Check IPv6 beside IPv4: downloads, counters and a death, as for IPv4, and large
datagrams of both families, which arrive in fragments."""

import time

from lab_case import LabCase
from lab.system import TIME_SCALE, wait_until
from lab.topology import VIP, VIP6

CONNECTIONS = 600
TOLERANCE = 0.06
FIRST_PORT = 20000
REPEATED_PORTS = 50
ECHO_PORT = 7007
DATAGRAMS = 24
DATAGRAM_BYTES = 8000  # six fragments


class Ipv6(LabCase):
    """Both VIPs carry UDP without a packet that begins a flow: its flows would
    stay where the buckets were."""

    options = {"ipv6": True}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.headgate.arguments += ["--affinity-window", "0"]
        cls.lab.start()

    def test_flows_spread_and_everybody_counts_the_same(self):
        lab = self.lab
        counts = {s.address6: s.count_frames(VIP6) for s in lab.servers}
        before = lab.headgate.nexthops()
        connections = lab.download(FIRST_PORT, CONNECTIONS, VIP6)
        time.sleep(0.5 * TIME_SCALE)  # the last FIN and its ACK
        after = lab.headgate.nexthops()
        frames = {a: count.read() for a, count in counts.items()}
        for count in counts.values():
            count.close()
        self.assertEqual(connections.failed(), [])
        for server in lab.servers:
            self.assertAlmostEqual(connections.servers()[server.name],
                                   CONNECTIONS / len(lab.servers),
                                   delta=TOLERANCE * CONNECTIONS)
        self.assertEqual({a: after[a]["packets"] - before[a]["packets"]
                          for a in frames}, frames)
        self.assertGreater(min(frames.values()), CONNECTIONS)

    def test_a_flow_repeated_reaches_the_same_server(self):
        first = self.lab.download(FIRST_PORT, REPEATED_PORTS, VIP6)
        again = self.lab.download(FIRST_PORT, REPEATED_PORTS, VIP6)
        self.assertEqual(first.failed() + again.failed(), [])
        self.assertEqual(first.server_of_port(), again.server_of_port())

    def test_a_dead_server_loses_its_flows_to_the_others(self):
        lab = self.lab
        victim, others = lab.servers[0], lab.servers[1:]
        before = lab.download(FIRST_PORT, REPEATED_PORTS, VIP6)
        victim.cut_power()
        try:
            lab.wait_living(others)
            during = lab.download(FIRST_PORT, REPEATED_PORTS, VIP6)
        finally:
            victim.restore_power()
            lab.wait_ready()
        self.assertEqual(during.failed(), [])
        self.assertNotIn(victim.name, during.servers())
        # Other flows move only as far as even shares require.
        kept = {port: name for port, name in before.server_of_port().items()
                if name != victim.name}
        moved = [port for port, name in kept.items()
                 if during.server_of_port()[port] != name]
        self.assertLess(len(moved), REPEATED_PORTS / 5)

    def check_large_datagrams(self, vip):
        lab = self.lab
        processes = [s.start_echo(vip, ECHO_PORT) for s in lab.servers]
        try:
            replies = lab.probe("datagrams", vip, ECHO_PORT, DATAGRAM_BYTES,
                                FIRST_PORT, DATAGRAMS)
        finally:
            for process in processes:
                process.end()
                process.stdout.close()
        self.assertNotIn(None, replies)
        self.assertEqual({r["bytes"] for r in replies}, {DATAGRAM_BYTES})
        self.assertGreater(len({r["server"] for r in replies}), 1)

    def test_large_datagrams_arrive_whole_over_ipv4(self):
        self.check_large_datagrams(VIP)

    def test_large_datagrams_arrive_whole_over_ipv6(self):
        self.check_large_datagrams(VIP6)

    def test_kernel_routes_follow_the_sets(self):
        """On a host that does not forward, the routes have no effect."""
        lab = self.lab

        def hops():
            shown = lab.host.run("ip", "-6", "route", "show", VIP6)
            return {s.address6 for s in lab.servers
                    if f"via {s.address6} " in shown}
        wait_until(lambda: hops() == {s.address6 for s in lab.servers}, 5,
                   f"the kernel's route to {VIP6}")


class OneArmIpv6(LabCase):

    options = {"ipv6": True, "one_arm": True, "servers": 2}

    def test_connections_turn_around_on_one_port(self):
        before = self.lab.headgate.outcomes()
        connections = self.lab.download(FIRST_PORT, REPEATED_PORTS, VIP6)
        after = self.lab.headgate.outcomes()
        self.assertEqual(connections.failed(), [])
        self.assertGreater(after["forwarded_tx"] - before["forwarded_tx"],
                           3 * REPEATED_PORTS)
        self.assertEqual(after["forwarded_redirect"], 0)


class LinkLocal(LabCase):
    """Servers with link-local next hops only (RFC 2545; RFC 8950 for the IPv4
    VIP)."""

    options = {"ipv6": True, "link_local": True, "servers": 3,
               "forwarding": True}

    def check_downloads(self, vip):
        connections = self.lab.download(FIRST_PORT, REPEATED_PORTS, vip)
        self.assertEqual(connections.failed(), [])
        self.assertEqual(len(connections.servers()), 3)

    def test_an_ipv4_vip_is_steered_to_link_local_next_hops(self):
        self.check_downloads(VIP)

    def test_an_ipv6_vip_is_steered_to_link_local_next_hops(self):
        self.check_downloads(VIP6)

    def test_next_hops_are_shown_with_their_interface(self):
        routes = {r["prefix"]: r for r in self.lab.headgate.show("routes")}
        for prefix in (f"{VIP}/32", f"{VIP6}/128"):
            self.assertEqual(
                {p["next_hop"] for p in routes[prefix]["paths"]},
                {f"{s.link_local}%lan" for s in self.lab.servers})

    def test_the_kernel_has_routes_over_them_for_both_families(self):
        for vip in (VIP, VIP6):
            shown = self.lab.host.run("ip", "-6" if ":" in vip else "-4",
                                      "route", "show", vip)
            for server in self.lab.servers:
                self.assertIn(f"{server.link_local} dev lan", shown)

    def test_a_dead_server_leaves_both_vips(self):
        lab = self.lab
        victim, others = lab.servers[0], lab.servers[1:]
        victim.cut_power()
        try:
            lab.wait_living(others)
            for vip in (VIP, VIP6):
                during = lab.download(FIRST_PORT, REPEATED_PORTS, vip)
                self.assertEqual(during.failed(), [])
                self.assertNotIn(victim.name, during.servers())
        finally:
            victim.restore_power()
            lab.wait_ready()
