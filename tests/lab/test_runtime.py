# SPDX-License-Identifier: BSD-2-Clause
"""Check headgatectl neighbor: sessions that are shut down, enabled, restarted and
cleared, with a text for the other end (RFC 9003), and routes that are asked for
or sent again (RFC 2918, RFC 7313)."""

import json
import time
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.system import wait_until
from raw_lab import (BACKEND_AS, BACKENDS, NEXT_HOP, OBSERVER, UPSTREAM,
                     UPSTREAM_AS, RawCase, announcement)
from raw_speaker import wait_for

EXIT_FAILED, EXIT_USAGE = 1, 2
CEASE, ADMIN_SHUTDOWN, ADMIN_RESET = 6, 2, 4
DIALLED, DIALLED_AS = "10.1.0.80", 65070
THIRD = "10.1.0.13"
VIP = "192.0.2.1/32"
REFRESH_BEGIN, REFRESH_END = 1, 2


class RuntimeCase(RawCase):

    def order(self, neighbor, *words, code=0):
        done = self.lab.headgate.ctl("neighbor", neighbor, *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr if code else done.stdout

    def assert_told(self, speaker, subcode, text):
        """Check the NOTIFICATION: a Cease with a shutdown communication."""
        said = speaker.wait_closed()
        self.assertEqual((said.code, said.subcode), (CEASE, subcode))
        self.assertEqual(said.data,
                         bytes([len(text)]) + text if text else b"")

    def neighbor(self, address=NEXT_HOP):
        return self.lab.headgate.neighbor(address)


class Orders(RuntimeCase):

    options = {"neighbors": (
        f"{BACKENDS},name=rack1", UPSTREAM,
        f"{DIALLED},as={DIALLED_AS},role=backend"),
        "addresses": (DIALLED,)}

    @classmethod
    def before_start(cls):
        cls.listener = cls.lab.listen(DIALLED)
        cls.addClassCleanup(cls.listener.close)

    def server(self, **options):
        server = self.lab.establish(NEXT_HOP, BACKEND_AS, **options)
        self.addCleanup(server.close)
        return server

    def wait_announced(self, wanted):
        wait_for([self.observer, self.bystander],
                 lambda: (VIP in self.observer.table) == wanted, 5,
                 f"{VIP} announced: {wanted}")

    def test_shutdown_ends_the_session_until_it_is_enabled(self):
        server = self.server()
        server.send(announcement(VIP, BACKEND_AS))
        self.wait_announced(True)
        said = self.order(NEXT_HOP, "shutdown", "--reason", "new disks")
        self.assertRegex(said, rf"neighbor +{NEXT_HOP}: Idle\n")
        self.assert_told(server, ADMIN_SHUTDOWN, b"new disks")
        self.wait_announced(False)
        down = self.neighbor()
        self.assertEqual(down["administrative"]["reason"], "new disks")
        self.assertLess(down["administrative"]["since_s"], 10)
        self.assertEqual(down["hint"], "administratively down: new disks")
        self.assertIn("Administrative Shutdown", down["last_error"])
        self.assertIn("new disks", down["last_error"])
        table = self.lab.headgate.ctl("show", "neighbors").stdout
        self.assertRegex(table, rf"{NEXT_HOP} .*Idle, shut down \ds .*: new disks")
        gone = json.loads(self.lab.headgate.ctl(
            "-j", "explain", VIP).stdout)["explain"]["gone"]
        self.assertIn("new disks", gone["why"])
        # The server tries again, in vain; others are not concerned.
        with self.assertRaises(OSError):
            again = self.lab.dial(NEXT_HOP)
            again.send(bgp.open_message(BACKEND_AS, NEXT_HOP))
            again.wait_closed()
            raise ConnectionResetError
        self.assertEqual(self.neighbor()["state"], "Idle")
        # A second order has a new reason and the same age; others are refused.
        self.order(NEXT_HOP, "shutdown")
        self.assertIsNone(self.neighbor()["administrative"]["reason"])
        self.assertIn("enable it first",
                      self.order(NEXT_HOP, "restart", code=EXIT_FAILED))
        self.order(NEXT_HOP, "enable")
        self.assertIsNone(self.neighbor()["administrative"])
        server = self.server()
        server.send(announcement(VIP, BACKEND_AS))
        self.wait_announced(True)
        self.assertIsNone(self.neighbor()["hint"])
        self.check_bystanders()

    def test_restart_dials_again_at_once(self):
        first = self.listener.accept(30)
        first.establish(DIALLED_AS, DIALLED)
        wait_until(lambda: self.neighbor(DIALLED)["state"] == "Established",
                   5, "the session")
        start = time.monotonic()
        self.order(DIALLED, "restart", "--reason", "new software")
        self.assert_told(first, ADMIN_RESET, b"new software")
        second = self.listener.accept(1)
        self.assertLess(time.monotonic() - start, 2)
        second.establish(DIALLED_AS, DIALLED)
        wait_until(lambda: self.neighbor(DIALLED)["state"] == "Established",
                   5, "the session again")
        # Shut down, a configured neighbor is not dialled; enabled, it is.
        self.order(DIALLED, "shutdown")
        self.assert_told(second, ADMIN_SHUTDOWN, b"")
        self.assertIsNone(self.neighbor(DIALLED)["next_attempt_s"])
        self.order(DIALLED, "enable")
        self.listener.accept(1).close()

    def test_clear_ends_the_session_and_it_comes_back(self):
        server = self.server()
        flaps = self.neighbor()["flaps"]
        self.order(NEXT_HOP, "clear")
        self.assert_told(server, ADMIN_RESET, b"")
        self.assertEqual(self.neighbor()["flaps"], flaps + 1)
        self.server()

    def test_refresh_in_asks_the_peer(self):
        server = self.server(capabilities=bgp.multiprotocol(bgp.IPV4)
                             + bgp.as4_capability(BACKEND_AS))
        self.assertIn("did not agree on route refresh", self.order(
            NEXT_HOP, "refresh", "in", code=EXIT_FAILED))
        server.close()
        server = self.server()
        self.order(NEXT_HOP, "refresh", "in")
        asked = server.wait_for_message(bgp.ROUTE_REFRESH)
        self.assertEqual(asked.body, bgp.u16(bgp.IPV4) + bgp.u8(0, bgp.UNICAST))

    def test_refresh_out_sends_all_again(self):
        self.observer.close()
        observer = self.keep(self.lab.establish(
            OBSERVER, UPSTREAM_AS,
            capabilities=bgp.usual_capabilities(UPSTREAM_AS)
            + bgp.capability(bgp.CAP_ENHANCED_REFRESH)))
        type(self).observer = observer
        wait_for([observer], lambda: self.BYSTANDER_VIP in observer.table, 5,
                 "the table")
        observer.table.clear()
        self.order(OBSERVER, "refresh", "out")
        wait_for([observer], lambda: self.BYSTANDER_VIP in observer.table, 5,
                 "the table again")
        wait_for([observer],
                 lambda: len(observer.received(bgp.ROUTE_REFRESH)) == 2, 5,
                 "BoRR and EoRR")
        self.assertEqual([m.body[2] for m in
                          observer.received(bgp.ROUTE_REFRESH)],
                         [REFRESH_BEGIN, REFRESH_END])

    def test_the_peers_reason_is_shown(self):
        server = self.server()
        text = b"power \x1b[2J work"
        server.send(bgp.notification(CEASE, ADMIN_SHUTDOWN,
                                     bytes([len(text)]) + text))
        server.close()
        wait_until(lambda: "power" in (self.neighbor()["last_error"] or ""),
                   5, "the reason")
        self.assertIn(r"power \x1b[2J work", self.neighbor()["last_error"])

    def test_what_is_wrong_is_named(self):
        for words, code, text in (
                (("10.9.9.9", "shutdown"), EXIT_FAILED, "10.9.9.9"),
                ((OBSERVER, "shutdown", "--reason", "x" * 256), EXIT_FAILED,
                 "at most 255"),
                ((OBSERVER, "shutdwon"), EXIT_USAGE, "'shutdown'?"),
                ((OBSERVER, "refresh"), EXIT_USAGE, "refresh in"),
                ((OBSERVER, "refresh", "up"), EXIT_USAGE, "refresh in"),
                ((OBSERVER, "enable", "now"), EXIT_USAGE, "must be"),
                ((OBSERVER,), EXIT_USAGE, "must be ADDRESS")):
            self.assertIn(text, self.order(*words, code=code), words)
        self.check_bystanders()


class Gone(RuntimeCase):
    """Neighbors of a prefix that come and go, and one too many."""

    options = {"neighbors": ("10.1.0.0/26,as=65001-65099,role=backend,limit=2",
                             UPSTREAM), "addresses": (THIRD,)}

    def totals(self):
        return self.lab.headgate.show("status")["neighbors"]

    def test_who_should_be_there_is_counted(self):
        server = self.lab.establish(NEXT_HOP, BACKEND_AS)
        self.assertIsNone(self.neighbor()["gone_s"])
        there = self.totals()
        self.assertEqual((there["configured"], there["established"]), (3, 3))
        # One too many is reported, by its address.
        with self.assertRaises(OSError):
            third = self.lab.dial(THIRD)
            third.send(bgp.open_message(BACKEND_AS + 1, THIRD))
            third.wait_closed()
            raise ConnectionResetError
        refused = wait_until(
            lambda: self.lab.headgate.show("status")["last_refused"], 5,
            "the refusal")
        self.assertEqual(refused["address"], THIRD)
        self.assertIn("limit of its --neighbor prefix", refused["why"])
        self.assertIn(f"from {THIRD}: limit",
                      self.lab.headgate.ctl("show", "status").stdout)
        # A lost one is missed at first, and says how long it is gone.
        server.close()
        gone = wait_until(lambda: self.neighbor()["gone_s"] is not None
                          and self.neighbor(), 5, "gone")
        self.assertLess(gone["gone_s"], 10)
        missed = self.totals()
        self.assertEqual((missed["configured"], missed["established"],
                          missed["gone"]), (3, 2, 0))
        # One that is shut down need not be there.
        self.order(NEXT_HOP, "shutdown")
        down = self.totals()
        self.assertEqual((down["configured"], down["established"],
                          down["shut_down"]), (2, 2, 1))
        self.assertIsNone(self.neighbor()["gone_s"])
        self.order(NEXT_HOP, "enable")
        self.check_bystanders()


class AfterRestart(RuntimeCase):
    """An order does not outlive the agent: the configuration alone does."""

    options = {"neighbors": (BACKENDS, UPSTREAM)}

    def test_a_new_agent_knows_nothing_of_it(self):
        self.order(OBSERVER, "shutdown")
        self.assertEqual(self.neighbor(OBSERVER)["state"], "Idle")
        self.lab.headgate.stop()
        self.lab.headgate.start()
        self.assertIsNone(self.neighbor(OBSERVER)["administrative"])
        self.keep(self.lab.observe())


if __name__ == "__main__":
    unittest.main()
