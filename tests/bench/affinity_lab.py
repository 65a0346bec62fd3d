# SPDX-License-Identifier: BSD-2-Clause
"""The lab of affinity.py: the drawing of the demo with nine servers, whose flows are
steered by Headgate or by the kernel.

The kernel's two kinds of balancing follow a BIRD in Headgate's place: it exports the
servers' routes to a table of its own, and KernelRoute writes what is in there as the
route that packets take. So both know a server as soon as BIRD does, and weights, which
this BIRD ignores, as soon as the scene changes them.
"""

import json
import os
import sys
import threading
import time

BENCH = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(BENCH, "..", "..", "tools")]

from lab.agent import Headgate  # noqa: E402 (the path comes first)
from lab.bird import Bird  # noqa: E402
from lab.system import run, wait_until  # noqa: E402
from lab.topology import (HEADGATE_AS, HEADGATE_LAN,  # noqa: E402
                          HEADGATE_UP, ROUTER_AS, ROUTER_UP, VIP, Lab, Server)

SERVERS = 9
LONG_RATE = 1024  # bytes a second: many flows, little traffic
# Link bandwidths (draft-ietf-idr-link-bandwidth), bytes a second as float32: 1 and 2
# Gbit/s. Their community is the transitive one: BIRD removes the other from eBGP.
BANDWIDTHS = {1: 0x4cee6b28, 2: 0x4d6e6b28}
BIRD_TABLE = 100
RESILIENT_BUCKETS, RESILIENT_IDLE_S = 16384, 120
GROUP, FIRST_NEXTHOP = 1000, 1001
POLL_S = 0.01

SERVER_CONFIG = """\
log "{folder}/bird.log" all;
router id {address};
protocol device {{ scan time 2; }}
protocol direct vip {{ ipv4; interface "lo"; }}
filter announced {{
    if net != {vip}/32 then reject;
    bgp_ext_community.add((generic, 0x0004{local_as_hex}, {bandwidth}));
    accept;
}}
protocol bgp headgate {{
    local {address} as {local_as};
    neighbor {neighbor} as {neighbor_as};
    hold time 9;
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
    ipv4 {{ import none; export filter announced; }};
}}
"""

BALANCER_CONFIG = """\
log "{folder}/bird.log" all;
router id {address};
ipv4 table master4;
protocol device {{ scan time 2; }}
protocol kernel {{
    kernel table {table};
    merge paths on limit 64;
    ipv4 {{ import none; export where source = RTS_BGP; }};
}}
protocol bgp upstream {{
    local {up} as {local_as};
    neighbor {router} as {router_as};
    ipv4 {{ import none; export all; next hop self; }};
}}
{sessions}
"""

BALANCER_SESSION = """\
protocol bgp {name} {{
    local {local} as {local_as};
    neighbor {address} as {as_number};
    passive on;
    hold time 9;
    ipv4 {{ import all; export none; }};
}}
"""


class FarmServer(Server):
    """A server that announces a bandwidth."""

    def make_bird(self, lab, folder):
        self.bandwidth = 1
        return Bird(self.namespace, folder, SERVER_CONFIG,
                    address=self.address, local_as=self.as_number,
                    local_as_hex=f"{self.as_number:04x}",
                    neighbor=HEADGATE_LAN, neighbor_as=HEADGATE_AS, vip=VIP,
                    bandwidth=hex(BANDWIDTHS[1]))

    def reweight(self, bandwidth):
        """Announce the VIP with another bandwidth, in the same session."""
        self.bandwidth = bandwidth
        text = self.bird.template.format(
            folder=self.bird.folder,
            **{**self.bird.session, "bandwidth": hex(BANDWIDTHS[bandwidth])})
        with open(f"{self.bird.folder}/bird.conf", "w",
                  encoding="utf-8") as file:
            file.write(text)
        self.bird.session["bandwidth"] = hex(BANDWIDTHS[bandwidth])
        self.bird.ask("configure")


class FarmLab(Lab):
    """Nine servers; `start` starts a part of them, and a balancer."""

    server_class = FarmServer
    long_rate = LONG_RATE

    def __init__(self):
        super().__init__(servers=SERVERS, forwarding=True)

    def start_with(self, balancer, count):
        self.router_bird.start()
        for server in self.servers:
            server.web.start()
        for server in self.servers[:count]:
            server.bird.start()
        balancer.start()
        balancer.wait_members(self.servers[:count])
        self.wait_announced(True, 20)


