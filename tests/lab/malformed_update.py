# SPDX-License-Identifier: BSD-2-Clause
"""Invalid and unusual UPDATEs, and the expected result of each.

Before each case the same peer announces VIP correctly; the bytes of the case
announce it again, or not. The expectation is about that route: RFC 7606 says
when the route goes, when only an attribute goes, and when the session goes. The
worst result is a route that stays although its announcement was replaced.
test_malformed.py runs this table and its continuation in malformed_families.py.
"""

import collections

from raw_bgp import (
    AGGREGATOR, AIGP, AS4_AGGREGATOR, AS4_PATH, AS_PATH, AS_TRANS,
    ATOMIC_AGGREGATE, CLUSTER_LIST, COMMUNITIES, CONFED_SEQUENCE, CONFED_SET,
    EXTENDED, EXTENDED_COMMUNITIES, IPV6_EXTENDED_COMMUNITIES,
    LARGE_COMMUNITIES, LINK_STATE, LOCAL_PREF, MAX_MESSAGE, MED, MP_REACH,
    NEXT_HOP, OPTIONAL, OPTIONAL_TRANSITIVE, ORIGIN, ORIGINATOR_ID, OTC,
    PARTIAL, PREFIX_SID, RIGHT_FLAGS, SEQUENCE, SET, TRANSITIVE,
    TUNNEL_ENCAPSULATION, as_path, attribute, communities, ipv4,
    mp_reach, mp_unreach, next_hop, origin, prefix, segment, sequence, u8, u16,
    u32, update)
from raw_lab import BACKEND_AS, HEADGATE, HEADGATE_ID
from raw_lab import NEXT_HOP as BACKEND
from lab.topology import HEADGATE_AS

VIP = "192.0.2.1/32"

# Peers: the usual one, one without 4-byte AS numbers, an internal one, and one
# with IPv6 unicast, too.
EXTERNAL, OLD, INTERNAL, DUAL = "external", "old", "internal", "dual"

# Expectations. Seen: the new announcement counts, and the upstream receives
# these attributes, type -> value, (flags, value), or None for absent.
Reset = collections.namedtuple("Reset", "subcode data code",
                               defaults=(None, 3))
Seen = collections.namedtuple("Seen", "attributes", defaults=({},))
WITHDRAWN = "no path is left"
UNUSED = "no path is used"
PassedOrDropped = collections.namedtuple("PassedOrDropped", "kind value")
UNCHANGED = "the previous announcement stays"
NOT_PASSED = "is used, but not announced to the upstream"
HAS, HAS_NOT = "IPv6 path is there", "no IPv6 path is left"
DISABLED = "no IPv6 path is left, and new ones are ignored"

Case = collections.namedtuple("Case", "name bytes expected who",
                              defaults=(EXTERNAL,))

SEEN = Seen()
NLRI = prefix(VIP)
PATH = as_path(BACKEND_AS)
HOP = next_hop(BACKEND)
BASE = (origin(), PATH, HOP)
OWN = (HEADGATE_AS, BACKEND_AS)  # the path's front at an upstream
UNKNOWN = 99


def good_but(*extra, nlri=NLRI, **options):
    """Return a good announcement with further attributes."""
    return update(*BASE, *extra, nlri=nlri, **options)


def without(kind, *instead, nlri=NLRI):
    """Return a good announcement with `instead` in place of one attribute."""
    rest = [a for a in BASE if a[1] != kind]
    return update(*rest, *instead, nlri=nlri)


def with_path(value, flags=None):
    return without(AS_PATH, attribute(AS_PATH, value, flags))


def internal(*extra, path=b""):
    """Return an announcement from an internal peer."""
    return update(origin(), attribute(AS_PATH, path), HOP, *extra, nlri=NLRI)


def old(*extra, path=(BACKEND_AS,)):
    """Return an announcement from a speaker of 2-byte AS numbers."""
    return update(origin(), as_path(*path, pack=u16), HOP, *extra, nlri=NLRI)


