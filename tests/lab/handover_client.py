# SPDX-License-Identifier: BSD-2-Clause
"""The end of a handover that takes over, as a test plays it: it reads the records
of the agent (agent/handover_record.h) and may leave after any of them."""

import os
import socket
import struct

HEADER = struct.Struct("!IHH")
(CONTROL_LOCK, PINS_LOCK, LISTENER, NEIGHBOR) = range(1, 5)
(HELLO, UPDATE, ANNOUNCED, NEXTHOP, DRAIN, INPUT, OUTPUT, END, LEFT,
 STAYS, PAUSE) = range(16, 27)
READY, GO_ON = 64, 65
MOST_DESCRIPTORS = 16


class HandoverClient:
    """Asks the agent at a control socket; `records` are those read so far."""

    def __init__(self, path, seconds=30):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(seconds)
        self.sock.connect(path)
        self.sock.sendall(b'{"request": "handover"}\n')
        self.buffer = b""
        self.descriptors = []
        self.records = []

    def read_more(self):
        data, descriptors, _, _ = socket.recv_fds(self.sock, 1 << 16,
                                                  MOST_DESCRIPTORS)
        self.descriptors += descriptors
        self.buffer += data
        return bool(data)

    def read_line(self):
        """Return a refusal."""
        while b"\n" not in self.buffer and self.read_more():
            pass
        return self.buffer.decode()

    def next_record(self):
        """Return the next type and body, or None at the end."""
        while True:
            if len(self.buffer) >= HEADER.size:
                length, kind, _ = HEADER.unpack_from(self.buffer)
                if len(self.buffer) >= HEADER.size + length:
                    break
            if not self.read_more():
                return None
        body = self.buffer[HEADER.size:HEADER.size + length]
        self.buffer = self.buffer[HEADER.size + length:]
        self.records.append((kind, body))
        return kind, body

    def read_all(self):
        """Read up to the end, and ask for the rest at the pause."""
        self.read_until(PAUSE)
        self.send(GO_ON)
        return self.read_until(END)

    def read_until(self, kind):
        """Read up to the first record of a kind; return its body, or None."""
        while True:
            record = self.next_record()
            if record is None or record[0] == kind:
                return record and record[1]

    def send(self, kind, body=b""):
        self.sock.sendall(HEADER.pack(len(body), kind, 0) + body)

    def close(self):
        self.sock.close()
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = []
