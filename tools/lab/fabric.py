# SPDX-License-Identifier: BSD-2-Clause
"""Connect four peers to one Headgate host, each by a cable of its own: a server
and a router that speak IPv4 only, and a server and a router that speak IPv6
only.

The cables stay; each scene chooses the daemon and the sessions. There is no
client and no traffic: this lab is for sessions.
"""

import dataclasses
import os

from .agent import Headgate
from .peers.peer import Announcement, Session
from .system import (IPV6_ON, LabError, Namespace, connect, require,
                     wait_until)
from .topology import HEADGATE_AS, Lab

DRAWING = """\
  backend4 ---- 10.1.4.0/24 ------- headgate ------ 10.2.4.0/24 ---- upstream4
  AS 65004                          AS 64512                         AS 64504

  backend6 -- 2001:db8:1:6::/64 ------ + ------- 2001:db8:2:6::/64 - upstream6
  AS 65006                                                           AS 64506

  Headgate is .1 or ::1 on every cable, the other end .2 or ::2, and further
  next hops at the backends' ends are .3 and .4. On the IPv6 cables the
  link-local addresses end alike. 192.0.2.4 is announced by backend4,
  2001:db8:f::6 by backend6 and, where a session can carry it, 192.0.2.6.
"""

VIP_PREFIXES = ("192.0.2.0/24", "2001:db8:f::/64")
# The lab assigns the link-local addresses; the kernel adds none.
FABRIC_IPV6 = (*IPV6_ON, "net.ipv6.conf.default.addr_gen_mode=1")


@dataclasses.dataclass(frozen=True)
class Seat:
    """A place for a peer, with its address and AS."""
    name: str  # and the name of the interface at Headgate's end
    role: str
    as_number: int
    network: str  # an address without its host part
    length: int
    identifier: str
    vip: str = None

    def address_of(self, host):
        return f"{self.network}{host}"

    @property
    def address(self):
        return self.address_of(2)

    @property
    def headgate(self):
        """Headgate's address on this cable."""
        return self.address_of(1)

    @property
    def prefix(self):
        return f"{self.network}{0 if self.version == 4 else ''}/{self.length}"

    @property
    def version(self):
        return 6 if ":" in self.network else 4

    @property
    def family(self):
        return f"ipv{self.version}"

    def session(self, **changes):
        """Return the peer's end of a session, with `changes` to the defaults: a
        backend announces its VIP."""
        usual = {"address": self.address, "as_number": self.as_number,
                 "neighbor": self.headgate, "neighbor_as": HEADGATE_AS,
                 "identifier": self.identifier, "families": (self.family,),
                 "announce": (Announcement(self.vip),) if self.vip else ()}
        return Session(**{**usual, **changes})


BACKEND4 = Seat("backend4", "backend", 65004, "10.1.4.", 24, "10.0.1.4",
                "192.0.2.4/32")
BACKEND6 = Seat("backend6", "backend", 65006, "2001:db8:1:6::", 64,
                "10.0.1.6", "2001:db8:f::6/128")
UPSTREAM4 = Seat("upstream4", "upstream", 64504, "10.2.4.", 24, "10.0.2.4")
UPSTREAM6 = Seat("upstream6", "upstream", 64506, "2001:db8:2:6::", 64,
                 "10.0.2.6")
SEATS = (BACKEND4, BACKEND6, UPSTREAM4, UPSTREAM6)
# Announced by backend6 where IPv4 routes travel over an IPv6 session.
IPV4_VIP_OVER_IPV6 = "192.0.2.6/32"


