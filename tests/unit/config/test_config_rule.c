// SPDX-License-Identifier: BSD-2-Clause
/* Rules of the routing policy: words in, the same words out, and errors. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/flag.h"
#include "config/rule_internal.h"
#include "config/rule_tables.h"
#include "config_helpers.h"

enum {
	LINE_SIZE = 900,
	NAME_SIZE = 64,
};

/* A rule, and its canonical form if that is different. */
static const struct {
	const char *text;
	const char *canonical;
} rules[] = {
	{ "allow from any" },
	{ "deny to any" },
	{ "deny from internal" },
	{ "deny from external" },
	{ "allow from role backend" },
	{ "allow to role upstream" },
	{ "allow to role peer" },
	{ "allow from role none" },
	{ "allow from neighbor 10.0.0.2" },
	{ "allow from neighbor 10.0.0.2/32", "allow from neighbor 10.0.0.2" },
	{ "allow from neighbor 10.0.0.0/24" },
	{ "allow from neighbor fd00::/64" },
	{ "allow from neighbor eth0.100" },
	{ "allow from neighbor fe80::1%eth0" },
	{ "allow from as 65001" },
	{ "allow from as 65001-65010" },
	{ "allow from as >=4200000000" },
	{ "  allow\tfrom   any  ", "allow from any" },
	{ "allow from any prefix 192.0.2.1/32" },
	{ "allow from any prefix 192.0.2.1",
	  "allow from any prefix 192.0.2.1/32" },
	{ "allow from any prefix 192.0.2.0/24 or-longer" },
	{ "allow from any prefix {192.0.2.0/24 2001:db8::/32} or-longer",
	  "allow from any prefix { 192.0.2.0/24 2001:db8::/32 } or-longer" },
	{ "allow from any prefix { 192.0.2.0/24 }",
	  "allow from any prefix 192.0.2.0/24" },
	{ "allow from any prefixlen 32" },
	{ "allow from any prefixlen 24-32" },
	{ "allow from any prefixlen >=24" },
	{ "allow from any prefixlen >= 24", "allow from any prefixlen >=24" },
	{ "allow from any prefixlen 24-128", "allow from any prefixlen >=24" },
	{ "allow from any prefixlen 7-7", "allow from any prefixlen 7" },
	{ "allow from any prefixlen >=128", "allow from any prefixlen 128" },
	{ "allow from any prefixlen { 32 128 }" },
	{ "deny from any as-path first 65001" },
	{ "deny from any as-path last { 1 2-3 >=4 }" },
	{ "deny from any as-path contains 4294967295" },
	{ "deny from any as-path length >=5" },
	{ "deny from any as-path matches \"65001 * 65002 ?\"" },
	{ "deny from any as-path matches \"1-5 >=7\"" },
	{ "deny from any as-path matches \"\"" },
	{ "deny from any as-path matches *",
	  "deny from any as-path matches \"*\"" },
	{ "deny from any as-path matches\"1 2\"med 3",
	  "deny from any as-path matches \"1 2\" med 3" },
	{ "deny from any origin { igp egp incomplete }" },
	{ "deny from any next-hop 10.0.0.0/24" },
	{ "allow from any next-hop peer" },
	{ "deny from any next-hop 10.0.0.1",
	  "deny from any next-hop 10.0.0.1/32" },
	{ "deny from any med 0 localpref >=101" },
	{ "deny from any community 65000:100" },
	{ "deny from any community *:100" },
	{ "deny from any community 65000:*" },
	{ "deny from any community *:*", "deny from any community any" },
	{ "deny from any community any" },
	{ "deny from any community { graceful-shutdown blackhole no-export "
	  "no-advertise no-export-subconfed }" },
	{ "deny from any community 65535:65281",
	  "deny from any community no-export" },
	{ "deny from any community 1:1 community 2:2" },
	{ "deny from any ext-community rt:65001:100" },
	{ "deny from any ext-community rt:4200000000:100" },
	{ "deny from any ext-community soo:192.0.2.1:*" },
	{ "deny from any ext-community bandwidth:65001:1250000" },
	{ "deny from any ext-community bandwidth:*:*" },
	{ "deny from any ext-community 0x4301000000000001" },
	{ "deny from any ext-community 0x0002FDE900000064",
	  "deny from any ext-community rt:65001:100" },
	{ "deny from any ext-community 0x0202000000010064" },
	{ "deny from any ext-community any" },
	{ "deny from any large-community 65001:1:2" },
	{ "deny from any large-community *:1:*" },
	{ "deny from any attribute 99" },
	{ "deny from any attribute { 99 200-255 }",
	  "deny from any attribute { 99 >=200 }" },
	{ "allow from any set localpref 200" },
	{ "allow from any set localpref +10 med -5" },
	{ "allow from any set med remove" },
	{ "allow from any set origin incomplete" },
	{ "allow from any set next-hop 10.0.0.9" },
	{ "allow to any set next-hop self" },
	{ "allow from any set weight 4294967295" },
	{ "allow from any set encap gue" },
	{ "allow from any set encap none localpref 7" },
	{ "allow from any set weight from community 65000:*" },
	{ "allow from any set weight 2 weight from community 0:*" },
	{ "continue from any set multipath no weight 2" },
	{ "allow from any set prepend 65001 3 prepend self 64" },
	{ "allow from any set community add 65000:1 community remove 1:*" },
	{ "allow from any set community remove *:*",
	  "allow from any set community remove all" },
	{ "allow from any set community add { 1:1 2:2 no-export }" },
	{ "allow from any set ext-community add bandwidth:65001:1250000" },
	{ "allow from any set ext-community remove bandwidth:*:*" },
	{ "allow from any set ext-community add 0x4004fde9499895a0",
	  "allow from any set ext-community add bandwidth:65001:1249972" },
	{ "allow from any set ext-community remove all" },
	{ "allow from any set large-community add 1:2:3 large-community "
	  "remove 1:*:*" },
	{ "allow from any set attribute remove 99" },
	{ "continue from role backend community 65000:100 set localpref 200 "
	  "weight 2 community add 65000:1" },
};

