# SPDX-License-Identifier: BSD-2-Clause
"""Check that two nodes decide alike without talking to each other.

`headgate` and `second` are on the servers' LAN, with the same configuration
except for the router id. Servers run BIRD, FRR and GoBGP, announce one VIP
without and one with bandwidth, and reach the two nodes in different orders. The
tests compare the maps that packets meet, besides the agents' answers.
"""

import json

from lab_case import LabCase
from lab.agent import Headgate
from lab.peers.bird import Bird
from lab.peers.frr import Frr
from lab.peers.gobgp import Gobgp
from lab.peers.peer import Announcement, Session
from lab.steering import read_buckets, resolve_buckets
from lab.system import require, wait_until
from lab.topology import (CLIENT_ADDRESS, HEADGATE_AS, HEADGATE_LAN, VIP,
                          VIP_PREFIX, Lab)

SECOND_LAN = "10.1.0.2"
WEIGHED_VIP = "192.0.2.2"
VIPS = (VIP, WEIGHED_VIP)
UNIT = 12_500_000  # --bandwidth-unit
DAEMONS = (Bird, Frr, Gobgp, Bird)  # by server
UNITS = (4, 2, 1, 3)                # of bandwidth, by server
FIRST_PORT = 20000
CONNECTIONS = 60


class TwoAgents(Lab):

    def __init__(self):
        for daemon in DAEMONS:
            require(daemon.programs)
        super().__init__(one_arm=True)

    def build(self, servers):
        super().build(servers)
        second = self.add_node("second", SECOND_LAN)
        self.headgate = Headgate(self.host, self.folder,
                                 self.flags("10.0.0.1"))
        self.second = Headgate(second, self.folder, self.flags("10.0.0.2"),
                               "second")
        self.agents = (self.headgate, self.second)
        for number, server in enumerate(self.servers):
            server.bird = DAEMONS[number](
                server.namespace, f"{self.folder}/{server.name}",
                self.session(server, UNITS[number]))
            server.web.start()

    def session(self, server, units):
        return Session(server.address, server.as_number, HEADGATE_LAN,
                       HEADGATE_AS, server.address, others=(SECOND_LAN,),
                       announce=(Announcement(f"{VIP}/32"),
                                 Announcement(f"{WEIGHED_VIP}/32",
                                              bandwidth=units * UNIT)))

    def flags(self, router_id):
        return ["--as", str(HEADGATE_AS), "--router-id", router_id,
                "--interface", "lan", "--vip", VIP_PREFIX,
                "--bandwidth-unit", str(UNIT),
                *(word for server in self.servers for word in (
                    "--neighbor", f"{server.address},as={server.as_number},"
                    "role=backend"))]

    def start(self):
        """Start the second node late, after two servers have come and gone, so
        that it learns the servers in another order."""
        one, two, three, four = self.servers
        three.bird.start()  # GoBGP stays: it is slow to come back
        four.bird.start()
        self.headgate.start()
        self.wait_sets(self.headgate, (three, four))
        one.bird.start()
        self.wait_sets(self.headgate, (three, four, one))
        two.bird.start()
        self.wait_sets(self.headgate, self.servers)
        four.bird.stop()
        one.bird.stop()
        self.second.start()
        self.wait_sets(self.second, (two, three))
        one.bird.start()
        self.wait_sets(self.second, (two, three, one))
        four.bird.start()
        self.wait_all(self.servers)

    def wait_all(self, servers):
        for agent in self.agents:
            self.wait_sets(agent, servers)

    def wait_sets(self, agent, servers):
        """Wait until the agent steers both VIPs to exactly these."""
        addresses = {server.address for server in servers}
        wait_until(lambda: agent.living() == addresses
                   and self.sets(agent) == {vip: addresses for vip in VIPS},
                   20, f"{sorted(addresses)} at {agent.namespace.short_name}")

    @staticmethod
    def groups(agent):
        """Return VIP -> group."""
        return {vip.split("/")[0]: group for group in agent.show("groups")
                for vip in group["vips"]}

    def sets(self, agent):
        return {vip: {m["address"] for m in group["members"]}
                for vip, group in self.groups(agent).items()}

    def flap(self, server):
        """Restart the server's session with the second node only."""
        server.bird.ask("restart other0")
        neighbor = self.second.neighbor
        wait_until(lambda: neighbor(server.address)["state"] != "Established",
                   10, f"the end of the session with {server.name}")
        self.wait_sets(self.second, self.servers)

    def steer_by(self, address):
        """Route clients' packets to this node."""
        self.router.ip(f"route replace {VIP_PREFIX} via {address}")


