/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_AFFINITY_BPF_H
#define HEADGATE_AFFINITY_BPF_H

/*
 * Affinity: flows stay where they are while their bucket moves to another next
 * hop. A packet of a bucket that is not tracked never gets here.
 * docs/packet-path.md, 8.
 *
 * The functions that are not inlined take numbers: the verifier checks each of
 * them once, and the inlined steps need not keep a whole packet for what is
 * rare. flow_kind.bpf.h reads it from the frame again.
 */

#include "count.bpf.h"
#include "flow_hash.h"
#include "flow_kind.bpf.h"
#include "maps.bpf.h"
#include "nexthop.bpf.h"
#include "packet.bpf.h"

#include <stdbool.h>

#include <bpf/bpf_helpers.h>

enum affinity_times {
	/* A new flow's first packet may be repeated so soon. */
	FLOW_YOUNG_MS = 3000,
	/* Records in `flows_new` may be so far ahead of their rate. */
	FLOW_BURST_NS = 100000000,
	NS_PER_MS = 1000000,
	NS_PER_SECOND = 1000000000,
};

/* A packet of a tracked bucket that asks for its next hop */
struct seeker {
	struct hg_flow_key key;
	__u32 frame_size;
	__u32 index; /* of the bucket, in all groups */
	struct hg_bucket bucket;
	__u16 counter; /* hg_vip.counter */
	__u8 kind;     /* enum flow_kind */
	bool explain;
	bool overwrites; /* a record that does not count any more */
	__u8 rule;	 /* by which it got its next hop: enum hg_rule */
	__u8 map;	 /* of the record that was followed: enum hg_flow_map */
};

/* Arguments of steer_flow(), packed into numbers */
union seeker_place {
	__u64 word;
	struct {
		union bucket_word bucket;
		__u32 index;
	};
};

union seeker_about {
	__u64 word;
	struct {
		__u32 frame_size;
		__u16 counter;
		__u8 kind;
		__u8 explain;
	};
};

static __always_inline __u64 flow_time_ns(void)
{
	return config.virtual_clock ? control.time_ms * NS_PER_MS :
				      bpf_ktime_get_ns();
}

static __always_inline __u32 flow_time_ms(void)
{
	return flow_time_ns() / NS_PER_MS;
}

static __always_inline void count_flow(const struct seeker *seeker,
				       enum hg_event event)
{
	if (!seeker->explain)
		count_event(event, seeker->frame_size);
}

static __always_inline const struct hg_nexthop *alive_nexthop(__u32 slot)
{
	const struct hg_nexthop *nexthop =
		bpf_map_lookup_elem(&nexthops, &slot);

	return nexthop && nexthop->alive ? nexthop : NULL;
}

/* True if a record counts: its next hop lives, and has done so all the time. */
static __always_inline bool is_valid(const struct hg_flow *flow)
{
	const struct hg_nexthop *nexthop;

	if (!flow)
		return false;
	nexthop = alive_nexthop(flow->slot);
	return nexthop && nexthop->incarnation == flow->incarnation;
}

static __always_inline bool is_young(const struct hg_flow *flow)
{
	return flow_time_ms() - flow->time_ms < FLOW_YOUNG_MS;
}

static __always_inline void *flow_map(enum hg_flow_map map)
{
	switch (map) {
	case HG_FLOWS_NEW:
		return &flows_new;
	case HG_FLOWS_PROBATION:
		return &flows_probation;
	default:
		return &flows_pinned;
	}
}

static __always_inline void add_record(const struct seeker *seeker,
				       enum hg_flow_map map,
				       const struct hg_flow *flow)
{
	if (!bpf_map_update_elem(flow_map(map), &seeker->key, flow, BPF_ANY) &&
	    !seeker->overwrites)
		count_record(map, true);
}

static __always_inline void remove_record(const struct seeker *seeker,
					  enum hg_flow_map map)
{
	if (!bpf_map_delete_elem(flow_map(map), &seeker->key))
		count_record(map, false);
}

