# SPDX-License-Identifier: BSD-2-Clause
"""Check that one backend that is broken or hostile harms itself alone: healthy
servers of a VIP lose no packet and no session meanwhile.
"""

import json
import socket
import time

import raw_bgp as bgp
from hostile_lab import unharmed
from lab_case import LabCase
from lab.system import wait_until
from lab.topology import (HEADGATE_LAN, HEADGATE_UP, ROUTER_LAN, ROUTER_UP,
                          Lab)
from raw_lab import announcement
from raw_speaker import Speaker, dial, inside

STOLEN = "192.0.2.66"
PACKETS = 200


class Hostile(LabCase):
    """Two healthy servers, and a third one that runs a raw speaker."""

    options = {"servers": 3}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.healthy = cls.lab.servers[:2]
        cls.evil = cls.lab.servers[2]
        cls.evil.bird.stop()
        cls.lab.wait_living(cls.healthy)

    def setUp(self):
        self.session = self.connect()
        self.addCleanup(self.session.close)

    def connect(self):
        def established():
            speaker = Speaker(dial(self.evil.namespace, self.evil.address,
                                   HEADGATE_LAN))
            speaker.wait(lambda: speaker.closed or speaker.received(bgp.OPEN),
                         5, "OPEN")
            return None if speaker.closed else speaker
        speaker = wait_until(established, 10, "a connection")
        return speaker.establish(self.evil.as_number, self.evil.address)

    def announce(self, next_hop, prefix=f"{STOLEN}/32", **more):
        self.session.send(announcement(prefix, self.evil.as_number,
                                       next_hop=next_hop, **more))

    def path(self, prefix=f"{STOLEN}/32"):
        """Return the hostile server's path from `explain`, or None."""
        done = self.lab.headgate.ctl("-j", "explain", prefix)
        if done.returncode:
            return None
        paths = json.loads(done.stdout)["explain"]["paths"]
        return next((p for p in paths
                     if p["neighbor"] == self.evil.address), None)

    def wait_reason(self, reason):
        def reached():
            path = self.path()
            return path if path and path["reason"] == reason else None
        return wait_until(reached, 10, f"the reason {reason}")

    def packets(self):
        """Return the packets that were forwarded for the VIP so far."""
        found = [v for v in self.lab.headgate.show("counters")["vips"]
                 if v["prefix"] == f"{STOLEN}/32"]
        return found[0]["packets"] if found else 0

    def forwarded(self):
        """Send packets to the VIP and return how many were forwarded."""
        before = self.packets()
        with inside(self.lab.client):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with sock:
            for _ in range(PACKETS):
                sock.sendto(b"x", (STOLEN, 9000))
        time.sleep(0.5)
        return self.packets() - before


class NextHop(Hostile):
    """4. What a backend may give as its next hop."""

    def check_refused(self, next_hop):
        self.announce(next_hop)
        path = self.wait_reason("next_hop_not_peer")
        self.assertIn("not the neighbor itself", path["why"])
        self.assertFalse(path["selected"])
        shown = self.lab.headgate.neighbor(self.evil.address)
        self.assertEqual(shown["next_hops_refused"], 1)
        self.assertEqual(self.forwarded(), 0)

    def test_the_router_is_not(self):
        with unharmed(self, self.lab, self.healthy):
            self.check_refused(ROUTER_LAN)

    def test_another_server_is_not(self):
        with unharmed(self, self.lab, self.healthy):
            self.check_refused(self.healthy[0].address)

    def test_it_is_itself(self):
        self.announce(self.evil.address)
        self.wait_reason(None)
        self.assertEqual(self.forwarded(), PACKETS)

    def test_a_second_address_of_the_same_machine_is(self):
        second = "10.1.0.99"
        self.evil.namespace.ip(f"address add {second}/24 dev eth0")
        self.addCleanup(self.evil.namespace.ip,
                        f"address del {second}/24 dev eth0")
        self.announce(second)
        self.wait_reason(None)
        self.assertEqual(self.forwarded(), PACKETS)

    def test_the_log_says_it_once(self):
        for last in range(100, 110):
            self.announce(ROUTER_LAN, f"192.0.2.{last}/32")
        self.announce(ROUTER_LAN)
        self.wait_reason("next_hop_not_peer")
        time.sleep(0.5)
        with open(self.lab.headgate.log_path, encoding="utf-8") as log:
            said = [line for line in log.read().splitlines()
                    if "not the neighbor itself" in line]
        sessions = 4  # at most, of this class
        self.assertLessEqual(len(said), sessions, said)


class AnyLab(Lab):
    """The hostile server may give any next hop on our links."""

    allowed = "any"

    def agent_flags(self):
        return [*super().agent_flags(), "--neighbor",
                f"10.1.0.13,as=65003,role=backend,passive,"
                f"next-hop={self.allowed}"]


class AnyNextHop(Hostile):
    """4. With next-hop=any, what leads back to the router is refused still."""

    lab_class = AnyLab

    def tearDown(self):
        self.lab.host.run("ip", "route", "flush", "default", check=False)

    def test_another_server_is_allowed(self):
        self.announce(self.healthy[0].address)
        self.wait_reason(None)
        self.assertEqual(self.forwarded(), PACKETS)

    def check_loop(self, next_hop, words):
        with unharmed(self, self.lab, self.healthy):
            self.announce(next_hop)
            path = self.wait_reason("next_hop_loop")
            self.assertIn(words, path["why"])
            self.assertEqual(self.forwarded(), 0)

    def test_an_upstream_is_refused(self):
        self.check_loop(ROUTER_UP, "is the address of an upstream")

    def test_what_is_behind_an_upstream_is_refused(self):
        self.lab.host.ip(f"route add 203.0.113.0/24 via {ROUTER_UP}")
        self.check_loop("203.0.113.9", f"is behind an upstream: {ROUTER_UP}")

    def test_what_only_the_default_route_reaches_is_refused(self):
        self.lab.host.ip(f"route add default via {self.healthy[0].address}")
        self.check_loop("203.0.114.9", "the default route only")

    def test_our_own_address_is_refused(self):
        for address in (HEADGATE_LAN, HEADGATE_UP):
            self.announce(address)
            path = self.wait_reason("next_hop_unresolved")
            self.assertIn("is an address of this host", path["why"])


class OnLinkLab(AnyLab):

    allowed = "on-link"


class OnLinkNextHop(Hostile):
    """4. With next-hop=on-link, gateways are refused."""

    lab_class = OnLinkLab

    def test_another_server_is_allowed_and_what_is_behind_it_is_not(self):
        gateway = self.healthy[0].address
        self.announce(gateway)
        self.wait_reason(None)
        self.lab.host.ip(f"route add 203.0.113.0/24 via {gateway}")
        self.announce("203.0.113.9")
        self.wait_reason("next_hop_not_on_link")
