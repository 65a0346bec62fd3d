# SPDX-License-Identifier: BSD-2-Clause
"""The demo, interrupted in its steps, leaves nothing behind."""

import os
import signal
import subprocess
import unittest

from lab_case import TOOLS
from lab.system import PYTHON


def named_for(pid):
    """What there is on this machine that carries the lab's names."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        places = [line.split()[1] for line in mounts]
    places += [f"/run/{name}" for name in os.listdir("/run")]
    if os.path.isdir("/run/netns"):
        places += [f"/run/netns/{name}" for name in os.listdir("/run/netns")]
    marks = (f"/run/headgate-lab-{pid}", f"/run/netns/hg{pid}-")
    return [place for place in places if place.startswith(marks)]


def network_of(pid):
    try:
        return os.stat(f"/proc/{pid}/ns/net").st_ino
    except OSError:
        return None


def homeless_processes():
    """Processes in a network namespace that has no name (any more)."""
    known = {network_of(1), network_of("self"), None}
    if os.path.isdir("/run/netns"):
        known |= {os.stat(f"/run/netns/{name}").st_ino
                  for name in os.listdir("/run/netns")}
    return {int(pid) for pid in os.listdir("/proc")
            if pid.isdigit() and network_of(pid) not in known}


class Interrupted(unittest.TestCase):

    def interrupt(self, number, line):
        """Runs the demo until it prints `line`, then signals it."""
        before = homeless_processes()
        demo = subprocess.Popen([PYTHON, f"{TOOLS}/demo.py"], text=True,
                                stdout=subprocess.PIPE)
        printed = ""
        while line not in printed:
            new = demo.stdout.readline()
            self.assertNotEqual(new, "", f"no {line!r} in:\n{printed}")
            printed += new
        demo.send_signal(number)
        demo.communicate(timeout=30)
        self.assertEqual(demo.returncode, 128 + number)
        self.assertEqual(named_for(demo.pid), [])
        self.assertEqual(homeless_processes() - before, set())

    def test_while_it_builds(self):
        self.interrupt(signal.SIGINT, "Building the lab")

    def test_while_it_waits_for_bgp(self):
        self.interrupt(signal.SIGTERM, "waiting for BGP")

    def test_while_connections_run(self):
        self.interrupt(signal.SIGTERM, "connections, each")

    def test_while_a_server_is_down(self):
        self.interrupt(signal.SIGINT, "long downloads run")
