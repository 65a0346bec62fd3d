# SPDX-License-Identifier: BSD-2-Clause
"""The lab of scale.py: thousands of next hops at one end of a cable.

    speakers 172.16.0.11 .. .74, AS 65001 ..  ----  172.16.0.1 Headgate or BIRD
    upstream 172.16.0.200, AS 64500                 10.64.255.254/16
    next hops 10.64.0.1 ..

The far end answers ARP for all next hops, because a route makes 10.64.0.0/19 its
own addresses; a more specific route takes one away. Up to 64 next hops have a
session each; more share 64 sessions by ADD-PATH (RFC 7911). All next hops
announce all VIPs, the first addresses of 198.18.0.0/15.

Speakers run in this process and only while it waits: pump() sends and reads.
"""

import json
import os
import random
import re
import select
import subprocess
import sys
import time

BENCH = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(BENCH, "..", "..", "tools"),
                os.path.join(BENCH, "..", "lab")]

import raw_bgp as bgp  # noqa: E402 (the path comes first)
from lab.agent import BUILD, Headgate  # noqa: E402
from lab.control import Control  # noqa: E402
from lab.steering import (NEXTHOP_ALIVE, address_of,  # noqa: E402
                          read_group_buckets, read_groups, read_nexthops)
from lab.system import PYTHON, LabError, Namespace, connect  # noqa: E402
from lab.topology import Lab  # noqa: E402
from passive_bird import EXPORTS, KERNEL, PassiveBird  # noqa: E402
from raw_speaker import Speaker, dial, read_all, reset  # noqa: E402

DAEMON, DAEMON_AS = "172.16.0.1", 64512
UPSTREAM, UPSTREAM_AS = "172.16.0.200", 64500
FIRST_AS = 65001
MAX_SESSIONS = 64
HOST_IN_NEXT_HOPS = "10.64.255.254"
HOST_IN_GENERATOR = "172.16.1.254/24"  # with the next hops of bgp_generator
NEXT_HOPS = "10.64.0.0/19"
VIPS = "198.18.0.0/15"
TABLE_SIZE, TABLE_SLOTS = 16384, 4095
NS_PER_S = 10 ** 9
PAGE = os.sysconf("SC_PAGESIZE")
IDLE_S, IDLE_CPU_S = 0.3, 0.01
ADD_PATH_SEND = 2

BIRD_IMPORTS = f"import keep filtered; import where net ~ [{VIPS}+]; export none;"


def speaker_address(index):
    return f"172.16.0.{11 + index}"


def next_hop_address(index):
    return f"10.64.{(index + 1) >> 8}.{(index + 1) & 0xff}"


def vip_prefix(index):
    return f"198.18.{index >> 8}.{index & 0xff}/32"


class ScaleLab(Lab):
    """The cable of the drawing, instead of the demo's lab."""

    def build(self, servers):
        self.make_folder()
        self.peers = Namespace(self.prefix, "peers")
        self.hop = Namespace(self.prefix, "hop")  # scale_death.py
        self.host = Namespace(self.prefix, "daemon",
                              ["net.ipv4.ip_forward=1"])
        connect(self.peers, "eth0", self.host, "eth0")
        self.host.ip(f"address add {DAEMON}/24 dev eth0",
                     f"address add {HOST_IN_NEXT_HOPS}/16 dev eth0",
                     f"address add {HOST_IN_GENERATOR} dev eth0")
        self.peers.ip(f"address add {UPSTREAM}/24 dev eth0",
                      *(f"address add {speaker_address(i)}/24 dev eth0"
                        for i in (*range(MAX_SESSIONS), 100)),
                      f"route add {HOST_IN_NEXT_HOPS} dev eth0")
        self.answer_all()

    def answer_all(self):
        """Let all next hops answer."""
        self.peers.ip(f"route replace local {NEXT_HOPS} dev lo")
        self.peers.run("ip", "route", "flush", "table", "local", "type",
                       "unreachable", check=False)

    def silence_all(self):
        self.peers.ip(f"route del local {NEXT_HOPS} dev lo")

    def silence(self, index):
        self.peers.ip(f"route add unreachable {next_hop_address(index)} "
                      "table local")


class Upstream(Speaker):
    """Counts what is withdrawn, and the messages."""

    withdrawn = 0

    def take_update(self, update):
        self.withdrawn += len(update.withdrawn)
        super().take_update(update)


