/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HEADGATE_FILTER_BPF_H
#define HEADGATE_FILTER_BPF_H

/*
 * Filters of a VIP: the sources that it takes, then its rules in order, up to
 * the first one that matches and does not say to go on. docs/packet-path.md, 12.
 *
 * Only packets of VIPs with a list come here. These functions are global: the
 * verifier checks each once, and the plain path has no register of theirs. What
 * a filter sees of the packet is in a map, because a global function takes
 * numbers only.
 */

#include "capture.bpf.h"
#include "count.bpf.h"
#include "headgate/abi.h"
#include "ipv4.bpf.h"
#include "ipv6.bpf.h"
#include "maps.bpf.h"
#include "packet.bpf.h"
#include "transport.bpf.h"

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

enum filter {
	/* Arguments packed into one */
	FILTER_AT_SHIFT = 16,
	FILTER_AT_MASK = 0xffff,
	FILTER_PLACE_SHIFT = 8,
	FILTER_IPV6 = 1 << 16,
	FILTER_EXPLAIN = 1 << 17,

	FILTER_NEXT = HG_OUTCOME_COUNT + 1, /* go on with the next one */
	FILTER_LIST_BITS = 160,
	FILTER_TCP_FLAGS_AT = 13,
	FILTER_DSCP_SHIFT = 2,
	FILTER_DSCP_MASK = 0x3f,
	FILTER_ECN_MASK = 3,
	FILTER_IPV4_DF = 0x4000,
	FILTER_LABEL_MASK = 0xfffff,
	FILTER_ORDER_MASK = 2 * HG_FILTER_PLACES - 1,
};

/* The addresses of a packet, as two words each */
struct filter_words {
	__u64 high;
	__u64 low;
};

static __always_inline struct hg_filter_packet *filter_packet(void)
{
	__u32 only = 0;

	return bpf_map_lookup_elem(&filter_packets, &only);
}

/* ------------------------------------------------------------- read */

static __always_inline __u8 filter_fragment4(__u16 word, __u32 place)
{
	__u8 bits = word & FILTER_IPV4_DF ? HG_FILTER_DONT_FRAGMENT : 0;

	if (place == FRAGMENT_FIRST)
		bits |= HG_FILTER_FIRST_FRAGMENT;
	if (place == FRAGMENT_LATER) {
		bits |= HG_FILTER_IS_FRAGMENT;
		if (!(word & IPV4_MORE_FRAGMENTS))
			bits |= HG_FILTER_LAST_FRAGMENT;
	}
	return bits;
}

/* The fragment header is the last one before a later fragment's bytes. */
static __always_inline __u8 filter_fragment6(const struct xdp_md *ctx,
					     __u32 transport_at, __u32 place)
{
	const struct extension *header;

	if (place == FRAGMENT_FIRST)
		return HG_FILTER_FIRST_FRAGMENT;
	if (place != FRAGMENT_LATER)
		return 0;
	header = frame_at(ctx, transport_at - sizeof(*header), sizeof(*header));
	if (header &&
	    !(header->fragment_offset & bpf_htons(IPV6_MORE_FRAGMENTS)))
		return HG_FILTER_IS_FRAGMENT | HG_FILTER_LAST_FRAGMENT;
	return HG_FILTER_IS_FRAGMENT;
}

static __always_inline bool filter_read4(const struct xdp_md *ctx,
					 struct hg_filter_packet *packet,
					 __u32 at, __u32 place)
{
	const struct iphdr *ip = frame_at(ctx, at, sizeof(*ip));

	if (!ip)
		return false;
	flow_address(&packet->source, false, &ip->saddr);
	packet->flow_label = 0;
	packet->length = bpf_ntohs(ip->tot_len);
	packet->dscp = ip->tos >> FILTER_DSCP_SHIFT;
	packet->fragment = filter_fragment4(bpf_ntohs(ip->frag_off), place);
	return true;
}

static __always_inline bool filter_read6(const struct xdp_md *ctx,
					 struct hg_filter_packet *packet,
					 __u32 at, __u32 transport_at,
					 __u32 place)
{
	const struct ipv6hdr *ip = frame_at(ctx, at, sizeof(*ip));
	__u32 head;

	if (!ip)
		return false;
	head = bpf_ntohl(*(const __u32 *)ip);
	flow_address(&packet->source, true, (const __u32 *)&ip->saddr);
	packet->flow_label = head & FILTER_LABEL_MASK;
	packet->length = bpf_ntohs(ip->payload_len) + sizeof(*ip);
	packet->dscp = head >> 22 & FILTER_DSCP_MASK;
	packet->fragment = filter_fragment6(ctx, transport_at, place);
	return true;
}

