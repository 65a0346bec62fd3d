# SPDX-License-Identifier: BSD-2-Clause
"""Check the metrics of the agent as a whole, /livez and /readyz, and that
docs/metrics.md lists exactly what is served."""

import os
import re
import subprocess

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.agent import REPOSITORY
from lab.system import wait_until
from metrics_page import WHERE, Page, fetch, fetch_at, read_page
from raw_lab import BACKENDS, UPSTREAM, RawCase, announcement
from raw_speaker import read_all
from reload_lab import ReloadCase

NAMED = "10.1.0.12,as=65002,role=backend,passive"
LONG_FILE = 2000000  # lines that take longer than 20 ms
OPENMETRICS = "application/openmetrics-text"
PROMETHEUS = (f"{OPENMETRICS};version=1.0.0,{OPENMETRICS};version=0.0.1;"
              "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|\s*([^|]*?)\s*\| ([^|]*) \|",
                 re.MULTILINE)


def documented():
    """Return name -> (type, labels, meaning), as docs/metrics.md has them."""
    with open(os.path.join(REPOSITORY, "docs/metrics.md"),
              encoding="utf-8") as file:
        rows = ROW.findall(file.read())
    return {name: (kind, tuple(sorted(re.findall(r"`(\w+)`", labels))),
                   meaning.strip()) for name, kind, labels, meaning in rows}


def served(body):
    """Return name -> (type, meaning), as the page has them."""
    help_of = dict(re.findall(r"^# HELP (\w+) (.*)\.$", body, re.MULTILINE))
    type_of = dict(re.findall(r"^# TYPE (\w+) (\w+)$", body, re.MULTILINE))
    return {name: (kind, help_of[name]) for name, kind in type_of.items()}


class Agent(ReloadCase):

    options = {"lines": (f"metrics {WHERE}", "audit-interval 1",
                         "affinity-window 0")}

    def get(self, name, /, **labels):
        return read_page(self.lab.host).get(name, **labels)

    def wait(self, value, name, /, **labels):
        def reached():
            read_all(self.speakers, 0)
            return self.get(name, **labels) == value
        wait_until(reached, 20, f"{name} {labels} {value}")

    def test_the_document_has_each_metric_and_no_other(self):
        body = fetch(self.lab.host).body
        wanted = documented()
        self.assertEqual(
            {name: (kind, meaning) for name, (kind, _, meaning)
             in wanted.items()}, served(body))
        for name, labels in Page(body).labels().items():
            self.assertEqual(labels, {wanted[name][1]}, name)

    def test_promtool_finds_nothing_to_say(self):
        for body in (fetch(self.lab.host).body,):
            done = subprocess.run(["promtool", "check", "metrics"], input=body,
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (0, "", ""))

    def test_openmetrics_is_served_to_a_client_that_prefers_it(self):
        plain = fetch(self.lab.host)
        self.assertEqual(plain.type, "text/plain; version=0.0.4; "
                         "charset=utf-8")
        for accept in ("text/html,*/*;q=0.8",
                       f"text/plain,{OPENMETRICS};q=0.5",
                       f"{OPENMETRICS};q=0"):
            self.assertEqual(fetch(self.lab.host, accept=accept).type,
                             plain.type)
        reply = fetch(self.lab.host, accept=PROMETHEUS)
        self.assertEqual(reply.type,
                         f"{OPENMETRICS}; version=1.0.0; charset=utf-8")
        self.assertTrue(reply.body.endswith("\n# EOF\n"))
        self.assertEqual(Page(plain.body).samples.keys(),
                         Page(reply.body).samples.keys())
        types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", reply.body,
                                re.MULTILINE))
        self.assertEqual(types["headgate_audits"], "counter")
        self.assertNotIn("headgate_audits_total", types)

    def test_reloads_are_counted_by_their_outcome(self):
        before = read_page(self.lab.host)
        self.assertEqual(before.get("reload_successful"), 1)
        with self.edited(add=["nonsense 1"]):
            self.lab.headgate.ctl("reload")
        page = read_page(self.lab.host)
        self.assertEqual(page.get("reload_successful"), 0)
        self.assertEqual(page.get("reloads_total", outcome="refused"),
                         before.get("reloads_total", outcome="refused") + 1)
        self.lab.headgate.ctl("reload", "--dry-run")
        self.assertEqual(self.get("reload_successful"), 0)
        self.lab.headgate.ctl("reload")
        page = read_page(self.lab.host)
        self.assertEqual(page.get("reload_successful"), 1)
        self.assertEqual(page.get("reloads_total", outcome="applied"),
                         before.get("reloads_total", outcome="applied") + 1)
        self.assertGreaterEqual(
            page.get("reload_success_timestamp_seconds"),
            before.get("reload_success_timestamp_seconds"))

    def test_interfaces_and_audits_are_seen(self):
        lan = {"interface": "lan"}
        self.assertEqual(self.get("interface_up", **lan), 1)
        self.assertEqual(self.get("interface_attached", mode="native", **lan),
                         1)
        before = read_page(self.lab.host)
        self.lab.headgate.detach_programs()
        self.wait(before.get("audit_repairs_total") + 1, "audit_repairs_total")
        page = read_page(self.lab.host)
        self.assertEqual(page.get("audit_differences_total"),
                         before.get("audit_differences_total") + 1)
        self.assertGreater(page.get("audits_total"),
                           before.get("audits_total"))
        self.assertEqual(sum(
            value - before.samples[key] for key, value in page.samples.items()
            if key[0] == "headgate_audit_findings_total"), 1)
        self.assertEqual(page.get("in_sync"), 1)

    def test_the_process_and_the_loop_are_measured(self):
        first = read_page(self.lab.host)
        speaker = self.lab.establish("10.1.0.11", 65001)
        self.addCleanup(speaker.close)
        page = read_page(self.lab.host)
        names = {name: value for (name, _), value in page.samples.items()
                 if name.startswith("process_")}
        self.assertEqual({name for name, value in names.items() if value <= 0},
                         set())
        self.assertLess(names["process_open_fds"], names["process_max_fds"])
        self.assertGreater(page.get("loop_turns_total"),
                           first.get("loop_turns_total"))
        self.assertGreater(names["process_open_fds"], first.samples[
            "process_open_fds", frozenset()])
        loop = self.lab.headgate.show("status")["loop"]
        self.assertLessEqual(page.get("loop_stalls_total"),
                             loop["turns_above_100_ms"])
        self.assertLessEqual(page.get("loop_long_turns_total"),
                             loop["turns_above_20_ms"])
        self.assertLessEqual(page.get("loop_longest_turn_seconds"),
                             loop["longest_turn_us"] / 1e6)
        self.assertGreater(page.get("loop_longest_turn_seconds"), 0)
        self.assertLessEqual(
            page.get("start_time_seconds"),
            page.get("reload_success_timestamp_seconds"))

    def test_a_long_turn_is_counted(self):
        before = self.get("loop_long_turns_total")
        with self.edited(add=("#",) * LONG_FILE):
            self.reload()
        self.assertGreater(self.get("loop_long_turns_total"), before)

    def test_tables_have_a_use_and_a_room(self):
        page = read_page(self.lab.host)
        status = self.lab.headgate.show("status")
        self.assertEqual(page.get("table_used", table="groups"),
                         status["groups"]["used"])
        self.assertEqual(page.get("table_room", table="groups"),
                         status["groups"]["maximum"])
        self.assertEqual(page.get("table_room", table="dynamic_neighbors"),
                         status["neighbors"]["dynamic_limit"])
        self.assertEqual(page.get("table_used", table="vips"), 1)
        self.assertEqual(page.get("table_used", table="upstreams"), 1)
        self.assertEqual(page.get("table_used", table="nexthops"), 1)
        for state in ("light", "crowded", "moving"):
            self.assertEqual(page.get(f"groups_{state}"),
                             status["groups"][state])
        self.bystander.send(announcement("192.0.2.201/32", 65099,
                                         next_hop="10.1.0.60"))
        self.wait(2, "table_used", table="vips")

    def test_livez_answers_and_other_pages_are_none(self):
        reply = fetch(self.lab.host, "/livez")
        self.assertEqual((reply.status, reply.body), (200, "ok\n"))
        self.assertEqual(fetch(self.lab.host, "/livez", "HEAD").body, "")
        self.assertEqual(fetch(self.lab.host, "/live").status, 404)
        self.assertEqual(fetch(self.lab.host, "/livez?x").status, 200)


