# SPDX-License-Identifier: BSD-2-Clause
"""Check the end with --shutdown-delay: the program goes on until the traffic has
fallen, for a bounded time."""

import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

import lab_case  # noqa: E402, F401 (finds the lab)
from bystander_traffic import Traffic  # noqa: E402
from lab.system import TIME_SCALE, wait_until  # noqa: E402
from raw_lab import RawCase  # noqa: E402
from raw_speaker import wait_for  # noqa: E402

DELAY_S = 1
LIMIT_S = 10


class Shutdown(RawCase):

    options = {"flags": ("--shutdown-delay", str(DELAY_S))}

    def setUp(self):
        if not self.lab.headgate.process.alive():
            self.lab.start()
            self.start_bystanders()

    def end(self):
        """Begin the end; return the time."""
        begin = time.monotonic()
        self.lab.headgate.process.send_signal(signal.SIGTERM)
        return begin

    def wait_withdrawn(self):
        wait_for([self.observer, self.bystander],
                 lambda: self.BYSTANDER_VIP not in self.observer.table,
                 LIMIT_S, "the withdrawal")

    def wait_end(self):
        self.assertEqual(
            self.lab.headgate.process.wait(LIMIT_S * TIME_SCALE), 0)
        self.assertEqual(self.lab.headgate.program_ids(), {})
        return self.lab.headgate.log_tail(1000)

    def test_without_traffic_it_does_not_wait_any_longer(self):
        begin = self.end()
        self.wait_withdrawn()
        self.assertGreaterEqual(time.monotonic() - begin, DELAY_S)
        self.assertIn("traffic has fallen: ending", self.wait_end())

    def test_traffic_that_stays_is_forwarded_up_to_the_bound(self):
        vip = self.BYSTANDER_VIP.split("/")[0]
        with Traffic(self.lab, vip) as traffic:
            begin = self.end()
            self.wait_withdrawn()
            sent = traffic.sent
            wait_until(lambda: max(traffic.arrived) > sent, LIMIT_S,
                       "a packet after the withdrawal")
            log = self.wait_end()
        self.assertGreaterEqual(time.monotonic() - begin, 2 * DELAY_S)
        self.assertIn(f"traffic still comes {DELAY_S} s after VIPs were "
                      "withdrawn", log)
