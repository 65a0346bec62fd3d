# SPDX-License-Identifier: BSD-2-Clause
"""Check Headgate's sessions with stock daemons.

A scene configures both ends in one way (plain, signed, Add-Path, ...). Four
peers of the same daemon play it at once: as backend and as upstream, over IPv4
and over IPv6. Each test_peers_*.py loads these scenes for its daemon.
"""

import re
import time
import unittest

from lab_case import LabCase, close_lab
from lab.fabric import (BACKEND4, BACKEND6, HEADGATE_AS, IPV4_VIP_OVER_IPV6,
                        SEATS, UPSTREAM4, UPSTREAM6, Fabric)
from lab.peers.peer import Announcement, Route
from lab.system import LabError, wait_until

PASSWORD = "correct-horse"  # FRR takes no blanks
AT_ONCE = 1.0  # seconds; every timer of BGP is longer
HINT_SECONDS = 15  # time for a second and a third SYN
AWAY_SECONDS, BACK_SECONDS = 1, 4  # without an agent, and with the next
SEVERAL_NEXT_HOPS = (3, 4)  # announced by an Add-Path backend


def load_for(daemon, loader):
    """Return the scenes as a test suite for one daemon, a subclass of Peer."""
    Scene.daemon = daemon
    return unittest.TestSuite(
        loader.loadTestsFromTestCase(scene) for scene in
        (Plain, Signed, WronglySigned, NearOnly, TooFar, SeveralPaths,
         Ipv4OverIpv6, LinkLocal, Restart))


def setUpModule():
    """Build one lab for all scenes."""
    Scene.lab = Fabric(Scene.daemon)
    unittest.addModuleCleanup(close_lab, Scene.lab)


class Scene(LabCase):
    """A test class that plays its scene once, for all its tests."""

    daemon = lab = None
    seats = SEATS
    dynamic_backends = False  # configured by the prefix of their cable

    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(cls.lab.end_scene)
        try:
            cls.lab.play([cls.neighbor_flag(seat) for seat in cls.seats],
                         {seat.name: seat.session(**cls.peer_end(seat))
                          for seat in cls.seats})
        except Exception:
            cls.show_log()
            raise

    @classmethod
    def neighbor_flag(cls, seat):
        dynamic = cls.dynamic_backends and seat.role == "backend"
        return ",".join([seat.prefix if dynamic else seat.address,
                         f"as={seat.as_number}", f"role={seat.role}",
                         *cls.our_end(seat)])

    @classmethod
    def our_end(cls, seat):
        """Return further keys of --neighbor."""
        return ()

    @classmethod
    def peer_end(cls, seat):
        """Return the fields of the peer's Session that differ from the default."""
        return {}

    @classmethod
    def show_log(cls):
        if cls.lab.headgate:
            super().show_log()
        for name, peer in cls.lab.peers.items():
            tail = "".join(peer.log().splitlines(keepends=True)[-8:])
            print(f"--- the end of {name}'s log\n{tail}", flush=True)

    # ----------------------------------------------------- checks

    def peer(self, seat):
        return self.lab.peers[seat.name]

    def check_established(self, seat):
        self.peer(seat).wait_established()
        neighbor = wait_until(lambda: self.lab.neighbor(seat), 5,
                              f"neighbor {seat.address}")
        self.assertEqual(neighbor["state"], "Established")
        self.assertEqual(neighbor["as"], seat.as_number)
        self.assertEqual(neighbor["role"], seat.role)
        self.assertIsNone(neighbor.get("hint"))

    def check_learned(self, seat, vip=None, next_hops=None):
        """Check that a backend's VIP is steered to it."""
        self.check_established(seat)
        self.lab.wait_paths(vip or seat.vip, next_hops or [seat.address])

    def check_announced(self, seat, backend, vip=None, count=1):
        """Check that the daemon has the backend's VIP from Headgate."""
        self.check_established(seat)
        vip = vip or backend.vip
        route = Route(vip, seat.headgate,
                      f"{HEADGATE_AS} {backend.as_number}")
        self.lab.wait_routes(seat, vip, [route] * count)


class Sessions:
    """The tests of every scene."""

    def test_session_with_a_backend_over_ipv4_comes_up(self):
        self.check_established(BACKEND4)

    def test_session_with_a_backend_over_ipv6_comes_up(self):
        self.check_established(BACKEND6)

    def test_session_with_an_upstream_over_ipv4_comes_up(self):
        self.check_established(UPSTREAM4)

    def test_session_with_an_upstream_over_ipv6_comes_up(self):
        self.check_established(UPSTREAM6)

    def test_vip_is_learned_from_a_backend_over_ipv4(self):
        self.check_learned(BACKEND4)

    def test_vip_is_learned_from_a_backend_over_ipv6(self):
        self.check_learned(BACKEND6)

    def test_vip_is_announced_to_an_upstream_over_ipv4(self):
        self.check_announced(UPSTREAM4, BACKEND4)

    def test_vip_is_announced_to_an_upstream_over_ipv6(self):
        self.check_announced(UPSTREAM6, BACKEND6)