def filled():
    """Return an announcement of exactly the largest size."""
    room = MAX_MESSAGE - len(good_but()) - 4
    return good_but(attribute(UNKNOWN, bytes(room)))


FRAMING = [
    Case("the withdrawn routes are longer than the message",
         update(withdrawn_length=1), Reset(1)),
    Case("the attributes are longer than the message",
         update(*BASE, attributes_length=1000), Reset(1)),
    Case("the attributes are one byte longer than the message",
         good_but(attributes_length=len(b"".join(BASE)) + len(NLRI) + 1),
         Reset(1)),
    Case("both lengths together are too long",
         update(*BASE, withdrawn=NLRI,
                attributes_length=len(b"".join(BASE)) + 1), Reset(1)),
    Case("the last attribute is longer than the attributes",
         good_but(attribute(MED, u32(5), length=5)), WITHDRAWN),
    Case("the last attribute would end in the NLRI",
         good_but(attribute(UNKNOWN, b"", length=len(NLRI))), WITHDRAWN),
    Case("one byte is left behind the attributes",
         good_but(u8(OPTIONAL_TRANSITIVE)), WITHDRAWN),
    Case("two bytes are left behind the attributes",
         good_but(u8(OPTIONAL_TRANSITIVE, UNKNOWN)), WITHDRAWN),
    Case("three bytes are left of a long header",
         good_but(u8(OPTIONAL_TRANSITIVE | EXTENDED, UNKNOWN, 0)), WITHDRAWN),
    Case("a prefix of 33 bits", good_but(nlri=u8(33) + bytes(5)), Reset(10)),
    Case("a prefix of 255 bits", good_but(nlri=u8(255) + bytes(32)),
         Reset(10)),
    Case("a prefix that ends early", good_but(nlri=NLRI + u8(32, 192, 0)),
         Reset(10)),
    Case("a good prefix before a bad one", good_but(nlri=NLRI + u8(64)),
         Reset(10)),
    Case("a withdrawn prefix of 33 bits", update(withdrawn=u8(33) + bytes(5)),
         Reset(10)),
    Case("a withdrawn prefix that ends early", update(withdrawn=u8(24, 192)),
         Reset(10)),
    Case("withdrawn and announced in one message",
         good_but(withdrawn=NLRI), SEEN),
    Case("withdrawn twice", update(withdrawn=NLRI + NLRI), WITHDRAWN),
    Case("announced twice in one message", good_but(nlri=NLRI + NLRI), SEEN),
    Case("an unknown prefix is withdrawn",
         update(withdrawn=prefix("198.51.100.0/24")), UNCHANGED),
    Case("End-of-RIB", update(), UNCHANGED),
    Case("End-of-RIB again", update() + update(), UNCHANGED),
    Case("End-of-RIB in its other form", update(mp_unreach()), UNCHANGED),
    Case("attributes about nothing", update(*BASE), UNCHANGED),
    Case("End-of-RIB with attributes", update(mp_unreach(), *BASE),
         UNCHANGED),
    Case("garbage behind withdrawn routes",
         update(mp_unreach(NLRI), b"\xff\xff\xff"), Reset(1)),
    Case("a bad ORIGIN about nothing", update(origin(7)),
         Reset(6, origin(7))),
    Case("a bad ORIGIN beside withdrawn routes",
         update(origin(7), withdrawn=NLRI), Reset(6, origin(7))),
    Case("a bad MED about nothing", update(attribute(MED, bytes(3))),
         Reset(5, attribute(MED, bytes(3)))),
    Case("an attribute about nothing runs over",
         update(attribute(MED, u32(1), length=9)), Reset(1)),
    Case("an attribute to discard, and no route",
         update(attribute(ATOMIC_AGGREGATE, u8(1))), UNCHANGED),
    Case("the stronger of two errors counts",
         good_but(attribute(MED, bytes(3)), mp_unreach(), mp_unreach()),
         Reset(1)),
    Case("a message that our AS in the path would make too long", filled(),
         NOT_PASSED),
    Case("three UPDATEs at once, the middle one bad",
         good_but() + without(ORIGIN, origin(9)) + good_but(), SEEN),
]

