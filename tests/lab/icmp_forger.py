# SPDX-License-Identifier: BSD-2-Clause
"""Send forged ICMP errors about answers of a VIP to this client:

    icmp_forger.py CLIENT VIP UNREACHABLE TOO-BIG

First as many "network unreachable", then "packet too big" (RFC 1191).
"""

import socket
import struct
import sys

UNREACHABLE, NEEDS_FRAGMENTS, MTU = 3, 4, 1400
VIP_PORT, CLIENT_PORT = 80, 20000


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def quote(client, vip):
    """Return the head of a TCP segment from the VIP to the client."""
    return (struct.pack("!BBHHHBBH4s4s", 0x45, 0, 1500, 0, 0x4000, 64,
                        socket.IPPROTO_TCP, 0, socket.inet_aton(vip),
                        socket.inet_aton(client))
            + struct.pack("!HHI", VIP_PORT, CLIENT_PORT, 0))


def error(code, quoted):
    head = struct.pack("!BBHHH", UNREACHABLE, code, 0, 0, MTU)
    return head[:2] + struct.pack("!H", checksum(head + quoted)) + head[4:] \
        + quoted


def main():
    client, vip, unreachable, too_big = sys.argv[1:]
    quoted = quote(client, vip)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_ICMP) as raw:
        raw.setsockopt(socket.SOL_SOCKET, 32, 1 << 22)  # SO_SNDBUFFORCE
        for code, count in ((0, unreachable), (NEEDS_FRAGMENTS, too_big)):
            for _ in range(int(count)):
                raw.sendto(error(code, quoted), (vip, 0))


main()
