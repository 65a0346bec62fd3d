# SPDX-License-Identifier: BSD-2-Clause
"""Check that one backend that is broken or hostile harms itself alone: healthy
servers of a VIP lose no packet and no session meanwhile.
"""

import contextlib
import json
import socket
import time

import raw_bgp as bgp
from hostile_lab import WatchedCase, unharmed, uptimes
from lab_case import LabCase
from lab.system import wait_until
from lab.topology import (HEADGATE_LAN, HEADGATE_UP, ROUTER_LAN, ROUTER_UP,
                          VIP, Lab)
from raw_lab import (BACKEND_AS, BYSTANDER, NEXT_HOP, OBSERVER, UPSTREAM,
                     UPSTREAM_AS, announcement, memory_bound, tell, withdrawal)
from raw_speaker import Speaker, dial, inside, read_all, wait_for

STOLEN = "192.0.2.66"
PACKETS = 200

DEFAULT_LIMIT = 1000   # of max-prefix, for backends
FLOOD = 100_000        # prefixes
FLOOD_MEMORY = 4096    # kilobytes
UPDATE_LATEST = 0.5    # for another neighbor, meanwhile
IN_ONE = 500           # prefixes of one UPDATE
TCP_REPAIR = 19
UNACCEPTABLE_HOLD_TIME = (2, 6)
WITH_HOLD_TIME = "10.1.0.14"
RETURN_SECONDS = 15    # until a server whose power was cut is back
HUGE, HUGE_BYTES, HUGE_KIND = 100, 60000, 200  # paths, bytes, attribute


class Hostile(LabCase):
    """Two healthy servers, and a third one that runs a raw speaker."""

    options = {"servers": 3}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.healthy = cls.lab.servers[:2]
        cls.evil = cls.lab.servers[2]
        cls.lab.start_peers()
        cls.evil.bird.stop()
        cls.lab.headgate.start()
        cls.lab.wait_living(cls.healthy)
        wait_until(lambda: min(uptimes(cls.lab, cls.healthy)) >= 1, 5,
                   "a second of their sessions")

    def setUp(self):
        self.enterContext(unharmed(self, self.lab, self.healthy))
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
        after = self.packets()
        # The table of a VIP that lost its server goes with that one's death.
        return after - before if after else 0


class NextHop(Hostile):
    """4. The next hop that a backend may give."""

    def check_refused(self, next_hop):
        self.announce(next_hop)
        path = self.wait_reason("next_hop_not_peer")
        self.assertIn("not the neighbor itself", path["why"])
        self.assertFalse(path["selected"])
        shown = self.lab.headgate.neighbor(self.evil.address)
        self.assertEqual(shown["next_hops_refused"], 1)
        self.assertEqual(self.forwarded(), 0)

    def test_the_router_is_not(self):
        self.check_refused(ROUTER_LAN)

    def test_another_server_is_not(self):
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


VIRTUAL = "203.0.115.7"  # with the MAC of a virtual router
CONFIGURED, BY_RULE = "192.0.2.77", "192.0.2.78"


