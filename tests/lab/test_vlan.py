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
    """The program does not see the priority and cannot keep it."""

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
