// SPDX-License-Identifier: BSD-2-Clause
/* The longest match of a prefix map. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/array.h"
#include "core/prefix_map.h"

static const char *const held[] = {
	"0.0.0.0/0",	   "192.0.2.0/24",     "192.0.2.128/25",
	"192.0.2.129/32",  "2001:db8::/32",    "2001:db8:0:1::/64",
	"2001:db8::1/128", "198.51.100.64/26",
};

static const struct {
	const char *address;
	const char *match; /* NULL: none */
} matches[] = {
	{ "192.0.2.129", "192.0.2.129/32" },
	{ "192.0.2.130", "192.0.2.128/25" },
	{ "192.0.2.1", "192.0.2.0/24" },
	{ "203.0.113.1", "0.0.0.0/0" },
	{ "198.51.100.127", "198.51.100.64/26" },
	{ "198.51.100.128", "0.0.0.0/0" },
	{ "2001:db8::1", "2001:db8::1/128" },
	{ "2001:db8::2", "2001:db8::/32" },
	{ "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64" },
	{ "2001:db9::1", NULL },
	{ "::", NULL },
};

static void finds_the_longest_prefix_of_the_address_s_own_family(void **state)
{
	struct prefix_node nodes[COUNT_OF(held)] = { 0 };
	struct prefix_map map = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(held); i++) {
		assert_int_equal(prefix_parse(held[i], &nodes[i].prefix), 0);
		assert_int_equal(prefix_map_insert(&map, &nodes[i]), 0);
	}
	for (size_t i = 0; i < COUNT_OF(matches); i++) {
		const struct prefix_node *node;
		char text[PREFIX_TEXT_SIZE];
		struct address address;

		assert_true(address_parse(matches[i].address, &address));
		node = prefix_map_match(&map, &address);
		if (!matches[i].match) {
			assert_null(node);
			continue;
		}
		assert_non_null(node);
		assert_string_equal(prefix_format(&node->prefix, text),
				    matches[i].match);
	}
	prefix_map_free(&map);
}

static void finds_nothing_in_an_empty_map(void **state)
{
	const struct address address = address_from_ipv4(0);
	const struct prefix_map map = { 0 };

	(void)state;
	assert_null(prefix_map_match(&map, &address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			finds_the_longest_prefix_of_the_address_s_own_family),
		cmocka_unit_test(finds_nothing_in_an_empty_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
