# SPDX-License-Identifier: BSD-2-Clause
"""The lab of failover.py: a generator, a balancer and four servers, each at the end of a
cable of its own from the balancer's point of view.

    generator 10.0.255.1 -- up -- 10.0.255.2 balancer -- lan -- 10.1.0.1/24, a bridge
                                                          server2 .. server4  10.1.0.12 ..
                                             balancer -- own -- 10.1.1.1/24
                                                          server1  10.1.1.11, the victim

The generator sends frames by one packet socket and receives at each server by another, in
one process, so that all times are of one clock.
"""

import ctypes
import fcntl
import mmap
import os
import select
import signal
import socket
import struct
import sys
import time

BENCH = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(BENCH, "..", "..", "tools")]

from death_watch import checksum, vip_address  # noqa: E402 (the path comes first)
from lab.agent import Headgate  # noqa: E402
from lab.bird import Bird  # noqa: E402
from lab.bpf import open_map  # noqa: E402
from lab.steering import (NEXTHOP, NEXTHOP_SLOTS, address_of,  # noqa: E402
                          read_nexthops)
from lab.system import LabError, Namespace, connect, wait_until  # noqa: E402
from lab.topology import Lab  # noqa: E402

SERVERS = 4
BALANCER_AS, FIRST_AS = 64512, 65001
GENERATOR, BALANCER_UP = "10.0.255.1", "10.0.255.2"
VIPS = "198.18.0.0/15"
BFD_MS, BFD_COUNT = 100, 3
CANDIDATES = 16384
SOURCE = "198.51.100.2"
FIRST_PORT = 1024
RATE = 10000        # packets a second
CALM_S, QUIET_S, LAST_S, LIMIT_S = 0.5, 1.0, 0.05, 15
CONVERGE_S = 120
MS = 1000
SO_RCVBUFFORCE, RECEIVE_BUFFER = 33, 64 << 20
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
ETH_P_IP = 0x0800
PAYLOAD_OFFSET = 14 + 20 + 8
ALIVE_OFFSET = struct.calcsize("=6s6sIH")

EVENTS = ("carrier", "reset", "bfd", "silence", "stop")

SERVER_CONFIG = """\
log "{folder}/bird.log" all;
router id {address};
protocol device {{ scan time 2; }}
{bfd}
protocol static vips {{
    ipv4;
{routes}
}}
protocol bgp balancer {{
    local {address} as {local_as};
    neighbor {neighbor} as {neighbor_as};
    hold time 9;
    connect delay time 1;
    connect retry time 1;
    error wait time 1, 2;
    {bfd_key}
    ipv4 {{ import none; export all; next hop self; }};
}}
"""

BIRD_CONFIG = """\
log "{folder}/bird.log" all;
router id {address};
protocol device {{ scan time 2; }}
{bfd}
protocol kernel {{
    scan time 3600;
    merge paths on limit 64;
    ipv4 {{ import none; export where source = RTS_BGP; }};
}}
{sessions}
"""

BIRD_SESSION = """\
protocol bgp {name} {{
    local {local} as {local_as};
    neighbor {address} as {as_number};
    passive on;
    hold time 9;
    {bfd_key}
    ipv4 {{ import all; export none; }};
}}
"""

BFD_PROTOCOL = (f'protocol bfd {{ interface "*" {{ interval {BFD_MS} ms; '
                f"multiplier {BFD_COUNT}; }}; }}")

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


class InNamespace:
    """Run a block in a network namespace; sockets opened there stay there."""

    def __init__(self, namespace):
        self.path = f"/run/netns/{namespace.name}"

    def enter(self, path):
        with open(path, "rb") as file:
            if libc.setns(file.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"setns to {path}")

    def __enter__(self):
        self.before = open("/proc/self/ns/net", "rb")
        self.enter(self.path)

    def __exit__(self, *_):
        libc.setns(self.before.fileno(), CLONE_NEWNET)
        self.before.close()


class EndServer:
    """A server without services: it announces all VIPs, and counts."""

    def __init__(self, lab, number, event):
        self.name = f"server{number}"
        own = number == 1
        self.address = "10.1.1.11" if own else f"10.1.0.{10 + number}"
        self.as_number = FIRST_AS + number - 1
        self.gateway = "10.1.1.1" if own else "10.1.0.1"
        self.namespace = Namespace(lab.prefix, self.name,
                                   ["net.ipv4.conf.all.arp_ignore=1"])
        if own:
            connect(self.namespace, "eth0", lab.host, "own")
            lab.accept_xdp_frames(self.namespace, "eth0")
        else:
            connect(self.namespace, "eth0", lab.lan, self.name)
            lab.lan.ip(f"link set {self.name} master br0")
        self.namespace.ip(f"address add {self.address}/24 dev eth0")
        with_bfd = event == "bfd"
        self.bird = Bird(
            self.namespace, f"{lab.folder}/{self.name}", SERVER_CONFIG,
            address=self.address, local_as=self.as_number,
            neighbor=self.gateway, neighbor_as=BALANCER_AS,
            bfd=BFD_PROTOCOL if with_bfd else "",
            bfd_key="bfd on;" if with_bfd else "",
            routes="\n".join(f"    route {vip_address(i)}/32 unreachable;"
                             for i in range(lab.vips)))


