# SPDX-License-Identifier: BSD-2-Clause
"""The agent that takes over has other options than the one before."""

from handover_scenes import HandoverCase, OTHER_VIP, VIP
from raw_lab import BACKENDS, NEXT_HOP, UPSTREAM
from raw_speaker import wait_for

REMOVED, REMOVED_AS = "10.1.0.150", 65050
CEASE, DECONFIGURED, CONFIG_CHANGE = 6, 3, 6


class Withdrawn(HandoverCase):
    """The successor has other tables, or announces less."""

    def test_other_tables_are_filled_before_they_are_used(self):
        self.hand_over("--table-size", "32768")
        self.assertIn("--table-size is 32768 and was 16384", self.log())
        self.assert_nothing_was_seen()

    def test_what_it_does_not_announce_is_withdrawn_at_the_end(self):
        self.hand_over("--min-nexthops", "2")
        self.wait_for(lambda: not self.observer.table, "all withdrawn")
        self.assertEqual(sorted(self.observer.withdrawals),
                         [VIP, OTHER_VIP, self.BYSTANDER_VIP])
        self.assertFalse(self.observer.closed)


class Changed(HandoverCase):
    """The successor has other options."""

    options = {"neighbors": (BACKENDS, UPSTREAM,
                             f"{REMOVED},as={REMOVED_AS},role=backend,passive"),
               "addresses": (REMOVED,)}

    def test_only_sessions_that_change_are_reset(self):
        removed = self.keep(self.lab.establish(REMOVED, REMOVED_AS))
        flags = self.lab.headgate.arguments
        at = flags.index(UPSTREAM)
        flags[at] = UPSTREAM + ",graceful-restart"
        del flags[at + 1:at + 3]
        self.hand_over("--table-size", "32768")
        wait_for([self.observer, removed],
                 lambda: self.observer.closed and removed.closed, 20,
                 "both resets")
        self.assertEqual(self.observer.notification[:2],
                         (CEASE, CONFIG_CHANGE))
        self.assertEqual(removed.notification[:2], (CEASE, DECONFIGURED))
        log = self.log()
        self.assertIn(f"{REMOVED}: session is reset: it is not configured",
                      log)
        self.assertIn("graceful-restart=yes", log)
        self.assertFalse(self.backend.closed)
        self.assertFalse(self.bystander.closed)
        after = self.sessions()
        for address in (NEXT_HOP, self.BYSTANDER_ADDRESS):
            self.assertEqual(after[address], self.before[address])
        type(self).observer = self.keep(self.lab.observe())
        self.wait_announced(VIP, OTHER_VIP, self.BYSTANDER_VIP)


del HandoverCase  # no scenes of its own