class Plain(Sessions, Scene):
    """No options. The backends support graceful restart; Headgate must not
    offer it."""

    dynamic_backends = True

    @classmethod
    def peer_end(cls, seat):
        return {"graceful_restart": seat.role == "backend"}

    def setUp(self):
        """Start the daemons again that a test has ended."""
        for peer in self.lab.peers.values():
            if not peer.running():
                peer.start()

    def received(self, seat):
        """Return the path from this neighbor in `show routes`, or None."""
        paths = [path for route in self.lab.headgate.show("routes")
                 for path in route["paths"]
                 if path["neighbor"] == seat.address]
        return paths[0] if paths else None

    def test_an_ipv6_route_is_received_with_its_next_hop(self):
        """Steered or not, the route is kept and shown (RFC 4760, RFC 2545)."""
        self.check_established(BACKEND6)
        path = wait_until(lambda: self.received(BACKEND6), 5,
                          "a path from the IPv6 backend")
        self.assertEqual(path["next_hop"], BACKEND6.address)
        self.assertEqual(path["as_path"], str(BACKEND6.as_number))

    def check_withdrawn(self, backend, upstream, end, seconds):
        """Check that the VIP is withdrawn when `end` ends the daemon on
        `backend`."""
        self.check_learned(backend)
        self.check_announced(upstream, backend)
        end()
        self.lab.wait_paths(backend.vip, [], seconds)
        self.lab.wait_routes(upstream, backend.vip, [], seconds)

    def test_vip_of_a_stopped_backend_over_ipv4_is_withdrawn(self):
        self.check_withdrawn(BACKEND4, UPSTREAM4, self.peer(BACKEND4).stop, 5)

    def test_vip_of_a_stopped_backend_over_ipv6_is_withdrawn(self):
        self.check_withdrawn(BACKEND6, UPSTREAM6, self.peer(BACKEND6).stop, 5)

    def test_vip_of_a_killed_backend_over_ipv4_is_withdrawn_at_once(self):
        self.check_withdrawn(BACKEND4, UPSTREAM4, self.peer(BACKEND4).kill,
                             AT_ONCE)

    def test_vip_of_a_killed_backend_over_ipv6_is_withdrawn_at_once(self):
        self.check_withdrawn(BACKEND6, UPSTREAM6, self.peer(BACKEND6).kill,
                             AT_ONCE)

    def check_refresh(self, seat):
        """Check that all routes are sent again and the session stays."""
        if not self.daemon.can_refresh:
            self.skipTest("the daemon has no command for it")
        peer = self.peer(seat)
        before = self.lab.neighbor(seat)
        updates = peer.updates_received()
        peer.refresh()
        if seat.role == "upstream":
            wait_until(lambda: peer.updates_received() > updates, 5,
                       f"the routes again at {seat.name}")
        else:
            time.sleep(1)  # Headgate sends no route to a backend
        self.check_established(seat)
        self.assertGreaterEqual(self.lab.neighbor(seat)["uptime_s"],
                                before["uptime_s"])

    def test_routes_are_sent_again_to_an_upstream_over_ipv4(self):
        self.check_announced(UPSTREAM4, BACKEND4)
        self.check_refresh(UPSTREAM4)
        self.check_announced(UPSTREAM4, BACKEND4)

    def test_routes_are_sent_again_to_an_upstream_over_ipv6(self):
        self.check_announced(UPSTREAM6, BACKEND6)
        self.check_refresh(UPSTREAM6)
        self.check_announced(UPSTREAM6, BACKEND6)

    def test_refresh_is_answered_to_a_backend_over_ipv4(self):
        self.check_learned(BACKEND4)
        self.check_refresh(BACKEND4)

    def test_refresh_is_answered_to_a_backend_over_ipv6(self):
        self.check_learned(BACKEND6)
        self.check_refresh(BACKEND6)

    def check_offers_no_restart(self, seat):
        self.check_established(seat)
        self.assertFalse(offers_restart(self.peer(seat)))

    def test_restart_is_not_offered_to_a_backend_over_ipv4(self):
        self.check_offers_no_restart(BACKEND4)

    def test_restart_is_not_offered_to_a_backend_over_ipv6(self):
        self.check_offers_no_restart(BACKEND6)


def offers_restart(peer):
    """Return True if the daemon saw graceful restart (of any kind) in
    Headgate's OPEN."""
    letters = re.sub("[^a-z]", "", peer.capabilities_received().lower())
    return "gracefulrestart" in letters


