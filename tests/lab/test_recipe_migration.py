# SPDX-License-Identifier: BSD-2-Clause
"""Run the recipes of docs/recipes about servers: Headgate takes over from a router's
ECMP by a MED and gives back; nodes of Kubernetes are servers."""

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.system import wait_until
from lab.topology import HEADGATE_UP, Lab
from lab_case import close_lab
from raw_lab import RawLab
from raw_speaker import wait_for
from recipes import RecipeCase, blocks
from server_imitations import Calico, MetallbNative

CONNECTIONS = 60
TO_ROUTER = """\
protocol bgp to_router {{
    local {address} as {local_as};
    neighbor 10.1.0.254 as 64500;
    connect delay time 1;
    connect retry time 1;
    ipv4 {{ import none; export {export}; }};
}}
"""
# `servers`: what the recipe changes.
FROM_SERVERS = """\
protocol bgp servers {{
    local 10.1.0.254 as 64500;
    neighbor range 10.1.0.0/24 external;
    passive;
    {servers}
}}
"""
AS_BEFORE = "med metric on; ipv4 { import all; export none; };"
NODES = ("10.1.0.11", "10.1.0.12")
VIP = "192.0.2.1/32"


def recipe_flags(name):
    text, = blocks(name, "conf")
    return [word for line in text.splitlines() for word in
            (f"--{line.split()[0]}", line.split(maxsplit=1)[1])]


class MigrationLab(Lab):
    """Servers have a session with the router, too."""

    def agent_flags(self):
        return recipe_flags("migration")

    def build(self, servers):
        super().build(servers)
        for server in self.servers:
            server.bird.template += TO_ROUTER
        router = self.router_bird
        router.template = (router.template.replace(
            "protocol kernel {{", "protocol kernel {{ merge paths on;")
            .replace("protocol bgp headgate {{",
                     "protocol bgp headgate {{ med metric on;") + FROM_SERVERS)
        router.session["servers"] = AS_BEFORE


class Migration(RecipeCase):

    lab_class = MigrationLab
    options = {"servers": 2}
    started = False

    def configure(self, servers):
        self.lab.router_bird.write_config(servers=servers)
        self.lab.router_bird.ask("configure")

    def wait_route(self, *gateways):
        def found():
            text = self.lab.router.run("ip", "route", "show", VIP)
            return all(f"via {gateway} " in text for gateway in gateways) and \
                text.count("via") == len(gateways)
        wait_until(found, 30, f"the route via {gateways}")

    def forwarded(self):
        return self.lab.headgate.outcomes()["forwarded_redirect"]

    def test_traffic_is_shifted_and_given_back(self):
        self.lab.start()
        servers = [server.address for server in self.lab.servers]
        shifted, = blocks("migration", "bird router")
        self.lab.wait_living(self.lab.servers)
        self.wait_route(*servers)
        self.assertEqual(self.lab.download(20000, CONNECTIONS).failed(), [])
        self.assertEqual(self.forwarded(), 0)
        printed, = self.run_all("migration")
        self.assertRegex(printed, r"(?m)^agree +yes$")
        self.configure(shifted)
        self.wait_route(HEADGATE_UP)
        self.assertEqual(self.lab.download(21000, CONNECTIONS).failed(), [])
        self.assertGreater(self.forwarded(), CONNECTIONS)
        before = self.forwarded()
        self.configure(AS_BEFORE)
        self.wait_route(*servers)
        self.assertEqual(self.lab.download(22000, CONNECTIONS).failed(), [])
        self.assertEqual(self.forwarded(), before)


class KubernetesLab(RawLab):

    def agent_flags(self):
        return [*recipe_flags("kubernetes"), *self.flags]


class Kubernetes(RecipeCase):
    """A node with MetalLB and one with Calico."""

    @classmethod
    def setUpClass(cls):
        cls.lab = KubernetesLab(addresses=NODES[1:])
        cls.addClassCleanup(close_lab, cls.lab)
        cls.lab.start()

    def test_nodes_are_servers(self):
        upstream = self.lab.observe()
        self.addCleanup(upstream.close)
        sessions = [upstream]
        for address, speaker in zip(NODES, (MetallbNative(), Calico())):
            session = self.lab.dial(address)
            self.addCleanup(session.close)
            session.send(speaker.opening(address))
            session.wait_for_message(bgp.OPEN)
            session.send(bgp.keepalive(), speaker.routes(VIP, address))
            sessions.append(session)
        wait_for(sessions, lambda: sorted((self.lab.route(VIP) or {}).get(
            "nexthops", ())) == sorted(NODES), 20, "both nodes")
        self.assertIn(VIP, self.run_all("kubernetes")[0])
        wait_for(sessions, lambda: VIP in upstream.table, 20, "the VIP")


del RecipeCase  # it has no tests of its own