/* RFC 8955 4.2.2.4: only TCP and UDP have ports here. */
static __always_inline void filter_read_ports(const struct xdp_md *ctx,
					      struct hg_filter_packet *packet,
					      __u32 at, __u32 size)
{
	const struct port_pair *pair = frame_at(ctx, at, sizeof(*pair));
	const __u8 *flags =
		frame_at(ctx, at + FILTER_TCP_FLAGS_AT, sizeof(*flags));

	if (!pair || size < sizeof(*pair))
		return;
	packet->source_port = bpf_ntohs(pair->source);
	packet->destination_port = bpf_ntohs(pair->destination);
	packet->has |= HG_FILTER_NEEDS_PORTS;
	if (packet->protocol != IPPROTO_TCP || !flags ||
	    size <= FILTER_TCP_FLAGS_AT)
		return;
	packet->tcp_flags = *flags;
	packet->has |= HG_FILTER_NEEDS_TCP;
}

static __always_inline void filter_read_icmp(const struct xdp_md *ctx,
					     struct hg_filter_packet *packet,
					     __u32 at, __u32 size)
{
	const struct icmp_header *icmp = frame_at(ctx, at, 2);

	if (!icmp || size < 2)
		return;
	packet->icmp_type = icmp->type;
	packet->icmp_code = icmp->code;
	packet->has |= HG_FILTER_NEEDS_ICMP;
}

/* A later fragment has no transport header. */
static __always_inline void
filter_read_transport(const struct xdp_md *ctx, struct hg_filter_packet *packet,
		      __u32 at, __u32 size, __u32 what)
{
	packet->protocol = what & MAX_BYTE;
	packet->has = 0;
	if ((what >> FILTER_PLACE_SHIFT & MAX_BYTE) == FRAGMENT_LATER)
		return;
	if (packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP)
		filter_read_ports(ctx, packet, at, size);
	else if (is_icmp(what & FILTER_IPV6, packet->protocol))
		filter_read_icmp(ctx, packet, at, size);
}

/* ------------------------------------------------------------- match */

static __always_inline bool filter_has(const struct hg_filter_bytes *bytes,
				       __u8 value)
{
	return bytes->bits[value >> 6 & 3] >> (value & 63) & 1;
}

static __always_inline bool filter_in(const struct hg_filter_range *ranges,
				      __u16 value)
{
	bool found = false;

#pragma clang loop unroll(full)
	for (int i = 0; i < HG_FILTER_RANGES; i++)
		found |= value >= ranges[i].first && value <= ranges[i].last;
	return found;
}

static __always_inline bool
filter_in_wide(const struct hg_filter_wide_range *ranges, __u32 value)
{
	bool found = false;

#pragma clang loop unroll(full)
	for (int i = 0; i < HG_FILTER_RANGES; i++)
		found |= value >= ranges[i].first && value <= ranges[i].last;
	return found;
}

static __always_inline bool
filter_source_matches(const struct hg_filter *filter,
		      const struct hg_filter_packet *packet)
{
	const struct filter_words *source = (const void *)&packet->source;
	const struct filter_words *wanted = (const void *)&filter->source;
	const struct filter_words *mask = (const void *)&filter->source_mask;

	return !(((source->low ^ wanted->low) & mask->low) |
		 ((source->high ^ wanted->high) & mask->high));
}

static __always_inline bool
filter_ports_match(const struct hg_filter *filter,
		   const struct hg_filter_packet *packet)
{
	__u32 fields = filter->fields;

	if (fields & HG_FILTER_DESTINATION_PORT &&
	    !filter_in(filter->destination_ports, packet->destination_port))
		return false;
	if (fields & HG_FILTER_SOURCE_PORT &&
	    !filter_in(filter->source_ports, packet->source_port))
		return false;
	return !(fields & HG_FILTER_PORT) ||
	       filter_in(filter->ports, packet->destination_port) ||
	       filter_in(filter->ports, packet->source_port);
}

