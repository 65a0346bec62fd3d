# SPDX-License-Identifier: BSD-2-Clause
"""Check 1,000 connections over four servers: their spread, and that all counters
agree."""

import asyncio
import socket
import threading
import time

from lab_case import LabCase
from lab.client import Download
from lab.system import TIME_SCALE
from lab.topology import CLIENT_ADDRESS, ROUTER_CLIENT, VIP
from lab.steering import read_table
from raw_speaker import inside

CONNECTIONS = 1000
TOLERANCE = 0.05
FIRST_PORT = 20000
REPEATED_PORTS = 50
REPETITIONS = 4
LATE_PORT = 30000
LATE_SECONDS = 0.3


class Spread(LabCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lab = cls.lab
        cls.table = read_table(lab.headgate.pins, VIP)
        counts = {s.address: s.count_frames() for s in lab.servers}
        before = lab.headgate.nexthops()
        outcomes = lab.headgate.outcomes()
        cls.connections = lab.download(FIRST_PORT, CONNECTIONS)
        time.sleep(0.5 * TIME_SCALE)  # the last FIN and its ACK
        after = lab.headgate.nexthops()
        cls.frames = {a: count.read() for a, count in counts.items()}
        cls.packets = {a: after[a]["packets"] - before[a]["packets"]
                       for a in cls.frames}
        cls.outcomes = {name: packets - outcomes[name]
                        for name, packets in lab.headgate.outcomes().items()}
        for count in counts.values():
            count.close()

    def test_all_downloads_are_complete(self):
        self.assertEqual(self.connections.failed(), [])
        self.assertEqual(len(self.connections.complete()), CONNECTIONS)

    def test_every_server_carries_a_quarter(self):
        even = CONNECTIONS / len(self.lab.servers)
        counts = self.connections.servers()
        for server in self.lab.servers:
            self.assertAlmostEqual(counts[server.name], even,
                                   delta=TOLERANCE * CONNECTIONS)

    def test_next_hop_counters_agree_with_frames_on_the_servers(self):
        self.assertEqual(self.packets, self.frames)
        self.assertGreater(min(self.frames.values()), CONNECTIONS)

    def test_xdp_forwarded_every_frame_and_the_kernel_none(self):
        self.assertEqual(self.outcomes["forwarded_redirect"],
                         sum(self.frames.values()))
        self.assertEqual(self.outcomes["forwarded_tx"], 0)
        self.assertEqual(self.outcomes["passed_no_nexthop"], 0)

    def test_servers_logged_the_clients_ports(self):
        clients = self.connections.server_of_port()
        for server in self.lab.servers:
            ports = {int(client.split(":")[1])
                     for client, requests in server.web.served().items()
                     if client.startswith(CLIENT_ADDRESS) and requests}
            self.assertLessEqual(
                {p for p, name in clients.items() if name == server.name},
                ports)

    def test_each_flow_reached_the_owner_of_its_bucket(self):
        names = {s.address: s.name for s in self.lab.servers}
        for port, server in self.connections.server_of_port().items():
            owner = self.table.owner_of(CLIENT_ADDRESS, port, VIP)
            self.assertEqual(names[owner], server, f"source port {port}")

    def test_a_5_tuple_repeated_reaches_the_same_server(self):
        first = self.connections.server_of_port()
        for _ in range(REPETITIONS):
            again = self.lab.download(FIRST_PORT, REPEATED_PORTS)
            self.assertEqual(again.failed(), [])
            for port, server in again.server_of_port().items():
                self.assertEqual(server, first[port], f"source port {port}")


class PortOfADownload(LabCase):
    """Check the lab's client: a source port is free again when its download is
    over, even if the last ACK is late."""

    started = False

    def setUp(self):
        with inside(self.lab.router):
            self.listener = socket.create_server((ROUTER_CLIENT, 80))
        self.listener.settimeout(5)
        self.addCleanup(self.listener.close)

    def answer(self):
        """Serve one download of one byte; the server closes."""
        connection = self.listener.accept()[0]
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200\r\nX-Server: router\r\n"
                           b"Content-Length: 1\r\n\r\nx")
        connection.close()

    def download(self):
        """Download without closing; return the download and its socket."""
        with inside(self.lab.client):
            download = Download(ROUTER_CLIENT, LATE_PORT, "/short")
            sock = download.socket()
        server = threading.Thread(target=self.answer, daemon=True)
        server.start()
        asyncio.run(download.fetch(sock))
        server.join()
        return download, sock

    def test_the_last_ack_is_late(self):
        download, sock = self.download()
        self.lab.router.ip("link set client down")
        plug = threading.Timer(LATE_SECONDS, self.lab.router.ip,
                               ["link set client up"])
        plug.start()
        download.close(sock)
        again, sock = self.download()
        again.close(sock)
        plug.join()
        self.assertTrue(again.result["done"])
