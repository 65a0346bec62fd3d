# SPDX-License-Identifier: BSD-2-Clause
"""A BMP collector (RFC 7854, 8671, 9069) that is strict, and keeps the tables that it
is sent."""

import collections
import select
import socket
import struct

import raw_bgp as bgp
from raw_speaker import tcp_socket

PORT = 11019
VERSION = 3
(ROUTE_MONITORING, STATISTICS, PEER_DOWN, PEER_UP, INITIATION,
 TERMINATION) = range(6)
GLOBAL, LOC_RIB_PEER = 0, 3
IPV6_FLAG, POST_FLAG, AS2_FLAG, OUT_FLAG = 0x80, 0x40, 0x20, 0x10
PRE, POST, OUT, LOC_RIB = "pre", "post", "out", "loc"
HEADER, PEER_HEADER = 6, 42

Peer = collections.namedtuple("Peer", "rib address as_number as2")


def read_tlvs(data):
    """Return type -> value."""
    found = {}
    while data:
        kind, size = struct.unpack_from("!HH", data)
        value, data = bgp.take(data[4:], size)
        found[kind] = value
    return found


class Connection:
    """One connection of the agent, with all that it has said."""

    def __init__(self, sock):
        self.sock = sock
        self.sock.setblocking(False)
        self.data = b""
        self.closed = False
        self.about = None  # of the Initiation
        self.ended = False
        self.up = {}  # address -> the OPEN that the peer sent
        self.downs = []  # (address, reason, data)
        self.tables = {rib: {} for rib in (PRE, POST, OUT, LOC_RIB)}
        self.ends = collections.Counter()  # of End-of-RIB, by (rib, address)
        self.statistics = {}  # address -> type -> value
        self.updates = 0

    def read(self):
        """Process what has come."""
        try:
            while select.select([self.sock], [], [], 0)[0]:
                more = self.sock.recv(1 << 20)
                if not more:
                    self.closed = True
                    break
                self.data += more
        except (BlockingIOError, ConnectionResetError):
            pass
        while len(self.data) >= HEADER:
            version, size, kind = struct.unpack_from("!BIB", self.data)
            assert version == VERSION and size >= HEADER, (version, size)
            if len(self.data) < size:
                break
            body, self.data = self.data[HEADER:size], self.data[size:]
            self.process(kind, body)

    def process(self, kind, body):
        assert (self.about is None) == (kind == INITIATION), kind
        if kind == INITIATION:
            self.about = read_tlvs(body)
            return
        if kind == TERMINATION:
            self.ended = True
            return
        peer, body = self.read_peer(body)
        if kind == PEER_UP:
            self.read_peer_up(peer, body)
            return
        assert peer.address in self.up, peer
        {PEER_DOWN: self.read_peer_down, STATISTICS: self.read_statistics,
         ROUTE_MONITORING: self.read_route}[kind](peer, body)

    def read_peer(self, body):
        header, body = bgp.take(body, PEER_HEADER)
        kind, flags, distinguisher = struct.unpack_from("!BBQ", header)
        address = header[10:26]
        as_number, = struct.unpack_from("!I", header, 26)
        assert distinguisher == 0
        if kind == LOC_RIB_PEER:
            assert not flags and not any(address)
            return Peer(LOC_RIB, "local", as_number, False), body
        assert kind == GLOBAL
        text = (socket.inet_ntop(socket.AF_INET6, address)
                if flags & IPV6_FLAG else socket.inet_ntoa(address[12:]))
        rib = (OUT if flags & OUT_FLAG else POST if flags & POST_FLAG else PRE)
        return Peer(rib, text, as_number, bool(flags & AS2_FLAG)), body

    def read_peer_up(self, peer, body):
        assert peer.address not in self.up, peer
        _, body = bgp.take(body, 20)
        opens = []
        for _ in range(2):
            size = int.from_bytes(body[16:18], "big")
            message, body = bgp.take(body, size)
            assert message[:16] == bgp.MARKER and message[18] == bgp.OPEN
            opens.append(bgp.parse_open(message[bgp.HEADER_SIZE:]))
        if peer.rib == LOC_RIB:
            assert read_tlvs(body) == {3: b"global"}
        self.up[peer.address] = opens[1]

    def read_peer_down(self, peer, body):
        self.downs.append((peer.address, body[0], body[1:]))
        del self.up[peer.address]
        for table in self.tables.values():
            for key in [key for key in table if key[0] == peer.address]:
                del table[key]

    def read_statistics(self, peer, body):
        count, = struct.unpack_from("!I", body)
        tlvs = read_tlvs(body[4:])
        assert len(tlvs) == count
        self.statistics[peer.address] = {
            kind: int.from_bytes(value, "big")
            for kind, value in tlvs.items()}

    def read_route(self, peer, body):
        size = int.from_bytes(body[16:18], "big")
        assert (body[:16] == bgp.MARKER and size == len(body)
                and body[18] == bgp.UPDATE), body
        update = bgp.parse_update(body[bgp.HEADER_SIZE:])
        table = self.tables[peer.rib]
        self.updates += 1
        reach = update.attributes.get(bgp.MP_REACH)
        unreach = update.attributes.get(bgp.MP_UNREACH)
        announced, withdrawn = list(update.announced), list(update.withdrawn)
        if reach:
            value = reach[1]
            announced += [value[5 + value[3]:]]
        if unreach:
            withdrawn += [unreach[1][3:]] if unreach[1][3:] else []
        if not announced and not withdrawn:
            self.ends[peer.rib, peer.address] += 1
        for key in withdrawn:
            table.pop((peer.address, key), None)
        for key in announced:
            table[peer.address, key] = update.attributes


class Collector:
    """Listens in a namespace, and has one connection after the other."""

    def __init__(self, namespace, address, port=PORT):
        self.sock = tcp_socket(namespace, address, port)
        self.sock.listen(4)
        self.connections = []

    def read(self):
        """Take new connections and what has come. Return the last one."""
        while select.select([self.sock], [], [], 0)[0]:
            self.connections.append(Connection(self.sock.accept()[0]))
        for connection in self.connections:
            if not connection.closed:
                connection.read()
        return self.connections[-1] if self.connections else None

    def close(self):
        for connection in self.connections:
            connection.sock.close()
        self.sock.close()
