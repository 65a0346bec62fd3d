# SPDX-License-Identifier: BSD-2-Clause
"""An imitation of the service manager: the socket that NOTIFY_SOCKET names."""

import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

import lab_case  # noqa: E402, F401 (finds the lab)
from lab.system import TIME_SCALE, LabError  # noqa: E402
from reload_lab import ReloadCase  # noqa: E402

WATCHDOG_S = 0.2  # of the manager; a sign of life is due each half of it
LIMIT_S = 10


class Manager:
    """The socket that NOTIFY_SOCKET names, and all messages that came."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.messages = []  # dictionaries
        self.reads = True

    def read(self, seconds=0):
        """Read what is there, or comes within the time."""
        if not self.reads:
            return
        self.socket.settimeout(seconds or None)
        flags = 0 if seconds else socket.MSG_DONTWAIT
        try:
            while True:
                text = self.socket.recv(4096, flags).decode("ascii")
                self.messages.append(dict(
                    line.split("=", 1) for line in text.splitlines()))
                flags = socket.MSG_DONTWAIT
        except (BlockingIOError, TimeoutError):
            pass

    def wait(self, is_it, what):
        """Return the first message that is it, and drop those before it."""
        deadline = time.monotonic() + LIMIT_S * TIME_SCALE
        while True:
            while self.messages:
                message = self.messages.pop(0)
                if is_it(message):
                    return message
            if time.monotonic() > deadline:
                raise LabError(f"no message of {what}")
            self.read(0.1)

    def wait_for(self, key, value="1"):
        return self.wait(lambda message: message.get(key) == value,
                         f"{key}={value}")

    def wait_state(self):
        """Return the next message that is neither status nor a sign of life."""
        return self.wait(lambda message: not {"STATUS", "WATCHDOG"}
                         & set(message), "a state")

    def fill(self):
        """Fill the socket, as if the manager did not read."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.connect(self.socket.getsockname())
            other.setblocking(False)
            try:
                while True:
                    other.send(b"STATUS=of another process")
            except BlockingIOError:
                pass

    def clear(self):
        self.read()
        self.messages.clear()


class ServiceManager(ReloadCase):

    watchdog = {"WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6))}

    @classmethod
    def before_start(cls):
        path = f"{cls.lab.folder}/notify"
        cls.manager = Manager(path)
        cls.addClassCleanup(cls.manager.socket.close)
        cls.lab.headgate.environment = {"NOTIFY_SOCKET": path, **cls.watchdog}

    def setUp(self):
        self.manager.clear()

    def send_signal(self, number):
        self.lab.headgate.process.send_signal(number)
