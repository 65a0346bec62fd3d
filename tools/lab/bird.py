# SPDX-License-Identifier: BSD-2-Clause
"""Run stock BIRD on the servers and on the router of the lab.

A server announces the VIP from its loopback; the upstream router installs the
routes it learns in its kernel. BIRD's retry timers of minutes are cut to a
second or two, so that a session comes back soon after it has ended.
"""

import os
import signal

from .system import run, wait_until

HOLD_TIME = 9

COMMON = """\
log "{folder}/bird.log" all;
debug protocols {{ states, events }};
router id {address};
protocol device {{ scan time 2; }}
"""

SESSION = """\
protocol bgp headgate {{
    local {address} as {local_as};
    neighbor {neighbor} as {neighbor_as};
    hold time {hold_time};
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
    ipv4 {{ import {import_}; export {export}; }};
}}
"""

SERVER = COMMON + """\
protocol direct vip {{ ipv4; interface "lo"; }}
""" + SESSION

ROUTER = COMMON + """\
protocol kernel {{ ipv4 {{ import none; export where source = RTS_BGP; }}; }}
""" + SESSION

# A second session over IPv6, appended to SERVER or ROUTER.
SESSION6 = """\
protocol bgp headgate6 {{
    local {address6} as {local_as};
    neighbor {neighbor6} as {neighbor_as};
    hold time {hold_time};
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
    ipv6 {{ import {import_}; export {export6}; }};
}}
"""

SERVER6 = """\
protocol direct vip6 {{ ipv6; interface "lo"; }}
""" + SESSION6

ROUTER6 = """\
protocol kernel {{ ipv6 {{ import none; export where source = RTS_BGP; }}; }}
""" + SESSION6


class Bird:
    """A BIRD: its folder, its namespace and, while it runs, its process."""

    def __init__(self, namespace, folder, template, **session):
        self.namespace = namespace
        self.folder = folder
        self.template = template
        self.session = {"hold_time": HOLD_TIME, **session}
        self.process = None
        os.makedirs(folder, exist_ok=True)

    def start(self, **changes):
        """Start BIRD; `changes` override the session for this run."""
        self.write_config(**changes)
        self.process = self.namespace.start(
            ["bird", "-f", "-c", f"{self.folder}/bird.conf",
             "-s", f"{self.folder}/bird.ctl"],
            log=f"{self.folder}/bird.out")

    def write_config(self, **changes):
        text = self.template.format(folder=self.folder,
                                    **{**self.session, **changes})
        with open(f"{self.folder}/bird.conf", "w", encoding="utf-8") as file:
            file.write(text)

    def ask(self, request):
        """Return what birdc prints after its banner; "" if BIRD does not run."""
        answer = run("birdc", "-s", f"{self.folder}/bird.ctl", request,
                     check=False)
        return "\n".join(answer.splitlines()[1:])

    def established(self):
        return "Established" in self.ask("show protocols headgate")

    def wait_established(self, seconds=15):
        wait_until(self.established, seconds,
                   f"BGP session of {self.namespace.short_name}", pause=0.1)

    def log(self):
        with open(f"{self.folder}/bird.log", encoding="utf-8") as file:
            return file.read()

    def stop(self):
        self.process.end()

    def kill(self):
        self.process.end(signal.SIGKILL)

    def freeze(self):
        self.process.signal_group(signal.SIGSTOP)

    def thaw(self):
        self.process.signal_group(signal.SIGCONT)


# One session between link-local addresses for both families; the next hops of
# both are link-local (RFC 8950).
SERVER_LINK_LOCAL = COMMON + """\
protocol direct vip {{ ipv4; ipv6; interface "lo"; }}
protocol bgp headgate {{
    local {link_local} as {local_as};
    neighbor {neighbor} as {neighbor_as};
    interface "eth0";
    hold time {hold_time};
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
    ipv4 {{ import none; export where net = {vip}/32; extended next hop on; }};
    ipv6 {{ import none; export where net = {vip6}/128; }};
}}
"""


def link_local_bird(namespace, folder, address, link_local, local_as, neighbor,
                    neighbor_as, vips):
    return Bird(namespace, folder, SERVER_LINK_LOCAL, address=address,
                link_local=link_local, local_as=local_as, neighbor=neighbor,
                neighbor_as=neighbor_as, vip=vips[0], vip6=vips[1])


def server_bird(namespace, folder, address, local_as, neighbor, neighbor_as,
                vip, ipv6=None):
    """`ipv6`: address, neighbor and VIP of a second session, or None."""
    more = {}
    if ipv6:
        more = {"address6": ipv6[0], "neighbor6": ipv6[1],
                "export6": f"where net = {ipv6[2]}/128"}
    return Bird(namespace, folder, SERVER + SERVER6 if ipv6 else SERVER,
                address=address, local_as=local_as, neighbor=neighbor,
                neighbor_as=neighbor_as, import_="none",
                export=f"where net = {vip}/32", **more)


def router_bird(namespace, folder, address, local_as, neighbor, neighbor_as,
                ipv6=None):
    """`ipv6`: address and neighbor of a second session, or None."""
    more = {}
    if ipv6:
        more = {"address6": ipv6[0], "neighbor6": ipv6[1], "export6": "none"}
    return Bird(namespace, folder, ROUTER + ROUTER6 if ipv6 else ROUTER,
                address=address, local_as=local_as, neighbor=neighbor,
                neighbor_as=neighbor_as, import_="all", export="none", **more)
