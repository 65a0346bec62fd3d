/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_ORACLE_H
#define TESTS_XDP_ORACLE_H

/*
 * What should become of a frame, told by code that shares nothing with the
 * program but the flow hash, whose values stand in a test of their own.
 */

#include "core/wire.h"
#include "flow_hash.h"
#include "frame.h"
#include "world.h"

enum oracle_ipv4 {
	ORACLE_MIN_WORDS = 5,
	ORACLE_FRAGMENT_MASK = 0x3fff, /* more fragments, or an offset */
	ORACLE_TTL_WORD_AT = FRAME_TTL_AT,
	ORACLE_TTL_STEP = 0x0100, /* the TTL is the word's upper byte */
};

struct verdict {
	enum hg_outcome outcome;
	enum world_vip vip;   /* VIP_COUNT if there is none */
	enum world_slot slot; /* where it goes, if it is forwarded */
};

struct oracle_ipv4_header {
	uint8_t version;
	uint8_t words;
	uint16_t size;
	uint16_t fragment;
	uint8_t ttl;
	uint8_t protocol;
	uint32_t source;
	uint32_t destination;
};

static inline struct oracle_ipv4_header oracle_read_ipv4(struct reader *r)
{
	struct oracle_ipv4_header header;
	uint8_t first = reader_u8(r);

	header.version = first >> 4;
	header.words = first & FRAME_IHL_MASK;
	reader_u8(r);
	header.size = reader_u16(r);
	reader_u16(r);
	header.fragment = reader_u16(r);
	header.ttl = reader_u8(r);
	header.protocol = reader_u8(r);
	reader_u16(r);
	header.source = reader_u32(r);
	header.destination = reader_u32(r);
	return header;
}

static inline bool oracle_is_for_port(const struct world *world,
				      uint32_t ifindex, const uint8_t *mac)
{
	if (ifindex == world->left)
		return !memcmp(mac, left_mac, ETH_ALEN);
	return ifindex == world->right && !memcmp(mac, right_mac, ETH_ALEN);
}

static inline enum world_vip oracle_find_vip(uint32_t address)
{
	uint32_t vip = address - WORLD_FIRST_VIP;

	return vip < VIP_COUNT ? vip : VIP_COUNT;
}

/* The reader is on the transport header and ends with the packet. */
static inline enum hg_outcome oracle_read_ports(struct reader *r,
						struct flow *flow)
{
	size_t header_size = flow->protocol == IPPROTO_TCP ? FRAME_TCP_HEADER :
							     FRAME_UDP_HEADER;
	struct reader header = reader_sub(r, header_size);

	flow->source_port = htons(reader_u16(&header));
	flow->destination_port = htons(reader_u16(&header));
	return header.failed ? HG_PASSED_MALFORMED : HG_OUTCOME_COUNT;
}

static inline enum hg_outcome oracle_read_echo(struct reader *r,
					       struct flow *flow)
{
	struct reader header = reader_sub(r, FRAME_ICMP_HEADER);
	uint8_t type = reader_u8(&header);

	reader_u8(&header);
	reader_u16(&header);
	flow->source_port = htons(reader_u16(&header));
	if (header.failed)
		return HG_PASSED_MALFORMED;
	return type == FRAME_ICMP_ECHO ? HG_OUTCOME_COUNT :
					 HG_PASSED_OTHER_ICMP;
}

static inline enum hg_outcome oracle_read_transport(struct reader *r,
						    struct flow *flow)
{
	if (flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP)
		return oracle_read_ports(r, flow);
	if (flow->protocol == IPPROTO_ICMP)
		return oracle_read_echo(r, flow);
	return HG_PASSED_OTHER_PROTOCOL;
}

static inline enum world_slot oracle_choose(const struct world *world,
					    enum world_vip vip,
					    const struct flow *flow)
{
	uint64_t hash =
		flow_hash(flow, world->vips[vip].hash_fields, world_key);
	const struct hg_bucket *bucket =
		&world->buckets[vip][hash % WORLD_TABLE_SIZE];

	if (world->nexthops[bucket->current].alive)
		return bucket->current;
	if (world->nexthops[bucket->backup].alive)
		return bucket->backup;
	return SLOT_NONE;
}