class Fabric(Lab):
    """The lab of the drawing above. It shares Lab's folder, pins and janitor.
    During a scene, Headgate and some of the peers run."""

    def __init__(self, daemon):
        require(daemon.programs)
        self.daemon = daemon  # a subclass of Peer
        self.peers = {}  # seat name -> Peer
        self.headgate = None
        self.scenes = 0
        super().__init__(servers=0)

    def build(self, _servers):
        self.make_folder()
        self.host = Namespace(self.prefix, "headgate", FABRIC_IPV6)
        self.namespaces = {}
        for seat in SEATS:
            namespace = Namespace(self.prefix, seat.name, FABRIC_IPV6)
            self.namespaces[seat.name] = namespace
            connect(namespace, "eth0", self.host, seat.name)
            self.accept_xdp_frames(namespace, "eth0")
            self.give_addresses(seat, namespace)

    def give_addresses(self, seat, namespace):
        hosts = (2, 3, 4) if seat.role == "backend" else (2,)
        namespace.ip(*(f"address add {seat.address_of(host)}/{seat.length} "
                       "dev eth0" for host in hosts))
        self.host.ip(f"address add {seat.headgate}/{seat.length} "
                     f"dev {seat.name}")
        if seat.version == 6:
            namespace.ip("address add fe80::2/64 dev eth0")
            self.host.ip(f"address add fe80::1/64 dev {seat.name}")

    # ----------------------------------------------------- a scene

    def play(self, neighbors, sessions):
        """Start the peer of each seat in `sessions` (seat name -> session),
        then Headgate with `neighbors` as values of --neighbor."""
        self.scenes += 1
        folder = f"{self.folder}/scene{self.scenes}"
        self.peers = {name: self.daemon(self.namespaces[name],
                                        f"{folder}/{name}", session)
                      for name, session in sessions.items()}
        self.headgate = Headgate(self.host, self.folder,
                                 self.flags(neighbors))
        self.headgate.log_path = f"{folder}/headgate.log"
        for peer in self.peers.values():
            peer.start()
        self.headgate.start()

    @staticmethod
    def flags(neighbors):
        values = {"--interface": [seat.name for seat in SEATS],
                  "--vip": VIP_PREFIXES, "--neighbor": neighbors}
        # By its AS_PATH a route shows which backend it came from.
        return ["--as", str(HEADGATE_AS), "--router-id", "10.0.0.1",
                "--announce-as", "path",
                *(word for flag, list_ in values.items()
                  for value in list_ for word in (flag, value))]

    def end_scene(self):
        if self.headgate and self.headgate.process:
            self.headgate.stop()
        for peer in self.peers.values():
            peer.kill()
        self.peers = {}

    def write_secret(self, name, text):
        """Write a file for password-file=, readable by root only; return its
        path."""
        path = f"{self.folder}/{name}.key"
        with open(path, "w", encoding="utf-8",
                  opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text + "\n")
        return path

    # ----------------------------------------------------- observing

    def neighbor(self, seat):
        return self.headgate.neighbor(seat.address)

    def paths(self, prefix):
        """Return Headgate's paths to a prefix."""
        routes = [r for r in self.headgate.show("routes")
                  if r["prefix"] == prefix]
        return routes[0]["paths"] if routes else []

    def wait_paths(self, prefix, next_hops, seconds=15):
        """Wait until Headgate steers a prefix to exactly these next hops."""
        def have():
            selected = [p for p in self.paths(prefix) if p["selected"]]
            return sorted(p["next_hop"] for p in selected) == sorted(next_hops)
        try:
            wait_until(have, seconds,
                       f"{prefix} by {next_hops or 'no next hop'}", pause=0.05)
        except LabError as late:
            raise LabError(f"{late}, but: {self.paths(prefix)}") from late

    def wait_routes(self, seat, prefix, routes, seconds=15):
        """Wait until the daemon on `seat` has exactly these routes to a
        prefix."""
        peer = self.peers[seat.name]
        try:
            wait_until(lambda: peer.route(prefix) == routes, seconds,
                       f"{seat.name}: {prefix} as {routes or 'no route'}")
        except LabError as late:
            raise LabError(f"{late}, but: {peer.routes_received()}") from late