class FailoverLab(Lab):

    def __init__(self, event, vips):
        self.event = event
        self.vips = vips
        super().__init__(servers=SERVERS)

    def build(self, servers):
        self.make_folder()
        self.router = Namespace(self.prefix, "generator")
        self.host = Namespace(self.prefix, "balancer",
                              ["net.ipv4.ip_forward=1",
                               "net.ipv4.fib_multipath_hash_policy=1"])
        self.lan = Namespace(self.prefix, "lan")
        self.lan.ip("link add br0 type bridge", "link set br0 up")
        connect(self.router, "up", self.host, "up")
        self.accept_xdp_frames(self.router, "up")
        self.plug_in(self.host, "lan", "balancer")
        self.accept_xdp_frames(self.lan, "balancer")
        self.router.ip(f"address add {GENERATOR}/30 dev up")
        self.host.ip(f"address add {BALANCER_UP}/30 dev up",
                     "address add 10.1.0.1/24 dev lan",
                     f"route add default via {GENERATOR}")
        self.servers = [EndServer(self, i + 1, self.event)
                        for i in range(servers)]
        self.host.ip("address add 10.1.1.1/24 dev own")
        self.headgate = None


class HeadgateDaemon:
    name = "headgate"

    def __init__(self, lab, event):
        bfd = ",bfd" if event == "bfd" else ""
        flags = ["--as", str(BALANCER_AS), "--router-id", "10.0.0.1",
                 *(word for name in ("up", "lan", "own")
                   for word in ("--interface", name)), "--vip", VIPS,
                 "--bfd-interval", str(BFD_MS),
                 "--bfd-multiplier", str(BFD_COUNT),
                 # Its UDP flows have no packet that begins them.
                 "--affinity-window", "0"]
        for server in lab.servers:
            flags += ["--neighbor", f"{server.address}/32,"
                      f"as={server.as_number},role=backend,max-prefix=20000"
                      + bfd]
        self.lab = lab
        self.agent = Headgate(lab.host, lab.folder, flags, log_level="info")

    def start(self):
        self.agent.start()

    def is_ready(self):
        status = self.agent.show("status")
        return status["vips"]["forwarding"] == self.lab.vips and \
            len(self.agent.living()) == SERVERS

    def map_alive(self, address):
        pins = self.agent.pins
        slot = next(i for i, nexthop in enumerate(read_nexthops(pins))
                    if address_of(nexthop) == address)
        size = struct.calcsize(NEXTHOP)
        memory = mmap.mmap(open_map(f"{pins}/nexthops"), NEXTHOP_SLOTS * size,
                           mmap.MAP_SHARED, mmap.PROT_READ)
        return lambda: memory[slot * size + ALIVE_OFFSET] == 1

    def stop(self):
        self.agent.stop()


class BirdDaemon:
    name = "bird"

    def __init__(self, lab, event):
        key = "bfd on;" if event == "bfd" else ""
        self.lab = lab
        self.bird = Bird(
            lab.host, f"{lab.folder}/balancer", BIRD_CONFIG,
            address="10.0.0.1", bfd=BFD_PROTOCOL if key else "",
            sessions="".join(BIRD_SESSION.format(
                name=server.name, local=server.gateway,
                local_as=BALANCER_AS, address=server.address,
                as_number=server.as_number, bfd_key=key)
                for server in lab.servers))

    def start(self):
        self.bird.start()

    def is_ready(self):
        """All servers are next hops of the last VIP, and all VIPs are there."""
        text = self.lab.host.run("ip", "route", "show", "proto", "bird")
        vips = text.count("198.18.")
        return vips == self.lab.vips and \
            text.count("nexthop") == SERVERS * self.lab.vips

    def map_alive(self, _):
        return None

    def stop(self):
        self.bird.stop()


DAEMONS = {kind.name: kind for kind in (HeadgateDaemon, BirdDaemon)}


def build_frame(macs, index, vips):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 32, 0, 0, 64, 17, 0,
                       socket.inet_aton(SOURCE),
                       socket.inet_aton(vip_address(index % vips)))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return (macs + struct.pack("!H", ETH_P_IP) + head + struct.pack(
        "!HHHH", FIRST_PORT + index, 80, 12, 0))


