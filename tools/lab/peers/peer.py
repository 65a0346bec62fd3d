# SPDX-License-Identifier: BSD-2-Clause
"""The interface of a peer of Headgate, whichever daemon it runs.

A `Session` describes the peer's end of its session. A `Peer` writes the daemon's
configuration, starts the daemon, and answers the same questions for each: is the
session up, which routes came from Headgate, which capabilities did Headgate send
in its OPEN.
"""

import dataclasses
import ipaddress
import os
import signal

from ..system import wait_until

HOLD_TIME = 9
KEEPALIVE_TIME = 3


@dataclasses.dataclass(frozen=True)
class Announcement:
    """A prefix to announce; without a next hop, the peer uses its own."""
    prefix: str
    next_hop: str = None
    bandwidth: int = None  # bytes per second: RFC 10005

    @property
    def family(self):
        return family_of(self.prefix)


@dataclasses.dataclass(frozen=True)
class Route:
    """A path in the daemon's table."""
    prefix: str
    next_hop: str
    as_path: str  # AS numbers separated by blanks, (confederation members)


@dataclasses.dataclass(frozen=True)
class Session:
    """The peer's end of its session with Headgate, and of its other sessions."""
    address: str
    as_number: int
    neighbor: str
    neighbor_as: int
    identifier: str
    interface: str = "eth0"
    families: tuple = ("ipv4",)
    announce: tuple = ()  # Announcement objects
    password: str = None
    ttl_security: bool = False
    add_path: bool = False  # both ways
    extended_next_hop: bool = False  # IPv4 over an IPv6 session
    graceful_restart: bool = False
    passive: bool = False
    confederation: int = None  # AS of the confederation of both ends
    others: tuple = ()  # addresses of more neighbors in the same AS
    cluster_id: str = None  # a route reflector: all neighbors are clients

    @property
    def neighbors(self):
        return (self.neighbor, *self.others)

    @property
    def internal(self):
        return self.as_number == self.neighbor_as

    @property
    def link_local(self):
        return ipaddress.ip_address(self.neighbor).is_link_local


def family_of(prefix):
    return f"ipv{ipaddress.ip_network(prefix).version}"


class Peer:
    """A daemon: its namespace, its folder and, while it runs, its processes.

    Each module of this package has one subclass.
    """

    programs = ()  # required on this machine
    can_refresh = True  # a command sends ROUTE-REFRESH

    def __init__(self, namespace, folder, session):
        self.namespace = namespace
        self.folder = folder
        self.session = session
        self.processes = []
        os.makedirs(folder, exist_ok=True)

    # ------------------------------------------ defined by each daemon

    def start(self):
        raise NotImplementedError

    def established(self):
        raise NotImplementedError

    def routes_received(self):
        """Return the list of Route learned from Headgate."""
        raise NotImplementedError

    def updates_received(self):
        """Return a number that grows with each route Headgate sends, new or
        not."""
        raise NotImplementedError

    def capabilities_received(self):
        """Return the capabilities in Headgate's OPEN, as the daemon prints
        them."""
        raise NotImplementedError

    def refresh(self):
        """Send ROUTE-REFRESH to Headgate."""
        raise NotImplementedError

    # ------------------------------------------ common to all

    @property
    def log_path(self):
        return f"{self.folder}/daemon.log"

    def running(self):
        return bool(self.processes)

    def spawn(self, *command):
        """Start a program of the daemon, in the foreground."""
        self.processes.append(self.namespace.start(
            command, log=f"{self.folder}/{os.path.basename(command[0])}.out"))

    def write(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def route(self, prefix):
        """Return the routes to `prefix` learned from Headgate, sorted."""
        return sorted((r for r in self.routes_received()
                       if r.prefix == prefix), key=lambda r: r.next_hop)

    def wait_established(self, seconds=15):
        wait_until(self.established, seconds,
                   f"BGP session of {self.namespace.short_name}", pause=0.1)

    def log(self):
        """Return the daemon's log."""
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def end(self, number):
        """Signal and wait, last started first: bgpd before its zebra."""
        while self.processes:
            self.processes.pop().end(number)

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        """Kill all at once: no FIN, no NOTIFICATION."""
        for process in self.processes:
            process.signal_group(signal.SIGKILL)
        self.end(signal.SIGKILL)
