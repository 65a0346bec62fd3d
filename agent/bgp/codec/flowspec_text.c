// SPDX-License-Identifier: BSD-2-Clause
/* Flow Specifications as words. See flowspec_text.h. */

#include "bgp/codec/flowspec_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/array.h"

/* A number or a bit with a name. */
struct named {
	const char *name;
	uint64_t value;
};

static const struct named protocols[] = {
	{ "icmp", 1 }, { "tcp", 6 },	{ "udp", 17 },	 { "gre", 47 },
	{ "esp", 50 }, { "icmp6", 58 }, { "sctp", 132 },
};

static const struct named tcp_flags[] = {
	{ "fin", 0x01 }, { "syn", 0x02 }, { "rst", 0x04 }, { "psh", 0x08 },
	{ "ack", 0x10 }, { "urg", 0x20 }, { "ece", 0x40 }, { "cwr", 0x80 },
};

static const struct named fragment_bits[] = {
	{ "dont-fragment", FLOWSPEC_DONT_FRAGMENT },
	{ "is-fragment", FLOWSPEC_IS_FRAGMENT },
	{ "first-fragment", FLOWSPEC_FIRST_FRAGMENT },
	{ "last-fragment", FLOWSPEC_LAST_FRAGMENT },
};

/* The word of each component, and the names of its values. */
struct keyword {
	const char *word;
	const struct named *names;
	size_t name_count;
	uint64_t maximum;
};

#define NAMES(table) .names = (table), .name_count = COUNT_OF(table)

static const struct keyword keywords[FLOWSPEC_TYPE_COUNT] = {
	[FLOWSPEC_DESTINATION] = { .word = "vip" },
	[FLOWSPEC_SOURCE] = { .word = "source" },
	[FLOWSPEC_PROTOCOL] = { .word = "protocol",
				NAMES(protocols),
				.maximum = UINT8_MAX },
	[FLOWSPEC_PORT] = { .word = "port", .maximum = UINT16_MAX },
	[FLOWSPEC_DESTINATION_PORT] = { .word = "destination-port",
					.maximum = UINT16_MAX },
	[FLOWSPEC_SOURCE_PORT] = { .word = "source-port",
				   .maximum = UINT16_MAX },
	[FLOWSPEC_ICMP_TYPE] = { .word = "icmp-type", .maximum = UINT8_MAX },
	[FLOWSPEC_ICMP_CODE] = { .word = "icmp-code", .maximum = UINT8_MAX },
	[FLOWSPEC_TCP_FLAGS] = { .word = "tcp-flags",
				 NAMES(tcp_flags),
				 .maximum = UINT16_MAX },
	[FLOWSPEC_LENGTH] = { .word = "length", .maximum = UINT16_MAX },
	[FLOWSPEC_DSCP] = { .word = "dscp", .maximum = 63 },
	[FLOWSPEC_FRAGMENT] = { .word = "fragment",
				NAMES(fragment_bits),
				.maximum = 15 },
	[FLOWSPEC_FLOW_LABEL] = { .word = "flow-label", .maximum = 0xfffff },
};

/* Comparisons, the longest words first. */
struct comparison {
	const char *word;
	uint8_t bits;
};

static const struct comparison comparisons[] = {
	{ ">=", FLOWSPEC_GREATER | FLOWSPEC_EQUAL },
	{ "<=", FLOWSPEC_LESS | FLOWSPEC_EQUAL },
	{ "!=", FLOWSPEC_LESS | FLOWSPEC_GREATER },
	{ ">", FLOWSPEC_GREATER },
	{ "<", FLOWSPEC_LESS },
	{ "", FLOWSPEC_EQUAL },
};

enum {
	AT_LEAST = FLOWSPEC_GREATER | FLOWSPEC_EQUAL,
	AT_MOST = FLOWSPEC_LESS | FLOWSPEC_EQUAL,
	WORDS_MAX = 48,
	WORDS_SIZE = 512,
};

static const char any_of[] = "any:";
static const char blanks[] = " \t";

/* ------------------------------------------------------------- show */

