# SPDX-License-Identifier: BSD-2-Clause
"""Cause the faults of the kernel, its tables and its clocks, and more of those of
links and neighbors, that docs/troubleshooting.md has."""

import mmap
import os
import re
import signal
import struct
import subprocess
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from bfd_daemons import BirdBfd
from fault_case import FaultCase, scene_lines
from lab.system import wait_until
from raw_frames import frame, ipv4, mac_of, send_frames, udp
from raw_lab import (BACKEND_AS, BACKENDS, HEADGATE, UPSTREAM, announcement,
                     withdrawal)
from raw_speaker import read_all

RACK1, RACK2, DIALLED = "10.1.0.12", "10.1.0.13", "10.1.0.110"
HOLDING = (f"{RACK2},as={BACKEND_AS + 2},role=backend,passive,hold-time=3")
OTHER_HOP, FORGED_HOP = "10.1.0.30", "10.1.0.31"
VIP, OTHER_VIP, PREFIX_VIP = "192.0.2.1/32", "192.0.2.2/32", "192.0.2.64/28"
YEAR_S, SLEEP_S = 31536000, 30
FLOWS = 1024  # the least of --affinity-flows
ROUTES = 20000
DISK_SIZE, AWAY = 16384, "127.0.0.1:9"
# Reads how far the wall clock and the sleep of the host lead.
CLOCKS = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static const volatile int64_t *leads;
__attribute__((constructor)) static void load(void)
{
    int fd = open(LEADS, O_RDONLY);
    leads = mmap(0, 16, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
}
int clock_gettime(clockid_t clock, struct timespec *now)
{
    int code = (int)syscall(SYS_clock_gettime, clock, now);
    if (!code && leads && clock == CLOCK_REALTIME)
        now->tv_sec += leads[0] + leads[1];
    if (!code && leads && clock == CLOCK_BOOTTIME)
        now->tv_sec += leads[1];
    return code;
}
time_t time(time_t *where)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where)
        *where = now.tv_sec;
    return now.tv_sec;
}
"""


class Clocks:
    """Clocks of one process, which the test sets."""

    def __init__(self, folder):
        path, library = f"{folder}/leads", f"{folder}/clocks.so"
        with open(path, "wb") as file:
            file.write(bytes(mmap.PAGESIZE))
        subprocess.run(["gcc", "-shared", "-fPIC", f'-DLEADS="{path}"', "-o",
                        library, "-x", "c", "-"], input=CLOCKS, text=True,
                       check=True)
        with open(path, "r+b") as file:
            self.leads = mmap.mmap(file.fileno(), mmap.PAGESIZE)
        self.environment = {"LD_PRELOAD": library,
                            "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def set(self, wall_s, asleep_s):
        self.leads[:16] = struct.pack("=qq", wall_s, asleep_s)


class Kernel(FaultCase):

    options = {
        "neighbors": (BACKENDS, UPSTREAM, HOLDING),
        "addresses": (RACK1, RACK2, DIALLED, OTHER_HOP),
        "lines": tuple(line for line in scene_lines()
                       if not line.startswith("affinity-window")) + (
            "affinity-window 60", f"affinity-flows {FLOWS}",
            f"path 192.0.2.9,via={RACK1},bfd"),
    }

    @classmethod
    def before_start(cls):
        cls.clocks = Clocks(cls.lab.folder)
        disk = f"{cls.lab.folder}/disk"
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}",
                        "tmpfs", disk], check=True)
        cls.addClassCleanup(subprocess.run, ["umount", "-l", disk], check=False)
        cls.lab.write([*cls.lab.read(), f"mrt {disk}/all.mrt",
                       f"bmp {AWAY}"])
        cls.lab.headgate.environment = cls.clocks.environment
        cls.daemon = BirdBfd(cls.lab.peers, f"{cls.lab.folder}/bfd",
                             [(RACK1, HEADGATE)], interface="lan")
        cls.daemon.start()

    def server(self, number=1, *prefixes, next_hop=None, **options):
        address = (RACK1, RACK2)[number - 1]
        speaker = self.lab.establish(address, BACKEND_AS + number, **options)
        self.addCleanup(speaker.close)
        for prefix in prefixes:
            speaker.send(announcement(prefix, BACKEND_AS + number,
                                      next_hop=next_hop or address))
        return speaker

    def packets(self, vip, count, ttl=64):
        """Return frames of as many flows to a VIP."""
        mac = mac_of(self.lab.host, "lan")
        frames = [frame(mac, ipv4("10.1.0.77", vip[:-3], udp(2000 + n, 9)))
                  for n in range(count)]
        return [each[:22] + bytes([ttl]) + each[23:] for each in frames]

    # ------------------------------------------------- neighbors

    def test_an_open_and_no_more(self):
        before = self.server(2)
        with self.fault("A neighbor sends its OPEN and no more",
                        {"neighbor": RACK2}, neighbor=RACK2):
            before.close()
            wait_until(lambda: self.lab.state(RACK2) != "Established", 20,
                       "the end of the session")
            speaker = self.lab.dial(RACK2)
            self.addCleanup(speaker.close)
            speaker.send(bgp.open_message(BACKEND_AS + 2, RACK2, hold_time=3))

    def test_both_ends_connect(self):
        listener = self.lab.listen(DIALLED)
        self.addCleanup(listener.close)
        neighbor = f"neighbor {DIALLED},as={BACKEND_AS + 3},role=backend"
        with self.edited(add=(neighbor,)):
            self.reload()
            with self.fault("Both ends connect at once", neighbor=DIALLED):
                both = [listener.accept(), self.lab.dial(DIALLED)]
                for connection in both:
                    self.addCleanup(connection.close)
                    connection.wait_for_message(bgp.OPEN)
                for connection in both:
                    connection.send(bgp.open_message(BACKEND_AS + 3, DIALLED))
                both[1].wait_for_message(bgp.KEEPALIVE)
                both[1].send(bgp.keepalive())
        self.reload()

    # ------------------------------------------------- next hops and links

    def test_a_bfd_session(self):
        wait_until(lambda: self.value("headgate_nexthop_bfd_up") == 1, 30,
                   "BFD")
        with self.fault("A BFD session fails", {"address": RACK1},
                        nexthop=RACK1):
            self.daemon.freeze()
        self.daemon.thaw()

    def test_a_mac_that_is_none(self):
        ours = mac_of(self.lab.host, "lan")
        reply = struct.pack(
            "!6s6sHHHBBH6s4s6s4s", ours, bytes.fromhex("020000000031"), 0x0806,
            1, 0x0800, 6, 4, 2, bytes(6), bgp.ipv4(FORGED_HOP), ours,
            bgp.ipv4(HEADGATE))

        def forge():
            send_frames(self.lab.peers, "lan", [reply] * 3)
            return "no MAC of a server" in self.log()
        speaker = self.server(1)
        with self.fault("A next hop answers with a MAC that no server has",
                        {"address": FORGED_HOP}, nexthop=FORGED_HOP):
            speaker.send(announcement(OTHER_VIP, BACKEND_AS + 1,
                                      next_hop=FORGED_HOP))
            wait_until(forge, 20, "the refusal")

    def wait_link(self, up):
        def has_changed():
            read_all(self.speakers, 0)
            return self.lab.headgate.show("status")["interfaces"][0]["up"] == up
        wait_until(has_changed, 30, f"the link: {up}")

    def test_y_a_link_that_flaps(self):
        with self.fault("A link goes down and up again and again",
                        interface="lan"):
            for state in ("down", "up") * 5:
                self.lab.peers.ip(f"link set lan {state}")
                self.wait_link(state == "up")

    def test_messages_of_the_kernel_that_are_lost(self):
        pid = self.lab.headgate.process.pid
        batch = f"{self.lab.folder}/routes"
        with open(batch, "w", encoding="ascii") as file:
            for number in range(ROUTES):
                file.write(f"route add blackhole 100.64.{number // 256}."
                           f"{number % 256}/32 table 999\n")
        with self.fault("The kernel drops messages about routes"):
            os.kill(pid, signal.SIGSTOP)
            try:
                self.lab.host.run("ip", "-batch", batch)
            finally:
                os.kill(pid, signal.SIGCONT)

    # ------------------------------------------------- packets

    def test_flows_without_room(self):
        first = self.server(1, VIP)
        wait_until(lambda: self.lab.headgate.living(), 20, "the first")
        second = self.server(2)
        second.send(announcement(VIP, BACKEND_AS + 2, next_hop=OTHER_HOP))
        wait_until(lambda: any(g["moving_buckets"] for g
                               in self.lab.headgate.show("groups")), 20,
                   "a window")

        def fires():
            send_frames(self.lab.peers, "lan", self.packets(VIP, 2 * FLOWS))
            return self.fires("HeadgateFlowsEvicted", {})
        with self.fault("More flows come during a change than "
                        "`--affinity-flows`"):
            wait_until(fires, 30, "the alert")
        for speaker in (first, second):
            speaker.send(withdrawal(VIP))

    def test_packets_that_go_round(self):
        self.server(1, VIP)
        wait_until(lambda: RACK1 in self.lab.headgate.living(), 20, "alive")

        def fires():
            send_frames(self.lab.peers, "lan", self.packets(VIP, 1000, ttl=1))
            return self.fires("HeadgateLoop", {})
        with self.fault("Packets for VIPs go round in a loop"):
            wait_until(fires, 30, "the alert")

    # ------------------------------------------------- records

    def test_0_a_collector_that_is_away(self):
        with self.fault("A collector of `--bmp` is away", quiet=False):
            pass  # it was never there

    def test_a_disk_that_is_full(self):
        speaker = self.server(1)
        with self.fault("The disk of `--mrt` is full"):
            for number in range(DISK_SIZE // len(bgp.keepalive())):
                speaker.send(withdrawal(f"192.0.2.{number % 250}/32"))
                read_all(self.speakers, 0)

    # ------------------------------------------------- clocks

    def ages(self):
        """Return all ages that the agent shows."""
        shown = [self.lab.headgate.ctl("-j", "show", what).stdout
                 for what in ("events", "neighbors", "nexthops", "status")]
        return [int(age) for text in shown
                for age in re.findall(r'"\w*age_s": *(-?\d+)', text)]

    def test_w_the_wall_clock(self):
        self.addCleanup(self.clocks.set, 0, 0)
        for lead in (YEAR_S, -YEAR_S):
            with self.fault("The wall clock is set"):
                self.clocks.set(lead, 0)
            self.assertGreaterEqual(min(self.ages()), 0)
            self.assertLess(max(self.ages()), YEAR_S // 2)
        self.check_bystanders()

    def test_x_a_host_that_sleeps(self):
        with self.fault("The host is suspended"):
            self.clocks.set(0, SLEEP_S)
        self.assertGreaterEqual(min(self.ages()), 0)

    # ------------------------------------------------- tables

    def test_z_an_entry_that_the_kernel_refuses(self):
        subprocess.run(["bpftool", "map", "freeze", "pinned",
                        f"{self.lab.headgate.pins}/vip4_lpm"], check=True)
        with self.fault("The kernel refuses an entry of a VIP", vip=PREFIX_VIP):
            self.server(1, PREFIX_VIP)
        self.assertNotIn(PREFIX_VIP, self.observer.table)


del FaultCase  # it has no tests of its own

if __name__ == "__main__":
    unittest.main()
