# SPDX-License-Identifier: BSD-2-Clause
"""Check the messages to the service manager, whose socket the test owns, and the
log of a turn of the event loop that takes too long."""

import os
import signal
import time

from service_scenes import LIMIT_S, WATCHDOG_S, ServiceManager
from lab.system import TIME_SCALE, wait_until
from raw_lab import BACKEND_AS, BYSTANDER, announcement, withdrawal

SIGNS = 5
STALL_S = 0.15  # more than the 100 ms that are logged


class Told(ServiceManager):
    """The messages of an agent that runs."""

    @classmethod
    def start_bystanders(cls):
        cls.first_state = cls.manager.wait_state()
        super().start_bystanders()

    def test_it_is_ready_first_of_all(self):
        self.assertEqual(self.first_state, {"READY": "1"})

    def test_the_status_has_vips_and_neighbors(self):
        """Both VIPs are of the bystander."""
        self.bystander.send(announcement(
            self.MEASURED_VIP, BACKEND_AS + 98, next_hop=BYSTANDER))
        self.observer.close()
        self.manager.wait_for("STATUS", "2 VIPs, 1 of 2 neighbors up")
        type(self).observer = self.keep(self.lab.observe())
        self.manager.wait_for("STATUS", "2 VIPs, 2 of 2 neighbors up")
        self.bystander.send(withdrawal(self.MEASURED_VIP))
        self.manager.wait_for("STATUS", "1 VIPs, 2 of 2 neighbors up")

    def test_a_reload_begins_and_ends(self):
        before_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self.reload()
        self.check_reload(before_us)

    def test_a_reload_by_signal_begins_and_ends(self):
        before_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self.send_signal(signal.SIGHUP)
        self.check_reload(before_us)

    def check_reload(self, before_us):
        begin = self.manager.wait_state()
        self.assertEqual(begin["RELOADING"], "1")
        self.assertGreater(int(begin["MONOTONIC_USEC"]), before_us)
        self.assertEqual(self.manager.wait_state(), {"READY": "1"})

    def test_a_dry_run_is_no_reload(self):
        self.reload("--dry-run")
        self.manager.read()
        self.assertEqual([m for m in self.manager.messages
                          if "RELOADING" in m], [])

    def test_signs_of_life_come_while_the_loop_runs(self):
        begin = time.monotonic()
        for _ in range(SIGNS):
            self.manager.wait_for("WATCHDOG")
        # The first may have been due at once.
        self.assertGreater(time.monotonic() - begin,
                           (SIGNS - 2) * WATCHDOG_S / 2)

    def test_a_stopped_loop_gives_no_sign(self):
        self.manager.wait_for("WATCHDOG")
        self.send_signal(signal.SIGSTOP)
        wait_until(self.is_stopped, LIMIT_S, "the stop")
        self.manager.clear()
        self.manager.read(5 * WATCHDOG_S)
        self.assertEqual(self.manager.messages, [])
        self.send_signal(signal.SIGCONT)
        self.manager.wait_for("WATCHDOG")

    def is_stopped(self):
        with open(f"/proc/{self.lab.headgate.process.pid}/stat",
                  encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "T"

    def test_a_manager_that_does_not_read_blocks_nothing(self):
        """The state that was not sent when it was due comes later."""
        self.manager.fill()
        self.reload()
        self.check_bystanders()
        self.manager.read()
        states = [m for m in self.manager.messages if "RELOADING" in m
                  or "READY" in m]
        self.assertEqual(states, [])
        self.manager.messages.clear()
        self.assertEqual(self.manager.wait_state(), {"READY": "1"})

    def test_a_stall_is_logged_with_what_ran(self):
        """A reload reads a pipe that gives nothing for a while."""
        lab, before = self.lab, self.lab.read()
        stalls = lab.headgate.show("status")["loop"]["turns_above_100_ms"]
        os.mkfifo(f"{lab.config}.pipe")
        os.rename(f"{lab.config}.pipe", lab.config)
        self.send_signal(signal.SIGHUP)
        with open(lab.config, "w", encoding="utf-8") as pipe:
            time.sleep(STALL_S)
            pipe.write("\n".join(before) + "\n")
        os.unlink(lab.config)
        lab.write(before)
        wait_until(lambda: "warning loop: reload: a turn of the event loop "
                   "took " in self.log(), LIMIT_S, "the stall in the log")
        now = lab.headgate.show("status")["loop"]["turns_above_100_ms"]
        self.assertGreater(now, stalls)


class Ends(ServiceManager):

    watchdog = {}
    options = {"flags": ("--shutdown-delay", "1")}

    def test_the_end_is_told_when_it_begins(self):
        self.send_signal(signal.SIGTERM)
        self.assertEqual(self.manager.wait_state(), {"STOPPING": "1"})
        self.assertTrue(self.lab.headgate.process.alive())
        self.manager.wait_for(
            "STATUS", "shutting down: 1 VIPs, 2 of 2 neighbors up")
        self.lab.headgate.process.wait(LIMIT_S * TIME_SCALE)
        self.manager.read()
        self.assertEqual([m for m in self.manager.messages
                          if "WATCHDOG" in m], [])


class OtherProcess(ServiceManager):
    """The manager watches another process than ours."""

    watchdog = {"WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"}

    def test_no_sign_of_life_is_given(self):
        self.reload()
        self.manager.wait_for("READY")
        self.manager.read(1)
        self.assertEqual([m for m in self.manager.messages
                          if "WATCHDOG" in m], [])


class NoSuchSocket(ServiceManager):

    @classmethod
    def before_start(cls):
        super().before_start()
        cls.lab.headgate.environment["NOTIFY_SOCKET"] += "-of-another-boot"

    def test_the_agent_runs_and_says_so(self):
        self.check_bystanders()
        self.assertIn("-of-another-boot: not used, so the service manager "
                      "learns nothing: No such file or directory", self.log())


del ServiceManager  # no scenes of its own