static __always_inline bool
filter_rest_matches(const struct hg_filter *filter,
		    const struct hg_filter_packet *packet)
{
	__u32 fields = filter->fields;

	if (fields & HG_FILTER_TCP_FLAGS &&
	    !filter_has(&filter->tcp_flags, packet->tcp_flags))
		return false;
	if (fields & HG_FILTER_ICMP_TYPE &&
	    !filter_has(&filter->icmp_types, packet->icmp_type))
		return false;
	if (fields & HG_FILTER_ICMP_CODE &&
	    !filter_has(&filter->icmp_codes, packet->icmp_code))
		return false;
	if (fields & HG_FILTER_LENGTH &&
	    !filter_in(filter->lengths, packet->length))
		return false;
	if (fields & HG_FILTER_DSCP &&
	    !(filter->dscps >> (packet->dscp & FILTER_DSCP_MASK) & 1))
		return false;
	if (fields & HG_FILTER_FRAGMENT &&
	    !(filter->fragments >> (packet->fragment & 15) & 1))
		return false;
	return !(fields & HG_FILTER_FLOW_LABEL) ||
	       filter_in_wide(filter->flow_labels, packet->flow_label);
}

/* The cheapest checks, and those that fail most, come first. */
__noinline int filter_matches(__u32 slot)
{
	const struct hg_filter_packet *packet = filter_packet();
	const struct hg_filter *filter = bpf_map_lookup_elem(&filters, &slot);

	if (!packet || !filter ||
	    (filter->needs & packet->has) != filter->needs ||
	    !filter_source_matches(filter, packet))
		return 0;
	if (filter->fields & HG_FILTER_PROTOCOL &&
	    !filter_has(&filter->protocols, packet->protocol))
		return 0;
	return filter_ports_match(filter, packet) &&
	       filter_rest_matches(filter, packet);
}

/* ------------------------------------------------------------- rates */

static __always_inline struct hg_filter_use *filter_use_of(__u32 slot)
{
	__u32 index = bpf_get_smp_processor_id() * HG_FILTER_SLOTS +
		      (slot & (HG_FILTER_SLOTS - 1));

	return bpf_map_lookup_elem(&filter_use, &index);
}

/*
 * Draw credit from the share of all CPUs: what is missing, or a quantum if
 * there is that much. Return what was drawn, or 0 and when to try again.
 */
static __always_inline __u64 filter_draw(struct hg_filter_rate *rate, __u64 now,
					 __u64 missing, __u64 *retry)
{
	const __u64 quantum = (HG_FILTER_QUANTUM_US * 1000ull)
			      << HG_FILTER_TIME_SHIFT;
	const __u64 burst = (HG_FILTER_BURST_MS * 1000000ull)
			    << HG_FILTER_TIME_SHIFT;
	__u64 most = missing > burst ? missing : burst;
	__u64 earliest = now > most ? now - most : 0;
	__u64 left, drawn = 0;

	bpf_spin_lock(&rate->lock);
	if (rate->used_until < earliest)
		rate->used_until = earliest;
	left = now > rate->used_until ? now - rate->used_until : 0;
	if (left >= missing) {
		drawn = missing > quantum ? missing :
			left > quantum	  ? quantum :
					    left;
		rate->used_until += drawn;
	}
	bpf_spin_unlock(&rate->lock);
	*retry = now + missing - left;
	return drawn;
}

/* True if the packet is within the rate of its filter. */
static __always_inline bool filter_spend(struct hg_filter_use *use, __u32 slot,
					 __u64 cost)
{
	struct hg_filter_rate *rate;
	__u64 now, drawn, retry;

	if (use->credit >= cost) {
		use->credit -= cost;
		return true;
	}
	now = bpf_ktime_get_ns() << HG_FILTER_TIME_SHIFT;
	if (now < use->retry)
		return false;
	rate = bpf_map_lookup_elem(&filter_rates, &slot);
	if (!rate)
		return true;
	drawn = filter_draw(rate, now, cost - use->credit, &retry);
	if (!drawn) {
		use->retry = retry;
		return false;
	}
	use->credit += drawn - cost;
	return true;
}

/* ------------------------------------------------------------- act */

