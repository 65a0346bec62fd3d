#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Traffic of all VIPs to one next hop, seen from there, while it dies.

    death_watch.py INTERFACE HEADGATE_MAC NEXTHOPS_PIN ADDRESS VIPS

Runs at the next hop: it sends packets for VIPs to Headgate, and those for which it is
responsible come back to it. Of many it keeps the ones that do, half of them for the
first VIP, and prints "ready". It sends these until a second after the agent has cleared
the alive bit of the next hop, which it sees in the mapped table. Times of frames are the
kernel's. A line on stdout has the result, in milliseconds:

    {"frames_before": 41000, "frames_after": 2, "last_ms": 0.1, "last_first_vip_ms": 0.1}

`last` is the last frame that came after the bit was still set for the last time; 0
if none came.
"""

import json
import mmap
import os
import socket
import struct
import sys
import time

BENCH = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(BENCH, "..", "..", "tools")]

from lab.bpf import open_map  # noqa: E402 (the path comes first)
from lab.steering import (NEXTHOP, NEXTHOP_SLOTS, address_of,  # noqa: E402
                          read_nexthops)

ALIVE_OFFSET = struct.calcsize("=6s6sIH")
ETH_P_IP = 0x0800
SO_TIMESTAMPNS, SO_RCVBUFFORCE = 35, 33
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
RECEIVE_BUFFER = 64 << 20
SOURCE, SOURCE_PORT = "20.0.0.1", 1024
CANDIDATES = 8192
ID_OFFSET = 14 + 20 + 8
PROBE_S, AFTER_S = 0.02, 1
MS_PER_NS = 1e-6


def checksum(header):
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def vip_address(index):
    return f"198.18.{index >> 8}.{index & 0xff}"


def build_frame(number, macs, vip):
    payload = struct.pack("!I", number)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17,
                       0, socket.inet_aton(SOURCE), socket.inet_aton(vip))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    port = SOURCE_PORT + number
    return (macs + struct.pack("!H", ETH_P_IP) + head
            + struct.pack("!HHHH", port, 80, 8 + len(payload), 0) + payload)


class Watch:
    def __init__(self, interface, headgate_mac, pin, address, vips):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                  socket.htons(ETH_P_IP))
        self.sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        self.sock.bind((interface, ETH_P_IP))
        self.sock.setblocking(False)
        own_mac = self.sock.getsockname()[4]
        macs = bytes.fromhex(headgate_mac.replace(":", "")) + own_mac
        # Even numbers are for the first VIP, odd ones for all in turn.
        self.frames = [build_frame(n, macs, vip_address(
            n % vips if n % 2 else 0)) for n in range(CANDIDATES)]
        self.received = []  # (time, number)
        self.map_alive(pin, address)

    def map_alive(self, pin, address):
        slot = next(i for i, nexthop in enumerate(
            read_nexthops(os.path.dirname(pin))) if address_of(nexthop) == address)
        size = struct.calcsize(NEXTHOP)
        self.memory = mmap.mmap(open_map(pin), NEXTHOP_SLOTS * size,
                                mmap.MAP_SHARED, mmap.PROT_READ)
        self.offset = slot * size + ALIVE_OFFSET

    def is_alive(self):
        return self.memory[self.offset] == 1

    def receive(self):
        """Note all frames that wait."""
        while True:
            try:
                frame, ancillary, _, _ = self.sock.recvmsg(128, 64)
            except BlockingIOError:
                return
            if len(frame) < ID_OFFSET + 4 or not ancillary:
                continue
            seconds, ns = struct.unpack("qq", ancillary[0][2][:16])
            number, = struct.unpack_from("!I", frame, ID_OFFSET)
            self.received.append((seconds * 10 ** 9 + ns, number))

    def send(self, numbers):
        for number in numbers:
            try:
                self.sock.send(self.frames[number])
            except OSError:
                pass  # the queue is full
            self.receive()

    def choose(self):
        """Keep the frames that come back."""
        self.send(range(CANDIDATES))
        time.sleep(PROBE_S)
        self.receive()
        numbers = {number for _, number in self.received if number < CANDIDATES}
        self.received.clear()
        return sorted(numbers)

    def run(self):
        numbers = self.choose()
        print("ready" if numbers else "no frame came back", flush=True)
        alive_ns = time.time_ns()
        at, end = 0, None
        while end is None or time.monotonic() < end:
            self.send([numbers[at % len(numbers)]])
            at += 1
            now = time.time_ns()
            if end is None:
                if self.is_alive():
                    alive_ns = now
                else:
                    end = time.monotonic() + AFTER_S
        self.report(alive_ns)

    def report(self, alive_ns):
        late = [(t - alive_ns, n) for t, n in self.received if t > alive_ns]
        first = [t for t, n in late if n % 2 == 0]
        print(json.dumps({
            "frames_before": len(self.received) - len(late),
            "frames_after": len(late),
            "last_ms": round(max((t for t, _ in late), default=0) * MS_PER_NS, 3),
            "last_first_vip_ms": round(max(first, default=0) * MS_PER_NS, 3)}),
            flush=True)


if __name__ == "__main__":
    Watch(*sys.argv[1:5], int(sys.argv[5])).run()
