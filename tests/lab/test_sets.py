#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Many VIPs whose sets change while they are learned, and more sets than groups.

Each server announces its VIPs one by one and in an order of its own, so that
most sets on the way to the last ones are transient. Checked at the upstream, in
`show groups` and bucket by bucket in the program's tables.
"""

import os
import random
import time
import unittest

from raw_lab import tell
from raw_speaker import read_all
from set_lab import (KEEPERS, SetCase, distinct_sets, server_address,
                     vip_address, vip_prefix)

SEED = int(os.environ.get("SEED", "12"))
LIMIT = 64  # groups
RESERVE = 4  # groups at most that the agent keeps free for VIPs that move


class Interleaved:
    """All VIPs are on all servers: one set in the end."""

    servers = vips = seconds = 0
    pause = 0.001

    def test_all_vips_are_announced_and_share_one_group(self):
        model = self.lab.model([range(self.servers)] * self.vips)
        start = time.monotonic()
        self.lab.announce_interleaved(model, random.Random(SEED), self.pause)
        sent = time.monotonic() - start
        self.wait_announced(model, self.seconds)
        self.wait_exact(model, self.seconds)
        tell(f"{self.servers} servers x {self.vips} VIPs: sent in {sent:.2f} s,"
             f" announced and exact {time.monotonic() - start - sent:.2f} s "
             "later")
        self.check_groups(range(self.vips))

    def check_groups(self, vips):
        """Check that `show groups` says the same as the tables."""
        group, = [group for group in self.lab.headgate.show("groups")
                  if vip_prefix(0) in group["vips"]]
        self.assertEqual(set(group["vips"]), set(map(vip_prefix, vips)))
        self.assertEqual({member["address"] for member in group["members"]},
                         {server_address(i) for i in range(self.servers)})
        self.assertNotIn(0, [member["buckets"] for member in group["members"]])


class EightServers(Interleaved, SetCase):
    servers, vips, seconds, pause = 8, 200, 10, 0.004
    options = {"servers": 8}


class SixteenServers(Interleaved, SetCase):
    servers, vips, seconds = 16, 500, 15
    options = {"servers": 16}


class FortyEightServers(Interleaved, SetCase):
    servers, vips, seconds = 48, 1000, 30
    options = {"servers": 48}


class DistinctSets(SetCase):
    """Each VIP has a set of its own."""

    options = {"servers": 10}

    def test_each_vip_gets_the_table_of_its_set(self):
        order = random.Random(SEED)
        model = self.lab.model(distinct_sets(10, 100, order))
        self.lab.announce_interleaved(model, order)
        self.wait_announced(model, 10)
        self.wait_exact(model, 10)


class LimitCase(SetCase):
    """A lab with 64 groups."""

    servers = 0

    @classmethod
    def setUpClass(cls):
        cls.options = {"servers": cls.servers, "flags": ["--groups", str(LIMIT)]}
        super().setUpClass()

    def check_tables(self, model):
        """Check that no VIP is steered to a server outside of its set, or to
        none."""
        tables = self.lab.tables()
        for vip, servers in model.items():
            self.assertLessEqual(tables.get(vip_address(vip), set()),
                                 set(map(server_address, servers)),
                                 vip_address(vip))

    def check_named(self, model, late):
        """Check that status and explain name those that wait, and no others."""
        self.assertEqual(self.lab.waiting(), len(late))
        for vip in model:
            steering = self.lab.steering_of(vip)
            self.assertEqual(steering["state"] == "exact", vip not in late)
            self.assertEqual(bool(steering["why"]), vip in late, steering)


class MoreSetsThanGroups(LimitCase):
    """100 VIPs on 100 sets of 8 servers at a limit of 64 groups."""

    servers = 8

    def test_those_that_wait_are_named_and_get_room(self):
        order = random.Random(SEED)
        model = self.lab.model(distinct_sets(8, 100, order))
        early = {vip: model[vip] for vip in (*KEEPERS, *range(50))}
        self.lab.announce_interleaved(early, order)
        self.wait_announced(early, 10)
        self.wait_exact(early, 10)
        self.lab.announce_interleaved(
            {vip: model[vip] for vip in range(50, 100)}, order)
        self.watch(model, early, 3)
        self.check_tables(model)
        self.check_named(model, self.lab.late(model))
        self.check_room(model)

    def watch(self, model, early, seconds):
        """Check for that time that nothing stops which forwarded."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            read_all(self.lab.speakers, 0.1)
            self.assertEqual(self.lab.upstream.withdrawn, set())
            self.assertFalse(self.lab.late(early))

    def check_room(self, model):
        gone = range(10, 55)
        start = time.monotonic()
        for session in self.lab.sessions:
            session.send(self.lab.withdraw(*gone))
        rest = {vip: model[vip] for vip in model if vip not in gone}
        self.wait_announced(rest, 1)
        self.wait_exact(rest, max(0, start + 1 - time.monotonic()))
        self.assertLessEqual(self.lab.upstream.withdrawn,
                             set(map(vip_prefix, gone)))
        self.check_named(rest, set())


