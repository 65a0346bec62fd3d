# SPDX-License-Identifier: BSD-2-Clause
"""A handover that ends before the successor is ready: the agent goes on."""

import raw_bgp as bgp
from handover_client import (ANNOUNCED, CONTROL_LOCK, GO_ON, HELLO,
                             HandoverClient, LISTENER, NEIGHBOR, NEXTHOP,
                             PAUSE, PINS_LOCK, STAYS, UPDATE)
from handover_scenes import HANDED_OVER, HandoverCase, VIP
from raw_lab import BACKEND_AS, NEXT_HOP, withdrawal
from lab.system import wait_until

WAITING, HOLD_TIME = "10.1.0.12", 3


class RefusedCase(HandoverCase):
    def setUp(self):
        super().setUp()
        self.refusals = 0

    def ask(self):
        client = HandoverClient(self.lab.headgate.socket)
        self.addCleanup(client.close)
        return client

    def assert_agent_goes_on(self, reason="this agent goes on"):
        self.refusals += 1
        self.wait_for(lambda: self.log().count(reason) >= self.refusals,
                      reason)
        self.assert_nothing_was_seen()

    def assert_routes_are_learned(self):
        self.backend.send(withdrawal(VIP))
        self.wait_withdrawn(VIP)


class NeverReady(RefusedCase):
    options = {"flags": ("--takeover-max", "5")}

    def test_successor_is_not_waited_for(self):
        client = self.ask()
        client.read_all()
        self.assertIsNotNone(client.read_until(STAYS))
        self.assert_agent_goes_on("not ready in time")
        self.assert_routes_are_learned()


class Refused(RefusedCase):
    """The handover ends before the successor is ready."""

    options = {"addresses": (WAITING,)}
    STEPS = (HELLO, CONTROL_LOCK, PINS_LOCK, LISTENER, NEXTHOP, NEIGHBOR,
             UPDATE, ANNOUNCED, PAUSE)

    def test_successor_may_leave_at_each_step(self):
        before = self.log().count("the other agent has gone")
        for number, step in enumerate(self.STEPS, 1):
            client = self.ask()
            self.assertIsNotNone(client.read_until(step), step)
            client.close()
            self.wait_for(lambda: self.log().count("the other agent has gone")
                          == before + number, f"gone after {step}")
            self.assert_nothing_was_seen()
        client = self.ask()
        self.assertIsNotNone(client.read_all())
        kinds = [kind for kind, _ in client.records]
        self.assertEqual(kinds.count(PAUSE), 1)
        client.close()
        self.wait_for(lambda: self.log().count("the other agent has gone")
                      == before + len(self.STEPS) + 1, "gone at the end")
        self.assert_nothing_was_seen()
        self.assert_routes_are_learned()

    def test_second_one_is_refused_and_orders_wait(self):
        client, second = self.ask(), None
        client.read_all()
        second = self.ask()
        self.assertIn("takes over already", second.read_line())
        for order in (("neighbor", NEXT_HOP, "shutdown"), ("reload",),
                      ("drain", NEXT_HOP)):
            refused = self.lab.headgate.ctl(*order)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("another agent takes over",
                          refused.stdout + refused.stderr)
        client.send(GO_ON)
        self.assertIsNotNone(client.read_until(STAYS))
        self.assert_agent_goes_on("sent what has no meaning")
        self.assert_routes_are_learned()

    def test_peers_hear_of_the_agent_while_the_successor_starts(self):
        waiting = self.keep(self.lab.establish(
            WAITING, BACKEND_AS + 1, hold_time=HOLD_TIME))
        self.addCleanup(waiting.close)
        client = self.ask()
        client.read_until(PAUSE)
        heard = len(waiting.received(bgp.KEEPALIVE))
        self.wait_for(lambda: waiting.take_input() is None
                      or len(waiting.received(bgp.KEEPALIVE)) >= heard + 3,
                      "KEEPALIVEs")
        # The peer was silent for longer than the hold time meanwhile.
        self.assertFalse(waiting.closed, waiting.notification)
        client.close()
        waiting.send(bgp.keepalive())

    def test_successor_is_killed(self):
        headgate = self.lab.headgate
        log = f"{self.lab.folder}/successor.log"
        successor = headgate.start_successor(log=log)

        def began():
            with open(log, encoding="utf-8") as file:
                return "taking over from" in file.read()
        wait_until(began, HANDED_OVER, "the begin")
        successor.end(9)
        self.assert_agent_goes_on("the other agent has gone")
        self.assert_routes_are_learned()

    def test_successor_with_other_pins_gives_up(self):
        headgate = self.lab.headgate
        flags = [f"{headgate.pins}-other" if flag == headgate.pins else flag
                 for flag in headgate.arguments]
        done = headgate.try_flags(*flags, "--takeover")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assert_agent_goes_on("this agent goes on")
        self.assertEqual(headgate.ctl("show", "status").returncode, 0)
        self.assert_routes_are_learned()


del HandoverCase, RefusedCase  # no scenes of its own
