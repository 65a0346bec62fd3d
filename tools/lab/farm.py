# SPDX-License-Identifier: BSD-2-Clause
"""The lab's drawing with stock daemons of one kind in every place: on the
servers, on the router, and on two more hosts of the servers' LAN, `near` and
`far`, which reflect routes or live in our AS.

Who speaks to whom is said anew for each scene; the hosts stay. Traffic finds
Headgate by a static route, whatever the router's daemon has learned.
"""

import concurrent.futures

from .agent import Headgate
from .peers.peer import Session
from .system import LabError, Namespace, require, wait_until
from .topology import (HEADGATE_AS, HEADGATE_LAN, HEADGATE_UP, ROUTER_UP,
                       VIP_PREFIX, Lab)

NEAR, FAR = "10.1.0.21", "10.1.0.22"


class Farm(Lab):

    def __init__(self, daemon):
        require(daemon.programs)
        self.daemon = daemon  # a subclass of Peer
        self.peers = {}  # name of the host -> Peer
        self.scenes = 0
        super().__init__()

    def build(self, servers):
        super().build(servers)
        self.router.ip(f"route add {VIP_PREFIX} via {HEADGATE_UP} metric 9999")
        self.hosts = {server.name: (server.namespace, server.address)
                      for server in self.servers}
        self.hosts["router"] = self.router, ROUTER_UP
        for name, address in (("near", NEAR), ("far", FAR)):
            namespace = Namespace(self.prefix, name)
            self.plug_in(namespace, "eth0", name)
            namespace.ip(f"address add {address}/24 dev eth0")
            self.hosts[name] = namespace, address

    def session(self, name, as_number, **changes):
        """Of the daemon on a host, with Headgate unless told else."""
        _, address = self.hosts[name]
        usual = {"address": address, "as_number": as_number,
                 "neighbor": HEADGATE_LAN, "neighbor_as": HEADGATE_AS,
                 "identifier": address}
        if name == "router":
            usual.update(neighbor=HEADGATE_UP, interface="up")
        return Session(**{**usual, **changes})

    def play(self, flags, sessions):
        """Runs a daemon for each host named in `sessions`, and Headgate. All
        anew: daemons wait for seconds before they return to a neighbor that
        has gone, and no time before the first try."""
        self.end_scene()
        self.scenes += 1
        self.peers = {name: self.make_peer(name, session)
                      for name, session in sessions.items()}
        self.start_peers()
        self.headgate = Headgate(self.host, self.folder, [
            "--as", str(HEADGATE_AS), "--router-id", "10.0.0.1",
            "--interface", "up", "--interface", "lan", "--vip", VIP_PREFIX,
            *flags])
        self.headgate.start()

    def make_peer(self, name, session):
        namespace, _ = self.hosts[name]
        return self.daemon(namespace,
                           f"{self.folder}/scene{self.scenes}/{name}", session)

    def start_peers(self):
        """All at once, but the reflectors behind their clients and one after
        the other, so that who dials finds somebody there."""
        reflectors = [p for p in self.peers.values() if p.session.cluster_id]
        others = [p for p in self.peers.values() if p not in reflectors]
        with concurrent.futures.ThreadPoolExecutor(len(others)) as pool:
            list(pool.map(lambda peer: peer.start(), others))
        for peer in reflectors:
            peer.start()

    def end_scene(self):
        if self.headgate.process:
            self.headgate.stop()
        for peer in self.peers.values():
            peer.kill()

    # ----------------------------------------------------- what is seen

    def paths(self, prefix):
        """Next hop -> path, as Headgate has them; FRR tells us back what we
        have told its router, which is a loop."""
        return {p["next_hop"]: p for r in self.headgate.show("routes")
                if r["prefix"] == prefix for p in r["paths"]
                if p["neighbor"] != ROUTER_UP}

    def wait_paths(self, prefix, next_hops, seconds=20):
        """Until Headgate has a path by each of these, and no other."""
        try:
            wait_until(lambda: set(self.paths(prefix)) == set(next_hops),
                       seconds, f"{prefix} by {sorted(next_hops)}")
        except LabError as late:
            raise LabError(f"{late}, but: {self.paths(prefix)}") from late
        return self.paths(prefix)

    def wait_selected(self, prefix, next_hops, seconds=20):
        """Until packets for the prefix go to these, and to no others."""
        def ready():
            alive = {address for address, nexthop
                     in self.headgate.nexthops().items() if nexthop["alive"]}
            selected = {address for address, path
                        in self.paths(prefix).items() if path["selected"]}
            return selected & alive == selected == set(next_hops)
        try:
            wait_until(ready, seconds, f"{prefix} to {sorted(next_hops)}")
        except LabError as late:
            raise LabError(f"{late}, but: {self.paths(prefix)}") from late

    def wait_router(self, prefix, present, seconds=20):
        """Until the router has, or has not, been told of the prefix."""
        wait_until(lambda: bool(self.peers["router"].route(prefix)) == present,
                   seconds, f"the router's route to {prefix} "
                   + ("present" if present else "gone"))
