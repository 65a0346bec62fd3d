# SPDX-License-Identifier: BSD-2-Clause
"""Two Headgates, one killed while a server joins: the flows that break, with the
joining community and without. Each node records the flows that it meets alone, so
the other one knows of them what BGP says, and no more.

LONG=1: four minutes. `sudo make bench-two-nodes` prints the figures."""

import os
import time
import unittest

from lab_case import LabCase
from lab import traffic
from lab.system import TIME_SCALE, wait_until
from lab.topology import VIP
from test_two_nodes import FIRST_PORT, NodesLab

OLD, NEW = 300, 300
NEW_PORT = 40000
JOINING = (65000, 2)
RECORD_SECONDS = 5 * TIME_SCALE  # each download has packets in that time
WATCH_SECONDS = 4 * TIME_SCALE
SIGNAL = ("filter {{ if net != {vip}/32 then reject; "
          "bgp_community.add({community}); accept; }}")


class JoiningLab(NodesLab):

    def agent_flags(self):
        return [*super().agent_flags(), "--affinity-window", "40",
                "--joining-community", "65000:2"]

    def second_flags(self):
        """One server comes later, and is not waited for."""
        return self.agent_flags()

    def say(self, server, community=None):
        server.bird.session["export"] = (
            SIGNAL.format(vip=VIP, community=community) if community
            else f"where net = {VIP}/32")
        if server.bird.process:
            server.bird.write_config()
            server.bird.ask("configure")

    def wait_both(self, servers):
        wanted = {s.address for s in servers}
        for agent in (self.headgate, self.second):
            wait_until(lambda: agent.living() == wanted, 20, "the servers")

    def wait_moving(self, moving, seconds=90):
        for agent in (self.headgate, self.second):
            wait_until(lambda: self.is_steady(agent) != moving, seconds,
                       f"moving: {moving}")


@unittest.skipUnless(os.environ.get("LONG") == "1", "takes LONG=1")
class Case(LabCase):
    lab_class = JoiningLab
    options = {"servers": 5, "one_arm": True}
    started = False
    word = False

    def begin(self):
        *self.first, self.last = self.lab.servers
        self.lab.router_bird.start()
        for server in self.first:
            server.start()
        self.last.web.start()
        self.lab.headgate.start()
        self.lab.second.start()
        self.lab.wait_both(self.first)
        self.lab.wait_nodes(2)
        self.lab.wait_moving(False)
        self.old = self.flows(FIRST_PORT, OLD)
        if self.word:
            self.lab.say(self.last, JOINING)
        self.last.bird.start()
        if self.word:
            self.lab.wait_moving(True)
            time.sleep(RECORD_SECONDS)
            self.lab.say(self.last)
        self.lab.wait_both(self.lab.servers)
        self.lab.wait_moving(True)
        self.new = self.flows(NEW_PORT, NEW)

    def flows(self, port, count):
        flows = self.lab.start_long_downloads(port, count)
        self.addCleanup(flows.close)
        return flows, flows.wait_running()

    def broken(self, flows):
        kind, running = flows
        now = kind.report()
        time.sleep(WATCH_SECONDS)
        fates = traffic.fates(running, now, kind.report())
        return sum(fate != "went on" for fate in fates.values())

    def kill(self):
        self.lab.second.kill()
        self.lab.wait_nodes(1)
        return self.broken(self.old), self.broken(self.new)

    def show(self, what, broken):
        said = "announced by communities" if self.word else "not announced"
        print(f"# {said}, {what}: {broken[0]} of {OLD} flows broke that are "
              f"older than the change, {broken[1]} of {NEW} that began in its "
              "window", flush=True)


class DuringWithout(Case):
    def test_during(self):
        self.begin()
        broken = self.kill()
        self.show("killed in the window", broken)
        self.assertEqual(broken[0], 0)


class AfterWithout(Case):
    def test_after(self):
        self.begin()
        self.lab.wait_moving(False)
        broken = self.kill()
        self.show("killed after it", broken)
        self.assertEqual(broken[1], 0)


class DuringWith(DuringWithout):
    word = True


class AfterWith(AfterWithout):
    word = True


del Case
