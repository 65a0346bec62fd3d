# SPDX-License-Identifier: BSD-2-Clause
"""Check the announcements to the upstream router: a server without BGP,
thresholds of living next hops, aggregates, and the end of the agent.

Three servers announce 192.0.2.1 by BGP; the fourth has it by --path, at the
distance of eBGP, so that all four share the set. 192.0.2.2 is on the fourth
only, so that the paths in the aggregate differ.
"""

import signal
import time

from lab_case import LabCase, close_lab
from lab.system import wait_until
from lab.topology import HEADGATE_AS, VIP, Lab

CONNECTIONS = 300
AGGREGATE = "192.0.2.0/28"
SECOND_VIP = "192.0.2.2"
LEAST, RETURN = 3, 4   # living next hops
STILL_SECONDS = 1.0    # without a change
SHUTDOWN_DELAY = 6
GRACEFUL_SHUTDOWN = "(65535,0)"


class AnnouncingLab(Lab):

    def agent_flags(self):
        server = self.servers[-1].address
        return [*super().agent_flags(),
                "--vip", f"{VIP},min-nexthops={LEAST},"
                         f"return-nexthops={RETURN}",
                "--path", f"{VIP},via={server},distance=20",
                "--path", f"{SECOND_VIP},via={server}",
                "--aggregate", AGGREGATE]

    def start_peers(self):
        self.router_bird.start()
        for server in self.servers[:-1]:
            server.start()
        self.servers[-1].web.start()

    def router_has(self, prefix):
        """Return the route with its attributes as BIRD prints them, or ""."""
        shown = self.router_bird.ask(f"show route {prefix} all")
        return shown if "BGP.as_path" in shown else ""


class AnnouncingCase(LabCase):

    shutdown_delay = 0

    @classmethod
    def setUpClass(cls):
        cls.lab = AnnouncingLab()
        cls.addClassCleanup(close_lab, cls.lab)
        cls.lab.headgate.arguments += ["--shutdown-delay",
                                       str(cls.shutdown_delay)]
        try:
            cls.lab.start()
        except Exception:
            cls.show_log()
            raise

    def wait_route(self, prefix, present, seconds=10):
        wait_until(lambda: bool(self.lab.router_has(prefix)) == present,
                   seconds, f"the router's route to {prefix}")


class Announced(AnnouncingCase):

    def test_a_server_without_bgp_shares_the_traffic(self):
        connections = self.lab.download(20000, CONNECTIONS)
        self.assertEqual(connections.failed(), [])
        self.assertEqual(set(connections.servers()),
                         {s.name for s in self.lab.servers})

    def test_the_static_path_is_shown_as_one(self):
        routes = {r["prefix"]: r for r in self.lab.headgate.show("routes")}
        neighbors = [p["neighbor"] for p in routes[f"{VIP}/32"]["paths"]]
        self.assertEqual(neighbors.count("static"), 1)
        self.assertEqual(len(neighbors), len(self.lab.servers))

    def test_the_aggregate_says_who_made_it_and_that_ases_were_left_out(self):
        self.wait_route(AGGREGATE, True)
        shown = self.lab.router_has(AGGREGATE)
        self.assertIn(f"BGP.as_path: {HEADGATE_AS}\n", shown)
        self.assertIn(f"BGP.aggregator: 10.0.0.1 AS{HEADGATE_AS}", shown)
        self.assertIn("BGP.atomic_aggr", shown)
        self.assertTrue(self.lab.router_has(f"{VIP}/32"))
        self.assertIn(f"{AGGREGATE}, announced to 10.0.255.1",
                      self.lab.headgate.ctl("show", "routes").stdout)

    def test_below_its_threshold_a_vip_is_withdrawn_and_returns_above(self):
        first, second = self.lab.servers[:2]
        first.bird.stop()
        self.lab.wait_living(self.lab.servers[1:])
        time.sleep(STILL_SECONDS)
        self.assertTrue(self.lab.router_has(f"{VIP}/32"))
        second.bird.stop()
        self.wait_route(f"{VIP}/32", False)
        self.assertTrue(self.lab.router_has(AGGREGATE))  # from the other VIP
        second.bird.start()
        self.lab.wait_living(self.lab.servers[1:])
        time.sleep(STILL_SECONDS)
        self.assertFalse(self.lab.router_has(f"{VIP}/32"))
        first.bird.start()
        self.wait_route(f"{VIP}/32", True)
        self.lab.wait_living(self.lab.servers)


class Leaving(AnnouncingCase):

    shutdown_delay = SHUTDOWN_DELAY

    def setUp(self):
        if not self.lab.headgate.process.alive():
            self.lab.headgate.start()
        self.lab.wait_ready()

    def end(self):
        self.lab.headgate.process.signal_group(signal.SIGTERM)

    def wait_marked(self):
        wait_until(lambda: GRACEFUL_SHUTDOWN
                   in self.lab.router_has(f"{VIP}/32"), SHUTDOWN_DELAY,
                   "GRACEFUL_SHUTDOWN at the router", pause=0.02)

    def test_the_router_hears_of_the_end_before_the_vip_is_withdrawn(self):
        start = time.monotonic()
        self.end()
        self.wait_marked()
        connections = self.lab.download(24000, 20)  # it still forwards
        self.assertEqual(connections.failed(), [])
        self.wait_route(f"{VIP}/32", False)
        self.assertGreaterEqual(time.monotonic() - start, SHUTDOWN_DELAY)
        self.assertEqual(self.lab.headgate.process.wait(5), 0)
        wait_until(lambda: "Administrative shutdown"
                   in self.lab.router_bird.log(), 5, "the router's log")

    def test_a_second_signal_ends_at_once(self):
        start = time.monotonic()
        self.end()
        self.wait_marked()
        self.end()
        self.assertEqual(self.lab.headgate.process.wait(5), 0)
        self.assertLess(time.monotonic() - start, SHUTDOWN_DELAY)