class Backend(Speaker):
    """The session of some next hops; `output` is still to be sent."""

    output = memoryview(b"")

    def transmit(self):
        try:
            self.output = self.output[self.sock.send(self.output):]
        except BlockingIOError:
            pass
        except OSError:
            self.output = memoryview(b"")
            self.take_input()


class Farm:
    """All sessions of a scene."""

    def __init__(self, lab, next_hops, vips, options):
        self.lab = lab
        self.next_hops = next_hops
        self.vips = [vip_prefix(i) for i in range(vips)]
        self.random = random.Random(options.seed)
        self.order = options.order
        self.sessions = min(next_hops, MAX_SESSIONS)
        self.add_path = next_hops > MAX_SESSIONS
        self.backends = []

    def connect_upstream(self):
        self.upstream = Upstream(dial(self.lab.peers, UPSTREAM, DAEMON))
        self.upstream.establish(UPSTREAM_AS, UPSTREAM)

    def connect_backends(self):
        self.backends = [self.connect_backend(i) for i in range(self.sessions)]

    def connect_backend(self, index):
        as_number = FIRST_AS + index
        capabilities = bgp.usual_capabilities(as_number)
        if self.add_path:
            capabilities += bgp.capability(
                bgp.CAP_ADD_PATH, bgp.u16(bgp.IPV4)
                + bgp.u8(bgp.UNICAST, ADD_PATH_SEND))
        backend = Backend(dial(self.lab.peers, speaker_address(index), DAEMON))
        return backend.establish(as_number, speaker_address(index),
                                 capabilities=capabilities)

    def stream(self, index):
        """Return the UPDATEs of a session, each as full as possible."""
        vips = list(map(bgp.prefix, self.vips))
        if self.order == "own":
            self.random.shuffle(vips)
        messages = []
        for number in range(index, self.next_hops, self.sessions):
            path = bgp.u32(number + 1) if self.add_path else b""
            attributes = (bgp.origin(), bgp.as_path(FIRST_AS + index),
                          bgp.next_hop(next_hop_address(number)))
            count = (bgp.MAX_MESSAGE - 100) // len(path + vips[0])
            messages += [bgp.update(*attributes, nlri=b"".join(
                path + vip for vip in vips[at:at + count]))
                         for at in range(0, len(vips), count)]
        return memoryview(b"".join(messages))

    def prepare(self):
        """Return the streams of all sessions, for send()."""
        return [self.stream(i) for i in range(self.sessions)]

    def send(self, streams):
        """Let pump() send the streams."""
        for backend, stream in zip(self.backends, streams):
            backend.output = stream

    def pump(self, seconds):
        """Send and read for that time."""
        deadline = time.monotonic() + seconds
        while True:
            sending = {b.sock: b for b in self.backends
                       if b.output and not b.closed}
            reading = {s.sock: s for s in (self.upstream, *self.backends)
                       if not s.closed}
            left = max(0, deadline - time.monotonic())
            readable, writable, _ = select.select(list(reading), list(sending),
                                                  [], left)
            for sock in readable:
                reading[sock].take_input()
            for sock in writable:
                if not sending[sock].closed:
                    sending[sock].transmit()
            if time.monotonic() >= deadline:
                return

    def lose(self, backends):
        for backend in backends:
            if not backend.closed:
                reset(backend.sock)
                backend.closed = True

    def lost_sessions(self):
        return sum(s.closed for s in (self.upstream, *self.backends))

    def close(self):
        for speaker in (self.upstream, *self.backends):
            speaker.close()

    def announced(self):
        return len(self.upstream.table) == len(self.vips)

    def withdrawn(self):
        return not self.upstream.table