class Signed(Sessions, Scene):
    """TCP-MD5 (RFC 2385); the backends share one key for their prefix."""

    dynamic_backends = True

    @classmethod
    def our_end(cls, seat):
        path = cls.lab.write_secret("right", PASSWORD)
        return (f"password-file={path}",)

    @classmethod
    def peer_end(cls, seat):
        return {"password": PASSWORD}


class HintCase(Scene):
    """Sessions that cannot come up: `show neighbors` gives a hint."""

    def check_hint(self, seat, word):
        """Check the hint and Headgate's state. Segments sent before the kernel
        knew the required TTL may bring the peer, but not Headgate, to
        Established."""
        def hint():
            neighbor = self.lab.neighbor(seat) or {}
            return word in (neighbor.get("hint") or "")
        wait_until(hint, HINT_SECONDS,
                   f"a hint that names {word} for {seat.address}")
        self.assertNotEqual(self.lab.neighbor(seat)["state"], "Established")


class WronglySigned(HintCase):
    """TCP-MD5 with keys that do not match, or with a key at one end."""

    @classmethod
    def our_end(cls, seat):
        if seat is UPSTREAM6:
            return ()
        path = cls.lab.write_secret("right", PASSWORD)
        return (f"password-file={path}",)

    @classmethod
    def peer_end(cls, seat):
        return {"password": None if seat is UPSTREAM4 else "battery-staple"}

    def test_backend_with_another_password_over_ipv4_is_told_by_a_hint(self):
        self.check_hint(BACKEND4, "MD5")

    def test_backend_with_another_password_over_ipv6_is_told_by_a_hint(self):
        self.check_hint(BACKEND6, "MD5")

    def test_upstream_without_a_password_is_told_by_a_hint(self):
        self.check_hint(UPSTREAM4, "MD5")

    def test_upstream_with_a_password_we_do_not_have_is_told_by_a_hint(self):
        self.check_hint(UPSTREAM6, "MD5")


class NearOnly(Sessions, Scene):
    """GTSM (RFC 5082) at both ends. Backends dial; their SYN is checked, too."""

    @classmethod
    def our_end(cls, seat):
        return (("ttl-security", "passive") if seat.role == "backend"
                else ("ttl-security",))

    @classmethod
    def peer_end(cls, seat):
        return {"ttl_security": True}


class TooFar(HintCase):
    """GTSM at Headgate's end only: the peer's TTL is not 255."""

    @classmethod
    def our_end(cls, seat):
        return ("ttl-security",)

    def test_backend_with_a_low_ttl_over_ipv4_is_told_by_a_hint(self):
        self.check_hint(BACKEND4, "TTL")

    def test_backend_with_a_low_ttl_over_ipv6_is_told_by_a_hint(self):
        self.check_hint(BACKEND6, "TTL")

    def test_upstream_with_a_low_ttl_over_ipv4_is_told_by_a_hint(self):
        self.check_hint(UPSTREAM4, "TTL")

    def test_upstream_with_a_low_ttl_over_ipv6_is_told_by_a_hint(self):
        self.check_hint(UPSTREAM6, "TTL")


class SeveralPaths(Scene):
    """Add-Path (RFC 7911): a backend announces two servers."""

    @staticmethod
    def next_hops(seat):
        return [seat.address_of(host) for host in SEVERAL_NEXT_HOPS]

    @classmethod
    def our_end(cls, seat):
        return ("add-path=both",)

    @classmethod
    def peer_end(cls, seat):
        announce = ()
        if seat.role == "backend":
            announce = tuple(Announcement(seat.vip, next_hop)
                             for next_hop in cls.next_hops(seat))
        return {"add_path": True, "announce": announce}

    def test_both_paths_are_learned_from_a_backend_over_ipv4(self):
        self.check_learned(BACKEND4, next_hops=self.next_hops(BACKEND4))

    def test_both_paths_are_learned_from_a_backend_over_ipv6(self):
        self.check_learned(BACKEND6, next_hops=self.next_hops(BACKEND6))

    def test_both_paths_are_announced_to_an_upstream_over_ipv4(self):
        self.check_announced(UPSTREAM4, BACKEND4, count=2)

    def test_both_paths_are_announced_to_an_upstream_over_ipv6(self):
        self.check_announced(UPSTREAM6, BACKEND6, count=2)


