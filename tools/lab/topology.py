# SPDX-License-Identifier: BSD-2-Clause
"""The drawing of the lab, and the lab built from it.

Headgate has two interfaces. The one-arm variant leaves out the `up` cable, and
the router peers over the servers' LAN.
"""

import json
import os
import signal
import subprocess

from . import bird, bpf, web
from .agent import BUILD, Headgate
from .frames import FrameCount
from .system import (IPV6_ON, PYTHON, LabError, Namespace, connect, require,
                     run, wait_until)
from .traffic import LongDownloads, short_downloads

DRAWING = """\
    client               router               headgate
                    AS 64500, BIRD        AS 64512, XDP + BGP
  198.51.100.2 ---- 198.51.100.1
                    10.0.255.1 --- up --- 10.0.255.2
                    10.1.0.254            10.1.0.1
                        | lan                 | lan
       ===+=========+===+=====+=========+=====+====  10.1.0.0/24, a bridge
          |         |         |         |
       server1   server2   server3   server4        10.1.0.11 .. 10.1.0.14
       AS 65001  AS 65002  AS 65003  AS 65004

  Each server holds 192.0.2.1 on its loopback, announces it to headgate by BGP
  (BIRD) and answers HTTP on it (nginx). The router knows 192.0.2.1 only from
  headgate, by BGP.
  Requests:  client > router > headgate (XDP) > server.
  Answers:   server > router > client; headgate does not see them.
"""

VIP = "192.0.2.1"
VIP_PREFIX = "192.0.2.0/24"
HEADGATE_AS = 64512
ROUTER_AS = 64500
FIRST_SERVER_AS = 65001
CLIENT_ADDRESS = "198.51.100.2"
ROUTER_CLIENT = "198.51.100.1"
ROUTER_UP = "10.0.255.1"
HEADGATE_UP = "10.0.255.2"
ROUTER_LAN = "10.1.0.254"
HEADGATE_LAN = "10.1.0.1"

# Added by ipv6=True: the same hosts with the same host numbers.
VIP6 = "2001:db8:f::1"
VIP6_PREFIX = "2001:db8:f::/64"
CLIENT6_ADDRESS = "2001:db8:c::2"
ROUTER6_CLIENT = "2001:db8:c::1"
ROUTER6_UP = "2001:db8:255::1"
HEADGATE6_UP = "2001:db8:255::2"
LAN6 = "2001:db8:1::/64"
ROUTER6_LAN = "2001:db8:1::254"
HEADGATE6_LAN = "2001:db8:1::1"
HEADGATE_LINK_LOCAL = "fe80::1"

FOLDER = os.path.dirname(os.path.abspath(__file__))
ECHO, PROBE = f"{FOLDER}/echo.py", f"{FOLDER}/probe.py"

PROGRAMS = ("ip", "ethtool", "bpftool", "sysctl", "bird", "birdc", "nginx",
            f"{BUILD}/headgate", f"{BUILD}/headgatectl")


def forwarding(on):
    """Return the sysctls of both families that turn forwarding on or off."""
    return (f"net.ipv4.ip_forward={int(on)}",
            f"net.ipv6.conf.all.forwarding={int(on)}")


def family_flags(vips, backends, upstream):
    return ["--vip", vips,
            "--neighbor", f"{backends},as=65001-65099,role=backend",
            "--neighbor", f"{upstream},as={ROUTER_AS},role=upstream"]


