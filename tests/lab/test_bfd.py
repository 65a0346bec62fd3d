# SPDX-License-Identifier: BSD-2-Clause
"""Check --path ...,bfd with stock daemons on the server: it is in the set while
its BFD session is up, and out within the detection time when BFD is silent,
although its host answers ARP and neighbor solicitations.

server1 runs the daemon and has its own VIP in both families, besides the one
that all servers announce. server2 has no BFD and forges packets.
"""

import json
import time

from lab_case import LabCase
from bfd_daemons import DETECTION_SECONDS, INTERVAL_MS, BirdBfd, FrrBfd
from lab.system import PYTHON, wait_until
from lab.topology import HEADGATE6_LAN, HEADGATE_LAN

VIPS = ("192.0.2.9", "2001:db8:f::9")
UP_SECONDS = 10   # both sides send a packet a second; some are lost
GRACE = 0.6       # seconds for scheduling and polling
FORGER = __file__.replace("test_bfd.py", "bfd_forger.py")
BURST = 10000
LATE_SECONDS = 1  # an answer of the agent in a burst takes less


class BfdCase(LabCase):

    options = {"servers": 2, "ipv6": True}
    started = False
    daemon_class = BirdBfd

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        cls.server, cls.other = lab.servers
        cls.addresses = {cls.server.address, cls.server.address6}
        cls.daemon = cls.daemon_class(
            cls.server.namespace, f"{lab.folder}/bfd",
            [(cls.server.address, HEADGATE_LAN),
             (cls.server.address6, HEADGATE6_LAN)])
        for vip, address in zip(VIPS, (cls.server.address,
                                       cls.server.address6)):
            lab.headgate.arguments += ["--path", f"{vip},via={address},bfd"]
        for vip, address in zip(VIPS, (cls.other.address,
                                       cls.other.address6)):
            lab.headgate.arguments += [
                "--path", f"{vip},via={address},distance=250"]
        lab.start_peers()
        lab.headgate.start()

    def setUp(self):
        self.headgate = self.lab.headgate

    def bfd(self):
        """Return the BFD state of the server's addresses, IPv4 first."""
        hops = self.headgate.nexthops()
        return [hops[address]["bfd"] for address in
                (self.server.address, self.server.address6)]

    def in_use(self):
        return self.addresses & self.headgate.living()

    def wait_in(self):
        wait_until(lambda: self.in_use() == self.addresses, UP_SECONDS,
                   "both addresses of the server in")

    def wait_in_alive(self):
        """Wait for both addresses to be in again; neither may die before."""
        def both_in():
            hops = self.headgate.nexthops()
            for address in self.addresses:
                self.assertTrue(hops[address]["alive"], hops[address])
            return self.in_use() == self.addresses
        wait_until(both_in, UP_SECONDS, "both addresses in", pause=0.02)

    def addresses_in_order(self):
        return self.server.address, self.server.address6

    def wait_out(self):
        """Return the seconds until no bucket leads to the server."""
        start = time.monotonic()
        wait_until(lambda: not self.in_use(), UP_SECONDS,
                   "both addresses of the server out", pause=0.02)
        return time.monotonic() - start

    def assert_answering(self):
        """Check that the server still answers: only BFD has taken it out."""
        for address in self.addresses:
            hop = self.headgate.nexthops()[address]
            self.assertEqual((hop["state"], hop["alive"]), ("resolved", False))

    def why(self, vip):
        done = self.headgate.ctl("-j", "explain", vip)
        return json.loads(done.stdout)["explain"]["paths"][0]["why"]


