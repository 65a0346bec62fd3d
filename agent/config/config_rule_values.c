// SPDX-License-Identifier: BSD-2-Clause
/*
 * Words, and the parsers and printers of the values in rules but communities.
 * See the header.
 */

#include "config/config_rule_values.h"

#include <string.h>

#include "config/config_rule_internal.h"
#include "config/config_rule_keys.h"
#include "config/config_values.h"

enum {
	NUMBER_SIZE = 24,
};

/* ------------------------------------------------------------- words */

const char *rule_words_peek(const struct rule_words *words)
{
	return words->at < words->count ? words->word[words->at] : "";
}

const char *rule_words_take(struct rule_words *words)
{
	const char *word = rule_words_peek(words);

	if (words->at < words->count)
		words->at++;
	return word;
}

bool rule_words_end(const struct rule_words *words)
{
	return words->at == words->count;
}

bool rule_words_take_if(struct rule_words *words, const char *word)
{
	bool is = !rule_words_end(words) &&
		  !strcmp(rule_words_peek(words), word);

	words->at += is;
	return is;
}

const char *rule_words_shown(const struct rule_words *words)
{
	return rule_words_end(words) ? "the end of the rule" :
				       rule_words_peek(words);
}

/* ------------------------------------------------------------- numbers */

static bool read_number(const char *text, uint32_t minimum, uint32_t maximum,
			uint32_t *number)
{
	uint64_t value;

	if (!config_read_number(text, maximum, &value) || value < minimum)
		return false;
	*number = (uint32_t)value;
	return true;
}

bool rule_number_parse(struct rule_words *words, const struct rule_key *key,
		       union rule_value *value)
{
	struct rule_range range;

	if (!read_number(rule_words_take(words), key->minimum, key->maximum,
			 &range.first))
		return false;
	range.last = range.first;
	value->range = range;
	return true;
}

void rule_number_print(const struct rule_key *key,
		       const union rule_value *value, FILE *out)
{
	(void)key;
	fprintf(out, "%u", value->range.first);
}

/* "N" or "N-M". */
static bool read_span(const char *word, uint32_t minimum, uint32_t maximum,
		      struct rule_range *range)
{
	const char *dash = strchr(word, '-');
	size_t length = dash ? (size_t)(dash - word) : strlen(word);
	struct rule_range read;
	char first[NUMBER_SIZE];

	if (length >= sizeof(first))
		return false;
	memcpy(first, word, length);
	first[length] = '\0';
	if (!read_number(first, minimum, maximum, &read.first))
		return false;
	read.last = read.first;
	if (dash && !read_number(dash + 1, read.first, maximum, &read.last))
		return false;
	*range = read;
	return true;
}

bool rule_range_read(struct rule_words *words, uint32_t minimum,
		     uint32_t maximum, struct rule_range *range)
{
	const char *word = rule_words_take(words);
	uint32_t first;

	if (strncmp(word, ">=", 2))
		return read_span(word, minimum, maximum, range);
	word = word[2] ? word + 2 : rule_words_take(words);
	if (!read_number(word, minimum, maximum, &first))
		return false;
	*range = (struct rule_range){ first, maximum };
	return true;
}

static void print_range(const struct rule_range *range, uint32_t maximum,
			FILE *out)
{
	if (range->first == range->last)
		fprintf(out, "%u", range->first);
	else if (range->last == maximum)
		fprintf(out, ">=%u", range->first);
	else
		fprintf(out, "%u-%u", range->first, range->last);
}

bool rule_range_parse(struct rule_words *words, const struct rule_key *key,
		      union rule_value *value)
{
	struct rule_range range;

	if (!rule_range_read(words, key->minimum, key->maximum, &range))
		return false;
	value->range = range;
	return true;
}

void rule_range_print(const struct rule_key *key, const union rule_value *value,
		      FILE *out)
{
	print_range(&value->range, key->maximum, out);
}

bool rule_choice_parse(struct rule_words *words, const struct rule_key *key,
		       union rule_value *value)
{
	const char *word = rule_words_take(words);
	uint32_t choice = 0;