static __always_inline void record_flow(const struct seeker *seeker,
					enum hg_flow_map map, __u32 slot,
					const struct hg_nexthop *nexthop)
{
	const struct hg_flow flow = {
		.slot = slot,
		.incarnation = nexthop->incarnation,
		.time_ms = flow_time_ms(),
		.bucket = seeker->index & (config.table_size - 1),
		.counter = seeker->counter,
		.ending = seeker->kind == FLOW_ENDS,
	};

	if (!seeker->explain)
		add_record(seeker, map, &flow);
}

static __always_inline __u32 follow(struct seeker *seeker, __u32 slot,
				    enum hg_flow_map map)
{
	count_flow(seeker, HG_EVENT_FLOW_FOLLOWED);
	seeker->rule = HG_RULE_FOLLOWED;
	seeker->map = map;
	return slot;
}

/* Return the slot that the bucket moves from; HG_NEXTHOP_NONE: it is dead. */
static __always_inline __u32 alive_previous(const struct seeker *seeker)
{
	__u32 index = seeker->index / HG_PREVIOUS_PER_QUAD;
	const struct hg_previous_quad *quad =
		bpf_map_lookup_elem(&previous, &index);
	const volatile struct hg_previous *entry;
	__u32 slot;

	if (!seeker->bucket.moving || !quad)
		return HG_NEXTHOP_NONE;
	entry = &quad->previous[seeker->index % HG_PREVIOUS_PER_QUAD];
	slot = entry->slot;
	return alive_nexthop(slot) ? slot : HG_NEXTHOP_NONE;
}

/*
 * True if this CPU may make another record in `flows_new`. The budget has the
 * time up to which its rate is used up.
 */
static __always_inline bool take_token(const struct seeker *seeker)
{
	struct hg_flow_budget *budget;
	__u64 now = flow_time_ns(), used;
	__u32 only = 0;

	budget = bpf_map_lookup_elem(&flow_budgets, &only);
	if (!budget)
		return true;
	used = budget->used_until_ns;
	if (used > now + FLOW_BURST_NS)
		return false;
	if (!seeker->explain)
		budget->used_until_ns = (used > now ? used : now) +
					NS_PER_SECOND / config.flows_new_rate;
	return true;
}

static __always_inline bool is_draining(__u32 slot)
{
	const struct hg_nexthop *nexthop = alive_nexthop(slot);

	return nexthop && nexthop->draining;
}

/*
 * Send a new flow to `current`, or to its backup, and record it. A flow that
 * may not be recorded does not move, because its next packets would be unknown.
 * Those of a next hop that drains must move: they are recorded without regard
 * to the rate.
 */
static __always_inline __u32 move_new(struct seeker *seeker)
{
	__u32 from = alive_previous(seeker), slot = seeker->bucket.current;
	const struct hg_nexthop *nexthop;

	if (!is_draining(from) && !take_token(seeker)) {
		count_flow(seeker, HG_EVENT_FLOW_UNRECORDED);
		seeker->rule = HG_RULE_UNRECORDED;
		return from ? from : slot;
	}
	nexthop = alive_nexthop(slot);
	if (!nexthop) {
		slot = seeker->bucket.backup;
		nexthop = alive_nexthop(slot);
	}
	if (!nexthop)
		return seeker->bucket.current;
	if (slot != seeker->bucket.current)
		count_flow(seeker, HG_EVENT_BACKUP);
	record_flow(seeker, HG_FLOWS_NEW, slot, nexthop);
	count_flow(seeker, HG_EVENT_FLOW_RECORDED);
	seeker->rule = HG_RULE_NEW;
	return slot;
}

/*
 * Forget an earlier flow with the same ports. Its record would draw the next
 * packets of this one away.
 */
static __always_inline void forget_earlier(const struct seeker *seeker)
{
	if (seeker->explain)
		return;
	remove_record(seeker, HG_FLOWS_PINNED);
	remove_record(seeker, HG_FLOWS_PROBATION);
	if (!seeker->bucket.moving)
		remove_record(seeker, HG_FLOWS_NEW);
}

