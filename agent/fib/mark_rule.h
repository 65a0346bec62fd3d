/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_MARK_RULE_H
#define FIB_MARK_RULE_H

/*
 * The kernel's rules that lead a marked packet to the table of its next hop:
 * which there are, and in which order. Pure.
 *
 * The kernel tries rules one after the other, for each packet that it routes.
 * So the first rule sends packets without a mark past all others, and slots are
 * in chunks of 64: a packet meets at most one rule for each chunk in use, then
 * those of its own chunk. With P as the first priority:
 *
 *	P		no mark: go to the end
 *	P + 1 + C	slots of chunk C: go to its beginning
 *	...
 *	P + 65 + 65 C	the beginning of chunk C, which does nothing
 *	  ... + 1 + S	slot S of the chunk: look up its table
 *	...
 *	P + 4225	the end, which does nothing
 *
 * A packet whose slot has no rule comes to the end, too, and then to the main
 * table.
 */

#include <stdbool.h>
#include <stdint.h>

#include "fib/options.h"

enum mark_rule_limits {
	MARK_CHUNK = 64, /* slots of a chunk */
	MARK_CHUNKS = 64,
	MARK_SLOTS = MARK_CHUNKS * MARK_CHUNK,
	/* Priorities from the first rule to the last one. */
	MARK_PRIORITIES = 1 + MARK_CHUNKS + MARK_CHUNKS * (1 + MARK_CHUNK) + 1,
};

/* The effect of a rule on a packet whose mark it matches */
enum mark_action {
	MARK_GO_TO,   /* a later priority */
	MARK_LOOK_UP, /* a table */
	MARK_NOTHING,
};

struct mark_rule {
	bool ipv6;
	uint32_t priority;
	uint32_t mark; /* the value of the bits of `mask` */
	uint32_t mask;
	enum mark_action action;
	uint32_t target; /* priority or table */
};

/* The first rule and the last one */
struct mark_rule mark_rule_guard(const struct handed_up_options *options,
				 bool ipv6);
struct mark_rule mark_rule_end(const struct handed_up_options *options,
			       bool ipv6);
/* The rule that goes to the chunk of a slot, and where it goes */
struct mark_rule mark_rule_chunk(const struct handed_up_options *options,
				 uint32_t slot, bool ipv6);
struct mark_rule mark_rule_anchor(const struct handed_up_options *options,
				  uint32_t slot, bool ipv6);
struct mark_rule mark_rule_slot(const struct handed_up_options *options,
				uint32_t slot, bool ipv6);
uint32_t mark_rule_table(const struct handed_up_options *options,
			 uint32_t slot);
bool mark_rule_equal(const struct mark_rule *a, const struct mark_rule *b);
/*
 * True if it is a rule of some slot by these options; then sets *slot. False for
 * the others.
 */
bool mark_rule_is_slot(const struct handed_up_options *options,
		       const struct mark_rule *rule, uint32_t *slot);

#endif
