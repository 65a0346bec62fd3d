# SPDX-License-Identifier: BSD-2-Clause
"""One of two agents is killed in the middle of a handover, step by step: the other
one is in charge. LONG=1 has all steps."""

import os

from handover_client import (ANNOUNCED, CONTROL_LOCK, END, HELLO, LISTENER,
                             NEIGHBOR, NEXTHOP, PAUSE, PINS_LOCK, Relay, UPDATE)
from handover_scenes import HANDED_OVER, HandoverCase, OTHER_VIP, VIP
from lab.system import wait_until
from raw_lab import BACKEND_AS, NEXT_HOP, announcement

LONG = bool(os.environ.get("LONG"))
ALL_STEPS = (HELLO, CONTROL_LOCK, PINS_LOCK, LISTENER, NEXTHOP, NEIGHBOR, UPDATE,
             ANNOUNCED, PAUSE)
STEPS = ALL_STEPS if LONG else (HELLO, NEIGHBOR, PAUSE)
TAKEN = "taken over from the previous run after"


class Killed(HandoverCase):

    def hold_at(self, step):
        """Start a successor that hears nothing after that record."""
        self.relay = Relay(self.lab.headgate.socket, step)
        self.addCleanup(self.relay.close)
        successor = self.lab.headgate.start_successor()
        self.assertTrue(self.relay.reached.wait(HANDED_OVER), step)
        self.assertIsNone(self.relay.ended)
        return successor

    def test_1_successor_is_killed_at_each_step(self):
        for step in (*STEPS, END):
            with self.subTest(step=step):
                gone = self.log().count("the other agent has gone")
                successor = self.hold_at(step)
                successor.end(9)
                self.relay.close()
                self.relay.put_back()
                self.wait_for(
                    lambda: self.log().count("the other agent has gone")
                    > gone, "the agent goes on")
                self.assert_nothing_was_seen()
        self.hand_over()
        self.assert_nothing_was_seen()

    def test_2_agent_is_killed_when_all_is_said(self):
        """The successor has each session and each path."""
        done = self.log().count("handover: complete")
        self.lab.headgate.process = self.kill_agent_at(END)
        self.wait_for(lambda: self.log().count("handover: complete") > done,
                      "the successor")
        self.assert_nothing_was_seen()

    def test_3_agent_is_killed_at_each_step(self):
        """The sessions end with it, and the successor starts as after a crash."""
        for step in STEPS:
            with self.subTest(step=step):
                taken = self.log().count(TAKEN)
                programs = self.lab.headgate.program_ids()
                successor = self.kill_agent_at(step)
                self.assertEqual(self.lab.headgate.program_ids(), programs)
                self.lab.headgate.process = successor
                wait_until(self.lab.headgate.answers, HANDED_OVER,
                           "the successor")
                self.establish_again()
                self.wait_for(lambda: self.log().count(TAKEN) > taken,
                              "the tables")
        self.assertIn("the running agent has died", self.log())

    def kill_agent_at(self, step):
        successor = self.hold_at(step)
        self.lab.headgate.kill()
        os.unlink(self.lab.headgate.socket)  # the relay's
        self.relay.close()
        return successor

    def establish_again(self):
        cls = type(self)
        cls.observer = self.keep(self.lab.observe())
        cls.bystander = self.keep(self.lab.establish(
            self.BYSTANDER_ADDRESS, BACKEND_AS + 98))
        self.bystander.send(announcement(
            self.BYSTANDER_VIP, BACKEND_AS + 98,
            next_hop=self.BYSTANDER_ADDRESS))
        self.backend.close()
        self.backend = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        self.backend.send(announcement([VIP, OTHER_VIP], BACKEND_AS))
        self.wait_announced(VIP, OTHER_VIP, self.BYSTANDER_VIP)


del HandoverCase  # no scenes of its own
