# SPDX-License-Identifier: BSD-2-Clause
"""With --session-loss death, a server whose BGP daemon does not come back to an agent
that was killed loses its flows, as it would while the agent runs."""

from takeover_scenes import TakeoverCase
from affinity_scenes import AffinityLab
from lab.system import wait_until


class SessionLossKillsLab(AffinityLab):
    flags = (*AffinityLab.flags, "--session-loss", "death")


class NeverBackIsDead(TakeoverCase):
    """The BGP daemon of a server does not come back, and its host answers."""

    lab_class = SessionLossKillsLab

    def slot_of(self, server):
        address = [int(byte) for byte in server.address.split(".")]
        return next(slot for slot, found in self.slots().items()
                    if found[-4:] == address)

    def is_alive(self, slot):
        return self.lab.headgate.map_lookup("nexthops", slot)["alive"]

    def test_its_flows_move_after_its_hold_time_and_no_others(self):
        self.start_flows()
        slot = self.slot_of(self.victim)
        self.lab.headgate.kill()
        self.victim.bird.kill()
        self.lab.headgate.start()
        self.assertTrue(self.is_alive(slot))  # it may come back yet
        self.wait_taken_over()
        wait_until(lambda: not self.is_alive(slot), 10,
                   "the death of the victim")
        self.lab.wait_living(self.others)
        self.assert_only_those_of_the_victim_break()
        self.victim.bird.start()
        self.lab.wait_living(self.servers)
        wait_until(lambda: self.is_alive(slot), 10, "its return")


del TakeoverCase  # no scenes of its own
