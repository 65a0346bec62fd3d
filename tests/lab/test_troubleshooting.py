# SPDX-License-Identifier: BSD-2-Clause
"""Cause the faults of neighbors, paths, VIPs and next hops that
docs/troubleshooting.md has, and see its events, metrics and alerts."""

import contextlib
import socket
import struct
import unittest

import lab_case  # noqa: F401 (finds the lab)
import raw_bgp as bgp
from fault_case import FaultCase, scene_lines
from lab.agent import open_private
from lab.system import wait_until
from raw_frames import mac_of, send_frames
from raw_lab import (BACKEND_AS, BACKENDS, HEADGATE, UPSTREAM, announcement,
                     withdrawal)
from raw_speaker import PORT, inside

RACK1, RACK2, RACK3 = "10.1.0.12", "10.1.0.13", "10.1.0.14"
RACKS = tuple(
    f"{address},as={BACKEND_AS + i},role=backend,passive,name=rack{i},{keys}"
    for i, (address, keys) in enumerate((
        (RACK1, "max-prefix=4"),
        (RACK2, "next-hop=on-link,hold-time=3"),
        (RACK3, "check=tcp:80,check-interval=500,check-fall=1")), 1))
SIGNED = "10.1.0.15"
STRANGER = "10.1.0.77"
OTHER_HOP = "10.1.0.30"
VIP, OTHER_VIP, SCARCE = "192.0.2.1/32", "192.0.2.2/32", "192.0.2.64/32"


