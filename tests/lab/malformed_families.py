# SPDX-License-Identifier: BSD-2-Clause
"""UPDATEs with the multiprotocol attributes (RFC 4760): IPv4 in them, IPv6
negotiated or not, and unknown families. Continues the table of
malformed_update.py.
"""

from malformed_update import (
    BACKEND, DISABLED, DUAL, HAS, HAS_NOT, NLRI, PATH, SEEN, UNCHANGED,
    WITHDRAWN, Case, Reset, good_but)
from raw_bgp import (
    IPV4, IPV6, MED, MP_REACH, MP_UNREACH, attribute, ipv4, ipv6, mp_reach,
    mp_unreach, next_hop, origin, prefix, u8, u16, update)

MULTIPROTOCOL = [
    Case("IPv4 in the attribute for all families",
         update(mp_reach(ipv4(BACKEND), NLRI), origin(), PATH), SEEN),
    Case("the attribute for all families comes last",
         update(origin(), PATH, mp_reach(ipv4(BACKEND), NLRI)), SEEN),
    Case("NEXT_HOP beside it is ignored",
         update(origin(), PATH, next_hop("0.0.0.0"),
                mp_reach(ipv4(BACKEND), NLRI)), SEEN),
    Case("it needs no NEXT_HOP but an ORIGIN",
         update(PATH, mp_reach(ipv4(BACKEND), NLRI)), WITHDRAWN),
    Case("it names prefixes with a bad ORIGIN",
         update(origin(7), PATH, mp_reach(ipv4(BACKEND), NLRI)), WITHDRAWN),
    Case("IPv4 withdrawn in the attribute for all families",
         update(mp_unreach(NLRI)), WITHDRAWN),
    Case("both attributes for the same prefix",
         update(origin(), PATH, mp_reach(ipv4(BACKEND), NLRI),
                mp_unreach(NLRI)), SEEN),
    Case("it comes twice",
         update(origin(), PATH, mp_reach(ipv4(BACKEND), NLRI),
                mp_reach(ipv4(BACKEND), NLRI)), Reset(1)),
    Case("its withdrawing brother comes twice",
         update(mp_unreach(NLRI), mp_unreach(NLRI)), Reset(1)),
    Case("a next hop of three bytes",
         update(origin(), PATH, mp_reach(bytes(3), NLRI)), Reset(9)),
    Case("an IPv6 next hop that was not agreed",
         update(origin(), PATH, mp_reach(ipv6("2001:db8::11"), NLRI)),
         Reset(9)),
    Case("a next hop longer than the attribute",
         update(origin(), PATH, mp_reach(ipv4(BACKEND), b"",
                                         next_hop_length=200)), Reset(9)),
    Case("it ends in its family",
         update(origin(), PATH, attribute(MP_REACH, u16(IPV4))), Reset(9)),
    Case("its brother ends in its family",
         update(attribute(MP_UNREACH, u16(IPV4))), Reset(9)),
    Case("it names a prefix of 33 bits",
         update(origin(), PATH, mp_reach(ipv4(BACKEND), u8(33) + bytes(5))),
         Reset(9)),
    Case("it names a prefix that ends early",
         update(origin(), PATH, mp_reach(ipv4(BACKEND), NLRI[:3])), Reset(9)),
    Case("its brother names a prefix of 33 bits",
         update(mp_unreach(u8(33) + bytes(5))), Reset(9)),
    Case("IPv6 that was not agreed is ignored",
         update(origin(), PATH, mp_reach(ipv6("2001:db8::11"),
                                         prefix("2001:db8:1::1/128"), IPV6)),
         UNCHANGED),
    Case("IPv6 that was not agreed beside IPv4",
         good_but(mp_reach(ipv6("2001:db8::11"), prefix("2001:db8:1::1/128"),
                           IPV6)), SEEN),
    Case("IPv6 withdrawn that was not agreed",
         update(mp_unreach(prefix("2001:db8:1::1/128"), IPV6)), UNCHANGED),
    Case("End-of-RIB of a family that was not agreed",
         update(mp_unreach(afi=IPV6)), UNCHANGED),
    Case("an unknown family",
         good_but(mp_reach(b"", b"\x77", afi=16397, safi=77)), SEEN),
    Case("an unknown family is withdrawn",
         update(mp_unreach(b"\xff" * 40, afi=16397, safi=77)), UNCHANGED),
]

V6_VIP = "2001:db8:1::1/128"
V6_NLRI = prefix(V6_VIP)
V6_HOP = ipv6("2001:db8::11")


def v6(hop=V6_HOP, nlri=V6_NLRI, **options):
    return update(mp_reach(hop, nlri, IPV6, **options), origin(), PATH)


# Cases for V6_VIP, from a peer with both families that announced it before.
IPV6_ROUTES = [
    Case("IPv6", v6(), HAS, DUAL),
    Case("IPv6 with a link-local address behind the global one",
         v6(V6_HOP + ipv6("fe80::11")), HAS, DUAL),
    Case("IPv6 beside IPv4", good_but(mp_reach(V6_HOP, V6_NLRI, IPV6)),
         HAS, DUAL),
    Case("IPv6 without an ORIGIN",
         update(mp_reach(V6_HOP, V6_NLRI, IPV6), PATH), HAS_NOT, DUAL),
    Case("IPv6 with a bad MED",
         update(mp_reach(V6_HOP, V6_NLRI, IPV6), origin(), PATH,
                attribute(MED, bytes(3))), HAS_NOT, DUAL),
    Case("IPv6 withdrawn", update(mp_unreach(V6_NLRI, IPV6)), HAS_NOT,
         DUAL),
    Case("End-of-RIB of IPv6", update(mp_unreach(afi=IPV6)), HAS, DUAL),
    Case("IPv6 with a next hop of 15 bytes", v6(V6_HOP[:15]), Reset(9), DUAL),
    Case("IPv6 with a next hop of 4 bytes", v6(ipv4(BACKEND)), Reset(9),
         DUAL),
    Case("IPv6 with a next hop of 33 bytes", v6(bytes(33)), Reset(9), DUAL),
    Case("IPv6 beside an IPv4 prefix of 33 bits",
         good_but(mp_reach(V6_HOP, V6_NLRI, IPV6), nlri=u8(33) + bytes(5)),
         Reset(10), DUAL),
    Case("IPv6 beside a withdrawn IPv4 prefix of 33 bits",
         update(mp_reach(V6_HOP, V6_NLRI, IPV6), origin(), PATH,
                withdrawn=u8(33) + bytes(5)), Reset(10), DUAL),
    Case("IPv6 with a prefix of 129 bits",
         v6(nlri=u8(129) + bytes(17)), DISABLED, DUAL),
    Case("IPv6 with a prefix that ends early", v6(nlri=V6_NLRI[:9]), DISABLED,
         DUAL),
    Case("IPv6 withdrawn with a prefix of 129 bits",
         update(mp_unreach(u8(129) + bytes(17), IPV6)), DISABLED, DUAL),
]