static void show_prefix(struct text *text,
			const struct flowspec_component *component)
{
	char prefix[PREFIX_TEXT_SIZE];

	text_add(text, "%s", prefix_format(&component->prefix, prefix));
	if (component->offset)
		text_add(text, "/%u", component->offset);
}

static void show_value(struct text *text, const struct keyword *keyword,
		       uint64_t value)
{
	for (size_t i = 0; i < keyword->name_count; i++) {
		if (keyword->names[i].value == value) {
			text_add(text, "%s", keyword->names[i].name);
			return;
		}
	}
	text_add(text, "%" PRIu64, value);
}

static const char *comparison_word(uint8_t bits)
{
	for (size_t i = 0; i < COUNT_OF(comparisons); i++)
		if (comparisons[i].bits == (bits & FLOWSPEC_COMPARE_MASK))
			return comparisons[i].word;
	return bits & FLOWSPEC_COMPARE_MASK ? "true:" : "false:";
}

/* Add "LOW-HIGH" if the next two operators mean that, and take the second. */
static bool show_range(struct text *text, const struct flowspec_operator *low,
		       struct reader *operators)
{
	struct reader rest = *operators;
	struct flowspec_operator high;

	if ((low->bits & FLOWSPEC_COMPARE_MASK) != AT_LEAST ||
	    !flowspec_next_operator(&rest, &high) ||
	    !(high.bits & FLOWSPEC_AND) ||
	    (high.bits & FLOWSPEC_COMPARE_MASK) != AT_MOST)
		return false;
	text_add(text, "%" PRIu64 "-%" PRIu64, low->value, high.value);
	*operators = rest;
	return true;
}

static void show_bits(struct text *text, const struct keyword *keyword,
		      const struct flowspec_operator *op)
{
	uint64_t left = op->value;
	const char *plus = "";

	text_add(text, "%s%s", op->bits & FLOWSPEC_NOT ? "!" : "",
		 op->bits & FLOWSPEC_ALL ? "" : any_of);
	for (size_t i = 0; i < keyword->name_count; i++) {
		if (!(left & keyword->names[i].value))
			continue;
		text_add(text, "%s%s", plus, keyword->names[i].name);
		left &= ~keyword->names[i].value;
		plus = "+";
	}
	if (left || !op->value)
		text_add(text, "%s0x%" PRIx64, plus, left);
}

static void show_operators(struct text *text,
			   const struct flowspec_component *component)
{
	const struct keyword *keyword = &keywords[component->type];
	struct reader operators = component->operators;
	struct flowspec_operator op;
	bool first = true;

	while (flowspec_next_operator(&operators, &op)) {
		if (!first)
			text_add(text, op.bits & FLOWSPEC_AND ? "&" : "|");
		first = false;
		if (flowspec_has_bits(component->type)) {
			show_bits(text, keyword, &op);
		} else if (!show_range(text, &op, &operators)) {
			text_add(text, "%s", comparison_word(op.bits));
			show_value(text, keyword, op.value);
		}
	}
}

void flowspec_show(struct text *text, struct reader rule, bool ipv6)
{
	struct flowspec_component component;
	bool first = true;

	while (flowspec_next_component(&rule, ipv6, &component)) {
		text_add(text, "%s%s ", first ? "" : " ",
			 keywords[component.type].word);
		first = false;
		if (component.type <= FLOWSPEC_SOURCE)
			show_prefix(text, &component);
		else
			show_operators(text, &component);
	}
}

/* ------------------------------------------------------------- parse */

/* A rule while its words are read. */
struct draft {
	char *words[WORDS_MAX];
	size_t count;
	const char *operands[FLOWSPEC_TYPE_COUNT];
	bool ipv6;
	struct flowspec_actions actions;
	bool accepts;
	bool drops;
	char *error;
};

static bool refuse_words(struct draft *draft, const char *format,
			 const char *word)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(draft->error, FLOWSPEC_ERROR_SIZE, format, word);
#pragma GCC diagnostic pop
	return false;
}

