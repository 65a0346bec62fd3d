# SPDX-License-Identifier: BSD-2-Clause
"""Check the agent's end: SIGTERM leaves nothing behind, and after SIGKILL traffic
continues."""

import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

from lab_case import LabCase  # noqa: E402 (the path comes first)
from lab import traffic  # noqa: E402
from lab.system import wait_until  # noqa: E402
from lab.topology import HEADGATE_UP, VIP  # noqa: E402

DOWNLOADS = 50
LONG_PORT = 30000
WATCH_SECONDS = 4  # a slow download grows about every second


class Termination:
    """SIGTERM: the program, the pins and the socket are gone."""

    options = {"servers": 2}

    def terminate(self):
        headgate = self.lab.headgate
        self.assertEqual(headgate.stop(), 0)
        self.assertEqual(headgate.program_ids(), {})
        pins = [os.path.join(folder, name)
                for folder, _, names in os.walk(headgate.pins)
                for name in names]
        self.assertEqual(pins, [])
        self.assertFalse(os.path.exists(headgate.socket))


class Terminated(Termination, LabCase):

    def test_leaves_nothing_and_can_start_again(self):
        self.terminate()
        self.lab.headgate.start()
        self.lab.wait_ready()


class TerminatedAgainAndAgain(Termination, LabCase):
    """`timeout` signals a process and its group, and operators are impatient."""

    def test_leaves_nothing_whenever_the_next_signal_comes(self):
        process = self.lab.headgate.process
        while process.alive():
            process.send_signal(signal.SIGTERM)
            time.sleep(0.0005)
        self.terminate()


class TerminatedEarly(Termination, LabCase):

    def test_leaves_nothing_of_the_killed_one_before_it(self):
        self.lab.headgate.kill()
        self.lab.headgate.start()
        self.terminate()


class Killed(LabCase):
    """SIGKILL: XDP still forwards, and the next agent takes over."""

    options = {"servers": 2}

    def test_flows_survive_the_agent_and_its_successor(self):
        lab, headgate = self.lab, self.lab.headgate
        # The upstream session ends with the agent, and its route with it.
        lab.router.ip(f"route add {VIP} via {HEADGATE_UP} metric 999")
        downloads = lab.start_long_downloads(LONG_PORT, DOWNLOADS)
        running = downloads.wait_running()
        former = headgate.program_ids()
        headgate.kill()
        self.assertEqual(headgate.program_ids(), former)
        self.assertEqual(lab.download(20000, 200).failed(), [])

        headgate.start()
        wait_until(lambda: not set(headgate.program_ids().values())
                   & set(former.values()), 40, "a program of its own")
        self.assertEqual(set(headgate.program_ids()), set(former))
        lab.wait_ready()
        self.assertEqual(lab.download(21000, 200).failed(), [])
        now = downloads.report()
        time.sleep(WATCH_SECONDS)
        fates = traffic.fates(running, now, downloads.report())
        downloads.close()
        self.assertEqual(set(fates.values()), {"went on"})
