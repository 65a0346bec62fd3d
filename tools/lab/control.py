# SPDX-License-Identifier: BSD-2-Clause
"""Ask the agent over its control socket, without a process for each request.

For observers that ask many times a second; include/headgate/ctl.h describes the
protocol.
"""

import json
import socket
import time

from .system import TIME_SCALE, LabError

READ_SIZE = 1 << 16
RETRY_S = 0.05


class Control:
    """A connection to the control socket. It connects again when the agent has
    closed it, as it does with a client that is silent for long."""

    def __init__(self, path, seconds=30):
        self.path = path
        self.seconds = seconds * TIME_SCALE
        self.sock = None

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock = None

    def show(self, what):
        return self.ask(request="show", what=what)[what]

    def explain(self, prefix):
        return self.ask(request="explain", prefix=prefix)

    def ask(self, **request):
        """Return the reply; raise LabError if it is an error or missing."""
        line = json.dumps(request).encode() + b"\n"
        reply = json.loads(self.try_exchange(line))
        if "error" in reply:
            raise LabError(f"{request}: {reply['error']}")
        return reply

    def try_exchange(self, line):
        """An agent that was busy for long closes connections that seem silent."""
        deadline = time.monotonic() + self.seconds
        while True:
            try:
                return self.exchange(line)
            except OSError as error:
                self.close()
                gone = not isinstance(error, ConnectionError)
                if gone or time.monotonic() > deadline:
                    raise LabError(f"{self.path}: {error}") from error
                time.sleep(RETRY_S)

    def exchange(self, line):
        if not self.sock:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(self.seconds)
            self.sock.connect(self.path)
        self.sock.sendall(line)
        parts = []
        while not parts or not parts[-1].endswith(b"\n"):
            part = self.sock.recv(READ_SIZE)
            if not part:
                raise ConnectionResetError("closed by the agent")
            parts.append(part)
        return b"".join(parts)
