# SPDX-License-Identifier: BSD-2-Clause
"""Run two agents on one host, each with its own interface and VIPs: each owns its
routes, next-hop objects and rules in the kernel, and touches no others."""

import json

from lab_case import LabCase
from lab.agent import Headgate
from lab.system import wait_until
from lab.topology import VIP

SECOND_VIP = "203.0.113.1"
SECOND_SERVER, SECOND_HOST = "10.9.0.2", "10.9.0.1"
PROTOCOL = {1: "72", 2: "73"}


class Instances(LabCase):
    """The second agent has the interface `other`, and one server there."""

    options = {"servers": 2}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host = cls.lab.host
        peer = cls.lab.router
        host.ip("link add other type veth peer name other-peer "
                f"netns {peer.name}")
        host.ip(f"address add {SECOND_HOST}/24 dev other",
                "link set other up")
        peer.ip(f"address add {SECOND_SERVER}/24 dev other-peer",
                "link set other-peer up")
        cls.lab.accept_xdp_frames(peer, "other-peer")
        cls.second = Headgate(host, cls.lab.folder, [
            "--as", "64512", "--router-id", "10.0.0.9", "--instance", "2",
            "--takeover-max", "3",
            "--listen", "127.0.0.1:0", "--interface", "other",
            "--vip", "203.0.113.0/24",
            "--neighbor", "10.9.0.250,as=65009,role=backend",
            "--path", f"{SECOND_VIP},via={SECOND_SERVER}"], "second")
        cls.second.start()
        cls.addClassCleanup(cls.second.stop)

    def routes(self, instance):
        text = self.lab.host.run("ip", "-j", "route", "show", "table", "all",
                                 "proto", PROTOCOL[instance])
        return sorted((route["dst"], str(route.get("table", "main")))
                      for route in json.loads(text))

    def rules(self, instance):
        rules = json.loads(self.lab.host.run("ip", "-j", "-N", "rule", "show"))
        return sorted((rule["priority"], str(rule.get("fwmark", "")))
                      for rule in rules
                      if str(rule.get("protocol")) == PROTOCOL[instance])

    def objects(self, instance):
        text = self.lab.host.run("ip", "-j", "-N", "nexthop", "show",
                                 "protocol", PROTOCOL[instance])
        return sorted(each["id"] for each in json.loads(text or "[]"))

    def owned(self, instance):
        return (self.routes(instance), self.rules(instance),
                self.objects(instance))

    def destinations(self, instance):
        return {destination for destination, table in self.routes(instance)
                if table == "main"}

    def wait_for_both(self):
        wait_until(lambda: VIP in self.destinations(1)
                   and SECOND_VIP in self.destinations(2)
                   and self.rules(1) and self.rules(2), 30,
                   "the routes and rules of both")

    def test_each_has_its_own(self):
        self.wait_for_both()
        self.assertNotIn(SECOND_VIP, self.destinations(1))
        self.assertNotIn(VIP, self.destinations(2))
        for one, two in zip(self.owned(1), self.owned(2)):
            self.assertEqual(set(one) & set(two), set())

    def test_what_a_killed_one_leaves_is_taken_by_the_same_instance_alone(self):
        self.wait_for_both()
        first = self.owned(1)
        self.second.kill()
        self.lab.host.ip("route add 203.0.113.77/32 proto 73 metric 7272 "
                         f"via {SECOND_SERVER}")
        left = self.owned(2)
        # The other instance starts anew, without a look at what is left.
        self.lab.headgate.stop()
        self.assertEqual(self.owned(1), ([], [], []))
        self.lab.headgate.start()
        self.lab.wait_living(self.lab.servers)
        wait_until(lambda: [len(part) for part in self.owned(1)]
                   == [len(part) for part in first], 30, "its routes again")
        self.assertEqual(self.owned(2), left)
        self.second.start()
        wait_until(lambda: "203.0.113.77" not in self.destinations(2), 40,
                   "the route that is left over to be removed")
        self.wait_for_both()
        self.second.stop()
        self.assertEqual(self.owned(2), ([], [], []))
        self.assertIn(VIP, self.destinations(1))
        self.second.start()