/* The outcome for a packet of `size` bytes, padding included. */
static inline enum hg_outcome oracle_leave(const struct world *world,
					   enum world_slot slot,
					   uint32_t ifindex, size_t size)
{
	const struct hg_nexthop *nexthop = &world->nexthops[slot];

	if (slot == SLOT_NONE)
		return HG_PASSED_NO_NEXTHOP;
	if (size > nexthop->mtu)
		return HG_PASSED_TOO_BIG;
	if (nexthop->ifindex == ifindex)
		return HG_FORWARDED_TX;
	if (nexthop->ifindex == world->left || nexthop->ifindex == world->right)
		return HG_FORWARDED_REDIRECT;
	return HG_PASSED_NO_NEXTHOP;
}

/* From the IPv4 header on. The reader is on its first byte. */
static inline struct verdict
oracle_judge_ipv4(const struct world *world, struct reader r, uint32_t ifindex)
{
	struct verdict verdict = { HG_PASSED_MALFORMED, VIP_COUNT, SLOT_NONE };
	struct reader packet = r;
	struct oracle_ipv4_header header = oracle_read_ipv4(&r);
	size_t size = packet.left, header_size = header.words * FRAME_WORD;
	struct flow flow = { htonl(header.source), htonl(header.destination), 0,
			     0, header.protocol };

	if (r.failed || header.version != FRAME_IPV4_VERSION ||
	    header.words < ORACLE_MIN_WORDS)
		return verdict;
	verdict.vip = oracle_find_vip(header.destination);
	if (verdict.vip == VIP_COUNT) {
		verdict.outcome = HG_PASSED_NOT_VIP;
		return verdict;
	}
	packet = reader_sub(&packet, header.size);
	reader_take(&packet, header_size);
	if (packet.failed)
		return verdict;
	if (header.fragment & ORACLE_FRAGMENT_MASK) {
		verdict.outcome = HG_PASSED_FRAGMENT;
		return verdict;
	}
	verdict.outcome = oracle_read_transport(&packet, &flow);
	if (verdict.outcome != HG_OUTCOME_COUNT)
		return verdict;
	if (header.ttl <= 1) {
		verdict.outcome = HG_PASSED_TTL_EXPIRED;
		return verdict;
	}
	verdict.slot = oracle_choose(world, verdict.vip, &flow);
	verdict.outcome = oracle_leave(world, verdict.slot, ifindex, size);
	return verdict;
}

static inline struct verdict oracle_judge(const struct world *world,
					  const struct frame *frame,
					  uint32_t ifindex)
{
	struct verdict verdict = { HG_PASSED_MALFORMED, VIP_COUNT, SLOT_NONE };
	struct reader r = reader_of(frame->bytes, frame->size);
	const uint8_t *mac = reader_take(&r, ETH_ALEN);
	uint16_t ethertype;

	reader_take(&r, ETH_ALEN);
	ethertype = reader_u16(&r);
	if (r.failed)
		return verdict;
	if (ethertype != ETH_P_IP)
		verdict.outcome = HG_PASSED_NOT_IPV4;
	else if (!oracle_is_for_port(world, ifindex, mac))
		verdict.outcome = HG_PASSED_NOT_OUR_MAC;
	else
		verdict = oracle_judge_ipv4(world, r, ifindex);
	return verdict;
}

static inline bool oracle_is_forwarded(const struct verdict *verdict)
{
	return verdict->outcome == HG_FORWARDED_TX ||
	       verdict->outcome == HG_FORWARDED_REDIRECT;
}

/*
 * The checksum after the TTL has gone down, by RFC 1624 equation 3 word for
 * word: it also says what becomes of a checksum that was wrong already.
 */
static inline uint16_t oracle_next_checksum(const struct frame *frame)
{
	struct reader r = reader_of(frame->bytes + ORACLE_TTL_WORD_AT,
				    2 * sizeof(uint16_t));
	uint16_t word = reader_u16(&r);
	uint16_t checksum = reader_u16(&r);
	uint16_t next = word - ORACLE_TTL_STEP;

	return ~frame_fold((uint64_t)(uint16_t)~checksum + (uint16_t)~word +
			   next);
}

/* Makes of a frame what should leave for the next hop. */
static inline void oracle_forward(const struct hg_nexthop *nexthop,
				  struct frame *frame)
{
	uint16_t checksum = oracle_next_checksum(frame);

	memcpy(frame->bytes, nexthop->destination_mac, ETH_ALEN);
	memcpy(frame->bytes + ETH_ALEN, nexthop->source_mac, ETH_ALEN);
	frame->bytes[FRAME_TTL_AT]--;
	frame_put_u16(frame, FRAME_CHECKSUM_AT, checksum);
}

#endif
