#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The longest stall of the agent's loop, as a client sees it.

    heartbeat.py SOCKET

Every 10 ms this program sends a request that the agent refuses at once, without
a look at its state, and waits for the reply. A stall of the loop lasts as long as
the longest round trip, or up to 10 ms longer, when it began between two requests.
A round trip includes the times for which either process waited for a CPU. This
program measures its own: how much later than asked for it woke up.

A line on stdin ends a period; one line on stdout describes it, in milliseconds:

    {"longest_ms": 3.1, "above_20_ms": 0, "own_delay_ms": 0.2, "beats": 997}
"""

import json
import os
import select
import socket
import sys
import time

INTERVAL_S = 0.01
LIMIT_MS = 20
REQUEST = b'{"request":"heartbeat"}\n'
MS = 1000


class Heart:
    def __init__(self, path):
        self.path = path
        self.sock = None
        self.sent = None  # time of the request without a reply
        self.next = time.monotonic()
        self.reset()

    def reset(self):
        self.longest = self.own_delay = 0
        self.beats = self.above = 0

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.setblocking(False)
        self.sock.connect(self.path)

    def beat(self, now):
        """Send a request. A connection that the agent has closed is replaced; the
        time of the first try counts."""
        self.own_delay = max(self.own_delay, now - self.next)
        self.sent = self.sent or now
        try:
            if not self.sock:
                self.connect()
            self.sock.send(REQUEST)
        except OSError:
            self.disconnect(now)

    def disconnect(self, now):
        self.sock.close()
        self.sock = None
        self.next = now + INTERVAL_S

    def receive(self, now):
        try:
            reply = self.sock.recv(4096)
        except OSError:
            reply = b""
        if not reply:
            self.disconnect(now)
        elif reply.endswith(b"\n"):
            self.note(now - self.sent)
            self.sent = None
            self.next = now + INTERVAL_S

    def note(self, seconds):
        self.beats += 1
        self.above += seconds * MS > LIMIT_MS
        self.longest = max(self.longest, seconds)

    def report(self):
        """Print and start a period, with the request that has no reply yet."""
        longest = self.longest
        if self.sent:
            longest = max(longest, time.monotonic() - self.sent)
        print(json.dumps({"longest_ms": round(longest * MS, 2),
                          "above_20_ms": self.above,
                          "own_delay_ms": round(self.own_delay * MS, 2),
                          "beats": self.beats}), flush=True)
        self.reset()

    def run(self):
        while True:
            waits = self.sent and self.sock
            inputs = [sys.stdin, self.sock] if waits else [sys.stdin]
            timeout = None if waits else max(0, self.next - time.monotonic())
            ready = select.select(inputs, [], [], timeout)[0]
            now = time.monotonic()
            if sys.stdin in ready:
                if not sys.stdin.readline():
                    return
                self.report()
            elif self.sock in ready:
                self.receive(now)
            elif not waits and now >= self.next:
                self.beat(now)


if __name__ == "__main__":
    try:
        os.nice(-10)
    except OSError:
        pass
    Heart(sys.argv[1]).run()