/* Rules with exactly one error. */
static const struct {
	const char *text;
	const char *message;
} bad[] = {
	{ "alow from any",
	  "action 'alow': must be allow, deny or continue; did you "
	  "mean 'allow'?" },
	{ "allow form any",
	  "direction 'form': must be from or to; did you mean 'from'?" },
	{ "allow", "direction 'the end of the rule': must be from or to" },
	{ "allow from",
	  "neighbors 'the end of the rule': must be any, internal, "
	  "external, role, neighbor or as" },
	{ "allow from role bakend prefix 192.0.2.0/24",
	  "role 'bakend': must be none, backend, upstream or peer; "
	  "did you mean 'backend'?" },
	{ "allow from role",
	  "role 'the end of the rule': must be none, backend, "
	  "upstream or peer" },
	{ "allow from neighbor 10.0.0.300",
	  "neighbor '10.0.0.300': must be an address, a prefix "
	  "without host bits, or an interface" },
	{ "allow from neighbor 10.0.0.1/24",
	  "neighbor '10.0.0.1/24': must be an address, a prefix "
	  "without host bits, or an interface" },
	{ "allow from neighbor fe80::1%",
	  "neighbor 'fe80::1%': must be an address, a prefix without "
	  "host bits, or an interface" },
	{ "allow from as 0",
	  "as '0': must be N, N-M or >=N, from 1 to 4294967295" },
	{ "allow from as 5-4",
	  "as '5-4': must be N, N-M or >=N, from 1 to 4294967295" },
	{ "allow from any comunity 1:1",
	  "unknown match 'comunity'; did you mean 'community'?" },
	{ "allow from any frobnicate 1:1",
	  "unknown match 'frobnicate'; headgate --help lists them" },
	{ "allow from any as-path frist 5",
	  "as-path 'frist': must be first, last, contains, length or "
	  "matches; did you mean 'first'?" },
	{ "allow from any as-path first x",
	  "as-path first 'x': must be N, N-M or >=N, from 1 to "
	  "4294967295" },
	{ "allow from any prefix 192.0.2.1/24",
	  "prefix '192.0.2.1/24': host bits are set; did you mean "
	  "192.0.2.0/24?" },
	{ "allow from any prefix",
	  "prefix 'the end of the rule': must be an address such as "
	  "192.0.2.1, or a prefix such as 192.0.2.0/24" },
	{ "allow from any prefixlen 129",
	  "prefixlen '129': must be N, N-M or >=N, from 0 to 128" },
	{ "allow from any prefixlen >=",
	  "prefixlen '>=': must be N, N-M or >=N, from 0 to 128" },
	{ "allow from any community 65536:1",
	  "community '65536:1': must be N:M of 16 bits each or one "
	  "of graceful-shutdown, llgr-stale, blackhole, no-export, "
	  "no-advertise, no-export-subconfed, * for a number, or any" },
	{ "allow from any large-community 1:2",
	  "large-community '1:2': must be N:N:N of 32 bits each, * "
	  "for a number, or any" },
	{ "allow from any ext-community rt:*:1",
	  "ext-community 'rt:*:1': must be rt:N:M, soo:N:M, "
	  "bandwidth:AS:BYTES-PER-SECOND or 0x and 16 digits, * for "
	  "a number, or any" },
	{ "allow from any origin { igp foo }",
	  "origin 'foo': must be igp, egp or incomplete" },
	{ "allow from any origin { igp egp",
	  "origin: the closing } is missing" },
	{ "allow from any origin { }",
	  "origin: the braces are empty; give a value" },
	{ "allow from any as-path matches \"1 2",
	  "as-path matches: the closing \" is missing" },
	{ "allow from any med 1 med 2",
	  "med is given twice; put values in braces: { A B }" },
	{ "allow from any set", "nothing follows set; give a setting such as "
				"localpref 200" },
	{ "allow from any set localpref 1 set med 1",
	  "set is given twice; all settings follow one set" },
	{ "allow from any set localpref 1 localpref 2",
	  "localpref is given twice; keep only one" },
	{ "allow from any set localpreff 1",
	  "unknown setting 'localpreff'; did you mean 'localpref'?" },
	{ "allow from any set weight 0",
	  "weight '0': must be a number from 1 to 4294967295" },
	{ "allow from any set weight from community 65000:1",
	  "weight from 'community': must be community N:*; the weight takes "
	  "the place of *" },
	{ "allow from any set weight from community *:*",
	  "weight from 'community': must be community N:*; the weight takes "
	  "the place of *" },
	{ "allow from any set weight from large 65000:*",
	  "weight from 'large': must be community N:*; the weight takes the "
	  "place of *" },
	{ "allow from any set multipath yes", "multipath 'yes': must be no" },
	{ "allow from any set prepend self 65",
	  "prepend self '65': must be a number from 1 to 64" },
	{ "allow from any set prepend self",
	  "prepend self 'the end of the rule': must be a number from "
	  "1 to 64" },
	{ "allow from any set community 1:1",
	  "community '1:1': must be add or remove" },
	{ "allow from any set community add 1:*",
	  "community add '1:*': must be N:M of 16 bits each or one "
	  "of graceful-shutdown, llgr-stale, blackhole, no-export, "
	  "no-advertise, no-export-subconfed" },
	{ "allow from any set community add all",
	  "community add 'all': must be N:M of 16 bits each or one "
	  "of graceful-shutdown, llgr-stale, blackhole, no-export, "
	  "no-advertise, no-export-subconfed" },
	{ "allow from any set next-hop 10.0.0.0/24",
	  "next-hop '10.0.0.0/24': must be an address, or self" },
	{ "allow from any set next-hop self",
	  "next-hop self is for rules with to; remove next-hop self" },
	{ "deny to any next-hop peer",
	  "next-hop peer is for rules with from; remove next-hop peer" },
	{ "allow to any set weight 2", "weight is for routes from a neighbor; "
				       "remove weight" },
	{ "allow to any set weight from community 1:*",
	  "weight is for routes from a neighbor; remove weight" },
	{ "allow to any set encap ipip",
	  "encap is for routes from a neighbor; remove encap" },
	{ "allow from any set encap bgp",
	  "encap 'bgp': must be none, ipip, gue or gre" },
	{ "allow to any set multipath no",
	  "multipath no is for routes from a neighbor; remove multipath no" },
	{ "deny from any set med 1",
	  "a denied route is not changed; remove set and what follows" },
	{ "continue from any",
	  "continue without settings has no effect; give settings "
	  "after set" },
	{ "allow to role backend",
	  "nothing is announced to backends, whatever the rules; "
	  "remove the rule" },
	{ "allow from any set attribute remove 2",
	  "attribute remove 2: routes need it; give another type" },
};

