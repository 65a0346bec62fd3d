# SPDX-License-Identifier: BSD-2-Clause
"""GoBGP as a peer of Headgate.

It announces what a command puts into its table, so that it has nothing to say
until its control port answers.
"""

import json

from ..system import LabError, run, wait_until
from .peer import HOLD_TIME, KEEPALIVE_TIME, Peer, Route

ESTABLISHED = 6  # of its session_state
AS_PATH, NEXT_HOP, MP_REACH_NLRI = 2, 3, 14  # attribute types


def section(name, **values):
    """A table of TOML."""
    lines = [f"{key.replace('_', '-')} = {json.dumps(value)}"
             for key, value in values.items()]
    return "\n".join([name, *lines]) + "\n"


def family_sections(session, family):
    text = "[[neighbors.afi-safis]]\n"
    text += section("[neighbors.afi-safis.config]",
                    afi_safi_name=f"{family}-unicast")
    if session.add_path:
        text += section("[neighbors.afi-safis.add-paths.config]",
                        receive=True, send_max=8)
    if session.graceful_restart:
        text += section("[neighbors.afi-safis.mp-graceful-restart.config]",
                        enabled=True)
    return text


def with_zone(session, address):
    return f"{address}%{session.interface}" if session.link_local else address


def neighbor_config(session):
    values = {"neighbor_address": with_zone(session, session.neighbor),
              "peer_as": session.neighbor_as}
    if session.password:
        values["auth_password"] = session.password
    return section("[neighbors.config]", **values)


def transport_config(session):
    return section("[neighbors.transport.config]",
                   passive_mode=session.passive,
                   local_address=with_zone(session, session.address))


def configuration(session):
    text = section("[global.config]", **{"as": session.as_number},
                   router_id=session.identifier)
    text += "[[neighbors]]\n" + neighbor_config(session)
    text += transport_config(session)
    text += section("[neighbors.timers.config]", connect_retry=1,
                    hold_time=HOLD_TIME, keepalive_interval=KEEPALIVE_TIME,
                    idle_hold_time_after_reset=1)
    if session.ttl_security:
        text += section("[neighbors.ttl-security.config]", enabled=True,
                        ttl_min=255)
    if session.graceful_restart:
        text += section("[neighbors.graceful-restart.config]", enabled=True,
                        restart_time=30)
    return text + "".join(family_sections(session, f)
                          for f in session.families)


def route_of(prefix, path):
    """One path of what `adj-in` lists."""
    attributes = {a["type"]: a for a in path["attrs"]}
    next_hop = attributes.get(MP_REACH_NLRI) or attributes[NEXT_HOP]
    segments = attributes.get(AS_PATH, {}).get("as_paths") or []
    return Route(prefix, next_hop["nexthop"],
                 " ".join(str(n) for s in segments for n in s["asns"]))


class Gobgp(Peer):

    programs = ("gobgpd", "gobgp")
    # `softresetin` judges what it has kept; nothing goes over the wire.
    can_refresh = False

    def start(self):
        path = self.write("gobgpd.toml", configuration(self.session))
        self.spawn("gobgpd", "-f", path, "--log-plain", "-l", "debug",
                   "--pprof-disable", "--api-hosts", "127.0.0.1:50051")
        wait_until(lambda: self.try_ask("global") is not None, 10,
                   "gobgpd's control port")
        for number, announcement in enumerate(self.session.announce, 1):
            self.ask("global", "rib", "add", "-a", announcement.family,
                     announcement.prefix, "origin", "igp",
                     *self.path_options(number, announcement))

    @staticmethod
    def path_options(number, announcement):
        if not announcement.next_hop:
            return []
        return ["nexthop", announcement.next_hop, "identifier", str(number)]

    @property
    def log_path(self):
        return f"{self.folder}/gobgpd.out"

    def ask(self, *request):
        return self.namespace.run("gobgp", *request)

    def try_ask(self, *request):
        try:
            return self.ask(*request)
        except LabError:
            return None

    def ask_json(self, *request):
        """None if gobgpd is not there, or says it in other words."""
        try:
            return json.loads(self.try_ask("-j", *request) or "null")
        except json.JSONDecodeError:
            return None

    @property
    def name(self):
        """Of the neighbor, as the commands want it."""
        return with_zone(self.session, self.session.neighbor)

    def neighbor(self):
        return self.ask_json("neighbor", self.name) or {}

    def established(self):
        return (self.neighbor().get("state", {}).get("session_state")
                == ESTABLISHED)

    def routes_received(self):
        routes = []
        for family in self.session.families:
            shown = self.ask_json("neighbor", self.name, "adj-in", "-a",
                                  family) or {}
            routes += [route_of(prefix, path)
                       for prefix, paths in shown.items() for path in paths]
        return routes

    def updates_received(self):
        messages = self.neighbor().get("state", {}).get("messages", {})
        return messages.get("received", {}).get("update", 0)

    def capabilities_received(self):
        """The types of the messages that describe them."""
        offered = self.neighbor().get("state", {}).get("remote_cap", [])
        return "\n".join(c["type_url"] for c in offered)
