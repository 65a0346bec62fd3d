// SPDX-License-Identifier: BSD-2-Clause
/* The rules for marked packets. See mark_rule.h. */

#include "fib/mark_rule.h"

enum {
	MAIN_TABLE_PRIORITY = 32766, /* ip-rule(8) */
};

_Static_assert((int)HANDED_UP_MAX_PRIORITY + MARK_PRIORITIES ==
		       MAIN_TABLE_PRIORITY,
	       "our rules come before the main table");
_Static_assert((int)MARK_SLOTS == (int)HANDED_UP_TABLES, "a table for each");
_Static_assert(MARK_SLOTS == 1 << HANDED_UP_MARK_BITS, "a mark for each");

static uint32_t lowest_bit(uint32_t mask)
{
	return mask & -mask;
}

static uint32_t last_priority(const struct handed_up_options *options)
{
	return options->priority + MARK_PRIORITIES - 1;
}

/* The priority at which the rules of the slot's chunk begin */
static uint32_t anchor_priority(const struct handed_up_options *options,
				uint32_t slot)
{
	return options->priority + 1 + MARK_CHUNKS +
	       slot / MARK_CHUNK * (1 + MARK_CHUNK);
}

struct mark_rule mark_rule_guard(const struct handed_up_options *options,
				 bool ipv6)
{
	return (struct mark_rule){
		.ipv6 = ipv6,
		.priority = options->priority,
		.mask = options->mark,
		.action = MARK_GO_TO,
		.target = last_priority(options),
	};
}

struct mark_rule mark_rule_end(const struct handed_up_options *options,
			       bool ipv6)
{
	return (struct mark_rule){
		.ipv6 = ipv6,
		.priority = last_priority(options),
		.action = MARK_NOTHING,
	};
}

struct mark_rule mark_rule_chunk(const struct handed_up_options *options,
				 uint32_t slot, bool ipv6)
{
	uint32_t bit = lowest_bit(options->mark);

	return (struct mark_rule){
		.ipv6 = ipv6,
		.priority = options->priority + 1 + slot / MARK_CHUNK,
		.mark = slot / MARK_CHUNK * MARK_CHUNK * bit,
		.mask = options->mark & ~((MARK_CHUNK - 1) * bit),
		.action = MARK_GO_TO,
		.target = anchor_priority(options, slot),
	};
}

struct mark_rule mark_rule_anchor(const struct handed_up_options *options,
				  uint32_t slot, bool ipv6)
{
	return (struct mark_rule){
		.ipv6 = ipv6,
		.priority = anchor_priority(options, slot),
		.action = MARK_NOTHING,
	};
}

struct mark_rule mark_rule_slot(const struct handed_up_options *options,
				uint32_t slot, bool ipv6)
{
	return (struct mark_rule){
		.ipv6 = ipv6,
		.priority =
			anchor_priority(options, slot) + 1 + slot % MARK_CHUNK,
		.mark = slot * lowest_bit(options->mark),
		.mask = options->mark,
		.action = MARK_LOOK_UP,
		.target = mark_rule_table(options, slot),
	};
}

uint32_t mark_rule_table(const struct handed_up_options *options, uint32_t slot)
{
	return options->table + slot;
}

bool mark_rule_equal(const struct mark_rule *a, const struct mark_rule *b)
{
	return a->ipv6 == b->ipv6 && a->priority == b->priority &&
	       a->mark == b->mark && a->mask == b->mask &&
	       a->action == b->action && a->target == b->target;
}

bool mark_rule_is_slot(const struct handed_up_options *options,
		       const struct mark_rule *rule, uint32_t *slot)
{
	uint32_t found = rule->target - options->table;
	struct mark_rule wanted;

	if (!options->mark || !found || found >= MARK_SLOTS)
		return false;
	wanted = mark_rule_slot(options, found, rule->ipv6);
	if (!mark_rule_equal(rule, &wanted))
		return false;
	*slot = found;
	return true;
}
