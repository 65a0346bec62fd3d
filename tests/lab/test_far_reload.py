# SPDX-License-Identifier: BSD-2-Clause
"""Check that a reload changes the encapsulation of a server behind a router."""

import socket
import threading

from far_lab import FarCase, FarLab, OuterHeaders
from lab.system import LabError, wait_until
from lab.topology import CLIENT_ADDRESS
from raw_frames import frame, ipv4, mac_of, send_frames, udp

PORT, FIRST_PORT, FLOWS = 7007, 42000, 30
SIZE = 100
SECONDS = 20
# The VIP of the far server alone, which the agent knows by --path.
STATIC = "192.0.2.9"


class ReloadLab(FarLab):
    """All flags but the interfaces are in a file."""

    def agent_flags(self):
        self.config = f"{self.folder}/headgate.conf"
        lines, interfaces = [], []
        flags = super().agent_flags() + [
            "--path", f"{STATIC}/32,via={self.servers[1].address},encap=gre",
            "--shutdown-delay", "0", "--start-max", "0"]
        for word in flags:
            if word.startswith("--"):
                lines.append(word[2:])
            else:
                lines[-1] += f" {word}"
        for line in list(lines):
            if line.startswith("interface "):
                lines.remove(line)
                interfaces += ["--interface", line.split()[1]]
        self.write(lines)
        return [*interfaces, "--config", self.config]

    def build(self, servers):
        super().build(servers)
        self.servers[1].namespace.ip(f"address add {STATIC}/32 dev lo")

    def write(self, lines):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def replace(self, old, new):
        """Reload with a text in place of another one."""
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        self.write(text.replace(old, new).splitlines())
        done = self.headgate.ctl("reload")
        if done.returncode:
            raise LabError(done.stdout + done.stderr)


class FarReload(FarCase):

    lab_class = ReloadLab
    options = {**FarCase.options, "servers": 2, "encaps": ("gre",)}

    def test_a_reload_changes_the_encapsulation(self):
        server = self.lab.servers[1]
        hops = self.lab.headgate.nexthops
        process = server.start_echo(STATIC, PORT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.end)
        self.check(server, socket.IPPROTO_GRE)
        self.lab.replace("encap=gre", "encap=ipip")
        wait_until(lambda: hops()[server.address]["encapsulation"] == "ipip"
                   and hops()[server.address]["alive"], SECONDS, "IP in IP")
        self.check(server, socket.IPPROTO_IPIP)
        self.check_packets_meanwhile()
        self.check(server, socket.IPPROTO_IPIP)
        self.lab.wait_ready()

    def unsteered(self):
        """Return how many packets found no living server."""
        outcomes = self.lab.headgate.show("counters")["outcomes"]
        return next(o["packets"] for o in outcomes
                    if o["name"] == "passed_no_nexthop")

    def check_packets_meanwhile(self):
        """Packets find the server while it changes: it is the only one."""
        before, done = self.unsteered(), threading.Event()
        datagram = frame(mac_of(self.lab.host, "up"),
                         ipv4(CLIENT_ADDRESS, STATIC, udp(FIRST_PORT, PORT)))
        flood = threading.Thread(target=send_frames, args=(
            self.lab.router, "up", iter(lambda: None if done.wait(0.0002)
                                        else datagram, None)))
        flood.start()
        try:
            for old, new in ("ipip", "gue"), ("gue", "gre"), ("gre", "ipip"):
                self.lab.replace(f"/32,via={self.lab.servers[1].address},"
                                 f"encap={old}",
                                 f"/32,via={self.lab.servers[1].address},"
                                 f"encap={new}")
        finally:
            done.set()
            flood.join()
        self.assertEqual(self.unsteered(), before)

    def check(self, server, protocol):
        with OuterHeaders(server) as headers:
            replies = self.lab.probe("datagrams", STATIC, PORT, SIZE,
                                     FIRST_PORT, FLOWS)
            self.assertEqual([r and r["server"] for r in replies],
                             [server.name] * FLOWS)
            self.assertEqual([o.protocol for o in headers.read()],
                             [protocol] * FLOWS)
