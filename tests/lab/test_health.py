# SPDX-License-Identifier: BSD-2-Clause
"""Check the verdict on the agent: `show status` begins with it, and `health` is a
plugin of a monitor: healthy, degraded and not forwarding, each with its reasons."""

import re
import unittest

import lab_case  # noqa: F401 (finds the lab)
from lab.system import wait_until
from raw_lab import (BACKEND_AS, BACKENDS, OBSERVER, UPSTREAM_AS, RawCase,
                     announcement)

SECOND, THIRD = "10.1.0.12", "10.1.0.13"
VIP = "192.0.2.1/32"
CORE = f"{OBSERVER},as={UPSTREAM_AS},role=upstream,passive,name=core-1"
RACK = f"{THIRD},as={BACKEND_AS + 2},role=backend,passive,name=rack2"
HEALTHY, DEGRADED, NOT_FORWARDING, UNKNOWN = range(4)
LINE = re.compile(r"^HEADGATE (OK|WARNING|CRITICAL|UNKNOWN) - ([^|]*)"
                  r"( \| (\w+=\d+ ?)+)?\n$")
NUMBERS = {"vips", "vips_forwarding", "vips_announced", "neighbors",
           "neighbors_up", "nexthops", "nexthops_alive"}


class Health(RawCase):
    options = {"neighbors": (BACKENDS, CORE, RACK),
               "addresses": (SECOND, THIRD),
               "flags": ("--affinity-window", "0")}

    def health(self):
        """Return the exit code, the text, and the numbers behind it."""
        done = self.lab.headgate.ctl("health")
        found = LINE.match(done.stdout)
        self.assertTrue(found, done.stdout)
        word = found.group(1)
        self.assertEqual(("OK", "WARNING", "CRITICAL", "UNKNOWN").index(word),
                         done.returncode)
        numbers = (found.group(3) or "").split()[1:]
        return done.returncode, found.group(2), dict(
            number.split("=") for number in numbers)

    def wait(self, code, text=""):
        def is_so():
            found = self.health()
            return found if found[0] == code and text in found[1] else None
        return wait_until(is_so, 20, f"health {code}: {text}")

    def first_lines(self):
        return self.lab.headgate.ctl("show", "status").stdout.splitlines()

    def test_1_a_neighbor_that_is_down_degrades(self):
        _, text, numbers = self.wait(DEGRADED, "1 of ")
        self.assertIn("neighbors down: rack2", text)
        self.assertEqual(set(numbers), NUMBERS)
        self.assertEqual(self.first_lines()[0], "DEGRADED")
        self.assertIn("neighbors down: rack2", self.first_lines()[1])
        status = self.lab.headgate.show("status")
        self.assertEqual(status["verdict"], "degraded")
        self.assertEqual(len(status["reasons"]), 1)

    def test_1_watch_repeats_it_and_ends_with_the_last_state(self):
        self.wait(DEGRADED, "1 of ")
        done = self.lab.headgate.ctl("-w", "--interval", "1s", "-n", "2",
                                     "health")
        self.assertEqual(done.returncode, DEGRADED)
        lines = [line for line in done.stdout.splitlines() if line]
        self.assertEqual([line.split()[0] for line in lines[::2]],
                         ["HEADGATE", "HEADGATE"])
        self.assertIn("Z, every 1 s", lines[1])

    def test_2_with_all_of_them_it_is_healthy(self):
        cls = type(self)
        cls.server = self.keep(self.lab.establish(THIRD, BACKEND_AS + 2))
        cls.server.send(announcement(VIP, BACKEND_AS + 2, next_hop=THIRD))
        _, text, numbers = self.wait(HEALTHY, "HEALTHY")
        self.assertEqual(text, "HEALTHY")
        self.assertEqual(numbers["vips"], numbers["vips_forwarding"])
        self.assertEqual(self.first_lines()[:2], ["HEALTHY", ""])
        self.assertEqual(self.lab.headgate.show("status")["reasons"], [])

    def test_3_a_dead_next_hop_degrades(self):
        self.lab.peers.ip(f"address del {THIRD}/24 dev lan")
        self.wait(DEGRADED, "next hops dead: rack2")

    def test_4_an_upstream_that_is_lost_degrades(self):
        self.observer.close()
        self.wait(DEGRADED, "no upstream is up: nothing is announced")

    def test_5_without_a_living_server_nothing_is_forwarded(self):
        self.server.close()
        self.bystander.close()
        self.wait(NOT_FORWARDING, "no VIP has a living server")
        self.assertEqual(self.first_lines()[0], "NOT FORWARDING")
        self.assertEqual(self.lab.headgate.show("status")["verdict"],
                         "not_forwarding")

    def test_6_a_link_that_is_down_degrades(self):
        self.lab.host.ip("link set lan down")
        self.wait(NOT_FORWARDING, "1 of 1 interfaces down or not attached: lan")
        events = self.lab.headgate.show("events")
        self.assertIn(("link_down", "lan"), {
            (event["event"], event["interface"]) for event in events})
        self.lab.host.ip("link set lan up")
        wait_until(lambda: ("link_up", "lan") in {
            (event["event"], event["interface"])
            for event in self.lab.headgate.show("events")}, 10, "the link up")

    def test_7_without_an_agent_it_is_unknown(self):
        self.lab.headgate.stop()
        self.assertEqual(self.health()[0], UNKNOWN)
        self.assertEqual(self.lab.headgate.ctl("health", "x").returncode,
                         UNKNOWN)


if __name__ == "__main__":
    unittest.main()
