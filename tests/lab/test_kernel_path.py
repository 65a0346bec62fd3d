# SPDX-License-Identifier: BSD-2-Clause
"""Check the packets that the program passes to the kernel. The agent's routes make
the kernel answer them: traceroute shows the Headgate host, path MTU discovery
works through it, and traffic continues without the program."""

import re
from contextlib import closing

from lab_case import LabCase
from lab.frames import FrameCount
from lab.system import wait_until
from lab.topology import (HEADGATE6_UP, HEADGATE_UP, ROUTER6_CLIENT,
                          ROUTER_CLIENT, VIP, VIP6, VIP6_PREFIX,
                          VIP_PREFIX)

ROUTE_PROTOCOL = "72"
# In the ranges of --vip, but announced by no server.
UNKNOWN, UNKNOWN6 = "192.0.2.77", "2001:db8:f::77"
# Linux's messages: host unreachable, and no route for IPv6.
UNREACHABLE = {"type": 3, "code": 1}
UNREACHABLE6 = {"type": 1, "code": 0}
ECHO_PORT = 7007
UPLOAD_BYTES = 300000
SMALL_MTU = 1400
USUAL_MTU = 1500
DOWNLOADS = 40


class KernelPath(LabCase):

    options = {"ipv6": True, "forwarding": True, "servers": 2}
    started = False

    @classmethod
    def setUpClass(cls):
        """One test runs without the program, which an audit attaches again."""
        super().setUpClass()
        cls.lab.headgate.arguments += ["--audit-interval", "0"]
        cls.lab.start()

    # ----------------------------------------------------- routes

    def our_routes(self, family):
        return self.lab.host.run("ip", family, "route", "show", "proto",
                                 ROUTE_PROTOCOL)

    def hops(self, vip):
        shown = self.lab.host.run("ip", "-6" if ":" in vip else "-4", "route",
                                  "show", vip)
        return set(re.findall(r"via (\S+)", shown))

    def check_routes(self, vip, addresses):
        wait_until(lambda: self.hops(vip) == set(addresses), 10,
                   f"the kernel's route to {vip} by {addresses}")

    def check_unreachable(self, vip, vip6):
        self.assertIn(f"unreachable {vip} ", self.our_routes("-4"))
        self.assertIn(f"unreachable {vip6} ", self.our_routes("-6"))

    def test_routes_follow_the_sets(self):
        victim, other = self.lab.servers
        both = {VIP: [s.address for s in self.lab.servers],
                VIP6: [s.address6 for s in self.lab.servers]}
        for vip, addresses in both.items():
            self.check_routes(vip, addresses)
        victim.cut_cable()
        try:
            self.check_routes(VIP, [other.address])
            self.check_routes(VIP6, [other.address6])
        finally:
            victim.plug_cable()
            self.lab.wait_ready()
        for vip, addresses in both.items():
            self.check_routes(vip, addresses)

    def test_routes_that_another_process_removes_are_back(self):
        both = {VIP: [s.address for s in self.lab.servers],
                VIP6: [s.address6 for s in self.lab.servers]}
        for vip, addresses in both.items():
            self.check_routes(vip, addresses)
        for family in ("-4", "-6"):
            self.lab.host.run("ip", family, "route", "flush", "proto",
                              ROUTE_PROTOCOL)
        for vip, addresses in both.items():
            self.check_routes(vip, addresses)
        self.check_unreachable(VIP_PREFIX, VIP6_PREFIX)
        self.assertIn("another process removed kernel routes",
                      self.lab.headgate.log_tail(50))

    def test_a_killed_agents_routes_stay_and_go_with_the_next_one(self):
        headgate = self.lab.headgate
        headgate.kill()
        self.assertIn(VIP, self.our_routes("-4"))
        self.assertIn(VIP6, self.our_routes("-6"))
        headgate.start()
        self.lab.wait_ready()
        self.assertEqual(headgate.stop(), 0)
        try:
            self.assertEqual(self.our_routes("-4"), "")
            self.assertEqual(self.our_routes("-6"), "")
        finally:
            headgate.start()
            self.lab.wait_ready()

    # ----------------------------------------------------- no server

    def check_no_loop(self, address, message, headgate):
        """Check that a datagram from the router does not come back to it."""
        with closing(FrameCount(self.lab.router, "up", address)) as frames:
            self.assertEqual(self.lab.probe("answer", address),
                             {"from": headgate, **message})
            self.assertEqual(frames.read(), 1)

    def check_nobody_there(self, address, address6):
        self.check_no_loop(address, UNREACHABLE, HEADGATE_UP)
        self.check_no_loop(address6, UNREACHABLE6, HEADGATE6_UP)

    def test_packets_to_vips_without_a_server_do_not_loop(self):
        """The router has static routes to Headgate, whose default route leads
        back to the router."""
        lab = self.lab
        lab.router.ip(f"route add {VIP_PREFIX} via {HEADGATE_UP}",
                      f"route add {VIP6_PREFIX} via {HEADGATE6_UP}")
        try:
            self.check_unreachable(VIP_PREFIX, VIP6_PREFIX)
            self.check_nobody_there(UNKNOWN, UNKNOWN6)
            for server in lab.servers:
                server.cut_cable()
            lab.wait_announced(False)
            self.check_routes(VIP, [])
            self.check_routes(VIP6, [])
            self.check_unreachable(VIP, VIP6)
            self.check_nobody_there(VIP, VIP6)
        finally:
            for server in lab.servers:
                server.plug_cable()
            lab.router.ip(f"route del {VIP_PREFIX} via {HEADGATE_UP}",
                          f"route del {VIP6_PREFIX} via {HEADGATE6_UP}")
            lab.wait_ready()

    # ----------------------------------------------------- traceroute

    def test_traceroute_sees_the_headgate_host_over_ipv4(self):
        self.assertEqual(self.lab.probe("hops", VIP, 3),
                         [ROUTER_CLIENT, HEADGATE_UP, VIP])

    def test_traceroute_sees_the_headgate_host_over_ipv6(self):
        self.assertEqual(self.lab.probe("hops", VIP6, 3),
                         [ROUTER6_CLIENT, HEADGATE6_UP, VIP6])

    # ----------------------------------------------------- path MTU

    def mtus(self):
        """Return the MTUs of the servers' slots, two for each server."""
        slots = range(1, 2 * len(self.lab.servers) + 1)
        return {self.lab.headgate.map_lookup("nexthops", slot)["mtu"]
                for slot in slots}

    def check_path_mtu(self, vip):
        """Check path MTU discovery: only the headgate host has the smaller MTU
        of the servers' side."""
        lab = self.lab
        processes = [s.start_echo(vip, ECHO_PORT) for s in lab.servers]
        lab.host.ip(f"link set lan mtu {SMALL_MTU}")
        before = lab.headgate.outcomes()
        try:
            wait_until(lambda: self.mtus() == {SMALL_MTU}, 5,
                       "the smaller MTU in the tables")
            reply = lab.probe("upload", vip, ECHO_PORT, UPLOAD_BYTES)
        finally:
            lab.host.ip(f"link set lan mtu {USUAL_MTU}")
            for process in processes:
                process.end()
                process.stdout.close()
            self.lab.wait_ready()
        after = lab.headgate.outcomes()
        self.assertEqual(reply["bytes"], UPLOAD_BYTES)
        self.assertEqual(reply["mtu"], SMALL_MTU)
        self.assertGreater(after["passed_too_big"], before["passed_too_big"])

    def test_path_mtu_is_found_over_ipv4(self):
        self.check_path_mtu(VIP)

    def test_path_mtu_is_found_over_ipv6(self):
        self.check_path_mtu(VIP6)

    # ----------------------------------------------------- no program

    def test_traffic_goes_on_without_the_program(self):
        """The kernel has its own hash, which includes ports if a sysctl says
        so."""
        lab = self.lab
        lab.host.run("sysctl", "-q", "-w",
                     "net.ipv4.fib_multipath_hash_policy=1",
                     "net.ipv6.fib_multipath_hash_policy=1")
        lab.headgate.detach_programs()
        try:
            self.assertEqual(lab.headgate.program_ids(), {})
            for vip in (VIP, VIP6):
                connections = lab.download(20000, DOWNLOADS, vip)
                self.assertEqual(connections.failed(), [])
                self.assertEqual(len(connections.servers()), 2)
        finally:
            self.assertEqual(lab.headgate.stop(), 0)
            lab.headgate.start()
            lab.wait_ready()


class NoForwarding(LabCase):
    """The default lab, whose host does not forward."""

    options = {"servers": 1}

    def test_a_host_that_does_not_forward_is_told_what_that_means(self):
        log = wait_until(lambda: "does not forward" in
                         self.lab.headgate.log_tail(1000)
                         and self.lab.headgate.log_tail(1000), 20, "the line")
        self.assertRegex(log, "this host does not forward IPv4.*path MTU "
                         "discovery.*net.ipv4.ip_forward=1")
        self.assertNotIn("does not forward IPv6", log)
