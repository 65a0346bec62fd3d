// SPDX-License-Identifier: BSD-2-Clause
/* Next hops in the map `nexthops`. See nexthop_slots.h. */

#include "steering/nexthop_slots.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nexthop/tracker.h"
#include "steering/steering.h"

int nexthop_slots_init(struct nexthop_slots *slots,
		       const struct steering_options *options,
		       const struct tracker *tracker,
		       const struct steering_sink *sink, const uint32_t *now_s)
{
	slots->options = options;
	slots->tracker = tracker;
	slots->sink = sink;
	slots->now_s = now_s;
	slots->values = calloc(HG_MAX_NEXTHOPS, sizeof(*slots->values));
	slots->states = calloc(HG_MAX_NEXTHOPS, sizeof(*slots->states));
	slots->tunnels = calloc(HG_MAX_NEXTHOPS, sizeof(*slots->tunnels));
	if (!slots->values || !slots->states || !slots->tunnels)
		return -ENOMEM;
	return slot_table_init(&slots->table, HG_NEXTHOP_NONE + 1,
			       HG_MAX_NEXTHOPS);
}

void nexthop_slots_free(struct nexthop_slots *slots)
{
	slot_table_free(&slots->table);
	free(slots->values);
	free(slots->states);
	free(slots->tunnels);
}

struct slot *nexthop_slots_find(const struct nexthop_slots *slots,
				const struct address *address)
{
	struct prefix prefix = prefix_of_address(address);

	return slot_find(&slots->table, &prefix);
}

struct slot *nexthop_slots_at(const struct nexthop_slots *slots, uint32_t index)
{
	return &slots->table.slots[index];
}

static bool slot_drains(const struct nexthop_slots *slots, uint32_t index)
{
	const struct nexthop_slot_state *state = &slots->states[index];

	return state->uses[NEXTHOP_WINDOW] && !state->uses[NEXTHOP_OWNER];
}

/*
 * Tell the program whether the next hop drains. An error is no harm: the mark
 * decides about new flows that cannot be recorded, and the next write has it.
 */
static void write_draining(struct nexthop_slots *slots, uint32_t index)
{
	const struct steering_sink *sink = slots->sink;
	struct hg_nexthop value = slots->values[index];
	struct nexthop_slot_state *state = &slots->states[index];

	value.draining = slot_drains(slots, index);
	if (!value.draining)
		state->drains_since_s = 0;
	else if (!state->drains_since_s)
		state->drains_since_s = *slots->now_s;
	if (value.draining == slots->values[index].draining)
		return;
	if (!sink->set_nexthop(sink->datapath, index, &value))
		slots->values[index] = value;
}

static void add_use(struct nexthop_slots *slots, const struct slot *slot,
		    enum nexthop_use use)
{
	slots->states[slot->index].uses[use]++;
	write_draining(slots, slot->index);
	if (slot->references == 1 && slots->track)
		slots->track(&slot->node.prefix.address, true, slots->context);
}

struct slot *nexthop_slots_acquire(struct nexthop_slots *slots,
				   const struct address *address,
				   enum nexthop_use use)
{
	const struct steering_sink *sink = slots->sink;
	const struct nexthop *nexthop = tracker_find(slots->tracker, address);
	struct prefix prefix = prefix_of_address(address);
	struct slot *slot;
	bool fresh;
	int error = 0;

	slot = slot_acquire(&slots->table, &prefix, &fresh);
	if (!slot)
		return NULL;
	if (fresh) /* so that what follows is an incarnation of its own */
		error = nexthop_slots_kill(slots, slot);
	if (fresh && !error)
		error = sink->clear_nexthop_counter(sink->datapath,
						    slot->index);
	if (fresh && !error)
		error = nexthop_slots_set_lost(slots, slot, false, false);
	if (!error && nexthop)
		error = nexthop_slots_write(slots, slot, nexthop);
	if (!error) {
		add_use(slots, slot, use);
		return slot;
	}
	slot_release(&slots->table, slot);
	return NULL;
}

void nexthop_slots_hold(struct nexthop_slots *slots, struct slot *slot,
			enum nexthop_use use)
{
	assert(slot->references);
	slot->references++;
	add_use(slots, slot, use);
}

void nexthop_slots_release(struct nexthop_slots *slots, struct slot *slot,
			   enum nexthop_use use)
{
	struct nexthop_slot_state *state = &slots->states[slot->index];
	struct address address = slot->node.prefix.address;

