# SPDX-License-Identifier: BSD-2-Clause
"""The lab's drawing, and the lab built from it.

Headgate stands where the drawing says, with two interfaces; the one-arm
variant leaves out the `up` cable, and the router peers over the servers' LAN.
"""

import os
import signal
import subprocess

from . import bird, bpf, web
from .agent import BUILD, Headgate
from .frames import FrameCount
from .system import (PYTHON, LabError, Namespace, connect, require, run,
                     wait_until)
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
  headgate, by BGP. The kernel of the headgate host does not forward.
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

PROGRAMS = ("ip", "ethtool", "bpftool", "sysctl", "bird", "birdc", "nginx",
            f"{BUILD}/headgate", f"{BUILD}/headgatectl")


class Server:
    """A server: cable to the switch, VIP on lo, BIRD and nginx."""

    def __init__(self, lab, number):
        self.name = f"server{number}"
        self.address = f"10.1.0.{10 + number}"
        self.as_number = FIRST_SERVER_AS + number - 1
        self.switch = lab.lan
        # The VIP is nobody's business on the LAN: no ARP answers for it.
        self.namespace = Namespace(lab.prefix, self.name,
                                   ["net.ipv4.conf.all.arp_ignore=1",
                                    "net.ipv4.conf.all.arp_announce=2"])
        lab.plug_in(self.namespace, "eth0", self.name)
        self.configure()
        folder = f"{lab.folder}/{self.name}"
        self.bird = bird.server_bird(self.namespace, folder, self.address,
                                     self.as_number, HEADGATE_LAN, HEADGATE_AS,
                                     VIP)
        self.web = web.WebServer(self.namespace, folder, lab.files, VIP)

    def configure(self):
        self.namespace.ip(f"address add {VIP}/32 dev lo",
                          f"address add {self.address}/24 dev eth0",
                          f"route add default via {ROUTER_LAN}")

    def start(self):
        self.web.start()
        self.bird.start()

    def count_frames(self):
        return FrameCount(self.namespace, "eth0", VIP)

    def cut_cable(self):
        self.switch.ip(f"link set {self.name} down")

    def plug_cable(self):
        self.switch.ip(f"link set {self.name} up")

    def cut_power(self):
        """Cable first, then every process at once: no FIN gets out."""
        self.cut_cable()
        for process in (self.bird.process, self.web.process):
            process.signal_group(signal.SIGKILL)
        for process in (self.bird.process, self.web.process):
            process.wait(5)

    def restore_power(self):
        self.plug_cable()
        self.start()


class Lab:
    """Everything in the drawing. A context manager; close() removes it all."""

    def __init__(self, servers=4, one_arm=False):
        require(PROGRAMS)
        self.one_arm = one_arm
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
        """Before anything else: it removes the lab when we go, however."""
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                               "janitor.py")
        return subprocess.Popen([PYTHON, program, self.prefix, self.folder],
                                stdin=subprocess.PIPE, start_new_session=True)

    def build(self, servers):
        self.make_folder()
        self.client = Namespace(self.prefix, "client")
        self.router = Namespace(self.prefix, "router",
                                ["net.ipv4.ip_forward=1"])
        self.host = Namespace(self.prefix, "headgate",
                              ["net.ipv4.ip_forward=0"])
        self.lan = Namespace(self.prefix, "lan")
        self.lay_cables()
        self.router_bird = self.make_router_bird()
        self.servers = [Server(self, number + 1) for number in range(servers)]
        self.headgate = Headgate(self.host, self.folder, self.agent_flags())

    def make_folder(self):
        """With a BPF file system of its own, mounted here and now because
        `ip netns exec` hides the one below /sys."""
        os.makedirs(f"{self.folder}/bpf")
        run("mount", "-t", "bpf", "bpf", f"{self.folder}/bpf")
        bpf.pin_pass_program(f"{self.folder}/bpf/pass")
        web.make_files(self.files)

    def accept_xdp_frames(self, namespace, interface):
        """For the other end of a cable that XDP sends into. Without a program
        of its own there, veth drops what is redirected and, with GRO in place
        of a program, still forgets to deliver what XDP_TX sends."""
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

    def lay_up_cable(self):
        connect(self.router, "up", self.host, "up")
        self.accept_xdp_frames(self.router, "up")
        self.router.ip(f"address add {ROUTER_UP}/30 dev up")
        self.host.ip(f"address add {HEADGATE_UP}/30 dev up")

    def plug_in(self, namespace, interface, port):
        """A cable from `interface` to a port of the servers' switch."""
        connect(namespace, interface, self.lan, port)
        self.lan.ip(f"link set {port} master br0")

    def router_ends(self):
        """Addresses of the router's BGP session: its own and Headgate's."""
        if self.one_arm:
            return ROUTER_LAN, HEADGATE_LAN
        return ROUTER_UP, HEADGATE_UP

    def make_router_bird(self):
        own, headgate = self.router_ends()
        return bird.router_bird(self.router, f"{self.folder}/router", own,
                                ROUTER_AS, headgate, HEADGATE_AS)

    def agent_flags(self):
        up = [] if self.one_arm else ["--interface", "up"]
        return ["--as", str(HEADGATE_AS), "--router-id", "10.0.0.1",
                *up, "--interface", "lan", "--vip", VIP_PREFIX,
                "--neighbor", "10.1.0.0/24,as=65001-65099,role=backend",
                "--neighbor",
                f"{self.router_ends()[0]},as={ROUTER_AS},role=upstream"]

    # ----------------------------------------------------- running

    def start(self):
        """Starts everything; returns when the VIP can be reached."""
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
        """Until exactly these servers carry traffic."""
        wanted = {server.address for server in servers}
        wait_until(lambda: self.headgate.living() == wanted, seconds,
                   f"traffic on exactly {len(wanted)} servers")

    def wait_announced(self, announced, seconds=20):
        """Until the router's kernel has, or has not, a route to the VIP."""
        wait_until(lambda: bool(self.router_route()) == announced, seconds,
                   f"the router's route to {VIP} "
                   + ("present" if announced else "gone"))

    def router_route(self):
        return run("ip", "-n", self.router.name, "route", "show", VIP).strip()

    def server_named(self, name):
        return next(s for s in self.servers if s.name == name)

    def download(self, first_port, count):
        """COUNT connections with a short download each, to their end."""
        return short_downloads(self.client, VIP, first_port, count)

    def start_long_downloads(self, first_port, count):
        return LongDownloads(self.client, VIP, first_port, count)

    def close(self):
        """Lets the janitor work and waits for it, deaf to signals."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        handlers = [signal.signal(n, signal.SIG_IGN) for n in numbers]
        self.janitor.stdin.close()
        status = self.janitor.wait(30)
        for number, handler in zip(numbers, handlers):
            signal.signal(number, handler)
        if status != 0:
            raise LabError("the lab was not removed completely")
