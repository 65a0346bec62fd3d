// SPDX-License-Identifier: BSD-2-Clause
/* Flow Specifications as words, in both directions. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/codec/flowspec_text.h"
#include "core/array.h"

/* Words that are printed as they are read. */
static const char *const fixed_points[] = {
	"vip 192.0.2.1/32 drop",
	"vip 192.0.2.0/24 source 198.51.100.0/24 protocol udp port 53 "
	"rate 1000pps",
	"vip 2001:db8::/32 source 2001:db8:1::/48 protocol icmp6 icmp-type 128 "
	"icmp-code 0 rate 8000bps",
	"vip 192.0.2.1/32 protocol tcp|udp|99 destination-port 80|443 "
	"source-port 1024-65535 accept",
	"vip 192.0.2.1/32 destination-port >1023&!=8080|<=22|>=9|<5 drop",
	"vip 192.0.2.1/32 tcp-flags syn&!ack rate 100pps",
	"vip 192.0.2.1/32 tcp-flags syn+ack|any:fin+rst|!any:urg+0x100 drop",
	"vip 192.0.2.1/32 length 1-64 dscp 0|46 fragment is-fragment sample",
	"vip 192.0.2.1/32 fragment !any:dont-fragment&first-fragment drop",
	"vip 2001:db8::1/128 flow-label 1048575 drop",
	"vip 2001:db8::/32 source ::1:0:0:0/80/64 drop",
	"vip 192.0.2.1/32 protocol tcp rate 12.5bps dscp-mark 10 sample "
	"continue",
	"vip 192.0.2.1/32 drop sample",
};

static void parse(const char *words, struct flowspec_rule *rule)
{
	char error[FLOWSPEC_ERROR_SIZE] = "";

	if (!flowspec_parse(words, rule, error))
		fail_msg("%s: %s", words, error);
	assert_null(flowspec_check(flowspec_rule_reader(rule), rule->ipv6));
}

static void assert_shown(const struct flowspec_rule *rule, const char *words)
{
	char buffer[FLOWSPEC_TEXT_SIZE];
	struct text text = text_of(buffer, sizeof(buffer));

	flowspec_show(&text, flowspec_rule_reader(rule), rule->ipv6);
	flowspec_actions_show(&text, &rule->actions);
	assert_string_equal(buffer, words);
}

static void prints_what_it_reads(void **state)
{
	struct flowspec_rule rule;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fixed_points); i++) {
		parse(fixed_points[i], &rule);
		assert_shown(&rule, fixed_points[i]);
	}
}

static void puts_components_in_order(void **state)
{
	struct flowspec_rule rule;

	(void)state;
	parse("rate 1.5kpps port 53 protocol 17 source 10.0.0.0/8 vip "
	      "192.0.2.1",
	      &rule);
	assert_shown(&rule,
		     "vip 192.0.2.1/32 source 10.0.0.0/8 protocol udp port 53 "
		     "rate 1500pps");
	parse("vip 192.0.2.1 rate 10Mbps", &rule);
	assert_shown(&rule, "vip 192.0.2.1/32 rate 10000000bps");
	assert_true(rule.actions.bytes_per_second == 1250000);
}

static void refuses_what_is_no_rule(void **state)
{
	static const struct {
		const char *words;
		const char *error;
	} bad[] = {
		{ "", "vip PREFIX is missing" },
		{ "drop", "vip PREFIX is missing" },
		{ "vip 192.0.2.1", "no action" },
		{ "vip", "'vip' has no operand" },
		{ "vip 192.0.2.1 drop gone", "'gone' is no word" },
		{ "vip 192.0.2.1 gone 1 drop", "'gone' is no word" },
		{ "vip 192.0.2.1 port 1 port 2 drop", "'port' is given twice" },
		{ "vip 192.0.2.1/33 drop", "no prefix" },
		{ "vip 192.0.2.1/24 drop", "no prefix" },
		{ "vip 192.0.2.1 source ::/0 drop", "family" },
		{ "vip ::/0 source 10.0.0.0/8 drop", "family" },
		{ "vip 192.0.2.1 source 10.0.0.0/8/4 drop", "no prefix" },
		{ "vip 192.0.2.1 flow-label 1 drop", "IPv4" },
		{ "vip 192.0.2.1 port 65536 drop", "no operand" },
		{ "vip 192.0.2.1 port 9-5 drop", "no operand" },
		{ "vip 192.0.2.1 port 1| drop", "no operand" },
		{ "vip 192.0.2.1 port = drop", "no operand" },
		{ "vip 192.0.2.1 port -1 drop", "no operand" },
		{ "vip 192.0.2.1 protocol tpc drop", "no operand" },
		{ "vip 192.0.2.1 dscp 64 drop", "no operand" },
		{ "vip 192.0.2.1 tcp-flags syn+ drop", "no operand" },
		{ "vip 192.0.2.1 rate 10", "no rate" },
		{ "vip 192.0.2.1 rate pps", "no rate" },
		{ "vip 192.0.2.1 rate 0pps", "no rate" },
		{ "vip 192.0.2.1 rate -1pps", "no rate" },
		{ "vip 192.0.2.1 rate 1Tpps", "no rate" },
		{ "vip 192.0.2.1 rate 10000Gpps", "no rate" },
		{ "vip 192.0.2.1 rate 1pps rate 1bps", "one rate" },
		{ "vip 192.0.2.1 rate 1pps drop", "one rate" },
		{ "vip 192.0.2.1 drop rate 1pps", "one rate" },
		{ "vip 192.0.2.1 drop accept", "exclude" },
		{ "vip 192.0.2.1 dscp-mark 64", "no DSCP" },
	};
	struct flowspec_rule rule;
	char error[FLOWSPEC_ERROR_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		memset(error, 0, sizeof(error));
		if (flowspec_parse(bad[i].words, &rule, error) ||
		    !strstr(error, bad[i].error))
			fail_msg("'%s': %s", bad[i].words, error);
	}
}

static void refuses_rules_that_are_too_long(void **state)
{
	struct flowspec_rule rule;
	char error[FLOWSPEC_ERROR_SIZE];
	char words[600] = "vip 192.0.2.1 drop port 1";

	(void)state;
	for (int i = 0; i < 80; i++)
		strcat(words, "|1000");
	assert_false(flowspec_parse(words, &rule, error));
	assert_non_null(strstr(error, "too long"));
	memset(words, 'a', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	assert_false(flowspec_parse(words, &rule, error));
	assert_non_null(strstr(error, "too long"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_it_reads),
		cmocka_unit_test(puts_components_in_order),
		cmocka_unit_test(refuses_what_is_no_rule),
		cmocka_unit_test(refuses_rules_that_are_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