/* Steer the first packet of a flow, which may be a retransmission. */
static __always_inline __u32 steer_new(struct seeker *seeker)
{
	const struct hg_flow *flow;

	flow = bpf_map_lookup_elem(&flows_new, &seeker->key);
	if (is_valid(flow) && is_young(flow))
		return follow(seeker, flow->slot, HG_FLOWS_NEW);
	seeker->overwrites = flow;
	flow = bpf_map_lookup_elem(&flows_pinned, &seeker->key);
	if (is_valid(flow) && is_young(flow))
		return follow(seeker, flow->slot, HG_FLOWS_PINNED);
	forget_earlier(seeker);
	return seeker->bucket.moving ? move_new(seeker) :
				       seeker->bucket.current;
}

/*
 * Keep the time of the last packet of a flow that ends: the agent deletes the
 * record when the flow is silent.
 */
static __always_inline void note_end(const struct seeker *seeker,
				     struct hg_flow *flow)
{
	if (seeker->explain || (seeker->kind != FLOW_ENDS && !flow->ending))
		return;
	if (!flow->ending)
		count_flow(seeker, HG_EVENT_FLOW_ENDED);
	flow->ending = true;
	flow->time_ms = flow_time_ms();
}

/* Move the record to `flows_pinned`: the flow has sent a second packet. */
static __always_inline void pin_flow(const struct seeker *seeker,
				     enum hg_flow_map from,
				     const struct hg_flow *flow)
{
	struct hg_flow pinned = *flow;

	pinned.time_ms = flow_time_ms();
	note_end(seeker, &pinned);
	add_record(seeker, HG_FLOWS_PINNED, &pinned);
	remove_record(seeker, from);
	count_flow(seeker, HG_EVENT_FLOW_PINNED);
}

static __always_inline bool may_change(const struct seeker *seeker)
{
	return seeker->kind != FLOW_ASIDE && !seeker->explain;
}

/* Send a flow without a record where its bucket had them so far. */
static __always_inline __u32 steer_unknown(struct seeker *seeker)
{
	__u32 slot = alive_previous(seeker);
	const struct hg_nexthop *nexthop = alive_nexthop(slot);

	if (!slot || !nexthop)
		return seeker->bucket.current;
	seeker->rule = HG_RULE_PREVIOUS;
	if (may_change(seeker)) {
		record_flow(seeker, HG_FLOWS_PROBATION, slot, nexthop);
		count_flow(seeker, HG_EVENT_FLOW_UNKNOWN);
	}
	return slot;
}

static __always_inline __u32 steer_known(struct seeker *seeker)
{
	struct hg_flow *flow;
	__u32 slot;

	flow = bpf_map_lookup_elem(&flows_pinned, &seeker->key);
	if (is_valid(flow)) {
		if (may_change(seeker))
			note_end(seeker, flow);
		return follow(seeker, flow->slot, HG_FLOWS_PINNED);
	}
	seeker->overwrites = flow;
	flow = bpf_map_lookup_elem(&flows_new, &seeker->key);
	if (is_valid(flow)) {
		slot = flow->slot;
		if (may_change(seeker))
			pin_flow(seeker, HG_FLOWS_NEW, flow);
		return follow(seeker, slot, HG_FLOWS_NEW);
	}
	flow = bpf_map_lookup_elem(&flows_probation, &seeker->key);
	if (is_valid(flow)) {
		slot = flow->slot;
		if (may_change(seeker))
			pin_flow(seeker, HG_FLOWS_PROBATION, flow);
		return follow(seeker, slot, HG_FLOWS_PROBATION);
	}
	seeker->overwrites = flow;
	return steer_unknown(seeker);
}

static __always_inline void explain_flow(const struct seeker *seeker)
{
	explanation.signature = seeker->key.signature;
	explanation.previous = alive_previous(seeker);
	explanation.rule = seeker->rule;
	explanation.map = seeker->map;
}