static void make_line(char line[LINE_SIZE], const char *text)
{
	assert_true(snprintf(line, LINE_SIZE, "rule %s", text) < LINE_SIZE);
}

/* The canonical form of a rule that is the first of `config`. */
static void print_first(char text[LINE_SIZE])
{
	FILE *out = fmemopen(text, LINE_SIZE, "w");

	assert_non_null(out);
	flag_print(&config, flag_find("rule"), 0, out);
	fclose(out);
}

static void every_rule_prints_as_one_that_parses_back_to_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const char *canonical =
			rules[i].canonical ? rules[i].canonical : rules[i].text;
		char line[LINE_SIZE], printed[LINE_SIZE];

		make_line(line, rules[i].text);
		if (parse_lines(line))
			fail_msg("%s: %s", rules[i].text, errors);
		assert_int_equal(config.rib.rule_count, 1);
		print_first(printed);
		assert_string_equal(printed, canonical);
		make_line(line, printed);
		assert_int_equal(parse_lines(line), 0);
		print_first(printed);
		assert_string_equal(printed, canonical);
	}
}

/* True if a canonical form in the table has these words. */
static bool is_in_table(const char *words)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strstr(rules[i].canonical ? rules[i].canonical :
						rules[i].text,
			   words))
			return true;
	return false;
}

