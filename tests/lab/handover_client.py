# SPDX-License-Identifier: BSD-2-Clause
"""The end of a handover that takes over, as a test plays it: it reads the records
of the agent (agent/handover_record.h) and may leave after any of them."""

import os
import socket
import struct
import threading

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


class Relay:
    """Stands between the agent that leaves and the one that takes over, and holds
    back what follows the first record of a kind. The agent at `path` is behind
    it: its socket is moved aside."""

    def __init__(self, path, kind):
        self.path, self.kind = path, kind
        self.aside = f"{path}.aside"
        os.rename(path, self.aside)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen()
        self.listener.settimeout(30)
        self.agent = self.successor = None
        self.ended = None  # or why, before the record
        self.reached = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        self.successor, _ = self.listener.accept()
        self.successor.settimeout(30)
        self.successor.recv(1 << 16)  # the request
        self.agent = HandoverClient(self.aside, 30)
        try:
            while self.pass_record() != self.kind:
                pass
        except OSError as ended:
            self.ended = ended
        self.reached.set()

    def pass_record(self):
        """Pass on one record; return its kind."""
        agent = self.agent
        record = agent.next_record()
        if not record:
            raise OSError(f"refused: {agent.buffer!r}")
        kind, body = record
        given, agent.descriptors = agent.descriptors, []
        socket.send_fds(self.successor, [HEADER.pack(len(body), kind, 0)],
                        given)
        self.successor.sendall(body)
        for descriptor in given:
            os.close(descriptor)
        if kind in (PAUSE, END) and kind != self.kind:
            agent.sock.sendall(self.successor.recv(HEADER.size))
        elif kind == END:
            self.successor.recv(HEADER.size)  # that it is ready
        return kind

    def put_back(self):
        """Have the agent at its socket again."""
        os.rename(self.aside, self.path)

    def close(self):
        """Let go of both; the thread has ended."""
        self.thread.join(60)
        self.listener.close()
        if self.successor:
            self.successor.close()
        if self.agent:
            self.agent.close()
