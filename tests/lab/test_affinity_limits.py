# SPDX-License-Identifier: BSD-2-Clause
"""Limits of affinity: too few groups for a window, and more new flows than can be
recorded."""

from affinity_scenes import NEW_CONNECTIONS, NEW_PORT, AffinityCase, AffinityLab
from lab.system import PYTHON, wait_until
from lab.topology import VIP
from raw_lab import (BACKEND_AS, BACKENDS, NEXT_HOP, UPSTREAM, RawCase,
                     announcement)
from raw_speaker import wait_for

SECOND = "10.1.0.12"
MOVES, STAYS, BOTH = "192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32"
# Sends SYNs with wrong checksums, which servers drop, until its input ends.
FLOOD = """
import itertools, select, socket, struct, sys
address = sys.argv[1]
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
print("ready", flush=True)
for number in itertools.count():
    head = struct.pack("!HHIIBBHHH", 40000 + number % 20000, 80, number, 0,
                       5 << 4, 2, 1024, 1, 0)
    try:
        sock.sendto(head, (address, 0))
    except OSError:
        pass
    if number % 100 == 0 and select.select([sys.stdin], [], [], 0)[0]:
        break
"""


class RoomForWindows(RawCase):
    """A VIP that goes to a set with a table takes its flows along."""

    options = {"neighbors": (BACKENDS, UPSTREAM), "addresses": (SECOND,),
               "flags": ("--groups", "8")}

    def server(self, address, number, *prefixes):
        speaker = self.lab.establish(address, BACKEND_AS + number)
        self.addCleanup(speaker.close)
        self.say(speaker, address, number, *prefixes)
        return speaker

    @staticmethod
    def say(speaker, address, number, *prefixes):
        speaker.send(announcement(list(prefixes), BACKEND_AS + number,
                                  next_hop=address))

    def group(self, vip):
        found = [g for g in self.lab.headgate.show("groups")
                 if vip in g["vips"]]
        return found[0] if found else {"members": []}

    def wait_members(self, vip, count):
        wait_for([self.observer, self.bystander, *self.servers],
                 lambda: len(self.group(vip)["members"]) == count, 10,
                 f"{count} members of {vip}")

    def test_a_vip_goes_to_a_table_of_others(self):
        second = self.server(SECOND, 1, BOTH)
        self.servers = [second]
        self.wait_members(BOTH, 1)
        self.servers.append(self.server(NEXT_HOP, 0, MOVES, STAYS, BOTH))
        self.wait_members(BOTH, 2)
        self.wait_members(MOVES, 1)
        groups = self.lab.headgate.show("status")["groups"]
        before = groups["moved_without_window"]
        self.say(second, SECOND, 1, MOVES)
        self.wait_members(MOVES, 2)
        self.check(before)

    def check(self, before):
        groups = self.lab.headgate.show("status")["groups"]
        self.assertEqual(groups["moved_without_window"], before)
        self.assertGreater(self.group(MOVES)["moving_buckets"], 0)


class NoRoomForWindows(RoomForWindows):
    """Without a group for it, it moves at once, is counted and logged."""

    options = {**RoomForWindows.options, "flags": ("--groups", "3")}  # one has a bystander

    def check(self, before):
        groups = self.lab.headgate.show("status")["groups"]
        self.assertEqual(groups["moved_without_window"], before + 1)
        self.assertIn("moves to other servers without an affinity window",
                      self.lab.headgate.log_tail(10000))


class FewFlowsLab(AffinityLab):
    flags = (*AffinityLab.flags, "--affinity-flows", "1024")


class MoreNewFlowsThanRecords(AffinityCase):
    """During a flood of SYNs, a new flow is recorded or does not move: it meets one
    server in any case."""

    lab_class = FewFlowsLab
    started = False

    def unrecorded(self):
        return {e["name"]: e["packets"] for e in
                self.lab.headgate.show("counters")["events"]}[
                    "flow_unrecorded"]

    def test_no_new_connection_breaks(self):
        *first, last = self.servers
        self.lab.router_bird.start()
        for server in first:
            server.start()
        last.web.start()
        self.lab.headgate.start()
        self.lab.wait_living(first)
        self.lab.wait_announced(True)
        self.wait_steady()
        self.assertEqual(self.unrecorded(), 0)
        last.bird.start()
        self.lab.wait_living(self.servers)
        self.start_flood()
        wait_until(self.unrecorded, 20, "flows above the rate")
        self.new_connections()
        self.assertTrue(any(g["moving_buckets"] for g in
                            self.lab.headgate.show("groups")))

    def start_flood(self):
        flood = self.lab.client.start(
            [PYTHON, "-c", FLOOD, VIP], stdin=-1, stdout=-1,
            text=True)
        self.addCleanup(flood.end)
        self.assertEqual(flood.stdout.readline(), "ready\n")

    def new_connections(self):
        done = self.lab.download(NEW_PORT, NEW_CONNECTIONS)
        self.assertEqual(done.failed(), [])
        self.assertEqual(len(done.complete()), NEW_CONNECTIONS)


del AffinityCase  # no scenes of its own
