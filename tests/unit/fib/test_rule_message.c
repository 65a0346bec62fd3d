// SPDX-License-Identifier: BSD-2-Clause
/* Messages of our rules, and of routes in tables that rules lead to. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "fib/route_message.h"
#include "fib/rule_message.h"

static const struct route_owner owner = {
	.protocol = ROUTE_OWNER_FIRST_PROTOCOL,
	.first_object = 0x48000000,
	.last_object = 0x48ffffff,
};

enum {
	SLOT = 130,
	TABLE = 7272130,
};

static const struct handed_up_options options = {
	.mark = 0xfff00000,
	.priority = 7272,
	.table = 7272000,
};

static union {
	struct nlmsghdr header;
	char bytes[ROUTE_MESSAGE_SIZE];
} buffer;

static void a_rule_is_read_as_it_is_written(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const struct mark_rule rules[] = {
			mark_rule_guard(&options, ipv6),
			mark_rule_end(&options, ipv6),
			mark_rule_chunk(&options, SLOT, ipv6),
			mark_rule_anchor(&options, SLOT, ipv6),
			mark_rule_slot(&options, SLOT, ipv6),
		};

		for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
			struct mark_rule found;

			assert_true(rule_message_is_ours(
				rule_message_add(&buffer, &owner, &rules[i]),
				&owner, &found));
			assert_true(mark_rule_equal(&found, &rules[i]));
			assert_true(rule_message_is_ours(
				rule_message_remove(&buffer, &owner, &rules[i]),
				&owner, &found));
			assert_true(mark_rule_equal(&found, &rules[i]));
		}
	}
}

static void a_rule_of_another_protocol_is_not_ours(void **state)
{
	struct mark_rule rule = mark_rule_guard(&options, false);
	struct nlmsghdr *message = rule_message_add(&buffer, &owner, &rule);
	struct nlattr *attribute;

	(void)state;
	mnl_attr_for_each(
		attribute, message,
		sizeof(struct fib_rule_hdr)) if (mnl_attr_get_type(attribute) ==
						 FRA_PROTOCOL) *
		(uint8_t *)mnl_attr_get_payload(attribute) = RTPROT_STATIC;
	assert_false(rule_message_is_ours(message, &owner, &rule));
}

static void rejects_every_truncation(void **state)
{
	struct mark_rule rule = mark_rule_slot(&options, SLOT, true), found;

	(void)state;
	for (uint32_t size = NLMSG_HDRLEN; size < ROUTE_MESSAGE_SIZE; size++) {
		struct nlmsghdr *message =
			rule_message_add(&buffer, &owner, &rule);

		if (size >= message->nlmsg_len)
			break;
		message->nlmsg_len = size;
		if (rule_message_is_ours(message, &owner, &found))
			assert_true(found.priority == rule.priority ||
				    !found.priority);
	}
}

static void a_route_in_a_table_is_no_route_of_the_main_table(void **state)
{
	struct prefix prefix, found;
	const struct route_tunnel no_tunnel = { 0 };
	struct route_hop hop = { .ifindex = 3 };
	uint32_t table = 0;
	const struct nlmsghdr *message;

	(void)state;
	assert_int_equal(prefix_parse("192.0.2.0/24", &prefix), PREFIX_OK);
	assert_true(address_parse("10.1.0.11", &hop.via));
	message = route_message_in_table(&buffer, &owner, &prefix, &hop,
					 &no_tunnel, TABLE);
	assert_false(route_message_is_ours(message, &owner, &found));
	assert_true(route_message_is_in_table(message, &owner, &found, &table));
	assert_true(prefix_equal(&found, &prefix));
	assert_int_equal(table, TABLE);
	message = route_message_leave_table(&buffer, &owner, &prefix, TABLE);
	assert_true(route_message_is_in_table(message, &owner, &found, &table));
	assert_int_equal(table, TABLE);
	message = route_message_unreachable(&buffer, &owner, &prefix);
	assert_false(
		route_message_is_in_table(message, &owner, &found, &table));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_is_read_as_it_is_written),
		cmocka_unit_test(a_rule_of_another_protocol_is_not_ours),
		cmocka_unit_test(rejects_every_truncation),
		cmocka_unit_test(
			a_route_in_a_table_is_no_route_of_the_main_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