class DecideAlike(LabCase):

    lab_class = TwoAgents

    @classmethod
    def show_log(cls):
        super().show_log()
        print("--- and of the second's\n"
              + cls.lab.second.log_tail(40) + "---", flush=True)

    def check_alike(self):
        """Check that sets with weights, digests and tables of all VIPs are
        equal."""
        ours, theirs = (self.lab.groups(a) for a in self.lab.agents)
        self.assertEqual(set(ours), set(VIPS))
        self.assertEqual(set(theirs), set(VIPS))
        for vip in VIPS:
            for field in ("digest", "members"):
                self.assertEqual(ours[vip][field], theirs[vip][field])
            first, second = (resolve_buckets(agent.pins, vip)
                             for agent in self.lab.agents)
            self.assertEqual(first, second)
            self.assertEqual({current for current, *_ in first},
                             {m["address"] for m in ours[vip]["members"]})
        self.assertNotEqual(ours[VIP]["digest"], ours[WEIGHED_VIP]["digest"])

    def explained(self, agent, port):
        done = agent.ctl("-j", "explain", "flow", CLIENT_ADDRESS, str(port),
                         VIP, "80", "tcp")
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)["explain"]
        self.assertIs(said["agree"], True)
        return said["table"]["next_hop"]

    def test_fed_in_different_orders_they_hold_the_same_tables(self):
        self.check_alike()
        weights = {m["address"]: m["weight"] for m in
                   self.lab.groups(self.lab.second)[WEIGHED_VIP]["members"]}
        self.assertEqual(weights, {s.address: units for s, units
                                   in zip(self.lab.servers, UNITS)})

    def test_they_number_their_next_hops_differently(self):
        """Otherwise equal tables would prove nothing."""
        first, second = (read_buckets(agent.pins, VIP)
                         for agent in self.lab.agents)
        self.assertNotEqual(first, second)

    def test_a_session_flap_at_one_of_them_leaves_no_trace(self):
        before = resolve_buckets(self.lab.second.pins, WEIGHED_VIP)
        self.lab.flap(self.lab.servers[0])
        self.check_alike()
        self.assertEqual(resolve_buckets(self.lab.second.pins, WEIGHED_VIP),
                         before)

    def test_a_flow_reaches_the_same_server_by_either(self):
        names = {s.address: s.name for s in self.lab.servers}
        went = []
        for agent, address in zip(self.lab.agents, (HEADGATE_LAN, SECOND_LAN)):
            self.lab.steer_by(address)
            connections = self.lab.download(FIRST_PORT, CONNECTIONS)
            self.assertEqual(connections.failed(), [])
            went.append(connections.server_of_port())
            explained = {port: names[self.explained(agent, port)]
                         for port in went[0]}
            self.assertEqual(explained, went[-1])
        self.assertEqual(*went)
        self.assertEqual(set(went[0].values()), set(names.values()))

    def test_when_a_server_dies_they_agree_again(self):
        victim = self.lab.servers[1]
        rest = [s for s in self.lab.servers if s is not victim]
        victim.bird.kill()
        self.lab.wait_all(rest)
        self.check_alike()
        victim.bird.start()
        self.lab.wait_all(self.lab.servers)
        self.check_alike()