class AnyLab(Lab):
    """The hostile server may give any next hop on our links."""

    allowed = "any"

    def agent_flags(self):
        return [*super().agent_flags(), "--neighbor",
                f"10.1.0.13,as=65003,role=backend,passive,"
                f"next-hop={self.allowed}",
                "--path", f"{CONFIGURED}/32,via={VIRTUAL}",
                "--rule", f"allow from neighbor 10.1.0.13 prefix {BY_RULE}/32 "
                f"set next-hop {VIRTUAL}"]


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

    def test_another_address_of_the_upstream_is_refused(self):
        other = "203.0.115.1"
        self.lab.router.ip(f"address add {other}/32 dev up")
        self.addCleanup(self.lab.router.ip, f"address del {other}/32 dev up")
        self.lab.host.ip(f"route add {other}/32 dev up")
        self.addCleanup(self.lab.host.ip, f"route del {other}/32 dev up")
        self.check_loop(other, f"has the MAC of an upstream, {ROUTER_UP}")

    def add_virtual_router(self, address):
        """Give the router an address with a MAC of VRRP, as keepalived does."""
        router = self.lab.router
        for name, value in (("arp_ignore", 1), ("arp_announce", 2)):
            router.run("sysctl", "-qw", f"net.ipv4.conf.all.{name}={value}")
            self.addCleanup(router.run, "sysctl", "-qw",
                            f"net.ipv4.conf.all.{name}=0")
        router.ip("link add vrrp link up type macvlan mode bridge")
        self.addCleanup(router.ip, "link del vrrp")
        router.ip("link set vrrp address 00:00:5e:00:01:07 up")
        router.ip(f"address add {address}/32 dev vrrp")

    def test_a_virtual_address_of_routers_is_refused(self):
        self.add_virtual_router(VIRTUAL)
        self.lab.host.ip(f"route add {VIRTUAL}/32 dev up")
        self.addCleanup(self.lab.host.ip, f"route del {VIRTUAL}/32 dev up")
        self.check_loop(VIRTUAL, "has the MAC of a virtual router (VRRP or "
                        f"HSRP), on the link of an upstream, {ROUTER_UP}")
        # The configuration knows whose address it is.
        self.announce(self.evil.address, f"{BY_RULE}/32")
        for vip in (CONFIGURED, BY_RULE):
            wait_until(lambda vip=vip: any(
                p["selected"] and p["next_hop"] == VIRTUAL
                for r in self.lab.headgate.show("routes")
                if r["prefix"] == f"{vip}/32" for p in r["paths"]), 10,
                f"{vip} by way of {VIRTUAL}")

    def test_an_address_of_a_vip_is_refused(self):
        routes = self.lab.host.run("ip", "route", "show", "proto", "72")
        self.assertIn(f"{VIP} ", routes)
        self.announce(VIP)
        path = self.wait_reason("next_hop_unresolved")
        self.assertIn("is behind a VIP", path["why"])
        time.sleep(0.5)
        self.assertFalse(self.path()["selected"])
        self.assertEqual(self.forwarded(), 0)

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


class VipsLab(Lab):
    """The hostile server has one VIP of its own."""

    def agent_flags(self):
        return [*super().agent_flags(), "--neighbor",
                "10.1.0.13,as=65003,role=backend,passive,"
                f"vips={STOLEN}/32+192.0.2.128/25,max-prefix-length=32,"
                "max-next-hops=2"]


class Vips(Hostile):
    """5. The VIPs that a backend may announce."""

    lab_class = VipsLab

    def cause(self, prefix):
        path = wait_until(lambda: self.path(prefix), 5, f"a path to {prefix}")
        return path["cause"]

    def test_a_vip_of_others_is_refused(self):
        self.announce(self.evil.address, f"{VIP}/32")
        self.assertEqual(self.cause(f"{VIP}/32"), "not_its_vip")
        self.announce(self.evil.address, "192.0.2.0/25")
        self.assertEqual(self.cause("192.0.2.0/25"), "not_its_vip")

    def test_a_vip_that_gains_an_origin_says_so(self):
        as_number = self.evil.as_number
        self.announce(self.evil.address)
        self.wait_reason(None)
        self.announce(self.evil.address, path=[as_number, 65077])
        self.wait_reason(None)
        wait_until(lambda: f"{STOLEN}/32: AS 65077, from {self.evil.address}, "
                   f"is a new origin, AS {as_number} was the last one"
                   in self.lab.headgate.log_tail(200), 5, "the log line")
        done = self.lab.headgate.ctl("-j", "explain", f"{STOLEN}/32")
        self.assertEqual(json.loads(done.stdout)["explain"]["origins"],
                         [as_number, 65077])

    def test_its_own_one_is_not(self):
        self.announce(self.evil.address)
        self.wait_reason(None)
        self.assertEqual(self.forwarded(), PACKETS)

    def test_next_hops_beyond_its_limit_wait_for_room(self):
        vips = [f"192.0.2.{n}/32" for n in (130, 131, 132)]
        others = [s.address for s in self.lab.servers]
        for vip, next_hop in zip(vips, others):
            self.announce(next_hop, vip)
        self.assertEqual(self.cause(vips[2]), "max_next_hops")
        self.assertEqual(self.cause(vips[1]), None)
        self.session.send(withdrawal(vips[0]))
        self.announce(others[2], vips[2])
        wait_until(lambda: self.path(vips[2])["selected"], 5,
                   "the last VIP in use")


