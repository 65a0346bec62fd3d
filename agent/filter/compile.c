// SPDX-License-Identifier: BSD-2-Clause
/* Flow Specifications for the program. See compile.h. */

#include "filter/compile.h"

#include <stdlib.h>
#include <string.h>

enum {
	MAX_OPERATORS = 64,
	MAX_STARTS = 3 * MAX_OPERATORS + 1,
	DSCP_COUNT = 64,
	FRAGMENT_COUNT = 16,
	BYTE_COUNT = 256,
	WORD_BITS = 64,
	MAX_FLOW_LABEL = 0xfffff,
	BITS_PER_BYTE = 8,
};

static const char too_many[] = "more ranges of numbers than the program has "
			       "room for";

/* Units of hg_filter.cost_packet in a second */
static const double units_per_second = 1e9 * (1 << HG_FILTER_TIME_SHIFT);
/* Bounds of costs, so that no product of the program overflows */
static const double max_packet_cost = (double)(1ull << 56);
static const double max_byte_cost = (double)((1ull << 47) - 1);

/* ------------------------------------------------------------- values */

static void fill_bytes(const struct flowspec_component *part,
		       struct hg_filter_bytes *bytes)
{
	for (unsigned int value = 0; value < BYTE_COUNT; value++)
		if (flowspec_holds(part, value))
			bytes->bits[value / WORD_BITS] |= 1ull
							  << value % WORD_BITS;
}

static uint64_t bits_of(const struct flowspec_component *part,
			unsigned int count)
{
	uint64_t bits = 0;

	for (unsigned int value = 0; value < count; value++)
		if (flowspec_holds(part, value))
			bits |= 1ull << value;
	return bits;
}

static int compare_starts(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;

	return (one > other) - (one < other);
}

/*
 * Find the values at which the result of the operators may change. Returns how
 * many there are, or 0 if there are too many.
 */
static size_t find_starts(const struct flowspec_component *part,
			  uint64_t maximum, uint64_t starts[MAX_STARTS])
{
	struct reader operators = part->operators;
	struct flowspec_operator op;
	size_t count = 1;

	starts[0] = 0;
	while (flowspec_next_operator(&operators, &op)) {
		if (count + 2 > MAX_STARTS)
			return 0;
		if (op.value <= maximum)
			starts[count++] = op.value;
		if (op.value < maximum)
			starts[count++] = op.value + 1;
	}
	qsort(starts, count, sizeof(*starts), compare_starts);
	return count;
}

/* The numbers that a component takes: disjoint ranges in order */
static const char *find_ranges(const struct flowspec_component *part,
			       uint64_t maximum,
			       struct hg_filter_wide_range *ranges)
{
	uint64_t starts[MAX_STARTS];
	size_t count = find_starts(part, maximum, starts), used = 0;
	bool open = false;

	if (!count)
		return too_many;
	for (size_t i = 0; i < HG_FILTER_RANGES; i++)
		ranges[i] = (struct hg_filter_wide_range){ .first = 1 };
	for (size_t i = 0; i < count; i++) {
		bool holds = flowspec_holds(part, starts[i]);

		if (holds && !open && used == HG_FILTER_RANGES)
			return too_many;
		if (holds && !open)
			ranges[used].first = (uint32_t)starts[i];
		if (!holds && open)
			ranges[used++].last = (uint32_t)starts[i] - 1;
		open = holds;
	}
	if (open)
		ranges[used].last = (uint32_t)maximum;
	return NULL;
}

static const char *fill_ranges(const struct flowspec_component *part,
			       struct hg_filter_range *ranges)
{
	struct hg_filter_wide_range wide[HG_FILTER_RANGES];
	const char *reason = find_ranges(part, UINT16_MAX, wide);

	for (size_t i = 0; !reason && i < HG_FILTER_RANGES; i++)
		ranges[i] = (struct hg_filter_range){
			.first = (uint16_t)wide[i].first,
			.last = (uint16_t)wide[i].last,
		};
	return reason;
}

/* ------------------------------------------------------------- components */

static const char *compile_destination(const struct flowspec_component *part,
				       struct prefix *destination)
{
	if (part->offset)
		return "a destination with an offset is not supported";
	*destination = part->prefix;
	return NULL;
}

static const char *compile_source(const struct flowspec_component *part,
				  struct hg_filter *filter)
{
	unsigned int first = part->offset, end = part->prefix.length;

	if (address_is_ipv4(&part->prefix.address)) {
		first = 0;
		end += ADDRESS_BITS_IPV6 - ADDRESS_BITS_IPV4;
	}
	filter->fields |= HG_FILTER_SOURCE;
	for (unsigned int bit = first; bit < end; bit++)
		filter->source_mask.bytes[bit / BITS_PER_BYTE] |=
			(uint8_t)(1
				  << (BITS_PER_BYTE - 1 - bit % BITS_PER_BYTE));
	for (size_t i = 0; i < sizeof(filter->source.bytes); i++)
		filter->source.bytes[i] = part->prefix.address.bytes[i] &
					  filter->source_mask.bytes[i];
	return NULL;
}

/* Only byte 13 of the header is looked at. */
static const char *compile_tcp_flags(const struct flowspec_component *part,
				     struct hg_filter *filter)
{
	struct reader operators = part->operators;
	struct flowspec_operator op;

	while (flowspec_next_operator(&operators, &op))
		if (op.value > UINT8_MAX)
			return "TCP flags beyond byte 13 are not supported";
	filter->fields |= HG_FILTER_TCP_FLAGS;
	filter->needs |= HG_FILTER_NEEDS_TCP;
	fill_bytes(part, &filter->tcp_flags);
	return NULL;
}