class Watch:
    """Send numbered packets, and note where each arrives."""

    def __init__(self, lab):
        with InNamespace(lab.router):
            self.sender = packet_socket("up")
            own = self.sender.getsockname()[4]
        target = lab.host.run("cat", "/sys/class/net/up/address").strip()
        macs = bytes.fromhex(target.replace(":", "")) + own
        self.receivers = []
        for server in lab.servers:
            with InNamespace(server.namespace):
                self.receivers.append(packet_socket("eth0"))
        self.frames = [build_frame(macs, i, lab.vips)
                       for i in range(CANDIDATES)]
        self.sent = []      # time of each number
        self.arrived = {}   # number -> set of indices of servers

    def send(self, index):
        number = len(self.sent)
        self.sent.append(time.monotonic())
        try:
            self.sender.send(self.frames[index] + struct.pack("!I", number))
        except OSError:
            pass  # the queue is full: it counts as lost

    def receive(self):
        ready = select.select(self.receivers, [], [], 0)[0]
        for sock in ready:
            server = self.receivers.index(sock)
            while True:
                try:
                    frame = sock.recv(256)
                except OSError:
                    break  # nothing waits, or the link went down
                if len(frame) >= PAYLOAD_OFFSET + 4 and frame[23] == 17:
                    number, = struct.unpack_from("!I", frame, PAYLOAD_OFFSET)
                    self.arrived.setdefault(number, set()).add(server)

    def choose(self):
        """Return the candidates that reach the victim."""
        for index in range(CANDIDATES):
            self.send(index)
            if index % 16 == 0:
                self.receive()
                time.sleep(0.001)
        time.sleep(0.2)
        self.receive()
        chosen = [n for n in range(CANDIDATES) if self.arrived.get(n) == {0}]
        self.sent.clear()
        self.arrived.clear()
        return chosen

    def is_saved(self, number):
        """True if the packet reached another server than the victim."""
        return bool(self.arrived.get(number, set()) - {0})

    def pump(self, chosen, seconds, step=lambda: None):
        """Send at the rate for so long, with step() after each round."""
        begin = now = time.monotonic()
        first = len(self.sent)
        while now - begin < seconds:
            now = time.monotonic()
            step()
            while len(self.sent) - first < (now - begin) * RATE:
                self.send(chosen[len(self.sent) % len(chosen)])
            self.receive()


def packet_socket(interface):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_IP))
    sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    sock.bind((interface, ETH_P_IP))
    sock.setblocking(False)
    return sock


def set_down(namespace, interface):
    """Take a link down by ioctl: `ip` would start first, for milliseconds."""
    with InNamespace(namespace), socket.socket() as sock:
        request = bytearray(struct.pack("16sh22x", interface.encode(), 0))
        fcntl.ioctl(sock, SIOCGIFFLAGS, request)
        flags, = struct.unpack_from("h", request, 16)
        struct.pack_into("h", request, 16, flags & ~IFF_UP)
        fcntl.ioctl(sock, SIOCSIFFLAGS, request)


def lose(lab, event):
    """Lose the victim; return the time of it."""
    victim = lab.servers[0]
    now = time.monotonic()
    if event == "carrier":
        set_down(victim.namespace, "eth0")
    elif event == "reset":
        victim.bird.process.signal_group(signal.SIGKILL)
    else:
        victim.bird.freeze()
    if event in ("bfd", "silence"):
        # Neither ARP nor TCP leaves the host; frames for VIPs still arrive.
        victim.namespace.ip("link set eth0 arp off",
                            f"address del {victim.address}/24 dev eth0")
    return now


def measure(lab, name, event):
    """Lose the victim under load. Returns times in milliseconds."""
    daemon = DAEMONS[name](lab, event)
    try:
        for server in lab.servers:
            server.bird.start()
        daemon.start()
        wait_until(daemon.is_ready, CONVERGE_S, f"{name}: all VIPs", pause=0.2)
        time.sleep(2)
        return watch_loss(lab, daemon, event)
    finally:
        daemon.stop()
        for server in lab.servers:
            server.bird.thaw()
            server.bird.kill()


def watch_loss(lab, daemon, event):
    watch = Watch(lab)
    chosen = watch.choose()
    if not chosen:
        raise LabError("no flow reaches the victim")
    alive = daemon.map_alive(lab.servers[0].address)
    watch.pump(chosen, CALM_S)
    lost_at = lose(lab, event)
    alive_at = lost_at

    def note_alive():
        nonlocal alive_at
        now = time.monotonic()
        if alive and alive():
            alive_at = now

    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        begin = len(watch.sent)
        watch.pump(chosen, QUIET_S, note_alive)
        time.sleep(LAST_S)
        watch.receive()
        if all(map(watch.is_saved, range(begin, len(watch.sent)))):
            break
    last = max((time_ for number, time_ in enumerate(watch.sent)
                if time_ > lost_at and not watch.is_saved(number)),
               default=lost_at)
    result = {"loss_ms": round((last - lost_at) * MS, 2), "flows": len(chosen)}
    if alive and not alive():
        result["detection_ms"] = round((alive_at - lost_at) * MS, 2)
        result["store_ms"] = round(max(0, last - alive_at) * MS, 2)
    return result
