# SPDX-License-Identifier: BSD-2-Clause
"""Cause faults on a live agent and look at what an operator sees: the row of
docs/troubleshooting.md names the events, the metric and the alert. A Prometheus
scrapes the agent, with the alerts of contrib/ whose waits and windows are short."""

import contextlib
import http.client
import json
import os
import re
import urllib.parse
from collections import namedtuple

import lab_case  # noqa: F401 (finds the lab)
from lab.agent import REPOSITORY
from lab.system import wait_until
from metrics_page import PORT, WHERE, labels_of, read_page
from raw_speaker import inside, read_all
from reload_lab import ReloadCase

DOCUMENT = os.path.join(REPOSITORY, "docs", "troubleshooting.md")
RULES = os.path.join(REPOSITORY, "contrib", "prometheus", "alerts.yml")
WEB = 9490
SECONDS = 30
WINDOW = "15s"
CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 500ms}}
rule_files: [{rules}]
scrape_configs:
  - job_name: headgate
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
ROW = re.compile(r"^" + r"\|[ \t]*([^|\n]*?)[ \t]*" * 5 + r"\|$", re.MULTILINE)
MISTAKE = re.compile(r"^\| ([^|\n]+?) \| (\d) \| `([^`]+)` \|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})?$")
Row = namedtuple("Row", "events metrics alerts")


def documented_faults():
    """Return fault -> Row, as docs/troubleshooting.md has them."""
    with open(DOCUMENT, encoding="utf-8") as file:
        rows = ROW.findall(file.read())
    return {fault: Row(*(CODE.findall(cell) for cell in cells[:3]))
            for fault, *cells in rows if fault != "fault" and "---" not in fault}


def documented_mistakes():
    """Return mistake -> (exit status, message) of the agent's start."""
    with open(DOCUMENT, encoding="utf-8") as file:
        rows = MISTAKE.findall(file.read())
    return {mistake: (int(code), message) for mistake, code, message in rows}


def short_rules():
    """Return the alerts, without waits and with windows of some seconds."""
    with open(RULES, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"\n +for: \w+", "", text)
    return re.sub(r"\[\d+m\]", f"[{WINDOW}]", text)


def expressions():
    """Return name -> expression of the alerts."""
    return dict(re.findall(r"- alert: (\w+)\n +expr: '(.*)'", short_rules()))


class FaultCase(ReloadCase):
    """A class with a Prometheus. Its `options` have the lines of metrics()."""

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        folder = cls.lab.folder
        cls.seen = 0
        rules = f"{folder}/alerts.yml"
        with open(rules, "w", encoding="utf-8") as file:
            file.write(short_rules())
        with open(f"{folder}/prometheus.yml", "w", encoding="ascii") as file:
            file.write(CONFIG.format(rules=rules, port=PORT))
        cls.lab.host.start(
            ["prometheus", f"--config.file={folder}/prometheus.yml",
             f"--storage.tsdb.path={folder}/prometheus",
             f"--web.listen-address=127.0.0.1:{WEB}"],
            log=f"{folder}/prometheus.out")
        wait_until(cls.is_scraped, 40, "a scrape")

    @classmethod
    def get(cls, path, **arguments):
        connection = http.client.HTTPConnection("127.0.0.1", WEB, 20)
        with inside(cls.lab.host):
            connection.connect()
        query = urllib.parse.urlencode(arguments)
        connection.request("GET", f"/api/v1/{path}?{query}")
        reply = json.loads(connection.getresponse().read())
        connection.close()
        return reply["data"]

    @classmethod
    def is_scraped(cls):
        read_all(cls.speakers, 0)
        try:
            return bool(cls.get("query", query="up == 1")["result"])
        except (OSError, ValueError):  # it starts
            return False

    def fires(self, alert, labels):
        """True if an alert fires whose labels are these, as far as it has them."""
        read_all(self.speakers, 0)
        return any(found["alertname"] == alert and all(
            found.get(key, value) == value for key, value in labels.items())
                   for found in (active["labels"] for active
                                 in self.get("alerts")["alerts"]))

    def value(self, sample):
        """Return the sum of the samples that a cell of the document means."""
        name, labels = SAMPLE.match(sample).groups()
        wanted = labels_of(labels).items()
        return sum(value for (key, found), value
                   in read_page(self.lab.host).samples.items()
                   if key == name and wanted <= set(found))

    def events(self):
        done = self.lab.headgate.ctl("-j", "events")
        return json.loads(done.stdout)["events"] if not done.returncode else []

    def wait_event(self, kind, objects, after):
        """Wait for an event with these objects, and look for its line."""
        def has_come():
            read_all(self.speakers, 0)
            return [event for event in self.events()
                    if event["id"] > after and event["event"] == kind
                    and objects.items() <= event.items()]
        event = wait_until(has_come, SECONDS, f"{kind} {objects}")[-1]
        start = f"{event['severity']} {event['subsystem']}: "
        if event["object"]:
            start += event["object"] + ": "
        self.assertIn(start + event["text"], self.log())

    @contextlib.contextmanager
    def fault(self, title, labels=None, quiet=True, fresh=False, **objects):
        """The block causes a fault of the document. Then its events, with these
        objects, its metrics and its alerts, with these labels, must come. Before,
        the alert is quiet unless the fault is older than that. A fresh agent has
        no events of the one before."""
        row, labels = documented_faults()[title], labels or {}
        for alert in row.alerts if quiet else ():
            wait_until(lambda a=alert: not self.fires(a, labels), SECONDS,
                       f"{alert} {labels} quiet")
        last = self.events()[-1]["id"] if quiet and not fresh else 0
        before = {sample: self.value(sample) for sample in row.metrics}
        yield
        for kind in row.events:
            self.wait_event(kind, objects, last)
        for sample in row.metrics if quiet else ():
            wait_until(lambda s=sample: self.value(s) != before[s], SECONDS,
                       f"{sample} not {before[sample]}")
        for alert in row.alerts:
            wait_until(lambda a=alert: self.fires(a, labels), SECONDS,
                       f"{alert} {labels}")


def scene_lines():
    """Return the lines of the configuration that a scene needs."""
    return f"metrics {WHERE}", "audit-interval 1", "affinity-window 0"
