# SPDX-License-Identifier: BSD-2-Clause
"""Run the daemons of servers with the configurations of docs/servers.md.

Each class is a speaker of that document, by the title of its section. The
configuration is used as it is printed there; what a test needs besides, such as
the path of a control socket, comes by arguments or in front of it. MetalLB,
kube-router and Cilium make the configuration of their daemon from YAML.
"""

import os
import re
import shlex
import shutil
import signal

import server_document
from lab.system import LabError, wait_until
from lab.web import WebServer, make_files

VIP = "192.0.2.1"
READY_SECONDS = 10
FRR = "/usr/lib/frr"


def add_vip(lab):
    """Give the servers' namespace the VIP, with a web server on it."""
    lab.peers.ip(f"address add {VIP}/32 dev lo")
    files = f"{lab.folder}/files"
    make_files(files)
    web = WebServer(lab.peers, f"{lab.folder}/web", files, [VIP])
    web.start()
    return web


class Daemon:
    """The daemon of a server: its files, its processes, its commands."""

    title = None      # of its section
    language = None   # of its configuration there

    def __init__(self, namespace, folder, without=None):
        """`without` is a part of the configuration to leave out."""
        self.namespace = namespace
        self.without = without
        self.folder = f"{folder}/{type(self).__name__.lower()}"
        self.processes = []
        os.makedirs(self.folder, exist_ok=True)

    # ------------------------------------------ defined by each daemon

    def launch(self, path):
        """Start the daemon with the configuration in this file."""
        raise NotImplementedError

    def programs(self):
        """Return name -> words in front of the arguments of each command."""
        return {}

    def configuration(self):
        return server_document.block(self.title, self.language)

    def adapt(self, text):
        """Return the configuration with what this test needs besides."""
        return text

    # ------------------------------------------ common to all

    def start(self):
        text = self.configuration()
        if self.without:
            whole, text = text, text.replace(self.without, "")
            assert text != whole, self.without
        self.launch(self.write("configuration", self.adapt(text)))
        self.announce()

    def announce(self):
        """Announce the VIP, if the configuration does not."""

    def write(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def spawn(self, *command, **options):
        name = os.path.basename(command[0])
        self.processes.append(self.namespace.start(
            command, log=f"{self.folder}/{name}.out", **options))

    def do(self, what):
        """Run the commands of the document's block `what`."""
        for line in server_document.block(self.title, what).splitlines():
            name, *arguments = shlex.split(line)
            self.namespace.run(*self.programs()[name], *arguments)

    @staticmethod
    def succeeds(action):
        try:
            action()
        except LabError:
            return False
        return True

    def end(self, number):
        while self.processes:
            self.processes.pop().end(number)

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        for process in self.processes:
            process.signal_group(signal.SIGKILL)
        self.end(signal.SIGKILL)

    def output(self):
        """Return the end of what its processes have printed."""
        text = ""
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".out"):
                with open(f"{self.folder}/{name}", encoding="utf-8",
                          errors="replace") as file:
                    text += "".join(file.readlines()[-20:])
        return text


class Bird(Daemon):
    title, language = "BIRD 2", "bird"

    def launch(self, path):
        self.spawn("bird", "-f", "-c", path, "-s", f"{self.folder}/ctl")

    def programs(self):
        return {"birdc": ("birdc", "-s", f"{self.folder}/ctl")}


class Frr(Daemon):
    title, language = "FRR", "frr"

    def launch(self, path):
        self.spawn_daemon("zebra", self.write("zebra.conf", ""))
        socket = f"{self.folder}/zserv.api"
        wait_until(lambda: os.path.exists(socket), READY_SECONDS, "zebra")
        self.spawn_daemon("bgpd", path)

    def spawn_daemon(self, name, path):
        shutil.chown(self.folder, "frr", "frr")
        shutil.chown(path, "frr", "frr")
        self.spawn(f"{FRR}/{name}", "-f", path, "-P", "0", "-i",
                   f"{self.folder}/{name}.pid", "-z",
                   f"{self.folder}/zserv.api", "--vty_socket", self.folder)

    def programs(self):
        return {"vtysh": ("vtysh", "--vty_socket", self.folder, "-d", "bgpd")}

    def end(self, number):
        super().end(number)
        socket = f"{self.folder}/zserv.api"
        if os.path.exists(socket):
            os.unlink(socket)


