# SPDX-License-Identifier: BSD-2-Clause
"""The lab with servers behind routers.

              headgate (10.1.0.1)
                  | lan, 10.1.0.0/24
       ===+=======+====+============+===
          |            |            |
       server1       rack2        rack3        10.1.0.202, 10.1.0.203
       10.1.0.11       | 10.7.2.1   | 10.7.3.1
                    server2      server3       10.7.2.2, 10.7.3.2

The kernels of the racks forward. They know no route to the VIP but the one to
the router, by which a packet that is not inside another would come back.
"""

import os
import socket
import struct
import subprocess
from collections import namedtuple

from lab_case import LabCase
from lab import bird
from lab.frames import ETH_P_ALL, ETH_P_IP, ETH_P_IPV6, packet_socket_in
from lab.system import PYTHON, LabError, Namespace, connect
from lab.topology import (HEADGATE6_LAN, HEADGATE_AS, HEADGATE_LAN,
                          ROUTER6_LAN, ROUTER_LAN, VIP, VIP6, Lab, Server,
                          forwarding)

DECAPSULATOR = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                            "decapsulator.py")

GUE_PORT = 6080  # without --gue-port

# A session over routers.
MULTIHOP = """\
template bgp far {{
    local as {local_as};
    multihop 4;
    hold time {hold_time};
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
}}
"""

FAR = bird.COMMON + """\
protocol direct vip {{ ipv4; ipv6; interface "lo"; }}
""" + MULTIHOP + """\
protocol bgp headgate from far {{
    local {address};
    neighbor {neighbor} as {neighbor_as};
    ipv4 {{ import none; export filter {{
        # Encapsulation (RFC 9012 4.1): IP in IP
        bgp_ext_community.add((generic, 0x030c0000, 7));
        if net = {vip}/32 then accept; reject; }}; }};
}}
"""

FAR6 = """\
protocol bgp headgate6 from far {{
    local {address6};
    neighbor {neighbor6} as {neighbor_as};
    ipv6 {{ import none; export filter {{
        bgp_ext_community.add((generic, 0x030c0000, 7));
        if net = {vip6}/128 then accept; reject; }}; }};
}}
"""


Outer = namedtuple("Outer", "source destination protocol source_port port")

ETHERNET = 14
FRAME_SIZE = 2048


def outer_of(frame):
    """Return the outer header of an IP packet without options; ports are those
    of UDP."""
    ethertype, = struct.unpack_from("!H", frame, ETHERNET - 2)
    packet = frame[ETHERNET:]
    if ethertype == ETH_P_IP:
        family, addresses, end, protocol = socket.AF_INET, 12, 20, packet[9]
    elif ethertype == ETH_P_IPV6:
        family, addresses, end, protocol = socket.AF_INET6, 8, 40, packet[6]
    else:
        return None
    half = (end - addresses) // 2
    source, destination = (
        socket.inet_ntop(family, packet[at:at + half])
        for at in (addresses, addresses + half))
    ports = (None, None)
    if protocol == socket.IPPROTO_UDP:
        ports = struct.unpack_from("!HH", packet, end)
    return Outer(source, destination, protocol, *ports)