	assert(state->uses[use]);
	state->uses[use]--;
	slot_release(&slots->table, slot);
	write_draining(slots, slot->index);
	if (!slot->references && slots->track)
		slots->track(&address, false, slots->context);
}

static struct hg_nexthop slot_value(const struct nexthop *nexthop)
{
	struct hg_nexthop value = {
		.ifindex = nexthop->port_ifindex,
		.mtu = nexthop->mtu,
		.alive = nexthop_is_alive(nexthop),
		.encapsulation = nexthop->encapsulation,
	};

	memcpy(value.destination_mac, nexthop->mac, MAC_SIZE);
	memcpy(value.source_mac, nexthop->source_mac, MAC_SIZE);
	for (size_t i = 0; i < NEXTHOP_MAX_TAGS; i++) {
		value.tags[i].protocol = nexthop->tags[i].protocol;
		value.tags[i].id = nexthop->tags[i].id;
	}
	memcpy(value.address.bytes, nexthop->address.bytes,
	       sizeof(value.address.bytes));
	return value;
}

/* Return the bits of the last word of an address that the flow chooses. */
static uint32_t entropy_mask(const struct prefix *source)
{
	unsigned int free_bits = (address_is_ipv4(&source->address) ?
					  ADDRESS_BITS_IPV4 :
					  ADDRESS_BITS_IPV6) -
				 source->length;

	return free_bits < STEERING_OUTER_SOURCE_BITS ?
		       htonl((1U << free_bits) - 1) :
		       UINT32_MAX;
}

/* Return the outer header of packets to a next hop. */
static struct hg_tunnel tunnel_of(const struct steering_options *options,
				  const struct nexthop *nexthop)
{
	struct hg_tunnel tunnel = { .gue_port = htons(options->gue_port) };
	struct address source = nexthop->outer_source;

	for (size_t i = 0; i < options->outer_source_count; i++) {
		const struct prefix *given = &options->outer_sources[i];

		if (address_is_ipv4(&given->address) !=
		    address_is_ipv4(&nexthop->address))
			continue;
		source = given->address;
		tunnel.source_entropy = entropy_mask(given);
	}
	memcpy(tunnel.source.bytes, source.bytes, sizeof(source.bytes));
	return tunnel;
}

/* True if the outer header has a source, or there is none. */
static bool has_outer_source(const struct steering_options *options,
			     const struct nexthop *nexthop)
{
	const struct hg_tunnel tunnel = tunnel_of(options, nexthop);
	struct address source;

	memcpy(source.bytes, tunnel.source.bytes, sizeof(source.bytes));
	return !nexthop->encapsulation || !address_is_zero(&source);
}

/*
 * Write the outer header of a next hop behind a router, before packets need it.
 * One that is no longer behind a router keeps it: packets that are on their way
 * through the program may still read it.
 */
static int write_tunnel(struct nexthop_slots *slots, const struct slot *slot,
			const struct nexthop *nexthop)
{
	const struct steering_sink *sink = slots->sink;
	const struct hg_tunnel tunnel = tunnel_of(slots->options, nexthop);
	int error;

	if (!nexthop->encapsulation ||
	    !memcmp(&slots->tunnels[slot->index], &tunnel, sizeof(tunnel)))
		return 0;
	error = sink->set_tunnel(sink->datapath, slot->index, &tunnel);
	if (!error)
		slots->tunnels[slot->index] = tunnel;
	return error;
}

/*
 * Make packets small enough before their outer headers grow. They shrink before
 * packets may be larger, as the MTU is stored last (datapath/tables.c).
 */
static int lower_mtu(struct nexthop_slots *slots, const struct slot *slot,
		     const struct hg_nexthop *value)
{
	const struct steering_sink *sink = slots->sink;
	struct hg_nexthop *known = &slots->values[slot->index];

	if (known->encapsulation == value->encapsulation || !known->alive ||
	    !value->alive || known->mtu <= value->mtu)
		return 0;
	known->mtu = value->mtu;
	return sink->set_nexthop(sink->datapath, slot->index, known);
}

bool nexthop_slots_is_alive(const struct nexthop_slots *slots,
			    const struct slot *slot)
{
	return slots->values[slot->index].alive;
}

static void set_returning(struct nexthop_slots *slots, const struct slot *slot,
			  enum nexthop_return returning)
{
	struct nexthop_slot_state *state = &slots->states[slot->index];

