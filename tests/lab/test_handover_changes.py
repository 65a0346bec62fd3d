# SPDX-License-Identifier: BSD-2-Clause
"""The agent that takes over has other options than the one before."""

import raw_bgp as bgp
from handover_scenes import HandoverCase, OTHER_VIP, VIP
from mrt_lab import add_path
from raw_lab import BACKENDS, NEXT_HOP, UPSTREAM
from raw_speaker import wait_for

REMOVED, REMOVED_AS = "10.1.0.150", 65050
SEVERAL, SEVERAL_AS, SEVERAL_VIP = "10.1.0.12", 65002, "192.0.2.9/32"
BORR, EORR = 1, 2  # RFC 7313 3.2
CEASE, DECONFIGURED, CONFIG_CHANGE = 6, 3, 6


class Withdrawn(HandoverCase):
    """The successor has other tables, or announces less."""

    def test_other_tables_are_filled_before_they_are_used(self):
        self.hand_over("--table-size", "8192")
        self.assertIn("--table-size is 8192 and was 16384", self.log())
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


class SeveralPaths(HandoverCase):
    """A backend that sends several paths of a VIP, and a refresh that has begun."""

    options = {"addresses": (SEVERAL,),
               "neighbors": (f"{BACKENDS},add-path=receive,next-hop=any",
                             UPSTREAM)}

    def setUp(self):
        super().setUp()
        self.several = self.keep(self.lab.establish(
            SEVERAL, SEVERAL_AS, capabilities=(
                bgp.usual_capabilities(SEVERAL_AS) + add_path()
                + bgp.capability(bgp.CAP_ENHANCED_REFRESH))))
        self.addCleanup(self.several.close)

    def all_speakers(self):
        return [*super().all_speakers(), *(
            [self.several] if hasattr(self, "several") else [])]

    def path_ids(self):
        route = self.lab.route(SEVERAL_VIP)
        return sorted(path["path_id"] for path in route["paths"]
                      ) if route else []

    def wait_path_ids(self, *wanted):
        self.wait_for(lambda: self.path_ids() == list(wanted),
                      f"paths {wanted}")

    def announce(self, *numbers):
        self.several.send(bgp.update(
            bgp.origin(), bgp.as_path(SEVERAL_AS), bgp.next_hop(SEVERAL),
            nlri=b"".join(bgp.u32(i) + bgp.prefix(SEVERAL_VIP)
                          for i in numbers)))

    def test_path_identifiers_and_a_refresh_go_on(self):
        self.announce(4, 7, 9)
        self.wait_path_ids(4, 7, 9)
        self.several.send(bgp.route_refresh(subtype=BORR))
        self.announce(4)
        self.hand_over()
        self.wait_path_ids(4, 7, 9)
        self.assertFalse(self.several.closed, self.several.notification)
        # Each path is still one by itself, and withdrawn by its number.
        self.several.send(bgp.update(
            withdrawn=bgp.u32(7) + bgp.prefix(SEVERAL_VIP)))
        self.wait_path_ids(4, 9)
        # The refresh is asked for again: the end of the first one has no begin.
        self.wait_for(lambda: self.several.received(bgp.ROUTE_REFRESH),
                      "the request")
        self.several.send(bgp.route_refresh(subtype=EORR))
        self.announce(8)
        self.wait_path_ids(4, 8, 9)
        self.several.send(bgp.route_refresh(subtype=BORR))
        self.announce(4)
        self.several.send(bgp.route_refresh(subtype=EORR))
        self.wait_path_ids(4)
        self.assert_nothing_was_seen()


del HandoverCase  # no scenes of its own
