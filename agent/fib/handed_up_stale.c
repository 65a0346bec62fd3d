// SPDX-License-Identifier: BSD-2-Clause
/*
 * Rules and tables that a previous run has left. See handed_up.h.
 *
 * Lists come by a socket of their own, so changes can be made meanwhile. The
 * kernel then leaves some entries out, so a list that led to changes is read
 * again.
 */

#include "fib/handed_up_internal.h"

#include <errno.h>

#include <libmnl/libmnl.h>
#include <sys/socket.h>

#include "fib/route_socket.h"
#include "fib/rule_message.h"

enum {
	MAX_LISTS = 64, /* each removes what it can, so fewer are enough */
};

struct sweep {
	struct handed_up *handed_up;
	bool changed; /* something was removed */
};

static int list(struct handed_up *handed_up, struct nlmsghdr *request,
		mnl_cb_t read, struct sweep *sweep)
{
	struct route_socket *socket;
	int error = route_socket_open(&socket);

	if (error)
		return error;
	sweep->handed_up = handed_up;
	sweep->changed = false;
	error = route_socket_list(socket, request, read, sweep);
	route_socket_close(socket);
	/* A kernel without IPv6, or without rules, has none to list. */
	return error == -EOPNOTSUPP || error == -EAFNOSUPPORT ? 0 : error;
}

static int take_slot(const struct nlmsghdr *message, void *context)
{
	struct handed_up *handed_up = ((struct sweep *)context)->handed_up;
	struct mark_rule rule;
	uint32_t slot;

	if (!rule_message_is_ours(message, &handed_up->owner, &rule) ||
	    !mark_rule_is_slot(&handed_up->options, &rule, &slot))
		return MNL_CB_OK;
	handed_up->slots[slot].stale = true;
	handed_up_count_slot(handed_up, &handed_up->slots[slot], true);
	return MNL_CB_OK;
}

/* True if a rule is one of those around the slots that are there. */
static bool is_around_slots(const struct handed_up *handed_up,
			    const struct mark_rule *rule)
{
	const struct handed_up_options *options = &handed_up->options;
	struct mark_rule guard = mark_rule_guard(options, rule->ipv6);
	struct mark_rule end = mark_rule_end(options, rule->ipv6);

	if (!handed_up->written)
		return false;
	if (mark_rule_equal(rule, &guard) || mark_rule_equal(rule, &end))
		return true;
	for (uint32_t i = 0; i < MARK_CHUNKS; i++) {
		uint32_t slot = i * MARK_CHUNK;
		struct mark_rule chunk =
			mark_rule_chunk(options, slot, rule->ipv6);
		struct mark_rule anchor =
			mark_rule_anchor(options, slot, rule->ipv6);

		if (handed_up->chunks[i] && (mark_rule_equal(rule, &chunk) ||
					     mark_rule_equal(rule, &anchor)))
			return true;
	}
	return false;
}

static int sweep_slot_rule(const struct nlmsghdr *message, void *context)
{
	struct sweep *sweep = context;
	struct handed_up *handed_up = sweep->handed_up;
	struct mark_rule rule;
	uint32_t slot;

	if (!rule_message_is_ours(message, &handed_up->owner, &rule) ||
	    mark_rule_is_slot(&handed_up->options, &rule, &slot) ||
	    is_around_slots(handed_up, &rule))
		return MNL_CB_OK;
	if (!handed_up_send(handed_up,
			    rule_message_remove(&handed_up->message,
						&handed_up->owner, &rule)))
		sweep->changed = true;
	return MNL_CB_OK;
}

static bool is_range(const struct handed_up *handed_up,
		     const struct prefix *prefix)
{
	for (size_t i = 0; i < handed_up->range_count; i++)
		if (prefix_equal(&handed_up->ranges[i], prefix))
			return true;
	return false;
}

static int sweep_slot_route(const struct nlmsghdr *message, void *context)
{
	struct sweep *sweep = context;
	struct handed_up *handed_up = sweep->handed_up;
	struct prefix prefix;
	uint32_t table, slot;

	if (!route_message_is_in_table(message, &handed_up->owner, &prefix,
				       &table))
		return MNL_CB_OK;
	slot = table - handed_up->options.table;
	if (slot < MARK_SLOTS && handed_up->slots[slot].stale &&
	    is_range(handed_up, &prefix))
		return MNL_CB_OK;
	if (!handed_up_send(handed_up,
			    route_message_leave_table(&handed_up->message,
						      &handed_up->owner,
						      &prefix, table)))
		sweep->changed = true;
	return MNL_CB_OK;
}

/* Remove what no slot needs, in one family. */
static int sweep_family(struct handed_up *handed_up, uint8_t family)
{
	struct sweep sweep = { .changed = true };
	int error = 0;

	for (int i = 0; i < MAX_LISTS && sweep.changed && !error; i++)
		error = list(handed_up,
			     rule_message_list(&handed_up->request, family),
			     sweep_slot_rule, &sweep);
	sweep.changed = true;
	for (int i = 0; i < MAX_LISTS && sweep.changed && !error; i++)
		error = list(handed_up,
			     route_message_list(&handed_up->request,
						&handed_up->owner, family),
			     sweep_slot_route, &sweep);
	return error;
}

int handed_up_list_stale(struct handed_up *handed_up)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct sweep sweep;
	int error = 0;

	for (size_t i = 0; i < sizeof(families) && !error; i++)
		error = list(handed_up,
			     rule_message_list(&handed_up->request,
					       families[i]),
			     take_slot, &sweep);
	return error;
}

int handed_up_sweep(struct handed_up *handed_up)
{
	int error = sweep_family(handed_up, AF_INET);

	return error ? error : sweep_family(handed_up, AF_INET6);
}
