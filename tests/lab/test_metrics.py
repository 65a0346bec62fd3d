# SPDX-License-Identifier: BSD-2-Clause
"""Check that /metrics has the counters of the JSON, under its names."""

import json
import re

from lab_case import LabCase
from lab.system import PYTHON, wait_until
from lab.topology import Lab

PORT = 9472
EXIT_REFUSED = 5

# Sends METHOD PATH and prints [status, content type, body].
FETCH = """
import http.client, json, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[3]), 10)
connection.request(sys.argv[1], sys.argv[2])
reply = connection.getresponse()
print(json.dumps([reply.status, reply.getheader("Content-Type"),
                  reply.read().decode()]))
"""
# Totals of `show status`, without a label.
TOTALS = "log_lines_lost", "connections_refused"
GROUP_TOTALS = "moved_without_window",
# Numbers about recorded flows: name, key, label.
GAUGE = re.compile(r'headgate_(\w+)\{(\w+)="([^"]*)"\} (\d+)')
TOTAL = re.compile(r"headgate_(\w+)_total (\d+)")
SAMPLE = re.compile(r'headgate_(\w+)_(packets|bytes)_total\{(\w+)="([^"]*)"\} '
                    r'(\d+)')


class MetricsLab(Lab):

    def agent_flags(self):
        return super().agent_flags() + ["--metrics", f"127.0.0.1:{PORT}"]


def of_json(counters):
    """Return (list, unit, key, label) -> number, for the lists with packets."""
    samples = {}
    for name, entries in counters.items():
        if not isinstance(entries, list):
            continue
        for entry in entries:
            label, = ((key, text) for key, text in entry.items()
                      if isinstance(text, str))
            for unit in ("packets", "bytes"):
                samples[name, unit, *label] = entry[unit]
    return samples


class Metrics(LabCase):

    lab_class = MetricsLab
    options = {"servers": 2}

    def fetch(self, method="GET", path="/metrics"):
        output = self.lab.headgate.namespace.run(PYTHON, "-c", FETCH, method,
                                                 path, str(PORT))
        return json.loads(output)

    def test_each_counter_of_the_json_is_a_metric_and_no_other_is(self):
        self.wait_steady()
        self.lab.download(20000, 20)
        before = of_json(self.lab.headgate.show("counters"))
        status, kind, body = self.fetch()
        after = of_json(self.lab.headgate.show("counters"))
        self.assertEqual(status, 200)
        self.assertEqual(kind, "text/plain; version=0.0.4; charset=utf-8")
        totals = dict(TOTAL.findall(body))
        rounds = int(totals.pop("audits"))
        status = self.lab.headgate.show("status")
        self.assertIn(rounds, range(status["sync"]["audits"] + 1))
        wanted = {**{name: status[name] for name in TOTALS},
                  "audit_differences": status["sync"]["differences"],
                  "audit_repairs": status["sync"]["repaired"],
                  **{name: status["groups"][name] for name in GROUP_TOTALS}}
        self.assertEqual({name: int(totals[name]) for name in wanted}, wanted)
        gauges = self.gauges()
        self.assertIn("\nheadgate_in_sync 1\n", body)
        self.assertIn("\nheadgate_takeover_running 0\n", body)
        self.assertIsNone(status["takeover"])
        have = {match.groups()[:-1]: int(match[4]) for match in
                map(GAUGE.fullmatch, body.splitlines()) if match}
        for sample, number in gauges.items():
            self.assertEqual(have[sample], number, sample)
        matches = [match for match in map(SAMPLE.fullmatch, body.splitlines())
                   if match]
        have = {match.groups()[:-1]: int(match[5]) for match in matches}
        self.assertEqual(len(have), len(matches))
        self.assertEqual(set(have), set(before))
        for sample, number in have.items():
            self.assertLessEqual(before[sample], number, sample)
            self.assertLessEqual(number, after[sample], sample)
        self.assertGreater(
            have["vips", "packets", "prefix", "192.0.2.1/32"], 100)

    def wait_steady(self):
        """Wait until the windows since the start are over."""
        wait_until(lambda: not self.lab.headgate.show("status")["groups"][
            "buckets_tracked"], 60, "the end of the windows")

    def gauges(self):
        """Return (name, key, label) -> number, by the JSON. No bucket moves."""
        status = self.lab.headgate.show("status")
        found = {("buckets", "state", state):
                 status["groups"][f"buckets_{state}"]
                 for state in ("moving", "tracked")}
        for row in status["flow_maps"]:
            found.update({
                ("flow_map_room", "map", row["map"]): row["room"],
                ("flow_map_records", "map", row["map"]): row["records"],
                ("flow_map_oldest_seconds", "map", row["map"]):
                row["oldest_s"],
                ("flow_map_evicted_total", "map", row["map"]):
                row["evicted"]})
        for kind, counts in status["sync"]["kinds"].items():
            found["audit_findings_total", "kind", kind] = (
                counts["differences"])
        for address, nexthop in self.lab.headgate.nexthops().items():
            found["nexthop_flows_recorded", "address", address] = (
                nexthop["flows_recorded"])
        return found

    def test_each_metric_has_a_type_and_a_meaning_before_it(self):
        body = self.fetch()[2].splitlines()
        told = {"HELP": set(), "TYPE": set()}
        for line in body:
            if line.startswith("# "):
                told[line.split()[1]].add(line.split()[2])
            else:
                name = re.split("[{ ]", line)[0]
                self.assertIn(name, told["HELP"])
                self.assertIn(name, told["TYPE"])

    def test_whatever_else_is_asked_for_is_refused(self):
        self.assertEqual(self.fetch(path="/nothing")[0], 404)
        self.assertEqual(self.fetch(path="/metrics/vips")[0], 404)
        self.assertIn(self.fetch(method="POST")[0], (405, 501))
        self.assertEqual(self.fetch()[0], 200)

    def assert_refused(self, address, reason):
        second = self.lab.headgate.try_flags(
            *Lab.agent_flags(self.lab), "--metrics", f"{address}:{PORT}",
            "--control-socket", f"{self.lab.folder}/second.sock",
            "--bpffs", f"{self.lab.folder}/bpf/second")
        self.assertEqual(second.returncode, EXIT_REFUSED)
        self.assertIn(f"--metrics {address} port {PORT}: {reason}; give an "
                      "address of this host and a free port",
                      second.stderr)

    def test_where_it_cannot_listen_is_refused_before_all_else(self):
        self.assert_refused("127.0.0.1", "Address already in use")
        self.assert_refused("203.0.113.9", "Cannot assign requested address")
        self.assertEqual(self.lab.headgate.show("status")["router_id"],
                         "10.0.0.1")
