# SPDX-License-Identifier: BSD-2-Clause
"""Which servers are in the set, and how much each of them gets: link bandwidth
of stock BIRDs in the packet counters, and what their AS paths decide."""

import socket
import struct
import time

from lab_case import LabCase
from lab.system import wait_until
from lab.topology import VIP, Lab
from raw_speaker import inside

UNIT = 12_500_000  # --bandwidth-unit
UNITS = (1, 2, 4)  # of the servers
TOLERANCE = 0.02   # of all packets
FLOWS, FIRST_PORT = 28_000, 20_000
BURST, PAUSE = 64, 0.002  # fewer than the queue of a cable holds
DISCARD_PORT = 9
LINK_BANDWIDTH = 0x0004  # transitive: BIRD tells other ASes no other kind

WITH_BANDWIDTH = ("filter {{ if net != {vip}/32 then reject; "
                  "bgp_ext_community.add((generic, {key:#x}, {value:#x})); "
                  "accept; }}")


class ChoiceCase(LabCase):

    servers = 4
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(servers=cls.servers)
        cls.addClassCleanup(cls.lab.close)
        cls.lab.headgate.arguments += cls.flags
        try:
            cls.start()
        except Exception:
            cls.show_log()
            raise

    @classmethod
    def start(cls):
        cls.lab.start()

    @classmethod
    def paths(cls):
        """Those to the VIP."""
        return [p for r in cls.lab.headgate.show("routes")
                if r["prefix"] == f"{VIP}/32" for p in r["paths"]]

    @classmethod
    def wait_paths(cls, count):
        wait_until(lambda: len(cls.paths()) == count, 20,
                   f"{count} paths to {VIP}")


def bandwidth_filter(server, units):
    """An export filter of BIRD, which has no word for link bandwidth."""
    bits, = struct.unpack("!I", struct.pack("!f", units * UNIT))
    return WITH_BANDWIDTH.format(
        vip=VIP, key=LINK_BANDWIDTH << 16 | server.as_number, value=bits)


class Weights(ChoiceCase):

    servers = len(UNITS)
    flags = ("--bandwidth-unit", str(UNIT))

    @classmethod
    def start(cls):
        for server, units in zip(cls.lab.servers, UNITS):
            server.bird.session["export"] = bandwidth_filter(server, units)
        super().start()

    def test_bandwidth_of_birds_is_their_weight(self):
        weights = {p["neighbor"]: p["weight"] for p in self.paths()}
        self.assertEqual(weights, {
            s.address: units for s, units in zip(self.lab.servers, UNITS)})

    def send_flows(self):
        """One datagram from each source port."""
        for number in range(FLOWS):
            with inside(self.lab.client):
                flow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with flow:
                flow.bind(("", FIRST_PORT + number))
                flow.sendto(b"x", (VIP, DISCARD_PORT))
            if number % BURST == 0:
                time.sleep(PAUSE)

    def packets(self):
        return {a: n["packets"]
                for a, n in self.lab.headgate.nexthops().items()}

    def test_packet_counters_follow_the_weights(self):
        before = self.packets()
        self.send_flows()

        def carried():
            return {a: n - before[a] for a, n in self.packets().items()}
        wait_until(lambda: sum(carried().values()) >= FLOWS, 5,
                   f"{FLOWS} packets counted")
        packets = carried()
        print(f"# packets of next hops: {packets}", flush=True)
        self.assertEqual(sum(packets.values()), FLOWS)
        for server, units in zip(self.lab.servers, UNITS):
            self.assertAlmostEqual(packets[server.address] / FLOWS,
                                   units / sum(UNITS), delta=TOLERANCE)


class ExactAsPaths(ChoiceCase):
    """Four servers, each in a private AS of its own."""

    flags = ("--multipath-as-path", "exact")

    @classmethod
    def start(cls):
        cls.lab.start_peers()
        cls.lab.headgate.start()
        cls.wait_paths(cls.servers)

    def test_one_is_in_the_set_and_the_others_say_why_not(self):
        selected = [p for p in self.paths() if p["selected"]]
        self.assertEqual(len(selected), 1)
        wait_until(lambda: self.lab.headgate.living()
                   == {selected[0]["next_hop"]}, 10, "traffic on one server")
        self.assertEqual([p["reason"] for p in self.paths()
                          if not p["selected"]], ["as_path_content"] * 3)


class RelaxedAsPaths(ChoiceCase):

    flags = ("--multipath-as-path", "relaxed")

    def test_all_are_in_the_set(self):
        paths = self.paths()
        self.assertEqual({p["as_path"] for p in paths},
                         {str(s.as_number) for s in self.lab.servers})
        self.assertEqual([p["selected"] for p in paths], [True] * 4)
