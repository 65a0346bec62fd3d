# SPDX-License-Identifier: BSD-2-Clause
"""GoBGP as a peer of Headgate.

Commands put routes into its table, so it announces nothing until its control
port answers.
"""

import json

from ..system import LabError, wait_until
from .peer import HOLD_TIME, KEEPALIVE_TIME, Peer, Route

ESTABLISHED = 6  # a session_state
AS_PATH, NEXT_HOP, MP_REACH_NLRI = 2, 3, 14  # attribute types
CONFED_SEQUENCE = 3  # segment type


def section(title, **values):
    """Return a table of TOML."""
    lines = [f"{key.replace('_', '-')} = {json.dumps(value)}"
             for key, value in values.items()]
    return "\n".join([title, *lines]) + "\n"


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


def neighbor_config(session, address):
    values = {"neighbor_address": with_zone(session, address),
              "peer_as": session.neighbor_as}
    if session.password:
        values["auth_password"] = session.password
    return section("[neighbors.config]", **values)


def transport_config(session):
    return section("[neighbors.transport.config]",
                   passive_mode=session.passive,
                   local_address=with_zone(session, session.address))


def confederation_config(session):
    members = [] if session.internal else [session.neighbor_as]
    return section("[global.confederation.config]", enabled=True,
                   identifier=session.confederation, member_as_list=members)


def bandwidth_policy(session, number, announcement):
    """Return a policy that adds the link bandwidth, which GoBGP's command line
    cannot set."""
    name = f"announced{number}"
    statement = "policy-definitions.statements"
    community = f"{statement}.actions.bgp-actions.set-ext-community"
    value = f"lb:{session.as_number}:{announcement.bandwidth}"
    return "".join((
        section("[[defined-sets.prefix-sets]]", prefix_set_name=name),
        section("[[defined-sets.prefix-sets.prefix-list]]",
                ip_prefix=announcement.prefix),
        section("[[policy-definitions]]", name=name),
        section(f"[[{statement}]]", name=name),
        section(f"[{statement}.conditions.match-prefix-set]",
                prefix_set=name),
        section(f"[{statement}.actions]", route_disposition="accept-route"),
        section(f"[{community}]", options="add"),
        section(f"[{community}.set-ext-community-method]",
                communities_list=[value])))


def policies(session):
    weighed = {number: announcement for number, announcement
               in enumerate(session.announce)
               if announcement.bandwidth is not None}
    return section("[global.apply-policy.config]",
                   default_export_policy="accept-route",
                   export_policy_list=[f"announced{n}" for n in weighed]
                   ) + "".join(bandwidth_policy(session, *item)
                               for item in weighed.items())


def configuration(session):
    text = section("[global.config]", **{"as": session.as_number},
                   router_id=session.identifier)
    if session.confederation:
        text += confederation_config(session)
    text += policies(session)
    return text + "".join(neighbor_sections(session, address)
                          for address in session.neighbors)


def neighbor_sections(session, address):
    text = "[[neighbors]]\n" + neighbor_config(session, address)
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
    if session.cluster_id:
        text += section("[neighbors.route-reflector.config]",
                        route_reflector_client=True,
                        route_reflector_cluster_id=session.cluster_id)
    return text + "".join(family_sections(session, f)
                          for f in session.families)


def segment_text(segment):
    text = " ".join(map(str, segment["asns"]))
    return (f"({text})" if segment["segment_type"] == CONFED_SEQUENCE
            else text)


def route_of(prefix, path):
    """Return the Route of one path in `adj-in`."""
    attributes = {a["type"]: a for a in path["attrs"]}
    next_hop = attributes.get(MP_REACH_NLRI) or attributes[NEXT_HOP]
    segments = attributes.get(AS_PATH, {}).get("as_paths") or []
    return Route(prefix, next_hop["nexthop"],
                 " ".join(map(segment_text, segments)))


class Gobgp(Peer):

    programs = ("gobgpd", "gobgp")
    # `softresetin` applies policy to stored routes; it sends no message.
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
        """Return the answer, or None if there is none in JSON."""
        try:
            return json.loads(self.try_ask("-j", *request) or "null")
        except json.JSONDecodeError:
            return None

    @property
    def name(self):
        """Return the neighbor's name for commands: a link-local address has a
        zone."""
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
        """Return the type names of the protobuf messages that describe them."""
        offered = self.neighbor().get("state", {}).get("remote_cap", [])
        return "\n".join(c["type_url"] for c in offered)
