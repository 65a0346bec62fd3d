# SPDX-License-Identifier: BSD-2-Clause
"""Flows stay where they are while servers join, change weight or die."""

from affinity_scenes import AffinityCase
from lab.system import wait_until


class AServerJoins(AffinityCase):
    started = False

    def test_and_flows_stay_where_they_are(self):
        *first, last = self.servers
        self.lab.router_bird.start()
        for server in first:
            server.start()
        last.web.start()
        self.lab.headgate.start()
        self.lab.wait_living(first)
        self.lab.wait_announced(True)
        self.start_flows()
        last.bird.start()
        self.lab.wait_living(self.servers)
        self.assertIn(last.name, self.new_servers())
        self.assert_all_go_on()


class WeightsChange(AffinityCase):
    started = False

    def test_and_flows_stay_where_they_are(self):
        for server in self.servers:
            self.lab.announce_bandwidth(server, 1)
        self.lab.start()
        before = self.buckets()
        self.start_flows()
        self.lab.announce_bandwidth(self.victim, 2)
        wait_until(lambda: self.buckets() > 1.5 * before, 10, "twice the share")
        self.assert_all_go_on()
        self.lab.announce_bandwidth(self.victim, 1)
        wait_until(lambda: self.buckets() == before, 10, "the old share")
        self.assert_all_go_on()

    def buckets(self):
        return self.lab.headgate.nexthops()[self.victim.address]["buckets"]


class PowerCut(AffinityCase):
    """A server that does not answer loses its flows, and no other one does."""

    def test_only_its_own_flows_break(self):
        self.start_flows()
        self.victim.cut_power()
        self.lab.wait_living(self.others)
        self.assert_only_those_of_the_victim_break()


del AffinityCase  # no scenes of its own
