# SPDX-License-Identifier: BSD-2-Clause
"""Build and parse BGP messages, byte by byte, for tests that misbehave.

The builders write valid and invalid messages: every length, marker and flag can
be set. The parsers are strict: a message from the agent that they cannot read is
an error of the agent and raises WireError. This module uses no sockets;
raw_speaker.py does.
"""

import collections
import socket
import struct

MARKER = b"\xff" * 16
HEADER_SIZE = 19
MAX_MESSAGE = 4096

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE_REFRESH = 1, 2, 3, 4, 5

OPTIONAL, TRANSITIVE, PARTIAL, EXTENDED = 0x80, 0x40, 0x20, 0x10

(ORIGIN, AS_PATH, NEXT_HOP, MED, LOCAL_PREF, ATOMIC_AGGREGATE, AGGREGATOR,
 COMMUNITIES, ORIGINATOR_ID, CLUSTER_LIST) = range(1, 11)
MP_REACH, MP_UNREACH, EXTENDED_COMMUNITIES, AS4_PATH, AS4_AGGREGATOR = range(
    14, 19)
TUNNEL_ENCAPSULATION, IPV6_EXTENDED_COMMUNITIES, AIGP, LINK_STATE = (
    23, 25, 26, 29)
LARGE_COMMUNITIES, OTC, PREFIX_SID = 32, 35, 40

WELL_KNOWN = TRANSITIVE
OPTIONAL_TRANSITIVE = OPTIONAL | TRANSITIVE
RIGHT_FLAGS = collections.defaultdict(
    lambda: OPTIONAL_TRANSITIVE,
    {ORIGIN: WELL_KNOWN, AS_PATH: WELL_KNOWN, NEXT_HOP: WELL_KNOWN,
     MED: OPTIONAL, LOCAL_PREF: WELL_KNOWN, ATOMIC_AGGREGATE: WELL_KNOWN,
     ORIGINATOR_ID: OPTIONAL, CLUSTER_LIST: OPTIONAL, MP_REACH: OPTIONAL,
     MP_UNREACH: OPTIONAL, AIGP: OPTIONAL, LINK_STATE: OPTIONAL})

SET, SEQUENCE, CONFED_SEQUENCE, CONFED_SET = 1, 2, 3, 4
SEGMENT_MAX = 255

AS_TRANS = 23456
IPV4, IPV6, UNICAST = 1, 2, 1
CAP_MULTIPROTOCOL, CAP_ROUTE_REFRESH, CAP_EXTENDED_MESSAGE = 1, 2, 6
CAP_ROLE, CAP_GRACEFUL_RESTART, CAP_AS4, CAP_ADD_PATH = 9, 64, 65, 69
CAP_ENHANCED_REFRESH, CAP_SOFTWARE_VERSION = 70, 75
PARAMETER_CAPABILITIES, PARAMETER_EXTENDED = 2, 255


class WireError(Exception):
    """The agent sent an invalid message."""


def u8(*values):
    return bytes(values)


def u16(*values):
    return struct.pack(f"!{len(values)}H", *values)


def u32(*values):
    return struct.pack(f"!{len(values)}I", *values)


def ipv4(text):
    return socket.inet_aton(text)


def ipv6(text):
    return socket.inet_pton(socket.AF_INET6, text)


# ------------------------------------------------------------- building

def message(kind, body=b"", length=None, marker=MARKER):
    size = HEADER_SIZE + len(body) if length is None else length
    return marker + u16(size) + u8(kind) + body


def keepalive():
    return message(KEEPALIVE)


def notification(code, subcode, data=b""):
    return message(NOTIFICATION, u8(code, subcode) + data)


def route_refresh(afi=IPV4, subtype=0, safi=UNICAST):
    return message(ROUTE_REFRESH, u16(afi) + u8(subtype, safi))


def capability(code, value=b"", length=None):
    return u8(code, len(value) if length is None else length) + value


def multiprotocol(afi, safi=UNICAST):
    return capability(CAP_MULTIPROTOCOL, u16(afi) + u8(0, safi))


