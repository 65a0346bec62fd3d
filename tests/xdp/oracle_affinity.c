// SPDX-License-Identifier: BSD-2-Clause
/* Records of flows, and the rules by which packets use them. */

#include "oracle_affinity.h"

#include "world.h"

#include <assert.h>
#include <netinet/in.h>
#include <string.h>

enum {
	YOUNG_MS = 3000,
	AHEAD_NS = 100 * 1000 * 1000,
	NS_IN_MS = 1000 * 1000,
	FLAG_FIN = 1,
	FLAG_SYN = 2,
	FLAG_RST = 4,
	FLAG_ACK = 16,
	INIT_CHUNK = 1,
	INITIAL_SIZE = 1200,
	LONG_HEADER = 3, /* both top bits */
};

/* A packet's part in the life of its flow */
enum role {
	ROLE_FIRST,
	ROLE_NEXT,
	ROLE_LAST,
	ROLE_ASIDE, /* follows only */
};

struct question {
	struct oracle_affinity *affinity;
	const struct world *world;
	struct oracle_place place;
	const struct hg_bucket *bucket;
	enum role role;
	struct oracle_flow_entry *entry;
	uint32_t *events;
};

/* Hash the name by FNV-1a; the struct has no padding. */
static uint32_t hash_name(const struct oracle_flow_name *name)
{
	const uint8_t *bytes = (const uint8_t *)name;
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i < sizeof(*name); i++)
		hash = (hash ^ bytes[i]) * 0x01000193;
	return hash;
}

static struct oracle_flow_entry *find_entry(struct oracle_affinity *affinity,
					    const struct oracle_flow_name *name)
{
	uint32_t at = hash_name(name) % ORACLE_FLOW_SLOTS;

	while (affinity->entries[at].used &&
	       memcmp(&affinity->entries[at].name, name, sizeof(*name)))
		at = (at + 1) % ORACLE_FLOW_SLOTS;
	if (!affinity->entries[at].used) {
		assert(affinity->count < ORACLE_FLOWS_MAX);
		affinity->count++;
		affinity->entries[at].used = true;
		affinity->entries[at].name = *name;
	}
	return &affinity->entries[at];
}

static enum role tcp_role(struct reader r)
{
	uint8_t flags;

	reader_take(&r, 13);
	flags = reader_u8(&r);
	if (r.failed)
		return ROLE_NEXT;
	if (flags & FLAG_FIN || flags & FLAG_RST)
		return ROLE_LAST;
	return flags & FLAG_SYN && !(flags & FLAG_ACK) ? ROLE_FIRST : ROLE_NEXT;
}

/* Types of long headers: RFC 9000 17.2; version 2 counts from 1: RFC 9369 3.2 */
static enum role udp_role(struct reader r)
{
	size_t size;
	uint8_t first;
	uint32_t version, initial;

	reader_take(&r, FRAME_UDP_HEADER);
	size = r.left;
	first = reader_u8(&r);
	version = reader_u32(&r);
	if (r.failed || first >> 6 != LONG_HEADER)
		return ROLE_NEXT;
	if (version == 1 || version >> 16 == 0xff00)
		initial = 0;
	else if (version == 0x6b3343cf)
		initial = 1;
	else
		return ROLE_NEXT;
	if ((first >> 4 & 3u) == initial)
		return size >= INITIAL_SIZE ? ROLE_FIRST : ROLE_NEXT;
	return (first >> 4 & 3u) == initial + 1 ? ROLE_FIRST : ROLE_NEXT;
}

static enum role sctp_role(struct reader r)
{
	uint8_t chunk;

	reader_take(&r, FRAME_SCTP_HEADER);
	chunk = reader_u8(&r);
	return !r.failed && chunk == INIT_CHUNK ? ROLE_FIRST : ROLE_NEXT;
}

static enum role role_of(const struct oracle_packet *packet)
{
	if (packet->icmp_error || packet->part != PART_WHOLE)
		return ROLE_ASIDE;
	if (packet->protocol == IPPROTO_TCP)
		return tcp_role(packet->transport);
	if (packet->protocol == IPPROTO_UDP)
		return udp_role(packet->transport);
	if (packet->protocol == IPPROTO_SCTP)
		return sctp_role(packet->transport);
	return ROLE_NEXT;
}

static void note(struct question *q, enum hg_event event)
{
	*q->events |= 1 << event;
}

static bool is_alive(const struct question *q, uint32_t slot)
{
	return slot != SLOT_NONE && q->world->nexthops[slot].alive;
}

static bool is_recorded(const struct question *q, enum hg_flow_map map)
{
	const struct hg_flow *flow = &q->entry->flows[map];

	return q->entry->known[map] && is_alive(q, flow->slot) &&
	       q->world->nexthops[flow->slot].incarnation == flow->incarnation;
}

static bool is_young(const struct question *q, enum hg_flow_map map)
{
	return (uint32_t)q->affinity->time_ms - q->entry->flows[map].time_ms <
	       YOUNG_MS;
}

