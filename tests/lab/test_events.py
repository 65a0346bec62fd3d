# SPDX-License-Identifier: BSD-2-Clause
"""Check events: what happens is one line of the log and one event, with its objects;
filters choose; a follower gets each new one, also from the next agent."""

import json
import os
import subprocess
import unittest

import lab_case  # noqa: F401 (finds the lab)
from lab.agent import BUILD
from lab.system import wait_until
from raw_lab import BACKEND_AS, BACKENDS, UPSTREAM, RawCase, announcement

SECOND, DYING, STRANGER = "10.1.0.12", "10.1.0.13", "10.1.0.77"
VIP = "192.0.2.1/32"
NAMED = f"{SECOND},as={BACKEND_AS},role=backend,name=rack1,passive"
KEYS = {"id", "time", "age_s", "severity", "event", "subsystem", "object", "vip",
        "neighbor", "nexthop", "interface", "name", "text"}
EXIT_FAILED, EXIT_USAGE = 1, 2


class Events(RawCase):
    options = {"neighbors": (BACKENDS, UPSTREAM, NAMED),
               "addresses": (SECOND, DYING)}

    def events(self, *arguments):
        done = self.lab.headgate.ctl("-j", "events", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["events"]

    def wait_event(self, kind, *arguments):
        """Wait for an event; return the last one of its kind."""
        found = []

        def has_come():
            found[:] = [event for event in self.events(*arguments)
                        if event["event"] == kind]
            return found
        wait_until(has_come, 20, kind)
        return found[-1]

    def in_log(self, event):
        """True if the log has the line of the event."""
        line = (f"{event['severity']} {event['subsystem']}: "
                f"{event['object']}: {event['text']}\n")
        with open(self.lab.headgate.log_path, encoding="utf-8") as log:
            return line in log.readlines()

    def test_a_session_is_told_with_address_name_and_cause(self):
        speaker = self.lab.establish(SECOND, BACKEND_AS)
        up = self.wait_event("neighbor_up", "--neighbor", "rack1")
        speaker.close()
        down = self.wait_event("neighbor_down", "--neighbor", SECOND)
        for event, severity in ((up, "info"), (down, "warning")):
            self.assertEqual(set(event), KEYS)
            self.assertEqual(event["severity"], severity)
            self.assertEqual(event["neighbor"], SECOND)
            self.assertEqual(event["name"], "rack1")
            self.assertEqual(event["object"], f"{SECOND} rack1")
            self.assertRegex(event["time"],
                             r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIsNone(event["vip"])
            self.assertTrue(self.in_log(event), event)
        self.assertGreater(down["id"], up["id"])
        self.assertIn("session down: ", down["text"])

    def test_a_next_hop_that_dies_is_a_warning_with_its_cause(self):
        speaker = self.lab.establish(DYING, BACKEND_AS + 1)
        self.addCleanup(speaker.close)
        speaker.send(announcement(VIP, BACKEND_AS + 1, next_hop=DYING))
        self.wait_event("nexthop_alive", "--nexthop", DYING)
        self.lab.peers.ip(f"address del {DYING}/24 dev lan")
        self.addCleanup(self.lab.peers.ip,
                        f"address add {DYING}/24 dev lan")
        dead = self.wait_event("nexthop_dead", "--nexthop", DYING)
        self.assertEqual(dead["severity"], "warning")
        self.assertRegex(dead["text"], r"^dead: no answer to \d+ probes in ")
        self.assertTrue(self.in_log(dead), dead)

    def test_filters_leave_out_others(self):
        self.lab.establish(SECOND, BACKEND_AS).close()
        self.wait_event("neighbor_down", "--neighbor", SECOND)
        self.assertEqual({event["neighbor"] for event
                          in self.events("--neighbor", SECOND)}, {SECOND})
        self.assertEqual(self.events("--neighbor", STRANGER), [])
        self.assertEqual(self.events("--interface", "eth77"), [])
        self.assertEqual({event["interface"] for event
                          in self.events("--interface", "lan")}, {"lan"})
        self.assertEqual(self.events("--vip", "198.51.100.1"), [])
        self.assertEqual({event["event"] for event
                          in self.events("--event", "neighbor_down")},
                         {"neighbor_down"})
        self.assertEqual({event["severity"] for event
                          in self.events("--severity", "warning")}
                         - {"error"}, {"warning"})
        every = self.events()
        self.assertEqual([event["id"] for event in self.events("-n", "2")],
                         [event["id"] for event in every[-2:]])

    def test_the_table_has_a_row_for_each_event(self):
        done = self.lab.headgate.ctl("events", "--interface", "lan")
        head, *rows = done.stdout.splitlines()
        self.assertEqual(head.split(), ["TIME", "SEVERITY", "EVENT", "OBJECT",
                                        "MESSAGE"])
        self.assertTrue([row for row in rows
                         if "interface_attached  lan" in row], rows)

    def test_an_unknown_neighbor_and_a_wrong_vip_are_refused(self):
        for arguments, text in ((("--neighbor", "rack9"), "nor the name"),
                                (("--event", "sunrise"), "no such kind"),
                                (("--severity", "debug"), "must be error"),
                                (("--vip", "here"), "not an address")):
            done = self.lab.headgate.ctl("events", *arguments)
            self.assertEqual(done.returncode, EXIT_FAILED)
            self.assertIn(text, done.stderr)
        self.assertEqual(self.lab.headgate.ctl("events", "all").returncode,
                         EXIT_USAGE)

    def test_the_start_names_version_and_configuration(self):
        started = self.events()
        started = [event for event in started
                   if event["event"] == "agent_started"]
        self.assertEqual(len(started), 1)
        self.assertRegex(started[0]["text"],
                         r"^headgate \S+ started: AS \d+, 1 interfaces, "
                         r"3 neighbors, configuration [0-9a-f]{12}$")


class Follow(RawCase):
    options = {"neighbors": (BACKENDS, UPSTREAM, NAMED),
               "addresses": (SECOND,)}

    def follow(self, *arguments):
        path = os.path.join(self.lab.folder, f"follow-{len(arguments)}")
        with open(path, "w", encoding="utf-8") as out:
            # pylint: disable=consider-using-with
            process = subprocess.Popen(
                [f"{BUILD}/headgatectl", "-s", self.lab.headgate.socket,
                 "events", "--follow", *arguments], stdout=out,
                stderr=subprocess.STDOUT)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def lines():
            with open(path, encoding="utf-8") as text:
                return text.read().splitlines()
        return lines

    def test_each_new_event_comes_also_from_the_next_agent(self):
        lines = self.follow()
        only = self.follow("--neighbor", "rack1")
        wait_until(lambda: any("agent_started" in line for line in lines()), 10,
                   "the kept events")
        self.lab.establish(SECOND, BACKEND_AS).close()
        for shown in (lines, only):
            wait_until(lambda shown=shown: any(
                "neighbor_down" in line and f"{SECOND} rack1: " in line
                for line in shown()), 20, "the new events")
        self.assertEqual([line for line in only() if SECOND not in line], [])
        self.lab.headgate.stop()
        self.lab.headgate.start()
        wait_until(lambda: sum("agent_started" in line for line in lines()) == 2,
                   30, "the events of the next agent")


if __name__ == "__main__":
    unittest.main()
