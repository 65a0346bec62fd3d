/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_FRAGMENT_BPF_H
#define HEADGATE_FRAGMENT_BPF_H

/*
 * Fragments. Only the first fragment of a packet has its ports. Where the ports
 * choose the bucket, or the record of a flow, the first fragment records its
 * next hop for the others. docs/packet-path.md, 5.
 */

#include "affinity.bpf.h"
#include "count.bpf.h"
#include "maps.bpf.h"
#include "nexthop.bpf.h"
#include "packet.bpf.h"

#include <linux/in.h>
#include <linux/in6.h>

/* A fragment of a packet for a VIP */
struct fragmented {
	struct flow flow;
	struct fragment fragment;
	struct target target; /* only its VIP is known at first */
	__u32 frame_size;
};

/*
 * Return the signature of the packet that the fragment belongs to. It is keyed,
 * so that packets with equal ones cannot be made.
 */
static __always_inline __u64 sign_packet(const struct fragmented *fragmented)
{
	const struct flow *flow = &fragmented->flow;
	__u64 hash = flow_hash(flow, HG_HASH_SRC_DST, config.hash_key);
	__u64 protocol = flow->ipv6 ? IPPROTO_FRAGMENT :
				      fragmented->fragment.protocol;

	return flow_mix(hash ^ (fragmented->fragment.id | protocol << 32));
}

/* Return the set of the signature; NULL: it is empty. */
static __always_inline struct hg_fragment_set *find_set(__u64 signature)
{
	const struct hg_fragment_key key = {
		.set = signature & (HG_FRAGMENT_SETS - 1),
	};

	return bpf_map_lookup_elem(&fragments, &key);
}

static __always_inline struct hg_fragment_set *make_set(__u64 signature)
{
	static const __u64 empty[sizeof(struct hg_fragment_set) / 8] = {};
	const struct hg_fragment_key key = {
		.set = signature & (HG_FRAGMENT_SETS - 1),
	};
	struct hg_fragment_set *set = bpf_map_lookup_elem(&fragments, &key);

	if (set)
		return set;
	/* Another CPU may be faster. */
	bpf_map_update_elem(&fragments, &key, &empty, BPF_NOEXIST);
	return bpf_map_lookup_elem(&fragments, &key);
}

/* The next hop of a first fragment as one number, for a global function. */
union first_nexthop {
	__u64 word;
	struct {
		__u32 slot; /* HG_NEXTHOP_NONE: the fragment is not known */
		__u32 incarnation;
	};
};

_Static_assert(offsetof(struct hg_fragment, slot) == 0 &&
		       offsetof(struct hg_fragment, incarnation) == 4,
	       "one load of struct hg_fragment");

/*
 * Return union first_nexthop. This takes no lock: a packet that another CPU
 * replaces meanwhile no longer has the signature after its next hop is read.
 */
__noinline __u64 find_first_fragment(__u64 signature)
{
	const struct hg_fragment_set *set = find_set(signature);

	if (!set)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < HG_FRAGMENT_WAYS; i++) {
		const volatile struct hg_fragment *packet = &set->packets[i];
		__u64 word;

		if (packet->signature != signature)
			continue;
		word = *(const volatile __u64 *)packet;
		if (packet->signature == signature)
			return word;
	}
	return 0;
}

/*
 * The code that runs under the lock has no branches: the verifier would follow
 * each combination of them.
 */

/* Return 1 if the numbers are equal, else 0; they are below 2^63. */
static __always_inline __u64 is_same(__u64 a, __u64 b)
{
	return ((a ^ b) - 1) >> 63;
}

/* Return 1 if the place has the packet of the signature, else 0. */
static __always_inline __u64 has_signature(const struct hg_fragment *packet,
					   __u64 signature)
{
	__u64 difference = packet->signature ^ signature;

	return is_same(difference >> 1 | (difference & 1), 0) &
	       !is_same(packet->slot, HG_NEXTHOP_NONE);
}

/* Bits of a rank, above those of an age. */
enum fragment_rank_shifts {
	RANK_COUNT_SHIFT = 32,
	RANK_EMPTY_SHIFT = 40,
	RANK_SAME_SHIFT = 41,
};

/*
 * Rank a place for the new packet: where the same packet is, then empty ones,
 * then the oldest packet of the VIP that would have the most, of several such
 * VIPs that of the new packet. So it makes room itself unless others have more.
 */
static __always_inline __u64 rank_place(const struct hg_fragment_set *set,
					const struct hg_fragment *place,
					__u64 signature, __u32 counter)
{
	__u64 own = is_same(place->counter, counter), count = own;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < HG_FRAGMENT_WAYS; i++)
		count += is_same(set->packets[i].counter, place->counter);
	return has_signature(place, signature) << RANK_SAME_SHIFT |
	       is_same(place->slot, HG_NEXTHOP_NONE) << RANK_EMPTY_SHIFT |
	       (2 * count + own) << RANK_COUNT_SHIFT |
	       (__u32)(set->inserts - place->insert);
}

