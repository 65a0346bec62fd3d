# SPDX-License-Identifier: BSD-2-Clause
"""Make the mistakes at the start of the agent that docs/troubleshooting.md has, and
cause the faults that need a class of their own. Each row has a scene."""

import glob
import os
import re
import subprocess
import unittest

import lab_case  # noqa: F401 (finds the lab)
from fault_case import (FaultCase, documented_faults, documented_mistakes,
                        expressions, scene_lines)
from lab.system import run, wait_until
from lab_case import LabCase
from raw_lab import (BACKEND_AS, BACKENDS, NEXT_HOP, UPSTREAM, UPSTREAM_AS,
                     RawLab, announcement)
from test_hostile_local import UnreadPipe

FOLDER = os.path.dirname(os.path.abspath(__file__))
DEAF, OTHER = "10.1.0.101", "10.1.0.12"
ROUTES = 4000
# Metrics whose alert looks at another one that changes with them.
INDIRECT = {"headgate_vips_steered", "headgate_nexthop_state",
            "headgate_log_events_total"}


class Document(unittest.TestCase):

    def test_each_fault_has_a_scene(self):
        scenes = set()
        for path in glob.glob(f"{FOLDER}/test_troubleshooting*.py"):
            with open(path, encoding="utf-8") as file:
                text = re.sub(r'"\s*\n\s*"', "", file.read())
            scenes.update(re.findall(r'self\.(?:fault|mistake|ended)\(\s*"([^"]+)"',
                                     text))
        self.assertEqual(scenes, set(documented_faults())
                         | set(documented_mistakes()))

    def test_each_alert_looks_at_the_metric_of_its_row(self):
        named = set()
        for fault, row in documented_faults().items():
            named.update(row.alerts)
            for metric in row.metrics:
                name = metric.split("{")[0]
                if row.alerts:
                    self.assertTrue(any(name in expressions()[alert]
                                        for alert in row.alerts)
                                    or name in INDIRECT, (fault, name))
        self.assertEqual(set(expressions()), named)


class Start(LabCase):

    lab_class = RawLab
    options = {}

    def mistake(self, title, *flags, instead=()):
        """Start another agent, with more flags or others, and compare its end with
        the document."""
        arguments = list(self.lab.headgate.arguments)
        for flag, value in instead:
            arguments[arguments.index(flag) + 1] = value
        self.ended(title, self.lab.headgate.try_flags(*arguments, *flags))

    def ended(self, title, done):
        code, message = documented_mistakes()[title]
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(message, done.stderr)

    def elsewhere(self, name):
        """Return the paths of an agent beside the one that runs."""
        return (("--control-socket", f"{self.lab.folder}/{name}.sock"),
                ("--bpffs", f"{self.lab.headgate.pins}-{name}"))

    def test_flags(self):
        self.mistake("A flag is misspelt", "--affinity-windw", "3")
        self.mistake("Several options are wrong: all are named", "--vip",
                     "192.0.2.1/24", "--vip", "10.0.0.0/33")
        self.mistake("An interface is not there, without `--wait-interfaces`",
                     "--interface", "wan")

    def test_a_capability(self):
        headgate = self.lab.headgate
        self.ended("A capability is missing", subprocess.run(
            ["ip", "netns", "exec", headgate.namespace.name, "setpriv",
             "--bounding-set", "-bpf,-sys_admin", "--inh-caps", "-all",
             headgate.program, *headgate.arguments], capture_output=True,
            text=True, timeout=60))

    def test_other_agents_and_programs(self):
        socket_only = self.elsewhere("second")[:1]
        self.mistake("Another agent runs")
        self.mistake("Another agent has the same tables", instead=socket_only)
        self.mistake("Another BGP daemon has port 179",
                     instead=self.elsewhere("third"))
        self.mistake("Another XDP program is on the interface", "--listen",
                     "127.0.0.1:0", instead=self.elsewhere("fourth"))

    def test_a_pin_of_another_program(self):
        where = self.elsewhere("fifth")
        pins = where[1][1]
        os.mkdir(pins)
        run("bpftool", "map", "create", f"{pins}/vip4", "type", "hash", "key",
            "4", "value", "4", "entries", "1", "name", "foreign")
        self.addCleanup(os.unlink, f"{pins}/vip4")
        self.mistake("A pin is of another program", "--listen", "127.0.0.1:0",
                     instead=where)


class Deaf(FaultCase):
    """An upstream sends KEEPALIVEs and reads nothing."""

    announce_as = "path"
    options = {
        "neighbors": (BACKENDS, UPSTREAM,
                      f"{DEAF},as={UPSTREAM_AS},role=upstream,passive,"
                      "hold-time=3,send-hold-time=4"),
        "addresses": (DEAF,), "vips": ("192.0.2.0/24", "10.128.0.0/16"),
        "lines": scene_lines(),
    }

    def test_it_is_dropped(self):
        backend = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))
        deaf = self.lab.dial(DEAF, receive_buffer=2048)
        self.addCleanup(deaf.close)
        deaf.establish(UPSTREAM_AS, DEAF)
        with self.fault("A neighbor reads nothing: the send hold timer expires",
                        {"neighbor": DEAF}, neighbor=DEAF):
            for number in range(ROUTES):
                backend.send(announcement(
                    f"10.128.{number // 256}.{number % 256}/32", BACKEND_AS,
                    tags=[(1, number), *((1, n) for n in range(20))]))
            wait_until(lambda: self.lab.state(DEAF) != "Established", 30,
                       "the end of its session")
            self.assertIn("8/0", self.lab.headgate.neighbor(DEAF)["last_error"])


class LogLost(FaultCase):
    """stderr is a pipe that is full and not read."""

    options = {"neighbors": (BACKENDS, UPSTREAM), "addresses": (OTHER,),
               "vips": ("192.0.2.0/24", "10.128.0.0/16"),
               "lines": scene_lines()}

    before_start = classmethod(UnreadPipe.before_start.__func__)

    def test_lines_are_lost(self):
        server = self.keep(self.lab.establish(NEXT_HOP, BACKEND_AS))

        def fires():
            self.lab.establish(OTHER, BACKEND_AS + 1).close()
            return self.fires("HeadgateLogLost", {})
        with self.fault("Log lines are lost: what reads stderr is too slow"):
            for number in range(ROUTES):
                server.send(announcement(
                    f"10.128.{number // 256}.{number % 256}/32", BACKEND_AS))
            wait_until(fires, 60, "the alert")


del FaultCase, UnreadPipe  # they have no tests of their own

if __name__ == "__main__":
    unittest.main()