def begin_unsigned(namespace, source):
    """Begin to connect without TCP-MD5; the kernel sends the SYN again for a
    while. Return the socket."""
    with inside(namespace):
        sock = socket.socket(socket.AF_INET,
                             socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    sock.bind((source, 0))
    sock.connect_ex((HEADGATE, PORT))
    return sock


class Neighbors(FaultCase):

    options = {
        "neighbors": (BACKENDS, UPSTREAM, *RACKS),
        "addresses": (RACK1, RACK2, RACK3, SIGNED, STRANGER, OTHER_HOP),
        "vips": ("192.0.2.0/24", f"{SCARCE},maximum-paths=1"),
        "lines": scene_lines(),
    }

    @classmethod
    def before_start(cls):
        key = f"{cls.lab.folder}/key"
        with open(key, "w", encoding="ascii", opener=open_private) as file:
            file.write("a secret\n")
        cls.lab.write([*cls.lab.read(), f"neighbor {SIGNED},as=65009,"
                       f"role=backend,passive,password-file={key}"])

    @classmethod
    def start_bystanders(cls):
        cls.addClassCleanup(begin_unsigned(cls.lab.peers, SIGNED).close)
        super().start_bystanders()

    def server(self, number, *prefixes, **options):
        """Establish the session of a rack and announce prefixes."""
        address = (RACK1, RACK2, RACK3)[number - 1]
        speaker = self.lab.establish(address, BACKEND_AS + number, **options)
        self.addCleanup(speaker.close)
        for prefix in prefixes:
            speaker.send(announcement(prefix, BACKEND_AS + number,
                                      next_hop=address))
        return speaker

    def test_z_an_unsigned_neighbor(self):
        with self.fault("A neighbor has no TCP-MD5 key, or another one",
                        {"neighbor": SIGNED}, quiet=False, neighbor=SIGNED):
            pass  # it has tried since the start

    def test_a_stranger(self):
        with self.fault("A host that is no neighbor connects",
                        neighbor=STRANGER):
            for _ in range(8):
                with contextlib.suppress(ConnectionResetError):
                    self.lab.dial(STRANGER).close()

    def test_a_wrong_as(self):
        before = self.server(1)
        with self.fault("A neighbor has another AS", {"neighbor": RACK1},
                        neighbor=RACK1, name="rack1"):
            before.close()
            wait_until(lambda: self.lab.state(RACK1) != "Established", 20,
                       "the end of the session")
            speaker = self.lab.dial(RACK1)
            self.addCleanup(speaker.close)
            speaker.send(bgp.open_message(BACKEND_AS + 50, RACK1))

    def test_a_frozen_neighbor(self):
        self.server(2, hold_time=3)
        with self.fault("A neighbor freezes: the hold timer expires",
                        {"neighbor": RACK2}, neighbor=RACK2, name="rack2"):
            pass  # it sends no KEEPALIVE

    def test_w_a_flapping_neighbor(self):
        with self.fault("A neighbor comes and goes", {"neighbor": RACK1},
                        neighbor=RACK1):
            for _ in range(8):
                self.lab.establish(RACK1, BACKEND_AS + 1).close()

    def test_an_update_with_an_error(self):
        speaker = self.server(1)
        with self.fault("A neighbor sends an UPDATE with an error",
                        {"neighbor": RACK1}, neighbor=RACK1):
            speaker.send(bgp.update(
                bgp.origin(7), bgp.as_path(BACKEND_AS + 1),
                bgp.next_hop(RACK1), nlri=bgp.prefix(VIP)))

    def test_two_connections(self):
        self.server(1)
        with self.fault("A second BGP speaker runs at a neighbor", neighbor=RACK1):
            second = self.lab.dial(RACK1)
            self.addCleanup(second.close)
            second.send(bgp.open_message(BACKEND_AS + 1, RACK1))

    def test_a_shutdown(self):
        self.server(1)
        self.addCleanup(self.lab.headgate.ctl, "neighbor", RACK1, "enable")
        with self.fault("An administrator shuts a neighbor down",
                        neighbor=RACK1):
            self.lab.headgate.ctl("neighbor", RACK1, "shutdown")

    # ------------------------------------------------- paths and VIPs

    def test_a_prefix_that_may_be_no_vip(self):
        speaker = self.server(1)
        with self.fault("A server announces what may be no VIP",
                        {"neighbor": RACK1}, neighbor=RACK1):
            speaker.send(announcement("198.51.100.1/32", BACKEND_AS + 1,
                                      next_hop=RACK1))

    def test_a_next_hop_behind_a_gateway(self):
        self.lab.host.ip(f"route add 203.0.113.0/24 via {RACK1}")
        self.addCleanup(self.lab.host.ip, "route del 203.0.113.0/24")
        speaker = self.server(2)
        with self.fault("A server gives a next hop that it may not",
                        {"neighbor": RACK2}, neighbor=RACK2):
            speaker.send(announcement(VIP, BACKEND_AS + 2,
                                      next_hop="203.0.113.9"))

    def test_too_many_prefixes(self):
        speaker = self.server(1)
        with self.fault("A server announces more than `max-prefix=`",
                        {"neighbor": RACK1}, neighbor=RACK1):
            for i in range(10, 17):
                speaker.send(announcement(f"192.0.2.{i}/32", BACKEND_AS + 1,
                                          next_hop=RACK1))

    def test_a_limit_that_is_lowered(self):
        self.server(1, "192.0.2.10/32", "192.0.2.11/32")
        wait_until(lambda: self.lab.route("192.0.2.11/32"), 20, "both")
        with self.edited(remove=(f"neighbor {RACKS[0]}",), add=(
                f"neighbor {RACKS[0].replace('max-prefix=4', 'max-prefix=1')}",
                )):
            with self.fault("The limit of a server is lowered below its "
                            "prefixes", {"neighbor": RACK1}):
                self.reload()
                self.assertEqual(self.lab.state(RACK1), "Established")
        self.reload()

    def test_the_last_server_of_a_vip(self):
        first, second = self.server(1, VIP), self.server(2)
        second.send(announcement(VIP, BACKEND_AS + 2, next_hop=OTHER_HOP))
        wait_until(lambda: len(self.lab.route(VIP)["paths"]) == 2, 20, "both")
        wait_until(lambda: self.value(
            f'headgate_vip_nexthops{{prefix="{VIP}"}}') == 2, 20, "both")
        with self.fault("A VIP loses all but one server", {"prefix": VIP},
                        vip=VIP):
            second.send(withdrawal(VIP))
        with self.fault("The last server of a VIP withdraws it",
                        {"prefix": VIP}, vip=VIP):
            first.send(withdrawal(VIP))

    def test_a_set_that_is_cut(self):
        self.server(1, SCARCE)
        second = self.server(2)
        wait_until(lambda: self.lab.route(SCARCE), 20, "one")
        with self.fault("A VIP has more servers than `maximum-paths`",
                        vip=SCARCE):
            second.send(announcement(SCARCE, BACKEND_AS + 2,
                                     next_hop=OTHER_HOP))

    def test_a_service_that_fails(self):
        speaker = self.server(3)
        with self.fault("A service fails its check", vip=VIP, nexthop=RACK3):
            speaker.send(announcement(VIP, BACKEND_AS + 3, next_hop=RACK3))

    # ------------------------------------------------- next hops

    def test_a_dead_server_and_a_forger(self):
        speaker = self.server(1, OTHER_VIP)
        speaker.send(announcement(OTHER_VIP, BACKEND_AS + 1,
                                  next_hop=OTHER_HOP))
        wait_until(lambda: OTHER_HOP in self.lab.headgate.living(), 20,
                   "the next hop")
        ours, forged = mac_of(self.lab.host, "lan"), bytes.fromhex(
            "020000000099")
        reply = struct.pack(
            "!6s6sHHHBBH6s4s6s4s", ours, forged, 0x0806, 1, 0x0800, 6, 4, 2,
            forged, bgp.ipv4(OTHER_HOP), ours, bgp.ipv4("10.1.0.1"))
        hop = {"address": OTHER_HOP}

        def forge():
            send_frames(self.lab.peers, "lan", [reply] * 10)
            return self.fires("HeadgateMacConflict", hop)
        with self.fault("Two hosts answer for one address", hop,
                        nexthop=OTHER_HOP):
            wait_until(forge, 20, "a conflict")
        with self.fault("A server dies", hop):
            self.lab.peers.ip(f"address del {OTHER_HOP}/24 dev lan")
        self.lab.peers.ip(f"address add {OTHER_HOP}/24 dev lan")

    def test_a_next_hop_out_of_reach(self):
        speaker = self.server(1)
        with self.fault("A next hop is out of reach",
                        {"address": "198.51.100.9"}, nexthop="198.51.100.9"):
            speaker.send(announcement(OTHER_VIP, BACKEND_AS + 1,
                                      next_hop="198.51.100.9"))

    def test_x_another_mac(self):
        speaker = self.server(1, OTHER_VIP)
        wait_until(lambda: RACK1 in self.lab.headgate.living(), 20, "the hop")
        with self.fault("A server is back with another MAC", nexthop=RACK1):
            self.lab.peers.ip("link set lan address 02:00:00:00:00:77")
        del speaker

    def test_y_a_link_without_carrier(self):
        with self.fault("A link loses its carrier", {"interface": "lan"}):
            self.lab.peers.ip("link set lan down")
        self.lab.peers.ip("link set lan up")


if __name__ == "__main__":
    unittest.main()