class HeadgateBalancer:
    name = "headgate"

    def __init__(self, lab):
        self.lab = lab
        self.agent = Headgate(lab.host, lab.folder, lab.agent_flags(),
                              log_level="info")

    def start(self):
        self.agent.start()

    def members(self):
        """Return the addresses that new flows go to."""
        return self.agent.living()

    def wait_members(self, servers, seconds=30):
        wanted = {server.address for server in servers}
        wait_until(lambda: self.members() == wanted, seconds,
                   f"{self.name}: exactly {sorted(wanted)}")

    def reweight(self, server, weight):
        def weighted():
            return any(path["next_hop"] == server.address
                       and path["weight"] == 1000 * weight
                       for route in self.agent.show("routes")
                       for path in route["paths"])
        server.reweight(weight)
        wait_until(weighted, 10, f"{server.name}: weight {weight}")

    def stop(self):
        self.agent.stop()


class KernelBalancer(HeadgateBalancer):
    """BIRD and the kernel's ECMP: hash threshold over a multipath route."""

    name = "kernel"

    def __init__(self, lab):
        self.lab = lab
        self.weights = {}
        self.written = {}
        self.following = False
        self.bird = Bird(
            lab.host, f"{lab.folder}/balancer", BALANCER_CONFIG,
            address="10.0.0.1", table=BIRD_TABLE, up=HEADGATE_UP,
            local_as=HEADGATE_AS, router=ROUTER_UP, router_as=ROUTER_AS,
            sessions="".join(BALANCER_SESSION.format(
                name=server.name, local=HEADGATE_LAN, local_as=HEADGATE_AS,
                address=server.address, as_number=server.as_number)
                for server in lab.servers))

    def start(self):
        self.lab.host.run("sysctl", "-q", "-w",
                          "net.ipv4.fib_multipath_hash_policy=1")
        self.bird.start()
        self.following = True
        self.follower = threading.Thread(target=self.follow, daemon=True)
        self.follower.start()

    def follow(self):
        while self.following:
            wanted = {address: self.weights.get(address, 1)
                      for address in self.learned()}
            if wanted != self.written:
                self.write(wanted)
                self.written = wanted
            time.sleep(POLL_S)

    def learned(self):
        """Return the next hops of the VIP that BIRD has."""
        text = run("ip", "-j", "-n", self.lab.host.name, "route", "show",
                   "table", str(BIRD_TABLE), VIP, check=False)
        # Without a route there is no table, and the list is cut off.
        routes = json.loads(text) if text.strip().endswith("]") else []
        found = [hop for route in routes
                 for hop in route.get("nexthops", [route])]
        return sorted(hop["gateway"] for hop in found)

    def write(self, wanted):
        if not wanted:
            self.lab.host.run("ip", "route", "del", VIP, check=False)
            return
        hops = " ".join(f"nexthop via {address} weight {weight}"
                        for address, weight in wanted.items())
        self.lab.host.ip(f"route replace {VIP}/32 {hops}")

    def members(self):
        return set(self.written)

    def reweight(self, server, weight):
        self.weights[server.address] = weight
        wait_until(lambda: self.written.get(server.address) == weight, 10,
                   f"{server.name}: weight {weight}")

    def stop(self):
        self.following = False
        self.follower.join(5)
        self.bird.stop()
        self.written = {}


class ResilientBalancer(KernelBalancer):
    """BIRD and a resilient next-hop group of the kernel."""

    name = "resilient"

    def __init__(self, lab):
        super().__init__(lab)
        self.ids = {}

    def write(self, wanted):
        if not wanted:
            self.lab.host.run("ip", "route", "del", VIP, check=False)
            return
        for address in wanted:
            if address not in self.ids:
                self.ids[address] = FIRST_NEXTHOP + len(self.ids)
                self.lab.host.ip(f"nexthop replace id {self.ids[address]} "
                                 f"via {address} dev lan")
        group = "/".join(f"{self.ids[address]},{weight}"
                         for address, weight in wanted.items())
        self.lab.host.ip(
            f"nexthop replace id {GROUP} group {group} type resilient "
            f"buckets {RESILIENT_BUCKETS} idle_timer {RESILIENT_IDLE_S}",
            f"route replace {VIP}/32 nhid {GROUP}")


BALANCERS = {kind.name: kind for kind in (HeadgateBalancer, KernelBalancer,
                                          ResilientBalancer)}