class Server:
    """A server: cable to the switch, VIP on lo, BIRD and nginx."""

    def __init__(self, lab, number):
        self.name = f"server{number}"
        self.address = f"10.1.0.{10 + number}"
        self.address6 = f"2001:db8:1::{10 + number}"
        self.link_local = f"fe80::{10 + number}"
        self.as_number = FIRST_SERVER_AS + number - 1
        self.switch = lab.lan
        # A server must not answer ARP requests for the VIP.
        self.namespace = Namespace(lab.prefix, self.name,
                                   ["net.ipv4.conf.all.arp_ignore=1",
                                    "net.ipv4.conf.all.arp_announce=2",
                                    *lab.sysctls])
        lab.plug_in(self.namespace, "eth0", self.name)
        self.configure()
        if lab.ipv6:
            self.configure_ipv6()
        folder = f"{lab.folder}/{self.name}"
        self.bird = self.make_bird(lab, folder)
        self.web = web.WebServer(self.namespace, folder, lab.files,
                                 lab.services, lab.long_rate)

    def make_bird(self, lab, folder):
        if lab.link_local:
            return bird.link_local_bird(
                self.namespace, folder, self.address, self.link_local,
                self.as_number, HEADGATE_LINK_LOCAL, HEADGATE_AS, lab.services)
        ipv6 = (self.address6, HEADGATE6_LAN, VIP6) if lab.ipv6 else None
        return bird.server_bird(self.namespace, folder, self.address,
                                self.as_number, HEADGATE_LAN, HEADGATE_AS,
                                VIP, ipv6)

    def next_hops(self, lab):
        """Return the server's addresses as Headgate shows its next hops."""
        if lab.link_local:
            return {f"{self.link_local}%lan"}
        return {self.address, self.address6} if lab.ipv6 else {self.address}

    def configure_ipv6(self):
        self.namespace.ip(f"address add {VIP6}/128 dev lo",
                          f"address add {self.link_local}/64 dev eth0",
                          f"address add {self.address6}/64 dev eth0",
                          f"route add default via {ROUTER6_LAN}")

    def configure(self):
        self.namespace.ip(f"address add {VIP}/32 dev lo",
                          f"address add {self.address}/24 dev eth0",
                          f"route add default via {ROUTER_LAN}")

    def start(self):
        self.web.start()
        self.bird.start()

    def count_frames(self, vip=VIP):
        return FrameCount(self.namespace, "eth0", vip)

    def start_echo(self, vip, port):
        """Start echo.py on the VIP; return its process when it listens."""
        process = self.namespace.start(
            [PYTHON, ECHO, self.name, vip, str(port)], stdout=subprocess.PIPE,
            text=True)
        if process.stdout.readline() != "ready\n":
            raise LabError(f"{self.name}: echo.py on {vip} has ended")
        return process

    def cut_cable(self):
        self.switch.ip(f"link set {self.name} down")

    def plug_cable(self):
        self.switch.ip(f"link set {self.name} up")

    def cut_power(self):
        """Cut the cable, then kill every process: no FIN leaves."""
        self.cut_cable()
        for process in (self.bird.process, self.web.process):
            process.signal_group(signal.SIGKILL)
        for process in (self.bird.process, self.web.process):
            process.wait(5)

    def restore_power(self):
        self.plug_cable()
        self.start()


