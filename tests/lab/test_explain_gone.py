# SPDX-License-Identifier: BSD-2-Clause
"""Check what is said of paths that are not there any more, or never came: by a
neighbor's own withdrawal, by its error, with its session."""

import json
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from lab.system import wait_until
from raw_lab import (BACKEND_AS, BACKENDS, HEADGATE, NEXT_HOP,
                     UPSTREAM, RawCase, announcement, memory_bound, withdrawal)
from raw_speaker import read_all, wait_for

EXIT_FAILED = 1
SECOND, FLOODER = "10.1.0.12", "10.1.0.13"
AGGREGATE = "192.0.2.0/24"
VIP, OTHER = "192.0.2.1/32", "192.0.2.2/32"
FENCE = "192.0.2.250/32"
MANY_ERRORS = 100000
NETWORK6 = b"\x80\x20\x01\x0d\xb8" + bytes(12)


def without_nexthop(*prefixes, as_number=BACKEND_AS):
    return bgp.update(bgp.origin(), bgp.as_path(as_number),
                      nlri=b"".join(bgp.prefix(p) for p in prefixes))


class Gone(RawCase):
    """Two backends, and an aggregate around their VIPs."""

    options = {"neighbors": (BACKENDS, UPSTREAM), "addresses": (SECOND, FLOODER),
               "flags": ("--aggregate", AGGREGATE)}

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        cls.server = cls.keep(cls.lab.establish(NEXT_HOP, BACKEND_AS))

    def settle(self, speaker, source, as_number):
        """Wait until the agent has read all that was sent."""
        for make in (announcement(FENCE, as_number, next_hop=source),
                     withdrawal(FENCE)):
            there = bool(self.lab.path(FENCE, source))
            speaker.send(make)
            wait_for([speaker, self.observer, self.bystander],
                     lambda: bool(self.lab.path(FENCE, source)) != there, 30,
                     "the agent has read all")

    def explain(self, prefix):
        done = self.lab.headgate.ctl("-j", "explain", prefix)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["explain"]

    def logged(self, *words):
        with open(self.lab.headgate.log_path, encoding="utf-8") as log:
            return [line for line in log if all(word in line for word in words)]

    def has_path(self, prefix, here=True):
        return wait_until(
            lambda: bool(self.lab.path(prefix, NEXT_HOP)) == here, 5,
            f"{prefix}: path {'here' if here else 'gone'}")

    def test_a_vip_withdrawn_is_explained_and_not_the_aggregate_around_it(self):
        self.server.send(announcement(OTHER, BACKEND_AS))
        self.has_path(OTHER)
        self.assertEqual(self.explain(OTHER)["departed"], [])
        self.server.send(withdrawal(OTHER))
        self.has_path(OTHER, here=False)
        for words in (OTHER, OTHER.partition("/")[0]):
            said = self.explain(words)
            self.assertEqual((said["prefix"], said["paths"]), (OTHER, []))
            gone = said["gone"]
            self.assertEqual((gone["neighbor"], gone["cause"], gone["why"]),
                             (NEXT_HOP, "withdrawn", "withdrawn by it"))
            self.assertLess(gone["age_s"], 10)
        text = self.lab.headgate.ctl("explain", OTHER).stdout
        self.assertRegex(text, rf"gone +\d+s ago from {NEXT_HOP}: withdrawn")
        # An address of none of them: the aggregate answers.
        self.assertEqual(self.explain("192.0.2.77")["prefix"], AGGREGATE)

    def test_an_error_names_prefix_attribute_and_value(self):
        self.server.send(announcement(VIP, BACKEND_AS))
        self.has_path(VIP)
        errors = self.lab.headgate.neighbor(NEXT_HOP)["withdrawn_by_error"]
        self.server.send(bgp.update(
            bgp.origin(9), bgp.as_path(BACKEND_AS), bgp.next_hop(NEXT_HOP),
            nlri=bgp.prefix(VIP) + bgp.prefix("192.0.2.3/32")))
        self.has_path(VIP, here=False)
        for prefix in (VIP, "192.0.2.3/32"):
            gone = self.explain(prefix)["gone"]
            self.assertEqual(gone["cause"], "withdrawn_by_error")
            self.assertEqual(gone["why"], "withdrawn by error: "
                             "ORIGIN (1): unknown value: 0x09")
        self.assertEqual(self.explain(VIP)["gone"]["times"], 1)
        self.assertEqual(self.explain("192.0.2.3")["gone"]["times"], 0)
        self.assertTrue(self.logged(
            f"{NEXT_HOP}: UPDATE: ORIGIN (1): unknown value: 0x09; verdict: "
            f"withdraw; withdrawn: {VIP} and 1 more"))
        self.assertEqual(
            self.lab.headgate.neighbor(NEXT_HOP)["withdrawn_by_error"],
            errors + 2)
        # A good announcement ends it, and so does a withdrawal.
        self.server.send(announcement(VIP, BACKEND_AS),
                         withdrawal("192.0.2.3/32"))
        self.has_path(VIP)
        self.assertEqual(self.explain(VIP)["departed"], [])
        done = self.lab.headgate.ctl("explain", "192.0.2.3/32")
        self.assertEqual(done.returncode, EXIT_FAILED)
        self.assertIn("no route", done.stderr)

    def test_a_lost_session_is_the_reason_of_its_paths(self):
        second = self.lab.establish(SECOND, BACKEND_AS + 1)
        second.send(announcement("192.0.2.9/32", BACKEND_AS + 1,
                                 next_hop=SECOND))
        wait_until(lambda: self.lab.path("192.0.2.9/32", SECOND), 5, "path")
        second.send(bgp.notification(6, 2))
        second.close()
        wait_until(lambda: not self.lab.path("192.0.2.9/32", SECOND), 5, "end")
        gone = self.explain("192.0.2.9")["gone"]
        self.assertEqual((gone["neighbor"], gone["cause"]),
                         (SECOND, "session_down"))
        self.assertIn("Administrative Shutdown", gone["why"])

    def test_routes_of_another_family_are_counted_and_told_once(self):
        def count():
            return self.lab.headgate.neighbor(NEXT_HOP)[
                "updates_of_other_families"]
        before = count()
        reach = bgp.mp_reach(bytes(16), NETWORK6, afi=bgp.IPV6)
        self.server.send(*[bgp.update(bgp.origin(), bgp.as_path(BACKEND_AS),
                                      reach)] * 20)
        wait_until(lambda: count() == before + 20, 5, "20 counted")
        self.assertEqual(len(self.logged(
            f"{NEXT_HOP}: routes of ipv6 unicast ignored", "family=")), 1)
        self.check_bystanders()

    def test_a_hundred_thousand_errors_leave_room_for_others(self):
        """The log names some, explain the last ones; memory is bounded."""
        number = BACKEND_AS + 2
        flooder = self.lab.establish(FLOODER, number)
        flooder.send(without_nexthop(VIP, as_number=number))
        self.settle(flooder, FLOODER, number)
        memory = self.lab.memory()
        batch = [without_nexthop(f"192.0.2.{i % 256}/32", as_number=number)
                 for i in range(MANY_ERRORS // 10)]
        for _ in range(10):
            flooder.send(*batch)
            read_all([self.observer, self.bystander, flooder], 0)
        self.settle(flooder, FLOODER, number)
        self.assertLess(self.measure_update(), 1)
        self.assertGreaterEqual(self.lab.headgate.neighbor(FLOODER)[
            "withdrawn_by_error"], MANY_ERRORS)
        self.assertLess(self.lab.memory() - memory, memory_bound(4096))
        self.assertLess(len(self.logged(FLOODER, "UPDATE:")), 40)
        last = f"192.0.2.{(MANY_ERRORS // 10 - 1) % 256}/32"
        self.assertIn("NEXT_HOP (3): missing", self.explain(last)["gone"]["why"])
        self.check_bystanders()
        flooder.close()


class Texts(RawCase):
    """Two backends with one BGP identifier."""

    options = {"neighbors": (BACKENDS, UPSTREAM), "addresses": (SECOND,)}
    SHARED = "10.7.7.7"

    @classmethod
    def start_bystanders(cls):
        super().start_bystanders()
        cls.servers = []
        for source, number in ((NEXT_HOP, BACKEND_AS), (SECOND, BACKEND_AS + 1)):
            speaker = cls.keep(cls.lab.dial(source))
            cls.servers.append(speaker.establish(number, cls.SHARED))

    def why(self, prefix):
        """Return the reason of each path by its neighbor, when all are there."""
        done = self.lab.headgate.ctl("-j", "explain", prefix)
        if done.returncode:
            return {}
        return {path["neighbor"]: path["why"] for path
                in json.loads(done.stdout)["explain"]["paths"]}

    def test_the_address_decides_between_equal_identifiers(self):
        for speaker, source, number in zip(self.servers, (NEXT_HOP, SECOND),
                                           (BACKEND_AS, BACKEND_AS + 1)):
            speaker.send(announcement(VIP, number, next_hop=source))
        wait_until(lambda: "best" in self.why(VIP).get(NEXT_HOP, "")
                   and "as good" in self.why(VIP).get(SECOND, ""), 5,
                   "both in the set")
        self.assertIn("the lowest neighbor address", self.why(VIP)[NEXT_HOP])

    def test_a_loop_names_the_as_and_its_place(self):
        self.servers[0].send(announcement(
            OTHER, BACKEND_AS, path=[BACKEND_AS, 64999, 64512]))
        wait_until(lambda: self.why(OTHER), 5, "the path")
        self.assertEqual(
            self.why(OTHER)[NEXT_HOP],
            f"loop: our AS 64512 is at place 3 of AS_PATH {BACKEND_AS} 64999 "
            "64512")

    def test_our_own_address_as_next_hop_is_named(self):
        self.servers[0].send(announcement("192.0.2.4/32", BACKEND_AS,
                                          next_hop=HEADGATE))
        wait_until(lambda: self.why("192.0.2.4/32"), 5, "the path")
        self.assertEqual(self.why("192.0.2.4/32")[NEXT_HOP],
                         f"next hop {HEADGATE} is an address of this host")


if __name__ == "__main__":
    unittest.main()
