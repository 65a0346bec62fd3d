# SPDX-License-Identifier: BSD-2-Clause
"""A handover that ends before the successor is ready: the agent goes on."""

from handover_client import (ANNOUNCED, CONTROL_LOCK, END, HELLO,
                             HandoverClient, LISTENER, NEIGHBOR, NEXTHOP,
                             PINS_LOCK, READY, STAYS, UPDATE)
from handover_scenes import HANDED_OVER, HandoverCase, VIP
from raw_lab import NEXT_HOP, withdrawal
from lab.system import wait_until


class Refused(HandoverCase):
    """The handover ends before the successor is ready."""

    options = {"flags": ("--takeover-max", "5")}
    STEPS = (HELLO, CONTROL_LOCK, PINS_LOCK, LISTENER, NEXTHOP, NEIGHBOR,
             UPDATE, ANNOUNCED, END)

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

    def test_successor_may_leave_at_each_step(self):
        before = self.log().count("the other agent has gone")
        for number, step in enumerate(self.STEPS, 1):
            client = self.ask()
            self.assertIsNotNone(client.read_until(step), step)
            client.close()
            self.wait_for(lambda: self.log().count("the other agent has gone")
                          == before + number, f"gone after {step}")
            self.assert_nothing_was_seen()
        self.assert_routes_are_learned()

    def test_second_one_is_refused_and_orders_wait(self):
        client, second = self.ask(), None
        client.read_until(END)
        second = self.ask()
        self.assertIn("takes over already", second.read_line())
        for order in (("neighbor", NEXT_HOP, "shutdown"), ("reload",),
                      ("drain", NEXT_HOP)):
            refused = self.lab.headgate.ctl(*order)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("another agent takes over",
                          refused.stdout + refused.stderr)
        client.send(READY + 1)
        self.assertIsNotNone(client.read_until(STAYS))
        self.assert_agent_goes_on("sent what has no meaning")
        self.assert_routes_are_learned()

    def test_successor_that_is_never_ready_is_not_waited_for(self):
        client = self.ask()
        client.read_until(END)
        self.assertIsNotNone(client.read_until(STAYS))
        self.assert_agent_goes_on("not ready in time")
        self.assert_routes_are_learned()

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


del HandoverCase  # no scenes of its own
