# SPDX-License-Identifier: BSD-2-Clause
"""Report what arrives; runs as a program in a server's namespace.

    echo.py NAME ADDRESS PORT

Answers each UDP datagram with one JSON line: NAME and the number of bytes
received. Answers a TCP connection likewise when the client has shut down its
direction.
"""

import json
import selectors
import socket
import sys

LARGEST = 65536


def reply(name, count):
    return (json.dumps({"server": name, "bytes": count}) + "\n").encode()


def drain(connection):
    count = 0
    while data := connection.recv(LARGEST):
        count += len(data)
    return count


def serve_tcp(listener, name):
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(10)
        try:
            connection.sendall(reply(name, drain(connection)))
        except OSError:
            pass  # the client has given up


def serve_udp(sock, name):
    data, client = sock.recvfrom(LARGEST)
    sock.sendto(reply(name, len(data)), client)


def open_socket(kind, address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    return sock


def main():
    name, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    listener = open_socket(socket.SOCK_STREAM, address, port)
    listener.listen()
    waiting = selectors.DefaultSelector()
    waiting.register(listener, selectors.EVENT_READ, serve_tcp)
    waiting.register(open_socket(socket.SOCK_DGRAM, address, port),
                     selectors.EVENT_READ, serve_udp)
    print("ready", flush=True)
    while True:
        for key, _ in waiting.select():
            key.data(key.fileobj, name)


if __name__ == "__main__":
    main()
