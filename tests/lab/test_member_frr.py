# SPDX-License-Identifier: BSD-2-Clause
"""FRR as a server in another member of our confederation (RFC 5065)."""

from lab_case import LabCase
from lab.peers.frr import Frr
from lab.peers.peer import Announcement, Session
from lab.system import require, wait_until
from lab.topology import HEADGATE_AS, HEADGATE_LAN, VIP, Lab

CONFEDERATION, MEMBER_AS = 65500, 64513
CONNECTIONS = 50
FIRST_PORT = 20000


class MemberLab(Lab):
    """One server, with FRR in place of its BIRD."""

    def __init__(self):
        require(Frr.programs)
        super().__init__(servers=1)

    def build(self, servers):
        super().build(servers)
        server, = self.servers
        session = Session(server.address, MEMBER_AS, HEADGATE_LAN,
                          HEADGATE_AS, server.address,
                          announce=(Announcement(f"{VIP}/32"),),
                          confederation=CONFEDERATION)
        server.bird = Frr(server.namespace, f"{self.folder}/frr", session)
        self.router_bird.session["neighbor_as"] = CONFEDERATION

    def agent_flags(self):
        return [*super().agent_flags(),
                "--confederation", str(CONFEDERATION),
                "--confederation-member", str(MEMBER_AS),
                "--neighbor", f"{self.servers[0].address},as={MEMBER_AS},"
                              "role=backend"]


class Member(LabCase):

    @classmethod
    def setUpClass(cls):
        cls.lab = MemberLab()
        cls.addClassCleanup(cls.lab.close)
        try:
            cls.lab.start()
        except Exception:
            cls.show_log()
            print(cls.lab.servers[0].bird.log(), flush=True)
            raise

    def test_its_as_comes_as_a_members(self):
        path, = [p for r in self.lab.headgate.show("routes")
                 for p in r["paths"]]
        self.assertEqual(path["as_path"], f"({MEMBER_AS})")
        self.assertEqual(path["next_hop"], self.lab.servers[0].address)
        self.assertTrue(path["selected"])

    def test_connections_reach_it(self):
        connections = self.lab.download(FIRST_PORT, CONNECTIONS)
        self.assertEqual(len(connections.complete()), CONNECTIONS)

    def test_the_upstream_outside_sees_the_confederation_only(self):
        shown = wait_until(lambda: self.lab.router_bird.ask(
            f"show route {VIP}/32 all"), 10, "the router's route")
        self.assertIn(f"BGP.as_path: {CONFEDERATION}\n", shown)
