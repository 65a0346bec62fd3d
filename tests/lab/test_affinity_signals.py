# SPDX-License-Identifier: BSD-2-Clause
"""Changes that servers announce beforehand: flows that are idle for longer than a
window stay, too."""

import time

from affinity_scenes import AffinityCase, AffinityLab
from lab.system import TIME_SCALE, wait_until
from lab.topology import VIP

WINDOW_S = 2
IDLE_SECONDS = 12 * TIME_SCALE  # a kept-alive connection sends every 10
JOINING, DRAINING = (65000, 2), (65000, 1)
SIGNAL = ("filter {{ if net != {vip}/32 then reject; "
          "bgp_community.add({community}); accept; }}")


class SignalLab(AffinityLab):
    """Windows are shorter than the pauses of kept-alive connections."""

    flags = ("--affinity-window", str(WINDOW_S),
             "--joining-community", "65000:2",
             "--draining-community", "65000:1")

    def announce(self, server, community=None):
        """Announce the VIP with a community or without, from now on or from the
        start."""
        server.bird.session["export"] = (
            SIGNAL.format(vip=VIP, community=community) if community
            else f"where net = {VIP}/32")
        if server.bird.process:
            server.bird.write_config()
            server.bird.ask("configure")


class SignalCase(AffinityCase):
    lab_class = SignalLab

    def broken(self):
        return {port for port, fate in self.flows.fates().items()
                if fate != "went on"}


class JoinCase(SignalCase):
    started = False

    def start_four(self):
        *first, self.last = self.servers
        self.lab.router_bird.start()
        for server in first:
            server.start()
        self.last.web.start()
        self.lab.headgate.start()
        self.lab.wait_living(first)
        self.lab.wait_announced(True)
        self.wait_steady()
        self.start_flows()
        return first

    def wait_closed(self):
        wait_until(lambda: not self.lab.headgate.show("status")["groups"][
            "buckets_moving"], 60, "the end of the windows")


class AServerJoins(JoinCase):

    def test_with_a_word_and_idle_flows_stay(self):
        first = self.start_four()
        self.lab.announce(self.last, JOINING)
        self.last.bird.start()
        wait_until(lambda: self.lab.headgate.show("status")["groups"][
            "buckets_moving"], 20, "buckets that will move")
        self.lab.wait_living(first)
        time.sleep(IDLE_SECONDS)  # each flow sends, and is recorded
        self.lab.announce(self.last)
        self.lab.wait_living(self.servers)
        self.assertIn(self.last.name, self.new_servers())
        self.wait_closed()
        self.assertEqual(self.broken(), set())


class AServerJoinsWithoutAWord(JoinCase):
    """Flows that pause for the whole window are not known when it ends."""

    def test_and_idle_flows_break(self):
        self.start_four()
        self.last.bird.start()
        self.lab.wait_living(self.servers)
        self.wait_closed()
        broken = self.broken()
        self.assertNotEqual(broken, set())
        self.assertLessEqual(broken, {
            r["port"] for r in self.flows.running[1].results})


class AServerDrains(SignalCase):

    def test_and_idle_flows_stay(self):
        self.wait_steady()
        self.start_flows()
        self.lab.announce(self.victim, DRAINING)
        self.lab.wait_living(self.others)
        self.assertEqual(self.new_servers(), {s.name for s in self.others})
        time.sleep(2 * WINDOW_S)
        self.assertEqual(self.broken(), set())


del AffinityCase, SignalCase, JoinCase  # no scenes of their own
