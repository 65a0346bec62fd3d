# SPDX-License-Identifier: BSD-2-Clause
"""Run the daemons of servers with the configurations of docs/servers.md, beside
another server with the same VIP: each is learned, drained, stopped and killed."""

import re
import unittest

import server_document
from raw_lab import (BACKEND_AS, BYSTANDER, NEXT_HOP, UPSTREAM, RawCase,
                     announcement)
from raw_speaker import wait_for
from server_daemons import VIP, Bird, Exabgp, Frr, Gobgp, Openbgpd, add_vip

LEARNED_SECONDS = 15
DRAIN_SECONDS = 5
AT_ONCE = 1.0
EXABGP_UP, EXABGP_DOWN = 0, 1000  # MEDs of its health check


def neighbors():
    """Return the values of `neighbor` in the document, and the upstream."""
    text = server_document.block(server_document.INTRODUCTION, "conf")
    return (*re.findall(r"^neighbor (.*)$", text, re.M), UPSTREAM)


class ServerCase(RawCase):
    """A lab with the bystander as second server of the VIP; each test starts a
    daemon of its own at 10.1.0.11."""

    options = {"neighbors": neighbors()}

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        cls.web = add_vip(cls.lab)
        cls.bystander.send(announcement(f"{VIP}/32", BACKEND_AS + 98,
                                        next_hop=BYSTANDER))
        cls.wait_servers([BYSTANDER], DRAIN_SECONDS)

    @classmethod
    def wait_servers(cls, addresses, seconds):
        """Wait until exactly these servers have the VIP's flows. The bystanders'
        sessions live on meanwhile."""
        def there():
            route = cls.lab.route(f"{VIP}/32") or {}
            return sorted(route.get("nexthops", ())) == sorted(addresses)
        wait_for([cls.observer, cls.bystander], there, seconds,
                 f"{VIP} at {addresses}")

    def start(self, daemon_class, without=None):
        daemon = daemon_class(self.lab.peers, self.lab.folder, without)
        self.addCleanup(daemon.kill)
        daemon.start()
        self.wait_learned(daemon)
        return daemon

    def wait_learned(self, daemon, seconds=LEARNED_SECONDS):
        try:
            self.wait_servers([BYSTANDER, NEXT_HOP], seconds)
        except Exception:
            print(f"--- {daemon.title}\n{daemon.output()}---", flush=True)
            raise

    def path(self):
        return self.lab.path(f"{VIP}/32", NEXT_HOP)

    def check_out_at_once(self, end):
        end()
        self.wait_servers([BYSTANDER], AT_ONCE)
        self.check_bystanders()


class Daemons(ServerCase):

    def check_drain(self, daemon_class):
        daemon = self.start(daemon_class)
        daemon.do("drain")
        self.wait_servers([BYSTANDER], DRAIN_SECONDS)
        self.assertEqual(self.lab.state(NEXT_HOP), "Established")
        daemon.do("return")
        self.wait_learned(daemon)
        self.check_out_at_once(daemon.stop)

    def check_kill(self, daemon_class):
        daemon = self.start(daemon_class)
        self.check_out_at_once(daemon.kill)

    def test_bird_is_drained_and_stopped(self):
        self.check_drain(Bird)

    def test_bird_is_killed(self):
        self.check_kill(Bird)

    def test_frr_is_drained_and_stopped(self):
        self.check_drain(Frr)

    def test_frr_is_killed(self):
        self.check_kill(Frr)

    def test_gobgp_is_drained_and_stopped(self):
        self.check_drain(Gobgp)

    def test_gobgp_is_killed(self):
        self.check_kill(Gobgp)

    def test_openbgpd_is_drained_and_stopped(self):
        self.check_drain(Openbgpd)

    def test_openbgpd_is_killed(self):
        self.check_kill(Openbgpd)

    def test_exabgp_is_killed(self):
        self.check_kill(Exabgp)

    def check_follows_the_loopback(self, daemon_class):
        daemon = self.start(daemon_class)
        self.lab.peers.ip(f"address delete {VIP}/32 dev lo")
        try:
            self.wait_servers([BYSTANDER], DRAIN_SECONDS)
        finally:
            self.lab.peers.ip(f"address add {VIP}/32 dev lo")
        self.wait_learned(daemon)

    def test_bird_follows_the_loopback(self):
        self.check_follows_the_loopback(Bird)

    def test_frr_follows_the_loopback(self):
        self.check_follows_the_loopback(Frr)

    def test_gobgp_that_does_not_say_its_origin_is_out_of_the_set(self):
        daemon = self.start(Gobgp)
        daemon.do("drain")
        self.wait_servers([BYSTANDER], DRAIN_SECONDS)
        command = server_document.block(daemon.title, "announce").split()
        self.lab.peers.run(*command[:command.index("origin")])
        path = wait_for([self.observer, self.bystander], self.path,
                        DRAIN_SECONDS, "the path")
        self.assertEqual((path["origin"], path["selected"], path["reason"]),
                         ("incomplete", False, "origin"))
        self.assertIn(NEXT_HOP, self.lab.headgate.log_tail(20))

    def test_exabgp_announces_med_1000_without_withdraw_on_down(self):
        daemon = self.start(Exabgp, without="--withdraw-on-down")
        self.assertEqual(self.path()["med"], EXABGP_UP)
        self.web.kill()
        try:
            wait_for([self.observer, self.bystander],
                     lambda: self.path()["med"] == EXABGP_DOWN, DRAIN_SECONDS,
                     f"another MED from {daemon.title}")
        finally:
            self.web.start()

    def test_exabgp_withdraws_while_its_check_fails(self):
        daemon = self.start(Exabgp)
        self.web.kill()
        self.wait_servers([BYSTANDER], DRAIN_SECONDS)
        self.assertEqual(self.lab.state(NEXT_HOP), "Established")
        self.web.start()
        self.wait_learned(daemon)
        self.check_out_at_once(daemon.stop)


if __name__ == "__main__":
    unittest.main()
