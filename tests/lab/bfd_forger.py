# SPDX-License-Identifier: BSD-2-Clause
"""Send forged BFD packets:

    bfd_forger.py FAULT SERVER OWN HEADGATE COUNT [SERVER-MAC HEADGATE-MAC]

Each packet would take the session of SERVER with HEADGATE down, except for its
one FAULT. Run it as root in the namespace of OWN. With the MACs, the frames have
those, too, and nothing on the link tells them from a restarted server's.
"""

import socket
import struct
import sys

PORT, SOURCE_PORT = 3784, 50000
ETH_P_IP = 0x0800
VERSION, ADMIN_DOWN, DOWN, MULTIPLIER, LENGTH = 1, 0, 1, 3, 24
SECOND_US = 1000000
IPV4_HEADER = struct.Struct("!BBHHHBBH4s4s")
UDP_HEADER = struct.Struct("!HHHH")


def control_packet(multiplier=MULTIPLIER, your_discriminator=0, state=DOWN):
    return struct.pack("!BBBBIIIII", VERSION << 5, state << 6, multiplier,
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
    if fault == "mac":
        return datagram(server, headgate, control_packet())
    if fault == "admin_down":
        return datagram(server, headgate, control_packet(state=ADMIN_DOWN))
    return datagram(server, headgate, control_packet(multiplier=0))


def with_checksum(packet):
    """Return the packet with the IPv4 checksum."""
    total = sum(struct.unpack("!10H", packet[:IPV4_HEADER.size]))
    total = (total & 0xffff) + (total >> 16)
    return packet[:10] + struct.pack("!H", ~total & 0xffff) + packet[12:]


def send_frames(packet, server_mac, headgate_mac, count):
    frame = (bytes.fromhex((headgate_mac + server_mac).replace(":", ""))
             + struct.pack("!H", ETH_P_IP) + with_checksum(packet))
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind(("eth0", 0))
        for _ in range(count):
            raw.send(frame)


def main():
    fault, server, own, headgate, count, *macs = sys.argv[1:]
    packet = forge(fault, server, own, headgate)
    if macs:
        send_frames(packet, *macs, int(count))
        return
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_RAW) as raw:
        for _ in range(int(count)):
            raw.sendto(packet, (headgate, 0))


main()
