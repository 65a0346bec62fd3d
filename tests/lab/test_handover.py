# SPDX-License-Identifier: BSD-2-Clause
"""An agent hands over to another one (--takeover)."""

import os
import re

from handover_scenes import HandoverCase, OTHER_VIP
from raw_lab import BACKEND_AS, NEXT_HOP, announcement, withdrawal
from lab.system import wait_until

HALF_VIP = "192.0.2.3/32"
HALF = 30  # bytes of an UPDATE


class SameFlags(HandoverCase):

    def test_sessions_routes_and_half_a_message_go_on(self):
        half = announcement(HALF_VIP, BACKEND_AS)
        self.backend.send(half[:HALF])
        updates = self.observer.updates
        self.hand_over()
        self.assert_nothing_was_seen()
        # Equal announcements may come again.
        self.assertLessEqual(self.observer.updates, updates + 3)
        self.backend.send(half[HALF:], withdrawal(OTHER_VIP))
        self.wait_announced(HALF_VIP)
        self.wait_withdrawn(OTHER_VIP)
        self.hand_over()
        self.assertIn(HALF_VIP, self.observer.table)
        self.assertEqual(self.observer.withdrawals, [OTHER_VIP])
        self.check_bystanders()

    def test_orders_to_shut_down_and_to_drain_stay(self):
        headgate = self.lab.headgate
        self.assertEqual(headgate.ctl(
            "drain", NEXT_HOP, "--reason", "disk").returncode, 0)
        self.hand_over()
        drains = headgate.show("drains")
        self.assertEqual([(d["address"], d["reason"]) for d in drains],
                         [(NEXT_HOP, "disk")])
        self.assertEqual(headgate.ctl("undrain", NEXT_HOP).returncode, 0)
        self.assert_nothing_was_seen()

    def test_another_version_takes_over(self):
        """The same program with another version string, and back."""
        headgate = self.lab.headgate
        ours = headgate.program
        self.addCleanup(setattr, headgate, "program", ours)
        version = re.fullmatch(r"headgate (\S+)", headgate.try_flags(
            "--version").stdout.strip()).group(1)
        headgate.program = f"{self.lab.folder}/headgate-other"
        self.write_other(ours, headgate.program, version)
        self.hand_over()
        self.assert_nothing_was_seen()
        headgate.program = ours
        self.hand_over()
        self.assert_nothing_was_seen()
        self.assertIn(f"taking over from headgate {self.other(version)}",
                      self.log())

    @staticmethod
    def other(version):
        return version.translate(str.maketrans("0123456789", "9876543210"))

    def write_other(self, program, copy, version):
        with open(program, "rb") as file:
            code = file.read()
        with open(copy, "wb") as file:
            # Not in names of a library's symbols, such as LIBBPF_0.1.0.
            file.write(re.sub(rb"(?<![_.0-9])" + re.escape(version.encode()),
                              self.other(version).encode(), code))
        os.chmod(copy, 0o755)

    def test_first_start_is_an_ordinary_one(self):
        headgate = self.lab.headgate
        self.assertIn("--takeover", headgate.try_flags("--help").stdout)
        self.assertEqual(headgate.stop(), 0)
        headgate.process = headgate.start_successor()
        wait_until(headgate.answers, 20, "the agent")
        self.assertIn("no agent runs here", self.log())
        type(self).observer = self.keep(self.lab.observe())
        type(self).bystander = self.keep(self.lab.establish(
            self.BYSTANDER_ADDRESS, BACKEND_AS + 98))
        self.bystander.send(announcement(
            self.BYSTANDER_VIP, BACKEND_AS + 98,
            next_hop=self.BYSTANDER_ADDRESS))
        self.wait_announced(self.BYSTANDER_VIP)


del HandoverCase  # no scenes of its own
