/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FILTER_RULE_H
#define FILTER_RULE_H

/* One rule of the book, from anywhere. For the files of this room only. */

#include "bgp/codec/flowspec_action.h"
#include "core/address.h"
#include "core/wire.h"
#include "filter/book.h"
#include "headgate/abi.h"

#include <stdbool.h>
#include <stdint.h>

struct filter_rule {
	enum filter_origin origin;
	struct address neighbor;
	bool ipv6;
	bool reported; /* that it is in force */
	uint16_t size;
	uint16_t slot;
	struct flowspec_actions actions;
	const char *judgment;	      /* why its neighbor may not have it */
	const char *inability;	      /* why the program cannot evaluate it */
	const char *invalid;	      /* one of these; NULL: it is evaluated */
	const char *refusal;	      /* why it did not fit; NULL: it did */
	const char *reported_refusal; /* of these, what was reported */
	struct prefix vip;	      /* its destination */
	uint32_t source_count;	      /* of FILTER_SOURCES */
	struct hg_filter compiled;    /* if it is not invalid */
	uint8_t bytes[];	      /* of FILTER_LOCAL and FILTER_FLOWSPEC */
};

/*
 * The caller frees with free(). NULL: out of memory. All but the bytes are zero.
 */
struct filter_rule *filter_rule_new(enum filter_origin origin, bool ipv6,
				    struct reader bytes);

static inline struct reader filter_rule_reader(const struct filter_rule *rule)
{
	return reader_of(rule->bytes, rule->size);
}

static inline bool filter_rule_is_learned(const struct filter_rule *rule)
{
	return rule->origin >= FILTER_FIRST_LEARNED;
}

/* Compile a rule that has bytes and actions. Sets `inability`, and returns it. */
const char *filter_rule_compile(struct filter_rule *rule);

/* The order of learned rules: blackholes, then as RFC 8955 5.1 says. */
int filter_rule_compare(const struct filter_rule *a,
			const struct filter_rule *b);

/* True if two rules of one origin match the same packets. */
bool filter_rule_is_same(const struct filter_rule *a,
			 const struct filter_rule *b);

#endif