/*
 * Return the slot for a packet of a tracked bucket. The arguments are the flow's
 * signature, union seeker_place and union seeker_about.
 */
__noinline __u32 steer_flow(__u64 signature, __u64 place, __u64 about)
{
	const union seeker_place where = { .word = place };
	const union seeker_about what = { .word = about };
	struct seeker seeker = {
		.key = { signature },
		.frame_size = what.frame_size,
		.index = where.index,
		.bucket = where.bucket.bucket,
		.counter = what.counter,
		.kind = what.kind,
		.explain = what.explain,
		.rule = HG_RULE_CURRENT,
		.map = HG_FLOW_MAP_COUNT,
	};
	__u32 slot = seeker.kind == FLOW_BEGINS ? steer_new(&seeker) :
						  steer_known(&seeker);

	if (seeker.explain)
		explain_flow(&seeker);
	return slot;
}

/* The last argument of steer_packet() */
union packet_about {
	__u64 word;
	struct {
		__u16 network; /* offset of the IP header in the frame */
		__u8 hash_fields;
		__u8 reserved;
		__u16 counter;
		__u8 explain;
		__u8 reserved2;
	};
};

/*
 * Return the slot for a whole packet of a tracked bucket. The arguments are the
 * hash by the VIP's fields, union seeker_place and union packet_about.
 */
__noinline __u32 steer_packet(struct xdp_md *ctx, __u64 hash, __u64 place,
			      __u64 about)
{
	const union packet_about packet = { .word = about };
	const union seeker_place where = { .word = place };
	union seeker_about flow = {
		.frame_size = ctx->data_end - ctx->data,
		.counter = packet.counter,
		.explain = packet.explain,
	};
	struct segment segment = {};

	if (!find_segment(ctx, packet.network, &segment))
		return where.bucket.bucket.current;
	flow.kind = segment_kind(ctx, &segment);
	if (unlikely(packet.hash_fields != HG_HASH_5_TUPLE))
		hash = sign_segment(ctx, &segment);
	return steer_flow(hash, place, flow.word);
}

/* In mode `packet` there are no flows that could stay where they are. */
static __always_inline bool is_tracked(const struct target *target,
				       struct hg_bucket bucket)
{
	return (bucket.moving || bucket.tracked) &&
	       target->vip.hash_fields != HG_HASH_PACKET;
}

static __always_inline __u64 seeker_place(const struct target *target,
					  struct hg_bucket bucket)
{
	const union seeker_place place = {
		.bucket.bucket = bucket,
		.index = target->choice->bucket,
	};

	return place.word;
}

/* Choose the next hop of a whole packet by its bucket. */
static __always_inline __u32 take_bucket(struct xdp_md *ctx,
					 const struct packet *packet,
					 struct target *target)
{
	struct hg_bucket bucket = find_bucket(target);
	__u32 slot = bucket.current;

	if (unlikely(bucket.moving | bucket.tracked) &&
	    is_tracked(target, bucket)) {
		const union packet_about about = {
			.network = frame_offset(packet, packet->network),
			.hash_fields = target->vip.hash_fields,
			.counter = target->vip.counter,
			.explain = target->explain,
		};

		slot = steer_packet(ctx, target->hash,
				    seeker_place(target, bucket), about.word);
	}
	return take_slot(target, slot, bucket, packet->frame_size);
}

/*
 * Choose the next hop of a fragment or an ICMP error by its bucket. They follow
 * the record of their flow and change none.
 */
static __always_inline __u32 take_bucket_aside(struct target *target,
					       __u64 signature,
					       __u32 frame_size)
{
	struct hg_bucket bucket = find_bucket(target);
	__u32 slot = bucket.current;

	if (is_tracked(target, bucket)) {
		const union seeker_about about = {
			.frame_size = frame_size,
			.counter = target->vip.counter,
			.kind = FLOW_ASIDE,
			.explain = target->explain,
		};

		slot = steer_flow(signature, seeker_place(target, bucket),
				  about.word);
	}
	return take_slot(target, slot, bucket, frame_size);
}

#endif
