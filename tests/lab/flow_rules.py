# SPDX-License-Identifier: BSD-2-Clause
"""Flow Specifications, byte by byte (RFC 8955, 8956), for raw speakers."""

import ipaddress
import struct

import raw_bgp as bgp

FLOWSPEC = 133  # SAFI
EXTENDED_COMMUNITIES = 16  # attribute type
TRANSITIVE = 0xc0  # and optional
PROTOCOL, PORT, LENGTH = 3, 4, 10  # types of components
RATE_BYTES, RATE_PACKETS, TRAFFIC, MARK, REDIRECT = (
    0x8006, 0x800c, 0x8007, 0x8009, 0x8008)


def prefix(kind, text):
    """Return a component: the destination (1) or the source (2)."""
    network = ipaddress.ip_network(text)
    size = (network.prefixlen + 7) // 8
    offset = bytes(1) if network.version == 6 else b""
    return (bytes([kind, network.prefixlen]) + offset
            + network.network_address.packed[:size])


def destination(text):
    return prefix(1, text)


def source(text):
    return prefix(2, text)


def equals(kind, *values):
    """Return a component whose number is one of these, each of two bytes."""
    last = len(values) - 1
    return bytes([kind]) + b"".join(
        struct.pack("!BH", 0x11 | (0x80 if at == last else 0), value)
        for at, value in enumerate(values))


def rule(*components):
    """Return the NLRI of one rule."""
    value = b"".join(components)
    if len(value) < 0xf0:
        return bytes([len(value)]) + value
    return struct.pack("!H", 0xf000 | len(value)) + value


def action(kind, value):
    """Return an extended community of 8 bytes."""
    return struct.pack("!H", kind) + value


def rate(value, kind=RATE_BYTES):
    return action(kind, struct.pack("!Hf", 0, value))


def last_byte(kind, value):
    return action(kind, bytes(5) + bytes([value]))


def announce(as_number, rules, *actions, afi=bgp.IPV4, path=None):
    tags = b"".join(actions)
    return bgp.update(
        bgp.origin(), bgp.as_path(*(path or [as_number])),
        *([bgp.attribute(EXTENDED_COMMUNITIES, tags, TRANSITIVE)]
          if tags else []),
        bgp.mp_reach(b"", b"".join(rules), afi, FLOWSPEC))


def withdraw(rules, afi=bgp.IPV4):
    return bgp.update(bgp.mp_unreach(b"".join(rules), afi, FLOWSPEC))


def capabilities(as_number):
    return (bgp.usual_capabilities(as_number, bgp.IPV4, bgp.IPV6)
            + bgp.multiprotocol(bgp.IPV4, FLOWSPEC)
            + bgp.multiprotocol(bgp.IPV6, FLOWSPEC))
