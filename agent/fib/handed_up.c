// SPDX-License-Identifier: BSD-2-Clause
/*
 * Rules and tables for packets that the kernel forwards. See handed_up.h.
 *
 * A slot that changes waits in a queue, and the event loop writes as many as it
 * has time for in a turn. The routes of a table come before the rule that leads
 * to it, and go after it.
 */

#include "fib/handed_up.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "core/clock.h"
#include "core/log.h"
#include "fib/handed_up_internal.h"
#include "fib/route_socket.h"
#include "fib/rule_message.h"

/* ------------------------------------------------------------- messages */

int handed_up_send(struct handed_up *handed_up, struct nlmsghdr *message)
{
	int error = route_socket_send(handed_up->socket, message);

	/* It is there already, or gone already. */
	return error == -EEXIST || error == -ESRCH || error == -ENOENT ? 0 :
									 error;
}

static int write_rule(struct handed_up *handed_up, struct mark_rule rule,
		      bool wanted)
{
	void *buffer = &handed_up->message;

	return handed_up_send(
		handed_up,
		wanted ? rule_message_add(buffer, &handed_up->owner, &rule) :
			 rule_message_remove(buffer, &handed_up->owner, &rule));
}

static bool has_family(const struct handed_up *handed_up, bool ipv6)
{
	for (size_t i = 0; i < handed_up->range_count; i++)
		if (address_is_ipv4(&handed_up->ranges[i].address) != ipv6)
			return true;
	return false;
}

/* True if packets of a family go to the slot's next hop. */
static bool leads(const struct handed_up *handed_up,
		  const struct slot_route *slot, bool ipv6)
{
	if (address_is_ipv4(&slot->hop.via))
		return !ipv6;
	return ipv6 || handed_up->mixed;
}

static uint32_t index_of(const struct handed_up *handed_up,
			 const struct slot_route *slot)
{
	return (uint32_t)(slot - handed_up->slots);
}

/* ------------------------------------------------------------- rules */

/*
 * Write the rules of a slot in one family: those around all slots and around
 * its chunk, too, as they may have gone with others. Removals leave them as long
 * as other slots need them.
 */
static int add_rules(struct handed_up *handed_up, uint32_t slot, bool ipv6)
{
	const struct handed_up_options *options = &handed_up->options;
	const struct mark_rule rules[] = {
		mark_rule_end(options, ipv6),
		mark_rule_guard(options, ipv6),
		mark_rule_anchor(options, slot, ipv6),
		mark_rule_slot(options, slot, ipv6),
		mark_rule_chunk(options, slot, ipv6),
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules) && !error; i++)
		error = write_rule(handed_up, rules[i], true);
	return error;
}

static void remove_rules(struct handed_up *handed_up, uint32_t slot, bool ipv6)
{
	const struct handed_up_options *options = &handed_up->options;

	write_rule(handed_up, mark_rule_slot(options, slot, ipv6), false);
	if (!handed_up->chunks[slot / MARK_CHUNK]) {
		write_rule(handed_up, mark_rule_chunk(options, slot, ipv6),
			   false);
		write_rule(handed_up, mark_rule_anchor(options, slot, ipv6),
			   false);
	}
	if (!handed_up->written) {
		write_rule(handed_up, mark_rule_guard(options, ipv6), false);
		write_rule(handed_up, mark_rule_end(options, ipv6), false);
	}
}

/* ------------------------------------------------------------- slots */

static int write_routes(struct handed_up *handed_up,
			const struct slot_route *slot)
{
	uint32_t table =
		mark_rule_table(&handed_up->options, index_of(handed_up, slot));
	int error = 0;

	for (size_t i = 0; i < handed_up->range_count && !error; i++) {
		const struct prefix *range = &handed_up->ranges[i];

		if (leads(handed_up, slot, !address_is_ipv4(&range->address)))
			error = handed_up_send(
				handed_up,
				route_message_in_table(&handed_up->message,
						       &handed_up->owner, range,
						       &slot->hop,
						       &slot->tunnel, table));
	}
	return error;
}

