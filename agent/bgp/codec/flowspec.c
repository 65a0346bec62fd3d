// SPDX-License-Identifier: BSD-2-Clause
/* Flow Specifications. See flowspec.h. */

#include "bgp/codec/flowspec.h"

#include <string.h>

enum {
	LONG_MARK = 0xf000, /* in front of a length of 12 bits */
	BITS_PER_BYTE = 8,
	MAX_FLAGS_SIZE = 2, /* RFC 8955 4.2.2.9 */
};

bool flowspec_next(struct reader *list, struct reader *rule)
{
	size_t size;

	if (!list->left)
		return false;
	size = reader_u8(list);
	if (size >= FLOWSPEC_LONG_SIZE)
		size = (size << BITS_PER_BYTE | reader_u8(list)) - LONG_MARK;
	*rule = reader_sub(list, size);
	return !list->failed;
}

void flowspec_write(struct writer *w, struct reader rule)
{
	if (rule.left < FLOWSPEC_LONG_SIZE)
		writer_u8(w, (uint8_t)rule.left);
	else
		writer_u16(w, (uint16_t)(LONG_MARK | rule.left));
	writer_bytes(w, rule.data, rule.left);
}

bool flowspec_has_bits(enum flowspec_type type)
{
	return type == FLOWSPEC_TCP_FLAGS || type == FLOWSPEC_FRAGMENT;
}

static bool has_prefix(enum flowspec_type type)
{
	return type == FLOWSPEC_DESTINATION || type == FLOWSPEC_SOURCE;
}

static void clear_bits_behind(uint8_t *bytes, unsigned int bits)
{
	unsigned int kept = bits % BITS_PER_BYTE;

	if (kept)
		bytes[bits / BITS_PER_BYTE] &=
			(uint8_t)(UINT8_MAX << (BITS_PER_BYTE - kept));
}

/* Write `count` bits to `to` from bit `at` on; `to` is zero there. */
static void place_bits(uint8_t *to, unsigned int at, const uint8_t *from,
		       unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned int bit =
			from[i / BITS_PER_BYTE] >>
				(BITS_PER_BYTE - 1 - i % BITS_PER_BYTE) &
			1;

		to[(at + i) / BITS_PER_BYTE] |=
			(uint8_t)(bit << (BITS_PER_BYTE - 1 -
					  (at + i) % BITS_PER_BYTE));
	}
}

