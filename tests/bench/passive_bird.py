# SPDX-License-Identifier: BSD-2-Clause
"""Stock BIRD with sessions that wait for the bench's speakers."""

from lab.bird import Bird
from lab.system import wait_until

CONFIG = """\
router id {address};
protocol device {{ }}
{kernel}{protocols}
"""
KERNEL = """\
protocol kernel {
    scan time 3600;
    merge paths on limit 64;
    ipv4 { import none; export where source = RTS_BGP; };
}
"""
PEER = """\
protocol bgp %s {
    local %s as %d;
    neighbor %s as %d;
    passive on;
    ipv4 { %s };
}
"""
EXPORTS = "import none; export all; next hop self;"


class PassiveBird(Bird):
    """`peers` are (name, address, AS number, options of the channel)."""

    def __init__(self, namespace, folder, address, asn, peers, kernel=""):
        super().__init__(namespace, folder, CONFIG, address=address, kernel=kernel,
                         protocols="".join(
                             PEER % (name, address, asn, neighbor, peer_as, channel)
                             for name, neighbor, peer_as, channel in peers))
        self.count = len(peers)

    def start(self, **changes):
        """Start BIRD and wait until all sessions do."""
        super().start(**changes)
        wait_until(lambda: self.ask("show protocols").count("Passive") == self.count,
                   10, "BIRD")
