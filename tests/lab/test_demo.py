# SPDX-License-Identifier: BSD-2-Clause
"""Check that an interrupted demo leaves nothing behind, and that its door to the
status page is open."""

import os
import pty
import signal
import subprocess
import termios
import unittest
import urllib.request
import uuid

from lab_case import LabCase, TOOLS
from lab.agent import REPOSITORY
from lab.door import Door
from lab.system import PYTHON, wait_until
from raw_lab import RawLab
from sessions import indented_blocks, missing

LOCAL_MODES = 3  # of termios.tcgetattr()


def named_for(pid):
    """Return the folders, mounts and namespaces of the lab of process `pid`."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        places = [line.split()[1] for line in mounts]
    places += [f"/run/{name}" for name in os.listdir("/run")]
    if os.path.isdir("/run/netns"):
        places += [f"/run/netns/{name}" for name in os.listdir("/run/netns")]
    marks = (f"/run/headgate-lab-{pid}", f"/run/netns/hg{pid}-")
    return [place for place in places if place.startswith(marks)]


def processes_with(mark):
    """Return the processes with `mark` in their environment."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if mark.encode() in file.read():
                    found.append(pid)
        except OSError:  # it has ended
            pass
    return found


class WebLab(RawLab):

    def agent_flags(self):
        return [*super().agent_flags(), "--metrics",
                f"unix:{self.folder}/metrics.sock"]


class Page(LabCase):

    lab_class = WebLab

    def test_a_browser_of_this_host_gets_the_status_page(self):
        with Door(f"{self.lab.folder}/metrics.sock") as door:
            for page, text in (("", b"<html"), ("api/v1/status", b"verdict")):
                with urllib.request.urlopen(door.url + page, timeout=20) as got:
                    self.assertIn(text, got.read())


del LabCase  # it has no tests of its own


class Interrupted(unittest.TestCase):

    def interrupt(self, number, line):
        """Run the demo until it prints `line`, then signal it."""
        mark = f"LAB_TEST_MARK={uuid.uuid4()}"
        demo = subprocess.Popen(["env", mark, PYTHON, f"{TOOLS}/demo.py"],
                                text=True, stdout=subprocess.PIPE)
        printed = ""
        while line not in printed:
            new = demo.stdout.readline()
            self.assertNotEqual(new, "", f"no {line!r} in:\n{printed}")
            printed += new
        demo.send_signal(number)
        demo.communicate(timeout=30)
        self.assertEqual(demo.returncode, 128 + number)
        self.assertEqual(named_for(demo.pid), [])
        self.assertEqual(processes_with(mark), [])
        return printed

    def test_a_reader_that_has_seen_enough(self):
        """`make demo | head`: no traceback, and the lab is gone."""
        demo = subprocess.Popen([PYTHON, f"{TOOLS}/demo.py"], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for line in demo.stdout:
            if "waiting for BGP" in line:
                break
        demo.stdout.close()
        self.assertEqual(demo.stderr.read(), "")
        self.assertEqual(demo.wait(30), 128 + signal.SIGPIPE)
        self.assertEqual(named_for(demo.pid), [])

    def test_while_it_builds(self):
        self.interrupt(signal.SIGINT, "Building the lab")

    def test_while_it_waits_for_bgp(self):
        self.interrupt(signal.SIGTERM, "waiting for BGP")

    def test_while_connections_run(self):
        self.interrupt(signal.SIGTERM, "connections, each")

    def test_while_a_server_is_down(self):
        printed = self.interrupt(signal.SIGINT, "long downloads run")
        with open(f"{REPOSITORY}/README.md", encoding="utf-8") as file:
            excerpt, = [block for block in indented_blocks(file.read())
                        if block[0].startswith("[  2.3 s]")]
        last = next(i for i, line in enumerate(excerpt)
                    if "long downloads run" in line)
        self.assertEqual(missing(excerpt[:last + 1], printed), [])


class Key(unittest.TestCase):
    """The key that ends the demo with a status page."""

    def wait(self, stdin):
        process = subprocess.Popen(
            [PYTHON, "-c", "import demo; print('waits', flush=True); "
             "demo.wait_for_a_key()"], cwd=TOOLS, stdin=stdin,
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "waits\n")
        return process

    def test_one_key_of_the_terminal_without_return(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        process = self.wait(theirs)
        # Until then the terminal keeps the key for its line.
        wait_until(lambda: not termios.tcgetattr(theirs)[LOCAL_MODES]
                   & termios.ICANON, 20, "single keys")
        self.assertIsNone(process.poll())
        os.write(ours, b"q")
        self.assertEqual(process.wait(20), 0)
        self.assertTrue(termios.tcgetattr(theirs)[LOCAL_MODES]
                        & termios.ICANON)

    def test_the_end_of_stdin(self):
        self.assertEqual(self.wait(subprocess.DEVNULL).wait(20), 0)
