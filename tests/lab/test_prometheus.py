# SPDX-License-Identifier: BSD-2-Clause
"""Run the alerts and the dashboard of contrib/ against a Prometheus that scrapes a
live agent: each query of the dashboard has a result, each alert looks at metrics
that exist."""

import http.client
import json
import os
import re
import subprocess
import urllib.parse

from lab_case import LabCase
from lab.agent import REPOSITORY
from lab.system import wait_until
from lab.topology import Lab
from metrics_page import PORT, WHERE, read_page
from raw_speaker import inside

CONTRIB = os.path.join(REPOSITORY, "contrib")
RULES = f"{CONTRIB}/prometheus/alerts.yml"
WEB = 9490
NAME = re.compile(r"\b(?:headgate|process)_\w+")
CONFIG = """\
global: {{scrape_interval: 500ms, scrape_timeout: 500ms,
          evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: headgate
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


class ScrapedLab(Lab):

    def agent_flags(self):
        flags = [text + ",check=tcp:80" if "role=backend" in text else text
                 for text in super().agent_flags()]
        return [*flags, "--metrics", WHERE]


def alerts():
    """Return name -> expression of alerts.yml."""
    with open(RULES, encoding="utf-8") as file:
        return dict(re.findall(r"- alert: (\w+)\n +expr: '(.*)'", file.read()))


def queries():
    """Return the queries of the dashboard, for all instances."""
    with open(f"{CONTRIB}/grafana/headgate.json", encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    for panel in panels:
        for target in panel["targets"]:
            yield panel["title"], target["expr"].replace(
                "$__rate_interval", "10s").replace("$instance", ".*")


class Prometheus(LabCase):

    lab_class = ScrapedLab
    options = {"servers": 2}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.lab.folder
        with open(f"{folder}/prometheus.yml", "w", encoding="ascii") as file:
            file.write(CONFIG.format(rules=RULES, port=PORT))
        cls.lab.host.start(
            ["prometheus", f"--config.file={folder}/prometheus.yml",
             f"--storage.tsdb.path={folder}/prometheus",
             f"--web.listen-address=127.0.0.1:{WEB}"],
            log=f"{folder}/prometheus.out")
        cls.lab.download(20000, 20)
        wait_until(cls.has_seen_two_scrapes, 40, "two scrapes")

    @classmethod
    def get(cls, path, **arguments):
        connection = http.client.HTTPConnection("127.0.0.1", WEB, 20)
        with inside(cls.lab.host):
            connection.connect()
        query = urllib.parse.urlencode(arguments)
        connection.request("GET", f"/api/v1/{path}?{query}")
        reply = json.loads(connection.getresponse().read())
        connection.close()
        return reply

    @classmethod
    def ask(cls, query):
        reply = cls.get("query", query=query)
        if reply["status"] != "success":
            raise AssertionError(f"{query}: {reply}")
        return reply["data"]["result"]

    @classmethod
    def has_seen_two_scrapes(cls):
        try:
            return bool(cls.ask('rate(headgate_loop_turns_total[10s]) > 0'))
        except (OSError, ValueError):  # it starts
            return False

    def test_each_query_of_the_dashboard_has_a_result(self):
        for title, query in queries():
            with self.subTest(title):
                wait_until(lambda q=query: self.ask(q), 10, query)

    def test_the_agent_is_scraped_and_figures_are_those_it_serves(self):
        self.assertEqual([row["value"][1] for row in self.ask("up")], ["1"])
        self.assertEqual(
            float(self.ask("headgate_vips_announced")[0]["value"][1]),
            read_page(self.lab.host).get("vips_announced"))

    def test_alerts_look_at_metrics_that_exist(self):
        known = set(self.get("metadata")["data"])
        known |= {f"{name}_total" for name in known}
        for name, expression in alerts().items():
            self.assertLessEqual(set(NAME.findall(expression)), known, name)

    def test_prometheus_evaluates_each_alert(self):
        def evaluated():
            rules = [rule for group in self.get("rules")["data"]["groups"]
                     for rule in group["rules"]]
            return len(rules) == len(alerts()) and all(
                rule["health"] == "ok" for rule in rules)
        wait_until(evaluated, 20, "all rules evaluated")

    def test_each_alert_has_a_test_that_passes(self):
        tests = f"{CONTRIB}/prometheus/alerts_test.yml"
        with open(tests, encoding="utf-8") as file:
            names = re.findall(r"- name: (\w+) (?:fires|is quiet)\n",
                               file.read())
        self.assertEqual(sorted(names), sorted([*alerts(), *alerts()]))
        done = subprocess.run(["promtool", "test", "rules", tests],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_an_alert_fires_when_a_server_dies(self):
        self.lab.servers[0].bird.stop()
        wait_until(lambda: self.ask(
            'ALERTS{alertname="HeadgateNeighborDown"}'), 20, "the alert")