class Gobgp(Daemon):
    title, language = "GoBGP", "toml"
    arguments = ()

    def launch(self, path):
        # It finds the type of the file by its name.
        os.replace(path, path + ".toml")
        self.spawn("gobgpd", "-f", path + ".toml", "--log-plain",
                   "--pprof-disable", "--api-hosts", "127.0.0.1:50051",
                   *self.arguments)

    def announce(self):
        wait_until(lambda: self.succeeds(self.add_route), READY_SECONDS,
                   f"{self.title} to take a route")

    def add_route(self):
        self.do("announce")

    def programs(self):
        return {"gobgp": ("gobgp",)}


class Exabgp(Daemon):
    title, language = "ExaBGP", "exabgp"

    def launch(self, path):
        self.spawn("env", "exabgp.daemon.drop=false", "exabgp.api.cli=false",
                   "exabgp", path)


class Openbgpd(Daemon):
    title, language = "OpenBGPD", "openbgpd"

    def adapt(self, text):
        return f'socket "{self.folder}/ctl"\n' + text

    def launch(self, path):
        os.makedirs("/run/openbgpd", mode=0o755, exist_ok=True)  # its chroot
        os.chmod(path, 0o600)
        self.spawn("bgpd", "-d", "-f", path)

    def programs(self):
        return {"bgpctl": ("bgpctl", "-s", f"{self.folder}/ctl")}


class MetallbFrr(Frr):
    """The FRR of MetalLB's FRR mode, with the lines of its template that matter
    here. It needs no address to announce."""

    title = "MetalLB (FRR)"

    def configuration(self):
        setting = server_document.settings("MetalLB")
        peer = setting["peerAddress"]
        return f"""\
route-map {peer}-in deny 20
ip prefix-list {peer}-pl-ipv4 seq 1 permit {VIP}/32
route-map {peer}-out permit 1
 match ip address prefix-list {peer}-pl-ipv4
router bgp {setting["myASN"]}
 no bgp ebgp-requires-policy
 no bgp network import-check
 no bgp default ipv4-unicast
 bgp graceful-restart preserve-fw-state
 neighbor {peer} remote-as {setting["peerASN"]}
 neighbor {peer} timers {seconds(setting["keepaliveTime"])} {
     seconds(setting["holdTime"])}
 address-family ipv4 unicast
  neighbor {peer} activate
  neighbor {peer} route-map {peer}-in in
  neighbor {peer} route-map {peer}-out out
  network {VIP}/32
 exit-address-family
"""


def seconds(text):
    return text.removesuffix("s")


class Library(Gobgp):
    """GoBGP as the library of another program, which adds the routes."""

    families = ("ipv4-unicast", "ipv6-unicast")

    def add_route(self):
        self.namespace.run("gobgp", "global", "rib", "add", f"{VIP}/32",
                           "origin", "igp")

    def settings(self):
        """Return AS, peer's address, peer's AS, hold time."""
        raise NotImplementedError

    def configuration(self):
        own, peer, peer_as, hold_time = self.settings()
        return f"""\
[global.config]
as = {own}
router-id = "10.1.0.11"
[[neighbors]]
[neighbors.config]
neighbor-address = "{peer}"
peer-as = {peer_as}
[neighbors.timers.config]
hold-time = {hold_time}
connect-retry = 5
idle-hold-time-after-reset = 5
""" + "".join(self.family_sections(family) for family in self.families)

    def family_sections(self, family):
        return f"""\
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "{family}"
"""


class KubeRouter(Library):
    title = "kube-router"

    def settings(self):
        flags = dict(re.findall(r"--([a-z-]+)=(\S+)",
                                server_document.block(self.title, "yaml")))
        return (flags["cluster-asn"], flags["peer-router-ips"],
                flags["peer-router-asns"], seconds(flags["bgp-holdtime"]))


class Restarting(KubeRouter):
    """With graceful restart, which the library takes every start for."""

    arguments = ("--graceful-restart",)
    DEFERRAL_SECONDS = 4  # 360 by default

    def family_sections(self, family):
        return super().family_sections(family) + """\
[neighbors.afi-safis.mp-graceful-restart.config]
enabled = true
"""

    def configuration(self):
        return super().configuration().replace("[[neighbors.afi", f"""\
[neighbors.graceful-restart.config]
enabled = true
restart-time = 120
deferral-time = {self.DEFERRAL_SECONDS}
[[neighbors.afi""", 1)


class Cilium(Library):
    title = "Cilium"

    def settings(self):
        setting = server_document.settings(self.title)
        return [setting[key] for key in (
            "localASN", "peerAddress", "peerASN", "holdTimeSeconds")]
