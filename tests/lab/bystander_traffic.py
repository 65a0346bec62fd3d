# SPDX-License-Identifier: BSD-2-Clause
"""Send numbered packets to the bystander's VIP and count those that arrive.

    peers (client and bystander) --- lan --- Headgate

A thread sends frames to Headgate, which returns them to the bystander's MAC on
the same cable. Each has a number, so that a lost one is known.
"""

import fcntl
import socket
import struct
import threading
import time

from raw_speaker import inside

CLIENT = "198.51.100.7"
INTERFACE = "lan"
PACKETS_PER_S = 200
MAGIC = b"bystander "
SIOCGIFHWADDR = 0x8927
SO_RCVBUFFORCE = 33
ETHERNET_SIZE, IPV4_SIZE, UDP_SIZE = 14, 20, 8
LINGER_S = 0.3
RECEIVE_BUFFER = 1 << 22  # bytes: the thread may wait for a processor


def mac_of(namespace, interface):
    with inside(namespace):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sock:
        request = struct.pack("256s", interface.encode())
        return fcntl.ioctl(sock, SIOCGIFHWADDR, request)[18:24]


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def datagram(destination, number):
    payload = MAGIC + struct.pack("!I", number)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0,
                       IPV4_SIZE + UDP_SIZE + len(payload), 1, 0, 64,
                       socket.IPPROTO_UDP, 0, socket.inet_aton(CLIENT),
                       socket.inet_aton(destination))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return head + struct.pack("!HHHH", 1024 + number % 60000, 53,
                              UDP_SIZE + len(payload), 0) + payload


class Traffic:
    """Use as a context; afterwards `sent` and `lost` are final."""

    def __init__(self, lab, vip, interface=INTERFACE):
        self.vip = vip
        self.sent, self.arrived = 0, set()
        self.here = mac_of(lab.peers, interface)
        self.headgate = mac_of(lab.host, interface)
        with inside(lab.peers):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                      socket.htons(0x0003))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE,
                             RECEIVE_BUFFER)
        self.sock.bind((interface, 0))
        self.sock.settimeout(0.1)
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=work, daemon=True)
                        for work in (self.send, self.receive)]

    def send(self):
        while not self.stopping.wait(1 / PACKETS_PER_S):
            self.sock.send(self.headgate + self.here + b"\x08\0"
                           + datagram(self.vip, self.sent))
            self.sent += 1

    def receive(self):
        """Read until none has come for a while after the last one was sent. Others'
        frames, such as probes, may never pause."""
        last = time.monotonic()
        while not self.stopping.is_set() or time.monotonic() < last + LINGER_S:
            if not self.stopping.is_set():
                last = time.monotonic()
            try:
                frame, address = self.sock.recvfrom(2048)
            except socket.timeout:
                continue
            at = frame.find(MAGIC)
            if address[2] != socket.PACKET_OUTGOING and at >= 0:
                number = frame[at + len(MAGIC):at + len(MAGIC) + 4]
                self.arrived.add(struct.unpack("!I", number)[0])
                last = time.monotonic()

    @property
    def lost(self):
        return self.sent - len(self.arrived)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.sock.close()
