# SPDX-License-Identifier: BSD-2-Clause
"""Check what an operator types and looks at: abbreviations, repeated output that
survives a restart of the agent, colour on terminals only, and live rates."""

import json
import os
import pty
import subprocess
import unittest

from lab_case import LabCase
from lab.agent import BUILD
from lab.system import wait_until
from lab.topology import VIP

EXIT_UNREACHABLE, EXIT_USAGE = 3, 2
WIDTH = 80


class Typed(LabCase):

    options = {"servers": 2}

    def ctl(self, *words):
        done = self.lab.headgate.ctl(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def start(self, *words, terminal=False, **environment):
        """Start headgatectl; return a function with all that it printed."""
        command = [f"{BUILD}/headgatectl", "-s", self.lab.headgate.socket, *words]
        ours, theirs = pty.openpty() if terminal else os.pipe()
        process = subprocess.Popen(  # pylint: disable=consider-using-with
            command, stdin=theirs if terminal else subprocess.DEVNULL,
            stdout=theirs, stderr=theirs, env={**os.environ, **environment})
        os.close(theirs)
        os.set_blocking(ours, False)
        printed = bytearray()

        def text():
            try:
                while data := os.read(ours, 1 << 16):
                    printed.extend(data)
            except OSError:
                pass  # nothing more now, or the terminal has gone
            return printed.decode()
        self.addCleanup(os.close, ours)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process, text, ours

    def test_words_may_be_short(self):
        self.assertEqual(self.ctl("sh", "ne").split()[0], "NEIGHBOR")
        address = self.lab.servers[0].address
        self.assertIn(address, self.ctl("sh", "ne", address).splitlines()[0])
        self.assertIn("NEXT HOP", self.ctl("sh", "nexth").splitlines()[0])
        self.assertIn("verdict", self.ctl("-j", "sh", "st"))
        self.assertIn(VIP, self.ctl("expl", VIP))
        for words in (("e", VIP), ("sh", "nothing")):
            done = self.lab.headgate.ctl(*words)
            self.assertEqual(done.returncode, EXIT_USAGE)

    def addresses(self, *words):
        neighbors = json.loads(self.ctl("-j", *words))["neighbors"]
        return {neighbor["address"] for neighbor in neighbors}

    def test_rows_may_be_chosen(self):
        servers = {server.address for server in self.lab.servers}
        chosen = ("sh", "ne", "--role", "backend")
        self.assertEqual(self.addresses(*chosen), servers)
        self.assertEqual(self.addresses(*chosen, "--state", "established"),
                         servers)
        self.assertEqual(self.addresses(*chosen, "--failed"), set())
        self.assertEqual(len(self.ctl(*chosen).splitlines()), 1 + len(servers))
        for vip, count in ((VIP, 1), (f"{VIP}/32", 1), ("192.0.2.99", 0)):
            routes = json.loads(self.ctl("-j", "show", "routes", "--vip",
                                         vip))["routes"]
            self.assertEqual(len(routes), count)
        self.assertEqual(json.loads(self.ctl(
            "-j", "show", "nexthops", "--failed"))["nexthops"], [])

    def test_colour_is_for_terminals_and_not_for_no_color(self):
        _, text, _ = self.start("show", "status", terminal=True)
        wait_until(lambda: "\033[1;32mHEALTHY\033[0m" in text(), 10, "colour")
        _, text, _ = self.start("show", "status", terminal=True, NO_COLOR="1")
        wait_until(lambda: "hash" in text(), 10, "all of it")
        self.assertNotIn("\033", text())
        self.assertNotIn("\033", self.ctl("show", "status"))

    def test_top_has_rates_within_80_columns(self):
        self.lab.download(20000, 20)
        process, text, _ = self.start("top", "-n", "2")
        wait_until(lambda: process.poll() is not None, 20, "its end")
        self.assertEqual(process.returncode, 0, text())
        lines = text().splitlines()
        self.assertIn("HEALTHY, by packets", lines[0] + lines[1])
        self.assertTrue(any(line.startswith(f"{VIP}/32 ") for line in lines))
        for server in self.lab.servers:
            self.assertTrue(any(line.startswith(server.address + " ")
                                for line in lines), text())
        self.assertTrue(any(line.startswith("DROPS/S") for line in lines))
        self.assertTrue(any(" ago  " in line for line in lines))
        self.assertLessEqual(max(len(line) for line in lines), WIDTH)

    def test_top_takes_keys_and_a_filter(self):
        process, text, keys = self.start("top", terminal=True)
        wait_until(lambda: "by packets" in text(), 20, "the screen")
        for key, shown in ((b"b", "by bits"), (b"n", "by name"),
                           (b"/no such name\n", "/no such name")):
            os.write(keys, key)
            wait_until(lambda shown=shown: shown in text(), 20, shown)
        last = text().split("\033[2J")[-1]
        self.assertNotIn(f"{VIP}/32 ", last.split("DROPS/S")[0])
        os.write(keys, b"q")
        wait_until(lambda: process.poll() is not None, 20, "its end")
        self.assertEqual(process.returncode, 0)

    def test_z_repeated_output_has_a_clock_and_survives_a_restart(self):
        _, text, _ = self.start("--interval", "2s", "-w", "show", "status")
        _, explained, _ = self.start("-w", "explain", VIP)
        wait_until(lambda: ", every 2 s\n" in text()
                   and ", every 1 s\n" in explained(), 20, "a second time")
        self.lab.headgate.stop()
        wait_until(lambda: "not reachable" in text()
                   and "not reachable" in explained(), 20, "the agent gone")
        self.lab.headgate.start()
        wait_until(lambda: "HEALTHY" in text().rpartition("not reachable")[2]
                   and VIP in explained().rpartition("not reachable")[2], 30,
                   "the next agent")
        self.lab.headgate.stop()
        done = self.lab.headgate.ctl("-w", "show", "status")
        self.assertEqual(done.returncode, EXIT_UNREACHABLE)


if __name__ == "__main__":
    unittest.main()
