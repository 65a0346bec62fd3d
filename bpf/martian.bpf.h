/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_MARTIAN_BPF_H
#define HEADGATE_MARTIAN_BPF_H

/*
 * Packets for a VIP whose source address sends nothing to a router.
 * docs/packet-path.md, 2. Addresses that nearly all packets come from pass after
 * two or three comparisons.
 */

#include "maps.bpf.h"
#include "packet.bpf.h"

enum martian {
	IPV4_LOOPBACK = 127, /* first bytes of addresses: RFC 1122 3.2.1.3 */
	IPV4_MULTICAST = 224,
	IPV4_CLASS_E = 240,
	IPV6_MULTICAST = 0xff, /* RFC 4291 2.7 */
	IPV6_LINK_LOCAL = 0xfe80,
	IPV6_LINK_LOCAL_MASK = 0xffc0,
	IPV6_MAPPED = 0xffff, /* RFC 4291 2.5.5.2: on no wire */
};

static __always_inline __u8 first_byte(__u32 address)
{
	return *(const __u8 *)&address;
}

/*
 * RFC 1812 5.3.7, RFC 1122 3.2.1.3. Like the kernel, take addresses of class E,
 * except the broadcast address.
 */
static __always_inline bool is_martian4(const struct flow *flow)
{
	__u32 source = flow->source[0];
	__u8 first = first_byte(source);

	if (unlikely(source == flow->destination[0]))
		return true;
	if (likely((__u8)(first - 1) < IPV4_MULTICAST - 1))
		return first == IPV4_LOOPBACK;
	return first < IPV4_CLASS_E || !~source;
}

/* RFC 4291 2.5.2, 2.5.3, 2.5.5.2, 2.5.6 and 2.7 */
static __always_inline bool is_special6(const __u32 source[4])
{
	__u32 start = bpf_ntohl(source[0]) >> 16;

	if (start)
		return start >> 8 == IPV6_MULTICAST ||
		       (start & IPV6_LINK_LOCAL_MASK) == IPV6_LINK_LOCAL;
	if (source[0] | source[1])
		return false;
	return source[2] ? source[2] == bpf_htonl(IPV6_MAPPED) :
			   bpf_ntohl(source[3]) <= 1; /* :: and ::1 */
}

static __always_inline bool is_martian6(const struct flow *flow)
{
	__u8 first = first_byte(flow->source[0]);

	if (unlikely(flow->source[3] == flow->destination[3] &&
		     flow->source[2] == flow->destination[2] &&
		     flow->source[1] == flow->destination[1] &&
		     flow->source[0] == flow->destination[0]))
		return true;
	if (likely((__u8)(first - 1) < (IPV6_LINK_LOCAL >> 8) - 1))
		return false;
	return is_special6(flow->source);
}

static __always_inline __u32 judge_martian(bool martian)
{
	return unlikely(martian) && !control.accept_martians ?
		       HG_DROPPED_MARTIAN :
		       HG_UNDECIDED;
}

#endif
