# SPDX-License-Identifier: BSD-2-Clause
"""Check --hold-down: a server that was dead is held until it has answered for a
while, unless all servers of the VIP are held."""

import json
import time
import unittest

from raw_lab import BACKEND_AS, NEXT_HOP, RawCase, announcement, withdrawal
from raw_speaker import wait_for

VIP, ALONE = "192.0.2.1/32", "192.0.2.2/32"
SECOND = "10.1.0.12"
HOLD_SECONDS = 3
SLACK = 0.5
DEAD_SECONDS = BACK_SECONDS = 5
FLAPS = 2


class HoldDown(RawCase):
    """Two servers share VIP, and the second one alone has ALONE."""

    options = {"addresses": (SECOND,),
               "flags": ("--hold-down", str(HOLD_SECONDS))}

    @classmethod
    def before_start(cls):
        cls.lab.peers.run("sysctl", "-qw", "net.ipv4.conf.lan.arp_ignore=1")
        link, = json.loads(cls.lab.peers.run("ip", "-j", "link", "show",
                                             "lan"))
        cls.lab.host.ip(f"neighbor add {SECOND} lladdr {link['address']} "
                        "dev lan nud permanent")

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        cls.first = cls.keep(cls.lab.establish(NEXT_HOP, BACKEND_AS))
        cls.second = cls.keep(cls.lab.establish(SECOND, BACKEND_AS + 1))
        cls.first.send(announcement(VIP, BACKEND_AS))
        cls.second.send(announcement([VIP, ALONE], BACKEND_AS + 1,
                                     next_hop=SECOND))

    def wait(self, condition, seconds, what):
        return wait_for([self.observer, self.bystander, self.first,
                         self.second], condition, seconds, what)

    def setUp(self):
        self.addCleanup(self.plug_in)
        self.wait_servers(NEXT_HOP, SECOND)

    def wait_servers(self, *addresses):
        self.wait(lambda: sorted(self.lab.route(VIP)["nexthops"])
                  == sorted(addresses), HOLD_SECONDS + BACK_SECONDS,
                  f"{VIP} at {addresses}")

    def unplug(self):
        """Let the second server answer no question. Its session goes on: the
        address is on a loopback, which does not answer ARP."""
        self.lab.peers.ip(f"address add {SECOND}/32 dev lo",
                          f"address delete {SECOND}/24 dev lan")
        self.wait(lambda: not self.nexthop()["alive"], DEAD_SECONDS,
                  "the death")

    def plug_in(self):
        self.lab.peers.ip(f"address replace {SECOND}/24 dev lan",
                          f"address replace {SECOND}/32 dev lo",
                          f"address delete {SECOND}/32 dev lo")

    def nexthop(self):
        return self.lab.headgate.nexthops()[SECOND]

    def come_back(self):
        """Let it answer again; return the time."""
        self.plug_in()
        self.wait(lambda: self.nexthop()["alive"], BACK_SECONDS, "its return")
        return time.monotonic()

    def check_held_since(self, back):
        """Check that it is held now, and used again in time."""
        self.wait(lambda: self.lab.path(VIP, SECOND)["reason"] == "held_down",
                  BACK_SECONDS, f"{SECOND} held down")
        self.assertEqual(self.lab.route(VIP)["nexthops"], [NEXT_HOP])
        self.assertLess(self.nexthop()["held_s"], HOLD_SECONDS + 1)
        self.wait_servers(NEXT_HOP, SECOND)
        self.assertGreater(time.monotonic() - back, HOLD_SECONDS - SLACK)
        self.assertIsNone(self.nexthop()["held_s"])

    def test_a_server_that_was_dead_is_held(self):
        self.assertIsNone(self.nexthop()["held_s"])
        self.unplug()
        self.check_held_since(self.come_back())
        log = self.lab.headgate.log_tail(100)
        self.assertIn(f"{SECOND}: held down for {HOLD_SECONDS} s", log)
        self.assertIn(f"{SECOND}: hold-down over", log)

    def test_it_is_used_where_it_is_alone(self):
        self.unplug()
        back = self.come_back()
        self.wait(lambda: self.lab.route(ALONE)["forwarding"], SLACK,
                  "the VIP of its own")
        self.assertEqual(self.lab.route(ALONE)["nexthops"], [SECOND])
        self.check_held_since(back)

    def test_each_death_starts_the_time_again(self):
        for _ in range(FLAPS):
            self.unplug()
            back = self.come_back()
        self.check_held_since(back)

    def test_it_is_held_if_its_routes_were_gone_meanwhile(self):
        self.unplug()
        self.second.send(withdrawal(VIP, ALONE))
        self.wait(lambda: SECOND not in self.lab.headgate.nexthops(),
                  DEAD_SECONDS, "the next hop to go")
        self.plug_in()
        self.second.send(announcement([VIP, ALONE], BACKEND_AS + 1,
                                      next_hop=SECOND))
        self.check_held_since(self.come_back())

    def test_explain_says_why(self):
        self.unplug()
        back = self.come_back()
        text = self.lab.headgate.ctl("explain", VIP).stdout
        self.assertIn("--hold-down", text)
        explained = json.loads(
            self.lab.headgate.ctl("-j", "explain", VIP).stdout)["explain"]
        self.assertIn("held_down", json.dumps(explained))
        self.check_held_since(back)


if __name__ == "__main__":
    unittest.main()
