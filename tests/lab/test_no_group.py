# SPDX-License-Identifier: BSD-2-Clause
"""Two VIPs and room for one group. VIP 0 and VIP 1 are on server 0; then server 1 takes
VIP 1, which finds no group for its new set.

The kernel forwards for it if it can: the test counts the packets at the far end. Else
the VIP is withdrawn, as nothing would forward what comes.
"""

import unittest
from contextlib import closing

from raw_lab import HEADGATE
from raw_speaker import read_all
from set_lab import VIPS, SetCase, SetLab, vip_address, vip_prefix
from lab.frames import FrameCount
from lab.system import PYTHON, wait_until

STAYS, MOVES = 0, 1
PACKETS = 20

# Sends PACKETS datagrams to an address.
SEND = """
import socket, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in range(int(sys.argv[2])):
    sock.sendto(b"x", (sys.argv[1], 7000 + port))
"""


class OneGroupLab(SetLab):

    def __init__(self, forwarding, servers=2):
        self.host_forwards = forwarding
        super().__init__(servers=servers, flags=("--groups", "1"))

    def build(self, _servers):
        super().build(_servers)
        self.host.run("sysctl", "-q", "-w",
                      f"net.ipv4.ip_forward={int(self.host_forwards)}")
        self.peers.ip(f"route add {VIPS} via {HEADGATE}")

    def frames_of(self, vip):
        """Send datagrams from the servers' side and return how many frames pass
        there: twice as many if all of them come back to a server."""
        address = vip_address(vip)
        with closing(FrameCount(self.peers, "lan", address)) as frames:
            self.peers.run(PYTHON, "-c", SEND, address, str(PACKETS))
            wait_until(lambda: frames.read() >= PACKETS, 5, "frames sent")
            read_all(self.speakers, 0.2)
            return frames.read()


class OneGroupCase(SetCase):

    lab_class = OneGroupLab
    keepers = False

    def learn(self):
        """Announce both VIPs by server 0 and wait until both have its table."""
        for vip in (STAYS, MOVES):
            self.lab.sessions[0].send(self.lab.announce(0, vip))
        self.wait_announced((STAYS, MOVES), 10)
        self.wait_exact({STAYS: {0}, MOVES: {0}}, 5)
        self.assertEqual(self.lab.frames_of(MOVES), 2 * PACKETS)

    def move(self):
        """Let VIP 1 leave server 0 for server 1."""
        self.lab.sessions[1].send(self.lab.announce(1, MOVES))
        self.wait_or_fail(self.lab.all_alive, 10, lambda: "not all alive")
        self.lab.sessions[0].send(self.lab.withdraw(MOVES))
        self.wait_or_fail(
            lambda: self.lab.steering_of(MOVES)["state"] == "waits_for_group",
            5, lambda: str(self.lab.steering_of(MOVES)))

    def make_room(self):
        self.lab.sessions[0].send(self.lab.withdraw(STAYS))
        self.wait_announced((MOVES,), 5)
        self.wait_exact({MOVES: {1}}, 5)
        self.assertEqual(self.lab.frames_of(MOVES), 2 * PACKETS)


class Explained(OneGroupCase):
    """The steering of a VIP that waits, in `explain`."""

    options = {"forwarding": True, "servers": 3}

    def wait_state(self, vip, state):
        self.wait_or_fail(
            lambda: self.lab.steering_of(vip)["state"] == state, 5,
            lambda: f"not {state}: {self.lab.steering_of(vip)}")
        return self.lab.steering_of(vip)["why"]

    def test_a_table_of_a_part_or_of_before_is_named(self):
        lab = self.lab
        for server in (0, 1):
            for vip in (STAYS, MOVES):
                lab.sessions[server].send(lab.announce(server, vip))
        self.wait_exact({STAYS: {0, 1}, MOVES: {0, 1}}, 5)
        self.assertIsNone(lab.steering_of(MOVES)["why"])
        lab.sessions[2].send(lab.announce(2, MOVES))
        self.assertIn("steered by a group that is a part of its set",
                      self.wait_state(MOVES, "shared"))
        lab.silence(1)
        why = self.wait_state(MOVES, "previous")
        self.assertEqual(why, "waits for a group: 1 of 1 in use; raise "
                         "--groups; steered by its previous table")
        self.assertEqual(lab.announced(), set(map(vip_prefix, (STAYS, MOVES))))
        text = lab.headgate.ctl("explain", vip_prefix(MOVES)).stdout
        self.assertIn(why, text)


class KernelForwards(OneGroupCase):

    options = {"forwarding": True}

    def test_a_vip_without_a_group_is_served_by_the_kernel(self):
        self.learn()
        self.move()
        self.assertIn("steered by the kernel's route",
                      self.lab.steering_of(MOVES)["why"])
        said = self.lab.headgate.ctl("explain", "flow", "198.51.100.2", "7000",
                                     vip_address(MOVES), "80", "udp")
        self.assertRegex(said.stdout, "table +no table")
        self.assertRegex(said.stdout, "agree +yes")
        self.assertEqual(self.lab.frames_of(MOVES), 2 * PACKETS)
        self.assertEqual(self.lab.frames_of(STAYS), 2 * PACKETS)
        self.assertIn(vip_prefix(MOVES), self.lab.announced())
        self.assertEqual(self.lab.upstream.withdrawn, set())
        self.make_room()
        self.assertEqual(self.lab.upstream.withdrawn, {vip_prefix(STAYS)})


class KernelDoesNotForward(OneGroupCase):

    options = {"forwarding": False}

    def test_a_vip_without_a_group_is_withdrawn(self):
        self.learn()
        self.move()
        self.wait_announced((STAYS,), 5)
        self.assertIn("steered not at all", self.lab.steering_of(MOVES)["why"])
        self.assertEqual(self.lab.frames_of(MOVES), PACKETS)
        self.assertEqual(self.lab.frames_of(STAYS), 2 * PACKETS)
        self.make_room()


if __name__ == "__main__":
    unittest.main()