def as4_capability(as_number):
    return capability(CAP_AS4, u32(as_number))


def usual_capabilities(as_number, *families):
    """Return the capabilities of a plain speaker: its families, route refresh,
    4-byte AS numbers."""
    return (b"".join(multiprotocol(afi) for afi in families or (IPV4,))
            + capability(CAP_ROUTE_REFRESH) + as4_capability(as_number))


def parameter(value, kind=PARAMETER_CAPABILITIES, length=None):
    return u8(kind, len(value) if length is None else length) + value


def wide_parameter(value, kind=PARAMETER_CAPABILITIES, length=None):
    """Return an optional parameter with the two-byte length of RFC 9072."""
    return (u8(kind) + u16(len(value) if length is None else length) + value)


def wide_parameters(value, length=None, short_length=PARAMETER_EXTENDED):
    """Return all that follows the fixed part of an OPEN, in the form of
    RFC 9072."""
    return (u8(short_length, PARAMETER_EXTENDED)
            + u16(len(value) if length is None else length) + value)


def open_body(as_number, identifier, hold_time=0, version=4, options=None,
              capabilities=None):
    """Return an OPEN's body; `options` begins with the parameters' length."""
    if capabilities is None:
        capabilities = usual_capabilities(as_number)
    if options is None:
        parameters = parameter(capabilities) if capabilities else b""
        options = u8(len(parameters)) + parameters
    short_as = as_number if as_number <= 0xffff else AS_TRANS
    return (u8(version) + u16(short_as, hold_time) + ipv4(identifier)
            + options)


def open_message(*arguments, **options):
    return message(OPEN, open_body(*arguments, **options))


def attribute(kind, value=b"", flags=None, length=None):
    """Return a path attribute. It has a two-byte length for a long value or
    with EXTENDED."""
    flags = RIGHT_FLAGS[kind] if flags is None else flags
    size = len(value) if length is None else length
    if size > 255:
        flags |= EXTENDED
    return u8(flags, kind) + (u16(size) if flags & EXTENDED else u8(size)
                              ) + value


def origin(value=0):
    return attribute(ORIGIN, u8(value))


def segment(kind, *numbers, count=None, pack=u32):
    count = len(numbers) if count is None else count
    return u8(kind, count) + pack(*numbers)


def sequence(*numbers, pack=u32):
    """Return AS_SEQUENCE segments with these numbers, as many as needed."""
    return b"".join(segment(SEQUENCE, *numbers[at:at + SEGMENT_MAX], pack=pack)
                    for at in range(0, len(numbers), SEGMENT_MAX))


def as_path(*numbers, pack=u32):
    return attribute(AS_PATH, sequence(*numbers, pack=pack))


def next_hop(address):
    return attribute(NEXT_HOP, ipv4(address))


def med(metric):
    return attribute(MED, u32(metric))


def communities(*pairs):
    return attribute(COMMUNITIES,
                     b"".join(u16(high, low) for high, low in pairs))


def link_bandwidth(as_number, bytes_per_second):
    """Return EXTENDED_COMMUNITIES with one link bandwidth, of any float."""
    return attribute(EXTENDED_COMMUNITIES, u16(0x4004, as_number)
                     + struct.pack("!f", bytes_per_second))


