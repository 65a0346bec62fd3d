# SPDX-License-Identifier: BSD-2-Clause
"""Run one kind of stock daemon everywhere in the lab's drawing.

The daemons run on the servers, on the router, and on two more hosts of the
servers' LAN, `near` and `far`, which reflect routes or belong to Headgate's AS.
Up to three Headgates receive the same routes with different flags:

  headgate   as in the drawing
  second     10.1.0.2, on the servers' LAN only
  third      10.1.0.3, on the servers' LAN only

The hosts stay; each scene chooses the sessions. The router has a static route
to `headgate`, so that traffic does not depend on its daemon.
"""

import concurrent.futures

from .agent import Headgate
from .peers.peer import Session
from .system import LabError, Namespace, require, wait_until
from .topology import (HEADGATE_AS, HEADGATE_LAN, HEADGATE_UP, ROUTER_UP,
                       VIP_PREFIX, Lab)

SECOND, THIRD = "10.1.0.2", "10.1.0.3"
NEAR, FAR = "10.1.0.21", "10.1.0.22"


class Farm(Lab):

    def __init__(self, daemon):
        require(daemon.programs)
        self.daemon = daemon  # a subclass of Peer
        self.peers = {}   # name of the host -> Peer
        self.agents = {}  # name of the host -> Headgate
        self.scenes = 0
        super().__init__()

    def build(self, servers):
        super().build(servers)
        self.router.ip(f"route add {VIP_PREFIX} via {HEADGATE_UP} metric 9999")
        self.nodes = {"headgate": self.host,
                      "second": self.add_node("second", SECOND),
                      "third": self.add_node("third", THIRD)}
        self.hosts = {server.name: (server.namespace, server.address)
                      for server in self.servers}
        self.hosts["router"] = self.router, ROUTER_UP
        for name, address in (("near", NEAR), ("far", FAR)):
            namespace = Namespace(self.prefix, name)
            self.plug_in(namespace, "eth0", name)
            namespace.ip(f"address add {address}/24 dev eth0")
            self.hosts[name] = namespace, address

    def session(self, name, as_number, **changes):
        """Return a host's end of a session, with `headgate` by default."""
        _, address = self.hosts[name]
        usual = {"address": address, "as_number": as_number,
                 "neighbor": HEADGATE_LAN, "neighbor_as": HEADGATE_AS,
                 "identifier": address}
        if name == "router":
            usual.update(neighbor=HEADGATE_UP, interface="up")
        return Session(**{**usual, **changes})

    def play(self, sessions, flags):
        """Start a daemon on each host in `sessions` and a Headgate on each host
        in `flags`. All are new processes: a running daemon waits for seconds
        before it dials a neighbor again, a new one dials at once."""
        self.end_scene()
        self.scenes += 1
        self.peers = {name: self.make_peer(name, session)
                      for name, session in sessions.items()}
        self.start_peers()
        self.agents = {name: self.make_agent(name, more)
                       for name, more in flags.items()}
        self.headgate = self.agents["headgate"]
        for agent in self.agents.values():
            agent.start()

    def make_peer(self, name, session):
        namespace, _ = self.hosts[name]
        return self.daemon(namespace,
                           f"{self.folder}/scene{self.scenes}/{name}", session)

    def make_agent(self, name, flags):
        number = list(self.nodes).index(name) + 1
        up = ["--interface", "up"] if name == "headgate" else []
        return Headgate(self.nodes[name], self.folder, [
            "--as", str(HEADGATE_AS), "--router-id", f"10.0.0.{number}", *up,
            "--interface", "lan", "--vip", VIP_PREFIX, *flags], name)

    def start_peers(self):
        """Start all peers at once, then the reflectors one by one, so that
        each of these finds its neighbors listening."""
        reflectors = [p for p in self.peers.values() if p.session.cluster_id]
        others = [p for p in self.peers.values() if p not in reflectors]
        with concurrent.futures.ThreadPoolExecutor(len(others)) as pool:
            list(pool.map(lambda peer: peer.start(), others))
        for peer in reflectors:
            peer.start()

    def end_scene(self):
        for agent in self.agents.values():
            if agent.process:
                agent.stop()
        for peer in self.peers.values():
            peer.kill()

    # ----------------------------------------------------- observing

    def paths(self, prefix, name="headgate"):
        """Return next hop -> path of a Headgate, without those from the router:
        FRR announces a route back to the neighbor it learned it from, and
        Headgate refuses it as a loop."""
        return {p["next_hop"]: p for r in self.agents[name].show("routes")
                if r["prefix"] == prefix for p in r["paths"]
                if p["neighbor"] != ROUTER_UP}

    def reasons(self, prefix, name="headgate"):
        """Return next hop -> reason why its path is not in the set, or None."""
        return {next_hop: path["reason"] for next_hop, path
                in self.paths(prefix, name).items()}

    def selected(self, prefix, name="headgate"):
        """Return the next hops that packets for the prefix go to, or None if
        one of the set is not alive."""
        alive = {address for address, nexthop
                 in self.agents[name].nexthops().items() if nexthop["alive"]}
        chosen = {next_hop for next_hop, reason
                  in self.reasons(prefix, name).items() if reason is None}
        return chosen if chosen <= alive else None

    def wait_paths(self, prefix, next_hops, name="headgate"):
        """Wait until there is a path by each of these, and no other."""
        self.wait_seen(lambda: set(self.paths(prefix, name)), prefix,
                       next_hops, name)

    def wait_selected(self, prefix, next_hops, name="headgate"):
        """Wait until packets for the prefix go to exactly these."""
        self.wait_seen(lambda: self.selected(prefix, name), prefix, next_hops,
                       name)

    def wait_seen(self, see, prefix, next_hops, name):
        try:
            wait_until(lambda: see() == set(next_hops), 20,
                       f"{prefix} by {sorted(next_hops)} at {name}")
        except LabError as late:
            raise LabError(f"{late}, but: {self.paths(prefix, name)}") \
                from late

    def wait_router(self, prefix, present, seconds=20):
        """Wait until the router has a route to the prefix, or has none."""
        wait_until(lambda: bool(self.peers["router"].route(prefix)) == present,
                   seconds, f"the router's route to {prefix} "
                   + ("present" if present else "gone"))
