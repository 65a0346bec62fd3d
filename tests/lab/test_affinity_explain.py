# SPDX-License-Identifier: BSD-2-Clause
"""`explain flow` while a bucket moves: by which rule the flow goes, its record,
and where it goes after the window."""

import json
import platform
import re
import unittest

from affinity_scenes import KEPT_ALIVE, KEPT_PORT, AffinityCase, AffinityLab
from lab import traffic
from lab.system import PYTHON, TIME_SCALE
from lab.topology import CLIENT_ADDRESS, VIP

PORTS = range(KEPT_PORT, KEPT_PORT + KEPT_ALIVE)
METRICS = 9180
PAGE = ("import urllib.request as u; print(u.urlopen('http://127.0.0.1:"
        f"{METRICS}/metrics').read().decode())")
RELEASE = tuple(map(int, re.findall(r"\d+", platform.release())[:2]))


class MetricsLab(AffinityLab):
    flags = (*AffinityLab.flags, "--metrics", f"127.0.0.1:{METRICS}")


@unittest.skipUnless(RELEASE >= (5, 15), "needs Linux 5.15")
class ExplainWhileMoving(AffinityCase):

    lab_class = MetricsLab

    def explain(self, port):
        done = self.lab.headgate.ctl("-j", "explain", "flow", CLIENT_ADDRESS,
                                     str(port), VIP, "80", "tcp")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["explain"]

    def moving(self):
        """Return port -> answer, of flows whose bucket moves from the victim.
        That window is as long as its drain."""
        said = {port: self.explain(port) for port in PORTS}
        return {port: answer for port, answer in said.items()
                if (answer["affinity"] or {}).get("previous") ==
                self.victim.address}

    def counts(self):
        """Return all that a packet for the VIP counts; no client sends any.
        Frames of other kinds come at any time."""
        counters = self.lab.headgate.show("counters")
        metrics = self.lab.host.run(PYTHON, "-c", PAGE)
        return (
            [o for o in counters["outcomes"] if "forwarded" in o["name"]
             or "dropped" in o["name"]],
            counters["vips"], counters["nexthops"], counters["events"],
            [cpu["value"]["flows"]
             for cpu in self.lab.headgate.map_dump("counters")],
            re.findall(r"headgate_(?:vips|nexthops|flow)\S+ \d+", metrics))

    def test_an_unknown_flow_and_a_recorded_one(self):
        self.wait_steady()
        self.withdraw()
        unknown = self.moving()
        self.assertGreater(len(unknown), 0)
        for said in unknown.values():
            previous = said["program"]["next_hop"]
            self.assertRegex(said["affinity"].pop("signature"), "^0x[0-9a-f]")
            self.assertEqual(said["affinity"], {
                "rule": "previous", "record": None, "previous": previous,
                "after_window": said["table"]["next_hop"]})
            self.assertEqual(said["table"]["previous"], previous)
            self.assertIsNone(said["table"]["recorded"])
            self.assertIs(said["agree"], True)
        before = self.counts()
        self.assertTrue(all(before))
        again = self.moving()
        self.assertEqual(self.counts(), before)  # and counted nothing
        for said in again.values():
            del said["affinity"]["signature"]
        self.assertEqual(again, unknown)  # it left no record
        kept = traffic.LongDownloads(
            self.lab.client, VIP, KEPT_PORT, KEPT_ALIVE,
            seconds=180 * TIME_SCALE, mode="idle")
        self.addCleanup(kept.close)
        kept.wait_running()
        recorded = self.moving()
        self.assertEqual(recorded.keys(), unknown.keys())
        for port, said in recorded.items():
            self.assertEqual(said["program"]["next_hop"],
                             said["table"]["next_hop"])
            self.assertIs(said["agree"], True)
            self.assertEqual(said["table"]["recorded"],
                             said["program"]["next_hop"])
            del said["affinity"]["signature"]
            self.assertEqual(said["affinity"], {
                "rule": "followed", "record": "pinned",
                "previous": unknown[port]["affinity"]["previous"],
                "after_window": said["table"]["next_hop"]})


del AffinityCase  # no scenes of its own