def prefix(text):
    """Return NLRI: the length in bits and the bytes of the prefix."""
    address, bits = text.split("/")
    packed = ipv6(address) if ":" in address else ipv4(address)
    return u8(int(bits)) + packed[:(int(bits) + 7) // 8]


def mp_reach(next_hop_bytes, nlri, afi=IPV4, safi=UNICAST, flags=None,
             next_hop_length=None):
    size = len(next_hop_bytes) if next_hop_length is None else next_hop_length
    return attribute(MP_REACH, u16(afi) + u8(safi, size) + next_hop_bytes
                     + u8(0) + nlri, flags)


def mp_unreach(nlri=b"", afi=IPV4, safi=UNICAST, flags=None):
    return attribute(MP_UNREACH, u16(afi) + u8(safi) + nlri, flags)


def update(*attributes, nlri=b"", withdrawn=b"", withdrawn_length=None,
           attributes_length=None):
    block = b"".join(attributes)
    if withdrawn_length is None:
        withdrawn_length = len(withdrawn)
    if attributes_length is None:
        attributes_length = len(block)
    return message(UPDATE, u16(withdrawn_length) + withdrawn
                   + u16(attributes_length) + block + nlri)


# ------------------------------------------------------------- parsing

Message = collections.namedtuple("Message", "kind body whole")
Notification = collections.namedtuple("Notification", "code subcode data")
Open = collections.namedtuple("Open",
                              "version as_number hold_time identifier "
                              "capabilities")
# attributes: type -> (flags without EXTENDED, value), in order of receipt.
Update = collections.namedtuple("Update", "withdrawn attributes announced")


def take_message(data, max_size=MAX_MESSAGE):
    """Return (message, rest) from the front of `data`, or (None, data) if it is
    incomplete."""
    if len(data) < HEADER_SIZE:
        return None, data
    size, kind = struct.unpack_from("!HB", data, len(MARKER))
    if data[:16] != MARKER or not HEADER_SIZE <= size <= max_size:
        raise WireError(f"bad header: {data[:HEADER_SIZE].hex()}")
    if not OPEN <= kind <= ROUTE_REFRESH:
        raise WireError(f"unknown message type {kind}")
    if len(data) < size:
        return None, data
    return Message(kind, data[HEADER_SIZE:size], data[:size]), data[size:]


def parse_notification(body):
    return Notification(body[0], body[1], body[2:])


def take(data, size):
    if len(data) < size:
        raise WireError(f"{size} bytes needed, {len(data)} left")
    return data[:size], data[size:]


def parse_capabilities(parameters):
    """Return code -> list of values."""
    found = {}
    while parameters:
        (kind, size), parameters = take(parameters, 2)
        value, parameters = take(parameters, size)
        if kind != PARAMETER_CAPABILITIES:
            raise WireError(f"optional parameter {kind}")
        while value:
            (code, size), value = take(value, 2)
            content, value = take(value, size)
            found.setdefault(code, []).append(content)
    return found


def parse_open(body):
    version, short_as, hold_time = struct.unpack_from("!BHH", body)
    capabilities = parse_capabilities(body[10:])
    if body[9] != len(body) - 10:
        raise WireError("length of the optional parameters")
    as4 = capabilities.get(CAP_AS4)
    as_number = int.from_bytes(as4[0], "big") if as4 else short_as
    return Open(version, as_number, hold_time, socket.inet_ntoa(body[5:9]),
                capabilities)


def parse_prefixes(data):
    found = []
    while data:
        (bits,), data = take(data, 1)
        if bits > 32:
            raise WireError(f"prefix of {bits} bits")
        packed, data = take(data, (bits + 7) // 8)
        found.append(f"{socket.inet_ntoa(packed.ljust(4, bytes(1)))}/{bits}")
    return found


def take_attribute(block):
    (flags, kind), block = take(block, 2)
    length, block = take(block, 2 if flags & EXTENDED else 1)
    value, block = take(block, int.from_bytes(length, "big"))
    return kind, flags & ~EXTENDED, value, block


def parse_update(body):
    size, body = take(body, 2)
    withdrawn, body = take(body, int.from_bytes(size, "big"))
    size, body = take(body, 2)
    block, nlri = take(body, int.from_bytes(size, "big"))
    attributes = {}
    while block:
        kind, flags, value, block = take_attribute(block)
        if kind in attributes:
            raise WireError(f"attribute {kind} twice")
        attributes[kind] = (flags, value)
    return Update(parse_prefixes(withdrawn), attributes, parse_prefixes(nlri))


def path_segments(value, size=4):
    """Return AS_PATH as a list of (segment type, [numbers])."""
    segments = []
    while value:
        (kind, count), value = take(value, 2)
        numbers, value = take(value, count * size)
        segments.append((kind, [
            int.from_bytes(numbers[at:at + size], "big")
            for at in range(0, len(numbers), size)]))
    return segments