class Carrier(RawCase):

    options = {"flags": ("--metrics", WHERE)}

    def test_a_link_without_carrier_is_down(self):
        for command, up in (("down", 0), ("up", 1)):
            self.lab.peers.ip(f"link set lan {command}")
            wait_until(lambda up=up: read_page(self.lab.host).get(
                "interface_up", interface="lan") == up, 20, command)


class UnixSocket(RawCase):

    @classmethod
    def before_start(cls):
        cls.path = f"{cls.lab.folder}/metrics.sock"
        cls.lab.headgate.arguments += ["--metrics", f"unix:{cls.path}"]

    def test_it_goes_on_when_another_agent_takes_over(self):
        before = os.stat(self.path).st_ino
        self.assertIn("headgate_ready 1", fetch_at(self.path).body)
        self.lab.headgate.hand_over(seconds=60)
        page = Page(fetch_at(self.path).body)
        self.assertEqual(page.get("neighbor_up", neighbor="10.1.0.60"), 1)
        self.assertEqual(os.stat(self.path).st_ino, before)


class Ready(RawCase):
    """The named backend has not announced its VIPs yet: nothing is announced."""

    options = {"neighbors": (BACKENDS, NAMED, UPSTREAM),
               "addresses": ("10.1.0.12",),
               "flags": ("--metrics", WHERE, "--start-max", "600")}

    @classmethod
    def start_bystanders(cls):
        pass

    def test_it_is_ready_when_it_may_announce(self):
        reply = fetch(self.lab.host, "/readyz")
        self.assertEqual((reply.status, reply.body), (503, "starting\n"))
        page = read_page(self.lab.host)
        self.assertEqual(page.get("ready"), 0)
        verdict = self.lab.headgate.show("status")["verdict"]
        self.assertEqual(page.get("verdict", verdict=verdict), 1)
        server = self.lab.establish("10.1.0.12", 65002)
        self.addCleanup(server.close)
        server.send(bgp.update())
        wait_until(lambda: fetch(self.lab.host, "/readyz").status == 200, 20,
                   "ready")
        self.assertEqual(fetch(self.lab.host, "/readyz").body, "ok\n")
        page = read_page(self.lab.host)
        self.assertEqual(page.get("ready"), 1)
        self.assertEqual(sum(value for (name, _), value in page.samples.items()
                             if name == "headgate_verdict"), 1)


del RawCase, ReloadCase  # they have no tests of their own