class DeathAtTheLimit(LimitCase):
    """64 VIPs on 64 sets; one server is in all of them, and alone in one."""

    servers = 7
    keepers = False  # so that sets come about when all VIPs are learned
    COMMON = 6

    def test_no_vip_with_a_living_server_is_withdrawn(self):
        lab = self.lab
        model = {vip: {self.COMMON}.union(
            bit for bit in range(6) if vip >> bit & 1) for vip in range(64)}
        lab.announce_interleaved(model, random.Random(SEED))
        self.wait_announced(model, 10)
        lab.silence(self.COMMON)
        rest = {vip: servers - {self.COMMON}
                for vip, servers in model.items() if vip}
        self.wait_announced(rest, 10)
        self.wait_exact(rest, 5)
        self.assertEqual(lab.upstream.withdrawn, {vip_prefix(0)})
        lab.peers.ip(f"address add {server_address(self.COMMON)}/24 dev lan")
        self.wait_announced(model, 10)
        self.assertEqual(lab.upstream.withdrawn, {vip_prefix(0)})
        self.wait_or_fail(
            lambda: len(self.lab.late(model)) == lab.waiting(), 5,
            lambda: f"{len(self.lab.late(model))} VIPs are not steered to "
            f"their sets; groups {lab.status()['groups']}")


class RandomChanges(LimitCase):
    """Servers announce and withdraw at random, around the limit of 64 sets."""

    servers = 8
    VIPS = 90
    ROUNDS = 12
    CHANGES = 60

    def test_the_tables_follow_a_model(self):
        order = random.Random(SEED)
        model = self.lab.model([()] * self.VIPS)
        for number in range(self.ROUNDS):
            with self.subTest(seed=SEED, round=number):
                before = self.lab.tables()
                self.lab.upstream.withdrawn.clear()
                crowded = number % 3 < 2
                self.change(model, order, crowded)
                self.wait_settled(model)
                self.check_kept(model, before)

    def change(self, model, order, crowded):
        """Change some sets: at random, or to few enough for all groups."""
        few = distinct_sets(self.servers, 20, order)
        queues = {server: [] for server in range(self.servers)}
        chosen = range(self.VIPS)
        if crowded:
            chosen = order.sample(chosen, self.CHANGES)
        for vip in chosen:
            wanted = {s for s in range(self.servers) if order.random() < 0.5}
            if not crowded:
                wanted = set(order.choice(few))
            self.queue_changes(queues, vip, model[vip], wanted)
            model[vip] = wanted
        self.lab.send_interleaved(queues)

    def queue_changes(self, queues, vip, before, after):
        for server in after - before:
            queues[server].append(self.lab.announce(server, vip))
        for server in before - after:
            queues[server].append(self.lab.withdraw(vip))

    def wait_settled(self, model):
        """Wait until all VIPs are exact, or the limit is reached and the agent
        names as many as are not."""
        served = {vip: servers for vip, servers in model.items() if servers}

        def settled():
            late = self.lab.late(served)
            return self.is_inside(served) and len(
                late) == self.lab.waiting() and (
                not late or self.sets_of(served) > LIMIT - RESERVE)

        self.wait_or_fail(
            settled, 5, lambda: f"{len(self.lab.late(served))} of "
            f"{len(served)} VIPs are not exact, {self.sets_of(served)} sets; "
            f"groups {self.lab.status()['groups']}")

    def is_inside(self, model):
        """True if no VIP is steered to a server outside of its set."""
        tables = self.lab.tables()
        return all(tables.get(vip_address(vip), set())
                   <= set(map(server_address, servers))
                   for vip, servers in model.items())

    @staticmethod
    def sets_of(model):
        return len({frozenset(servers) for servers in model.values()})

    def check_kept(self, model, before):
        """Check that each VIP whose table had a server that is still in its set
        was not withdrawn."""
        tables = self.lab.tables()
        for vip, servers in model.items():
            kept = {server_address(i) for i in servers} & before.get(
                vip_address(vip), set())
            if kept:
                self.assertNotIn(
                    vip_prefix(vip), self.lab.upstream.withdrawn,
                    f"{kept} of {servers}, now {tables.get(vip_address(vip))} "
                    f"{self.lab.steering_of(vip)}")


if __name__ == "__main__":
    unittest.main()
