# SPDX-License-Identifier: BSD-2-Clause
"""FRR as a peer of Headgate: bgpd, and zebra, which gives bgpd its interfaces,
its link-local addresses and the routes to redistribute."""

import ipaddress
import json
import os
import shutil

from ..system import run, wait_until
from .peer import HOLD_TIME, KEEPALIVE_TIME, Peer, Route

FOLDER = "/usr/lib/frr"
USER = "frr"  # zebra does not run as root
MEGABIT = 1_000_000 // 8  # bytes: its unit of link bandwidth


def network_statements(session, family):
    """Return the statements that announce. bgpd allows one `network` for each
    prefix; a second path is a route in the kernel, redistributed with its own
    next hop."""
    lines, seen = [], set()
    for number, announcement in enumerate(session.announce):
        if announcement.family != family:
            continue
        policy = (f" route-map announced{number}" if sets(announcement)
                  else "")
        lines.append(f"redistribute kernel{policy}"
                     if announcement.prefix in seen
                     else f"network {announcement.prefix}{policy}")
        seen.add(announcement.prefix)
    return lines


def sets(announcement):
    """Return the lines of its route-map, if it needs one."""
    lines = []
    if announcement.next_hop:
        kind = "ip" if announcement.family == "ipv4" else "ipv6"
        scope = "" if kind == "ip" else "global "
        lines += [f" set {kind} next-hop {scope}{announcement.next_hop}",
                  " set origin igp", " set metric 0"]
    if announcement.bandwidth is not None:
        lines.append(" set extcommunity bandwidth "
                     f"{announcement.bandwidth // MEGABIT}")
    return lines


def route_maps(session):
    lines = []
    for number, announcement in enumerate(session.announce):
        if sets(announcement):
            lines += [f"route-map announced{number} permit 10",
                      *sets(announcement), "exit"]
    return lines


def neighbor_statements(session, name):
    options = [f"remote-as {session.neighbor_as}",
               f"timers {KEEPALIVE_TIME} {HOLD_TIME}", "timers connect 1",
               "advertisement-interval 0"]
    if session.link_local:
        options.append(f"interface {session.interface}")
    elif session.address:
        options.append(f"update-source {session.address}")
    if session.password:
        options.append(f"password {session.password}")
    if session.ttl_security:
        options.append("ttl-security hops 1")
    if session.passive:
        options.append("passive")
    if session.extended_next_hop:
        options.append("capability extended-nexthop")
    if session.graceful_restart:
        options.append("graceful-restart")
    return [f" neighbor {name} {option}" for option in options]


def confederation_statements(session):
    if not session.confederation:
        return []
    lines = [f" bgp confederation identifier {session.confederation}"]
    if not session.internal:
        lines.append(f" bgp confederation peers {session.neighbor_as}")
    return lines


def family_statements(session, family):
    inside = network_statements(session, family)
    options = ["activate"]
    if session.add_path:
        options.append("addpath-tx-all-paths")
    if session.cluster_id:
        options.append("route-reflector-client")
    inside += [f"neighbor {name} {option}" for name in session.neighbors
               for option in options]
    return [f" address-family {family} unicast",
            *(f"  {line}" for line in inside), " exit-address-family"]


def configuration(session):
    lines = [*route_maps(session),
             f"router bgp {session.as_number}",
             f" bgp router-id {session.identifier}",
             " no bgp default ipv4-unicast",
             " no bgp ebgp-requires-policy",
             " no bgp network import-check",
             *confederation_statements(session)]
    if session.cluster_id:
        lines.append(f" bgp cluster-id {session.cluster_id}")
    for name in session.neighbors:
        lines += neighbor_statements(session, name)
    for family in session.families:
        lines += family_statements(session, family)
    return "".join(line + "\n" for line in [*lines, "exit"])


def next_hop_of(path):
    """Return the next hop in use; an IPv6 path lists its link-local one, too."""
    hops = [h for h in path["nexthops"] if h.get("scope") != "link-local"]
    return (hops or path["nexthops"])[0]["ip"]


class Frr(Peer):

    programs = (f"{FOLDER}/bgpd", f"{FOLDER}/zebra", "vtysh")

    def start(self):
        shutil.chown(self.folder, USER, USER)
        log = f"log file {self.log_path}\n"
        zebra = self.write("zebra.conf", log)
        bgpd = self.write("bgpd.conf", log + configuration(self.session))
        self.add_kernel_routes()
        self.spawn_daemon("zebra", zebra)
        wait_until(lambda: os.path.exists(self.zebra_socket), 10,
                   "zebra's socket")
        self.spawn_daemon("bgpd", bgpd)

    @property
    def zebra_socket(self):
        return f"{self.folder}/zserv.api"

    def spawn_daemon(self, name, path):
        self.spawn(f"{FOLDER}/{name}", "-f", path, "-P", "0",
                   "-i", f"{self.folder}/{name}.pid", "-z", self.zebra_socket,
                   "--vty_socket", self.folder)

    def add_kernel_routes(self):
        """Add the kernel routes for `redistribute kernel`."""
        for announcement in self.session.announce:
            if announcement.next_hop:
                self.namespace.ip(f"route replace {announcement.prefix} "
                                  f"dev {self.session.interface}")

    def end(self, number):
        super().end(number)
        if os.path.exists(self.zebra_socket):
            os.unlink(self.zebra_socket)

    def ask(self, request):
        return run("vtysh", "--vty_socket", self.folder, "-d", "bgpd",
                   "-c", request, check=False)

    def ask_json(self, request):
        """Return the answer, or {} if bgpd does not run."""
        try:
            return json.loads(self.ask(request + " json"))
        except json.JSONDecodeError:
            return {}

    def neighbor(self):
        shown = self.ask_json(f"show bgp neighbors {self.session.neighbor}")
        return shown.get(self.session.neighbor, {})

    def established(self):
        return self.neighbor().get("bgpState") == "Established"

    def routes_received(self):
        routes = []
        for family in self.session.families:
            shown = self.ask_json(f"show bgp {family} unicast")
            for prefix, paths in shown.get("routes", {}).items():
                routes += [Route(prefix, next_hop_of(path), path["path"])
                           for path in paths if self.is_from_headgate(path)]
        return routes

    def is_from_headgate(self, path):
        peer = path.get("peerId", "(unspec)")
        return (peer != "(unspec)" and ipaddress.ip_address(peer)
                == ipaddress.ip_address(self.session.neighbor))

    def updates_received(self):
        return self.neighbor().get("messageStats", {}).get("updatesRecv", 0)

    def capabilities_received(self):
        """Return the names that bgpd lists as received."""
        offered = self.neighbor().get("neighborCapabilities", {})
        return "\n".join(name for name, how in offered.items()
                         if "received" in json.dumps(how).lower())

    def refresh(self):
        self.ask(f"clear bgp {self.session.neighbor} in")
