# SPDX-License-Identifier: BSD-2-Clause
"""Cause the faults of the host, of the program and of the agent itself that
docs/troubleshooting.md has, and see its events, metrics and alerts."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import unittest

import lab_case  # noqa: F401 (finds the lab)
from fault_case import FaultCase, scene_lines
from lab.system import connect, wait_until
from raw_frames import frame, ipv4, mac_of, send_frames, udp
from raw_lab import (BACKEND_AS, BACKENDS, UPSTREAM, announcement,
                     withdrawal)
from tap_device import open_tap

OTHER_HOP = "10.1.0.13"
BEYOND = "10.3.0.11"
ASIDE = "10.2.0.11"  # a server behind an interface without the program
FREE = f"10.1.0.12,as={BACKEND_AS + 1},role=backend,passive,next-hop=any"
VIP, SECOND_VIP = "192.0.2.1/32", "192.0.2.2/32"
CLIENTS = 100  # more than the control socket serves
STALL_S = 0.4


class Host(FaultCase):

    options = {
        "neighbors": (BACKENDS, UPSTREAM, FREE),
        "addresses": ("10.1.0.12", OTHER_HOP),
        "lines": (*scene_lines(), "groups 1", "wait-interfaces",
                  "interface more"),
    }

    @classmethod
    def before_start(cls):
        connect(cls.lab.host, "side", cls.lab.peers, "side")
        cls.lab.host.ip("address add 10.2.0.1/24 dev side")
        cls.lab.peers.ip(f"address add {ASIDE}/24 dev side")

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        # It takes the only group.
        cls.bystander.send(withdrawal(cls.BYSTANDER_VIP))

    def server(self):
        speaker = self.lab.establish("10.1.0.12", BACKEND_AS + 1)
        self.addCleanup(speaker.close)
        return speaker

    def announce(self, speaker, vip, next_hop):
        speaker.send(announcement(vip, BACKEND_AS + 1, next_hop=next_hop))
        wait_until(lambda: self.lab.route(vip), 20, vip)

    # ------------------------------------------------- program and tables

    def test_a_program_that_is_detached(self):
        with self.fault("Another process detaches the program"):
            self.lab.headgate.detach_programs()

    def test_an_interface_that_is_taken(self):
        links = f"{self.lab.headgate.pins}/links"
        program = f"xdpdrv pinned {self.lab.folder}/bpf/pass".split()

        def taken():
            subprocess.run(["bpftool", "link", "detach", "pinned",
                            f"{links}/lan"], check=False, capture_output=True)
            subprocess.run(["ip", "-n", self.lab.host.name, "link", "set", "dev",
                            "lan", *program], check=False, capture_output=True)
            return not self.lab.headgate.show("status")["in_sync"]
        self.announce(self.server(), VIP, "10.1.0.12")
        wait_until(lambda: self.value("headgate_vips_forwarding") == 1, 20,
                   "one VIP")
        with self.fault("Another process takes an interface",
                        {"interface": "lan"}):
            wait_until(taken, 20, "another program on it")
        self.lab.host.ip("link set dev lan xdpdrv off")
        wait_until(lambda: self.lab.headgate.show("status")["in_sync"], 20,
                   "the program again")

    def test_a_kernel_route_that_is_removed(self):
        self.announce(self.server(), VIP, "10.1.0.12")
        wait_until(lambda: VIP[:-3] in self.lab.host.run(
            "ip", "route", "show", "proto", "72"), 20, "the route")
        with self.fault("Another process removes kernel routes"):
            self.lab.host.run("ip", "route", "del", VIP, "proto", "72")

    def test_more_sets_than_groups(self):
        speaker = self.server()
        self.announce(speaker, VIP, "10.1.0.12")
        wait_until(lambda: self.value("headgate_vips_forwarding") == 1, 20,
                   "one VIP")
        with self.fault("VIPs have more sets of servers than `--groups`",
                        vip=SECOND_VIP):
            self.announce(speaker, SECOND_VIP, OTHER_HOP)

    def test_a_server_behind_another_interface(self):
        speaker = self.server()
        with self.fault("A server is behind an interface without the program",
                        {"address": ASIDE}, nexthop=ASIDE):
            self.announce(speaker, VIP, ASIDE)

    def test_packets_that_are_dropped(self):
        self.announce(self.server(), VIP, "10.1.0.12")
        wait_until(lambda: "10.1.0.12" in self.lab.headgate.living(), 20,
                   "alive")
        martian = frame(mac_of(self.lab.host, "lan"),
                        ipv4("127.0.0.1", VIP[:-3], udp(4000, 9)))

        def fires():
            send_frames(self.lab.peers, "lan", [martian] * 1000)
            return self.fires("HeadgateDrops", {"name": "dropped_martian"})
        with self.fault("Packets for VIPs are broken or forged"):
            wait_until(fires, 20, "the alert")

    # ------------------------------------------------- interfaces

    def test_0_an_interface_that_is_missing(self):
        with self.fault("An interface is missing at the start",
                        {"interface": "more"}, quiet=False, interface="more"):
            pass

    def test_1_an_interface_that_goes(self):
        tap = open_tap(self.lab.host, "more")
        self.lab.host.ip("link set more up")
        with self.fault("An interface is deleted", {"interface": "more"},
                        interface="more"):
            os.close(tap)

    def more(self, *options):
        """Make the interface and its far end, until the end of the test."""
        self.lab.host.ip(f"link add more {' '.join(options)} type veth peer "
                         f"name far {' '.join(options)} netns "
                         f"{self.lab.peers.name}",
                         "address add 10.3.0.1/24 dev more",
                         "link set more up")
        self.addCleanup(self.lab.host.ip, "link del more")
        self.lab.peers.ip(f"address add {BEYOND}/24 dev far", "link set far up")

    def test_2_a_far_end_that_takes_no_redirected_frames(self):
        self.lab.host.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        packets = [frame(mac_of(self.lab.host, "lan"),
                         ipv4("10.1.0.77", VIP[:-3], udp(4000, 9)))] * 100

        def fires():
            send_frames(self.lab.peers, "lan", packets)
            return self.fires("HeadgateNoNextHop", {})
        with self.fault("An interface takes no frames that are redirected",
                        interface="more"):
            self.more()
            self.announce(self.server(), VIP, BEYOND)
            wait_until(lambda: BEYOND in self.lab.headgate.living(), 30,
                       "the server")
            wait_until(fires, 30, "the alert")

    def test_w_an_mtu_that_is_too_large_for_native_xdp(self):
        with self.fault("A driver refuses native XDP, as for a large MTU",
                        interface="more"):
            self.more("mtu", "9000")

    # ------------------------------------------------- the agent

    def test_a_configuration_with_an_error(self):
        with self.edited(add=("no-such-option 1",)):
            with self.fault("A reload has an error in the file"):
                self.reload(code=1)
        self.reload()

    def test_a_stall(self):
        before = self.lab.read()
        os.mkfifo(f"{self.lab.config}.pipe")
        with self.fault("The agent gets no CPU time, or a file does not come"):
            os.rename(f"{self.lab.config}.pipe", self.lab.config)
            self.lab.headgate.process.send_signal(signal.SIGHUP)
            with open(self.lab.config, "w", encoding="utf-8") as pipe:
                time.sleep(STALL_S)
                pipe.write("\n".join(before) + "\n")
            os.unlink(self.lab.config)
            self.lab.write(before)

    def test_too_many_clients(self):
        clients = []
        with self.fault("A process opens too many control connections"):
            for _ in range(CLIENTS):
                clients.append(socket.socket(socket.AF_UNIX))
                clients[-1].connect(self.lab.headgate.socket)
            for client in clients:
                client.close()

    def test_few_descriptors(self):
        pid = self.lab.headgate.process.pid
        used = len(os.listdir(f"/proc/{pid}/fd"))

        def limit(soft):
            subprocess.run(["prlimit", "--pid", str(pid), f"--nofile={soft}:"],
                           check=True)
        self.addCleanup(limit, 1024)
        with contextlib.ExitStack() as clients:
            with self.fault("Descriptors run out"):
                limit(used + 2)
                for _ in range(12):
                    client = clients.enter_context(
                        socket.socket(socket.AF_UNIX))
                    client.connect(self.lab.headgate.socket)
                wait_until(lambda: "new connections wait" in self.log(), 20,
                           "the shortage")
                limit(used + 20)

    def test_x_another_agent_takes_over(self):
        with self.fault("An agent takes over: upgrade, restart",
                        fresh=True):
            self.assertEqual(self.lab.headgate.hand_over(), 0)

    def test_y_a_killed_agent(self):
        with self.fault("The agent is killed", quiet=False):
            self.lab.headgate.kill()
        with self.fault("The agent starts again", quiet=False):
            self.lab.headgate.start()


if __name__ == "__main__":
    unittest.main()
