/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_VIP_BPF_H
#define HEADGATE_VIP_BPF_H

/*
 * Is a packet for a VIP? Single addresses first: nearly always one line of the
 * table tells, of those that are for nobody here, too. Prefixes cost nothing
 * while there are none.
 */

#include "maps.bpf.h"
#include "packet.bpf.h"
#include "vip_hash.h"

#include <linux/ip.h>
#include <linux/ipv6.h>

/* A VIP as a number, as it is handed about: 0 is none. */
union vip_word {
	__u32 word;
	struct hg_vip vip;
};

/* An IPv6 address as the table compares it. */
struct ipv6_words {
	__u64 high;
	__u64 low;
};

static __always_inline __u32 vip4_in(const struct hg_vip4_line *line,
				     __u32 address)
{
	const volatile __u64 *words = (const volatile __u64 *)line->entries;

#pragma unroll
	for (int i = 0; i < HG_VIP4_LINE_ENTRIES; i++) {
		union {
			__u64 word;
			struct hg_vip4_entry entry;
		} value = { .word = words[i] };

		if (value.entry.address == address) {
			union vip_word vip = { .vip = value.entry.vip };

			return vip.word;
		}
	}
	return 0;
}

static __always_inline __u32 vip6_in(const struct hg_vip6_line *line,
				     const struct ipv6_words *address)
{
	const volatile struct hg_vip6_words {
		__u64 high, low;
		__u32 vip, reserved;
	} *entries = (const volatile void *)line->entries;

#pragma unroll
	for (int i = 0; i < HG_VIP6_LINE_ENTRIES; i++)
		if (entries[i].low == address->low &&
		    entries[i].high == address->high)
			return entries[i].vip;
	return 0;
}

/* The lines behind `home`, which is full or was. */
static __noinline __u32 vip4_beyond(__u32 address, __u32 home)
{
	for (__u32 i = 1; i < HG_VIP_PROBES; i++) {
		__u32 index = (home + i) & (HG_VIP4_LINES - 1);
		const struct hg_vip4_line *line;
		__u32 vip;

		line = bpf_map_lookup_elem(&vip4, &index);
		if (!line)
			return 0;
		vip = vip4_in(line, address);
		if (vip || !line->overflowed)
			return vip;
	}
	return 0;
}

static __noinline __u32 vip6_beyond(__u64 high, __u64 low, __u32 home)
{
	const struct ipv6_words address = { high, low };

	for (__u32 i = 1; i < HG_VIP_PROBES; i++) {
		__u32 index = (home + i) & (HG_VIP6_LINES - 1);
		const struct hg_vip6_line *line;
		__u32 vip;

		line = bpf_map_lookup_elem(&vip6, &index);
		if (!line)
			return 0;
		vip = vip6_in(line, &address);
		if (vip || !line->overflowed)
			return vip;
	}
	return 0;
}

static __always_inline __u32 vip_word(const struct hg_vip *vip)
{
	return vip ? *(const __u32 *)vip : 0;
}

static __noinline __u32 find_prefix4(__u32 address)
{
	const struct hg_prefix4 key = { .length = 32, .address = address };

	return vip_word(bpf_map_lookup_elem(&vip4_lpm, &key));
}

static __noinline __u32 find_prefix6(const __u32 address[4])
{
	struct hg_prefix6 key = { .length = 128 };

	flow_address(&key.address, true, address);
	return vip_word(bpf_map_lookup_elem(&vip6_lpm, &key));
}

static __always_inline __u32 take_vip(__u32 word, struct route *route)
{
	union vip_word vip = { .word = word };

	route->vip = vip.vip;
	return word ? HG_UNDECIDED : HG_PASSED_NOT_VIP;
}

static __always_inline __u32 find_vip4(struct packet *packet,
				       struct route *route)
{
	const struct iphdr *ip = packet->network;
	const struct hg_vip4_line *line;
	__u32 address, home, index, vip;

	if ((void *)(ip + 1) > packet->end)
		return HG_PASSED_TRUNCATED;
	address = ip->daddr;
	packet->flow.source[0] = ip->saddr;
	packet->flow.destination[0] = address;
	packet->flow.protocol = ip->protocol;
	home = index = vip4_line(address);
	line = bpf_map_lookup_elem(&vip4, &index);
	if (!line)
		return HG_PASSED_NOT_VIP;
	vip = vip4_in(line, address);
	if (unlikely(!vip && line->overflowed))
		vip = vip4_beyond(address, home);
	if (unlikely(!vip && control.lpm4))
		vip = find_prefix4(address);
	return take_vip(vip, route);
}

static __always_inline __u32 find_vip6(struct packet *packet,
				       struct route *route)
{
	const struct ipv6hdr *ip = packet->network;
	const struct hg_vip6_line *line;
	struct ipv6_words address;
	__u32 home, index, vip;

	if ((void *)(ip + 1) > packet->end)
		return HG_PASSED_TRUNCATED;
	packet->flow.ipv6 = true;
	copy_ipv6(packet->flow.source, &ip->saddr);
	copy_ipv6(packet->flow.destination, &ip->daddr);
	packet->flow.protocol = ip->nexthdr;
	address = *(const struct ipv6_words *)&ip->daddr;
	home = index = vip6_line(address.high, address.low);
	line = bpf_map_lookup_elem(&vip6, &index);
	if (!line)
		return HG_PASSED_NOT_VIP;
	vip = vip6_in(line, &address);
	if (unlikely(!vip && line->overflowed))
		vip = vip6_beyond(address.high, address.low, home);
	if (unlikely(!vip && control.lpm6))
		vip = find_prefix6((const __u32 *)&ip->daddr);
	return take_vip(vip, route);
}

#endif
