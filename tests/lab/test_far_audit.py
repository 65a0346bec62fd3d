# SPDX-License-Identifier: BSD-2-Clause
"""Check that outer headers which another process has changed are written again,
and that a killed agent leaves the tunnels to the next one."""

from far_lab import FarCase, FarLab, OuterHeaders
from lab.bpf import element_count, read_array, write_array
from lab.system import wait_until
from lab.topology import HEADGATE6_UP, HEADGATE_UP, VIP, VIP6

SECONDS = 15
TUNNEL = 32  # bytes of an entry of `tunnels`
PORT, FIRST_PORT, FLOWS = 7007, 42000, 40
SIZE = 100


class AuditLab(FarLab):

    def agent_flags(self):
        return super().agent_flags() + ["--audit-interval", "1"]


class FarAudit(FarCase):

    lab_class = AuditLab
    options = {**FarCase.options, "servers": 2, "near": 1, "encaps": ("gre",)}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.headgate, cls.server = cls.lab.headgate, cls.lab.servers[1]
        for server in cls.lab.servers:
            for vip in (VIP, VIP6):
                process = server.start_echo(vip, PORT)
                cls.addClassCleanup(process.stdout.close)
                cls.addClassCleanup(process.end)

    def entries(self):
        path = f"{self.headgate.pins}/tunnels"
        return read_array(path, 0, element_count(path), f"={TUNNEL}s")

    def chosen(self, vip):
        """Return the server of each flow. Those of the far one arrive inside
        others."""
        with OuterHeaders(self.server) as headers:
            replies = self.lab.probe("datagrams", vip, PORT, SIZE, FIRST_PORT,
                                     FLOWS)
            names = [reply and reply["server"] for reply in replies]
            self.assertEqual(len(headers.read()),
                             names.count(self.server.name))
        self.assertEqual(set(names), {s.name for s in self.lab.servers})
        return names

    def count(self):
        return self.headgate.show("status")["sync"]["kinds"]["nexthop"]

    def test_outer_headers_are_written_again(self):
        entries, before = self.entries(), self.count()
        write_array(f"{self.headgate.pins}/tunnels", TUNNEL,
                    bytes(TUNNEL * (len(entries) - 1)))
        # One for each family
        wait_until(lambda: self.count()["repaired"] == before["repaired"] + 2,
                   SECONDS, "the repair of both entries")
        self.assertEqual(self.entries(), entries)
        self.assertTrue(self.headgate.show("status")["in_sync"])
        self.chosen(VIP)
        self.chosen(VIP6)

    def test_a_killed_agent_leaves_tunnels_to_the_next(self):
        """The server is not announced again before the flows are counted."""
        # The router has a route while no agent tells it one.
        self.lab.router.ip(f"route add {VIP} via {HEADGATE_UP} metric 9999",
                           f"route add {VIP6} via {HEADGATE6_UP} metric 9999")
        before = self.chosen(VIP), self.chosen(VIP6)
        entries = self.entries()
        self.headgate.kill()
        self.server.bird.stop()
        self.assertEqual((self.chosen(VIP), self.chosen(VIP6)), before)
        self.headgate.start()
        audits = self.headgate.show("status")["sync"]["audits"]
        wait_until(lambda: self.headgate.show("status")["sync"]["audits"]
                   > audits + 1, SECONDS, "an audit")
        self.assertIsNone(self.headgate.neighbor(self.server.address))
        hops = self.headgate.nexthops()
        self.assertEqual(hops[self.server.address]["encapsulation"], "gre")
        self.assertEqual((self.chosen(VIP), self.chosen(VIP6)), before)
        self.assertEqual(self.entries(), entries)
        self.assertEqual(self.count()["differences"], 0)
        self.server.bird.start()
        self.lab.wait_ready()
        self.assertEqual((self.chosen(VIP), self.chosen(VIP6)), before)