static bool parse_operand(const char *text, size_t length, uint64_t maximum,
			  uint64_t *number)
{
	char digits[FLOWSPEC_WORD_SIZE];
	bool hex = length > 2 && !strncmp(text, "0x", 2);
	size_t prefix = hex ? 2 : 0;
	size_t size = length - prefix;

	if (!size || size >= sizeof(digits))
		return false;
	memcpy(digits, text + prefix, size);
	digits[size] = '\0';
	if (digits[strspn(digits, hex ? "0123456789abcdef" : "0123456789")])
		return false;
	errno = 0;
	*number = strtoull(digits, NULL, hex ? 16 : 10);
	return !errno && *number <= maximum;
}

/* Read a number, or the name of one. */
static bool parse_value(const struct keyword *keyword, const char *text,
			size_t length, uint64_t *value)
{
	for (size_t i = 0; i < keyword->name_count; i++) {
		const char *name = keyword->names[i].name;

		if (strlen(name) == length && !strncmp(name, text, length)) {
			*value = keyword->names[i].value;
			return true;
		}
	}
	return parse_operand(text, length, keyword->maximum, value);
}

/* Write an operator with the shortest value. */
static void write_operator(struct writer *w, uint8_t bits, uint64_t value)
{
	if (value <= UINT8_MAX) {
		writer_u8(w, bits);
		writer_u8(w, (uint8_t)value);
	} else if (value <= UINT16_MAX) {
		writer_u8(w, bits | 1 << FLOWSPEC_SIZE_SHIFT);
		writer_u16(w, (uint16_t)value);
	} else {
		writer_u8(w, bits | 2 << FLOWSPEC_SIZE_SHIFT);
		writer_u32(w, (uint32_t)value);
	}
}

static bool parse_bits(struct writer *w, const struct keyword *keyword,
		       uint8_t joint, const char *text, size_t length)
{
	const char *end = text + length;
	uint8_t bits = joint | FLOWSPEC_ALL;
	uint64_t all = 0, one;

	if (text < end && *text == '!') {
		bits |= FLOWSPEC_NOT;
		text++;
	}
	if (!strncmp(text, any_of, strlen(any_of))) {
		bits &= (uint8_t)~FLOWSPEC_ALL;
		text += strlen(any_of);
	}
	for (;;) {
		size_t size = strcspn(text, "+&|");

		if (!parse_value(keyword, text, size, &one))
			return false;
		all |= one;
		text += size;
		if (text >= end)
			break;
		text++;
	}
	write_operator(w, bits, all);
	return true;
}

static bool parse_operand_range(struct writer *w, const struct keyword *keyword,
				uint8_t joint, const char *text, size_t length)
{
	const char *dash = memchr(text, '-', length);
	size_t low_length = dash ? (size_t)(dash - text) : 0;
	uint64_t low, high;

	if (!dash || !parse_operand(text, low_length, keyword->maximum, &low) ||
	    !parse_operand(dash + 1, length - low_length - 1, keyword->maximum,
			   &high) ||
	    low > high)
		return false;
	write_operator(w, joint | AT_LEAST, low);
	write_operator(w, FLOWSPEC_AND | AT_MOST, high);
	return true;
}

static bool parse_comparison(struct writer *w, const struct keyword *keyword,
			     uint8_t joint, const char *text, size_t length)
{
	size_t i = 0;
	uint64_t value;
	size_t size;

	if (parse_operand_range(w, keyword, joint, text, length))
		return true;
	while (strncmp(text, comparisons[i].word, strlen(comparisons[i].word)))
		i++;
	size = strlen(comparisons[i].word);
	if (size > length ||
	    !parse_value(keyword, text + size, length - size, &value))
		return false;
	write_operator(w, joint | comparisons[i].bits, value);
	return true;
}

/* Write the operators of a component; the last one gets the end bit. */
static bool parse_operators(struct writer *w, enum flowspec_type type,
			    const char *text)
{
	const struct keyword *keyword = &keywords[type];
	uint8_t joint = 0;
	struct reader operators;
	struct flowspec_operator op;
	size_t start = w->used;
	size_t last = start;

	for (;;) {
		size_t length = strcspn(text, "&|");
		bool good =
			flowspec_has_bits(type) ?
				parse_bits(w, keyword, joint, text, length) :
				parse_comparison(w, keyword, joint, text,
						 length);

		if (!good || w->failed)
			return false;
		text += length;
		if (!*text)
			break;
		joint = *text++ == '&' ? FLOWSPEC_AND : 0;
	}
	operators = reader_of(w->data + start, w->used - start);
	while (operators.left) {
		last = w->used - operators.left;
		flowspec_next_operator(&operators, &op);
	}
	w->data[last] |= FLOWSPEC_END;
	return true;
}

