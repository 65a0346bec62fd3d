// SPDX-License-Identifier: BSD-2-Clause
/* Values of rules, but for communities. See rule_kinds.h. */

#include "config/rule_kinds.h"

#include <inttypes.h>
#include <string.h>

#include "config/kind.h"
#include "config/parser.h"
#include "rib/policy/rule.h"

enum {
	NUMBER_SIZE = 24,
};

static bool read_number(const char *text, uint64_t minimum, uint64_t maximum,
			uint32_t *number)
{
	uint64_t value;

	if (!kind_read_number(text, maximum, &value) || value < minimum)
		return false;
	*number = (uint32_t)value;
	return true;
}

/* ------------------------------------------------------------- ranges */

/* Read "N", "N-M" or ">=N". */
static bool read_range(const struct option *option, const char *text,
		       struct rule_range *range)
{
	if (strncmp(text, ">=", 2))
		return kind_read_range(text, option->minimum, option->maximum,
				       &range->first, &range->last) &&
		       range->first <= range->last;
	range->last = (uint32_t)option->maximum;
	return read_number(text + 2, option->minimum, option->maximum,
			   &range->first);
}

static bool parse_range(struct parser *parser, const struct value *value)
{
	struct rule_range range;

	if (!read_range(value->option, value->text, &range))
		return parser_reject(parser,
				     "must be N, N-M or >=N, from %" PRIu64
				     " to %" PRIu64,
				     value->option->minimum,
				     value->option->maximum);
	*(struct rule_range *)value->member = range;
	return true;
}

static void write_range(const struct rule_range *range, uint64_t maximum,
			FILE *out)
{
	if (range->first == range->last)
		fprintf(out, "%u", range->first);
	else if (range->last == maximum)
		fprintf(out, ">=%u", range->first);
	else
		fprintf(out, "%u-%u", range->first, range->last);
}

static void print_range(const struct value *value, FILE *out)
{
	write_range(value->member, value->option->maximum, out);
}

const struct kind kind_range = { parse_range, print_range };

/* ------------------------------------------------------------- changes */

static bool parse_change(struct parser *parser, const struct value *value)
{
	struct rule_change change = { .kind = RULE_CHANGE_TO };

	if (*value->text == '+')
		change.kind = RULE_CHANGE_UP;
	else if (*value->text == '-')
		change.kind = RULE_CHANGE_DOWN;
	if (!read_number(value->text + (change.kind != RULE_CHANGE_TO),
			 value->option->minimum, value->option->maximum,
			 &change.amount))
		return parser_reject(parser, "must be a number, +N or -N");
	*(struct rule_change *)value->member = change;
	return true;
}

static void print_change(const struct value *value, FILE *out)
{
	static const char *const signs[] = {
		[RULE_CHANGE_TO] = "",
		[RULE_CHANGE_UP] = "+",
		[RULE_CHANGE_DOWN] = "-",
	};
	const struct rule_change *change = value->member;

	fprintf(out, "%s%u", signs[change->kind], change->amount);
}

const struct kind kind_change = { parse_change, print_change };

/* ------------------------------------------------------------- AS paths */

static bool parse_prepend(struct parser *parser, const struct value *value)
{
	const char *times = strchr(value->text, ' ');
	struct rule_range as = { 0 };
	struct rule_prepend prepend = { 0 };
	char text[NUMBER_SIZE] = "";

	if (times && times - value->text < NUMBER_SIZE)
		memcpy(text, value->text, (size_t)(times - value->text));
	if (!read_number(text, 1, UINT32_MAX, &as.first) ||
	    !read_number(times + 1, value->option->minimum,
			 value->option->maximum, &prepend.times))
		return parser_reject(parser,
				     "must be an AS number, or self, and a "
				     "number of times from %" PRIu64
				     " to %" PRIu64,
				     value->option->minimum,
				     value->option->maximum);
	prepend.as = as.first;
	*(struct rule_prepend *)value->member = prepend;
	return true;
}

static void print_prepend(const struct value *value, FILE *out)
{
	const struct rule_prepend *prepend = value->member;

	fprintf(out, "%u %u", prepend->as, prepend->times);
}

static bool parse_hop(struct parser *parser, const struct value *value)
{
	struct rule_hop hop = { .kind = RULE_HOP_AS };

	if (!strcmp(value->text, "?"))
		hop.kind = RULE_HOP_ONE;
	else if (!strcmp(value->text, "*"))
		hop.kind = RULE_HOP_RUN;
	else if (!read_range(value->option, value->text, &hop.as))
		return parser_reject(parser, "must be AS numbers, N-M, ? and * "
					     "in double quotes");
	*(struct rule_hop *)value->member = hop;
	return true;
}

static void print_hop(const struct value *value, FILE *out)
{
	const struct rule_hop *hop = value->member;

	switch (hop->kind) {
	case RULE_HOP_AS:
		write_range(&hop->as, value->option->maximum, out);
		break;
	case RULE_HOP_ONE:
		fputc('?', out);
		break;
	case RULE_HOP_RUN:
		fputc('*', out);
		break;
	}
}

const struct kind kind_prepend = { parse_prepend, print_prepend };
const struct kind kind_hop = { parse_hop, print_hop };

/* ------------------------------------------------------------- addresses */

static bool parse_host(struct parser *parser, const struct value *value)
{
	struct prefix prefix;

	if (prefix_parse(value->text, &prefix) != PREFIX_OK ||
	    !prefix_is_host(&prefix) || address_is_zero(&prefix.address))
		return parser_reject(parser, "must be an address, or self");
	*(struct prefix *)value->member = prefix;
	return true;
}

static void print_host(const struct value *value, FILE *out)
{
	const struct prefix *prefix = value->member;
	char text[ADDRESS_TEXT_SIZE];

	fputs(address_format(&prefix->address, text), out);
}

const struct kind kind_host = { parse_host, print_host };
