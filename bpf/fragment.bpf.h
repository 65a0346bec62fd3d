/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_FRAGMENT_BPF_H
#define HEADGATE_FRAGMENT_BPF_H

/*
 * Fragments. Only the first fragment of a packet has its ports. Where the ports
 * choose the bucket, the first fragment records its next hop for the others.
 * docs/packet-path.md, 5.
 */

#include "count.bpf.h"
#include "maps.bpf.h"
#include "nexthop.bpf.h"
#include "packet.bpf.h"

#include <linux/in.h>
#include <linux/in6.h>

/* A fragment of a packet for a VIP whose hash takes ports. */
struct fragmented {
	struct flow flow;
	struct fragment fragment;
	struct target target; /* only its VIP is known at first */
	__u32 frame_size;
};

static __always_inline void fragment_key(const struct fragmented *fragmented,
					 struct hg_fragment_key *key)
{
	const struct flow *flow = &fragmented->flow;

	flow_address(&key->source, flow->ipv6, flow->source);
	flow_address(&key->destination, flow->ipv6, flow->destination);
	key->id = fragmented->fragment.id;
	key->protocol = flow->ipv6 ? IPPROTO_FRAGMENT :
				     fragmented->fragment.protocol;
}

/*
 * Take the next hop of the first fragment. False if that fragment is unknown,
 * or its next hop is dead or another incarnation.
 */
static __always_inline bool follow_first(struct fragmented *fragmented)
{
	struct target *target = &fragmented->target;
	struct hg_fragment_key key = {};
	const struct hg_fragment *first;

	fragment_key(fragmented, &key);
	first = bpf_map_lookup_elem(&fragments, &key);
	if (!first || !take_nexthop(target, first->slot))
		return false;
	if (target->nexthop->incarnation != first->incarnation) {
		target->nexthop = NULL;
		target->choice->slot = HG_NEXTHOP_NONE;
		return false;
	}
	count_event(HG_EVENT_FRAGMENT_FOLLOWED, fragmented->frame_size);
	return true;
}

static __always_inline void remember_first(const struct fragmented *fragmented)
{
	const struct target *target = &fragmented->target;
	struct hg_fragment_key key = {};
	const struct hg_fragment value = {
		.slot = target->choice->slot,
		.incarnation = target->nexthop->incarnation,
	};

	fragment_key(fragmented, &key);
	if (!bpf_map_update_elem(&fragments, &key, &value, BPF_ANY))
		count_event(HG_EVENT_FRAGMENT_FIRST, fragmented->frame_size);
}

/* Route a first fragment by its 5-tuple and record its next hop. */
static __noinline __u32 route_first(struct fragmented *fragmented)
{
	struct target *target = &fragmented->target;
	__u32 outcome;

	target->hash =
		flow_hash(&fragmented->flow, HG_HASH_5_TUPLE, config.hash_key);
	outcome = take_bucket(target, fragmented->frame_size);
	if (outcome == HG_UNDECIDED)
		remember_first(fragmented);
	return outcome;
}

/*
 * Route a later fragment. Without a first fragment its addresses choose the
 * bucket.
 */
static __noinline __u32 route_later(struct fragmented *fragmented)
{
	struct target *target = &fragmented->target;

	if (follow_first(fragmented))
		return HG_UNDECIDED;
	count_event(HG_EVENT_FRAGMENT_MISSED, fragmented->frame_size);
	target->hash =
		flow_hash(&fragmented->flow, HG_HASH_SRC_DST, config.hash_key);
	return take_bucket(target, fragmented->frame_size);
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
	return outcome;
}

#endif