static void remove_routes(struct handed_up *handed_up,
			  const struct slot_route *slot, bool ipv6)
{
	uint32_t table =
		mark_rule_table(&handed_up->options, index_of(handed_up, slot));

	for (size_t i = 0; i < handed_up->range_count; i++) {
		const struct prefix *range = &handed_up->ranges[i];

		if (address_is_ipv4(&range->address) != ipv6)
			handed_up_send(handed_up, route_message_leave_table(
							  &handed_up->message,
							  &handed_up->owner,
							  range, table));
	}
}

void handed_up_count_slot(struct handed_up *handed_up, struct slot_route *slot,
			  bool written)
{
	size_t *chunk =
		&handed_up->chunks[index_of(handed_up, slot) / MARK_CHUNK];

	if (slot->written == written)
		return;
	slot->written = written;
	handed_up->written += written ? 1 : (size_t)-1;
	*chunk += written ? 1 : (size_t)-1;
}

static void erase_slot(struct handed_up *handed_up, struct slot_route *slot)
{
	if (!slot->written)
		return;
	handed_up_count_slot(handed_up, slot, false);
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		remove_rules(handed_up, index_of(handed_up, slot), ipv6);
		remove_routes(handed_up, slot, ipv6);
	}
}

/* Write a slot. Another hop may have been there that led both families. */
static int write_slot_rules(struct handed_up *handed_up,
			    struct slot_route *slot)
{
	bool was_written = slot->written;
	int error;

	handed_up_count_slot(handed_up, slot, true);
	error = write_routes(handed_up, slot);
	for (int ipv6 = 0; ipv6 < 2 && !error; ipv6++) {
		uint32_t index = index_of(handed_up, slot);

		if (has_family(handed_up, ipv6) &&
		    leads(handed_up, slot, ipv6)) {
			error = add_rules(handed_up, index, ipv6);
		} else if (was_written) {
			remove_rules(handed_up, index, ipv6);
			remove_routes(handed_up, slot, ipv6);
		}
	}
	return error;
}

/* Log the first of many failures. */
static void record_slot_answer(struct handed_up *handed_up, int error)
{
	if (error && !handed_up->failed)
		log_event(EVENT_ROUTES_NOT_WRITTEN, NULL,
			  "rules for handed-up packets not written: %s; the "
			  "kernel sends such packets of a flow to any server "
			  "of its VIP. Further failures are not logged",
			  strerror(-error));
	handed_up->failed = error;
}

static void write_slot(struct handed_up *handed_up, struct slot_route *slot)
{
	TAILQ_REMOVE(&handed_up->waiting, slot, queue);
	slot->queued = false;
	if (slot->wanted)
		record_slot_answer(handed_up,
				   write_slot_rules(handed_up, slot));
	else
		erase_slot(handed_up, slot);
}

static void write_slots(void *context)
{
	struct handed_up *handed_up = context;
	uint64_t end = clock_now_us() + WORK_PIECE_US;

	while (!TAILQ_EMPTY(&handed_up->waiting) && clock_now_us() < end)
		write_slot(handed_up, TAILQ_FIRST(&handed_up->waiting));
	if (!TAILQ_EMPTY(&handed_up->waiting))
		work_queue_add(handed_up->queue, &handed_up->turn);
}

static void queue_slot(struct handed_up *handed_up, struct slot_route *slot)
{
	if (slot->queued)
		return;
	work_queue_add(handed_up->queue, &handed_up->turn);
	slot->queued = true;
	TAILQ_INSERT_TAIL(&handed_up->waiting, slot, queue);
}

static bool leads_to(const struct slot_route *slot, const struct route_hop *hop,
		     const struct route_tunnel *tunnel)
{
	return slot->hop.ifindex == hop->ifindex &&
	       address_equal(&slot->hop.via, &hop->via) &&
	       slot->tunnel.room == tunnel->room;
}

void handed_up_set(struct handed_up *handed_up, uint32_t index,
		   const struct route_hop *hop,
		   const struct route_tunnel *tunnel)
{
	struct slot_route *slot;

	if (!handed_up || !handed_up->options.mark || !index ||
	    index >= MARK_SLOTS)
		return;
	slot = &handed_up->slots[index];
	if (hop && slot->wanted && leads_to(slot, hop, tunnel))
		return;
	if (!hop && !slot->wanted && !slot->stale)
		return;
	slot->wanted = hop;
	slot->stale = false;
	if (hop) {
		slot->hop = *hop;
		slot->tunnel = *tunnel;
	}
	queue_slot(handed_up, slot);
}