class Lab:
    """Everything in the drawing. A context manager; close() removes it all.

    With `ipv6`, all hosts speak IPv6 as well, over further sessions. With
    `link_local` and `ipv6`, each server has one session for both families, and
    its next hops are link-local. With `forwarding`, the kernel of the headgate
    host forwards and has a route back to the client.
    """

    server_class = Server
    long_rate = web.LONG_RATE

    def __init__(self, servers=4, one_arm=False, ipv6=False,
                 link_local=False, forwarding=False):
        require(PROGRAMS)
        self.one_arm = one_arm
        self.ipv6 = ipv6
        self.link_local = link_local
        self.forwarding = forwarding
        self.sysctls = IPV6_ON if ipv6 else ()
        self.services = (VIP, VIP6) if ipv6 else (VIP,)
        self.prefix = f"hg{os.getpid()}-"
        self.folder = f"/run/headgate-lab-{os.getpid()}"
        self.files = f"{self.folder}/www"
        self.janitor = self.hire_janitor()
        try:
            self.build(servers)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ----------------------------------------------------- building

    def hire_janitor(self):
        """Start the janitor, before anything that it has to remove."""
        program = f"{FOLDER}/janitor.py"
        return subprocess.Popen([PYTHON, program, self.prefix, self.folder],
                                stdin=subprocess.PIPE, start_new_session=True)

    def build(self, servers):
        self.make_folder()
        self.client = Namespace(self.prefix, "client", self.sysctls)
        self.router = Namespace(self.prefix, "router", [
            *self.sysctls, *forwarding(True)])
        self.host = Namespace(self.prefix, "headgate", [
            *self.sysctls, *forwarding(self.forwarding)])
        self.lan = Namespace(self.prefix, "lan")
        self.lay_cables()
        if self.ipv6:
            self.number_ipv6()
        if self.forwarding:
            self.add_way_back()
        self.router_bird = self.make_router_bird()
        self.servers = [self.server_class(self, number + 1)
                        for number in range(servers)]
        self.headgate = Headgate(self.host, self.folder, self.agent_flags())

    def make_folder(self):
        """Make the lab's folder. It has its own BPF file system, because
        `ip netns exec` hides the one in /sys."""
        os.makedirs(f"{self.folder}/bpf")
        run("mount", "-t", "bpf", "bpf", f"{self.folder}/bpf")
        bpf.pin_pass_program(f"{self.folder}/bpf/pass")
        web.make_files(self.files)

    def accept_xdp_frames(self, namespace, interface):
        """Attach a program to the far end of a cable that XDP sends into.
        Without one there, veth drops redirected frames; with GRO instead of a
        program, it delivers those but not the frames of XDP_TX."""
        namespace.ip(f"link set dev {interface} xdpdrv "
                     f"pinned {self.folder}/bpf/pass")

    def lay_cables(self):
        self.lan.ip("link add br0 type bridge", "link set br0 up")
        connect(self.client, "eth0", self.router, "client")
        self.plug_in(self.router, "lan", "router")
        self.plug_in(self.host, "lan", "headgate")
        self.accept_xdp_frames(self.lan, "headgate")
        self.client.ip(f"address add {CLIENT_ADDRESS}/24 dev eth0",
                       f"route add default via {ROUTER_CLIENT}")
        self.router.ip(f"address add {ROUTER_CLIENT}/24 dev client",
                       f"address add {ROUTER_LAN}/24 dev lan")
        self.host.ip(f"address add {HEADGATE_LAN}/24 dev lan")
        if not self.one_arm:
            self.lay_up_cable()

    def number_ipv6(self):
        self.client.ip(f"address add {CLIENT6_ADDRESS}/64 dev eth0",
                       f"route add default via {ROUTER6_CLIENT}")
        self.router.ip(f"address add {ROUTER6_CLIENT}/64 dev client",
                       f"address add {ROUTER6_LAN}/64 dev lan")
        self.host.ip(f"address add {HEADGATE6_LAN}/64 dev lan",
                     f"address add {HEADGATE_LINK_LOCAL}/64 dev lan")
        if not self.one_arm:
            self.router.ip(f"address add {ROUTER6_UP}/64 dev up")
            self.host.ip(f"address add {HEADGATE6_UP}/64 dev up")

    def add_way_back(self):
        """Add a route for the ICMP messages that the kernel of the headgate host
        sends to clients."""
        self.host.ip(f"route add default via {self.router_ends()[0]}")
        if self.ipv6:
            self.host.ip(f"route add default via {self.router_ends6()[0]}")

    def lay_up_cable(self):
        connect(self.router, "up", self.host, "up")
        self.accept_xdp_frames(self.router, "up")
        self.router.ip(f"address add {ROUTER_UP}/30 dev up")
        self.host.ip(f"address add {HEADGATE_UP}/30 dev up")

    def plug_in(self, namespace, interface, port):
        """Lay a cable from `interface` to a port of the servers' switch."""
        connect(namespace, interface, self.lan, port)
        self.lan.ip(f"link set {port} master br0")

    def add_node(self, name, address):
        """Add a host for another Headgate, on the servers' LAN only."""
        namespace = Namespace(self.prefix, name)
        self.plug_in(namespace, "lan", name)
        self.accept_xdp_frames(self.lan, name)
        namespace.ip(f"address add {address}/24 dev lan")
        return namespace

    def router_ends(self):
        """Return the addresses of the router's BGP session: its own, Headgate's."""
        if self.one_arm:
            return ROUTER_LAN, HEADGATE_LAN
        return ROUTER_UP, HEADGATE_UP

    def router_ends6(self):
        if self.one_arm:
            return ROUTER6_LAN, HEADGATE6_LAN
        return ROUTER6_UP, HEADGATE6_UP

    def make_router_bird(self):
        own, headgate = self.router_ends()
        return bird.router_bird(self.router, f"{self.folder}/router", own,
                                ROUTER_AS, headgate, HEADGATE_AS,
                                self.router_ends6() if self.ipv6 else None)

    def agent_interfaces(self):
        return ["lan"] if self.one_arm else ["up", "lan"]

    def agent_flags(self):
        flags = ["--as", str(HEADGATE_AS), "--router-id", "10.0.0.1",
                 *(word for name in self.agent_interfaces()
                   for word in ("--interface", name)),
                 *family_flags(VIP_PREFIX, "10.1.0.0/24",
                               self.router_ends()[0])]
        if self.ipv6:
            flags += family_flags(VIP6_PREFIX, LAN6, self.router_ends6()[0])
        if self.link_local:
            for server in self.servers:
                flags += ["--neighbor", f"{server.link_local}%lan,"
                          f"as={server.as_number},role=backend,"
                          "extended-next-hop"]
        return flags

    # ----------------------------------------------------- running

    def start(self):
        """Start everything; return when the VIP can be reached."""
        self.start_peers()
        self.headgate.start()
        self.wait_ready()

    def start_peers(self):
        self.router_bird.start()
        for server in self.servers:
            server.start()

    def wait_ready(self, seconds=20):
        self.wait_living(self.servers, seconds)
        self.wait_announced(True, seconds)

    def wait_living(self, servers, seconds=20):
        """Wait until exactly these servers carry traffic."""
        wanted = set().union(*(s.next_hops(self) for s in servers))
        wait_until(lambda: self.headgate.living() == wanted, seconds,
                   f"traffic on exactly {len(wanted)} servers")

    def wait_announced(self, announced, seconds=20):
        """Wait until the router's kernel has a route to the VIP, or has none."""
        for vip in self.services:
            wait_until(lambda: bool(self.router_route(vip)) == announced,
                       seconds, f"the router's route to {vip} "
                       + ("present" if announced else "gone"))

    def router_route(self, vip=VIP):
        return run("ip", "-n", self.router.name, "-6" if ":" in vip else "-4",
                   "route", "show", vip).strip()

    def server_named(self, name):
        return next(s for s in self.servers if s.name == name)

    def download(self, first_port, count, vip=VIP):
        """Make `count` connections, each with a short download, and wait for the
        end."""
        return short_downloads(self.client, vip, first_port, count)

    def probe(self, *arguments):
        """Run probe.py in the client's namespace and return its result."""
        output = self.client.run(PYTHON, PROBE, *map(str, arguments),
                                 timeout=60)
        return json.loads(output)

    def start_long_downloads(self, first_port, count, seconds=90):
        return LongDownloads(self.client, VIP, first_port, count, seconds)

    def close(self):
        """Have the janitor remove the lab, and wait for it; signals are
        ignored meanwhile."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        handlers = [signal.signal(n, signal.SIG_IGN) for n in numbers]
        self.janitor.stdin.close()
        status = self.janitor.wait(30)
        for number, handler in zip(numbers, handlers):
            signal.signal(number, handler)
        if status != 0:
            raise LabError("the lab was not removed completely")