/* Set the DSCP; the ECN bits stay (RFC 3168). */
static __always_inline void filter_mark4(const struct xdp_md *ctx, __u32 at,
					 __u8 dscp)
{
	struct iphdr *ip = frame_at(ctx, at, sizeof(*ip));
	__u32 sum;
	__u8 tos;

	if (!ip)
		return;
	tos = dscp << FILTER_DSCP_SHIFT | (ip->tos & FILTER_ECN_MASK);
	/* RFC 1624 3: the low byte of the first word changes. */
	sum = (__u16)~ip->check + (__u16)~bpf_htons(ip->tos) + bpf_htons(tos);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = ~sum;
	ip->tos = tos;
}

static __always_inline void filter_mark6(const struct xdp_md *ctx, __u32 at,
					 __u8 dscp)
{
	struct ipv6hdr *ip = frame_at(ctx, at, sizeof(*ip));
	__u32 *word = (__u32 *)ip;

	if (!ip)
		return;
	*word = (*word & ~bpf_htonl(FILTER_DSCP_MASK << 22)) |
		bpf_htonl((__u32)dscp << 22);
}

/*
 * Do what the filter says. Returns the outcome of a packet that it drops,
 * HG_UNDECIDED for one that it accepts, or FILTER_NEXT.
 */
__noinline int filter_act(struct xdp_md *ctx, __u32 slot, __u32 at, __u32 size,
			  __u32 what)
{
	const struct hg_filter *filter = bpf_map_lookup_elem(&filters, &slot);
	struct hg_filter_use *use = filter_use_of(slot);
	bool drops = false;

	if (!filter || !use)
		return HG_UNDECIDED;
	if (what & FILTER_EXPLAIN) {
		explanation.filter = slot;
		drops = filter->actions & HG_FILTER_DROP;
	} else {
		count_frame(&use->matched, size);
		use->last_ns = bpf_ktime_get_ns();
		drops = filter->actions & HG_FILTER_DROP ||
			(filter->actions & HG_FILTER_RATE &&
			 !filter_spend(use, slot,
				       filter->cost_packet +
					       (size * filter->cost_byte >>
						HG_FILTER_COST_SHIFT)));
		if (drops)
			count_frame(&use->dropped, size);
		if (filter->actions & HG_FILTER_SAMPLE)
			sample(ctx, size);
	}
	if (drops)
		return filter->actions & HG_FILTER_DROP ? filter->outcome :
							  HG_DROPPED_RATE;
	if (filter->actions & HG_FILTER_MARK && what & FILTER_IPV6)
		filter_mark6(ctx, at, filter->dscp);
	else if (filter->actions & HG_FILTER_MARK)
		filter_mark4(ctx, at, filter->dscp);
	return filter->actions & HG_FILTER_CONTINUE ? FILTER_NEXT :
						      HG_UNDECIDED;
}

/* ------------------------------------------------------------- lists */

static __always_inline __u32 filter_at(__u32 place)
{
	__u32 quad = (place & FILTER_ORDER_MASK) / 4;
	const struct hg_filter_order *order =
		bpf_map_lookup_elem(&filter_order, &quad);

	return order ? order->slots[place % 4] : 0;
}

/* Run the filters of the packet's list. */
__noinline int filter_run(struct xdp_md *ctx, __u32 where, __u32 size,
			  __u32 what)
{
	const struct hg_filter_packet *packet = filter_packet();
	__u32 first, count;

	if (!packet)
		return HG_UNDECIDED;
	first = packet->list.first;
	count = packet->list.count;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < HG_MAX_FILTERS_OF_VIP && i < count; i++) {
		__u32 slot = filter_at(first + i);
		__u32 outcome;

		if (!filter_matches(slot))
			continue;
		outcome = filter_act(ctx, slot, where & FILTER_AT_MASK, size,
				     what);
		if (outcome != FILTER_NEXT)
			return outcome;
	}
	return HG_UNDECIDED;
}

/* True if the source of the packet is in the set of those that its VIP takes. */
__noinline int filter_takes(__u32 set)
{
	const struct hg_filter_packet *packet = filter_packet();
	struct hg_filter_source_key key = {
		.length = FILTER_LIST_BITS,
		.set = set,
	};

	if (!packet)
		return true;
	key.address = packet->source;
	return !!bpf_map_lookup_elem(&filter_sources, &key);
}