	slots->returning_count += returning != NEXTHOP_NO_RETURN;
	slots->returning_count -= state->returning != NEXTHOP_NO_RETURN;
	state->returning = returning;
}

/*
 * True if the next hop may not be alive yet. Flows began on its backups while it
 * was dead, and its buckets do not remember them; or windows remember it, as if it
 * still had the flows that it lost.
 */
static bool must_wait(const struct nexthop_slots *slots,
		      const struct slot *slot)
{
	const struct nexthop_slot_state *state = &slots->states[slot->index];
	const struct hg_nexthop *value = &slots->values[slot->index];

	return !value->alive && value->incarnation &&
	       ((slots->windows && state->uses[NEXTHOP_OWNER]) ||
		state->uses[NEXTHOP_WINDOW]) &&
	       state->returning != NEXTHOP_RETURN_READY;
}

static void wait_for_windows(struct nexthop_slots *slots,
			     const struct slot *slot)
{
	if (slots->states[slot->index].returning == NEXTHOP_NO_RETURN)
		set_returning(slots, slot, NEXTHOP_RETURN_ASKED);
}

static void report_lead(const struct nexthop_slots *slots,
			const struct slot *slot)
{
	bool alive = slots->values[slot->index].alive;

	if (slots->leads)
		slots->leads(slot->index,
			     alive ? &slot->node.prefix.address : NULL,
			     slots->context);
}

int nexthop_slots_kill(struct nexthop_slots *slots, const struct slot *slot)
{
	const struct steering_sink *sink = slots->sink;
	int error = 0;

	if (slots->values[slot->index].alive)
		error = sink->set_alive(sink->datapath, slot->index, false);
	if (!error)
		slots->values[slot->index].alive = 0;
	set_returning(slots, slot, NEXTHOP_NO_RETURN);
	report_lead(slots, slot);
	return error;
}

/* True if it is known whether the next hop is alive. */
static bool is_proven(const struct nexthop *nexthop)
{
	return nexthop_is_alive(nexthop) || nexthop->state == NEXTHOP_FAILED ||
	       nexthop->bfd == NEXTHOP_BFD_DOWN;
}

int nexthop_slots_write(struct nexthop_slots *slots, const struct slot *slot,
			const struct nexthop *nexthop)
{
	const struct steering_sink *sink = slots->sink;
	struct hg_nexthop *known = &slots->values[slot->index];
	struct hg_nexthop value = slot_value(nexthop);
	bool returns;
	int error = 0;

	if (slots->states[slot->index].unproven && !is_proven(nexthop))
		return 0;
	slots->states[slot->index].unproven = false;
	value.held_until_s = known->held_until_s;
	value.draining = slot_drains(slots, slot->index);
	value.alive = value.alive && !slots->states[slot->index].killed &&
		      has_outer_source(slots->options, nexthop);
	if (value.alive && must_wait(slots, slot)) {
		wait_for_windows(slots, slot);
		return 0;
	}
	returns = value.alive && !known->alive;
	value.incarnation = known->incarnation + returns;
	error = write_tunnel(slots, slot, nexthop);
	if (error)
		return error;
	if (!memcmp(known, &value, sizeof(value))) {
		report_lead(slots, slot);
		return 0;
	}
	if (!value.alive)
		error = nexthop_slots_kill(slots, slot);
	if (!error)
		error = lower_mtu(slots, slot, &value);
	if (!error)
		error = sink->set_nexthop(sink->datapath, slot->index, &value);
	if (error)
		return error;
	slots->returns += returns && known->incarnation;
	*known = value;
	report_lead(slots, slot);
	return 0;
}

void nexthop_slots_begin_returns(struct nexthop_slots *slots)
{
	for (uint32_t i = HG_NEXTHOP_NONE + 1; i < slots->table.used; i++)
		if (slots->states[i].returning == NEXTHOP_RETURN_ASKED)
			slots->states[i].returning = NEXTHOP_RETURN_OPENS;
}

/* The state of the next hop may have changed, or its slot be free by now. */
static int let_return(struct nexthop_slots *slots, const struct slot *slot)
{
	const struct nexthop *nexthop = NULL;
	int error = 0;

	if (slot->references)
		nexthop = tracker_find(slots->tracker,
				       &slot->node.prefix.address);
	set_returning(slots, slot, NEXTHOP_RETURN_READY);
	if (nexthop)
		error = nexthop_slots_write(slots, slot, nexthop);
	set_returning(slots, slot, NEXTHOP_NO_RETURN);
	return error;
}