class OuterHeaders:
    """The outer headers of packets that reach a far server from now on."""

    protocols = (socket.IPPROTO_IPIP, socket.IPPROTO_IPV6, socket.IPPROTO_GRE,
                 socket.IPPROTO_UDP)

    def __init__(self, server):
        self.addresses = (server.address, server.address6)
        self.sock = packet_socket_in(server.namespace)
        self.sock.bind(("eth0", ETH_P_ALL))
        self.sock.setblocking(False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def read(self):
        """Return those that have arrived since the last call."""
        found = []
        try:
            while True:
                found.append(outer_of(self.sock.recv(FRAME_SIZE)))
        except BlockingIOError:
            pass
        return [outer for outer in found
                if outer and outer.destination in self.addresses
                and outer.protocol in self.protocols]


class FarServer(Server):
    """A server behind its rack's router, with the end of a tunnel."""

    def __init__(self, lab, number):
        self.rack_address = f"10.1.0.{200 + number}"
        self.rack_address6 = f"2001:db8:1::{200 + number}"
        self.network = f"10.7.{number}"
        self.network6 = f"2001:db8:7:{number}"
        self.rack = Namespace(lab.prefix, f"rack{number}",
                              [*lab.sysctls, *forwarding(True)])
        lab.plug_in(self.rack, "lan", f"rack{number}")
        lab.host.ip(f"route add {self.network}.0/24 via {self.rack_address}")
        self.decapsulator = None
        self.encap = lab.encaps[number - lab.near - 1]
        self.number = number
        # The base lays a cable from this host's eth0.
        super().__init__(RackSwitch(lab, self), number)
        self.lab = lab
        self.address = f"{self.network}.2"
        self.address6 = f"{self.network6}::2"

    def make_bird(self, lab, folder):
        more = {}
        if lab.ipv6:
            more = {"address6": f"{self.network6}::2", "vip6": VIP6,
                    "neighbor6": HEADGATE6_LAN}
        return bird.Bird(self.namespace, folder,
                         FAR + FAR6 if lab.ipv6 else FAR,
                         address=f"{self.network}.2", local_as=self.as_number,
                         neighbor=HEADGATE_LAN, neighbor_as=HEADGATE_AS,
                         vip=VIP, **more)

    def configure(self):
        self.rack.ip(f"address add {self.rack_address}/24 dev lan",
                     f"address add {self.network}.1/24 dev server",
                     f"route add default via {ROUTER_LAN}")
        self.namespace.ip(f"address add {VIP}/32 dev lo",
                          f"address add {self.network}.2/24 dev eth0",
                          f"route add default via {self.network}.1")
        for name in ("all", "default", "eth0"):
            self.namespace.run("sysctl", "-q", "-w",
                               f"net.ipv4.conf.{name}.rp_filter=0")

    def configure_ipv6(self):
        self.rack.ip(f"address add {self.rack_address6}/64 dev lan",
                     f"address add {self.network6}::1/64 dev server",
                     f"route add default via {ROUTER6_LAN}")
        self.namespace.ip(f"address add {VIP6}/128 dev lo",
                          f"address add {self.network6}::2/64 dev eth0",
                          f"route add default via {self.network6}::1")

    def start(self):
        self.decapsulator = self.namespace.start(
            [PYTHON, DECAPSULATOR, "tunnel", str(self.lab.gue_port)],
            stdout=subprocess.PIPE, text=True)
        if self.decapsulator.stdout.readline() != "ready\n":
            raise LabError(f"{self.name}: the end of the tunnel has ended")
        super().start()

    def count_outer(self):
        """Return the packets that have come out of the tunnel."""
        return int(self.namespace.run(
            "cat", "/sys/class/net/tunnel/statistics/rx_packets"))


class RackSwitch:
    """The lab as a far server sees it: its cable goes to the rack's router."""

    def __init__(self, lab, server):
        self.lab = lab
        self.server = server

    def __getattr__(self, name):
        return getattr(self.lab, name)

    def plug_in(self, namespace, interface, _):
        connect(namespace, interface, self.server.rack, "server")


class FarLab(Lab):
    """The first servers are on the LAN, `near` of them; the others are behind
    routers, each with its own encapsulation."""

    gue_port = GUE_PORT

    def __init__(self, encaps=("bgp", "gre", "gue"), near=1, **options):
        self.encaps = encaps
        self.near = near
        super().__init__(**options)

    def server_class(self, lab, number):
        return (Server if number <= self.near else FarServer)(lab, number)

    def build(self, servers):
        super().build(servers)
        if self.ipv6:
            for server in self.far():
                self.host.ip(f"route add {server.network6}::/64 via "
                             f"{server.rack_address6}")

    def far(self):
        return self.servers[self.near:]

    def agent_flags(self):
        # With a window, datagrams right after the start go to few servers.
        flags = super().agent_flags() + ["--skip-igp-cost",
                                         "--affinity-window", "0"]
        for server in self.far():
            keys = ("as=65001-65099,role=backend,multihop=4,"
                    f"encap={server.encap}")
            flags += ["--neighbor", f"{server.network}.0/24,{keys}"]
            if self.ipv6:
                flags += ["--neighbor", f"{server.network6}::/64,{keys}"]
        return flags


class FarCase(LabCase):
    """Four servers, three of them behind routers of their own."""

    lab_class = FarLab
    options = {"servers": 4, "ipv6": True, "forwarding": True}
