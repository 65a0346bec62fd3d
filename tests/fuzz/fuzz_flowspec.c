// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: Flow Specifications of either family, and rules in words. A rule
 * in words that is parsed is shown in words that parse to the same again.
 */

#include "bgp/codec/flowspec_text.h"

#include <assert.h>
#include <string.h>

enum {
	WORDS = 2, /* of the first byte: 0 and 1 are rules of a family */
	KINDS = 3,
	TEXT_SIZE = 1024,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct reader rule, bool ipv6)
{
	struct flowspec_component part;
	char buffer[TEXT_SIZE];
	struct text text = text_of(buffer, sizeof(buffer));
	struct reader rest = rule;
	unsigned int last = 0;

	while (flowspec_next_component(&rest, ipv6, &part)) {
		assert(part.type > last);
		last = part.type;
		flowspec_holds(&part, part.type);
	}
	assert(!rest.failed && last);
	assert(flowspec_compare(rule, rule, ipv6) == 0);
	flowspec_show(&text, rule, ipv6);
	assert(strlen(buffer) < sizeof(buffer));
}

static void read_list(struct reader list, bool ipv6)
{
	struct reader rule, before = { 0 };

	while (flowspec_next(&list, &rule)) {
		if (flowspec_check(rule, ipv6))
			continue;
		walk(rule, ipv6);
		if (before.left)
			assert((flowspec_compare(rule, before, ipv6) < 0) ==
			       (flowspec_compare(before, rule, ipv6) > 0));
		before = rule;
	}
}

static void show(const struct flowspec_rule *rule, char buffer[TEXT_SIZE])
{
	struct text text = text_of(buffer, TEXT_SIZE);

	flowspec_show(&text, flowspec_rule_reader(rule), rule->ipv6);
	flowspec_actions_show(&text, &rule->actions);
}

static void read_words(const uint8_t *data, size_t size)
{
	char words[TEXT_SIZE], once[TEXT_SIZE], twice[TEXT_SIZE];
	char error[FLOWSPEC_ERROR_SIZE];
	struct flowspec_rule rule, again;

	if (size >= sizeof(words))
		return;
	memcpy(words, data, size);
	words[size] = '\0';
	if (!flowspec_parse(words, &rule, error))
		return;
	assert(!flowspec_check(flowspec_rule_reader(&rule), rule.ipv6));
	show(&rule, once);
	if (!flowspec_parse(once, &again, error))
		return; /* the canonical form can be too long */
	show(&again, twice);
	assert(!strcmp(once, twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] % KINDS == WORDS)
		read_words(data + 1, size - 1);
	else
		read_list(reader_of(data + 1, size - 1), data[0] % KINDS);
	return 0;
}