int nexthop_slots_end_returns(struct nexthop_slots *slots)
{
	int error = 0;

	for (uint32_t i = HG_NEXTHOP_NONE + 1; i < slots->table.used; i++) {
		int last = 0;

		if (slots->states[i].returning == NEXTHOP_RETURN_OPENS)
			last = let_return(slots, &slots->table.slots[i]);
		if (last)
			error = last;
	}
	return error;
}

int nexthop_slots_set_lost(struct nexthop_slots *slots, const struct slot *slot,
			   bool lost, bool kill)
{
	struct nexthop_slot_state *state = &slots->states[slot->index];
	const struct nexthop *nexthop =
		tracker_find(slots->tracker, &slot->node.prefix.address);
	bool was_killed = state->killed;

	slots->lost_count += lost - state->lost;
	state->lost = lost;
	state->killed = lost && kill;
	if (state->killed)
		return nexthop_slots_kill(slots, slot);
	return was_killed && nexthop ?
		       nexthop_slots_write(slots, slot, nexthop) :
		       0;
}

void nexthop_slots_note_held(struct nexthop_slots *slots, uint32_t index,
			     uint32_t until_s)
{
	const struct steering_sink *sink = slots->sink;
	struct hg_nexthop value = slots->values[index];

	value.held_until_s = until_s;
	if (value.held_until_s == slots->values[index].held_until_s)
		return;
	if (!sink->set_nexthop(sink->datapath, index, &value))
		slots->values[index] = value;
}

/* ------------------------------------------------------------- adoption */

static struct address address_of_value(const struct hg_nexthop *value)
{
	struct address address;

	memcpy(address.bytes, value->address.bytes, sizeof(address.bytes));
	return address;
}

static void adopt_alive(struct nexthop_slots *slots, struct slot *slot,
			const struct hg_nexthop *value)
{
	struct nexthop_slot_state *state = &slots->states[slot->index];

	state->unproven = true;
	state->adopted = true;
	slot->references++;
	add_use(slots, slot, NEXTHOP_LISTED);
	if (value->encapsulation && slots->encapsulate)
		slots->encapsulate(&slot->node.prefix.address,
				   value->encapsulation, slots->context);
}

/* No flow can be on a slot that has no next hop, or a dead one. */
static void disown(struct nexthop_slots *slots, uint32_t index)
{
	const struct steering_sink *sink = slots->sink;

	if (slots->values[index].alive)
		sink->set_alive(sink->datapath, index, false);
	slots->values[index].alive = 0;
	nexthop_slots_note_held(slots, index, 0);
}

void nexthop_slots_adopt(struct nexthop_slots *slots,
			 const struct hg_nexthop *values)
{
	const struct steering_sink *sink = slots->sink;

	for (uint32_t i = HG_NEXTHOP_NONE + 1; i < HG_MAX_NEXTHOPS; i++) {
		struct address address = address_of_value(&values[i]);
		struct prefix prefix = prefix_of_address(&address);
		struct slot *slot;

		/* Its incarnations go on, whichever next hop gets the slot. */
		slots->values[i] = values[i];
		sink->get_tunnel(sink->datapath, i, &slots->tunnels[i]);
		slot = address_is_zero(&address) ?
			       NULL :
			       slot_adopt(&slots->table, &prefix, i);
		if (slot && values[i].alive)
			adopt_alive(slots, slot, &values[i]);
		else
			disown(slots, i);
	}
}

void nexthop_slots_end_adoption(struct nexthop_slots *slots)
{
	for (uint32_t i = HG_NEXTHOP_NONE + 1; i < HG_MAX_NEXTHOPS; i++) {
		struct slot *slot = &slots->table.slots[i];
		struct nexthop_slot_state *state = &slots->states[i];
		const struct nexthop *nexthop;

		if (!state->adopted)
			continue;
		nexthop = tracker_find(slots->tracker,
				       &slot->node.prefix.address);
		state->adopted = false;
		if (!nexthop || nexthop->state == NEXTHOP_UNREACHABLE)
			nexthop_slots_kill(slots, slot);
		nexthop_slots_release(slots, slot, NEXTHOP_LISTED);
	}
}