static bool parse_offset_prefix(const char *text, struct prefix *prefix,
				unsigned int *offset)
{
	const char *slash = strchr(text, '/');
	const char *second = slash ? strchr(slash + 1, '/') : NULL;
	char copy[PREFIX_TEXT_SIZE] = "";
	uint64_t number = 0;

	if (second) {
		if ((size_t)(second - text) >= sizeof(copy) ||
		    !parse_operand(second + 1, strlen(second + 1),
				   ADDRESS_BITS_IPV6 - 1, &number))
			return false;
		memcpy(copy, text, (size_t)(second - text));
		text = copy;
	}
	*offset = (unsigned int)number;
	return prefix_parse(text, prefix) == PREFIX_OK &&
	       (!number || (number < prefix->length &&
			    !address_is_ipv4(&prefix->address)));
}

static void write_prefix(struct writer *w, const struct prefix *prefix,
			 unsigned int offset)
{
	bool ipv4 = address_is_ipv4(&prefix->address);
	const uint8_t *from =
		prefix->address.bytes + (ipv4 ? ADDRESS_IPV4_OFFSET : 0);
	unsigned int bits = prefix->length - offset;

	writer_u8(w, prefix->length);
	if (!ipv4)
		writer_u8(w, (uint8_t)offset);
	for (unsigned int done = 0; done < bits; done += 8) {
		unsigned int byte = 0;

		for (unsigned int i = 0; i < 8 && done + i < bits; i++) {
			unsigned int at = offset + done + i;

			byte |= (from[at / 8] >> (7 - at % 8) & 1u) << (7 - i);
		}
		writer_u8(w, (uint8_t)byte);
	}
}

static bool parse_component(struct draft *draft, struct writer *w,
			    enum flowspec_type type)
{
	const char *operand = draft->operands[type];
	struct prefix prefix;
	unsigned int offset;

	if (type == FLOWSPEC_FLOW_LABEL && !draft->ipv6)
		return refuse_words(draft, "%s: IPv4 has none",
				    keywords[type].word);
	writer_u8(w, (uint8_t)type);
	if (type > FLOWSPEC_SOURCE)
		return parse_operators(w, type, operand) ||
		       (w->failed ?
				refuse_words(draft, "%s is too long",
					     "the rule") :
				refuse_words(draft,
					     "'%s' is no operand of this word",
					     operand));
	if (!parse_offset_prefix(operand, &prefix, &offset))
		return refuse_words(draft, "'%s' is no prefix", operand);
	if (address_is_ipv4(&prefix.address) == draft->ipv6)
		return refuse_words(draft, "'%s' is not of the VIP's family",
				    operand);
	write_prefix(w, &prefix, offset);
	return true;
}

/* Split the words in place. */
static bool split(struct draft *draft, char *text)
{
	char *save = NULL;

	for (char *word = strtok_r(text, blanks, &save); word;
	     word = strtok_r(NULL, blanks, &save)) {
		if (draft->count == WORDS_MAX)
			return refuse_words(
				draft, "too many words from '%s' on", word);
		draft->words[draft->count++] = word;
	}
	return true;
}

static enum flowspec_type find_type(const char *word)
{
	for (unsigned int i = 1; i < FLOWSPEC_TYPE_COUNT; i++)
		if (!strcmp(keywords[i].word, word))
			return i;
	return FLOWSPEC_TYPE_COUNT;
}

/* Take a word that is an action alone. */
static bool take_bare_action(struct draft *draft, const char *word)
{
	struct flowspec_actions *actions = &draft->actions;

	if (!strcmp(word, "drop"))
		draft->drops = true;
	else if (!strcmp(word, "accept"))
		draft->accepts = true;
	else if (!strcmp(word, "sample"))
		actions->set |= FLOWSPEC_SAMPLE;
	else if (!strcmp(word, "continue"))
		actions->set |= FLOWSPEC_CONTINUE;
	else
		return false;
	return true;
}