	while (choice < key->name_count && strcmp(key->names[choice], word))
		choice++;
	if (choice == key->name_count)
		return false;
	value->range = (struct rule_range){ choice, choice };
	return true;
}

void rule_choice_print(const struct rule_key *key,
		       const union rule_value *value, FILE *out)
{
	fputs(key->names[value->range.first], out);
}

bool rule_change_parse(struct rule_words *words, const struct rule_key *key,
		       union rule_value *value)
{
	const char *word = rule_words_take(words);
	struct rule_change change = { .kind = RULE_CHANGE_TO };

	if (*word == '+')
		change.kind = RULE_CHANGE_UP;
	else if (*word == '-')
		change.kind = RULE_CHANGE_DOWN;
	if (change.kind != RULE_CHANGE_TO)
		word++;
	if (!read_number(word, key->minimum, key->maximum, &change.amount))
		return false;
	value->change = change;
	return true;
}

void rule_change_print(const struct rule_key *key,
		       const union rule_value *value, FILE *out)
{
	static const char *const signs[] = {
		[RULE_CHANGE_TO] = "",
		[RULE_CHANGE_UP] = "+",
		[RULE_CHANGE_DOWN] = "-",
	};

	(void)key;
	fprintf(out, "%s%u", signs[value->change.kind], value->change.amount);
}

/* ------------------------------------------------------------- addresses */

bool rule_prefix_parse(struct rule_words *words, const struct rule_key *key,
		       union rule_value *value)
{
	struct prefix prefix;

	(void)key;
	if (prefix_parse(rule_words_take(words), &prefix) != PREFIX_OK)
		return false;
	value->prefix = prefix;
	return true;
}

void rule_prefix_print(const struct rule_key *key,
		       const union rule_value *value, FILE *out)
{
	char text[PREFIX_TEXT_SIZE];

	(void)key;
	fputs(prefix_format(&value->prefix, text), out);
}

/* A host, whose prefix is all of it. */
bool rule_address_parse(struct rule_words *words, const struct rule_key *key,
			union rule_value *value)
{
	union rule_value read;

	if (!rule_prefix_parse(words, key, &read) ||
	    !prefix_is_host(&read.prefix) ||
	    address_is_zero(&read.prefix.address))
		return false;
	*value = read;
	return true;
}

void rule_address_print(const struct rule_key *key,
			const union rule_value *value, FILE *out)
{
	char text[ADDRESS_TEXT_SIZE];

	(void)key;
	fputs(address_format(&value->prefix.address, text), out);
}

/* ------------------------------------------------------------- AS paths */

bool rule_prepend_parse(struct rule_words *words, const struct rule_key *key,
			union rule_value *value)
{
	const char *as = rule_words_take(words);
	const char *times = rule_words_take(words);
	struct rule_prepend prepend = { 0 };

	if (!read_number(as, 1, UINT32_MAX, &prepend.as) ||
	    !read_number(times, key->minimum, key->maximum, &prepend.times))
		return false;
	value->prepend = prepend;
	return true;
}

void rule_prepend_print(const struct rule_key *key,
			const union rule_value *value, FILE *out)
{
	(void)key;
	fprintf(out, "%u %u", value->prepend.as, value->prepend.times);
}

bool rule_hop_parse(struct rule_words *words, const struct rule_key *key,
		    union rule_value *value)
{
	struct rule_hop hop = { .kind = RULE_HOP_AS };

	if (!strcmp(rule_words_peek(words), "?"))
		hop.kind = RULE_HOP_ONE;
	else if (!strcmp(rule_words_peek(words), "*"))
		hop.kind = RULE_HOP_RUN;
	if (hop.kind != RULE_HOP_AS)
		rule_words_take(words);
	else if (!rule_range_read(words, key->minimum, key->maximum, &hop.as))
		return false;
	value->hop = hop;
	return true;
}

void rule_hop_print(const struct rule_key *key, const union rule_value *value,
		    FILE *out)
{
	switch (value->hop.kind) {
	case RULE_HOP_AS:
		print_range(&value->hop.as, key->maximum, out);
		break;
	case RULE_HOP_ONE:
		fputc('?', out);
		break;
	case RULE_HOP_RUN:
		fputc('*', out);
		break;
	}
}