static void assert_in_table(const struct option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char words[NAME_SIZE];

		snprintf(words, sizeof(words), " %s", options[i].name);
		if (!is_in_table(words))
			fail_msg("no rule with '%s'", words);
	}
}

static void the_table_above_has_every_match_and_setting(void **state)
{
	(void)state;
	assert_in_table(rule_matches, RULE_MATCH_COUNT);
	assert_in_table(rule_settings, RULE_SETTING_COUNT);
}

static void an_error_names_the_word_and_what_is_allowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[LINE_SIZE], message[LINE_SIZE];

		make_line(line, bad[i].text);
		assert_true(snprintf(message, sizeof(message), "--rule %s: %s",
				     bad[i].text, bad[i].message) < LINE_SIZE);
		assert_error(line, message);
		assert_int_equal(config.rib.rule_count, 0);
	}
}

static void all_errors_of_all_rules_are_named_in_one_run(void **state)
{
	(void)state;
	assert_int_equal(parse_lines(
				 "rule allow from any med x comunity 1:1 set "
				 "weight 0 localpref y\n"
				 "rule deny form any\n"
				 "rule allow from any\n"
				 "rule continue to any set weight 3 attribute "
				 "remove 1"),
			 4 + 1 + 0 + 2);
	assert_non_null(strstr(errors, "file:6: --rule allow from any med x"));
	assert_non_null(strstr(errors, "file:7: --rule deny form any: "));
	assert_non_null(strstr(errors, "file:9: --rule continue to any"));
}

static void rules_keep_their_order(void **state)
{
	char printed[LINE_SIZE];

	(void)state;
	assert_int_equal(parse_lines(
				 "rule deny from as 1\nrule deny from as 2\n"
				 "rule allow from any"),
			 0);
	assert_int_equal(config.rib.rule_count, 3);
	print_first(printed);
	assert_string_equal(printed, "deny from as 1");
	assert_int_equal(config.rib.rules[1].as.first, 2);
	assert_int_equal(config.rib.rules[2].action, RULE_ALLOW);
}

/* An accepted rule prints as one that is accepted. */
static void assert_error_or_valid(const char *text)
{
	char line[LINE_SIZE], first[LINE_SIZE], second[LINE_SIZE];

	make_line(line, text);
	if (parse_lines(line)) {
		assert_int_equal(config.rib.rule_count, 0);
		return;
	}
	print_first(first);
	make_line(line, first);
	assert_int_equal(parse_lines(line), 0);
	print_first(second);
	assert_string_equal(first, second);
}

static void every_truncation_is_an_error_or_a_valid_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		char text[LINE_SIZE];

		snprintf(text, sizeof(text), "%s", rules[i].text);
		for (size_t length = strlen(text); length; length--) {
			text[length] = '\0';
			assert_error_or_valid(text);
		}
	}
}

/* `word` times `count`, behind `before`. */
static const char *repeat(char text[LINE_SIZE], const char *before,
			  const char *word, unsigned int count)
{
	size_t used = (size_t)snprintf(text, LINE_SIZE, "rule %s", before);

	while (count--) {
		used += (size_t)snprintf(text + used, LINE_SIZE - used, " %s",
					 word);
		assert_true(used < LINE_SIZE);
	}
	return text;
}

