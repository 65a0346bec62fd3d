# SPDX-License-Identifier: BSD-2-Clause
"""A door from this host to a Unix socket in a lab: a TCP port of 127.0.0.1, for a
browser that shows the status page."""

import contextlib
import socket
import socketserver
import threading

PIECE = 1 << 16


def copy(source, target):
    """Copy until the source ends, and end the target then."""
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


class Visitor(socketserver.BaseRequestHandler):
    def handle(self):
        with socket.socket(socket.AF_UNIX) as inner:
            inner.connect(self.server.path)
            there = threading.Thread(target=copy, args=(self.request, inner),
                                     daemon=True)
            there.start()
            copy(inner, self.request)


class Door(socketserver.ThreadingTCPServer):
    """Opens with `with`. A port of 0 is any that is free."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, path, port=0):
        self.path = path
        super().__init__(("127.0.0.1", port), Visitor)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