LIST = [
    Case("no attributes at all", update(nlri=NLRI), WITHDRAWN),
    Case("only an unknown attribute", update(attribute(UNKNOWN), nlri=NLRI),
         WITHDRAWN),
    Case("no ORIGIN", without(ORIGIN), WITHDRAWN),
    Case("no AS_PATH", without(AS_PATH), WITHDRAWN),
    Case("no NEXT_HOP", without(NEXT_HOP), WITHDRAWN),
    Case("no LOCAL_PREF from our own AS", internal(), SEEN, INTERNAL),
    Case("ORIGIN twice: the first counts", good_but(origin(2)),
         Seen({ORIGIN: u8(0)})),
    Case("ORIGIN twice, the second broken", good_but(origin(9)),
         Seen({ORIGIN: u8(0)})),
    Case("NEXT_HOP twice: the first counts", good_but(next_hop("127.0.0.1")),
         SEEN),
    Case("AS_PATH twice: the first counts",
         good_but(as_path(BACKEND_AS, HEADGATE_AS)), SEEN),
    Case("an unknown attribute twice: the first counts",
         good_but(attribute(UNKNOWN, b"first"), attribute(UNKNOWN, b"next")),
         Seen({UNKNOWN: b"first"})),
    Case("attributes in reverse order",
         update(*reversed(BASE), nlri=NLRI), SEEN),
    Case("long headers on short attributes",
         update(*(attribute(a[1], a[3:], a[0] | EXTENDED) for a in BASE),
                nlri=NLRI), SEEN),
    Case("the unused bits of the flags are set",
         update(*(u8(a[0] | 0x0f) + a[1:] for a in BASE), nlri=NLRI), SEEN),
    Case("the unused bits are not passed on",
         good_but(attribute(UNKNOWN, b"x", OPTIONAL_TRANSITIVE | 0x0f)),
         Seen({UNKNOWN: (OPTIONAL_TRANSITIVE | PARTIAL, b"x")})),
    Case("Partial on a well-known attribute is not passed on",
         without(ORIGIN, attribute(ORIGIN, u8(0), TRANSITIVE | PARTIAL)),
         Seen({ORIGIN: (TRANSITIVE, u8(0))})),
    Case("an unknown well-known attribute",
         good_but(attribute(UNKNOWN, b"x", TRANSITIVE)),
         Reset(2, attribute(UNKNOWN, b"x", TRANSITIVE))),
    Case("an unknown attribute without any flag",
         good_but(attribute(UNKNOWN, b"x", 0)),
         Reset(2, attribute(UNKNOWN, b"x", 0))),
    Case("an unknown attribute that is not transitive",
         good_but(attribute(UNKNOWN, b"x", OPTIONAL)), Seen({UNKNOWN: None})),
    Case("an unknown attribute becomes partial",
         good_but(attribute(UNKNOWN, b"abc")),
         Seen({UNKNOWN: (OPTIONAL_TRANSITIVE | PARTIAL, b"abc")})),
    Case("an unknown attribute stays partial",
         good_but(attribute(UNKNOWN, b"abc", OPTIONAL_TRANSITIVE | PARTIAL)),
         Seen({UNKNOWN: (OPTIONAL_TRANSITIVE | PARTIAL, b"abc")})),
    Case("an unknown attribute without a value",
         good_but(attribute(UNKNOWN)), Seen({UNKNOWN: b""})),
    Case("an unknown attribute with a long header for a short value",
         good_but(attribute(UNKNOWN, b"x", OPTIONAL_TRANSITIVE | EXTENDED)),
         Seen({UNKNOWN: b"x"})),
    *(Case(f"an unknown attribute of {size} bytes",
           good_but(attribute(UNKNOWN, bytes(range(250)) * (size // 250))),
           Seen({UNKNOWN: bytes(range(250)) * (size // 250)}))
      for size in (250, 500, 3000, 4000)),
    Case("many unknown attributes",
         good_but(*(attribute(kind, u8(kind)) for kind in range(200, 256))),
         Seen({kind: u8(kind) for kind in range(200, 256)})),
    Case("attribute type 0", good_but(attribute(0, b"x")), Seen({0: None})),
    Case("attribute type 0 without a flag", good_but(attribute(0, b"x", 0)),
         Seen({0: None})),
]

# Wrong flags with good values (RFC 7606 3 c).
VALUES = {
    ORIGIN: u8(0), AS_PATH: sequence(BACKEND_AS), NEXT_HOP: ipv4(BACKEND),
    MED: u32(1), ATOMIC_AGGREGATE: b"", AGGREGATOR: u32(1) + bytes(4),
    COMMUNITIES: u32(1), EXTENDED_COMMUNITIES: bytes(8),
    LARGE_COMMUNITIES: bytes(12), OTC: u32(1),
    MP_REACH: mp_reach(ipv4(BACKEND), NLRI)[3:],
}
FLAGS = [
    Case(f"attribute {kind} with flags {flags:#x}",
         without(kind, attribute(kind, value, flags),
                 nlri=b"" if kind == MP_REACH else NLRI), WITHDRAWN)
    for kind, value in VALUES.items()
    for flags in (OPTIONAL_TRANSITIVE, OPTIONAL, TRANSITIVE, 0)
    if flags != RIGHT_FLAGS[kind]
] + [
    # No route is announced that could be withdrawn instead: RFC 7606 5.2.
    Case(f"withdrawn routes in an attribute with flags {flags:#x}",
         update(mp_unreach(NLRI, flags=flags)),
         Reset(4, mp_unreach(NLRI, flags=flags)))
    for flags in (OPTIONAL_TRANSITIVE, TRANSITIVE)
]

LENGTHS = [
    Case(f"attribute {kind} of {size} bytes",
         without(kind, attribute(kind, bytes(size))), expected)
    for expected, lengths in (
        (WITHDRAWN, {ORIGIN: (0, 2), NEXT_HOP: (0, 3, 5, 16),
                     MED: (0, 3, 5), COMMUNITIES: (0, 3, 6),
                     EXTENDED_COMMUNITIES: (0, 7, 9),
                     LARGE_COMMUNITIES: (0, 11, 13),
                     IPV6_EXTENDED_COMMUNITIES: (0, 19, 21),
                     OTC: (0, 3, 5)}),
        (Seen({ATOMIC_AGGREGATE: None}), {ATOMIC_AGGREGATE: (1, 4)}),
        (Seen({AGGREGATOR: None}), {AGGREGATOR: (0, 6, 7, 9)}),
        (Seen({LOCAL_PREF: None}), {LOCAL_PREF: (0, 3, 5)}),
        (Seen({ORIGINATOR_ID: None}), {ORIGINATOR_ID: (0, 3, 5)}),
        (Seen({CLUSTER_LIST: None}), {CLUSTER_LIST: (0, 3, 5)}))
    for kind, sizes in lengths.items() for size in sizes
] + [
    Case(f"attribute {kind} of {size} bytes from our own AS",
         internal(attribute(kind, bytes(size))), WITHDRAWN, INTERNAL)
    for kind, sizes in {LOCAL_PREF: (0, 3, 5), ORIGINATOR_ID: (0, 3, 5),
                        CLUSTER_LIST: (0, 3, 5)}.items() for size in sizes
]


def long_path(hops):
    """Return a case with a path of `hops` AS numbers, which the upstream
    receives behind Headgate's AS."""
    numbers = [BACKEND_AS] + [65100 + hop % 400 for hop in range(1, hops)]
    return Case(f"a path of {hops} hops", with_path(sequence(*numbers)),
                Seen({AS_PATH: [HEADGATE_AS, *numbers]}))


PATHS = [
    Case("an unknown segment", with_path(segment(5, BACKEND_AS)), WITHDRAWN),
    Case("segment type 0", with_path(segment(0, BACKEND_AS)), WITHDRAWN),
    Case("an empty segment",
         with_path(sequence(BACKEND_AS) + segment(SEQUENCE)), WITHDRAWN),
    Case("a segment longer than the path",
         with_path(segment(SEQUENCE, BACKEND_AS, count=2)), WITHDRAWN),
    Case("one byte behind the segments",
         with_path(sequence(BACKEND_AS) + u8(2)), WITHDRAWN),
    Case("AS numbers of two bytes where four were agreed",
         with_path(sequence(BACKEND_AS, 65002, pack=u16)), WITHDRAWN),
    Case("AS number 0 in the path", with_path(sequence(BACKEND_AS, 0)),
         WITHDRAWN),
    Case("AS number 0 in the path from our own AS",
         internal(path=sequence(0)), WITHDRAWN, INTERNAL),
    Case("a confederation's sequence",
         with_path(segment(CONFED_SEQUENCE, BACKEND_AS)), WITHDRAWN),
    Case("a confederation's sequence before the peer",
         with_path(segment(CONFED_SEQUENCE, 64600) + sequence(BACKEND_AS)),
         WITHDRAWN),
    Case("a confederation's set",
         with_path(sequence(BACKEND_AS) + segment(CONFED_SET, 64600)),
         WITHDRAWN),
    Case("an AS_SET",
         with_path(sequence(BACKEND_AS) + segment(SET, 65100, 65101)),
         WITHDRAWN),
    Case("an empty path from another AS", with_path(b""), WITHDRAWN),
    Case("the first AS is not the peer", with_path(sequence(65099,
                                                            BACKEND_AS)),
         WITHDRAWN),
    Case("our own AS in the path",
         with_path(sequence(BACKEND_AS, HEADGATE_AS, 65100)), UNUSED),
    Case("our own AS in a path from our AS",
         internal(path=sequence(65100, HEADGATE_AS)), UNUSED, INTERNAL),
    *map(long_path, (2, 254, 255, 256, 400, 510, 1000)),
]

OLD_SPEAKERS = [
    Case("a short path", old(), Seen({AS_PATH: list(OWN)}), OLD),
    Case("AS4_PATH fills AS_TRANS in",
         old(attribute(AS4_PATH, sequence(4200000000)),
             path=(BACKEND_AS, AS_TRANS)),
         Seen({AS_PATH: [*OWN, 4200000000], AS4_PATH: None}), OLD),
    Case("AS4_PATH longer than AS_PATH is ignored",
         old(attribute(AS4_PATH, sequence(1, 2, 3))),
         Seen({AS_PATH: list(OWN), AS4_PATH: None}), OLD),
    Case("AGGREGATOR other than AS_TRANS: both AS4 attributes are ignored",
         old(attribute(AGGREGATOR, u16(65100) + ipv4("192.0.2.9")),
             attribute(AS4_PATH, sequence(4200000000)),
             attribute(AS4_AGGREGATOR, u32(4200000000) + ipv4("192.0.2.8")),
             path=(BACKEND_AS, AS_TRANS)),
         Seen({AS_PATH: [*OWN, AS_TRANS],
               AGGREGATOR: u32(65100) + ipv4("192.0.2.9")}), OLD),
    Case("AS4_AGGREGATOR fills AS_TRANS in",
         old(attribute(AGGREGATOR, u16(AS_TRANS) + ipv4("192.0.2.9")),
             attribute(AS4_AGGREGATOR, u32(4200000000) + ipv4("192.0.2.8"))),
         Seen({AGGREGATOR: u32(4200000000) + ipv4("192.0.2.8"),
               AS4_AGGREGATOR: None}), OLD),
    Case("a confederation in AS4_PATH is left out",
         old(attribute(AS4_PATH, segment(CONFED_SEQUENCE, 64600)
                       + sequence(4200000000)), path=(BACKEND_AS, AS_TRANS)),
         Seen({AS_PATH: [*OWN, 4200000000]}), OLD),
    Case("a broken AS4_PATH is discarded",
         old(attribute(AS4_PATH, u8(2, 9, 0)), path=(BACKEND_AS, AS_TRANS)),
         Seen({AS_PATH: [*OWN, AS_TRANS], AS4_PATH: None}), OLD),
    Case("an empty AS4_PATH", old(attribute(AS4_PATH)),
         Seen({AS_PATH: list(OWN)}), OLD),
    Case("AS number 0 in AS4_PATH",
         old(attribute(AS4_PATH, sequence(0)), path=(BACKEND_AS, AS_TRANS)),
         Seen({AS_PATH: [*OWN, AS_TRANS]}), OLD),
    Case("an AGGREGATOR of eight bytes is discarded",
         old(attribute(AGGREGATOR, bytes(8))), Seen({AGGREGATOR: None}), OLD),
    Case("an AS4_AGGREGATOR of six bytes is discarded",
         old(attribute(AS4_AGGREGATOR, bytes(6))),
         Seen({AS4_AGGREGATOR: None}), OLD),
    Case("AS4_PATH from a speaker of four bytes is discarded",
         good_but(attribute(AS4_PATH, sequence(4200000000))),
         Seen({AS4_PATH: None, AS_PATH: list(OWN)})),
    Case("a broken AS4_PATH from a speaker of four bytes is discarded",
         good_but(attribute(AS4_PATH, u8(7))), Seen({AS4_PATH: None})),
    Case("AS4_AGGREGATOR from a speaker of four bytes is discarded",
         good_but(attribute(AS4_AGGREGATOR, bytes(3))),
         Seen({AS4_AGGREGATOR: None})),
]


def hop_case(address, expected):
    return Case(f"next hop {address}", without(NEXT_HOP, next_hop(address)),
                expected)


ATTRIBUTES = [
    Case("ORIGIN 3", without(ORIGIN, origin(3)), WITHDRAWN),
    Case("ORIGIN 255", without(ORIGIN, origin(255)), WITHDRAWN),
    Case("ORIGIN 2", without(ORIGIN, origin(2)), Seen({ORIGIN: u8(2)})),
    hop_case("0.0.0.0", UNUSED), hop_case("0.1.2.3", UNUSED),
    hop_case("127.0.0.1", UNUSED), hop_case("224.0.0.1", UNUSED),
    hop_case("239.255.255.255", UNUSED), hop_case("255.255.255.255", UNUSED),
    hop_case(HEADGATE, UNUSED), hop_case("198.51.100.77", UNUSED),
    Case("MED is for us only", good_but(attribute(MED, u32(7))),
         Seen({MED: None})),
    Case("LOCAL_PREF from another AS", good_but(attribute(LOCAL_PREF, u32(9))),
         Seen({LOCAL_PREF: None})),
    Case("LOCAL_PREF with wrong flags from another AS",
         good_but(attribute(LOCAL_PREF, u32(9), OPTIONAL_TRANSITIVE)),
         Seen({LOCAL_PREF: None})),
    Case("LOCAL_PREF stays in our AS", internal(attribute(LOCAL_PREF, u32(9))),
         Seen({LOCAL_PREF: None}), INTERNAL),
    Case("ATOMIC_AGGREGATE", good_but(attribute(ATOMIC_AGGREGATE)),
         Seen({ATOMIC_AGGREGATE: b""})),
    Case("AGGREGATOR", good_but(attribute(AGGREGATOR, u32(65100) + bytes(4))),
         Seen({AGGREGATOR: u32(65100) + bytes(4)})),
    Case("AGGREGATOR of AS 0", good_but(attribute(AGGREGATOR, bytes(8))),
         Seen({AGGREGATOR: None})),
    Case("communities", good_but(communities((65001, 1), (65001, 2))),
         Seen({COMMUNITIES: u16(65001, 1, 65001, 2)})),
    Case("extended communities of unknown kinds",
         good_but(attribute(EXTENDED_COMMUNITIES, u8(0x3f, 0x77)
                            + bytes(6))),
         Seen({EXTENDED_COMMUNITIES: u8(0x3f, 0x77) + bytes(6)})),
    Case("an extended community that is not transitive",
         good_but(attribute(EXTENDED_COMMUNITIES, u8(0x40, 4) + bytes(6))),
         Seen({EXTENDED_COMMUNITIES: None})),
    Case("large communities", good_but(attribute(LARGE_COMMUNITIES,
                                                 u32(65001, 1, 2))),
         Seen({LARGE_COMMUNITIES: u32(65001, 1, 2)})),
    Case("a large community twice is one",
         good_but(attribute(LARGE_COMMUNITIES, u32(65001, 1, 2, 65001, 1, 2))),
         Seen({LARGE_COMMUNITIES: u32(65001, 1, 2)})),
    Case("AIGP that was not agreed", good_but(attribute(
        AIGP, u8(1, 0, 11) + bytes(8))), Seen({AIGP: None})),
    Case("AIGP with the flags of another attribute", good_but(attribute(
        AIGP, u8(1, 0, 11) + bytes(8), OPTIONAL_TRANSITIVE)),
         Seen({AIGP: None})),
    Case("AIGP that is broken", good_but(attribute(AIGP, u8(1, 0))),
         Seen({AIGP: None})),
    Case("OTC passes", good_but(attribute(OTC, u32(65001))),
         Seen({OTC: u32(65001)})),
    Case("OTC of AS 0", good_but(attribute(OTC, u32(0))), WITHDRAWN),
    Case("a prefix SID of ten zeros",
         good_but(attribute(PREFIX_SID, bytes(10))),
         PassedOrDropped(PREFIX_SID, bytes(10))),
    Case("a prefix SID that is broken",
         good_but(attribute(PREFIX_SID, u8(1, 0))),
         PassedOrDropped(PREFIX_SID, u8(1, 0))),
    Case("a tunnel that is broken",
         good_but(attribute(TUNNEL_ENCAPSULATION, u16(0, 0xffff) + u8(1))),
         WITHDRAWN),
    Case("link state that is broken",
         good_but(attribute(LINK_STATE, u16(1, 0xffff))),
         Seen({LINK_STATE: None})),
    Case("ORIGINATOR_ID and CLUSTER_LIST from another AS",
         good_but(attribute(ORIGINATOR_ID, ipv4("10.9.9.9")),
                  attribute(CLUSTER_LIST, ipv4("10.9.9.8"))),
         Seen({ORIGINATOR_ID: None, CLUSTER_LIST: None})),
    Case("ORIGINATOR_ID and CLUSTER_LIST stay in our AS",
         internal(attribute(ORIGINATOR_ID, ipv4("10.9.9.9")),
                  attribute(CLUSTER_LIST, ipv4("10.9.9.8"))),
         Seen({ORIGINATOR_ID: None, CLUSTER_LIST: None}), INTERNAL),
    Case("our own ORIGINATOR_ID",
         internal(attribute(ORIGINATOR_ID, ipv4(HEADGATE_ID))), UNUSED,
         INTERNAL),
    Case("our own cluster in the CLUSTER_LIST",
         internal(attribute(CLUSTER_LIST, ipv4("10.9.9.8")
                            + ipv4(HEADGATE_ID))), UNUSED, INTERNAL),
]


POLICY = [
    Case("NO_EXPORT", good_but(communities((0xffff, 0xff01))), NOT_PASSED),
    Case("NO_ADVERTISE", good_but(communities((0xffff, 0xff02))),
         NOT_PASSED),
    Case("NO_EXPORT_SUBCONFED", good_but(communities((0xffff, 0xff03))),
         NOT_PASSED),
]

# Announced beside the good VIP: neither announced further nor an error.
FOREIGN_PREFIXES = ["0.0.0.0/0", "192.0.0.0/16", "10.1.0.0/24",
                    "127.0.0.1/32", "224.0.0.1/32", "255.255.255.255/32",
                    "198.51.100.1/32", "0.0.0.0/32", "240.0.0.1/32"]
