# SPDX-License-Identifier: BSD-2-Clause
"""Check headgatectl: show of one route, of neighbors, and repeated by -w."""

import json
import unittest

from lab_case import LabCase
from lab.system import wait_until
from lab.topology import ROUTER_LAN, VIP
from raw_lab import (BACKEND_AS, BACKENDS, BYSTANDER, HEADGATE, NEXT_HOP,
                     OBSERVER, UPSTREAM, RawCase, announcement,
                     withdrawal)

EXIT_FAILED = 1
EXIT_USAGE = 2


class ShowRoute(LabCase):

    options = {"servers": 2}

    def prefix_of(self, *words):
        done = self.lab.headgate.ctl("-j", "show", "route", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [route["prefix"] for route in json.loads(done.stdout)["routes"]]

    def test_by_prefix_and_by_address(self):
        self.assertEqual(self.prefix_of(f"{VIP}/32"), [f"{VIP}/32"])
        self.assertEqual(self.prefix_of(VIP), [f"{VIP}/32"])

    def test_a_prefix_that_nobody_announces_is_not_found(self):
        done = self.lab.headgate.ctl("show", "route", "198.51.100.1")
        self.assertEqual(done.returncode, EXIT_FAILED)
        self.assertIn("198.51.100.1", done.stderr)

    def test_what_is_no_prefix_is_said_so(self):
        done = self.lab.headgate.ctl("show", "route", "vip")
        self.assertEqual(done.returncode, EXIT_FAILED)
        self.assertIn("ADDRESS/LENGTH", done.stderr)

    def test_a_mistyped_word_is_told_the_one_that_was_meant(self):
        for words, meant in ((["show", "neighbours"], "neighbors"),
                             (["show", "next-hops"], "nexthops"),
                             (["explian", VIP], "explain")):
            done = self.lab.headgate.ctl(*words)
            self.assertEqual(done.returncode, EXIT_USAGE)
            self.assertIn(f"did you mean '{meant}'?", done.stderr)
        for words in (["show", "me"], ["go"]):
            done = self.lab.headgate.ctl(*words)
            self.assertEqual(done.returncode, EXIT_USAGE)
            self.assertIn("must be one of", done.stderr)

    def test_without_a_prefix_or_with_two(self):
        for words in ([], ["192.0.2.1", "192.0.2.2"]):
            done = self.lab.headgate.ctl("show", "route", *words)
            self.assertEqual(done.returncode, EXIT_USAGE)


class ShowNeighbors(LabCase):

    # No process listens there.
    CLOSED = f"{ROUTER_LAN},port=1179,as=64500,role=upstream,name=core-1"
    options = {"servers": 2}
    started = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        flags = cls.lab.headgate.arguments
        flags[flags.index("--neighbor") + 1] += ",name=rack1,max-prefix=10"
        flags += ["--neighbor", cls.CLOSED]
        cls.lab.start()

    def test_a_session_has_a_name_and_is_so_near_to_its_limit(self):
        for server in self.lab.servers:
            neighbor = self.lab.headgate.neighbor(server.address)
            self.assertEqual(neighbor["name"], "rack1")
            self.assertEqual(neighbor["max_prefix"], 10)
            self.assertEqual(neighbor["max_prefix_count"], 1)
            self.assertIsNone(neighbor["next_attempt_s"])

    def test_a_neighbor_that_is_down_says_when_we_try_again(self):
        """The wait is at most 30 s and counts down."""
        def waiting():
            neighbor = self.lab.headgate.neighbor(ROUTER_LAN)
            return (neighbor["next_attempt_s"] or 0) >= 2 and neighbor
        neighbor = wait_until(waiting, 15, "a failed attempt and a wait")
        self.assertLessEqual(neighbor["next_attempt_s"], 30)
        self.assertEqual(neighbor["name"], "core-1")
        self.assertIsNone(neighbor["max_prefix"])
        self.assertEqual(neighbor["max_prefix_count"], 0)
        wait_until(lambda: self.lab.headgate.neighbor(ROUTER_LAN)[
            "next_attempt_s"] == neighbor["next_attempt_s"] - 1, 3,
            "a second less")


class ShowLoop(LabCase):
    """The turns of the event loop in `show status`."""

    options = {"servers": 2}

    def test_turns_are_counted_and_the_longest_is_kept(self):
        loops = [self.lab.headgate.show("status")["loop"] for _ in range(2)]
        self.assertLess(loops[0]["turns"], loops[1]["turns"])
        for name in ("longest_turn_us", "longest_turn_cpu_us"):
            self.assertGreater(loops[0][name], 0)
            self.assertLessEqual(loops[0][name], loops[1][name])
        self.assertLessEqual(loops[1]["longest_turn_cpu_us"],
                             loops[1]["longest_turn_us"])

    def test_the_table_names_them(self):
        done = self.lab.headgate.ctl("show", "status")
        self.assertRegex(done.stdout, r"loop +longest turn \d+ us, of the CPU "
                         r"\d+ us; \d+ above 20 ms")


class ShowOneNeighbor(RawCase):
    """Options in force with one neighbor, and routes in and out."""

    options = {"neighbors": (f"{BACKENDS},multipath=no,add-path=receive,"
                             "name=rack1", UPSTREAM),
               "flags": ("--maximum-paths", "7")}

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        cls.server = cls.keep(cls.lab.establish(NEXT_HOP, BACKEND_AS))

    def ask(self, *words):
        done = self.lab.headgate.ctl("-j", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def paths(self, direction, neighbor):
        """Return the paths by prefix of `show routes from|to`."""
        return {row["prefix"]: row["paths"] for row in self.ask(
            "show", "routes", direction, neighbor)["routes"]}

    def test_a_path_has_the_age_of_its_last_change(self):
        vip = "192.0.2.77/32"

        def age():
            path = self.lab.path(vip, NEXT_HOP)
            return path["age_s"] if path else -1
        self.server.send(announcement(vip, BACKEND_AS))
        wait_until(lambda: age() >= 2, 10, "two seconds")
        self.server.send(announcement(vip, BACKEND_AS))  # no change
        wait_until(lambda: age() >= 3, 10, "three seconds")
        self.server.send(announcement(vip, BACKEND_AS, path=[BACKEND_AS] * 2))
        wait_until(lambda: 0 <= age() <= 1, 10, "a changed path is new")
        self.assertRegex(self.lab.headgate.ctl("show", "routes").stdout,
                         r"AS PATH +AGE +WHY")

    def test_options_in_force_and_what_each_side_offered(self):
        said = self.ask("show", "neighbor", NEXT_HOP)["neighbor"]
        options = said["options"]
        self.assertEqual(
            (options["multipath"], options["add_path"], options["passive"],
             options["multihop"], options["bfd"], options["families"]),
            (False, "receive", True, None, False,
             ["ipv4 unicast", "ipv6 unicast"]))
        self.assertEqual(options["of"], BACKENDS.partition(",")[0])
        self.assertIn("multiprotocol", str(said["capabilities"]).lower())
        self.assertIn("route", str(said["capabilities_only_ours"]).lower())
        self.assertEqual(said["add_path"], {"receive": [], "send": []})
        self.assertEqual(said["families"], ["ipv4 unicast"])
        self.assertEqual(said["families_only_ours"], ["ipv6 unicast"])
        self.assertEqual(said["families_only_theirs"], [])
        # By its name, too; and as lines.
        self.assertEqual(self.ask("show", "neighbor", OBSERVER)["neighbor"][
            "options"]["multipath"], True)
        text = self.lab.headgate.ctl("show", "neighbor", NEXT_HOP).stdout
        self.assertRegex(text, r"multipath +no\n")
        self.assertRegex(text, r"add-path +asked for: receive; agreed:")
        done = self.lab.headgate.ctl("show", "neighbor", "10.9.9.9")
        self.assertEqual(done.returncode, EXIT_FAILED)
        self.assertIn("show neighbors lists all", done.stderr)

    def test_the_configuration_is_what_check_prints(self):
        done = self.lab.headgate.ctl("show", "config")
        self.assertEqual(done.returncode, 0, done.stderr)
        checked = self.lab.headgate.try_flags(
            "--check", *self.lab.headgate.without_delay()).stdout
        self.assertEqual(done.stdout, "".join(
            line + "\n" for line in checked.splitlines()
            if not line.startswith(("#", "hash-seed "))))
        self.assertIn("maximum-paths 7\n", done.stdout)
        self.assertEqual(self.ask("show", "config")["config"],
                         done.stdout.splitlines())

    def test_explain_has_the_options_of_the_set(self):
        self.server.send(announcement("192.0.2.1/32", BACKEND_AS))
        wait_until(lambda: self.lab.path("192.0.2.1/32", NEXT_HOP), 5, "path")
        said = self.ask("explain", "192.0.2.1/32")["explain"]["multipath"]
        self.assertEqual(said["maximum_paths"], 7)
        self.assertIn("up to 7 external",
                      self.lab.headgate.ctl("explain", "192.0.2.1").stdout)

    def test_what_came_in_refused_paths_too(self):
        self.server.send(announcement(["192.0.2.2/32", "198.51.100.1/32"],
                                      BACKEND_AS))
        wait_until(lambda: len(self.paths("from", NEXT_HOP)) >= 2, 5, "paths")
        came = self.paths("from", NEXT_HOP)
        self.assertIsNone(came["192.0.2.2/32"][0]["cause"])
        self.assertEqual(came["198.51.100.1/32"][0]["cause"], "outside_vip")
        self.assertEqual(list(self.paths("from", BYSTANDER)),
                         [self.BYSTANDER_VIP])
        text = self.lab.headgate.ctl("show", "routes", "from", NEXT_HOP).stdout
        self.assertIn("filtered: outside_vip", text)
        self.assertEqual(came["192.0.2.2/32"][0]["flaps"], 0)
        self.server.send(withdrawal("192.0.2.2/32"),
                         announcement("192.0.2.2/32", BACKEND_AS))
        wait_until(lambda: self.paths("from", NEXT_HOP).get(
            "192.0.2.2/32", [{"flaps": 0}])[0]["flaps"] == 1, 5, "a flap")

    def test_what_went_out_as_it_was_sent(self):
        sent = self.paths("to", OBSERVER)[self.BYSTANDER_VIP]
        self.assertEqual(len(sent), 1)
        self.assertEqual((sent[0]["next_hop"], sent[0]["as_path"],
                          sent[0]["med"], sent[0]["pending"]),
                         (HEADGATE, f"64512 {BACKEND_AS + 98}", None, False))
        self.assertEqual(self.paths("to", NEXT_HOP), {})
        text = self.lab.headgate.ctl("show", "routes", "to", OBSERVER).stdout
        self.assertRegex(text, rf"sent +0 +{HEADGATE}")
        for words in (["from"], ["to", OBSERVER, "x"], ["of", OBSERVER]):
            done = self.lab.headgate.ctl("show", "routes", *words)
            self.assertEqual(done.returncode, EXIT_USAGE, words)
        done = self.lab.headgate.ctl("show", "routes", "to", "10.9.9.9")
        self.assertEqual(done.returncode, EXIT_FAILED)
        self.assertIn("without a session", done.stderr)


class Watch(LabCase):

    options = {"servers": 2}

    def test_counters_come_with_rates_the_second_time(self):
        done = self.lab.headgate.ctl("-w", "-n", "2", "show", "counters")
        self.assertEqual(done.returncode, 0, done.stderr)
        first, second = done.stdout.split("OUTCOME")[1:]
        row = next(line.split() for line in first.splitlines()
                   if line.startswith("passed_not_vip"))
        self.assertEqual(row[-2:], ["-", "-"])
        row = next(line.split() for line in second.splitlines()
                   if line.startswith("passed_not_vip"))
        self.assertTrue(row[-1].isdigit() and row[-2].isdigit(), row)

    def test_json_comes_once_a_time(self):
        done = self.lab.headgate.ctl("-j", "-w", "-n", "2", "show", "status")
        self.assertEqual(len(done.stdout.splitlines()), 2)


if __name__ == "__main__":
    unittest.main()
