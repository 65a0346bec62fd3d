# SPDX-License-Identifier: BSD-2-Clause
"""What a peer of Headgate is, whichever daemon it runs.

A `Session` says what its end of the session is to be. A `Peer` turns that into
the daemon's configuration, starts it, and answers a few questions in words that
are the same for every daemon: is the session up, what was learned over it, what
did Headgate offer in its OPEN.
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
    """A prefix to announce; without a next hop, with the peer's own."""
    prefix: str
    next_hop: str = None
    bandwidth: int = None  # bytes per second: RFC 10005

    @property
    def family(self):
        return family_of(self.prefix)


@dataclasses.dataclass(frozen=True)
class Route:
    """What the daemon's own table has of one path."""
    prefix: str
    next_hop: str
    as_path: str  # AS numbers with blanks between them, (members)


@dataclasses.dataclass(frozen=True)
class Session:
    """The peer's end of its session with Headgate, and of further ones."""
    address: str
    as_number: int
    neighbor: str
    neighbor_as: int
    identifier: str
    interface: str = "eth0"
    families: tuple = ("ipv4",)
    announce: tuple = ()  # of Announcement
    password: str = None
    ttl_security: bool = False
    add_path: bool = False  # both ways
    extended_next_hop: bool = False  # IPv4 over an IPv6 session
    graceful_restart: bool = False
    passive: bool = False
    confederation: int = None  # what its neighbor and it are members of
    others: tuple = ()  # addresses of more neighbors, of the same AS
    cluster_id: str = None  # it reflects: all neighbors are its clients

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

    A module of this package has one subclass.
    """

    programs = ()  # that have to be installed
    can_refresh = True  # has a command that sends ROUTE-REFRESH

    def __init__(self, namespace, folder, session):
        self.namespace = namespace
        self.folder = folder
        self.session = session
        self.processes = []
        os.makedirs(folder, exist_ok=True)

    # ------------------------------------------ each daemon in its own way

    def start(self):
        raise NotImplementedError

    def established(self):
        raise NotImplementedError

    def routes_received(self):
        """The list of Route that came from Headgate."""
        raise NotImplementedError

    def updates_received(self):
        """A number that grows when Headgate sends a route, known or not."""
        raise NotImplementedError

    def capabilities_received(self):
        """What Headgate offered, in the daemon's own words, one text."""
        raise NotImplementedError

    def refresh(self):
        """Asks Headgate for everything again, session kept."""
        raise NotImplementedError

    # ------------------------------------------ the same for all

    @property
    def log_path(self):
        return f"{self.folder}/daemon.log"

    def running(self):
        return bool(self.processes)

    def spawn(self, *command):
        """Starts a program of the daemon, which stays in the foreground."""
        self.processes.append(self.namespace.start(
            command, log=f"{self.folder}/{os.path.basename(command[0])}.out"))

    def write(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def route(self, prefix):
        """The routes to `prefix` that came from Headgate, sorted."""
        return sorted((r for r in self.routes_received()
                       if r.prefix == prefix), key=lambda r: r.next_hop)

    def wait_established(self, seconds=15):
        wait_until(self.established, seconds,
                   f"BGP session of {self.namespace.short_name}", pause=0.1)

    def log(self):
        """What the daemon itself has logged."""
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def end(self, number):
        """The last started first: bgpd before the zebra it talks to."""
        while self.processes:
            self.processes.pop().end(number)

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        """All at once, without a word to anybody."""
        for process in self.processes:
            process.signal_group(signal.SIGKILL)
        self.end(signal.SIGKILL)