/* Count what a set of sources drops under the slot that it has for that. */
static __always_inline __u32 filter_refuse_source(__u32 slot, __u32 size,
						  __u32 what)
{
	struct hg_filter_use *use = filter_use_of(slot);

	if (what & FILTER_EXPLAIN) {
		explanation.filter = slot;
	} else if (use) {
		count_frame(&use->matched, size);
		count_frame(&use->dropped, size);
		use->last_ns = bpf_ktime_get_ns();
	}
	return HG_DROPPED_SOURCE;
}

static __always_inline bool filter_key(const struct xdp_md *ctx, __u32 at,
				       __u32 what,
				       struct hg_filter_list_key *key)
{
	const struct iphdr *ip = frame_at(ctx, at, sizeof(*ip));
	const struct ipv6hdr *ip6 = frame_at(ctx, at, sizeof(*ip6));

	if (what & FILTER_IPV6 && ip6)
		flow_address(&key->address, true, (const __u32 *)&ip6->daddr);
	else if (ip && !(what & FILTER_IPV6))
		flow_address(&key->address, false, &ip->daddr);
	else
		return false;
	return true;
}

/* Find the list of the packet's destination. False: it has none. */
__noinline int filter_find(struct xdp_md *ctx, __u32 at, __u32 what)
{
	struct hg_filter_list_key key = { .length = FILTER_LIST_BITS };
	struct hg_filter_packet *packet = filter_packet();
	const struct hg_filter_list *list;
	const struct hg_filter_head *head;
	__u32 only = 0;

	head = bpf_map_lookup_elem(&filter_head, &only);
	if (!packet || !head || !head->generation ||
	    !filter_key(ctx, at, what, &key))
		return false;
	key.generation = head->generation |
			 (what & FILTER_IPV6 ? HG_FILTER_LIST_IPV6 : 0);
	list = bpf_map_lookup_elem(&filter_lists, &key);
	if (!list)
		return false;
	packet->list = *list;
	return true;
}

/* Read what filters see of the packet. */
__noinline int filter_read(struct xdp_md *ctx, __u32 where, __u32 what,
			   __u32 transport_size)
{
	__u32 at = where & FILTER_AT_MASK;
	__u32 transport_at = where >> FILTER_AT_SHIFT;
	__u32 place = what >> FILTER_PLACE_SHIFT & MAX_BYTE;
	struct hg_filter_packet *packet = filter_packet();
	bool read;

	if (!packet)
		return false;
	read = what & FILTER_IPV6 ?
		       filter_read6(ctx, packet, at, transport_at, place) :
		       filter_read4(ctx, packet, at, place);
	if (read)
		filter_read_transport(ctx, packet, transport_at, transport_size,
				      what);
	return read;
}

/*
 * Judge a packet of a VIP with filters. `where` has the offsets of its IP
 * header and of what follows, `what` its protocol, its place among fragments
 * and bits of enum filter, `sizes` the bytes of transport and of the frame.
 */
__noinline int filter_judge(struct xdp_md *ctx, __u32 where, __u32 what,
			    __u64 sizes)
{
	const struct hg_filter_packet *packet = filter_packet();
	__u32 at = where & FILTER_AT_MASK;

	if (!packet || !filter_find(ctx, at, what) ||
	    !filter_read(ctx, where, what, sizes >> 32))
		return HG_UNDECIDED;
	if (packet->list.sources && !filter_takes(packet->list.sources))
		return filter_refuse_source(packet->list.sources_filter, sizes,
					    what);
	return filter_run(ctx, where, sizes, what);
}

/* Judge a packet by the filters of its VIP, if it has any. */
static __always_inline __u32 apply_filters(struct xdp_md *ctx,
					   const struct packet *packet,
					   const struct target *target)
{
	__u32 outcome, what;

	if (likely(!target->vip.filtered))
		return HG_UNDECIDED;
	what = packet->flow.protocol |
	       packet->fragment.place << FILTER_PLACE_SHIFT |
	       (packet->flow.ipv6 ? FILTER_IPV6 : 0) |
	       (target->explain ? FILTER_EXPLAIN : 0);
	outcome = filter_judge(
		ctx,
		frame_offset(packet, packet->network) |
			frame_offset(packet, packet->transport)
				<< FILTER_AT_SHIFT,
		what, (__u64)packet->transport_size << 32 | packet->frame_size);
	return outcome == HG_UNDECIDED ? outcome : sure_outcome(outcome);
}

#endif