# --------------------------------------------------------- bounds

def addresses(first, count):
    return [f"11.{n >> 16}.{n >> 8 & 255}.{n & 255}/32"
            for n in range(first, first + count)]


class Bounds(WatchedCase):
    """1. A neighbor has room for what it sends up to its limit. Another neighbor has a
    limit of a few, and a third one reflects for others."""

    announce_as = "origin"
    FEW, FEW_LIMIT = "10.1.0.12", 3
    SHORT = "10.1.0.13"
    VIPS = [f"192.0.2.{n}/32" for n in range(1, 8)]
    options = {"neighbors": ("10.1.0.0/26,as=65001-65099,role=backend",
                             f"{FEW},as=65002,role=backend,passive,"
                             f"max-prefix={FEW_LIMIT}",
                             f"{SHORT},as=65003,role=backend,passive,"
                             "max-attributes=200", UPSTREAM),
               "addresses": (FEW, SHORT)}

    def neighbor(self, address):
        return self.lab.headgate.neighbor(address)

    def flood(self, speaker, as_number, next_hop):
        """Send many prefixes and return the memory that this has cost."""
        before = self.lab.memory()
        longest = 0
        for first in range(0, FLOOD, IN_ONE):
            speaker.send(announcement(addresses(first, IN_ONE), as_number,
                                      next_hop=next_hop))
            if first % (20 * IN_ONE) == 0:
                longest = max(longest, self.measure_update([speaker]))
        tell(f"{FLOOD} prefixes: {self.lab.memory() - before} kB, longest "
             f"update of another neighbor {1000 * longest:.0f} ms")
        self.assertLess(longest, UPDATE_LATEST)
        self.check_bystanders()
        return self.lab.memory() - before

    def test_a_backend_has_room_for_a_thousand_unless_configured(self):
        speaker = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        speaker.send(announcement(self.VIPS[0], BACKEND_AS))
        grown = self.flood(speaker, BACKEND_AS, NEXT_HOP)
        shown = self.neighbor(NEXT_HOP)
        self.assertEqual(shown["state"], "Established")
        self.assertEqual(shown["max_prefix"], DEFAULT_LIMIT)
        self.assertEqual(shown["max_prefix_count"], DEFAULT_LIMIT)
        self.assertEqual(shown["refused"]["max_prefix"],
                         FLOOD + 1 - DEFAULT_LIMIT)
        self.assertLess(grown, memory_bound(FLOOD_MEMORY))
        # Flows to paths that it has go on.
        self.assertTrue(self.lab.path(self.VIPS[0], NEXT_HOP)["selected"])
        speaker.close()

    def test_nothing_is_kept_of_an_upstream(self):
        grown = self.flood(self.observer, UPSTREAM_AS, OBSERVER)
        shown = self.neighbor(OBSERVER)
        self.assertEqual(shown["refused"]["no_policy"], FLOOD)
        self.assertEqual(shown["prefixes_accepted"], 0)
        self.assertLess(grown, memory_bound(FLOOD_MEMORY))
        self.assertIsNone(self.lab.route(addresses(0, 1)[0]))

    def test_a_backend_has_room_for_4096_bytes_of_attributes_for_each_prefix(
            self):
        speaker = self.keep(self.lab.establish(
            NEXT_HOP, BACKEND_AS, capabilities=bgp.usual_capabilities(
                BACKEND_AS) + bgp.capability(bgp.CAP_EXTENDED_MESSAGE)))
        before = self.lab.memory()
        for number, prefix in enumerate(addresses(0, HUGE)):
            speaker.send(bgp.update(
                bgp.origin(), bgp.as_path(BACKEND_AS), bgp.next_hop(NEXT_HOP),
                bgp.attribute(HUGE_KIND, bgp.u32(number) + bytes(HUGE_BYTES)),
                nlri=bgp.prefix(prefix)))
            if number % 10 == 0:  # the traffic's own socket sees all of it
                self.measure_update([speaker])
        wait_for([speaker], lambda: self.neighbor(NEXT_HOP)[
            "prefixes_received"] == HUGE, 10, "all of them")
        grown = self.lab.memory() - before
        shown = self.neighbor(NEXT_HOP)
        tell(f"{HUGE} paths of {HUGE_BYTES} bytes: {grown} kB")
        self.assertEqual(shown["options"]["max_attributes"],
                         4096 * DEFAULT_LIMIT)
        self.assertEqual(shown["max_prefix_count"],
                         4096 * DEFAULT_LIMIT // HUGE_BYTES)
        self.assertEqual(shown["refused"]["max_attributes"],
                         HUGE - shown["max_prefix_count"])
        self.assertLess(grown, memory_bound(4 * 4096))
        speaker.close()

    def test_a_path_with_too_many_attributes_gets_the_room_of_another(self):
        short = self.keep(self.lab.establish(self.SHORT, 65003))
        first, second = self.VIPS[:2]
        tags = [(65003, n) for n in range(30)]  # 120 bytes
        for vip in (first, second):
            short.send(announcement(vip, 65003, self.SHORT, tags))
        wait_for([short], lambda: self.neighbor(self.SHORT)["refused"][
            "max_attributes"] == 1, 5, "a refusal")
        self.assertTrue(self.lab.path(first, self.SHORT)["selected"])
        self.assertIsNone(self.lab.path(second, self.SHORT))
        self.assertIn("more bytes of attributes than max-attributes=200: "
                      f"{second} and others", self.lab.headgate.log_tail(200))
        short.send(announcement(first, 65003, self.SHORT,
                                [(65003, n) for n in range(60)]))
        short.wait_for_message(bgp.ROUTE_REFRESH)
        self.assertIn("more bytes of attributes than max-attributes=",
                      self.lab.headgate.ctl("explain", first).stdout)
        short.send(announcement(second, 65003, self.SHORT, tags))
        wait_for([short], lambda: (self.lab.path(second, self.SHORT)
                                   or {}).get("selected"), 5, "the second VIP")
        short.close()

    def test_who_is_refused_is_named_and_gets_the_room_of_others(self):
        few = self.keep(self.lab.establish(self.FEW, 65002))
        for vip in self.VIPS:
            few.send(announcement(vip, 65002, next_hop=self.FEW))
        wait_for([few], lambda: self.neighbor(self.FEW)["refused"][
            "max_prefix"] == len(self.VIPS) - self.FEW_LIMIT, 5, "refusals")
        for vip in self.VIPS[:self.FEW_LIMIT]:
            self.assertTrue(self.lab.path(vip, self.FEW)["selected"])
        for vip in self.VIPS[self.FEW_LIMIT:]:
            self.assertIsNone(self.lab.path(vip, self.FEW))
        self.assertIn(f"{self.FEW}: more ipv4 unicast prefixes than max-prefix="
                      f"{self.FEW_LIMIT}: more are refused, the first is "
                      f"{self.VIPS[self.FEW_LIMIT]}",
                      self.lab.headgate.log_tail(200))
        shown = self.neighbor(self.FEW)
        waiting = self.VIPS[self.FEW_LIMIT:]
        self.assertEqual((shown["max_prefix_waiting"], shown["waiting"]),
                         (len(waiting), waiting[:8]))
        self.assertIn(f"keeps out {len(waiting)} prefixes, the first is "
                      f"{waiting[0]}; asked for again", shown["hint"])
        few.send(withdrawal(self.VIPS[0]))
        few.wait_for_message(bgp.ROUTE_REFRESH)
        self.assertEqual(self.neighbor(self.FEW)["max_prefix_waiting"], 0)
        few.send(announcement(self.VIPS[-1], 65002, next_hop=self.FEW))
        wait_for([few], lambda: (self.lab.path(self.VIPS[-1], self.FEW)
                                 or {}).get("selected"), 5, "the last VIP")
        few.close()

    def test_who_cannot_be_asked_again_is_named(self):
        few = self.keep(self.lab.establish(
            self.FEW, 65002, capabilities=bgp.as4_capability(65002)))
        for vip in self.VIPS:
            few.send(announcement(vip, 65002, next_hop=self.FEW))
        few.send(withdrawal(self.VIPS[0]))
        waiting = self.VIPS[self.FEW_LIMIT:]
        wait_for([few], lambda: self.neighbor(self.FEW)["waiting"] == waiting,
                 5, "VIPs that wait")
        self.assertIn("without route refresh only a new session brings them",
                      self.neighbor(self.FEW)["hint"])
        few.close()


class Crowd(WatchedCase):
    """1. Sessions beyond the limit of a range are refused, and counted."""

    SECOND = "10.1.0.12"
    options = {"neighbors": ("10.1.0.8/29,as=65001-65099,role=backend,limit=2",
                             f"{BYSTANDER},as={BACKEND_AS + 98},"
                             "role=backend,passive", UPSTREAM),
               "addresses": (SECOND, "10.1.0.13")}

    def refused(self):
        return self.lab.headgate.show("status")["connections_refused"]

    def test_the_third_one_of_two(self):
        before = self.refused()
        first = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        second = self.keep(self.lab.establish(self.SECOND, BACKEND_AS + 1))
        # The reset may come before connect() returns.
        with contextlib.suppress(ConnectionResetError):
            self.lab.dial("10.1.0.13").wait_closed()
        self.assertEqual(self.refused(), before + 1)
        self.assertIn("limit of its --neighbor prefix reached",
                      self.lab.headgate.log_tail(200))
        second.close()
        wait_for([first], lambda: self.lab.state(self.SECOND) == "Active", 5,
                 "the end of the second one")
        self.keep(self.lab.establish("10.1.0.13", BACKEND_AS + 2))
        self.check_bystanders()


class CrowdOfAll(WatchedCase):
    """1. So are those beyond the limit of all ranges together; peers that have a
    line of their own are not among them."""

    RANGES = (NEXT_HOP, "10.1.0.17", "10.1.0.25")
    options = {"neighbors": (*(f"10.1.0.{first}/29,as=65001-65099,role=backend"
                               for first in (8, 16, 24)),
                             f"{BYSTANDER},as={BACKEND_AS + 98},"
                             "role=backend,passive", UPSTREAM),
               "addresses": RANGES[1:], "flags": ("--dynamic-limit", "2")}

    def setUp(self):
        super().setUp()
        wait_until(lambda: self.count() == 0, 5, "the end of all sessions")

    def status(self):
        return self.lab.headgate.show("status")

    def count(self):
        return self.status()["neighbors"]["dynamic"]

    def establish(self, number):
        speaker = self.lab.establish(self.RANGES[number], BACKEND_AS + number)
        self.addCleanup(speaker.close)
        return speaker

    def test_the_third_one_of_two(self):
        before = self.status()["connections_refused"]
        first, second = self.establish(0), self.establish(1)
        neighbors = self.status()["neighbors"]
        self.assertEqual((neighbors["dynamic"], neighbors["dynamic_limit"]),
                         (2, 2))
        # The reset may come before connect() returns.
        with contextlib.suppress(ConnectionResetError):
            self.lab.dial(self.RANGES[2]).wait_closed()
        status = self.status()
        self.assertEqual(status["connections_refused"], before + 1)
        self.assertEqual(status["last_refused"]["address"], self.RANGES[2])
        self.assertIn("--dynamic-limit reached", status["last_refused"]["why"])
        self.assertIn(f"{self.RANGES[2]}: connection refused: --dynamic-limit",
                      self.lab.headgate.log_tail(200))
        second.close()
        wait_for([first], lambda: self.count() == 1, 5,
                 "the end of the second one")
        self.establish(2)
        self.assertEqual(self.lab.state(NEXT_HOP), "Established")
        self.check_bystanders()

    def test_one_that_sends_no_open_makes_room(self):
        first = self.establish(0)
        silent = self.lab.dial(self.RANGES[1])
        wait_for([first, silent], lambda: self.count() == 2, 5,
                 "the silent one")
        self.establish(2)
        silent.wait_closed()
        refused = self.status()["last_refused"]
        self.assertEqual(refused["address"], self.RANGES[1])
        self.assertIn("had not sent its OPEN", refused["why"])
        self.assertFalse(first.closed)
        self.check_bystanders()


# --------------------------------------------------- sessions that lie dead

class DeadSessions(WatchedCase):
    """10. A session whose server lost its power, also one without hold time."""

    STRICT = "10.1.0.13"
    options = {"neighbors": ("10.1.0.0/26,as=65001-65099,role=backend",
                             f"{STRICT},as=65003,role=backend,passive,"
                             "min-hold-time=3", UPSTREAM),
               "addresses": (STRICT, WITH_HOLD_TIME)}

    @classmethod
    def before_start(cls):
        """Leave one prefix as it is without the lab's key."""
        arguments = cls.lab.headgate.arguments
        arguments += ["--neighbor", f"{WITH_HOLD_TIME}/31,role=backend"]

    @staticmethod
    def cut_power(speaker):
        """Close in repair mode: the other end hears nothing of it."""
        speaker.sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        speaker.sock.close()
        speaker.closed = True

    def test_its_server_comes_back_though_it_has_no_hold_time(self):
        first = self.lab.establish(NEXT_HOP, BACKEND_AS, hold_time=0)
        self.cut_power(first)
        start = time.monotonic()
        refused = self.lab.dial(NEXT_HOP)
        self.assertEqual(refused.wait_closed().code, 6)
        again = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS,
                                             hold_time=0))
        self.assertLess(time.monotonic() - start, RETURN_SECONDS)
        self.check_bystanders()
        again.close()

    def test_a_peer_of_a_prefix_must_have_a_hold_time(self):
        refused = self.lab.dial(WITH_HOLD_TIME)
        refused.send(bgp.open_message(BACKEND_AS, WITH_HOLD_TIME, hold_time=0))
        answer = refused.wait_closed()
        self.assertEqual((answer.code, answer.subcode), UNACCEPTABLE_HOLD_TIME)
        speaker = self.keep(self.lab.establish(WITH_HOLD_TIME, BACKEND_AS,
                                               hold_time=90))
        self.assertFalse(speaker.closed)
        self.check_bystanders()

    def test_a_living_one_stays_when_a_second_connection_comes(self):
        speaker = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS,
                                               hold_time=0))
        keepalives = len(speaker.received(bgp.KEEPALIVE))
        for _ in range(3):
            second = self.lab.dial(NEXT_HOP)
            answer = second.wait_closed()
            self.assertEqual((answer.code, answer.subcode), (6, 7))
        deadline = time.monotonic() + 5  # longer than it has to answer
        while time.monotonic() < deadline:
            read_all([speaker, self.observer, self.bystander], 0.1)
        self.assertFalse(speaker.closed)
        self.assertEqual(len(speaker.received(bgp.KEEPALIVE)), keepalives + 1)
        self.check_bystanders()
        speaker.close()

    def test_no_hold_time_is_below_every_minimum(self):
        speaker = self.lab.dial(self.STRICT)
        speaker.send(bgp.open_message(65003, self.STRICT, hold_time=0))
        answer = speaker.wait_closed()
        self.assertEqual((answer.code, answer.subcode), (2, 6))
