# SPDX-License-Identifier: BSD-2-Clause
"""Imitate speakers that are not packaged, byte by byte, as their sources build
each message. docs/servers.md has a section for each."""

import raw_bgp as bgp
import server_document

ADD_PATH_BOTH = 3
RESTART_SECONDS, HOLD_TIME = 120, 240  # BIRD's defaults
CAP_LONG_LIVED_RESTART = 71
GLOBAL_NEXT_HOP = "2001:db8::11"


class MetallbNative:
    """The speaker of MetalLB's native mode. It has three capabilities in one
    parameter, sends KEEPALIVE and its routes as soon as it has read the OPEN, one
    UPDATE for each, and closes without a NOTIFICATION."""

    title = "MetalLB (native)"

    def __init__(self):
        setting = server_document.settings("MetalLB")
        self.as_number = int(setting["myASN"])
        self.hold_time = int(setting["holdTime"].removesuffix("s"))

    def opening(self, identifier):
        return bgp.open_message(
            self.as_number, identifier, hold_time=self.hold_time,
            capabilities=bgp.multiprotocol(bgp.IPV4)
            + bgp.multiprotocol(bgp.IPV6)
            + bgp.as4_capability(self.as_number))

    def announcement(self, prefix, next_hop, communities=()):
        return bgp.update(
            bgp.origin(), bgp.as_path(self.as_number),
            bgp.next_hop(next_hop),
            *([bgp.communities(*communities)] if communities else []),
            nlri=bgp.prefix(prefix))

    def announcement_over_ipv6(self, prefix):
        """Over IPv6, it writes all 16 bytes of its address behind a length of
        4."""
        return bgp.update(
            bgp.origin(), bgp.as_path(self.as_number),
            bgp.attribute(bgp.NEXT_HOP, bgp.ipv6(GLOBAL_NEXT_HOP), length=4),
            nlri=bgp.prefix(prefix))

    def routes(self, prefix, next_hop):
        return self.announcement(prefix, next_hop)


class Calico:
    """The BIRD 1.6 of Calico with its template: Add-Path both ways, graceful
    restart, End-of-RIB behind its routes."""

    title = "Calico"

    def __init__(self):
        self.as_number = int(server_document.settings(self.title)["asNumber"])

    def opening(self, identifier):
        family = bgp.u16(bgp.IPV4) + bgp.u8(bgp.UNICAST)
        return bgp.open_message(
            self.as_number, identifier, hold_time=HOLD_TIME,
            capabilities=bgp.multiprotocol(bgp.IPV4)
            + bgp.capability(bgp.CAP_ROUTE_REFRESH)
            + bgp.capability(bgp.CAP_GRACEFUL_RESTART,
                             bgp.u16(RESTART_SECONDS) + family + bgp.u8(0))
            + bgp.as4_capability(self.as_number)
            + bgp.capability(bgp.CAP_ADD_PATH, family
                             + bgp.u8(ADD_PATH_BOTH))
            + bgp.capability(bgp.CAP_ENHANCED_REFRESH)
            + bgp.capability(CAP_LONG_LIVED_RESTART))

    def routes(self, prefix, next_hop):
        return bgp.update(bgp.origin(), bgp.as_path(self.as_number),
                          bgp.next_hop(next_hop),
                          nlri=bgp.prefix(prefix)) + bgp.update()
