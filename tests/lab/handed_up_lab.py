# SPDX-License-Identifier: BSD-2-Clause
"""The lab for packets that the kernel forwards to the server of their flow."""

import json
import os

from lab_case import LabCase
from lab.system import PYTHON, wait_until
from lab.topology import VIP, VIP6, VIP_PREFIX, VIP6_PREFIX

FLOW_KINDS = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "flow_kinds.py")
PORT, FIRST_PORT, FLOWS, UPLOADS = 7007, 41000, 40, 12
UPLOAD_BYTES = 300000
LAN_MTU = 1400
PROTOCOL = "72"
TABLE = 7272000


class HandedUpCase(LabCase):
    """Three servers, behind a link with a smaller MTU than the client's."""

    options = {"ipv6": True, "forwarding": True, "servers": 3}
    started = False
    flags = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        lab.headgate.arguments += ["--audit-interval", "1",
                                   "--affinity-window", "0", *cls.flags]
        lab.host.ip(f"link set dev lan mtu {LAN_MTU}")
        lab.client.run("sysctl", "-q", "-w", "net.ipv4.ip_no_pmtu_disc=1")
        lab.start()
        for server in lab.servers:
            for vip in (VIP, VIP6):
                process = server.start_echo(vip, PORT)
                cls.addClassCleanup(process.stdout.close)
                cls.addClassCleanup(process.end)

    # ----------------------------------------------------- traffic

    def flows(self, vip):
        return json.loads(self.lab.client.run(
            PYTHON, FLOW_KINDS, vip, str(PORT), str(FIRST_PORT), str(FLOWS),
            timeout=120))

    def moved(self, vip):
        """Return the number of flows that met two servers; all are answered."""
        flows = self.flows(vip)
        self.assertEqual([f for f in flows if None in f], [])
        self.assertEqual({f[0] for f in flows},
                         {s.name for s in self.lab.servers})
        return sum(len(set(f)) > 1 for f in flows)

    def upload_all(self, vip):
        for _ in range(UPLOADS):
            reply = self.lab.probe("upload", vip, PORT, UPLOAD_BYTES)
            self.assertEqual(reply["bytes"], UPLOAD_BYTES)

    def count(self, event):
        events = self.lab.headgate.show("counters")["events"]
        return next(e["packets"] for e in events if e["name"] == event)

    # ----------------------------------------------------- the kernel's state

    def rules(self, family="-4"):
        """Return our rules, as their text, in the order of the kernel."""
        shown = self.lab.host.run("ip", family, "rule", "show")
        return [line for line in shown.splitlines()
                if line.endswith(f"proto {PROTOCOL}")]

    def tables(self, family="-4", prefix=VIP_PREFIX, table=TABLE):
        """Return slot -> gateway of the tables of slots."""
        shown = json.loads(self.lab.host.run(
            "ip", "-j", family, "route", "show", "table", "all", "proto",
            PROTOCOL) or "[]")
        return {int(r["table"]) - table: r["gateway"] for r in shown
                if r["dst"] == prefix and r.get("table", "main") != "main"}

    def slots(self, family="-4", table=TABLE):
        """Return the slots that rules lead to a table."""
        return {int(rule.split("lookup ")[1].split()[0]) - table
                for rule in self.rules(family) if "lookup " in rule}

    def led_servers(self, family="-4", prefix=VIP_PREFIX):
        """Return the next hops that rules lead to, by slot."""
        tables = self.tables(family, prefix)
        return sorted(tables[slot] for slot in self.slots(family)
                      if slot in tables)

    def wait_led(self, servers):
        wanted = sorted(s.address for s in servers)
        wanted6 = sorted(s.address6 for s in servers)
        wait_until(lambda: self.led_servers() == wanted and
                   self.led_servers("-6", VIP6_PREFIX) == wanted6, 20,
                   f"rules and tables of {len(servers)} servers")