/* Return the index of the place with the highest rank. */
static __always_inline __u32 choose_place(const struct hg_fragment_set *set,
					  __u64 signature, __u32 counter)
{
	__u64 best = 0;
	__u64 chosen = 0;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < HG_FRAGMENT_WAYS; i++) {
		__u64 rank =
			rank_place(set, &set->packets[i], signature, counter);
		__u64 better = -((best - rank) >> 63);

		best = (rank & better) | (best & ~better);
		chosen = (i & better) | (chosen & ~better);
	}
	return bounded(chosen, HG_FRAGMENT_WAYS - 1);
}

/* Record the next hop of a first fragment. True if there is a place for it. */
__noinline int put_first_fragment(__u64 signature, __u32 slot,
				  __u32 incarnation, __u32 counter)
{
	const union first_nexthop first = { .slot = slot,
					    .incarnation = incarnation };
	struct hg_fragment_set *set = make_set(signature);
	volatile struct hg_fragment *packet;

	if (!set)
		return false;
	bpf_spin_lock(&set->lock);
	packet = &set->packets[choose_place(set, signature, counter)];
	/* Readers without the lock see no signature with another's next hop. */
	*(volatile __u64 *)packet = 0;
	packet->signature = signature;
	packet->counter = counter;
	packet->insert = set->inserts++;
	*(volatile __u64 *)packet = first.word;
	bpf_spin_unlock(&set->lock);
	return true;
}

/*
 * Take the next hop of the first fragment. False if that fragment is unknown,
 * or its next hop is dead or another incarnation.
 */
static __always_inline bool follow_first(struct fragmented *fragmented)
{
	struct target *target = &fragmented->target;
	const union first_nexthop first = {
		.word = find_first_fragment(sign_packet(fragmented)),
	};

	if (first.slot == HG_NEXTHOP_NONE || !take_nexthop(target, first.slot))
		return false;
	if (target->nexthop->incarnation != first.incarnation) {
		target->nexthop = NULL;
		target->choice->slot = HG_NEXTHOP_NONE;
		return false;
	}
	note_event(target, HG_EVENT_FRAGMENT_FOLLOWED, fragmented->frame_size);
	note_rule(target, HG_RULE_FRAGMENT);
	return true;
}

static __always_inline void remember_first(const struct fragmented *fragmented)
{
	const struct target *target = &fragmented->target;

	if (target->explain)
		return;
	if (put_first_fragment(sign_packet(fragmented), target->choice->slot,
			       target->nexthop->incarnation,
			       target->vip.counter))
		count_event(HG_EVENT_FRAGMENT_FIRST, fragmented->frame_size);
}

/* Hash a fragment without its ports, by what all fragments have in common. */
static __always_inline void hash_fragment(struct fragmented *fragmented,
					  __u32 fields)
{
	fragmented->flow.protocol = fragmented->fragment.protocol;
	fragmented->target.hash = hash_flow(&fragmented->flow, fields);
}

/* True if ports, which later fragments lack, take part in the choice. */
static __always_inline bool needs_first(struct fragmented *fragmented)
{
	struct target *target = &fragmented->target;

	return target->vip.hash_fields == HG_HASH_5_TUPLE ||
	       is_tracked(target, find_bucket(target));
}

/* Route a first fragment and record its next hop. */
static __noinline __u32 route_first(struct fragmented *fragmented)
{
	struct target *target = &fragmented->target;
	__u64 signature =
		flow_hash(&fragmented->flow, HG_HASH_5_TUPLE, config.hash_key);
	__u32 outcome;

	if (target->vip.hash_fields == HG_HASH_5_TUPLE)
		target->hash = signature;
	else
		hash_fragment(fragmented, target->vip.hash_fields);
	outcome = take_bucket_aside(target, signature, fragmented->frame_size);
	if (outcome == HG_UNDECIDED && needs_first(fragmented))
		remember_first(fragmented);
	return outcome;
}

/*
 * Route a later fragment. Without a first fragment, addresses choose the bucket
 * instead of ports.
 */
static __noinline __u32 route_later(struct fragmented *fragmented)
{
	struct target *target = &fragmented->target;
	__u32 fields = target->vip.hash_fields;
	__u64 signature;

	if (fields == HG_HASH_5_TUPLE)
		fields = HG_HASH_SRC_DST;
	hash_fragment(fragmented, fields);
	if (needs_first(fragmented)) {
		if (follow_first(fragmented))
			return HG_UNDECIDED;
		note_event(target, HG_EVENT_FRAGMENT_MISSED,
			   fragmented->frame_size);
	}
	signature =
		flow_hash(&fragmented->flow, HG_HASH_5_TUPLE, config.hash_key);
	return take_bucket_aside(target, signature, fragmented->frame_size);
}

static __always_inline __u32 route_fragment(const struct packet *packet,
					    struct target *target)
{
	struct fragmented fragmented = {
		.flow = packet->flow,
		.fragment = packet->fragment,
		.target = *target,
		.frame_size = packet->frame_size,
	};
	__u32 outcome = packet->fragment.place == FRAGMENT_FIRST ?
				route_first(&fragmented) :
				route_later(&fragmented);

	target->nexthop = fragmented.target.nexthop;
	target->hash = fragmented.target.hash;
	return outcome;
}

#endif
