# SPDX-License-Identifier: BSD-2-Clause
"""The end of a tunnel, for kernels without the modules of docs/far-servers.md; runs
as a program in a server's namespace.

    decapsulator.py INTERFACE GUE_PORT

Makes the interface and puts the packets of IP in IP, GRE (RFC 2784) and GUE
(variant 1, at a UDP port) there, of both families inside and outside. Prints
"ready" when it listens.
"""

import fcntl
import os
import selectors
import socket
import struct
import subprocess
import sys

TUNSETIFF = 0x400454ca
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
IPIP, IPV6, GRE = 4, 41, 47
GRE_HEADER = 4
LARGEST = 65536


def open_tun(name):
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF,
                struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "link", "set", name, "up", "mtu", "9000"], check=True)
    return tun


def raw(family, protocol):
    """Return the socket, and the bytes in front of the packet inside."""
    sock = socket.socket(family, socket.SOCK_RAW, protocol)
    shim = GRE_HEADER if protocol == GRE else 0
    # Over IPv4 a raw socket gives the IP header, too.
    return sock, shim + (20 if family == socket.AF_INET else 0)


def gue(family, port):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # UDP_NO_CHECK6_RX of <linux/udp.h>: a checksum of 0 is good.
        sock.setsockopt(socket.IPPROTO_UDP, 102, 1)
    sock.bind(("", port))
    return sock, 0


def main():
    tun, port = open_tun(sys.argv[1]), int(sys.argv[2])
    selector = selectors.DefaultSelector()
    for family in (socket.AF_INET, socket.AF_INET6):
        for sock, ahead in (*(raw(family, p) for p in (IPIP, IPV6, GRE)),
                            gue(family, port)):
            selector.register(sock, selectors.EVENT_READ, ahead)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            packet = key.fileobj.recv(LARGEST)[key.data:]
            try:
                os.write(tun, packet)
            except OSError:
                pass  # no packet, or longer than the interface takes


if __name__ == "__main__":
    main()
