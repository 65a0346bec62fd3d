# SPDX-License-Identifier: BSD-2-Clause
"""Check two Headgates behind a router that spreads flows over both: when one goes, the
other sends its flows to the servers that had them, because both have the same table.
While buckets move, each knows the flows that it has met alone, so the scenes wait until
none does.

All hosts are on the servers' LAN. The router's BIRD installs both announcements as
one route, and its kernel chooses by the 5-tuple.
"""

import os
import signal
import time

from lab_case import LabCase
from lab import traffic
from lab.agent import Headgate
from lab.bird import COMMON, SESSION, Bird
from lab.system import TIME_SCALE, wait_until
from lab.topology import (HEADGATE_AS, HEADGATE_LAN, ROUTER_AS, ROUTER_LAN, VIP,
                          Lab, Server)

SECOND = "10.1.0.2"
LONG = bool(os.environ.get("LONG"))
DOWNLOADS, TIMES, DOWNLOAD_SECONDS = (800, 20, 900) if LONG else (200, 2, 90)
HANDED_OVER = 90  # seconds; a busy machine verifies the program slowly
FIRST_PORT = 30000
WINDOW_SECONDS = 40  # of a VIP that is seconds old
# A slow download grows about every second, of 800 each every six.
WATCH_SECONDS = (15 if LONG else 4) * TIME_SCALE

SECOND_SESSION = SESSION.replace("bgp headgate", "bgp second").replace(
    "neighbor {neighbor}", "neighbor {second}")
SERVER = COMMON + """\
protocol direct vip {{ ipv4; interface "lo"; }}
""" + SESSION + SECOND_SESSION
ROUTER = COMMON + """\
protocol kernel {{
    merge paths on;
    ipv4 {{ import none; export where source = RTS_BGP; }};
}}
""" + SESSION + SECOND_SESSION


class NodesServer(Server):

    def make_bird(self, lab, folder):
        return Bird(self.namespace, folder, SERVER, address=self.address,
                    local_as=self.as_number, neighbor=HEADGATE_LAN,
                    second=SECOND, neighbor_as=HEADGATE_AS, import_="none",
                    export=f"where net = {VIP}/32")


class NodesLab(Lab):
    """The one-arm drawing with a second Headgate."""

    server_class = NodesServer

    def build(self, servers):
        super().build(servers)
        self.second_host = self.add_node("second", SECOND)
        self.router.run("sysctl", "-q", "-w",
                        "net.ipv4.fib_multipath_hash_policy=1")
        self.second = Headgate(self.second_host, self.folder,
                               self.second_flags(), "second")

    def second_flags(self):
        """Return flags that name each server, and the delays of the default."""
        flags = self.agent_flags()
        at = next(i for i, flag in enumerate(flags) if "role=backend" in flag)
        names = [word for server in self.servers for word in (
            "--neighbor", f"{server.address},as={server.as_number},"
                          "role=backend")]
        return [*flags[:at - 1], *names, *flags[at + 1:],
                "--start-max", "60", "--shutdown-delay", "3"]

    def make_router_bird(self):
        return Bird(self.router, f"{self.folder}/router", ROUTER,
                    address=ROUTER_LAN, local_as=ROUTER_AS,
                    neighbor=HEADGATE_LAN, second=SECOND,
                    neighbor_as=HEADGATE_AS, import_="all", export="none")

    def start(self):
        self.start_peers()
        self.headgate.start()
        self.second.start()
        self.wait_ready()

    def wait_ready(self, seconds=20):
        super().wait_ready(seconds)
        addresses = {server.address for server in self.servers}
        wait_until(lambda: self.second.living() == addresses, seconds,
                   "all servers at the second Headgate")
        self.wait_nodes(2, seconds)
        for agent in (self.headgate, self.second):
            wait_until(lambda: self.is_steady(agent), WINDOW_SECONDS,
                       "end of the windows since the start", pause=0.5)

    @staticmethod
    def is_steady(agent):
        return all(group["moving_buckets"] == 0
                   for group in agent.show("groups"))

    def wait_nodes(self, count, seconds=20):
        """Wait until the router has so many next hops of the VIP."""
        wait_until(lambda: self.router_route().count("via") == count, seconds,
                   f"{count} next hops at the router")


class TwoNodes(LabCase):

    lab_class = NodesLab
    options = {"servers": 4, "one_arm": True}

    def setUp(self):
        self.downloads = self.lab.start_long_downloads(FIRST_PORT, DOWNLOADS,
                                                       DOWNLOAD_SECONDS)
        self.addCleanup(self.downloads.close)
        self.running = self.downloads.wait_running()

    def forwarded(self, agent):
        return agent.outcomes()["forwarded_tx"]

    def check_all_go_on(self):
        now = self.downloads.report()
        time.sleep(WATCH_SECONDS)
        fates = traffic.fates(self.running, now, self.downloads.report())
        self.assertEqual(len(fates), DOWNLOADS)
        self.assertEqual({port: fate for port, fate in fates.items()
                          if fate != "went on"}, {})

    def test_flows_of_a_killed_node_go_on_over_the_other(self):
        lab = self.lab
        for agent in (lab.headgate, lab.second):
            self.assertGreater(self.forwarded(agent), DOWNLOADS)
        lab.second.kill()
        self.addCleanup(self.bring_back)
        lab.wait_nodes(1)
        self.check_all_go_on()

    def bring_back(self):
        self.lab.second.start()
        self.lab.wait_ready()

    def test_flows_go_on_while_a_node_hands_over_again_and_again(self):
        agent = self.lab.second

        def complete():
            return agent.log_tail(100000).count("handover: complete")
        for _ in range(TIMES):
            done = complete()
            self.assertEqual(agent.hand_over(seconds=HANDED_OVER), 0)
            wait_until(lambda before=done: complete() > before, HANDED_OVER,
                       "the rest")
        self.assertGreater(self.forwarded(agent), 0)
        self.check_all_go_on()

    def test_flows_go_on_while_a_node_ends_and_comes_back(self):
        """While the servers come, the table of the node that starts changes
        without windows: flows that it meets later are not of that time."""
        for _ in range(TIMES if LONG else 1):
            self.lab.second.process.send_signal(signal.SIGTERM)
            self.assertEqual(self.lab.second.process.wait(30 * TIME_SCALE), 0)
            self.lab.wait_nodes(1)
            self.bring_back()
        self.check_all_go_on()

    def test_flows_of_a_node_that_is_withdrawn_go_on_over_the_other(self):
        before = self.forwarded(self.lab.headgate)
        self.lab.router_bird.ask("disable second")
        self.addCleanup(self.lab.router_bird.ask, "enable second")
        self.lab.wait_nodes(1)
        self.check_all_go_on()
        self.assertGreater(self.forwarded(self.lab.headgate), before)
