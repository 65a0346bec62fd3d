# SPDX-License-Identifier: BSD-2-Clause
"""Send single frames that few hosts send, through real interfaces."""

from contextlib import ExitStack, closing

from lab_case import LabCase
from lab.system import wait_until
from lab.topology import CLIENT6_ADDRESS, CLIENT_ADDRESS, VIP, VIP6
from raw_frames import frame, ipv4, ipv6, mac_of, send_frames, udp

PORTS = range(30000, 30030)
MTU = 1500
FORWARDED = ("forwarded_tx", "forwarded_redirect")


class TrailingBytes(LabCase):
    """Cards and taps may leave bytes behind the packet, such as the frame check
    sequence. The router's link takes longer frames than the servers' one."""

    options = {"ipv6": True, "servers": 3}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for end in (cls.lab.router, cls.lab.host):
            end.ip("link set dev up mtu 1600")
        cls.mac = mac_of(cls.lab.host, "up")

    def servers_of(self, packets, trailer):
        """Return how many of the packets each server gets; all must arrive."""
        vip = VIP6 if packets[0][0] >> 4 == 6 else VIP
        with ExitStack() as stack:
            counts = [stack.enter_context(closing(s.count_frames(vip)))
                      for s in self.lab.servers]
            send_frames(self.lab.router, "up",
                        [frame(self.mac, p) + trailer for p in packets])
            wait_until(lambda: sum(c.read() for c in counts) == len(packets),
                       10, "all packets at the servers")
            return [count.total for count in counts]

    def check_trailers(self, packets):
        before = self.lab.headgate.outcomes()
        wanted = self.servers_of(packets, b"")
        for size in (1, 4, 60):
            self.assertEqual(self.servers_of(packets, bytes(size)), wanted)
        after = self.lab.headgate.outcomes()
        self.assertEqual(after["passed_too_big"], before["passed_too_big"])
        self.assertGreaterEqual(sum(after[o] - before[o] for o in FORWARDED),
                                4 * len(packets))

    def test_full_packets_with_trailing_bytes_are_forwarded(self):
        self.check_trailers([
            ipv4(CLIENT_ADDRESS, VIP, udp(port, 9, bytes(MTU - 28)))
            for port in PORTS])

    def test_full_ipv6_packets_with_trailing_bytes_are_forwarded(self):
        self.check_trailers([
            ipv6(CLIENT6_ADDRESS, VIP6, udp(port, 9, bytes(MTU - 48)))
            for port in PORTS])
