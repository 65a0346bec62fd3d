# SPDX-License-Identifier: BSD-2-Clause
"""BIRD 2 as a peer of Headgate."""

import re

from ..system import run
from .peer import HOLD_TIME, KEEPALIVE_TIME, Peer, Route

# A prefix stands in the first of its lines only.
PATH_LINE = re.compile(r"(\S*)\s+unicast \[headgate ")
ATTRIBUTE = re.compile(r"\s+BGP\.(as_path|next_hop): ?(.*)")
CAPABILITIES = re.compile(r"Neighbor capabilities\n((?: {6}.*\n?)*)")
IMPORTED = re.compile(r"Import updates: +(\d+)")


def static_protocol(number, announcement):
    """A protocol of its own, because BIRD's static protocol has one route for
    each prefix."""
    return (f"protocol static announced{number} {{ {announcement.family}; "
            f"route {announcement.prefix} unreachable; }}\n")


def export_filter(session):
    """Says the next hops, because BIRD would say its own address."""
    lines = [f'if proto = "announced{number}" then '
             f"bgp_next_hop = {announcement.next_hop};"
             for number, announcement in enumerate(session.announce)
             if announcement.next_hop]
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
    """Lines that stand only where the session asks for them."""
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
    return "".join(f"    {line};\n" for line in lines)


def configuration(session, log_path):
    statics = "".join(static_protocol(number, announcement)
                      for number, announcement in enumerate(session.announce))
    channels = "".join(channel(session, f) for f in session.families)
    return f"""\
log "{log_path}" all;
debug protocols {{ states, events }};
router id {session.identifier};
protocol device {{ scan time 2; }}
{statics}protocol bgp headgate {{
    local {session.address} as {session.as_number};
    neighbor {session.neighbor} as {session.neighbor_as};
    hold time {HOLD_TIME};
    keepalive time {KEEPALIVE_TIME};
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
{session_options(session)}{channels}}}
"""


def parse_routes(text):
    """The paths in what `show route all` prints."""
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
        """What birdc prints, without its greeting; "" if BIRD is not there."""
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
