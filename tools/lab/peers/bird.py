# SPDX-License-Identifier: BSD-2-Clause
"""BIRD 2 as a peer of Headgate."""

import re
import struct

from ..system import run
from .peer import HOLD_TIME, KEEPALIVE_TIME, Peer, Route

# Only the first line of a route has its prefix.
PATH_LINE = re.compile(r"(\S*)\s+unicast \[headgate ")
# BIRD has no keyword for link bandwidth. The high half of the community is this
# type and the AS. The type is transitive: BIRD sends no other to another AS.
LINK_BANDWIDTH = 0x0004
ATTRIBUTE = re.compile(r"\s+BGP\.(as_path|next_hop): ?(.*)")
CAPABILITIES = re.compile(r"Neighbor capabilities\n((?: {6}.*\n?)*)")
IMPORTED = re.compile(r"Import updates: +(\d+)")


def static_protocol(number, announcement):
    """Return a static protocol with one route: BIRD allows one route to a prefix
    in each."""
    return (f"protocol static announced{number} {{ {announcement.family}; "
            f"route {announcement.prefix} unreachable; }}\n")


def bandwidth_community(session, announcement):
    high = LINK_BANDWIDTH << 16 | session.as_number
    low, = struct.unpack("!I", struct.pack("!f", announcement.bandwidth))
    return f"(generic, {high:#x}, {low:#x})"


def changes(session, announcement):
    """Return the lines of a filter that turn the route into the
    announcement."""
    lines = []
    if announcement.next_hop:  # the default is BIRD's own address
        lines.append(f"bgp_next_hop = {announcement.next_hop};")
    if announcement.bandwidth is not None:
        community = bandwidth_community(session, announcement)
        lines.append(f"bgp_ext_community.add({community});")
    return lines


def export_filter(session):
    """Return the filter for the session's announcements; for a reflector, for all
    routes by BGP."""
    if session.cluster_id:
        return "where source = RTS_BGP"
    lines = [f'if proto = "announced{number}" then {line}'
             for number, announcement in enumerate(session.announce)
             for line in changes(session, announcement)]
    return ("filter { if source != RTS_STATIC then reject; "
            + " ".join([*lines, "accept;"]) + " }")


def channel(session, family):
    options = ["import all;", f"export {export_filter(session)};"]
    if session.add_path:
        options.append("add paths on;")
    if session.extended_next_hop and family == "ipv4":
        options.append("extended next hop on;")
    return f"    {family} {{ {' '.join(options)} }};\n"


def session_options(session):
    """Return the lines for options of the session."""
    restart = "on" if session.graceful_restart else "aware"
    lines = [f"graceful restart {restart}"]
    if session.password:
        lines.append(f'password "{session.password}"')
    if session.ttl_security:
        lines.append("ttl security on")
    if session.passive:
        lines.append("passive on")
    if session.link_local:
        lines.append(f'interface "{session.interface}"')
    if session.confederation:
        lines += [f"confederation {session.confederation}",
                  "confederation member yes"]
    if session.cluster_id:
        lines += ["rr client", f"rr cluster id {session.cluster_id}"]
    return "".join(f"    {line};\n" for line in lines)


def ways(session):
    """Return a protocol with the connected networks, which iBGP needs to resolve
    next hops."""
    if not session.internal:
        return ""
    return ("protocol direct ways "
            f'{{ ipv4; interface "{session.interface}"; }}\n')


def configuration(session, log_path):
    statics = "".join(static_protocol(number, announcement)
                      for number, announcement in enumerate(session.announce))
    names = ("headgate", *(f"other{n}" for n in range(len(session.others))))
    return f"""\
log "{log_path}" all;
debug protocols {{ states, events }};
router id {session.identifier};
protocol device {{ scan time 2; }}
{ways(session)}{statics}""" + "".join(
        bgp_protocol(session, name, neighbor)
        for name, neighbor in zip(names, session.neighbors))


def bgp_protocol(session, name, neighbor):
    channels = "".join(channel(session, f) for f in session.families)
    return f"""\
protocol bgp {name} {{
    local {session.address} as {session.as_number};
    neighbor {neighbor} as {session.neighbor_as};
    hold time {HOLD_TIME};
    keepalive time {KEEPALIVE_TIME};
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
{session_options(session)}{channels}}}
"""


def parse_routes(text):
    """Return the paths in the output of `show route all`."""
    routes, prefix, attributes = [], None, {}
    for line in text.splitlines():
        if path := PATH_LINE.match(line):
            prefix, attributes = path[1] or prefix, {}
        elif attribute := ATTRIBUTE.match(line):
            attributes[attribute[1]] = attribute[2]
            if len(attributes) == 2:
                # An IPv6 next hop may have a link-local one behind it.
                routes.append(Route(prefix, attributes["next_hop"].split()[0],
                                    attributes["as_path"]))
    return routes


class Bird(Peer):

    programs = ("bird", "birdc")

    def start(self):
        path = self.write("bird.conf",
                          configuration(self.session, self.log_path))
        self.spawn("bird", "-f", "-c", path, "-s", f"{self.folder}/bird.ctl")

    def ask(self, request):
        """Return what birdc prints after its banner; "" if BIRD does not run."""
        answer = run("birdc", "-s", f"{self.folder}/bird.ctl", request,
                     check=False)
        return "\n".join(answer.splitlines()[1:])

    def established(self):
        return "Established" in self.ask("show protocols headgate")

    def routes_received(self):
        return parse_routes(self.ask("show route protocol headgate all"))

    def updates_received(self):
        shown = self.ask("show protocols all headgate")
        return sum(int(number) for number in IMPORTED.findall(shown))

    def capabilities_received(self):
        shown = CAPABILITIES.search(self.ask("show protocols all headgate"))
        return shown[1] if shown else ""

    def refresh(self):
        self.ask("reload in headgate")
