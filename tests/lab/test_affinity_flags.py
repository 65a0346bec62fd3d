# SPDX-License-Identifier: BSD-2-Clause
"""Each flag of affinity in a scene in which it changes the fate of flows."""

from affinity_scenes import AffinityCase, AffinityLab
from lab.system import wait_until
from lab.topology import VIP


class NoWindowLab(AffinityLab):
    flags = ("--affinity-window", "0")


class NoWindow(AffinityCase):
    """Flows move at once, in the tables and so for clients."""

    lab_class = NoWindowLab

    def test_flows_of_a_server_that_withdraws_break(self):
        self.start_flows()
        self.withdraw()
        fates, servers = self.flows.fates(), self.flows.servers()
        self.assertEqual({fate == "went on" for port, fate in fates.items()
                          if servers[port] == self.victim.name}, {False})


class OwnWindowLab(AffinityLab):
    flags = (*AffinityLab.flags, "--vip", f"{VIP}/32,affinity=0")


class OwnWindow(NoWindow):
    """A window of the VIP's own counts in place of that of all."""

    lab_class = OwnWindowLab


class DeathLab(AffinityLab):
    flags = (*AffinityLab.flags, "--session-loss", "death")


class SessionLossIsDeath(AffinityCase):
    """Flows of a server are given up with its session, and not by a withdrawal."""

    lab_class = DeathLab

    def test_only_its_own_flows_break(self):
        self.start_flows()
        self.withdraw()
        self.assert_all_go_on()
        self.victim.bird.kill()
        self.assert_only_those_of_the_victim_break()


class ShortDrainLab(AffinityLab):
    flags = (*AffinityLab.flags, "--drain-max", "5")


class ShortDrain(AffinityCase):
    """A server that withdrew keeps its flows for no longer than --drain-max."""

    lab_class = ShortDrainLab

    def test_its_flows_break_after_a_while(self):
        self.start_flows()
        self.withdraw()
        wait_until(lambda: self.victim.address not in
                   self.lab.headgate.nexthops(), 20, "the drain to end")
        self.assert_only_those_of_the_victim_break()


del AffinityCase  # no scenes of its own
