# SPDX-License-Identifier: BSD-2-Clause
"""Frames, flows and sessions while the agent reloads, hands over, fails to, or is
killed. Each test prints its figures; LONG=1 has 8 servers, 600 flows and all steps.
"""

import unittest

from life_scenes import HANDED_OVER, LONG, LifeCase
from handover_client import (ANNOUNCED, CONTROL_LOCK, HELLO, HandoverClient,
                             LISTENER, NEIGHBOR, NEXTHOP, PAUSE, PINS_LOCK,
                             UPDATE)
from lab.system import wait_until

STEPS = (HELLO, CONTROL_LOCK, PINS_LOCK, LISTENER, NEXTHOP, NEIGHBOR, UPDATE,
         ANNOUNCED, PAUSE)
TAKEN = "taken over from the previous run after"
RELOADS = (
    ["rule continue from any set med 5"],
    ["probe-interval 400", "probe-count 5", "hold-down 1"],
    ["vip 203.0.113.0/24"],
    ["neighbor 10.1.0.77,as=65077,role=backend"],
    ["maximum-paths 32"],
)
long_test = unittest.skipUnless(LONG, "for LONG=1")


class Life(LifeCase):

    def test_reloads_and_handovers(self):
        self.reload_all()
        self.hand_over_half()
        self.hand_over()
        self.judge("reloads, a handover that fails, and one that does not")

    def reload_all(self):
        """Reload rules, timers, VIPs, neighbors: all that resets no session."""
        for lines in RELOADS:
            self.reload(lines)
        self.reload([])

    def hand_over_half(self):
        """The successor leaves when it has read all."""
        before = self.log().count("the other agent has gone")
        client = HandoverClient(self.headgate.socket)
        self.addCleanup(client.close)
        self.assertIsNotNone(client.read_all())
        client.close()
        self.wait_gone(before + 1)

    @long_test
    def test_reloads(self):
        for _ in range(5):
            self.reload_all()
        self.judge(f"{5 * (len(RELOADS) + 1)} reloads")

    @long_test
    def test_handovers_that_fail(self):
        for step in STEPS:
            self.leave_at(step)
        self.hand_over_half()
        self.judge(f"{len(STEPS) + 1} handovers that fail")

    def leave_at(self, step):
        before = self.log().count("the other agent has gone")
        client = HandoverClient(self.headgate.socket)
        self.addCleanup(client.close)
        client.read_until(step)
        client.close()
        self.wait_gone(before + 1)

    def wait_gone(self, count):
        wait_until(lambda: self.log().count("the other agent has gone")
                   >= count, HANDED_OVER, "the end of the successor")

    @long_test
    def test_many_handovers(self):
        for _ in range(10):
            self.hand_over()
        self.judge("10 handovers")

    @long_test
    def test_kill_and_start(self):
        """Without graceful restart the sessions of a killed process end, and the
        upstream withdraws the VIPs by itself: frames are lost up to the next
        session, and no flow moves. Servers with BIRD's own timers come back when
        those say."""
        taken = self.log().count(TAKEN)
        self.headgate.kill()
        self.headgate.start()
        wait_until(lambda: self.log().count(TAKEN) > taken, 180, "the takeover")
        self.judge("kill -9 and start", resets=None, withdrawals=None,
                   lost=None)


del LifeCase  # no scenes of its own
