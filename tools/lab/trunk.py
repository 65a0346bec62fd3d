# SPDX-License-Identifier: BSD-2-Clause
"""Build the lab on one switch: Headgate has one cable, and VLAN tags tell the
links on it apart.
"""

import socket
import struct

from .frames import ETH_P_ALL, SOL_PACKET, packet_socket_in
from .system import LabError, connect, run
from .topology import (CLIENT_ADDRESS, HEADGATE_LAN, HEADGATE_UP, ROUTER_CLIENT,
                       ROUTER_LAN, ROUTER_UP, VIP, Lab, Server)

DRAWING = """\
    client               router               headgate          server1 ..
    198.51.100.2 ------- 198.51.100.1
                         eth0 and, by tags,   eth0 and so on    eth0 and so on
                         10.0.255.1 (up)      10.0.255.2 (up)
                         10.1.0.254 (lan)     10.1.0.1 (lan)    10.1.0.11 (lan)
                            |                    |                 |
                      ======+====================+=================+======
                             a bridge that forwards all frames unchanged

  `up` and `lan` are eth0 itself or devices on it: eth0.10 for the tag 10,
  eth0.200.20 for the service tag 200 (802.1ad) around the tag 20.
"""

# Priority bits of the router's frames: on the outer tag, on the inner one.
PRIORITY = 5
INNER_PRIORITY = 3
# The MTU of a link, and room for two tags.
TRUNK_MTU = 1508
LINK_MTU = 1500

PACKET_AUXDATA = 8
AUXDATA = struct.Struct("IIIHHHH")
VLAN_VALID, TPID_VALID = 0x10, 0x40
TAGS = (0x8100, 0x88a8)
ETH_P_8021Q = 0x8100


def why_no_vlans():
    """Return the kernel's error message, or "" if it has VLAN devices."""
    try:
        run("unshare", "-n", "sh", "-c",
            "ip link add trunk type veth && "
            "ip link add link trunk name tagged type vlan id 1")
    except LabError as refused:
        return str(refused).rpartition(":")[2].strip()
    return ""


def add_link(namespace, tags, priorities):
    """Make a device on eth0 for each of `tags`, outermost first; return the name
    of the last one."""
    name = "eth0"
    for number, tag in enumerate(tags):
        protocol = "802.1ad" if number < len(tags) - 1 else "802.1Q"
        below, name = name, f"{name}.{tag}"
        namespace.ip(f"link add link {below} name {name} type vlan "
                     f"protocol {protocol} id {tag} "
                     f"egress-qos-map 0:{priorities[number]}",
                     f"link set {name} mtu {LINK_MTU} up")
    return name


class TrunkServer(Server):

    def __init__(self, lab, number):
        self.tags = lab.lan_tags
        super().__init__(lab, number)

    def configure(self):
        link = add_link(self.namespace, self.tags, (0, 0))
        self.namespace.ip(f"address add {VIP}/32 dev lo",
                          f"address add {self.address}/24 dev {link}",
                          f"route add default via {ROUTER_LAN}")

    def watch_tags(self):
        return TagWatch(self.namespace)


class TagWatch:
    """The tags of the frames for the VIP that reach a server's eth0. The kernel
    reports the outermost tag beside the frame, in PACKET_AUXDATA."""

    def __init__(self, namespace):
        self.sock = packet_socket_in(namespace)
        self.sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.sock.setblocking(False)
        self.sock.bind(("eth0", ETH_P_ALL))

    def close(self):
        """Return the set of tags seen, outermost first: (protocol, priority,
        id)."""
        seen = set()
        while message := self.receive():
            frame, (status, *_, control, protocol) = message
            tags, packet = split(frame)
            if status & VLAN_VALID:
                outer = protocol if status & TPID_VALID else ETH_P_8021Q
                tags = (tag_of(outer, control), *tags)
            if packet[16:20] == socket.inet_aton(VIP):
                seen.add(tags)
        self.sock.close()
        return seen

    def receive(self):
        try:
            frame, notes, _, _ = self.sock.recvmsg(
                2 * TRUNK_MTU, socket.CMSG_SPACE(AUXDATA.size))
        except BlockingIOError:
            return None
        return frame, AUXDATA.unpack(notes[0][2])


def tag_of(protocol, control):
    return protocol, control >> 13, control & 0xfff


def split(frame):
    """Return the tags in a frame, and its packet."""
    tags, at = [], 12
    while (protocol := int.from_bytes(frame[at:at + 2])) in TAGS:
        tags.append(tag_of(protocol, int.from_bytes(frame[at + 2:at + 4])))
        at += 4
    return tuple(tags), frame[at + 2:]


class TrunkLab(Lab):
    """The lab of the drawing above. `up_tags` and `lan_tags` are the tags of the
    links to the router and to the servers, outermost first. With `offload`, the
    kernel keeps the tags of received frames beside the frame, as for most
    network cards, and the program does not see them."""

    server_class = TrunkServer

    def __init__(self, servers=3, up_tags=(), lan_tags=(), offload=False):
        self.up_tags, self.lan_tags = up_tags, lan_tags
        self.offload = "on" if offload else "off"
        super().__init__(servers=servers)

    def lay_cables(self):
        self.lan.ip("link add br0 type bridge", "link set br0 up")
        connect(self.client, "eth0", self.router, "client")
        self.client.ip(f"address add {CLIENT_ADDRESS}/24 dev eth0",
                       f"route add default via {ROUTER_CLIENT}")
        self.plug_in(self.router, "eth0", "router")
        self.plug_in(self.host, "eth0", "headgate")
        self.accept_xdp_frames(self.lan, "headgate")
        self.router.ip(f"address add {ROUTER_CLIENT}/24 dev client")
        self.number(self.router, ROUTER_UP, ROUTER_LAN,
                    (PRIORITY, INNER_PRIORITY))
        self.number(self.host, HEADGATE_UP, HEADGATE_LAN, (0, 0))

    def plug_in(self, namespace, interface, port):
        super().plug_in(namespace, interface, port)
        for end, name in ((namespace, interface), (self.lan, port)):
            end.run("ethtool", "-K", name, "txvlan", self.offload,
                    "tx-vlan-stag-hw-insert", self.offload)
            end.ip(f"link set {name} mtu {TRUNK_MTU}")

    def number(self, namespace, up_address, lan_address, priorities):
        up = add_link(namespace, self.up_tags, priorities)
        lan = add_link(namespace, self.lan_tags, priorities)
        namespace.ip(f"address add {up_address}/30 dev {up}",
                     f"address add {lan_address}/24 dev {lan}")

    def agent_interfaces(self):
        return ["eth0"]
