# SPDX-License-Identifier: BSD-2-Clause
"""The lab of the tests of affinity: slow downloads and connections that are kept
alive, through stock BIRD servers."""

import time

from lab_case import LabCase
from lab import traffic
from lab.system import TIME_SCALE, wait_until
from lab.topology import VIP, Lab

WINDOW = 60
DOWNLOADS, KEPT_ALIVE = 300, 100
LONG_PORT, KEPT_PORT, NEW_PORT = 30000, 34000, 22000
NEW_CONNECTIONS = 200
WATCH_SECONDS = 12 * TIME_SCALE  # a kept-alive one is idle for up to 10
# The transitive link bandwidth community: type 0, subtype 4, AS, bytes a second.
BANDWIDTH = ("filter {{ if net != {vip}/32 then reject; bgp_ext_community.add("
             "(generic, 0x4{as_number:04x}, {bandwidth})); accept; }}")
GBIT = {1: "0x4cee6b28", 2: "0x4d6e6b28"}


class AffinityLab(Lab):
    flags = ("--affinity-window", str(WINDOW))

    def agent_flags(self):
        return [*super().agent_flags(), *self.flags]

    def announce_bandwidth(self, server, gbit):
        """Announce the VIP with a bandwidth, from now on or from the start."""
        server.bird.session["export"] = BANDWIDTH.format(
            vip=VIP, as_number=server.as_number, bandwidth=GBIT[gbit])
        if server.bird.process:
            server.bird.write_config()
            server.bird.ask("configure")


class Flows:
    """Both kinds of flows."""

    def __init__(self, lab):
        self.kinds = [
            traffic.LongDownloads(lab.client, VIP, LONG_PORT, DOWNLOADS,
                                  seconds=180 * TIME_SCALE),
            traffic.LongDownloads(lab.client, VIP, KEPT_PORT, KEPT_ALIVE,
                                  seconds=180 * TIME_SCALE, mode="idle")]
        self.running = [kind.wait_running() for kind in self.kinds]

    def servers(self):
        """Return port -> server, at the begin."""
        return {port: server for report in self.running
                for port, server in report.server_of_port().items()}

    def fates(self):
        """Return port -> fate, of flows that are watched for a while."""
        now = [kind.report() for kind in self.kinds]
        time.sleep(WATCH_SECONDS)
        found = {}
        for kind, running, report in zip(self.kinds, self.running, now):
            found.update(traffic.fates(running, report, kind.report()))
        return found

    def close(self):
        for kind in self.kinds:
            kind.close()


class AffinityCase(LabCase):
    lab_class = AffinityLab
    options = {"servers": 5}

    def setUp(self):
        self.servers = self.lab.servers
        self.victim = self.servers[2]
        self.others = [s for s in self.servers if s is not self.victim]

    def wait_steady(self):
        """Wait until the windows since the start are over. A bucket that moves
        again during its window would keep the time of that one."""
        wait_until(lambda: not self.lab.headgate.show("status")["groups"][
            "buckets_moving"], 2 * WINDOW, "the end of all windows")

    def start_flows(self):
        self.flows = Flows(self.lab)
        self.addCleanup(self.flows.close)
        return self.flows

    def assert_all_go_on(self):
        fates = self.flows.fates()
        self.assertEqual(len(fates), DOWNLOADS + KEPT_ALIVE)
        broken = {port: fate for port, fate in fates.items()
                  if fate != "went on"}
        self.assertEqual(broken, {})

    def assert_only_those_of_the_victim_break(self):
        fates, servers = self.flows.fates(), self.flows.servers()
        broken = {servers[port] for port, fate in fates.items()
                  if fate != "went on"}
        self.assertEqual(broken, {self.victim.name})

    def new_servers(self):
        """Return the names of the servers that get new connections."""
        new = self.lab.download(NEW_PORT, NEW_CONNECTIONS)
        self.assertEqual(new.failed(), [])
        return set(new.servers())

    def withdraw(self):
        """The victim withdraws the VIP; its session stays up."""
        self.victim.bird.ask("disable vip")
        self.lab.wait_living(self.others)

    def announce(self):
        self.victim.bird.ask("enable vip")
        self.lab.wait_living(self.servers)