class Life:
    """The tests, in the order of a server's life; subclasses have daemons."""

    def test_1_it_is_out_before_its_session_was_up(self):
        wait_until(lambda: self.headgate.nexthops()[self.server.address]
                   ["state"] == "resolved", UP_SECONDS, "an answer by ARP")
        self.assertEqual(self.in_use(), set())
        self.assert_answering()
        for vip in VIPS:
            self.assertIn("BFD with it was not up yet", self.why(vip))

    def test_2_it_comes_in_with_its_session(self):
        self.daemon.start()
        self.wait_in()
        for bfd in self.bfd():
            self.assertEqual((bfd["state"], bfd["remote_state"]),
                             ("up", "up"))
            self.assertIsNone(bfd["diagnostic"])

    def test_3_both_sides_agree_on_intervals(self):
        wait_until(lambda: all(
            (bfd["transmit_interval_ms"], bfd["detection_time_ms"])
            == (INTERVAL_MS, DETECTION_SECONDS * 1000) for bfd in self.bfd()),
            UP_SECONDS, "the intervals of both sides")
        other = wait_until(
            lambda: self.headgate.nexthops().get(self.other.address),
            UP_SECONDS, "the server without BFD")
        self.assertIsNone(other["bfd"])

    def test_3_an_order_drains_it(self):
        """The backup path has a distance, and the new flows."""
        for address in self.addresses_in_order():
            self.assertEqual(self.headgate.ctl("drain", address).returncode, 0)
        self.wait_out()
        for address, vip in zip(self.addresses_in_order(), VIPS):
            hop = self.headgate.nexthops()[address]
            self.assertTrue(hop["alive"])
            self.assertEqual(hop["drain"]["cause"], "order")
            self.assertIn("drains by order", self.why(vip))
            self.headgate.ctl("undrain", address)
        self.wait_in()

    def test_4_silence_takes_it_out_within_the_detection_time(self):
        self.daemon.freeze()
        self.assertLess(self.wait_out(), DETECTION_SECONDS + GRACE)
        self.assert_answering()
        for bfd, vip in zip(self.bfd(), VIPS):
            self.assertEqual(bfd["diagnostic"],
                             "control detection time expired")
            self.assertIn("control detection time expired", self.why(vip))

    def test_5_it_comes_back_with_its_voice(self):
        self.daemon.thaw()
        self.wait_in()

    def test_6_a_killed_daemon_takes_it_out_and_the_next_one_brings_it_in(self):
        self.daemon.kill()
        self.assertLess(self.wait_out(), DETECTION_SECONDS + GRACE)
        self.daemon.start()
        self.wait_in()


class Bird(Life, BfdCase):
    pass


class Frr(Life, BfdCase):

    daemon_class = FrrBfd

    def test_7_its_administrator_takes_it_out(self):
        """It drains: the backup path has the new flows, and it is alive."""
        self.daemon.set_shutdown(True)
        self.assertLess(self.wait_out(), DETECTION_SECONDS)
        for address, vip in zip(self.addresses_in_order(), VIPS):
            hop = self.headgate.nexthops()[address]
            self.assertEqual(hop["bfd"]["remote_state"], "admin_down")
            self.assertTrue(hop["alive"])
            self.assertEqual(hop["drain"]["cause"], "bfd_admin_down")
            self.assertIn("its administrator took BFD down", self.why(vip))
        self.daemon.set_shutdown(False)
        self.wait_in_alive()
        for address in self.addresses_in_order():
            self.assertIsNone(self.headgate.nexthops()[address]["drain"])

    def test_8_an_agent_that_ends_says_so(self):
        self.headgate.stop()
        wait_until(lambda: self.daemon.sessions().count(
            "Remote diagnostics: administratively down") == 2,
            DETECTION_SECONDS, "AdminDown in both sessions")


class Forged(BfdCase):
    """Forged packets: each kind has a counter and changes no state."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon.start()

    def setUp(self):
        super().setUp()
        self.wait_in()
        self.before = self.headgate.show("counters")["bfd"]

    def forge(self, name, count=1):
        self.other.namespace.run(
            PYTHON, FORGER, name, self.server.address, self.other.address,
            HEADGATE_LAN, str(count))

    def assert_counted(self, counter, count=1):
        wait_until(lambda: self.headgate.show("counters")["bfd"][counter]
                   >= self.before[counter] + count, 2, counter)
        self.assertEqual(self.in_use(), self.addresses)
        self.assertEqual([bfd["state"] for bfd in self.bfd()], ["up", "up"])
        self.assertNotIn(f"{self.server.address}: BFD is down",
                         self.headgate.log_tail(1000))

    def test_a_lowered_hop_limit(self):
        self.forge("hop_limit")
        self.assert_counted("wrong_hop_limit")

    def test_a_discriminator_that_is_not_ours(self):
        self.forge("discriminator")
        self.assert_counted("wrong_discriminator")

    def test_another_source(self):
        self.forge("source")
        self.assert_counted("no_session")

    def test_a_multiplier_of_zero(self):
        self.forge("multiplier")
        self.assert_counted("malformed")

    def test_a_burst_holds_nothing_up(self):
        """The kernel drops the packets that do not fit into the socket's
        buffer."""
        self.forge("discriminator", BURST)
        start = time.monotonic()
        self.assertEqual(self.headgate.ctl("show", "status").returncode, 0)
        self.assertLess(time.monotonic() - start, LATE_SECONDS)
        self.assert_counted("wrong_discriminator", BURST // 100)
