# SPDX-License-Identifier: BSD-2-Clause
"""Check servers behind routers, beside one on the LAN: connections reach each,
inside other packets where it is far."""

import json
import struct
from contextlib import ExitStack

from far_lab import FarCase, OuterHeaders
from lab.topology import CLIENT6_ADDRESS, CLIENT_ADDRESS, VIP, VIP6
from raw_frames import frame, ipv4, mac_of, udp

DOWNLOADS = 60
PORT, FIRST_PORT, DATAGRAMS = 7007, 42000, 60
EXPLAINED = 24
UPLOADS, UPLOAD_BYTES = 12, 300000
# The servers announce IP in IP; that counts with encap=bgp.
SAID = "ipip"
SHIM_SIZES = {"bgp": 0, "gre": 4, "gue": 8, None: None}


class FarServers(FarCase):

    def test_all_servers_get_connections(self):
        for vip in (VIP, VIP6):
            connections = self.lab.download(20000, DOWNLOADS, vip)
            self.assertEqual(connections.failed(), [])
            self.assertEqual(set(connections.servers()),
                             {s.name for s in self.lab.servers})
        for server in self.lab.far():
            self.assertGreater(server.count_outer(), 0)

    def start_echo(self):
        for server in self.lab.servers:
            for vip in (VIP, VIP6):
                process = server.start_echo(vip, PORT)
                self.addCleanup(process.stdout.close)
                self.addCleanup(process.end)

    def reached(self, vip, size):
        """Return the servers that answer datagrams of a size; all do."""
        replies = self.lab.probe("datagrams", vip, PORT, size, FIRST_PORT,
                                 DATAGRAMS)
        self.assertEqual([r for r in replies if r is None
                          or r["bytes"] != size], [])
        return {r["server"] for r in replies}

    def test_senders_learn_the_size_and_fragments_arrive(self):
        """The kernel answers what is too big, and cuts what it may: 1500 bytes
        are too many for each tunnel."""
        every = {s.name for s in self.lab.servers}
        self.start_echo()
        self.lab.client.run("sysctl", "-q", "-w",
                            "net.ipv4.ip_no_pmtu_disc=1")
        self.assertEqual(self.reached(VIP, 1472), every)
        self.lab.client.run("sysctl", "-q", "-w",
                            "net.ipv4.ip_no_pmtu_disc=0")
        for vip, outer_ip in ((VIP, 20), (VIP6, 40)):
            for _ in range(UPLOADS):
                reply = self.lab.probe("upload", vip, PORT, UPLOAD_BYTES)
                self.assertEqual(reply["bytes"], UPLOAD_BYTES)
                server = self.lab.server_named(reply["server"])
                shim = SHIM_SIZES[getattr(server, "encap", None)]
                if shim is not None:
                    self.assertLessEqual(reply["mtu"],
                                         1500 - outer_ip - shim)

    def test_next_hops_show_tunnels(self):
        self.lab.download(20000, DOWNLOADS)
        hops = self.lab.headgate.nexthops()
        near = self.lab.servers[0]
        self.assertEqual(hops[near.address]["encapsulation"], "none")
        self.assertIsNone(hops[near.address]["gateway"])
        for server in self.lab.far():
            hop = hops[server.address]
            self.assertEqual(hop["encapsulation"],
                             SAID if server.encap == "bgp" else server.encap)
            self.assertEqual(hop["gateway"], server.rack_address)
            self.assertEqual(hop["outer_bytes"] - hop["bytes"],
                             hop["packets"] * (20 + SHIM_SIZES[server.encap]))

    def explain(self, *words):
        done = self.lab.headgate.ctl("-j", "explain", "flow", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line)["explain"]
                for line in done.stdout.splitlines()]

    def arrived(self, vip):
        """Send a datagram of each flow. Return the outer headers that reach each
        far server, by its address."""
        with ExitStack() as stack:
            seen = {s: stack.enter_context(OuterHeaders(s))
                    for s in self.lab.far()}
            replies = self.lab.probe("datagrams", vip, PORT, 100, FIRST_PORT,
                                     EXPLAINED)
            self.assertNotIn(None, replies)
            return {server.address6 if ":" in vip else server.address:
                    sorted((o.source, o.destination, o.source_port, o.port)
                           for o in headers.read())
                    for server, headers in seen.items()}

    def test_explain_says_the_outer_header(self):
        """Packets arrive inside of what it says."""
        self.start_echo()
        for client, vip in ((CLIENT_ADDRESS, VIP), (CLIENT6_ADDRESS, VIP6)):
            arrived = self.arrived(vip)
            said = {hop: [] for hop in arrived}
            for port in range(FIRST_PORT, FIRST_PORT + EXPLAINED):
                answer, = self.explain(client, str(port), vip, str(PORT),
                                       "udp")
                program = answer["program"]
                outer = program["outer"]
                if program["next_hop"] not in said:
                    self.assertIsNone(outer)
                    continue
                said[program["next_hop"]].append(
                    (outer["source"], outer["destination"],
                     outer["source_port"], outer["destination_port"]))
            self.assertEqual({hop: sorted(found)
                              for hop, found in said.items()}, arrived)

    def test_tables_for_people_name_the_tunnel(self):
        server = next(s for s in self.lab.far() if s.encap == "gue")
        path = f"{self.lab.folder}/one.pcap"
        for port in range(FIRST_PORT, FIRST_PORT + DATAGRAMS):
            self.write_capture(path, port)
            answer, = self.explain("--pcap", path)
            if answer["program"]["next_hop"] == server.address:
                break
        outer = answer["program"]["outer"]
        said = self.lab.headgate.ctl("explain", "flow", CLIENT_ADDRESS,
                                     str(port), VIP, str(PORT), "udp").stdout
        self.assertIn(f"inside gue, from {outer['source']} port "
                      f"{outer['source_port']} to {server.address} port "
                      f"{self.lab.gue_port}\n", said)
        for words in (("explain", "flow", "--pcap", path),
                      ("show", "nexthops")):
            table = self.lab.headgate.ctl(*words).stdout
            self.assertIn("INSIDE", table)
            self.assertIn("gue", table)
        self.assertIn(server.rack_address, table)

    def write_capture(self, path, port):
        """Write a capture file of a datagram from this port."""
        bytes_ = frame(mac_of(self.lab.host, "up"),
                       ipv4(CLIENT_ADDRESS, VIP, udp(port, PORT)))
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                                   1))
            file.write(struct.pack("<IIII", 0, 0, len(bytes_), len(bytes_)))
            file.write(bytes_)
