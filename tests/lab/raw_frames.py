# SPDX-License-Identifier: BSD-2-Clause
"""Build single Ethernet frames byte by byte, and send them as they are."""

import errno
import json
import socket
import struct

from lab.system import wait_until
from raw_speaker import inside

ETHERTYPES = {4: 0x0800, 6: 0x86dd}
DONT_FRAGMENT = 0x4000
TTL = 64


def mac_of(namespace, interface):
    link = json.loads(namespace.run("ip", "-j", "link", "show", "dev",
                                    interface))[0]
    return bytes.fromhex(link["address"].replace(":", ""))


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ipv4(source, destination, payload, protocol=socket.IPPROTO_UDP,
         flags=DONT_FRAGMENT):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, flags,
                         TTL, protocol, 0, socket.inet_aton(source),
                         socket.inet_aton(destination))
    return (header[:10] + struct.pack("!H", checksum(header)) + header[12:]
            + payload)


def ipv6(source, destination, payload, protocol=socket.IPPROTO_UDP):
    return (struct.pack("!IHBB", 6 << 28, len(payload), protocol, TTL)
            + socket.inet_pton(socket.AF_INET6, source)
            + socket.inet_pton(socket.AF_INET6, destination) + payload)


def udp(source_port, port, payload=b""):
    """A datagram without a checksum, which the program does not read."""
    return struct.pack("!HHHH", source_port, port, 8 + len(payload),
                       0) + payload


def frame(destination_mac, packet, tags=()):
    """The frame of an IP packet, behind 802.1Q tags with these VLAN IDs."""
    return (destination_mac + bytes(6)
            + b"".join(struct.pack("!HH", 0x8100, tag) for tag in tags)
            + struct.pack("!H", ETHERTYPES[packet[0] >> 4]) + packet)


def is_sent(sock, data):
    """Send a frame. False if the far end has no room for it now."""
    try:
        return sock.send(data)
    except OSError as error:
        if error.errno != errno.ENOBUFS:
            raise
        return False


def send_frames(namespace, interface, frames):
    with inside(namespace):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    with sock:
        sock.bind((interface, 0))
        for each in frames:
            wait_until(lambda frame=each: is_sent(sock, frame), 20, "room")