static void too_much_in_one_rule_is_refused(void **state)
{
	char line[LINE_SIZE];

	(void)state;
	assert_int_equal(parse_lines(repeat(line,
					    "deny from any as-path "
					    "matches \"",
					    "*", RULE_MAX_VALUES)),
			 1); /* the closing quote */
	assert_non_null(strstr(errors, "the closing \" is missing"));
	assert_int_equal(parse_lines(repeat(line,
					    "deny from any as-path "
					    "matches \"",
					    "*", RULE_MAX_VALUES + 1)),
			 1);
	assert_non_null(strstr(errors, "at most 32 values; split it"));
	assert_int_equal(parse_lines(repeat(line, "deny from any",
					    "community 1:1", RULE_MAX_MATCHES)),
			 0);
	assert_int_equal(parse_lines(repeat(line, "deny from any",
					    "community 1:1",
					    RULE_MAX_MATCHES + 1)),
			 1);
	assert_non_null(strstr(errors, "at most 16 of a match; split it"));
	/* A setting without a value stands behind the last one. */
	repeat(line, "allow from any as-path matches \"", "*", RULE_MAX_VALUES);
	strcat(line, "\" set med remove");
	assert_int_equal(parse_lines(line), 0);
	parse_lines(repeat(line, "deny from any", "x", RULE_MAX_WORDS));
	assert_non_null(strstr(errors, "at most 128 words; split it"));
}

static void no_more_rules_than_there_is_room_for(void **state)
{
	static const char line[] = "rule deny from any\n";
	static char text[TEXT_SIZE / 2];

	(void)state;
	text[0] = '\0';
	for (int i = 0; i < POLICY_MAX_RULES; i++)
		strcat(text, line);
	assert_int_equal(parse_lines(text), 0);
	assert_int_equal(config.rib.rule_count, POLICY_MAX_RULES);
	strcat(text, line);
	assert_int_equal(parse_lines(text), 1);
	assert_non_null(strstr(errors, "at most 512 are supported"));
}

static void max_attributes_follows_from_max_prefix(void **state)
{
	static const struct {
		const char *keys;
		uint32_t bytes;
	} cases[] = {
		{ ",role=backend", 4096000 },
		{ ",role=backend,max-prefix=10", 40960 },
		{ ",role=backend,max-prefix=4G", UINT32_MAX },
		{ ",role=backend,add-path=receive", 0 },
		{ ",role=backend,max-attributes=1M", 1000000 },
		{ ",role=peer,max-prefix=10", 0 },
		{ ",role=peer,max-attributes=5", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char value[128];

		snprintf(value, sizeof(value), "neighbor 10.0.0.3%s",
			 cases[i].keys);
		assert_int_equal(parse_lines(value), 0);
		assert_int_equal(config.bgp.neighbors[1].max_attributes,
				 cases[i].bytes);
	}
}

static void max_prefix_prints_as_it_is_read(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("neighbor 10.0.0.3,max-prefix=1000000"),
			 0);
	assert_int_equal(config.bgp.neighbors[1].max_prefix, 1000000);
	assert_int_equal(config.bgp.neighbors[1].max_prefix_action,
			 NEIGHBOR_MAX_PREFIX_BLOCK);
	assert_int_equal(config.bgp.neighbors[1].max_prefix_restart, 0);
	assert_int_equal(parse_lines("neighbor 10.0.0.3,max-prefix=5,"
				     "max-prefix-action=restart"),
			 0);
	assert_int_equal(config.bgp.neighbors[1].max_prefix_restart, 60);
	assert_error(
		"neighbor 10.0.0.3,max-prefix=0",
		"--neighbor 10.0.0.3,max-prefix=0: max-prefix=0: must be a "
		"number from 1 to 4294967295");
	assert_error("neighbor 10.0.0.3,max-prefix-action=warn",
		     "--neighbor 10.0.0.3,max-prefix-action=warn: "
		     "max-prefix-action needs max-prefix; give it, too");
	assert_error("neighbor 10.0.0.3,max-prefix=5,max-prefix-restart=9",
		     "--neighbor 10.0.0.3,max-prefix=5,max-prefix-restart=9: "
		     "max-prefix-restart is for max-prefix-action=restart; "
		     "remove it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_rule_prints_as_one_that_parses_back_to_itself),
		cmocka_unit_test(the_table_above_has_every_match_and_setting),
		cmocka_unit_test(an_error_names_the_word_and_what_is_allowed),
		cmocka_unit_test(all_errors_of_all_rules_are_named_in_one_run),
		cmocka_unit_test(rules_keep_their_order),
		cmocka_unit_test(every_truncation_is_an_error_or_a_valid_rule),
		cmocka_unit_test(too_much_in_one_rule_is_refused),
		cmocka_unit_test(no_more_rules_than_there_is_room_for),
		cmocka_unit_test(max_attributes_follows_from_max_prefix),
		cmocka_unit_test(max_prefix_prints_as_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
