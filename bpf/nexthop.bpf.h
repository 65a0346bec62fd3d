/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_NEXTHOP_BPF_H
#define HEADGATE_NEXTHOP_BPF_H

/* The next hop of a flow in its bucket. docs/packet-path.md, 7. */

#include "count.bpf.h"
#include "maps.bpf.h"
#include "packet.bpf.h"

/*
 * Hash a flow by the VIP's fields. The branch for the 5-tuple, nearly always
 * taken, lets a CPU that predicts it compute the hash while it waits for the
 * VIP.
 */
static __always_inline __u64 hash_flow(const struct flow *flow, __u32 fields)
{
	if (likely(fields == HG_HASH_5_TUPLE))
		return flow_hash(flow, HG_HASH_5_TUPLE, config.hash_key);
	if (unlikely(fields == HG_HASH_PACKET))
		return bpf_get_prandom_u32();
	return flow_hash(flow, fields, config.hash_key);
}

/* A bucket as it is read, by one load */
union bucket_word {
	__u32 word;
	struct hg_bucket bucket;
};

/* Return the flow's bucket; zeroes if the index is outside the table. */
static __always_inline struct hg_bucket find_bucket(struct target *target)
{
	union bucket_word value = {};
	__u32 index = target->vip.group * config.table_size +
		      ((__u32)target->hash & (config.table_size - 1));
	__u32 pair = index / HG_BUCKETS_PER_PAIR;
	const volatile __u32 *words = bpf_map_lookup_elem(&buckets, &pair);

	if (words)
		value.word = words[index % HG_BUCKETS_PER_PAIR];
	target->choice->bucket = index;
	return value.bucket;
}

/* Set the target's next hop to the one in `slot`; false if that is not alive. */
static __always_inline bool take_nexthop(struct target *target, __u32 slot)
{
	const struct hg_nexthop *nexthop;

	nexthop = bpf_map_lookup_elem(&nexthops, &slot);
	if (!nexthop || !nexthop->alive)
		return false;
	target->nexthop = nexthop;
	target->choice->slot = slot;
	return true;
}

/* Count an event of the packet, unless it is only explained. */
static __always_inline void note_event(const struct target *target,
				       enum hg_event event, __u32 frame_size)
{
	if (!target->explain)
		count_event(event, frame_size);
}

static __always_inline void note_rule(const struct target *target,
				      enum hg_rule rule)
{
	if (target->explain)
		explanation.rule = rule;
}

/* Choose `slot`, nearly always `current`, or the backup if that is dead. */
static __always_inline __u32 take_slot(struct target *target, __u32 slot,
				       struct hg_bucket bucket,
				       __u32 frame_size)
{
	if (likely(take_nexthop(target, slot)))
		return HG_UNDECIDED;
	if (!take_nexthop(target, bucket.backup))
		return HG_PASSED_NO_NEXTHOP;
	note_event(target, HG_EVENT_BACKUP, frame_size);
	note_rule(target, HG_RULE_BACKUP);
	return HG_UNDECIDED;
}

#endif
