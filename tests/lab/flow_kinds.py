# SPDX-License-Identifier: BSD-2-Clause
"""Send datagrams of several kinds by each of some flows, to echo.py:

    flow_kinds.py ADDRESS PORT FIRST_PORT COUNT

Prints one line of JSON, for each source port the servers that answered: a small
datagram, one with IP options or an extension header, one that is too big for the
servers' link, and one that is both. A datagram is sent again if no answer comes;
null is a kind that was never answered.
"""

import json
import os
import socket
import sys

TIME_SCALE = int(os.environ.get("TIME_SCALE", "1"))
SECONDS, TRIES = 2 * TIME_SCALE, 5
SMALL, BIG = 100, 1440

# <linux/in.h>, <linux/in6.h>; the socket module lacks some of them.
IP_OPTIONS, IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, NEVER = 4, 10, 23, 0
IPV6_DSTOPTS = 59
NO_OPERATIONS = b"\x01\x01\x01\x00"
# Next header and length, which the kernel sets, and a PadN option (RFC 8200).
PADDING = b"\x00\x00\x01\x04\x00\x00\x00\x00"


def ask(sock, address, port, size):
    for _ in range(TRIES):
        try:
            sock.sendto(b"x" * size, (address, port))
            while True:
                reply = json.loads(sock.recv(2000))
                if reply["bytes"] == size:
                    return reply["server"]
        except OSError:
            pass  # lost, or the path MTU has changed
    return None


def set_options(sock, ipv6, options):
    if ipv6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_DSTOPTS,
                        PADDING if options else b"")
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_OPTIONS,
                        NO_OPERATIONS if options else b"")


def servers_of(address, port, source_port):
    ipv6 = ":" in address
    family = socket.AF_INET6 if ipv6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6 if ipv6 else socket.IPPROTO_IP,
                        IPV6_MTU_DISCOVER if ipv6 else IP_MTU_DISCOVER, NEVER)
        sock.bind(("", source_port))
        sock.settimeout(SECONDS)
        servers = []
        for options, size in ((False, SMALL), (True, SMALL + 1),
                              (False, BIG), (True, BIG + 1)):
            set_options(sock, ipv6, options)
            servers.append(ask(sock, address, port, size))
        return servers


def main():
    address, port, first, count = sys.argv[1], *map(int, sys.argv[2:])
    print(json.dumps([servers_of(address, port, first + i)
                      for i in range(count)]))


if __name__ == "__main__":
    main()
