/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_FLOWSPEC_H
#define BGP_FLOWSPEC_H

/*
 * Flow Specifications: RFC 8955 for IPv4, RFC 8956 for IPv6.
 *
 * A rule is the value of one NLRI: components in order of their types, each a
 * prefix or a list of operators with values. A rule is seen through a reader
 * that is passed by value. After flowspec_check() the walks cannot fail.
 *
 *	flowspec		lists of rules, components, operators, order
 *	flowspec_text		a rule as words, and words as a rule
 *	flowspec_action		actions: extended communities, and as words
 *	flowspec_valid		who may send a rule (RFC 9117)
 */

#include "core/address.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 8955 4.2.2, RFC 8956 3 */
enum flowspec_type {
	FLOWSPEC_DESTINATION = 1,
	FLOWSPEC_SOURCE,
	FLOWSPEC_PROTOCOL,
	FLOWSPEC_PORT, /* of the source or of the destination */
	FLOWSPEC_DESTINATION_PORT,
	FLOWSPEC_SOURCE_PORT,
	FLOWSPEC_ICMP_TYPE,
	FLOWSPEC_ICMP_CODE,
	FLOWSPEC_TCP_FLAGS,
	FLOWSPEC_LENGTH,
	FLOWSPEC_DSCP,
	FLOWSPEC_FRAGMENT,
	FLOWSPEC_FLOW_LABEL, /* IPv6 only */
	FLOWSPEC_TYPE_COUNT,
};

/* RFC 8955 4.2.1.1 and 4.2.1.2 */
enum flowspec_operator_bits {
	FLOWSPEC_END = 0x80,
	FLOWSPEC_AND = 0x40,
	FLOWSPEC_SIZE_SHIFT = 4,
	FLOWSPEC_SIZE_MASK = 3, /* 1, 2, 4 or 8 bytes of value */
	/* Numbers */
	FLOWSPEC_LESS = 0x04,
	FLOWSPEC_GREATER = 0x02,
	FLOWSPEC_EQUAL = 0x01,
	FLOWSPEC_COMPARE_MASK = 0x07,
	/* Bits */
	FLOWSPEC_NOT = 0x02,
	FLOWSPEC_ALL = 0x01, /* all of the bits, not any of them */
};

/* Bits of a fragment component: RFC 8955 4.2.2.12 */
enum flowspec_fragment_bits {
	FLOWSPEC_DONT_FRAGMENT = 0x01,
	FLOWSPEC_IS_FRAGMENT = 0x02, /* other than the first */
	FLOWSPEC_FIRST_FRAGMENT = 0x04,
	FLOWSPEC_LAST_FRAGMENT = 0x08,
};

enum flowspec_sizes {
	FLOWSPEC_MAX_SIZE = 4095,  /* of a rule: RFC 8955 4.1 */
	FLOWSPEC_LONG_SIZE = 0xf0, /* from here on two bytes of length */
};

/* One component of a rule. */
struct flowspec_component {
	enum flowspec_type type;
	/* A prefix: the address bits from `offset` on count: RFC 8956 3.1 */
	struct prefix prefix;
	uint8_t offset;
	struct reader operators; /* of all other types */
};

struct flowspec_operator {
	uint8_t bits; /* enum flowspec_operator_bits */
	uint64_t value;
};

/* Take the next rule off a list of NLRI. False at the end and at an error. */
bool flowspec_next(struct reader *list, struct reader *rule);

/* Write a rule, of at most FLOWSPEC_MAX_SIZE bytes, with its length. */
void flowspec_write(struct writer *w, struct reader rule);

/* Return why a rule is malformed, or NULL: RFC 8955 4.2 and 10. */
const char *flowspec_check(struct reader rule, bool ipv6);

/* Take the next component off a checked rule. False at the end. */
bool flowspec_next_component(struct reader *rule, bool ipv6,
			     struct flowspec_component *component);

/* Find a component of a checked rule. */
bool flowspec_find(struct reader rule, bool ipv6, enum flowspec_type type,
		   struct flowspec_component *component);

/* Take the next operator off a component. False at the end. */
bool flowspec_next_operator(struct reader *operators,
			    struct flowspec_operator *op);

/* True if the operands of this type are bits, not numbers. */
bool flowspec_has_bits(enum flowspec_type type);

/* True if the operators of a component hold for a value of a packet. */
bool flowspec_holds(const struct flowspec_component *component, uint64_t value);

/*
 * Compare two checked rules of a family: below 0 if `a` comes before `b`, 0 if
 * they are equal (RFC 8955 5.1, RFC 8956 4).
 */
int flowspec_compare(struct reader a, struct reader b, bool ipv6);

#endif
