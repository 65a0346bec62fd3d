# SPDX-License-Identifier: BSD-2-Clause
"""Send single packets or connections; runs in the client's namespace.

    probe.py hops ADDRESS COUNT
        Sends datagrams with TTL 1 to COUNT, like traceroute. Prints the list of
        addresses that answered, null where there was no answer.

    probe.py answer ADDRESS
        Sends a datagram with the usual TTL. Prints the ICMP message that answers
        it: {"from", "type", "code"}, or null.

    probe.py datagrams ADDRESS PORT SIZE FIRST_PORT COUNT
        Sends a datagram of SIZE bytes to echo.py from each of COUNT source
        ports. Prints the list of replies, null where there was none.

    probe.py upload ADDRESS PORT SIZE
        Sends SIZE bytes to echo.py over TCP. Prints its reply and, as "mtu", the
        path MTU that the client's kernel has found.

Each prints one line of JSON.
"""

import json
import os
import socket
import sys

TIME_SCALE = int(os.environ.get("TIME_SCALE", "1"))
ANSWER_SECONDS = 2 * TIME_SCALE
UPLOAD_SECONDS = 20 * TIME_SCALE
TRACEROUTE_PORT = 33434
LARGEST = 65536

# <linux/in.h>, <linux/in6.h>; the socket module lacks some of them.
IP_RECVERR, IP_MTU = 11, 14
IPV6_MTU, IPV6_RECVERR = 24, 25
USUAL_TTL = 64
TYPE, CODE = 5, 6  # in struct sock_extended_err
OFFENDER = 16  # offset of SO_EE_OFFENDER(), behind the struct


def is_ipv6(address):
    return ":" in address


def new_socket(address, kind):
    return socket.socket(socket.AF_INET6 if is_ipv6(address)
                         else socket.AF_INET, kind)


def offender(ipv6, data):
    """Return the address that follows struct sock_extended_err."""
    if ipv6:
        return socket.inet_ntop(socket.AF_INET6, data[OFFENDER + 8:][:16])
    return socket.inet_ntoa(data[OFFENDER + 4:][:4])


def icmp_error(address, ttl):
    """Send a datagram; return the ICMP error as struct sock_extended_err, or
    None."""
    ipv6 = is_ipv6(address)
    level = socket.IPPROTO_IPV6 if ipv6 else socket.IPPROTO_IP
    with new_socket(address, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(level, IPV6_RECVERR if ipv6 else IP_RECVERR, 1)
        sock.setsockopt(level, socket.IPV6_UNICAST_HOPS if ipv6
                        else socket.IP_TTL, ttl)
        sock.settimeout(ANSWER_SECONDS)
        sock.connect((address, TRACEROUTE_PORT))
        sock.send(b"?")
        try:
            sock.recv(LARGEST)
        except TimeoutError:
            return None
        except OSError:
            pass  # an ICMP error; the queue has its sender
        _, errors, _, _ = sock.recvmsg(LARGEST, 512, socket.MSG_ERRQUEUE)
        return errors[0][2]


def hop(address, ttl):
    data = icmp_error(address, ttl)
    return data and offender(is_ipv6(address), data)


def answer(address):
    data = icmp_error(address, USUAL_TTL)
    return data and {"from": offender(is_ipv6(address), data),
                     "type": data[TYPE], "code": data[CODE]}


def hops(address, count):
    return [hop(address, ttl) for ttl in range(1, int(count) + 1)]


def datagram(address, port, size, source_port):
    with new_socket(address, socket.SOCK_DGRAM) as sock:
        sock.bind(("", source_port))
        sock.settimeout(ANSWER_SECONDS)
        sock.sendto(b"x" * size, (address, port))
        try:
            return json.loads(sock.recv(LARGEST))
        except TimeoutError:
            return None


def datagrams(address, port, size, first_port, count):
    first = int(first_port)
    return [datagram(address, int(port), int(size), source_port)
            for source_port in range(first, first + int(count))]


def upload(address, port, size):
    ipv6 = is_ipv6(address)
    with new_socket(address, socket.SOCK_STREAM) as sock:
        sock.settimeout(UPLOAD_SECONDS)
        sock.connect((address, int(port)))
        sock.sendall(b"x" * int(size))
        sock.shutdown(socket.SHUT_WR)
        reply = json.loads(sock.recv(LARGEST))
        mtu = sock.getsockopt(socket.IPPROTO_IPV6 if ipv6
                              else socket.IPPROTO_IP,
                              IPV6_MTU if ipv6 else IP_MTU)
        return {**reply, "mtu": mtu}


def main():
    modes = {"hops": hops, "answer": answer, "datagrams": datagrams,
             "upload": upload}
    print(json.dumps(modes[sys.argv[1]](*sys.argv[2:])))


if __name__ == "__main__":
    main()
