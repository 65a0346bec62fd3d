// SPDX-License-Identifier: BSD-2-Clause
/* Rules of Flow Specifications: components, operators, order (RFC 8955 5.1). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bgp/codec/flowspec.h"
#include "bytes.h"
#include "core/array.h"

enum {
	SPACE = 512,
	RANDOM_RULES = 200,
	RANDOM_COMPARED = 60,
};

/* RFC 8955 4.3.2 */
static void reads_the_example_of_the_rfc(void **state)
{
	struct reader rule = BYTES(1, 24, 192, 0, 2, 2, 8, 203, 4, 0x03, 137,
				   0x45, 139, 0x91, 0x1f, 0x90);
	struct flowspec_component part;
	struct flowspec_operator op;
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	assert_null(flowspec_check(rule, false));
	assert_true(flowspec_next_component(&rule, false, &part));
	assert_int_equal(part.type, FLOWSPEC_DESTINATION);
	assert_string_equal(prefix_format(&part.prefix, text), "192.0.2.0/24");
	assert_true(flowspec_next_component(&rule, false, &part));
	assert_string_equal(prefix_format(&part.prefix, text), "203.0.0.0/8");
	assert_true(flowspec_next_component(&rule, false, &part));
	assert_int_equal(part.type, FLOWSPEC_PORT);
	assert_true(flowspec_holds(&part, 137));
	assert_true(flowspec_holds(&part, 139));
	assert_true(flowspec_holds(&part, 8080));
	assert_false(flowspec_holds(&part, 140));
	assert_false(flowspec_holds(&part, 136));
	assert_true(flowspec_next_operator(&part.operators, &op));
	assert_int_equal(op.value, 137);
	assert_false(flowspec_next_component(&rule, false, &part));
}

/* RFC 8956 3.8.2: ::1234:5678:9a00:0/65-104 */
static void reads_a_pattern_with_an_offset(void **state)
{
	struct reader rule = BYTES(1, 104, 64, 0x12, 0x34, 0x56, 0x78, 0x9a, 2,
				   128, 121, 0xfe);
	struct flowspec_component part;
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	assert_null(flowspec_check(rule, true));
	assert_true(flowspec_next_component(&rule, true, &part));
	assert_int_equal(part.offset, 64);
	assert_string_equal(prefix_format(&part.prefix, text),
			    "::1234:5678:9a00:0/104");
	assert_true(flowspec_next_component(&rule, true, &part));
	assert_int_equal(part.prefix.length, 128);
	assert_string_equal(prefix_format(&part.prefix, text), "::7f/128");
}

static void clears_bits_behind_a_prefix(void **state)
{
	struct reader rule = BYTES(1, 9, 10, 0xff);
	struct flowspec_component part;
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	assert_true(flowspec_next_component(&rule, false, &part));
	assert_string_equal(prefix_format(&part.prefix, text), "10.128.0.0/9");
}

