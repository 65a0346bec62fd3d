# SPDX-License-Identifier: BSD-2-Clause
"""The base of the tests of handovers: speakers of the test, which see each byte, and
two VIPs of a backend that the upstream has."""

from raw_lab import BACKEND_AS, NEXT_HOP, OBSERVER, RawCase, announcement
from raw_speaker import wait_for

VIP, OTHER_VIP = "192.0.2.1/32", "192.0.2.2/32"
HANDED_OVER = 90  # seconds; a busy machine verifies the program slowly


class HandoverCase(RawCase):

    def setUp(self):
        self.backend = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        self.addCleanup(self.end_backend)
        self.backend.send(announcement([VIP, OTHER_VIP], BACKEND_AS))
        self.wait_announced(VIP, OTHER_VIP)
        self.before = self.sessions()

    def end_backend(self):
        self.backend.close()
        self.wait_for(lambda: set(self.observer.table) <= {self.BYSTANDER_VIP},
                      "the VIPs withdrawn")
        self.observer.withdrawals.clear()

    def all_speakers(self):
        return [self.observer, self.bystander, self.backend]

    def wait_for(self, condition, what):
        return wait_for(self.all_speakers(), condition, 20, what)

    def wait_announced(self, *vips):
        self.wait_for(lambda: all(v in self.observer.table for v in vips),
                      f"announced: {vips}")

    def wait_withdrawn(self, vip):
        self.wait_for(lambda: vip not in self.observer.table,
                      f"withdrawn: {vip}")

    def log(self):
        return self.lab.headgate.log_tail(10000)

    def hand_over(self, *more):
        done = self.log().count("handover: complete")
        self.assertEqual(self.lab.headgate.hand_over(
            *more, seconds=HANDED_OVER), 0)
        self.wait_for(lambda: self.log().count("handover: complete") > done,
                      "the rest")

    def sessions(self):
        """Return what a reset would change, for each neighbor."""
        return {n["address"]: (n["state"], n["flaps"], n.get("opened_by"),
                               n["messages_received"]["update"],
                               n["prefixes_received"])
                for n in self.lab.headgate.show("neighbors")
                if n["address"] in (OBSERVER, self.BYSTANDER_ADDRESS, NEXT_HOP)}

    def assert_nothing_was_seen(self):
        self.check_bystanders()
        self.assertFalse(self.backend.closed, self.backend.notification)
        self.assertEqual(self.observer.withdrawals, [])
        self.assertEqual(self.sessions(), self.before)
