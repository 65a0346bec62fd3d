# SPDX-License-Identifier: BSD-2-Clause
"""Sessions with many routes come, go and return; work on them is done in turns.
What others have is never touched, and memory does not grow."""

import unittest

import raw_bgp as bgp
from raw_lab import (BACKEND_AS, OBSERVER, UPSTREAM_AS, announcement,
                     memory_bound)
from raw_speaker import read_all, wait_for
from set_lab import SetCase, Upstream, server_address, vip_prefix

VIPS = 3000       # of the neighbor that comes and goes
RETURNED = 50     # of them that its next session has
KEPT = 100        # VIPs of another neighbor, behind those
OTHERS = 150000   # routes outside of --vip
IN_MESSAGE = 700
FLAPS, SLACK_KB = 30, 4096
END_OF_RIB_SECONDS = 45  # until the tables are calm, at most 30 from the start


def other_prefixes(count):
    return [f"10.{i >> 16}.{i >> 8 & 0xff}.{i & 0xff}/32" for i in range(count)]


def messages(prefixes, server):
    """Return UPDATEs with these prefixes, as full as possible."""
    return b"".join(
        announcement(prefixes[at:at + IN_MESSAGE], BACKEND_AS + server,
                     next_hop=server_address(server))
        for at in range(0, len(prefixes), IN_MESSAGE))


class CountingUpstream(Upstream):
    """Notes how many routes it has at each End-of-RIB."""

    def __init__(self, sock):
        super().__init__(sock)
        self.at_end_of_rib = []

    def take_message(self, message):
        super().take_message(message)
        if message.kind == bgp.UPDATE and not any(message.body):
            self.at_end_of_rib.append(len(self.table))


class Turns(SetCase):

    options = {"servers": 2}
    keepers = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = [vip_prefix(v) for v in range(VIPS, VIPS + KEPT)]
        cls.come_and_go = [vip_prefix(v) for v in range(VIPS)]
        cls.mass = messages(other_prefixes(OTHERS), 0)
        cls.lab.sessions[1].send(messages(cls.kept, 1))

    def received(self):
        """Return how many prefixes the agent has of the flapping neighbor."""
        neighbor = self.lab.headgate.neighbor(server_address(0))
        return neighbor["prefixes_received"]

    def upstream_has(self, prefixes):
        lab = self.lab
        wait_for(lab.speakers, lambda: lab.announced() == set(prefixes), 20,
                 f"{len(prefixes)} VIPs at the upstream")

    def lose(self):
        self.lab.sessions[0].reset()

    def come(self, *data):
        """Establish the session and send all of it."""
        lab = self.lab
        lab.sessions[0] = lab.establish(server_address(0), BACKEND_AS)
        lab.speakers = [lab.upstream, *lab.sessions]
        lab.sessions[0].send(*data)

    def tearDown(self):
        self.lose()
        self.upstream_has(self.kept)
        self.assertFalse(self.lab.upstream.withdrawn & set(self.kept))
        self.assertFalse(self.lab.sessions[1].closed)

    def test_a_session_that_returns_at_once_has_its_new_routes_only(self):
        self.lose()
        self.come(self.mass, messages(self.come_and_go, 0))
        self.upstream_has(self.come_and_go + self.kept)
        self.lose()
        back = self.come_and_go[:RETURNED]
        self.come(messages(back, 0))
        self.upstream_has(back + self.kept)
        self.assertEqual(self.received(), RETURNED)

    def test_vips_of_a_lost_session_go_with_a_mass_of_other_routes(self):
        self.lose()
        self.come(self.mass, messages(self.come_and_go, 0))
        self.upstream_has(self.come_and_go + self.kept)
        self.lose()
        self.upstream_has(self.kept)

    def test_a_session_that_flaps_does_not_make_memory_grow(self):
        all_routes = messages(self.come_and_go, 0) + self.mass
        empty = self.lab.memory()
        self.lose()
        self.come(all_routes)
        self.lab.sessions[0].wait(
            lambda: self.received() == VIPS + OTHERS, 20, "all routes")
        full = self.lab.memory() - empty
        for _ in range(FLAPS):
            self.lose()
            self.come(all_routes)
            read_all(self.lab.speakers, 0.05)
        # The routes of one session, while those of the last are removed.
        self.assertLess(self.lab.memory() - empty,
                        memory_bound(2 * full + SLACK_KB))

    def test_end_of_rib_comes_after_the_whole_table(self):
        lab = self.lab
        self.lose()
        self.come(messages(self.come_and_go, 0))
        self.upstream_has(self.come_and_go + self.kept)
        lab.upstream.close()
        wait_for([], lambda: lab.state(OBSERVER) != "established", 5,
                 "session of the upstream ended")
        lab.upstream = CountingUpstream(lab.dial(OBSERVER).sock)
        lab.upstream.establish(UPSTREAM_AS, OBSERVER)
        lab.speakers = [lab.upstream, *lab.sessions]
        wait_for(lab.speakers, lambda: lab.upstream.at_end_of_rib,
                 END_OF_RIB_SECONDS, "End-of-RIB")
        self.assertEqual(lab.upstream.at_end_of_rib, [VIPS + KEPT])


if __name__ == "__main__":
    unittest.main()