static void refuses_malformed_rules(void **state)
{
	static const struct {
		const char *reason;
		bool ipv6;
		uint8_t size;
		uint8_t bytes[12];
	} bad[] = {
		{ "empty", false, 0, { 0 } },
		{ "unknown", false, 3, { 0, 0x81, 6 } },
		{ "unknown", false, 3, { 13, 0x81, 6 } },
		{ "unknown", true, 3, { 14, 0x81, 6 } },
		{ "order", false, 6, { 3, 0x81, 6, 2, 8, 10 } },
		{ "order", false, 6, { 3, 0x81, 6, 3, 0x81, 17 } },
		{ "order", false, 6, { 1, 8, 10, 1, 8, 10 } },
		{ "malformed", false, 2, { 1, 33 } },
		{ "malformed", false, 4, { 1, 24, 10, 1 } },
		{ "malformed", true, 4, { 1, 129, 0, 1 } },
		{ "malformed", true, 4, { 1, 8, 9, 1 } },
		{ "malformed", true, 3, { 1, 8, 8 } },
		{ "malformed", false, 3, { 3, 0x01, 6 } },
		{ "malformed", false, 3, { 4, 0x91, 6 } },
		{ "too long", false, 6, { 9, 0xa1, 0, 0, 0, 2 } },
		{ "too long", false, 4, { 12, 0x91, 0, 2 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		const char *reason = flowspec_check(
			reader_of(bad[i].bytes, bad[i].size), bad[i].ipv6);

		assert_non_null(reason);
		assert_non_null(strstr(reason, bad[i].reason));
	}
}

static void rejects_every_truncation(void **state)
{
	struct reader rule = BYTES(1, 24, 192, 0, 2, 2, 8, 203, 3, 0x81, 6, 4,
				   0x03, 137, 0x45, 139, 0x91, 0x1f, 0x90, 9,
				   0x91, 0, 2, 12, 0x81, 2);
	/* Where a component ends, the rest is a shorter rule. */
	static const uint8_t ends[] = { 5, 8, 11, 19, 23, 26 };

	(void)state;
	assert_null(flowspec_check(rule, false));
	for (size_t size = 0; size < rule.left; size++) {
		uint8_t *copy = exact_copy(rule.data, size);
		const char *reason =
			flowspec_check(reader_of(copy, size), false);

		assert_true(memchr(ends, (int)size, sizeof(ends)) ? !reason :
								    !!reason);
		free(copy);
	}
}

static void takes_both_forms_of_a_length(void **state)
{
	uint8_t bytes[SPACE] = { 0 };
	struct writer w = writer_of(bytes, sizeof(bytes));
	uint8_t one[0xef] = { 0 }, two[0xf0] = { 0 };
	struct reader list, rule;

	(void)state;
	flowspec_write(&w, reader_of(one, sizeof(one)));
	flowspec_write(&w, reader_of(two, sizeof(two)));
	assert_int_equal(w.used, 1 + sizeof(one) + 2 + sizeof(two));
	list = reader_of(bytes, w.used);
	assert_true(flowspec_next(&list, &rule));
	assert_int_equal(rule.left, sizeof(one));
	assert_true(flowspec_next(&list, &rule));
	assert_int_equal(rule.left, sizeof(two));
	assert_false(flowspec_next(&list, &rule));
	assert_false(list.failed);
	list = reader_of(bytes, w.used - 1);
	assert_true(flowspec_next(&list, &rule));
	assert_false(flowspec_next(&list, &rule));
	assert_true(list.failed);
}

static bool holds(enum flowspec_type type, struct reader operators,
		  uint64_t value)
{
	const struct flowspec_component part = { .type = type,
						 .operators = operators };

	return flowspec_holds(&part, value);
}

static void evaluates_numbers(void **state)
{
	/* >=10 & <=20 | =30 */
	struct reader range = BYTES(0x03, 10, 0x45, 20, 0x81, 30);

	(void)state;
	for (unsigned int value = 0; value < 64; value++)
		assert_int_equal(holds(FLOWSPEC_PORT, range, value),
				 (value >= 10 && value <= 20) || value == 30);
	assert_false(holds(FLOWSPEC_PORT, BYTES(0x80, 10), 10));
	assert_true(holds(FLOWSPEC_PORT, BYTES(0x87, 10), 7));
	assert_true(holds(FLOWSPEC_PORT, BYTES(0x86, 10), 7));
	assert_false(holds(FLOWSPEC_PORT, BYTES(0x86, 10), 10));
	/* The AND bit of the first operator counts as unset. */
	assert_true(holds(FLOWSPEC_PORT, BYTES(0xc1, 10), 10));
}

static void evaluates_bits(void **state)
{
	(void)state;
	for (unsigned int flags = 0; flags < 64; flags++) {
		assert_int_equal(holds(FLOWSPEC_TCP_FLAGS, BYTES(0x80, 0x12),
				       flags),
				 !!(flags & 0x12));
		assert_int_equal(holds(FLOWSPEC_TCP_FLAGS, BYTES(0x81, 0x12),
				       flags),
				 (flags & 0x12) == 0x12);
		assert_int_equal(holds(FLOWSPEC_TCP_FLAGS, BYTES(0x83, 0x12),
				       flags),
				 (flags & 0x12) != 0x12);
		/* SYN and not ACK */
		assert_int_equal(holds(FLOWSPEC_TCP_FLAGS,
				       BYTES(0x01, 2, 0xc2, 0x10), flags),
				 (flags & 0x12) == 2);
	}
}

static void assert_order(struct reader first, struct reader second, bool ipv6)
{
	assert_true(flowspec_compare(first, second, ipv6) < 0);
	assert_true(flowspec_compare(second, first, ipv6) > 0);
	assert_int_equal(flowspec_compare(first, first, ipv6), 0);
}

static void orders_rules_by_section_5_1(void **state)
{
	(void)state;
	/* A component that the other has not, or of a lower type */
	assert_order(BYTES(1, 8, 10, 3, 0x81, 6), BYTES(1, 8, 10), false);
	assert_order(BYTES(1, 8, 10, 2, 8, 9), BYTES(1, 8, 10, 3, 0x81, 6),
		     false);
	/* The lowest address, the longest prefix */
	assert_order(BYTES(1, 8, 10), BYTES(1, 8, 11), false);
	assert_order(BYTES(1, 16, 10, 0), BYTES(1, 8, 10), false);
	assert_order(BYTES(1, 16, 10, 9), BYTES(1, 8, 10), false);
	assert_order(BYTES(1, 8, 10), BYTES(1, 16, 11, 0), false);
	/* Operators as a string, the longest first */
	assert_order(BYTES(3, 0x81, 6), BYTES(3, 0x81, 17), false);
	assert_order(BYTES(3, 0x01, 6, 0x81, 7), BYTES(3, 0x81, 6), false);
	/* RFC 8956 4: the lowest offset, then as above */
	assert_order(BYTES(1, 64, 0, 0, 0, 0, 0, 0, 0, 0, 9),
		     BYTES(1, 64, 32, 0, 0, 0, 0), true);
	assert_order(BYTES(1, 64, 32, 0, 0, 0, 1), BYTES(1, 64, 32, 0, 0, 0, 2),
		     true);
	assert_order(BYTES(1, 64, 32, 0, 0, 0, 1), BYTES(1, 48, 32, 0, 0),
		     true);
}

/* Write a random rule of IPv4; few values, so that many are related. */
static size_t random_rule(uint8_t *to, uint32_t *seed)
{
	struct writer w = writer_of(to, SPACE);

	for (unsigned int type = 1; type < FLOWSPEC_FLOW_LABEL; type++) {
		if (next_random(seed) % 3)
			continue;
		writer_u8(&w, (uint8_t)type);
		if (type <= FLOWSPEC_SOURCE) {
			unsigned int bytes = next_random(seed) % 3;

			writer_u8(&w, (uint8_t)(bytes * 8));
			while (bytes--)
				writer_u8(&w, next_random(seed) % 2);
			continue;
		}
		while (next_random(seed) % 2) {
			writer_u8(&w, next_random(seed) % 2 ? 0x01 : 0x45);
			writer_u8(&w, next_random(seed) % 3);
		}
		writer_u8(&w, 0x81);
		writer_u8(&w, next_random(seed) % 3);
	}
	if (!w.used)
		writer_bytes(&w, (const uint8_t[]){ 3, 0x81, 6 }, 3);
	return w.used;
}

static int sign_of(int order)
{
	return (order > 0) - (order < 0);
}

/* It is an order: of all triples, none contradicts itself. */
static void orders_random_rules_totally(void **state)
{
	static uint8_t bytes[RANDOM_COMPARED][SPACE];
	struct reader rules[RANDOM_COMPARED];
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < RANDOM_COMPARED; i++) {
		rules[i] = reader_of(bytes[i], random_rule(bytes[i], &seed));
		assert_null(flowspec_check(rules[i], false));
	}
	for (int i = 0; i < RANDOM_COMPARED; i++)
		for (int j = 0; j < RANDOM_COMPARED; j++) {
			int order = flowspec_compare(rules[i], rules[j], false);

			assert_int_equal(sign_of(order),
					 -sign_of(flowspec_compare(
						 rules[j], rules[i], false)));
			for (int k = 0; order < 0 && k < RANDOM_COMPARED; k++)
				if (flowspec_compare(rules[j], rules[k],
						     false) < 0)
					assert_true(flowspec_compare(
							    rules[i], rules[k],
							    false) < 0);
		}
}

static void truncations_of_random_rules_stay_inside(void **state)
{
	static uint8_t bytes[SPACE];
	uint32_t seed = 11;

	(void)state;
	for (int i = 0; i < RANDOM_RULES; i++) {
		size_t size = random_rule(bytes, &seed);

		while (size--) {
			uint8_t *copy = exact_copy(bytes, size);
			struct reader rule = reader_of(copy, size);

			if (!flowspec_check(rule, false))
				assert_int_equal(
					flowspec_compare(rule, rule, false), 0);
			free(copy);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_example_of_the_rfc),
		cmocka_unit_test(reads_a_pattern_with_an_offset),
		cmocka_unit_test(clears_bits_behind_a_prefix),
		cmocka_unit_test(refuses_malformed_rules),
		cmocka_unit_test(rejects_every_truncation),
		cmocka_unit_test(takes_both_forms_of_a_length),
		cmocka_unit_test(evaluates_numbers),
		cmocka_unit_test(evaluates_bits),
		cmocka_unit_test(orders_rules_by_section_5_1),
		cmocka_unit_test(orders_random_rules_totally),
		cmocka_unit_test(truncations_of_random_rules_stay_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
