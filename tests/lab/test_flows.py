# SPDX-License-Identifier: BSD-2-Clause
"""`show flows`: the recorded flows, page by page, of a VIP or of a next hop."""

import json

from affinity_scenes import AffinityCase
from lab.system import wait_until
from lab.topology import CLIENT_ADDRESS, VIP

EXIT_FAILED, EXIT_USAGE = 1, 2
PAGE = 7


class ShowFlows(AffinityCase):
    """The flows of a server that has withdrawn are recorded, one by one."""

    def recorded(self, *options):
        """Return the flows of all pages."""
        rows, place = [], []
        while place is not None:
            done = self.lab.headgate.ctl("-j", "show", "flows", *options,
                                         *place)
            self.assertEqual(done.returncode, 0, done.stderr)
            reply = json.loads(done.stdout)
            rows += reply["flows"]
            following = reply["page"]["next"]
            self.assertGreaterEqual(reply["page"]["read"],
                                    len(reply["flows"]))
            place = ["--from", following] if following else None
        return rows

    def signature(self, port):
        done = self.lab.headgate.ctl("-j", "explain", "flow", CLIENT_ADDRESS,
                                     str(port), VIP, "80", "tcp")
        return json.loads(done.stdout)["explain"]["affinity"]["signature"]

    def refused(self, *options, code=EXIT_FAILED):
        done = self.lab.headgate.ctl("show", "flows", *options)
        self.assertEqual(done.returncode, code, done.stdout)
        return done.stderr

    def test_it_lists_the_flows_that_stay(self):
        servers = self.start_flows().servers()
        self.withdraw()
        address = self.victim.address
        stay = {port for port, name in servers.items()
                if name == self.victim.name}
        # An idle one sends its next request within 10 seconds.
        wait_until(lambda: len(self.recorded("--nexthop", address)) ==
                   len(stay), 30, f"{len(stay)} recorded flows")
        rows = self.recorded("--nexthop", address)
        self.assertEqual({row["signature"] for row in rows},
                         {self.signature(port) for port in stay})
        for row in rows:
            self.assertEqual((row["vip"], row["nexthop"]),
                             (f"{VIP}/32", address))
            self.assertTrue(row["counts"])
            self.assertFalse(row["ending"])
            self.assertLess(row["age_s"], 60)
            self.assertIn(row["map"], ("probation", "pinned"))
        self.assertIn("pinned", {row["map"] for row in rows})
        self.check_pages(rows)
        self.check_choice(rows)
        wait_until(lambda: self.lab.headgate.nexthops()[address][
            "flows_recorded"] == len(stay), 30, "the same number of the sweep")

    def check_pages(self, rows):
        paged = self.recorded("--limit", str(PAGE), "--nexthop",
                           self.victim.address)
        self.assertEqual(sorted(row["signature"] for row in paged),
                         sorted(row["signature"] for row in rows))
        first = self.lab.headgate.ctl("show", "flows", "--limit", str(PAGE))
        self.assertEqual(first.stdout.count(f"{VIP}/32"), PAGE)
        self.assertRegex(first.stdout, r"more +--from \d+:\d+:\d+\n")

    def check_choice(self, rows):
        of_vip = self.recorded("--vip", VIP)
        self.assertGreaterEqual(len(of_vip), len(rows))
        self.assertEqual(len(self.recorded("--vip", f"{VIP}/32")), len(of_vip))
        self.assertEqual(self.recorded("--nexthop", self.others[0].address,
                                    "--vip", VIP),
                         [row for row in of_vip
                          if row["nexthop"] == self.others[0].address])
        self.assertIn("not steered", self.refused("--vip", "192.0.2.99"))
        self.assertIn("unknown", self.refused("--nexthop", "10.1.0.99"))
        self.assertIn("must be a place", self.refused("--from", "3:0:0"))
        self.assertIn("must be a place", self.refused("--from", "1:0:0:0"))
        self.assertIn("must be from 1", self.refused("--limit", "100001"))
        self.assertIn("must be a number", self.refused("--limit", "0",
                                                       code=EXIT_USAGE))
        # Places that do not exist are behind the last record.
        beyond = json.loads(self.lab.headgate.ctl(
            "-j", "show", "flows", "--from", "2:4294967295:9").stdout)
        self.assertEqual((beyond["flows"], beyond["page"]["next"]), ([], None))


del AffinityCase  # no scenes of its own