class Daemon:
    """Base class of both daemons: a process, observed from outside."""

    def schedstat(self):
        with open(f"/proc/{self.daemon.process.pid}/schedstat",
                  encoding="ascii") as file:
            return [int(field) / NS_PER_S for field in file.read().split()[:2]]

    def cpu_seconds(self):
        return self.schedstat()[0]

    def resident(self):
        """Return the resident memory without shared pages: without libraries and
        Headgate's tables, which are memory of the kernel."""
        with open(f"/proc/{self.daemon.process.pid}/statm",
                  encoding="ascii") as file:
            _, resident, shared, *_ = file.read().split()
        return (int(resident) - int(shared)) * PAGE

    def sleeps(self):
        with open(f"/proc/{self.daemon.process.pid}/stat",
                  encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "S"

    def wait_idle(self, pump, seconds):
        """Wait until the daemon uses no CPU time and does not wait for any;
        return the time at which it began to be idle."""
        deadline = time.monotonic() + seconds
        before, since = self.cpu_seconds(), time.monotonic()
        while time.monotonic() - since < IDLE_S:
            pump(0.01)
            now = self.cpu_seconds()
            if now - before > IDLE_CPU_S or not self.sleeps():
                before, since = now, time.monotonic()
            if time.monotonic() > deadline:
                raise LabError(f"{self.name}: not idle in {seconds} s")
        return since


class HeadgateDaemon(Daemon):
    name = "headgate"

    def __init__(self, lab, arguments=()):
        self.lab = lab
        self.daemon = Headgate(lab.host, lab.folder, [
            "--as", str(DAEMON_AS), "--router-id", DAEMON,
            "--interface", "eth0", "--vip", VIPS,
            "--maximum-paths", str(TABLE_SLOTS),
            "--table-size", str(TABLE_SIZE),
            "--neighbor", f"172.16.0.0/25,as={FIRST_AS}-{FIRST_AS + 199},"
            "role=backend,add-path=receive,next-hop=any,"
            "max-prefix=10000000,max-paths=65535",
            "--neighbor", f"{UPSTREAM},as={UPSTREAM_AS},role=upstream,passive", *arguments],
            log_level="info")  # debug lines cost as much as the work

    def start(self):
        self.daemon.start()
        self.control = Control(self.daemon.socket, 120)
        self.log_offset = 0
        self.heart = self.lab.host.start(
            [PYTHON, f"{BENCH}/heartbeat.py", self.daemon.socket],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def stop(self):
        self.control.close()
        self.heart.stdin.close()
        self.heart.wait(10)
        self.daemon.stop()
        os.remove(self.daemon.log_path)

    def heartbeat(self):
        """End a period of the heartbeat and return its numbers."""
        self.heart.stdin.write("\n")
        self.heart.stdin.flush()
        return json.loads(self.heart.stdout.readline())

    def deaths(self):
        """Return the next hops that the log calls dead since the last call."""
        with open(self.daemon.log_path, encoding="utf-8") as file:
            file.seek(self.log_offset)
            text = file.read()
            self.log_offset = file.tell()
        return re.findall(r"nexthop: (\S+): dead", text)

    def turns(self):
        return self.control.show("status")["loop"]

    def nexthops_alive(self):
        return self.control.show("status")["nexthops"]["alive"]

    def read_tables(self):
        """Return the slots of `nexthops` and those that the tables of all VIPs
        lead to; None if a VIP has no table."""
        pins = self.daemon.pins
        nexthops = read_nexthops(pins)
        groups = read_groups(pins)
        slots = {slot for group in set(groups.values())
                 for bucket in read_group_buckets(pins, group, TABLE_SIZE)
                 for slot in bucket[:2]} - {0}
        return nexthops, slots, len(groups)

    def exact(self, vips, next_hops):
        """True if all VIPs have tables that lead to exactly these next hops."""
        nexthops, slots, count = self.read_tables()
        return (count == vips
                and {address_of(nexthops[slot]) for slot in slots} == next_hops)

    def has_left(self, address):
        """True if no table leads to this next hop, and no VIP waits for one."""
        rows = self.control.show("nexthops")
        return (not any(row["buckets"] for row in rows if row["address"] == address)
                and not self.control.show("status")["groups"]["waiting"])

    def is_alive(self, address):
        return any(nexthop[NEXTHOP_ALIVE] for nexthop
                   in read_nexthops(self.daemon.pins)
                   if address_of(nexthop) == address)


class BirdDaemon(Daemon):
    name = "bird"

    def __init__(self, lab):
        self.lab = lab
        peers = [(f"peer{i}", speaker_address(i), FIRST_AS + i, BIRD_IMPORTS)
                 for i in (*range(MAX_SESSIONS), 100)]
        peers.append(("upstream", UPSTREAM, UPSTREAM_AS, EXPORTS))
        self.daemon = PassiveBird(lab.host, f"{lab.folder}/bird", DAEMON, DAEMON_AS,
                                  peers, KERNEL)

    def start(self):
        self.daemon.start()

    def stop(self):
        self.daemon.stop()
        self.lab.host.run("ip", "route", "flush", "proto", "bird",
                          timeout=120, check=False)

    def kernel_paths(self):
        """Return the next hops of all its routes in the kernel together."""
        text = self.lab.host.run("ip", "route", "show", "proto", "bird",
                                 timeout=120)
        return text.count(" via ")