class Ipv4OverIpv6(Scene):
    """Extended next hop (RFC 8950): both families over one IPv6 session."""

    seats = (BACKEND6, UPSTREAM6)

    @classmethod
    def our_end(cls, seat):
        return ("extended-next-hop",)

    @classmethod
    def peer_end(cls, seat):
        vips = (IPV4_VIP_OVER_IPV6, seat.vip)
        return {"families": ("ipv4", "ipv6"), "extended_next_hop": True,
                "announce": tuple(Announcement(vip) for vip in vips)
                if seat.role == "backend" else ()}

    def test_session_with_a_backend_comes_up(self):
        self.check_established(BACKEND6)

    def test_session_with_an_upstream_comes_up(self):
        self.check_established(UPSTREAM6)

    def test_ipv4_vip_is_learned_from_a_backend(self):
        self.check_learned(BACKEND6, IPV4_VIP_OVER_IPV6)

    def test_ipv6_vip_is_learned_from_the_same_backend(self):
        self.check_learned(BACKEND6)

    def test_ipv4_vip_is_announced_to_an_upstream(self):
        self.check_announced(UPSTREAM6, BACKEND6, IPV4_VIP_OVER_IPV6)

    def test_ipv6_vip_is_announced_to_the_same_upstream(self):
        self.check_announced(UPSTREAM6, BACKEND6)


class LinkLocal(Scene):
    """Link-local addresses only: a neighbor is configured by its interface."""

    seats = (BACKEND6, UPSTREAM6)
    OURS, THEIRS = "fe80::1", "fe80::2"

    @classmethod
    def neighbor_flag(cls, seat):
        # Extended next hop is allowed: the session is over IPv6.
        return f"{seat.name},as=external,role={seat.role}"

    @classmethod
    def peer_end(cls, seat):
        return {**Ipv4OverIpv6.peer_end(seat),
                "address": cls.THEIRS, "neighbor": cls.OURS}

    def check_up(self, seat):
        self.peer(seat).wait_established()
        neighbors = [n for n in self.lab.headgate.show("neighbors")
                     if n["as"] == seat.as_number]
        self.assertEqual([n["state"] for n in neighbors], ["Established"])
        self.assertIn(self.THEIRS, neighbors[0]["address"])

    def test_session_with_a_backend_comes_up(self):
        self.check_up(BACKEND6)

    def test_session_with_an_upstream_comes_up(self):
        self.check_up(UPSTREAM6)

    def check_steered(self, vip):
        """Check the path to a VIP. The peer may announce a global next hop, too."""
        self.peer(BACKEND6).wait_established()
        path = wait_until(lambda: [p for p in self.lab.paths(vip)
                                   if p["selected"]], 15, f"a path to {vip}")
        self.assertIn(path[0]["next_hop"].split("%")[0],
                      (self.THEIRS, *map(BACKEND6.address_of, (2, 3, 4))))

    def test_ipv4_vip_is_learned_from_a_backend(self):
        self.check_steered(IPV4_VIP_OVER_IPV6)

    def test_ipv6_vip_is_learned_from_a_backend(self):
        self.check_steered(BACKEND6.vip)

    def check_known(self, vip):
        """Check the upstream's route. Some daemons show "::" as next hop where
        only the link-local one was sent."""
        self.peer(UPSTREAM6).wait_established()
        route = wait_until(lambda: self.peer(UPSTREAM6).route(vip), 15,
                           f"upstream6: {vip}")
        self.assertEqual(route[0].as_path,
                         f"{HEADGATE_AS} {BACKEND6.as_number}")
        self.assertIn(route[0].next_hop, (self.OURS, "::", UPSTREAM6.headgate))

    def test_ipv4_vip_is_announced_to_an_upstream(self):
        self.check_known(IPV4_VIP_OVER_IPV6)

    def test_ipv6_vip_is_announced_to_an_upstream(self):
        self.check_known(BACKEND6.vip)


class Restart(Scene):
    """Graceful restart (RFC 4724) towards upstreams: the agent is killed and
    started again while XDP forwards."""

    @classmethod
    def our_end(cls, seat):
        return ("graceful-restart",) if seat.role == "upstream" else ()

    @classmethod
    def peer_end(cls, seat):
        return {"graceful_restart": True}

    def check_restart(self, upstream, backend):
        self.check_announced(upstream, backend)
        self.assertTrue(offers_restart(self.peer(upstream)))
        self.assertFalse(offers_restart(self.peer(backend)))
        self.lab.headgate.kill()
        self.check_kept(upstream, backend.vip, AWAY_SECONDS)
        self.lab.headgate.start()
        self.check_kept(upstream, backend.vip, BACK_SECONDS)
        self.check_announced(upstream, backend)

    def check_kept(self, upstream, vip, seconds):
        """Check for `seconds` that the upstream keeps the VIP."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.peer(upstream).route(vip):
                raise LabError(f"{upstream.name} lost {vip}")

    def test_upstream_over_ipv4_keeps_its_routes_meanwhile(self):
        self.check_restart(UPSTREAM4, BACKEND4)

    def test_upstream_over_ipv6_keeps_its_routes_meanwhile(self):
        self.check_restart(UPSTREAM6, BACKEND6)
