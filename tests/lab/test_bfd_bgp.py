# SPDX-License-Identifier: BSD-2-Clause
"""Check --neighbor ...,bfd with stock daemons: when BFD goes down, the BGP session
ends at once with Cease/BFD Down (RFC 9384), long before its hold time.

server1 runs BIRD; freezing it stops BGP and BFD. server2 runs FRR, whose bgpd
still runs when bfdd is frozen. Both families.
"""

import time

from lab_case import LabCase
from bfd_daemons import (DETECTION_SECONDS, INTERVAL_MS, MULTIPLIER, FrrBgp)
from lab.bird import HOLD_TIME
from lab.system import wait_until
from lab.topology import (HEADGATE6_LAN, HEADGATE_AS, HEADGATE_LAN, VIP, VIP6)
from metrics_page import WHERE, read_page

UP_SECONDS = 15
GRACE = 0.6  # seconds for scheduling and polling
BIRD_BFD = f"""\
protocol bfd {{{{ interface "eth0" {{{{
    interval {INTERVAL_MS} ms; multiplier {MULTIPLIER}; }}}}; }}}}
"""


def with_bfd(template):
    return BIRD_BFD + template.replace("    hold time", "    bfd on;\n"
                                       "    hold time")


class BfdAndBgp(LabCase):

    options = {"servers": 2, "ipv6": True}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        cls.bird, cls.frr = lab.servers
        cls.bird.bird.template = with_bfd(cls.bird.bird.template)
        cls.frr_daemons = FrrBgp(
            cls.frr.namespace, f"{lab.folder}/frr",
            [(cls.frr.address, HEADGATE_LAN),
             (cls.frr.address6, HEADGATE6_LAN)])
        lab.headgate.arguments = [
            text + ",bfd" if "role=backend" in text else text
            for text in lab.headgate.arguments] + ["--metrics", WHERE]
        lab.router_bird.start()
        cls.bird.start()
        cls.frr_daemons.start_bgp(cls.frr.as_number, HEADGATE_AS,
                                  (VIP, VIP6))
        lab.headgate.start()

    def setUp(self):
        self.headgate = self.lab.headgate
        wait_until(self.all_up, UP_SECONDS, "BGP and BFD with both servers")
        self.lab.wait_living(self.lab.servers)

    def all_up(self):
        """Return True if BGP and BFD are up with both servers in both
        families."""
        backends = [n for n in self.headgate.show("neighbors")
                    if n["role"] == "backend"]
        return len(backends) == 4 and all(
            n["bfd"] and n["bfd"]["state"] == "up" for n in backends)

    def addresses(self, server):
        return {server.address, server.address6}

    def seconds_until_out(self, server):
        start = time.monotonic()
        wait_until(lambda: not self.addresses(server)
                   & self.headgate.living(), HOLD_TIME, "the server out",
                   pause=0.02)
        return time.monotonic() - start

    def assert_ended_by_bfd(self, server):
        for address in self.addresses(server):
            self.assertIn("BFD Down",
                          self.headgate.neighbor(address)["last_error"])

    def test_a_frozen_bird_is_out_before_its_hold_time(self):
        self.addCleanup(self.bird.bird.thaw)
        self.bird.bird.freeze()
        self.assertLess(self.seconds_until_out(self.bird),
                        DETECTION_SECONDS + GRACE)
        self.assert_ended_by_bfd(self.bird)
        self.lab.wait_living([self.frr])
        page = read_page(self.lab.host)
        self.assertEqual(page.get("nexthop_bfd_up", address=self.frr.address),
                         1)
        self.assertIn(page.get("nexthop_bfd_up", address=self.bird.address),
                      (0, None))
        self.assertGreater(page.get("bfd_packets_total", result="accepted"), 0)

    def test_a_frozen_bfdd_ends_the_session_of_a_living_bgpd(self):
        self.addCleanup(self.frr_daemons.thaw)
        self.frr_daemons.freeze()
        self.assertLess(self.seconds_until_out(self.frr),
                        DETECTION_SECONDS + GRACE)
        self.assert_ended_by_bfd(self.frr)

    def incarnation(self):
        """Return how often the agent has set the next hop alive."""
        slot = self.headgate.nexthops()[self.frr.address]["slot"]
        return self.headgate.map_lookup("nexthops", slot)["incarnation"]

    def test_a_dead_server_lives_again_once(self):
        """The next BGP session revives the server, not the end of the old
        one."""
        before = self.incarnation()
        self.addCleanup(self.frr_daemons.thaw)
        self.frr_daemons.freeze()
        self.seconds_until_out(self.frr)
        self.lab.wait_living(self.lab.servers)
        self.assertEqual(self.incarnation(), before + 1)

    def test_bfd_that_its_administrator_takes_down_is_no_failure(self):
        """RFC 5882 3.2: AdminDown leaves the decision to BGP."""
        before = self.headgate.neighbor(self.frr.address)["last_error"]
        self.addCleanup(self.frr_daemons.set_shutdown, False)
        self.frr_daemons.set_shutdown(True)
        wait_until(lambda: self.headgate.neighbor(self.frr.address)["bfd"]
                   ["remote_state"] == "admin_down", 2, "AdminDown")
        time.sleep(DETECTION_SECONDS + GRACE)
        self.assertEqual(self.headgate.neighbor(self.frr.address)
                         ["last_error"], before)
        self.lab.wait_living(self.lab.servers)


class LinkLocal(LabCase):
    """BGP and BFD sessions between link-local addresses."""

    options = {"servers": 2, "ipv6": True, "link_local": True}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        for server in lab.servers:
            server.bird.template = with_bfd(server.bird.template)
        lab.headgate.arguments = [
            text + ",bfd" if "role=backend" in text and "fe80" in text
            else text for text in lab.headgate.arguments]
        lab.start()

    def test_it_is_out_before_its_hold_time(self):
        frozen, other = self.lab.servers
        hops = [f"{server.link_local}%lan" for server in self.lab.servers]
        wait_until(lambda: all(
            (self.lab.headgate.nexthops()[hop]["bfd"] or {}).get("state")
            == "up" for hop in hops), UP_SECONDS, "BFD with both servers")
        self.addCleanup(frozen.bird.thaw)
        frozen.bird.freeze()
        start = time.monotonic()
        self.lab.wait_living([other])
        self.assertLess(time.monotonic() - start, DETECTION_SECONDS + GRACE)
