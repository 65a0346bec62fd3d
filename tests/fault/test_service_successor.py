# SPDX-License-Identifier: BSD-2-Clause
"""`headgatectl reload --successor`, by which the unit reloads: the service manager
learns which process the service is from then on."""

import os
import shutil

from service_scenes import LIMIT_S, ServiceManager
from lab.agent import BUILD
from lab.system import TIME_SCALE, wait_until

HANDED_OVER = 90  # seconds; a busy machine verifies the program slowly
NEEDS_SUCCESSOR = "icmp-rate 77"  # of the program


class Successor(ServiceManager):

    @classmethod
    def before_start(cls):
        super().before_start()
        headgate = cls.lab.headgate
        cls.program = f"{cls.lab.folder}/headgate"
        shutil.copy(f"{BUILD}/headgate", cls.program)
        headgate.program = cls.program

    def setUp(self):
        super().setUp()
        self.pid = self.lab.headgate.process.pid

    def reload_or_succeed(self, *command, code=0):
        """Have the unit's command run as a process of the host."""
        headgate = self.lab.headgate
        command = command or [self.program, *headgate.arguments, "--takeover"]
        before = len(self.log())
        ctl = headgate.namespace.start(
            [f"{BUILD}/headgatectl", "-s", headgate.socket, "reload",
             "--successor", "--", *command], log=headgate.log_path)
        wait_until(lambda: self.manager.read() or not ctl.alive(), HANDED_OVER,
                   "headgatectl")
        status = ctl.wait()
        text = self.log()[before:]
        self.assertEqual(status, code, text)
        return text

    def check_succession(self):
        """The manager learns the process before the agent ends."""
        self.assertEqual(self.lab.headgate.process.wait(LIMIT_S * TIME_SCALE),
                         0)
        state = self.manager.wait_state()
        self.assertEqual(list(state), ["MAINPID"])
        self.assertEqual(self.manager.wait_state(), {"READY": "1"})
        self.manager.wait_for("WATCHDOG")
        pid = int(state["MAINPID"])
        self.assertEqual(os.readlink(f"/proc/{pid}/exe"), self.program)

    def take_back(self):
        """Make the agent a child of the test again, which has to end it."""
        headgate = self.lab.headgate
        done = self.complete()
        headgate.process = headgate.start_successor()
        wait_until(lambda: self.manager.read() or self.complete() > done,
                   HANDED_OVER, "the last handover")
        self.assertEqual(
            int(self.manager.wait_state()["MAINPID"]), headgate.process.pid)
        self.check_bystanders()
        self.assertEqual(self.observer.withdrawals, [])

    def complete(self):
        """Return how many handovers are over, once none is under way."""
        wait_until(lambda: self.manager.read()
                   or self.log().count("handover: done")
                   <= self.log().count("handover: complete"), HANDED_OVER,
                   "the end of the handover")
        return self.log().count("handover: complete")

    def test_a_change_that_needs_a_restart_gets_a_successor(self):
        with self.edited(add=[NEEDS_SUCCESSOR]):
            text = self.reload_or_succeed()
            self.assertIn("icmp-rate 1000 -> 77: needs a restart", text)
            self.assertIn(" has taken over", text)
            self.assertIn(NEEDS_SUCCESSOR, self.shown_config())
            self.check_succession()
        self.take_back()

    def test_a_program_that_was_replaced_gets_a_successor(self):
        shutil.copy(self.program, f"{self.program}.new")
        os.rename(f"{self.program}.new", self.program)
        self.assertIn(" has taken over", self.reload_or_succeed())
        self.check_succession()
        self.take_back()

    def test_a_live_change_gets_none(self):
        with self.edited(add=["metrics 127.0.0.1:9472"]):
            text = self.reload_or_succeed("false")
            self.assertIn("metrics", text)
        self.assertIn("metrics", self.reload_or_succeed("false"))
        self.assertIn("has not changed", self.reload_or_succeed("false"))
        self.assert_agent_goes_on()

    def test_a_wrong_configuration_gets_none(self):
        with self.edited(add=["no-such-flag"]):
            self.assertIn("no-such-flag",
                          self.reload_or_succeed("false", code=1))
        self.assert_agent_goes_on()

    def test_a_successor_that_ends_leaves_the_agent(self):
        with self.edited(add=[NEEDS_SUCCESSOR]):
            self.assertIn("false: ended before it took over",
                          self.reload_or_succeed("false", code=1))
            self.assertIn("/no-such-program: not started: No such file",
                          self.reload_or_succeed("/no-such-program", code=1))
        self.assert_agent_goes_on()

    def test_a_manager_that_does_not_read_keeps_the_agent(self):
        """It would end the service with the agent that leaves."""
        self.manager.fill()
        self.manager.reads = False
        with self.edited(add=[NEEDS_SUCCESSOR]):
            self.reload_or_succeed(code=1)
        self.manager.reads = True
        self.assertIn("not done: the service manager does not read; this "
                      "agent goes on", self.log())
        self.manager.clear()
        self.assert_agent_goes_on()

    def assert_agent_goes_on(self):
        self.assertTrue(self.lab.headgate.process.alive())
        self.assertEqual(self.lab.headgate.process.pid, self.pid)
        self.manager.wait_for("WATCHDOG")
        self.assertNotIn("MAINPID", set().union(*self.manager.messages))
        self.check_bystanders()

    def test_the_command_is_checked(self):
        headgate = self.lab.headgate
        for words in (["--successor"], ["--successor", "--dry-run", "true"],
                      ["--successor", "--confirm", "9", "true"]):
            done = headgate.ctl("reload", *words)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn("takes a command", done.stderr)


del ServiceManager  # no scenes of its own
