// SPDX-License-Identifier: BSD-2-Clause
/*
 * Fuzz target: a rule of the policy, one line, followed by the attributes of a
 * route. An accepted rule must print as one that prints the same, and the route
 * that it makes must be one that can be kept and sent.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/attributes.h"
#include "config/flag.h"
#include "config/parser.h"
#include "rib/policy/policy.h"

enum {
	RULE_SIZE = 512,
	TEXT_SIZE = 64,
	TYPES = 256,
	LOCAL_AS = 64512,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config config;
static struct parser parser;
static struct bgp_scratch scratch;
static struct policy_scratch policy_scratch;

static void begin(void)
{
	if (!parser.errors) {
		config_init(&config);
		parser_init(&parser, &config, fopen("/dev/null", "w"));
	}
	assert(parser.errors);
}

static bool parse(const char *text)
{
	config.rib.rule_count = 0;
	parser_apply(&parser, flag_find("rule"), text);
	return config.rib.rule_count;
}

/* Return the canonical form of the rule; the caller frees it. */
static char *print(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert(out && config.rib.rule_count == 1);
	flag_print(&config, flag_find("rule"), 0, out);
	fclose(out);
	return text;
}

static void check_canonical_form(void)
{
	char *first = print(), *second;
	bool parsed = parse(first);

	assert(parsed);
	second = print();
	assert(!strcmp(first, second));
	free(first);
	free(second);
}

static void check_kept(const struct bgp_attributes *attributes)
{
	static uint8_t one[BGP_CANONICAL_MAX], two[BGP_CANONICAL_MAX];
	struct writer first = writer_of(one, sizeof(one));
	struct writer second = writer_of(two, sizeof(two));
	struct bgp_attributes view;
	char text[TEXT_SIZE];

	bgp_attributes_encode(&first, attributes, BGP_AS4_SIZE);
	assert(!first.failed);
	bgp_attributes_view(one, first.used, &view);
	bgp_attributes_encode(&second, &view, BGP_AS4_SIZE);
	assert(first.used == second.used && !memcmp(one, two, first.used));
	for (unsigned int type = 0; type < TYPES; type++)
		bgp_attributes_show(&view, type, text, sizeof(text));
}

static void apply(enum rule_direction direction,
		  struct bgp_attributes attributes)
{
	const struct policy policy =
		policy_of(config.rib.rules, config.rib.rule_count);
	const struct path_source source = {
		.address = attributes.nexthop,
		.as = LOCAL_AS + 1,
		.interface = "eth0",
	};
	const struct address us = address_from_ipv4(1);
	const struct policy_peer peer = {
		.role = NEIGHBOR_ROLE_BACKEND,
		.source = &source,
		.local_as = LOCAL_AS,
		.nexthop = &us,
	};
	const struct prefix prefix = { .address = address_from_ipv4(2),
				       .length = ADDRESS_BITS_IPV4 };
	struct policy_result result;

	policy_apply(&policy, direction, &peer, &prefix, &attributes,
		     &policy_scratch, &result);
	assert(result.rule <= config.rib.rule_count);
	assert(!result.rule == (result.verdict == POLICY_UNDECIDED));
	if (result.verdict != POLICY_DENY)
		check_kept(&attributes);
}

static void apply_to(struct reader block)
{
	static const struct bgp_negotiated negotiated = {
		.peer_as = LOCAL_AS + 1,
		.as4 = true,
		.families = BGP_ALL_FAMILIES,
		.max_message = BGP_MAX_EXTENDED_MESSAGE,
	};
	const struct bgp_decode_context context = { .negotiated = &negotiated };
	struct bgp_update_error error = { .verdict = BGP_VERDICT_OK };
	struct bgp_multiprotocol multiprotocol;
	struct bgp_attributes attributes;

	memset(&multiprotocol, 0, sizeof(multiprotocol));
	bgp_attributes_decode(&context, block, &scratch, &attributes,
			      &multiprotocol, &error);
	if (error.verdict >= BGP_VERDICT_WITHDRAW)
		return;
	apply(RULE_FROM, attributes);
	apply(RULE_TO, attributes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t length = end ? (size_t)(end - data) : size;
	char text[RULE_SIZE];

	if (length >= sizeof(text) || size > BGP_MAX_EXTENDED_MESSAGE)
		return 0;
	if (length)
		memcpy(text, data, length);
	text[length] = '\0';
	begin();
	if (!parse(text))
		return 0;
	check_canonical_form();
	if (end)
		apply_to(reader_of(end + 1, size - length - 1));
	return 0;
}
