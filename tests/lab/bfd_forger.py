# SPDX-License-Identifier: BSD-2-Clause
"""Send forged BFD packets:

    bfd_forger.py FAULT SERVER OWN HEADGATE COUNT

Each packet would take the session of SERVER with HEADGATE down, except for its
one FAULT. Run it as root in the namespace of OWN.
"""

import socket
import struct
import sys

PORT, SOURCE_PORT = 3784, 50000
VERSION, DOWN, MULTIPLIER, LENGTH = 1, 1, 3, 24
SECOND_US = 1000000
IPV4_HEADER = struct.Struct("!BBHHHBBH4s4s")
UDP_HEADER = struct.Struct("!HHHH")


def control_packet(multiplier=MULTIPLIER, your_discriminator=0):
    return struct.pack("!BBBBIIIII", VERSION << 5, DOWN << 6, multiplier,
                       LENGTH, 0xbadbad, your_discriminator, SECOND_US,
                       SECOND_US, 0)


def datagram(source, destination, payload, hop_limit=255):
    """Return an IPv4 packet with a UDP datagram. The kernel fills in the IPv4
    checksum; the UDP checksum is 0, none."""
    size = IPV4_HEADER.size + UDP_HEADER.size + len(payload)
    return (IPV4_HEADER.pack(0x45, 0xc0, size, 0, 0, hop_limit,
                             socket.IPPROTO_UDP, 0, socket.inet_aton(source),
                             socket.inet_aton(destination))
            + UDP_HEADER.pack(SOURCE_PORT, PORT,
                              UDP_HEADER.size + len(payload), 0) + payload)


def forge(fault, server, own, headgate):
    if fault == "hop_limit":
        return datagram(server, headgate, control_packet(), 254)
    if fault == "discriminator":
        return datagram(server, headgate,
                        control_packet(your_discriminator=0xdead))
    if fault == "source":
        return datagram(own, headgate, control_packet())
    return datagram(server, headgate, control_packet(multiplier=0))


def main():
    fault, server, own, headgate, count = sys.argv[1:]
    packet = forge(fault, server, own, headgate)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_RAW) as raw:
        for _ in range(int(count)):
            raw.sendto(packet, (headgate, 0))


main()
