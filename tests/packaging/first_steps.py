# SPDX-License-Identifier: BSD-2-Clause
"""Take the first steps of docs/operating.md word for word: from a Debian package to
packets that are forwarded to servers with stock daemons. test_package.py runs it,
when it has built the package."""

import glob
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lab"))

from lab_case import LabCase  # noqa: E402 (the path comes first)
from lab.agent import BUILD, REPOSITORY  # noqa: E402
from lab.system import run, wait_until  # noqa: E402
from bare_host import BareHost  # noqa: E402

CONNECTIONS, FIRST_PORT = 40, 25000
PACKAGE = f"{BUILD}/deb/headgate_*.deb"
CONFIG = "/etc/headgate/headgate.conf"


def steps():
    """Return the commands of the document."""
    with open(f"{REPOSITORY}/docs/operating.md", encoding="utf-8") as file:
        text = file.read()
    block, = re.findall(r"^### First steps\n.*?^```sh\n(.*?)^```", text,
                        re.MULTILINE | re.DOTALL)
    return [line.split("#")[0].strip() for line in block.splitlines()]


class FirstSteps(LabCase):

    options = {"servers": 2, "forwarding": True}
    started = False

    def edit(self):
        """Replace each EDIT-ME, and add the router."""
        flags = self.lab.agent_flags()
        values = {}
        for flag, value in zip(flags[::2], flags[1::2]):
            values.setdefault(flag[2:], []).append(value)
        text = self.host.read(CONFIG)
        for key in re.findall(r"^([\w-]+) EDIT-ME$", text, re.MULTILINE):
            lines = "\n".join(f"{key} {value}" for value in values[key])
            text = text.replace(f"{key} EDIT-ME", lines)
        self.assertNotRegex(text, r"(?m)^[^#]*EDIT-ME")
        self.host.write(CONFIG, text)

    def install(self):
        package, = glob.glob(PACKAGE)
        self.host.run("dpkg", "--install", os.path.abspath(package))

    def start_service(self):
        self.host.run("systemctl", "enable", "headgate")
        self.process = self.host.start_service(
            "headgate", f"{self.lab.folder}/headgate.log")
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.terminate)

        def answers():
            self.assertIsNone(self.process.poll(), self.log())
            return not self.host.run("headgatectl", "show", "status",
                                     check=False).returncode
        wait_until(answers, 60, "the agent")

    def log(self):
        with open(f"{self.lab.folder}/headgate.log", encoding="utf-8") as file:
            return file.read()

    def take(self, step):
        if step == "make deps deb":  # the machine of tests has the packages
            if not glob.glob(PACKAGE):
                run("make", "-C", REPOSITORY, "deb", f"B={BUILD}")
        elif step.startswith("apt-get install ./build/deb/"):
            self.install()
        elif step.startswith("editor "):
            self.assertEqual(step, f"editor {CONFIG}")
            self.edit()
        elif step == "systemctl enable --now headgate":
            self.start_service()
        elif step != "apt-get install git make":
            return self.host.run(*step.split()).stdout
        return None

    def test_they_end_with_packets_at_the_servers(self):
        self.lab.start_peers()
        self.host = BareHost(self.lab.host, f"{self.lab.folder}/bare")
        self.addCleanup(self.host.process.end)
        self.host.run("sh", "-c", "! id headgate")
        printed = {}
        for step in steps():
            if step.startswith("headgatectl"):
                self.wait_forwarding()
            printed[step] = self.take(step)
        self.assertRegex(printed["headgatectl show status"], "^(HEALTHY|DEGRADED)")
        self.assertIn("announced to", printed["headgatectl explain 192.0.2.1"])
        done = self.lab.download(FIRST_PORT, CONNECTIONS)
        self.assertEqual(done.failed(), [])
        self.assertEqual(set(done.servers()),
                         {server.name for server in self.lab.servers})
        counters = json.loads(self.host.run(
            "headgatectl", "-j", "show", "counters").stdout)["counters"]
        forwarded = {row["name"]: row["packets"] for row in counters["outcomes"]}
        self.assertGreater(forwarded["forwarded_redirect"]
                           + forwarded["forwarded_tx"], 2 * CONNECTIONS)

    def wait_forwarding(self):
        """Wait until both servers are in use and the router knows."""
        self.lab.wait_announced(True, 60)
        wait_until(lambda: len([hop for hop in json.loads(self.host.run(
            "headgatectl", "-j", "show", "nexthops").stdout)["nexthops"]
            if hop["alive"]]) == 2, 60, "both servers")


del LabCase  # it has no tests of its own
