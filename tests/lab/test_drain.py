# SPDX-License-Identifier: BSD-2-Clause
"""Check headgatectl drain and undrain: a server gets no new flows while others
serve its VIPs, whatever its sessions do, until the order ends."""

import json
import time
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from raw_lab import (BACKEND_AS, BACKENDS, NEXT_HOP, UPSTREAM, RawCase,
                     announcement, withdrawal)
from raw_speaker import wait_for

EXIT_FAILED, EXIT_USAGE = 1, 2
SECOND, THIRD = "10.1.0.12", "10.1.0.13"
VIP = "192.0.2.1/32"
REASON_MAX, MAX_S = 128, 30 * 24 * 3600
WINDOW_S, DRAIN_MAX_S = 300, 1800
GRACEFUL_SHUTDOWN = (65535, 0)


def bandwidth_0():
    """Return an UPDATE with a link bandwidth community of 0."""
    community = bgp.u8(0x40, 0x04) + bgp.u16(BACKEND_AS) + bgp.u32(0)
    return bgp.update(
        bgp.origin(), bgp.as_path(BACKEND_AS), bgp.next_hop(NEXT_HOP),
        bgp.attribute(bgp.EXTENDED_COMMUNITIES, community),
        nlri=bgp.prefix(VIP))


class DrainCase(RawCase):

    def order(self, *words, code=0):
        done = self.lab.headgate.ctl(*words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr if code else done.stdout

    def server(self, address, number, prefixes=VIP, **options):
        speaker = self.lab.establish(address, BACKEND_AS + number)
        self.addCleanup(speaker.close)
        speaker.send(announcement(prefixes, BACKEND_AS + number,
                                  **{"next_hop": address, **options}))
        return speaker

    def members(self, vip=VIP):
        """Return the next hops with flows: those that join have none yet."""
        return {m["address"] for group in self.lab.headgate.show("groups")
                for m in group["members"]
                if vip in group["vips"] and m["weight"]}

    def wait_members(self, *wanted, vip=VIP):
        wait_for([self.observer, self.bystander, *self.servers],
                 lambda: self.members(vip) == set(wanted), 5,
                 f"{wanted} in the table of {vip}")

    def nexthop(self, address):
        return self.lab.headgate.nexthops()[address]

    def why(self, vip, neighbor):
        done = self.lab.headgate.ctl("-j", "explain", vip)
        paths = json.loads(done.stdout)["explain"]["paths"]
        return [p["why"] for p in paths if p["neighbor"] == neighbor][0]


class Orders(DrainCase):

    options = {"neighbors": (f"{BACKENDS},name=rack1", UPSTREAM),
               "addresses": (SECOND, THIRD),
               "flags": ("--affinity-window", str(WINDOW_S),
                         "--drain-max", str(DRAIN_MAX_S))}

    def setUp(self):
        self.servers = [self.server(NEXT_HOP, 0), self.server(SECOND, 1)]
        self.addCleanup(self.undrain_all)
        self.wait_members(NEXT_HOP, SECOND)

    def undrain_all(self):
        for drain in self.lab.headgate.show("drains"):
            self.order("undrain", drain["address"])

    def test_a_drained_server_leaves_the_set_and_lives_on(self):
        said = self.order("drain", NEXT_HOP, "--reason", "new disks")
        self.assertRegex(said, rf"drained +{NEXT_HOP}\n(.*\n)*reason +new disks")
        self.wait_members(SECOND)
        hop = self.nexthop(NEXT_HOP)
        self.assertTrue(hop["alive"])
        self.assertTrue(hop["draining"])
        self.assertEqual(hop["drain"]["cause"], "order")
        self.assertEqual(hop["drain"]["reason"], "new disks")
        self.assertIsNone(hop["drain"]["until_s"])
        self.assertLess(hop["drain"]["since_s"], 10)
        self.assertFalse(self.nexthop(SECOND)["draining"])
        # The buckets that it had remember it.
        moving = [g["moving_buckets"] for g in self.lab.headgate.show("groups")
                  if VIP in g["vips"]]
        self.assertGreater(moving[0], 0)
        groups = self.lab.headgate.show("status")["groups"]
        self.assertGreaterEqual(groups["buckets_moving"], moving[0])
        self.assertGreaterEqual(groups["buckets_tracked"], moving[0])
        self.assertEqual(hop["flows_recorded"], 0)
        self.assertEqual(self.lab.path(VIP, NEXT_HOP)["reason"], "draining")
        self.assertEqual(self.why(VIP, NEXT_HOP), f"{NEXT_HOP} drains by "
                         "order: new disks, and another path does not")
        neighbor = self.lab.headgate.neighbor(NEXT_HOP)
        self.assertEqual(neighbor["state"], "Established")
        self.assertEqual(neighbor["drain"]["reason"], "new disks")
        self.assertRegex(self.order("undrain", NEXT_HOP), "undrained")
        self.wait_members(NEXT_HOP, SECOND)
        self.assertIsNone(self.nexthop(NEXT_HOP)["drain"])
        self.check_bystanders()

    def assert_drain(self, cause, stays_s):
        """The next hop drains for a cause, and its flows stay for so long."""
        hop = self.nexthop(NEXT_HOP)
        self.assertTrue(hop["draining"])
        drain = hop["drain"]
        self.assertEqual((drain["cause"], drain["reason"]), (cause, None))
        self.assertLess(drain["since_s"], 60)
        self.assertIn(drain["until_s"], range(stays_s - 60, stays_s + 2))
        self.assertEqual(drain["flows_stay_s"], drain["until_s"])
        listed = [line.split() for line in
                  self.order("show", "nexthops").splitlines()]
        self.assertIn(cause, [words for words in listed
                              if NEXT_HOP in words][0])
        group = [g for g in self.lab.headgate.show("groups")
                 if VIP in g["vips"]][0]
        self.assertGreater(group["moving_buckets"], 0)
        self.assertIn(group["window_left_s"], range(1, DRAIN_MAX_S + 2))
        stays = {s["address"]: s for s in group["flows_stay_on"]}
        self.assertGreater(stays[NEXT_HOP]["moving_buckets"], 0)
        self.assertIn(stays[NEXT_HOP]["left_s"],
                      range(stays_s - 60, stays_s + 2))
        return drain

    def assert_no_drain(self):
        self.wait_members(NEXT_HOP, SECOND)
        hop = self.nexthop(NEXT_HOP)
        self.assertEqual((hop["draining"], hop["drain"]), (False, None))

    def test_it_is_said_how_long_flows_stay(self):
        self.order("drain", NEXT_HOP)
        self.wait_members(SECOND)
        self.assertIn(self.nexthop(NEXT_HOP)["drain"]["flows_stay_s"],
                      range(DRAIN_MAX_S - 60, DRAIN_MAX_S + 2))

    def test_a_withdrawal_is_a_drain(self):
        self.servers[0].send(withdrawal(VIP))
        self.wait_members(SECOND)
        self.assert_drain("withdrawal", DRAIN_MAX_S)
        self.servers[0].send(announcement(VIP, BACKEND_AS))
        self.assert_no_drain()

    def test_the_end_of_a_session_is_a_short_one(self):
        self.servers.pop(0).reset()
        self.wait_members(SECOND)
        self.assert_drain("session_lost", WINDOW_S)
        self.servers.insert(0, self.server(NEXT_HOP, 0))
        self.assert_no_drain()

    def test_graceful_shutdown_and_a_bandwidth_of_0_are_drains(self):
        for cause, update in (
                ("graceful_shutdown", announcement(
                    VIP, BACKEND_AS, tags=(GRACEFUL_SHUTDOWN,))),
                ("bandwidth_0", bandwidth_0())):
            self.servers[0].send(update)
            self.wait_members(SECOND)
            self.assert_drain(cause, DRAIN_MAX_S)
            self.servers[0].send(announcement(VIP, BACKEND_AS))
            self.assert_no_drain()

    def test_an_order_ends_in_its_time(self):
        start = time.monotonic()
        self.order("drain", NEXT_HOP, "--for", "3s")
        self.wait_members(SECOND)
        self.assertIn(self.nexthop(NEXT_HOP)["drain"]["until_s"], (2, 3))
        self.wait_members(NEXT_HOP, SECOND)
        self.assertGreater(time.monotonic() - start, 2.9)
        self.assertEqual(self.lab.headgate.show("drains"), [])

    def test_an_order_outlives_the_session(self):
        self.order("drain", NEXT_HOP)
        self.wait_members(SECOND)
        self.servers.pop(0).reset()
        wait_for([self.observer, self.bystander, *self.servers],
                 lambda: self.lab.state(NEXT_HOP) != "Established", 5,
                 "the end of the session")
        drains = self.lab.headgate.show("drains")
        self.assertEqual([d["address"] for d in drains], [NEXT_HOP])
        self.servers.append(self.server(NEXT_HOP, 0))
        wait_for([self.observer, self.bystander, *self.servers],
                 lambda: self.lab.path(VIP, NEXT_HOP), 5, "the path again")
        self.assertEqual(self.lab.path(VIP, NEXT_HOP)["reason"], "draining")
        self.assertEqual(self.members(), {SECOND})

    def test_servers_that_all_drain_serve_on(self):
        self.order("drain", NEXT_HOP)
        self.wait_members(SECOND)
        self.order("drain", SECOND)
        self.wait_members(NEXT_HOP, SECOND)

    def test_a_neighbor_drains_with_the_next_hops_it_gives(self):
        """SECOND also announces another VIP through a third address."""
        other = "192.0.2.2/32"
        self.servers.append(self.lab.establish(THIRD, BACKEND_AS + 2))
        self.addCleanup(self.servers[-1].close)
        self.servers[-1].send(announcement(other, BACKEND_AS + 2,
                                           next_hop=THIRD))
        self.servers[1].send(announcement(other, BACKEND_AS + 1,
                                          next_hop=SECOND))
        self.wait_members(SECOND, THIRD, vip=other)
        self.order("drain", SECOND)
        self.wait_members(THIRD, vip=other)
        self.wait_members(NEXT_HOP)
        self.servers[1].send(withdrawal(other))

    def test_wrong_orders_are_refused(self):
        self.assertIn("neither a next hop nor a neighbor", self.order(
            "drain", "10.1.0.99", code=EXIT_FAILED))
        self.assertIn("neither a next hop nor a neighbor", self.order(
            "drain", "fe80::1%none", code=EXIT_FAILED))
        self.assertIn("not drained by an order", self.order(
            "undrain", NEXT_HOP, code=EXIT_FAILED))
        for time_text in ("0", "3x", "-1", "1e3", "99999999999"):
            self.assertIn("must be a time", self.order(
                "drain", NEXT_HOP, "--for", time_text, code=EXIT_USAGE))
        self.assertIn("one NEXTHOP", self.order("drain", code=EXIT_USAGE))
        self.assertIn("one NEXTHOP", self.order("undrain", NEXT_HOP, SECOND,
                                                code=EXIT_USAGE))
        self.assertIn("must be from 1 to", self.order(
            "drain", NEXT_HOP, "--for", f"{MAX_S + 1}", code=EXIT_FAILED))
        self.assertIn("must be at most", self.order(
            "drain", NEXT_HOP, "--reason", "x" * (REASON_MAX + 1),
            code=EXIT_FAILED))
        self.assertEqual(self.lab.headgate.show("drains"), [])
        self.order("drain", NEXT_HOP, "--for", "30d", "--reason",
                   "x" * REASON_MAX)
        listed = self.order("show", "drains")
        self.assertRegex(listed, rf"{NEXT_HOP} .* x{{{REASON_MAX}}}")


class ByName(DrainCase):
    """A neighbor of its own has a name, which an order may give."""

    options = {"neighbors": (f"{NEXT_HOP},as={BACKEND_AS},role=backend,"
                             "passive,name=rack1/web1",
                             BACKENDS, UPSTREAM),
               "addresses": (SECOND,)}
    servers = ()

    def test_the_name_of_a_neighbor_will_do(self):
        # Before its session, too: it does not get one new flow.
        self.order("drain", "rack1/web1")
        self.servers = [self.server(NEXT_HOP, 0), self.server(SECOND, 1)]
        wait_for([self.observer, self.bystander, *self.servers],
                 lambda: self.lab.path(VIP, NEXT_HOP) and
                 self.lab.path(VIP, SECOND), 5, "both paths")
        self.wait_members(SECOND)
        self.order("undrain", "rack1/web1")
        self.wait_members(NEXT_HOP, SECOND)


DRAINING, JOINING, ALSO_JOINING, OTHER = (
    (65000, number) for number in (1, 2, 3, 4))


class Communities(DrainCase):
    """Servers say by communities what they are about to do."""

    options = {"neighbors": (BACKENDS, UPSTREAM), "addresses": (SECOND,),
               "flags": ("--draining-community", "65000:1",
                         "--joining-community", "65000:2",
                         "--joining-community", "65000:3")}

    def setUp(self):
        self.servers = [self.server(NEXT_HOP, 0), self.server(SECOND, 1)]
        self.wait_members(NEXT_HOP, SECOND)

    def say(self, *tags):
        self.servers[0].send(announcement(VIP, BACKEND_AS, tags=tags))

    def test_a_server_that_says_it_drains_is_left(self):
        self.say(DRAINING)
        self.wait_members(SECOND)
        self.assertEqual(self.lab.path(VIP, NEXT_HOP)["reason"], "draining")
        self.assertIn("--draining-community", self.why(VIP, NEXT_HOP))
        self.assertEqual(self.nexthop(NEXT_HOP)["drain"]["cause"],
                         "draining_community")
        self.say()
        self.wait_members(NEXT_HOP, SECOND)

    def test_a_server_that_says_it_will_join_gets_nothing_yet(self):
        for community in (JOINING, ALSO_JOINING):
            self.say(community)
            self.wait_members(SECOND)
            path = self.lab.path(VIP, NEXT_HOP)
            self.assertEqual((path["reason"], path["weight"]), ("joining", 0))
            self.assertIn("--joining-community", self.why(VIP, NEXT_HOP))
            self.say()
            self.wait_members(NEXT_HOP, SECOND)

    def test_other_communities_say_nothing(self):
        self.say(OTHER)
        wait_for([self.observer, self.bystander, *self.servers],
                 lambda: "65000:4" in str(self.lab.headgate.ctl(
                     "-j", "show", "routes", "from", NEXT_HOP).stdout), 5,
                 "the community")
        self.assertEqual(self.members(), {NEXT_HOP, SECOND})


JOIN_S, START_S = 2, 4


class WarmUps(DrainCase):
    """A server that is new, or comes back, waits and then gets heavier."""

    options = {"neighbors": (
        f"{SECOND},as={BACKEND_AS + 1},role=backend,passive,"
        f"join-delay={JOIN_S}",
        f"{THIRD},as={BACKEND_AS + 2},role=backend,passive,"
        f"slow-start={START_S}", BACKENDS, UPSTREAM),
        "addresses": (SECOND, THIRD)}

    def setUp(self):
        self.servers = [self.server(NEXT_HOP, 0)]
        self.wait_members(NEXT_HOP)

    def weights(self):
        return {m["address"]: m["weight"]
                for group in self.lab.headgate.show("groups")
                for m in group["members"] if VIP in group["vips"]}

    def test_join_delay_keeps_a_new_server_out(self):
        start = time.monotonic()
        alone = "192.0.2.7/32"
        self.servers.append(self.server(SECOND, 1, [VIP, alone]))
        # The only server of a VIP does not wait.
        self.wait_members(SECOND, vip=alone)
        self.assertEqual(self.lab.path(VIP, SECOND)["reason"], "joining")
        self.assertRegex(self.why(VIP, SECOND), r"joins in [012] s \(join-del")
        self.assertIn(self.lab.headgate.neighbor(SECOND)["joins_in_s"],
                      range(JOIN_S))
        self.assertEqual(self.members(), {NEXT_HOP})
        self.wait_members(NEXT_HOP, SECOND)
        self.assertGreater(time.monotonic() - start, JOIN_S - 0.1)
        self.assertIsNone(self.lab.headgate.neighbor(SECOND)["joins_in_s"])

    def test_slow_start_lets_the_weight_rise(self):
        self.servers.append(self.server(THIRD, 2))
        seen = []

        def is_whole():
            weights = self.weights()
            if len(weights) == 2:
                seen.append((weights[NEXT_HOP], weights[THIRD]))
            return seen and seen[-1] == (1, 1)
        wait_for([self.observer, self.bystander, *self.servers], is_whole,
                 START_S + 3, "the whole weight", pause=0.02)
        # In their order; a busy machine may miss some.
        self.assertEqual(seen, sorted(seen[:-1]) + [(1, 1)])
        self.assertGreaterEqual(len(set(seen)), 4)
        self.assertEqual(seen[0], (8, 1))
        self.assertIsNone(
            self.lab.headgate.neighbor(THIRD)["slow_start_share"])


if __name__ == "__main__":
    unittest.main()
