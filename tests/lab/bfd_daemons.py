# SPDX-License-Identifier: BSD-2-Clause
"""Run BFD on a server by a stock daemon that does nothing else there: BIRD
without BGP, or FRR's bfdd (with zebra, which gives it the interfaces). Freezing
the daemon stops BFD and nothing else on the server.
"""

import os
import shutil
import signal

from lab.peers.frr import FOLDER as FRR_FOLDER, USER as FRR_USER
from lab.system import run, wait_until

INTERVAL_MS, MULTIPLIER = 300, 3
DETECTION_SECONDS = INTERVAL_MS * MULTIPLIER / 1000

BIRD_BFD = """\
log "{folder}/bird.log" all;
router id 10.0.0.9;
protocol device {{ }}
protocol bfd watch {{
    interface "{interface}" {{ interval {interval} ms; multiplier {multiplier};
        {authentication} }};
    {neighbors}
}}
"""


class BfdDaemon:
    """A BFD daemon. `pairs`: the addresses of each session, its own first."""

    def __init__(self, namespace, folder, pairs):
        self.namespace = namespace
        self.folder = folder
        self.pairs = pairs
        os.makedirs(folder)

    def spawn(self, *command):
        self.process = self.namespace.start(
            command, log=f"{self.folder}/output")

    def write(self, name, text):
        path = f"{self.folder}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def freeze(self):
        self.process.signal_group(signal.SIGSTOP)

    def thaw(self):
        self.process.signal_group(signal.SIGCONT)

    def kill(self):
        self.process.end(signal.SIGKILL)


class BirdBfd(BfdDaemon):

    def __init__(self, namespace, folder, pairs, authentication="",
                 interface="eth0"):
        super().__init__(namespace, folder, pairs)
        self.authentication = authentication
        self.interface = interface

    def start(self):
        neighbors = "\n    ".join(
            f'neighbor {remote} dev "{self.interface}" local {local};'
            for local, remote in self.pairs)
        path = self.write("bird.conf", BIRD_BFD.format(
            folder=self.folder, interval=INTERVAL_MS, multiplier=MULTIPLIER,
            authentication=self.authentication, interface=self.interface,
            neighbors=neighbors))
        self.spawn("bird", "-f", "-c", path, "-s", f"{self.folder}/bird.ctl")


class FrrBfd(BfdDaemon):

    def start(self):
        shutil.chown(self.folder, FRR_USER, FRR_USER)
        self.start_daemon("zebra", "")
        wait_until(lambda: os.path.exists(f"{self.folder}/zserv.api"), 10,
                   "zebra's socket")
        self.start_daemon("bfdd", "bfd\n" + "".join(
            f" peer {remote} local-address {local} interface eth0\n"
            f"  detect-multiplier {MULTIPLIER}\n"
            f"  receive-interval {INTERVAL_MS}\n"
            f"  transmit-interval {INTERVAL_MS}\n exit\n"
            for local, remote in self.pairs) + "exit\n")

    def start_daemon(self, name, text):
        path = self.write(f"{name}.conf",
                          f"log file {self.folder}/{name}.log\n{text}")
        more = (("--bfdctl", f"{self.folder}/bfdd.ctl") if name == "bfdd"
                else ())
        self.spawn(f"{FRR_FOLDER}/{name}", "-f", path, "-P", "0",
                   "-i", f"{self.folder}/{name}.pid",
                   "-z", f"{self.folder}/zserv.api",
                   "--vty_socket", self.folder, *more)

    def sessions(self):
        return run("vtysh", "--vty_socket", self.folder, "-d", "bfdd",
                   "-c", "show bfd peers")

    def set_shutdown(self, shutdown):
        """Set all sessions administratively down, or up again."""
        for local, remote in self.pairs:
            run("vtysh", "--vty_socket", self.folder, "-d", "bfdd",
                "-c", "configure terminal", "-c", "bfd",
                "-c", f"peer {remote} local-address {local} interface eth0",
                "-c", "shutdown" if shutdown else "no shutdown")


class FrrBgp(FrrBfd):
    """bgpd and bfdd; bgpd asks bfdd for its sessions."""

    def start_bgp(self, own_as, neighbor_as, vips):
        self.start()
        self.bfdd = self.process
        self.start_daemon("bgpd", "\n".join([
            f"router bgp {own_as}", f" bgp router-id {self.pairs[0][0]}",
            " no bgp default ipv4-unicast", " no bgp ebgp-requires-policy",
            " no bgp network import-check",
            *(line for local, remote in self.pairs for line in (
                f" neighbor {remote} remote-as {neighbor_as}",
                f" neighbor {remote} update-source {local}",
                f" neighbor {remote} timers 3 9",
                f" neighbor {remote} timers connect 1",
                f" neighbor {remote} bfd {MULTIPLIER} {INTERVAL_MS} "
                f"{INTERVAL_MS}")),
            *(line for (_, remote), vip in zip(self.pairs, vips) for line in (
                f" address-family {'ipv6' if ':' in vip else 'ipv4'} unicast",
                f"  neighbor {remote} activate",
                f"  network {vip}/{128 if ':' in vip else 32}",
                " exit-address-family")),
            "exit", ""]))
        self.process = self.bfdd