static const char *compile_ports(const struct flowspec_component *part,
				 struct hg_filter *filter)
{
	filter->needs |= HG_FILTER_NEEDS_PORTS;
	switch (part->type) {
	case FLOWSPEC_DESTINATION_PORT:
		filter->fields |= HG_FILTER_DESTINATION_PORT;
		return fill_ranges(part, filter->destination_ports);
	case FLOWSPEC_SOURCE_PORT:
		filter->fields |= HG_FILTER_SOURCE_PORT;
		return fill_ranges(part, filter->source_ports);
	default:
		filter->fields |= HG_FILTER_PORT;
		return fill_ranges(part, filter->ports);
	}
}

static const char *compile_icmp(const struct flowspec_component *part,
				struct hg_filter *filter)
{
	bool type = part->type == FLOWSPEC_ICMP_TYPE;

	filter->needs |= HG_FILTER_NEEDS_ICMP;
	filter->fields |= type ? HG_FILTER_ICMP_TYPE : HG_FILTER_ICMP_CODE;
	fill_bytes(part, type ? &filter->icmp_types : &filter->icmp_codes);
	return NULL;
}

static const char *compile_header(const struct flowspec_component *part,
				  struct hg_filter *filter)
{
	switch (part->type) {
	case FLOWSPEC_PROTOCOL:
		filter->fields |= HG_FILTER_PROTOCOL;
		fill_bytes(part, &filter->protocols);
		return NULL;
	case FLOWSPEC_LENGTH:
		filter->fields |= HG_FILTER_LENGTH;
		return fill_ranges(part, filter->lengths);
	case FLOWSPEC_DSCP:
		filter->fields |= HG_FILTER_DSCP;
		filter->dscps = bits_of(part, DSCP_COUNT);
		return NULL;
	case FLOWSPEC_FRAGMENT:
		filter->fields |= HG_FILTER_FRAGMENT;
		filter->fragments = (uint32_t)bits_of(part, FRAGMENT_COUNT);
		return NULL;
	default:
		filter->fields |= HG_FILTER_FLOW_LABEL;
		return find_ranges(part, MAX_FLOW_LABEL, filter->flow_labels);
	}
}

static const char *compile_component(const struct flowspec_component *part,
				     struct hg_filter *filter,
				     struct prefix *destination)
{
	switch (part->type) {
	case FLOWSPEC_DESTINATION:
		return compile_destination(part, destination);
	case FLOWSPEC_SOURCE:
		return compile_source(part, filter);
	case FLOWSPEC_PORT:
	case FLOWSPEC_DESTINATION_PORT:
	case FLOWSPEC_SOURCE_PORT:
		return compile_ports(part, filter);
	case FLOWSPEC_ICMP_TYPE:
	case FLOWSPEC_ICMP_CODE:
		return compile_icmp(part, filter);
	case FLOWSPEC_TCP_FLAGS:
		return compile_tcp_flags(part, filter);
	default:
		return compile_header(part, filter);
	}
}

/* ------------------------------------------------------------- actions */

static uint64_t cost(double units, double maximum)
{
	return (uint64_t)(units < maximum ? units : maximum);
}

static void compile_actions(const struct flowspec_actions *actions,
			    struct hg_filter *filter)
{
	if (flowspec_drops(actions)) {
		filter->actions |= HG_FILTER_DROP;
		filter->outcome = HG_DROPPED_FILTER;
	} else if (actions->set & FLOWSPEC_RATE_PACKETS) {
		filter->actions |= HG_FILTER_RATE;
		filter->cost_packet =
			cost(units_per_second / actions->packets_per_second,
			     max_packet_cost);
	} else if (actions->set & FLOWSPEC_RATE_BYTES) {
		filter->actions |= HG_FILTER_RATE;
		filter->cost_byte =
			cost(units_per_second * (1 << HG_FILTER_COST_SHIFT) /
				     actions->bytes_per_second,
			     max_byte_cost);
	}
	if (actions->set & FLOWSPEC_MARK) {
		filter->actions |= HG_FILTER_MARK;
		filter->dscp = actions->dscp;
	}
	if (actions->set & FLOWSPEC_SAMPLE)
		filter->actions |= HG_FILTER_SAMPLE;
	if (actions->set & FLOWSPEC_CONTINUE)
		filter->actions |= HG_FILTER_CONTINUE;
}

const char *filter_compile(struct reader rule, bool ipv6,
			   const struct flowspec_actions *actions,
			   struct hg_filter *filter, struct prefix *destination)
{
	struct flowspec_component part;
	const char *reason = NULL;
	bool found = false;

	memset(filter, 0, sizeof(*filter));
	while (!reason && flowspec_next_component(&rule, ipv6, &part)) {
		found |= part.type == FLOWSPEC_DESTINATION;
		reason = compile_component(&part, filter, destination);
	}
	if (!reason && !found)
		reason = "no destination prefix (RFC 9117 4.1 a)";
	if (!reason)
		compile_actions(actions, filter);
	return reason;
}

/* FNV-1a: nothing depends on it but counters that go on. */
uint64_t filter_identity(const void *rule, size_t size, bool ipv6,
			 unsigned int origin)
{
	const uint64_t prime = 0x100000001b3;
	uint64_t hash = 0xcbf29ce484222325 ^ (origin << 1 | ipv6);
	const uint8_t *bytes = rule;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * prime;
	return hash | 1;
}
