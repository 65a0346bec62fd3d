// SPDX-License-Identifier: BSD-2-Clause
/* The longest match of a prefix map, and its growth. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../chance.h"
#include "core/array.h"
#include "core/prefix_map.h"

enum {
	NODES = 5000,
	CHECK_INTERVAL = 50,
	CHAINS_AT_ONCE = 64, /* the most that one insertion adds */
};

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

static struct prefix_node nodes[NODES];

/* Check that all present nodes are found and walked over, and no others. */
static void check_nodes(const struct prefix_map *map, const bool *present)
{
	const struct prefix_node *node = NULL;
	size_t count = 0;

	for (size_t i = 0; i < NODES; i++)
		assert_ptr_equal(prefix_map_find(map, &nodes[i].prefix),
				 present[i] ? &nodes[i] : NULL);
	for (; (node = prefix_map_next(map, node)); count++)
		assert_true(present[node - nodes]);
	assert_int_equal(count, map->count);
}

static void a_map_grows_in_steps_and_loses_nothing(void **state)
{
	static bool present[NODES];
	struct prefix_map map = { 0 };

	(void)state;
	for (uint32_t i = 0; i < NODES; i++) {
		const struct address address = address_from_ipv4(i);

		nodes[i].prefix = prefix_of_address(&address);
	}
	for (uint32_t i = 0; i < NODES; i++) {
		size_t size = map.size, other = chance_below(i + 1);

		assert_int_equal(prefix_map_insert(&map, &nodes[i]), 0);
		present[i] = true;
		assert_in_range(map.size - size, 0, CHAINS_AT_ONCE);
		if (present[other] && chance_one_in(4)) {
			prefix_map_remove(&map, &nodes[other]);
			present[other] = false;
		}
		if (i % CHECK_INTERVAL == 0)
			check_nodes(&map, present);
	}
	assert_in_range(map.size, map.count, 2 * map.count + CHAINS_AT_ONCE);
	prefix_map_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			finds_the_longest_prefix_of_the_address_s_own_family),
		cmocka_unit_test(finds_nothing_in_an_empty_map),
		cmocka_unit_test(a_map_grows_in_steps_and_loses_nothing),
	};

	chance_begin();

	return cmocka_run_group_tests(tests, NULL, NULL);
}