void handed_up_write_again(struct handed_up *handed_up, uint32_t ifindex)
{
	if (!handed_up)
		return;
	for (uint32_t i = 1; i < MARK_SLOTS; i++) {
		struct slot_route *slot = &handed_up->slots[i];

		if (slot->wanted && (!ifindex || slot->hop.ifindex == ifindex))
			queue_slot(handed_up, slot);
	}
}

void handed_up_mix_families(struct handed_up *handed_up)
{
	if (!handed_up || handed_up->mixed)
		return;
	handed_up->mixed = true;
	handed_up_write_again(handed_up, 0);
}

static bool keeps_range(const struct fib_options *options,
			const struct prefix *range)
{
	for (size_t i = 0; i < options->range_count; i++)
		if (prefix_equal(&options->ranges[i], range))
			return true;
	return false;
}

/* Remove a range from all tables. */
static void leave_range(struct handed_up *handed_up, const struct prefix *range)
{
	for (uint32_t i = 1; i < MARK_SLOTS; i++)
		if (handed_up->slots[i].written)
			handed_up_send(
				handed_up,
				route_message_leave_table(
					&handed_up->message, &handed_up->owner,
					range,
					mark_rule_table(&handed_up->options,
							i)));
}

void handed_up_set_ranges(struct handed_up *handed_up,
			  const struct fib_options *options)
{
	if (!handed_up)
		return;
	for (size_t i = 0; i < handed_up->range_count; i++)
		if (!keeps_range(options, &handed_up->ranges[i]))
			leave_range(handed_up, &handed_up->ranges[i]);
	handed_up->ranges = options->ranges;
	handed_up->range_count = options->range_count;
	handed_up_write_again(handed_up, 0);
}

size_t handed_up_count(const struct handed_up *handed_up)
{
	return handed_up ? handed_up->written : 0;
}

/* ------------------------------------------------------------- life */

static void remove_stale_slots(struct handed_up *handed_up)
{
	for (uint32_t i = 1; i < MARK_SLOTS; i++) {
		struct slot_route *slot = &handed_up->slots[i];

		if (!slot->stale)
			continue;
		slot->stale = false;
		queue_slot(handed_up, slot);
	}
}

static void on_stale_slots(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	remove_stale_slots(context);
}

void handed_up_wait(struct handed_up *handed_up)
{
	event_del(handed_up->stale_timer);
}

void handed_up_end_wait(struct handed_up *handed_up)
{
	event_del(handed_up->stale_timer);
	remove_stale_slots(handed_up);
}

int handed_up_new(struct event_base *base, struct work_queue *queue,
		  const struct fib_options *options,
		  struct route_socket *socket, unsigned int stale_timeout_s,
		  struct handed_up **out)
{
	const struct timeval timeout = { .tv_sec = stale_timeout_s };
	struct handed_up *handed_up = calloc(1, sizeof(*handed_up));
	int error = -ENOMEM;

	if (!handed_up)
		return error;
	TAILQ_INIT(&handed_up->waiting);
	handed_up->owner = route_owner_of(options->instance);
	handed_up->options = fib_options_handed_up(options);
	handed_up->ranges = options->ranges;
	handed_up->range_count = options->range_count;
	handed_up->socket = socket;
	handed_up->queue = queue;
	handed_up->turn = (struct work){
		.run = write_slots,
		.context = handed_up,
		.name = "kernel rules of next hops",
	};
	handed_up->stale_timer = evtimer_new(base, on_stale_slots, handed_up);
	if (handed_up->stale_timer)
		error = handed_up_list_stale(handed_up);
	if (error) {
		handed_up_free(handed_up, false);
		return error;
	}
	if (handed_up->written)
		evtimer_add(handed_up->stale_timer, &timeout);
	*out = handed_up;
	return 0;
}

void handed_up_free(struct handed_up *handed_up, bool remove)
{
	if (!handed_up)
		return;
	for (uint32_t i = 1; remove && i < MARK_SLOTS; i++)
		erase_slot(handed_up, &handed_up->slots[i]);
	work_queue_remove(handed_up->queue, &handed_up->turn);
	if (handed_up->stale_timer)
		event_free(handed_up->stale_timer);
	free(handed_up);
}
