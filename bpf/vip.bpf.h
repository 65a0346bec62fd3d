/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_VIP_BPF_H
#define HEADGATE_VIP_BPF_H

/*
 * Find the VIP of a packet. Single addresses come first: nearly always one
 * place of the table decides, also for packets that are not for a VIP. Prefixes
 * cost nothing while there are none. docs/packet-path.md, 2.
 */

#include "maps.bpf.h"
#include "packet.bpf.h"
#include "vip_hash.h"

#include <linux/ip.h>
#include <linux/ipv6.h>

/* A VIP as a number, for functions that are not inlined; 0: no VIP */
union vip_word {
	__u32 word;
	struct hg_vip vip;
};

/* An entry of `vip4`, read by one load */
union vip4_word {
	__u64 word;
	struct hg_vip4_entry entry;
};

/* An IPv6 address as the table compares it */
struct ipv6_words {
	__u64 high;
	__u64 low;
};

static __always_inline struct hg_vip4_entry
read_vip4(const struct hg_vip4_entry *place)
{
	union vip4_word value = { .word = *(const volatile __u64 *)place };

	return value.entry;
}

static __always_inline bool is_vip4(const struct hg_vip4_entry *entry,
				    __u32 address)
{
	return entry->address == address && entry->vip.used;
}

static __always_inline struct hg_vip
read_vip6(const struct hg_vip6_entry *place)
{
	union vip_word vip = { .word = *(const volatile __u32 *)&place->vip };

	return vip.vip;
}

static __always_inline bool is_vip6(const struct hg_vip6_entry *place,
				    struct hg_vip vip,
				    const struct ipv6_words *address)
{
	const volatile struct ipv6_words *words = (const volatile void *)place;

	return words->low == address->low && words->high == address->high &&
	       vip.used;
}

/* Find a VIP that is not in its home place. Returns 0 without one. */
static __noinline __u32 find_vip4_further(__u32 address)
{
	__u32 index = vip4_home(&config.vip_secret, address);

#pragma clang loop unroll(disable)
	for (__u32 probe = 1; probe < HG_VIP_PROBES; probe++) {
		const struct hg_vip4_entry *place;
		union vip_word found;
		struct hg_vip4_entry entry;

		index = vip_next(index, probe);
		place = bpf_map_lookup_elem(&vip4, &index);
		if (!place)
			return 0;
		entry = read_vip4(place);
		found.vip = entry.vip;
		if (is_vip4(&entry, address))
			return found.word;
		if (!found.vip.further)
			return 0;
	}
	return 0;
}

static __noinline __u32 find_vip6_further(__u64 high, __u64 low)
{
	const struct ipv6_words address = { high, low };
	__u32 index = vip6_home(&config.vip_secret, high, low);

#pragma clang loop unroll(disable)
	for (__u32 probe = 1; probe < HG_VIP_PROBES; probe++) {
		const struct hg_vip6_entry *place;
		union vip_word found;

		index = vip_next(index, probe);
		place = bpf_map_lookup_elem(&vip6, &index);
		if (!place)
			return 0;
		found.vip = read_vip6(place);
		if (is_vip6(place, found.vip, &address))
			return found.word;
		if (!found.vip.further)
			return 0;
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

static __always_inline __u32 take_vip(__u32 word, struct target *target)
{
	union vip_word vip = { .word = word };

	target->vip = vip.vip;
	return word ? HG_UNDECIDED : HG_PASSED_NOT_VIP;
}

static __always_inline __u32 find_vip4(struct packet *packet,
				       struct target *target)
{
	const struct iphdr *ip = packet->network;
	const struct hg_vip4_entry *place;
	struct hg_vip4_entry entry;
	__u32 address, index, vip = 0;

	if ((void *)(ip + 1) > packet->end)
		return HG_PASSED_TRUNCATED;
	address = ip->daddr;
	packet->flow.source[0] = ip->saddr;
	packet->flow.destination[0] = address;
	packet->flow.protocol = ip->protocol;
	index = vip4_home(&config.vip_secret, address);
	place = bpf_map_lookup_elem(&vip4, &index);
	if (!place)
		return HG_PASSED_NOT_VIP;
	entry = read_vip4(place);
	target->vip = entry.vip;
	if (likely(is_vip4(&entry, address)))
		return HG_UNDECIDED;
	if (unlikely(entry.vip.further))
		vip = find_vip4_further(address);
	if (unlikely(!vip && control.lpm4))
		vip = find_prefix4(address);
	return take_vip(vip, target);
}

static __always_inline __u32 find_vip6(struct packet *packet,
				       struct target *target)
{
	const struct ipv6hdr *ip = packet->network;
	const struct hg_vip6_entry *place;
	struct ipv6_words address;
	__u32 index, vip = 0;

	if ((void *)(ip + 1) > packet->end)
		return HG_PASSED_TRUNCATED;
	packet->flow.ipv6 = true;
	copy_ipv6(packet->flow.source, &ip->saddr);
	copy_ipv6(packet->flow.destination, &ip->daddr);
	packet->flow.protocol = ip->nexthdr;
	address = *(const struct ipv6_words *)&ip->daddr;
	index = vip6_home(&config.vip_secret, address.high, address.low);
	place = bpf_map_lookup_elem(&vip6, &index);
	if (!place)
		return HG_PASSED_NOT_VIP;
	target->vip = read_vip6(place);
	if (likely(is_vip6(place, target->vip, &address)))
		return HG_UNDECIDED;
	if (unlikely(target->vip.further))
		vip = find_vip6_further(address.high, address.low);
	if (unlikely(!vip && control.lpm6))
		vip = find_prefix6((const __u32 *)&ip->daddr);
	return take_vip(vip, target);
}

#endif
