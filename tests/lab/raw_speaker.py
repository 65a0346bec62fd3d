# SPDX-License-Identifier: BSD-2-Clause
"""BGP speakers made of sockets inside the lab's namespaces.

The test's process drives all of them: it sends when the test says so and reads
while the test waits; nothing runs in the background. A speaker keeps the routes
announced to it in `table`, and notices a NOTIFICATION and the end of its
connection.
"""

import contextlib
import ctypes
import os
import select
import socket
import struct
import time

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.system import TIME_SCALE, LabError

PORT = 179
TCP_MD5SIG = 14
TCP_MD5SIG = 14  # include/uapi/linux/tcp.h
CLONE_NEWNET = 0x40000000
READ_SIZE = 1 << 18

libc = ctypes.CDLL(None, use_errno=True)


def enter(descriptor):
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def inside(namespace):
    """Make sockets in the namespace; they stay there after this block."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace.name}", os.O_RDONLY)
    try:
        enter(there)
        yield
    finally:
        enter(home)
        os.close(there)
        os.close(home)


def tcp_socket(namespace, address, port=0):
    with inside(namespace):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    return sock


def set_md5_key(sock, target, key):
    """Sign segments to and from an IPv4 address (RFC 2385, struct tcp_md5sig)."""
    peer = struct.pack("=HH4s120x", socket.AF_INET, 0,
                       socket.inet_aton(target))
    sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG,
                    peer + struct.pack("=BBHI80s", 0, 0, len(key), 0,
                                       key.encode()))


def sign(sock, key, target):
    """Sign what the socket sends to an address with TCP-MD5."""
    address = struct.pack("!HH4s", socket.htons(socket.AF_INET), 0,
                          socket.inet_aton(target))
    sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, struct.pack(
        "128sBBHI80s", address, 0, 0, len(key), 0, key))


def dial(namespace, source, target, receive_buffer=None, port=PORT, key=None):
    """Return a socket connected from `source` to the agent."""
    sock = tcp_socket(namespace, source)
    if key:
        set_md5_key(sock, target, key)
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(5)
    sock.connect((target, port))
    return sock


def reset(sock):
    """Close with RST: no TIME_WAIT, and unsent data is lost."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.close()


class Listener:
    """A listening socket that the agent dials."""

    def __init__(self, namespace, address):
        self.sock = tcp_socket(namespace, address, PORT)
        self.sock.listen(8)

    def accept(self, seconds=5):
        self.sock.settimeout(seconds)
        try:
            return Speaker(self.sock.accept()[0])
        except TimeoutError as late:
            raise LabError(f"the agent did not dial in {seconds} s") from late

    def close(self):
        self.sock.close()


class Speaker:
    """The peer's end of a connection with the agent."""

    def __init__(self, sock):
        self.sock = sock
        self.sock.setblocking(False)
        self.buffer = b""
        self.messages = []        # all but UPDATEs, in order of receipt
        self.table = {}           # IPv4 prefix -> attributes
        self.reaches = []         # values of MP_REACH_NLRI, as received
        self.unreaches = []       # the same of MP_UNREACH_NLRI
        self.updates = 0
        self.withdrawals = []     # IPv4 prefixes, in order of receipt
        self.notification = None
        self.closed = False
        self.closed_at = None

    # ----------------------------------------------------- output

    def send(self, *data):
        """Send all of it. A closed connection is no error."""
        data = b"".join(data)
        try:
            while data and not self.closed:
                select.select([], [self.sock], [], 5)
                data = data[self.sock.send(data):]
        except OSError:
            self.take_input()

    def close(self):
        self.sock.close()
        self.closed = True

    def reset(self):
        if not self.closed:
            reset(self.sock)
        self.closed = True

    # ----------------------------------------------------- input

    def take_input(self):
        """Read the input that is there; return False if there is none."""
        if self.closed:
            return False
        try:
            data = self.sock.recv(READ_SIZE)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if data:
            self.take_bytes(data)
        else:
            self.closed_at = time.monotonic()
            self.close()
        return True

    def take_bytes(self, data):
        self.buffer += data
        while True:
            message, self.buffer = bgp.take_message(self.buffer)
            if not message:
                return
            self.take_message(message)

    def take_message(self, message):
        if message.kind == bgp.UPDATE:
            self.take_update(bgp.parse_update(message.body))
            return
        self.messages.append(message)
        if message.kind == bgp.NOTIFICATION:
            self.notification = bgp.parse_notification(message.body)

    def take_update(self, update):
        self.updates += 1
        if bgp.MP_REACH in update.attributes:
            self.reaches.append(update.attributes[bgp.MP_REACH][1])
        if len(update.attributes.get(bgp.MP_UNREACH, (0, b""))[1]) > 3:
            self.unreaches.append(update.attributes[bgp.MP_UNREACH][1])
        self.withdrawals += update.withdrawn
        for prefix in update.withdrawn:
            self.table.pop(prefix, None)
        for prefix in update.announced:
            self.table[prefix] = update.attributes

    def received(self, kind):
        return [m for m in self.messages if m.kind == kind]

    # ----------------------------------------------------- sessions

    def wait(self, condition, seconds, what):
        return wait_for([self], condition, seconds, what)

    def wait_for_message(self, kind, count=1, seconds=5):
        def there():
            return len(self.received(kind)) >= count or self.closed
        self.wait(there, seconds, f"message of type {kind}")
        found = self.received(kind)
        if len(found) < count:
            raise LabError(f"closed instead of message {kind}: "
                           f"{self.notification}")
        return found[count - 1]

    def wait_closed(self, seconds=5):
        """Wait until the agent has closed; return its NOTIFICATION or None."""
        self.wait(lambda: self.closed, seconds, "closed by the agent")
        return self.notification

    def establish(self, as_number, identifier, **options):
        """Exchange OPENs and KEEPALIVEs."""
        self.send(bgp.open_message(as_number, identifier, **options),
                  bgp.keepalive())
        self.wait_for_message(bgp.OPEN)
        self.wait_for_message(bgp.KEEPALIVE)
        return self

    def has(self, prefix, community):
        """Return True if the prefix was announced with this community."""
        attributes = self.table.get(prefix, {})
        value = attributes.get(bgp.COMMUNITIES, (0, b""))[1]
        return bgp.u16(*community) in [value[at:at + 4]
                                       for at in range(0, len(value), 4)]


def read_all(speakers, seconds):
    """Read from the speakers that have input, for at most `seconds`."""
    open_ones = [s for s in speakers if not s.closed]
    if not open_ones:
        time.sleep(min(seconds, 0.01))
        return
    sockets = {s.sock: s for s in open_ones}
    for sock in select.select(list(sockets), [], [], seconds)[0]:
        sockets[sock].take_input()


def wait_for(speakers, condition, seconds, what, pause=0.05):
    """Read from all speakers until condition() is true; return its value."""
    seconds *= TIME_SCALE
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        left = deadline - time.monotonic()
        if left <= 0:
            raise LabError(f"{what}: not within {seconds} s")
        read_all(speakers, min(left, pause))
