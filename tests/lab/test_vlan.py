# SPDX-License-Identifier: BSD-2-Clause
"""Check Headgate on a trunk: VLAN devices of the kernel on top of the interface
with the program. The program adds, changes and removes tags, keeps their
priority, and moves traffic off a dead server behind a tag.

The tests are skipped on a kernel without VLAN devices; `make check-kernels
KERNELS=6.12 LAB=test_vlan` runs them on one with.
"""

import os
import unittest

from lab_case import LabCase
from lab.trunk import (ETH_P_8021Q, INNER_PRIORITY, PRIORITY, TrunkLab,
                       why_no_vlans)
from lab.system import wait_until
from lab.topology import CLIENT_ADDRESS, VIP
from raw_frames import frame, ipv4, mac_of, send_frames, udp

ETH_P_8021AD = 0x88a8
FIRST_PORT = 20000
CONNECTIONS = 60

# Without root the tests fail, as in all labs.
REFUSED = why_no_vlans() if os.geteuid() == 0 else ""


class Trunk:
    """The tests; a subclass has the tags of both links, and those that a server
    receives."""

    lab_class = TrunkLab
    seen = ()

    def test_connections_go_through_with_the_tags_of_the_servers(self):
        lab = self.lab
        watches = [server.watch_tags() for server in lab.servers]
        before = lab.headgate.outcomes()
        connections = lab.download(FIRST_PORT, CONNECTIONS)
        after = lab.headgate.outcomes()
        tags = [watch.close() for watch in watches]
        self.assertEqual(connections.failed(), [])
        self.assertEqual(set(connections.servers()),
                         {s.name for s in lab.servers})
        self.assertEqual(tags, [{self.seen}] * len(lab.servers))
        self.assertGreater(after["forwarded_tx"] - before["forwarded_tx"],
                           3 * CONNECTIONS)
        self.assertEqual(after["forwarded_redirect"], 0)
        self.assertEqual(after["passed_no_nexthop"],
                         before["passed_no_nexthop"])

    def test_next_hops_have_the_tags_of_their_route(self):
        lab = self.lab
        wanted = [tag for _, _, tag in self.seen] + [0] * (2 - len(self.seen))
        for slot in range(1, len(lab.servers) + 1):
            nexthop = lab.headgate.map_lookup("nexthops", slot)
            self.assertEqual([tag["id"] for tag in nexthop["tags"]], wanted)

    def test_a_vlan_is_taken_while_it_has_a_device(self):
        lab = self.lab
        name, tag = "eth0.999", (999,)
        mac = mac_of(lab.host, "eth0")
        packet = frame(mac, ipv4(CLIENT_ADDRESS, VIP, udp(4000, 9)), tag)
        # The bridge drops a frame from a MAC of zeroes.
        packet = mac + mac_of(lab.router, "eth0") + packet[2 * len(mac):]

        def passed_one_more():
            before = lab.headgate.outcomes()["passed_other_vlan"]
            forwarded = lab.headgate.outcomes()["forwarded_tx"]
            send_frames(lab.router, "eth0", [packet])
            wait_until(lambda: lab.headgate.outcomes()["passed_other_vlan"]
                       > before or lab.headgate.outcomes()["forwarded_tx"]
                       > forwarded, 20, "the end of the frame")
            return lab.headgate.outcomes()["passed_other_vlan"] > before
        self.assertTrue(passed_one_more())
        lab.host.ip(f"link add link eth0 name {name} type vlan id {tag[0]}")
        wait_until(lambda: not passed_one_more(), 20, "the VLAN to be taken")
        lab.host.ip(f"link del {name}")
        wait_until(passed_one_more, 20, "the VLAN to be left to the kernel")

    def test_a_dead_server_loses_its_flows_to_the_others(self):
        lab = self.lab
        victim, others = lab.servers[0], lab.servers[1:]
        victim.cut_power()
        try:
            lab.wait_living(others)
            during = lab.download(FIRST_PORT, CONNECTIONS)
        finally:
            victim.restore_power()
            lab.wait_ready()
        self.assertEqual(during.failed(), [])
        self.assertEqual(set(during.servers()), {s.name for s in others})


@unittest.skipIf(REFUSED, f"no VLAN devices: {REFUSED}")
class Changed(Trunk, LabCase):

    options = {"up_tags": (10,), "lan_tags": (20,)}
    seen = ((ETH_P_8021Q, PRIORITY, 20),)


@unittest.skipIf(REFUSED, f"no VLAN devices: {REFUSED}")
class Offloaded(Trunk, LabCase):
    """The program does not see the tag: it cannot keep the priority, and takes
    the frames of all VLANs."""

    test_a_vlan_is_taken_while_it_has_a_device = None

    options = {"up_tags": (10,), "lan_tags": (20,), "offload": True}
    seen = ((ETH_P_8021Q, 0, 20),)


@unittest.skipIf(REFUSED, f"no VLAN devices: {REFUSED}")
class TakenAway(Trunk, LabCase):

    options = {"up_tags": (10,)}


@unittest.skipIf(REFUSED, f"no VLAN devices: {REFUSED}")
class Given(Trunk, LabCase):

    options = {"lan_tags": (20,)}
    seen = ((ETH_P_8021Q, 0, 20),)


@unittest.skipIf(REFUSED, f"no VLAN devices: {REFUSED}")
class TwoForOne(Trunk, LabCase):

    options = {"up_tags": (10,), "lan_tags": (200, 20)}
    seen = ((ETH_P_8021AD, PRIORITY, 200), (ETH_P_8021Q, 0, 20))


@unittest.skipIf(REFUSED, f"no VLAN devices: {REFUSED}")
class TwoForTwo(Trunk, LabCase):

    options = {"up_tags": (100, 10), "lan_tags": (200, 20)}
    seen = ((ETH_P_8021AD, PRIORITY, 200), (ETH_P_8021Q, INNER_PRIORITY, 20))