static void record(struct question *q, enum hg_flow_map map, uint32_t slot)
{
	q->entry->known[map] = true;
	q->entry->flows[map] = (struct hg_flow){
		.slot = slot,
		.incarnation = q->world->nexthops[slot].incarnation,
		.time_ms = q->affinity->time_ms,
		.bucket = q->place.index,
		.counter = q->place.counter,
		.ending = q->role == ROLE_LAST,
	};
}

static uint32_t follow(struct question *q, enum hg_flow_map map)
{
	note(q, HG_EVENT_FLOW_FOLLOWED);
	return q->entry->flows[map].slot;
}

static uint32_t previous_of(const struct question *q)
{
	uint32_t slot = q->world->previous[q->place.group][q->place.index];

	return q->bucket->moving && is_alive(q, slot) ? slot : SLOT_NONE;
}

static bool spend(struct oracle_affinity *affinity)
{
	uint64_t now = affinity->time_ms * NS_IN_MS;

	if (affinity->used_until_ns > now + AHEAD_NS)
		return false;
	if (affinity->used_until_ns < now)
		affinity->used_until_ns = now;
	affinity->used_until_ns += affinity->record_ns;
	return true;
}

/* A flow begins in a bucket that moves. */
static uint32_t move(struct question *q)
{
	uint32_t from = previous_of(q), slot = q->bucket->current;

	if (!(from && q->world->nexthops[from].draining) &&
	    !spend(q->affinity)) {
		note(q, HG_EVENT_FLOW_UNRECORDED);
		return from ? from : slot;
	}
	if (!is_alive(q, slot)) {
		slot = q->bucket->backup;
		if (!is_alive(q, slot))
			return SLOT_NONE;
		note(q, HG_EVENT_BACKUP);
	}
	record(q, HG_FLOWS_NEW, slot);
	note(q, HG_EVENT_FLOW_RECORDED);
	return slot;
}

static uint32_t choose_for_first(struct question *q)
{
	static const enum hg_flow_map maps[] = { HG_FLOWS_NEW,
						 HG_FLOWS_PINNED };

	for (int i = 0; i < 2; i++)
		if (is_recorded(q, maps[i]) && is_young(q, maps[i]))
			return follow(q, maps[i]);
	q->entry->known[HG_FLOWS_PINNED] = false;
	q->entry->known[HG_FLOWS_PROBATION] = false;
	if (q->bucket->moving)
		return move(q);
	q->entry->known[HG_FLOWS_NEW] = false;
	return q->bucket->current;
}

/* The end of a flow, and what still comes afterwards */
static void note_end(struct question *q)
{
	struct hg_flow *flow = &q->entry->flows[HG_FLOWS_PINNED];

	if (q->role != ROLE_LAST && !flow->ending)
		return;
	if (!flow->ending)
		note(q, HG_EVENT_FLOW_ENDED);
	flow->ending = 1;
	flow->time_ms = q->affinity->time_ms;
}

static void pin(struct question *q, enum hg_flow_map from)
{
	q->entry->known[from] = false;
	q->entry->known[HG_FLOWS_PINNED] = true;
	q->entry->flows[HG_FLOWS_PINNED] = q->entry->flows[from];
	q->entry->flows[HG_FLOWS_PINNED].time_ms = q->affinity->time_ms;
	note(q, HG_EVENT_FLOW_PINNED);
}

static uint32_t choose_for_unknown(struct question *q)
{
	uint32_t slot = previous_of(q);

	if (slot == SLOT_NONE)
		return q->bucket->current;
	if (q->role != ROLE_ASIDE) {
		record(q, HG_FLOWS_PROBATION, slot);
		note(q, HG_EVENT_FLOW_UNKNOWN);
	}
	return slot;
}

static uint32_t choose_for_next(struct question *q)
{
	static const enum hg_flow_map maps[] = { HG_FLOWS_PINNED, HG_FLOWS_NEW,
						 HG_FLOWS_PROBATION };

	for (int i = 0; i < HG_FLOW_MAP_COUNT; i++) {
		if (!is_recorded(q, maps[i]))
			continue;
		if (q->role != ROLE_ASIDE && maps[i] != HG_FLOWS_PINNED)
			pin(q, maps[i]);
		if (q->role != ROLE_ASIDE)
			note_end(q);
		return follow(q, q->role == ROLE_ASIDE ? maps[i] :
							 HG_FLOWS_PINNED);
	}
	return choose_for_unknown(q);
}

uint32_t oracle_affinity_choose(struct oracle_affinity *affinity,
				const struct world *world,
				const struct oracle_packet *packet,
				struct oracle_place place, uint32_t *events)
{
	const struct oracle_flow_name name = {
		.source = packet->source,
		.destination = packet->destination,
		.source_port = packet->source_port,
		.destination_port = packet->destination_port,
		.protocol = packet->protocol,
	};
	struct question question = {
		.affinity = affinity,
		.world = world,
		.place = place,
		.bucket = &world->buckets[place.group][place.index],
		.role = role_of(packet),
		.entry = find_entry(affinity, &name),
		.events = events,
	};

	return question.role == ROLE_FIRST ? choose_for_first(&question) :
					     choose_for_next(&question);
}

void oracle_affinity_forget(struct oracle_affinity *affinity)
{
	memset(affinity->entries, 0, sizeof(affinity->entries));
	affinity->count = 0;
}
