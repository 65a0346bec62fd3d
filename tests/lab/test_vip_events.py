# SPDX-License-Identifier: BSD-2-Clause
"""Check what is said of VIPs: a line for each change of their servers and of their
announcements, with the cause; a flood of changes is a few lines; and that of an
upstream that does not come up."""

import json
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.system import wait_until
from raw_lab import (BACKEND_AS, BACKENDS, OBSERVER, UPSTREAM_AS, RawCase,
                     announcement, withdrawal)

SECOND, THIRD = "10.1.0.12", "10.1.0.13"
VIP = "192.0.2.1/32"
CORE = f"{OBSERVER},as={UPSTREAM_AS},role=upstream,passive,name=core-1"
RACKS = tuple(f"{address},as={BACKEND_AS + i},role=backend,passive,name=rack{i}"
              for i, address in enumerate((SECOND, THIRD), 1))
FLOOD = 200
ALONE = 16  # VIP_EVENTS_ALONE


class EventCase(RawCase):
    seen = 0  # the last event that a test has waited for

    def events(self, *arguments):
        done = self.lab.headgate.ctl("-j", "events", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["events"]

    def wait_text(self, kind, text, *arguments):
        """Wait for an event of this kind with a text in it; return it."""
        found = []

        def has_come():
            found[:] = [event for event in self.events(*arguments)
                        if event["event"] == kind and text in event["text"]
                        and event["id"] > self.seen]
            return found
        wait_until(has_come, 20, f"{kind}: {text}")
        self.seen = found[0]["id"]
        return found[0]


class Vips(EventCase):
    options = {"neighbors": (BACKENDS, CORE, *RACKS),
               "addresses": (SECOND, THIRD),
               "vips": ("192.0.2.0/24", f"{VIP},min-nexthops=2"),
               "flags": ("--affinity-window", "0")}

    def test_servers_and_announcements_of_a_vip_are_told_with_their_cause(self):
        first = self.lab.establish(SECOND, BACKEND_AS + 1)
        second = self.lab.establish(THIRD, BACKEND_AS + 2)
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        first.send(announcement(VIP, BACKEND_AS + 1, next_hop=SECOND))
        self.wait_text("vip_servers", "1 of 1 servers", "--vip", VIP)
        second.send(announcement(VIP, BACKEND_AS + 2, next_hop=THIRD))
        self.wait_text("vip_servers", "2 of 2 servers", "--vip", VIP)
        told = self.wait_text("vip_announced", "announced to core-1: 2 living, "
                              "2 needed", "--vip", VIP)
        self.assertEqual(told["neighbor"], OBSERVER)
        second.send(withdrawal(VIP))
        self.wait_text("vip_servers", "1 of 1 servers, 10.1.0.13 rack2 withdrew "
                       "it", "--vip", VIP)
        gone = self.wait_text("vip_withdrawn", "withdrawn from core-1: 1 "
                              "living, 2 needed", "--vip", "192.0.2.0/24")
        self.assertEqual(gone["severity"], "warning")
        second.send(announcement(VIP, BACKEND_AS + 2, next_hop=THIRD))
        self.wait_text("vip_servers", "2 of 2 servers", "--vip", VIP)
        self.lab.peers.ip(f"address del {THIRD}/24 dev lan")
        lost = self.wait_text("vip_servers", "1 of 2 servers, 10.1.0.13 rack2 "
                              "dead: no answer to ", "--vip", VIP)
        self.assertEqual(lost["vip"], VIP)
        first.close()
        self.wait_text("vip_servers", " servers, 10.1.0.12 rack1 lost its "
                       "session", "--vip", VIP)
        shown = json.loads(self.lab.headgate.ctl(
            "-j", "explain", VIP).stdout)["explain"]
        self.assertTrue(any("rack1 lost its session" in event["text"]
                            for event in shown["events"]), shown["events"])

    def test_the_rest_of_a_flood_of_changes_is_one_event(self):
        speaker = self.lab.establish(SECOND, BACKEND_AS + 1)
        self.addCleanup(speaker.close)
        last = self.events()[-1]["id"]
        prefixes = b"".join(bgp.prefix(f"192.0.2.{i}/32")
                            for i in range(2, 2 + FLOOD))
        speaker.send(bgp.update(bgp.origin(), bgp.as_path(BACKEND_AS + 1),
                                bgp.next_hop(SECOND), nlri=prefixes))
        self.wait_text("vips_changed", "more changes of VIPs")
        events = [event for event in self.events() if event["id"] > last]
        alone = [event for event in events if event["event"] == "vip_servers"]
        rest = [event for event in events if event["event"] == "vips_changed"]
        # A slow machine may need several seconds for them.
        self.assertLessEqual(len(alone), ALONE * (1 + len(rest)))
        told = len(alone) + sum(int(event["text"].split()[0])
                                for event in rest)
        self.assertGreaterEqual(told, FLOOD)
        # One of those told together may be the one that is asked for.
        one = self.events("--vip", f"192.0.2.{FLOOD}")
        self.assertIn("vips_changed", {event["event"] for event in one})


class Silent(EventCase):
    """Upstreams that never come up: one is not there, one does not connect."""

    MISSING, WAITED = "10.1.0.70", "10.1.0.71"
    options = {"neighbors": (BACKENDS, CORE,
                             f"{MISSING},as=65070,role=upstream,name=core-2",
                             f"{WAITED},as=65071,role=upstream,passive"),
               "addresses": (MISSING,)}

    def test_an_upstream_that_does_not_come_up_is_told_with_the_likely_cause(self):
        refused = self.wait_silent(self.MISSING)
        self.assertEqual(refused["severity"], "warning")
        self.assertEqual(refused["object"], f"{self.MISSING} core-2")
        self.assertIn("Connection refused", refused["text"])
        self.assertIn("only listens (passive)",
                      self.wait_silent(self.WAITED)["text"])
        self.assertNotIn("neighbor_silent", {
            event["event"] for event in self.events("--neighbor", OBSERVER)})

    def wait_silent(self, neighbor):
        found = []

        def is_told():
            found[:] = [event for event in self.events("--neighbor", neighbor)
                        if event["event"] == "neighbor_silent"]
            return found
        wait_until(is_told, 40, "the line about its silence")
        self.assertEqual(len(found), 1)
        self.assertRegex(found[0]["text"], r"^no session since the start, \d+ s "
                                           r"ago: ")
        return found[0]


if __name__ == "__main__":
    unittest.main()
