# SPDX-License-Identifier: BSD-2-Clause
"""Check BGP unnumbered: stock FRR with `neighbor eth1 interface v6only` learns
our address from our router advertisement, and we learn its address from its. The
configurations are those of docs/recipes/rack.md."""

import os
import re
import sys
import unittest

import lab_case  # noqa: F401 (finds the lab)
from lab.system import IPV6_ON, Namespace, connect, run, wait_until
from raw_lab import BACKENDS, UPSTREAM, RawLab
from recipes import RecipeCase, blocks, recipe

VIP = "192.0.2.1/32"
LINK = "rack1"
UP_SECONDS = 20

FRR, = blocks("rack", "frr")
AT = FRR.index("router bgp")
ZEBRA, BGPD = FRR[:AT], FRR[AT:].replace(
    " address-family", " neighbor eth1 timers connect 2\n address-family", 1)
ANSWER_SECONDS = 4  # MIN_DELAY_BETWEEN_RAS (RFC 4861 10), and a margin
SOLICITATION, ADVERTISEMENT = 133, 134

# Send a message of Neighbor Discovery: type, source, hop limit.
SENDER = """
import socket, sys
kind, source, hops = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
index = socket.if_nametoindex("eth1")
sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)
sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hops)
sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
sock.bind((source, 0, 0, index))
sock.sendto(bytes([kind]) + bytes(7 if kind == 133 else 15),
            ("ff02::2" if kind == 133 else "ff02::1", 0, 0, index))
"""


class LinkCase(RecipeCase):
    """A lab with a server behind a link of its own."""

    host_sysctls = ()

    @classmethod
    def setUpClass(cls):
        line = re.search(rf"^neighbor ({LINK},.*)$", recipe("rack"), re.M)[1]
        cls.lab = RawLab(neighbors=(BACKENDS, UPSTREAM, line),
                         flags=("--interface", LINK))
        cls.addClassCleanup(cls.lab.close)
        cls.lab.host.run("sysctl", "-qw", *IPV6_ON)
        cls.server = Namespace(cls.lab.prefix, "frr", IPV6_ON)
        connect(cls.lab.host, LINK, cls.server, "eth1")
        cls.lab.accept_xdp_frames(cls.server, "eth1")
        if cls.host_sysctls:
            cls.lab.host.run("sysctl", "-qw", *cls.host_sysctls)
        cls.lab.host.ip(f"address add fe80::1/64 dev {LINK} nodad")
        cls.server.ip("address add fe80::11/64 dev eth1 nodad")
        cls.lab.start()

    def neighbor(self):
        return next(n for n in self.lab.headgate.show("neighbors")
                    if n["interface"] == LINK)

    def send(self, kind, source, hops=255):
        self.server.run(sys.executable, "-c", SENDER, str(kind), source,
                        str(hops))

    def advertisements(self):
        """Return how many router advertisements the server has received."""
        counters = self.server.run("cat", "/proc/net/snmp6").split()
        return int(counters[counters.index("Icmp6InRouterAdvertisements") + 1])


class TwoRouters(LinkCase):
    """A neighbor on an interface is one peer. The host takes default routes
    from advertisements, which is for the operator to decide."""

    host_sysctls = (f"net.ipv6.conf.{LINK}.accept_ra=2",)

    def test_a_second_router_on_the_link_is_named_in_a_hint(self):
        self.server.ip("address add fe80::12/64 dev eth1 nodad")
        wait_until(lambda: self.advertisements() > 0, 5, "our advertisement")
        self.send(ADVERTISEMENT, "fe80::11")
        self.send(ADVERTISEMENT, "fe80::12", hops=64)
        wait_until(lambda: (self.neighbor()["address"] or "").startswith(
            "fe80::11"), 5, "the address from the advertisement")
        self.assertNotIn("routers", self.neighbor()["hint"] or "")
        self.send(ADVERTISEMENT, "fe80::12")
        wait_until(lambda: f"2 routers advertise themselves on {LINK}"
                   in (self.neighbor()["hint"] or ""), 5, "the hint")

    def test_the_log_warns_of_a_default_route(self):
        self.assertIn(f"net.ipv6.conf.{LINK}.accept_ra_defrtr=0",
                      self.lab.headgate.log_tail(200))


class Unnumbered(LinkCase):
    """Stock FRR on the server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemons = []
        cls.start_frr()

    @classmethod
    def start_daemon(cls, name, config, *arguments):
        folder = f"{cls.lab.folder}/frr"
        with open(f"{folder}/{name}.conf", "w", encoding="ascii") as file:
            file.write(config)
        run("chown", "-R", "frr:frr", folder)
        cls.daemons.append(cls.server.start(
            [f"/usr/lib/frr/{name}", "-f", f"{folder}/{name}.conf", "-i",
             f"{folder}/{name}.pid", "--vty_socket", folder, "-P", "0", "-z",
             f"{folder}/zserv.api", *arguments], log=f"{folder}/{name}.out"))

    @classmethod
    def start_frr(cls):
        folder = f"{cls.lab.folder}/frr"
        os.makedirs(folder, exist_ok=True)
        cls.start_daemon("zebra", ZEBRA)
        wait_until(lambda: os.path.exists(f"{folder}/zserv.api"), 5, "zebra")
        cls.start_daemon("bgpd", BGPD, "-n")

    def wait_up(self, address):
        def up():
            shown = self.neighbor()
            return (shown["state"] == "Established"
                    and shown["address"].startswith(address))
        wait_until(up, UP_SECONDS, f"a session with {address}")

    def test_a_session_comes_up_and_the_ipv4_vip_is_steered(self):
        self.wait_up("fe80::11")
        wait_until(lambda: (self.lab.route(VIP) or {}).get("forwarding"), 5,
                   "the VIP forwarded")
        nexthops = self.lab.route(VIP)["nexthops"]
        self.assertTrue(nexthops[0].startswith("fe80::11"), nexthops)
        neighbor, hops = self.run_all("rack")[0].split("SLOT")
        self.assertIn("Established", neighbor)
        self.assertIn("fe80::11", hops)

    def test_a_solicitation_is_answered_without_a_default_route(self):
        self.wait_up("fe80::11")
        self.server.run("sysctl", "-qw", "net.ipv6.conf.eth1.accept_ra=2")
        before = self.advertisements()
        self.send(SOLICITATION, "fe80::11")
        wait_until(lambda: self.advertisements() > before, ANSWER_SECONDS,
                   "an advertisement")
        self.assertNotIn("eth1", self.server.run("ip", "-6", "route", "show",
                                                 "default"))

    def test_the_peer_may_have_another_address_after_a_restart(self):
        self.wait_up("fe80::11")
        for daemon in self.daemons:
            daemon.end()
        self.daemons.clear()
        self.server.ip("address delete fe80::11/64 dev eth1",
                       "address add fe80::12/64 dev eth1 nodad")
        self.start_frr()
        self.wait_up("fe80::12")


if __name__ == "__main__":
    unittest.main()