static bool has_rate(const struct flowspec_actions *actions)
{
	return actions->set & (FLOWSPEC_RATE_BYTES | FLOWSPEC_RATE_PACKETS);
}

static bool take_pair(struct draft *draft, const char *word,
		      const char *operand)
{
	struct flowspec_actions *actions = &draft->actions;
	enum flowspec_type type = find_type(word);
	uint64_t dscp;

	if (!strcmp(word, "rate")) {
		if (has_rate(actions))
			return refuse_words(draft, "%s: a rule has one rate",
					    word);
		return flowspec_rate_parse(operand, actions) ||
		       refuse_words(draft,
				    "'%s' is no rate; give 1000pps, 10Mbps",
				    operand);
	}
	if (!strcmp(word, "dscp-mark")) {
		if (!parse_operand(operand, strlen(operand), 63, &dscp))
			return refuse_words(draft, "'%s' is no DSCP", operand);
		actions->dscp = (uint8_t)dscp;
		actions->set |= FLOWSPEC_MARK;
		return true;
	}
	if (type == FLOWSPEC_TYPE_COUNT)
		return refuse_words(draft, "'%s' is no word of a rule", word);
	if (draft->operands[type])
		return refuse_words(draft, "'%s' is given twice", word);
	draft->operands[type] = operand;
	return true;
}

/* A rate of 0 is how a rule drops (RFC 8955 7.1). */
static bool check_actions(struct draft *draft)
{
	struct flowspec_actions *actions = &draft->actions;

	if (draft->drops && has_rate(actions))
		return refuse_words(draft, "a rule has one rate; %s is one",
				    "drop");
	if (draft->drops && draft->accepts)
		return refuse_words(draft, "%s exclude each other",
				    "drop and accept");
	if (!draft->drops && !draft->accepts && !actions->set)
		return refuse_words(draft, "no action; give %s",
				    "drop, accept, rate, dscp-mark or sample");
	if (draft->drops)
		actions->set |= FLOWSPEC_RATE_BYTES;
	return true;
}

static bool take_words(struct draft *draft)
{
	for (size_t i = 0; i < draft->count; i++) {
		const char *word = draft->words[i];

		if (take_bare_action(draft, word))
			continue;
		if (i + 1 == draft->count)
			return find_type(word) == FLOWSPEC_TYPE_COUNT &&
					       strcmp(word, "rate") &&
					       strcmp(word, "dscp-mark") ?
				       refuse_words(draft,
						    "'%s' is no word of a rule",
						    word) :
				       refuse_words(draft,
						    "'%s' has no operand",
						    word);
		if (!take_pair(draft, word, draft->words[++i]))
			return false;
	}
	if (!draft->operands[FLOWSPEC_DESTINATION])
		return refuse_words(draft, "%s is missing", "vip PREFIX");
	return check_actions(draft);
}

bool flowspec_parse(const char *words, struct flowspec_rule *rule,
		    char error[FLOWSPEC_ERROR_SIZE])
{
	struct draft draft = { .error = error };
	struct flowspec_rule made;
	struct writer w = writer_of(made.bytes, sizeof(made.bytes));
	char text[WORDS_SIZE];

	memset(&made, 0, sizeof(made));
	if (strlen(words) >= sizeof(text))
		return refuse_words(&draft, "%s is too long", "the rule");
	snprintf(text, sizeof(text), "%s", words);
	if (!split(&draft, text) || !take_words(&draft))
		return false;
	draft.ipv6 = strchr(draft.operands[FLOWSPEC_DESTINATION], ':');
	for (unsigned int type = 1; type < FLOWSPEC_TYPE_COUNT; type++)
		if (draft.operands[type] && !parse_component(&draft, &w, type))
			return false;
	if (w.failed)
		return refuse_words(&draft, "%s is too long", "the rule");
	made.size = (uint8_t)w.used;
	made.ipv6 = draft.ipv6;
	made.actions = draft.actions;
	*rule = made;
	return true;
}
