# SPDX-License-Identifier: BSD-2-Clause
"""Flows stay where they are while BGP daemons withdraw, die and return."""

from affinity_scenes import AffinityCase


class FlowsStay(AffinityCase):
    """All flows go on, whatever the servers' BGP daemons do."""

    def test_when_a_server_withdraws_and_returns(self):
        self.start_flows()
        self.withdraw()
        self.assertEqual(self.new_servers(), {s.name for s in self.others})
        self.assert_all_go_on()
        self.announce()
        self.assertEqual(self.new_servers(), {s.name for s in self.servers})
        self.assert_all_go_on()

    def test_when_a_bgp_daemon_is_killed_and_returns(self):
        self.start_flows()
        self.victim.bird.kill()
        self.lab.wait_living(self.others)
        self.assertEqual(self.new_servers(), {s.name for s in self.others})
        self.assert_all_go_on()
        self.victim.bird.start()
        self.lab.wait_living(self.servers)
        self.assert_all_go_on()

    def test_when_all_daemons_are_restarted_one_after_another(self):
        self.start_flows()
        for server in self.servers:
            server.bird.stop()
            self.lab.wait_living([s for s in self.servers if s is not server])
            server.bird.start()
            self.lab.wait_living(self.servers)
        self.assert_all_go_on()


class AVipWithoutAServer(AffinityCase):
    """All servers withdraw it, and one returns before the others."""

    def test_keeps_its_flows(self):
        self.wait_steady()
        self.start_flows()
        for server in self.servers:
            server.bird.ask("disable vip")
        self.lab.wait_announced(False)
        self.victim.bird.ask("enable vip")
        self.lab.wait_living([self.victim])
        self.lab.wait_announced(True)
        self.assertEqual(self.new_servers(), {self.victim.name})
        self.assert_all_go_on()


del AffinityCase  # no scenes of its own
