# SPDX-License-Identifier: BSD-2-Clause
"""A takeover that waits for servers is seen, and the kernel's routes wait with it."""

from takeover_scenes import TakeoverCase
from lab.system import PYTHON, wait_until
from lab.topology import VIP

METRICS = 9472
TAKEOVER_MAX = 15
LONG_HOLD_TIME = 90  # so that --takeover-max is what ends the wait


class NoneBack(TakeoverCase):
    """No BGP daemon comes back; the hosts answer."""

    def status(self):
        return self.lab.headgate.show("status")["takeover"]

    def metrics(self):
        page = self.lab.host.run(
            PYTHON, "-c", "import urllib.request as u; print(u.urlopen("
            f"'http://127.0.0.1:{METRICS}/metrics').read().decode())")
        return {name: int(number) for name, number in
                (line.split() for line in page.splitlines()
                 if line.startswith("headgate_takeover_"))}

    def has_route(self):
        routes = self.lab.host.run("ip", "route", "show", "proto", "72")
        return any(line.split()[0] == VIP for line in routes.splitlines()
                   if not line.startswith(("unreachable", "\t")))

    def start_to_take_over(self):
        headgate = self.lab.headgate
        headgate.kill()
        for server in self.servers:
            server.bird.kill()
        headgate.arguments = [
            text + f",hold-time={LONG_HOLD_TIME}" if "role=backend" in text
            else text for text in headgate.arguments]
        headgate.arguments += ["--takeover-max", str(TAKEOVER_MAX),
                               "--metrics", f"127.0.0.1:{METRICS}"]
        headgate.start()

    def check_waiting(self):
        """Check what is said about a takeover that waits for all servers."""
        status = wait_until(lambda: self.status()["waits_for"] and
                            self.status(), TAKEOVER_MAX, "the first look")
        self.assertTrue(status["running"] and status["adopted"])
        self.assertEqual({row["nexthop"] for row in status["waits_for"]},
                         {server.address for server in self.servers})
        self.assertEqual((status["vips"], status["vips_waiting"],
                          status["nexthops_waited_for"]),
                         (1, 1, len(self.servers)))
        self.assertAlmostEqual(status["took_s"] + status["left_s"],
                               TAKEOVER_MAX, delta=1)
        text = self.lab.headgate.ctl("show", "status").stdout
        self.assertIn("1 of 1 VIPs wait for 5 next hops", text)
        self.assertRegex(text, f"WAITS FOR\n(.*\n)*{self.victim.address}\n")
        metrics = self.metrics()
        self.assertEqual(metrics["headgate_takeover_running"], 1)
        self.assertEqual(metrics["headgate_takeover_vips_waiting"], 1)
        self.assertEqual(metrics["headgate_takeover_nexthops_waited_for"], 5)
        self.assertLessEqual(metrics["headgate_takeover_left_seconds"],
                             TAKEOVER_MAX)

    def test_it_is_seen_and_the_route_stays_until_it_is_over(self):
        self.assertIsNone(self.status())
        self.assertTrue(self.has_route())
        self.start_to_take_over()
        self.check_waiting()

        def is_over():
            had_route = self.has_route()
            if self.status()["running"]:
                self.assertTrue(had_route)
                return False
            return True
        wait_until(is_over, 4 * TAKEOVER_MAX, "the end of the takeover")
        self.assertEqual(self.status()["waits_for"], [])
        self.assertGreaterEqual(self.status()["took_s"], TAKEOVER_MAX)
        self.assertEqual(set(self.metrics().values()), {0})
        wait_until(lambda: not self.has_route(), 10, "the route to be gone")


del TakeoverCase  # no scenes of its own