static unsigned int pattern_bytes(unsigned int bits)
{
	return (bits + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
}

static void read_prefix4(struct reader *rule, struct flowspec_component *out)
{
	unsigned int length = reader_u8(rule);
	uint32_t word = 0;

	if (length > ADDRESS_BITS_IPV4)
		rule->failed = true;
	else
		reader_bytes(rule, &word, pattern_bytes(length));
	if (rule->failed)
		return;
	clear_bits_behind((uint8_t *)&word, length);
	out->prefix.address = address_from_ipv4(word);
	out->prefix.length = (uint8_t)length;
}

/* RFC 8956 3.1: the bits before the offset are not there. */
static void read_prefix6(struct reader *rule, struct flowspec_component *out)
{
	unsigned int length = reader_u8(rule);
	unsigned int offset = reader_u8(rule);
	const uint8_t *pattern;

	if (length > ADDRESS_BITS_IPV6 || offset > length ||
	    (offset && offset == length)) {
		rule->failed = true;
		return;
	}
	pattern = reader_take(rule, pattern_bytes(length - offset));
	if (rule->failed)
		return;
	place_bits(out->prefix.address.bytes, offset, pattern, length - offset);
	out->prefix.length = (uint8_t)length;
	out->offset = (uint8_t)offset;
}

bool flowspec_next_operator(struct reader *operators,
			    struct flowspec_operator *op)
{
	size_t size;

	if (!operators->left)
		return false;
	op->bits = reader_u8(operators);
	size = (size_t)1 << (op->bits >> FLOWSPEC_SIZE_SHIFT &
			     FLOWSPEC_SIZE_MASK);
	op->value = 0;
	while (size--)
		op->value = op->value << BITS_PER_BYTE | reader_u8(operators);
	return !operators->failed;
}

/* Take operators up to the one with the end bit off the rule. */
static struct reader take_operators(struct reader *rule)
{
	struct reader start = *rule;
	struct flowspec_operator op;

	do {
		if (!flowspec_next_operator(rule, &op)) {
			rule->failed = true;
			return (struct reader){ .failed = true };
		}
	} while (!(op.bits & FLOWSPEC_END));
	start.left -= rule->left;
	return start;
}

bool flowspec_next_component(struct reader *rule, bool ipv6,
			     struct flowspec_component *component)
{
	if (!rule->left)
		return false;
	*component = (struct flowspec_component){ .type = reader_u8(rule) };
	if (!has_prefix(component->type))
		component->operators = take_operators(rule);
	else if (ipv6)
		read_prefix6(rule, component);
	else
		read_prefix4(rule, component);
	return !rule->failed;
}

bool flowspec_find(struct reader rule, bool ipv6, enum flowspec_type type,
		   struct flowspec_component *component)
{
	while (flowspec_next_component(&rule, ipv6, component))
		if (component->type == type)
			return true;
	return false;
}

/* RFC 8955 4.2.2.9 and 4.2.2.12: the sizes of operands that are bits. */
static bool bits_have_good_sizes(const struct flowspec_component *component)
{
	struct reader operators = component->operators;
	unsigned int most =
		component->type == FLOWSPEC_TCP_FLAGS ? MAX_FLAGS_SIZE : 1;
	struct flowspec_operator op;

	while (flowspec_next_operator(&operators, &op))
		if (1u << (op.bits >> FLOWSPEC_SIZE_SHIFT &
			   FLOWSPEC_SIZE_MASK) >
		    most)
			return false;
	return true;
}

const char *flowspec_check(struct reader rule, bool ipv6)
{
	unsigned int count = ipv6 ? FLOWSPEC_TYPE_COUNT : FLOWSPEC_FLOW_LABEL;
	struct flowspec_component component;
	unsigned int last = 0;

	if (!rule.left)
		return "empty rule (RFC 8955 4)";
	while (rule.left) {
		unsigned int type = *rule.data;

		if (!type || type >= count)
			return "unknown component (RFC 8955 4.2)";
		if (type <= last)
			return "components not in order (RFC 8955 4.2)";
		last = type;
		if (!flowspec_next_component(&rule, ipv6, &component))
			return "malformed component (RFC 8955 4.2.2)";
		if (flowspec_has_bits(component.type) &&
		    !bits_have_good_sizes(&component))
			return "operand too long (RFC 8955 4.2.2)";
	}
	return NULL;
}

static bool number_holds(const struct flowspec_operator *op, uint64_t value)
{
	return (op->bits & FLOWSPEC_LESS && value < op->value) ||
	       (op->bits & FLOWSPEC_GREATER && value > op->value) ||
	       (op->bits & FLOWSPEC_EQUAL && value == op->value);
}

static bool bits_hold(const struct flowspec_operator *op, uint64_t value)
{
	uint64_t common = value & op->value;
	bool holds = op->bits & FLOWSPEC_ALL ? common == op->value : common;

	return op->bits & FLOWSPEC_NOT ? !holds : holds;
}

/* AND binds more than OR. The AND bit of the first one means nothing. */
bool flowspec_holds(const struct flowspec_component *component, uint64_t value)
{
	struct reader operators = component->operators;
	bool bits = flowspec_has_bits(component->type);
	bool all = true, first = true;
	struct flowspec_operator op;

	while (flowspec_next_operator(&operators, &op)) {
		bool holds = bits ? bits_hold(&op, value) :
				    number_holds(&op, value);

		if (first || op.bits & FLOWSPEC_AND) {
			all = all && holds;
		} else {
			if (all)
				return true;
			all = holds;
		}
		first = false;
	}
	return all && !first;
}

static int sign(unsigned int a, unsigned int b)
{
	return (a > b) - (a < b);
}

/* The lowest address is first; if one covers the other, the longest prefix. */
static int compare_prefixes(const struct flowspec_component *a,
			    const struct flowspec_component *b)
{
	struct prefix one = a->prefix, other = b->prefix;
	uint8_t common = one.length < other.length ? one.length : other.length;
	int order = sign(a->offset, b->offset);

	if (order)
		return order;
	one.length = common;
	other.length = common;
	prefix_clear_host_bits(&one);
	prefix_clear_host_bits(&other);
	order = address_compare(&one.address, &other.address);
	return order ? order : sign(b->prefix.length, a->prefix.length);
}

static int compare_operators(struct reader a, struct reader b)
{
	size_t common = a.left < b.left ? a.left : b.left;
	int order = memcmp(a.data, b.data, common);

	if (order)
		return order;
	return (a.left < b.left) - (a.left > b.left);
}

int flowspec_compare(struct reader a, struct reader b, bool ipv6)
{
	struct flowspec_component one, other;

	while (a.left && b.left) {
		int order;

		flowspec_next_component(&a, ipv6, &one);
		flowspec_next_component(&b, ipv6, &other);
		order = sign(one.type, other.type);
		if (!order && has_prefix(one.type))
			order = compare_prefixes(&one, &other);
		else if (!order)
			order = compare_operators(one.operators,
						  other.operators);
		if (order)
			return order;
	}
	return (a.left < b.left) - (a.left > b.left);
}
