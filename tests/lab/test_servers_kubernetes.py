# SPDX-License-Identifier: BSD-2-Clause
"""Check the speakers of Kubernetes as backends: GoBGP and FRR with the settings
that docs/servers.md leads to, and imitations of the others."""

import json
import time
import unittest

import raw_bgp as bgp
from raw_lab import NEXT_HOP, withdrawal
from raw_speaker import wait_for
from server_daemons import VIP, Cilium, KubeRouter, MetallbFrr, Restarting
from server_imitations import Calico, MetallbNative
from test_servers import (AT_ONCE, BYSTANDER, DRAIN_SECONDS, LEARNED_SECONDS,
                          ServerCase, neighbors)

EXIT_FAILED = 1
SECOND_VIP, VIP6 = "192.0.2.2/32", "2001:db8:f::1/128"
COMMUNITY = (65001, 7)


class Libraries(ServerCase):

    options = {"neighbors": neighbors(),
               "vips": ("192.0.2.0/24", "2001:db8:f::/64")}

    def check_restart(self, daemon_class):
        """Kill the daemon and start it again."""
        daemon = self.start(daemon_class)
        self.check_out_at_once(daemon.kill)
        daemon.start()
        self.wait_learned(daemon)
        self.check_out_at_once(daemon.stop)

    def test_kube_router_returns_after_a_kill(self):
        self.check_restart(KubeRouter)

    def test_cilium_returns_after_a_kill(self):
        self.check_restart(Cilium)

    def test_the_frr_of_metallb_returns_after_a_kill(self):
        self.check_restart(MetallbFrr)

    def test_the_frr_of_metallb_needs_no_address(self):
        self.lab.peers.ip(f"address delete {VIP}/32 dev lo")
        try:
            self.start(MetallbFrr)
        finally:
            self.lab.peers.ip(f"address add {VIP}/32 dev lo")

    def test_in_graceful_restart_gobgp_announces_after_its_deferral_time(self):
        daemon = Restarting(self.lab.peers, self.lab.folder)
        self.addCleanup(daemon.kill)
        daemon.start()
        everyone = [self.observer, self.bystander]
        wait_for(everyone, lambda: self.lab.state(NEXT_HOP) == "Established",
                 LEARNED_SECONDS, "the session")
        up = time.monotonic()
        self.wait_learned(daemon)
        self.assertGreater(time.monotonic() - up,
                           daemon.DEFERRAL_SECONDS - AT_ONCE)

    def test_an_ipv6_vip_of_cilium_has_the_ipv4_next_hop(self):
        self.start(Cilium)
        self.lab.peers.run("gobgp", "global", "rib", "add", "-a", "ipv6",
                           VIP6, "nexthop", "::", "origin", "igp")
        wait_for([self.observer, self.bystander],
                 lambda: (self.lab.route(VIP6) or {}).get("nexthops")
                 == [NEXT_HOP], DRAIN_SECONDS, "the IPv6 VIP")


class Imitated(ServerCase):

    def establish(self, speaker):
        """Bring a session up as the speaker does: its KEEPALIVE and its routes
        come at once behind its OPEN."""
        session = self.lab.dial(NEXT_HOP)
        self.addCleanup(session.close)
        session.send(speaker.opening(NEXT_HOP))
        session.wait_for_message(bgp.OPEN)
        session.send(bgp.keepalive(),
                     speaker.routes(f"{VIP}/32", NEXT_HOP))
        self.wait_both(session)
        return session

    def wait_both(self, session):
        wait_for([session, self.observer, self.bystander],
                 lambda: sorted((self.lab.route(f"{VIP}/32") or {}).get(
                     "nexthops", ())) == sorted([BYSTANDER, NEXT_HOP]),
                 DRAIN_SECONDS, "both servers")

    def offered(self):
        """Return what `show neighbor` says of the two OPENs."""
        return json.loads(self.lab.headgate.ctl(
            "-j", "show", "neighbor", NEXT_HOP).stdout)["neighbor"]

    def check_dials_again_at_once(self, speaker):
        """Check that a connection that just closes ends the session, and that
        the next one is accepted at once."""
        session = self.establish(speaker)
        self.check_out_at_once(session.close)
        self.establish(speaker)

    def test_metallb_closes_and_dials_again(self):
        self.check_dials_again_at_once(MetallbNative())

    def test_calico_closes_and_dials_again(self):
        self.check_dials_again_at_once(Calico())

    def test_metallb_withdraws_several_vips_in_one_update(self):
        speaker = MetallbNative()
        session = self.establish(speaker)
        session.send(speaker.announcement(SECOND_VIP, NEXT_HOP, [COMMUNITY]))
        wait_for([session], lambda: self.lab.path(SECOND_VIP, NEXT_HOP),
                 DRAIN_SECONDS, "the second VIP")
        session.send(withdrawal(f"{VIP}/32", SECOND_VIP))
        self.wait_servers([BYSTANDER], AT_ONCE)
        self.assertIsNone(self.lab.path(SECOND_VIP, NEXT_HOP))

    def test_metallb_cannot_be_asked_to_send_its_routes_again(self):
        session = self.establish(MetallbNative())
        done = self.lab.headgate.ctl("neighbor", NEXT_HOP, "refresh", "in")
        self.assertEqual(done.returncode, EXIT_FAILED, done)
        self.assertEqual(session.received(bgp.ROUTE_REFRESH), [])

    def test_metallb_over_ipv6_is_withdrawn_and_named(self):
        speaker = MetallbNative()
        session = self.establish(speaker)
        session.send(speaker.announcement_over_ipv6(f"{VIP}/32"))
        self.wait_servers([BYSTANDER], AT_ONCE)
        self.assertIn(f"withdrawn: {VIP}/32",
                      self.lab.headgate.log_tail(20))
        self.check_bystanders()

    def test_calico_agrees_on_neither_add_path_nor_restart(self):
        session = self.establish(Calico())
        shown = self.offered()
        self.assertEqual(shown["add_path"], {"receive": [], "send": []})
        self.assertLessEqual({"graceful restart",
                              "long-lived graceful restart"},
                             set(shown["capabilities_only_theirs"]), shown)
        self.check_out_at_once(session.close)


if __name__ == "__main__":
    unittest.main()
