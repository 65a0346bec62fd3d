// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prefixes that a peer makes up to collide. They are chosen against a hash
 * without a key, the finaliser of MurmurHash3, each step of which can be undone.
 * Comparisons are counted, not time.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../random.h"
#include "core/prefix_map.h"

enum {
	COUNT = 20000,
	COLLISION = 0x5eed, /* the 32-bit hash of all crafted prefixes */
};

static const uint64_t factors[] = { 0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53 };

static const struct address network = {
	{ 0x20, 0x01, 0x0d, 0xb8, 0x0b, 0xad },
};

/* Return the inverse of an odd number modulo 2^64, by Newton's iteration. */
static uint64_t invert(uint64_t odd)
{
	uint64_t inverse = odd;

	for (int i = 0; i < 6; i++)
		inverse *= 2 - odd * inverse;
	return inverse;
}

static uint64_t network_key(void)
{
	return address_halves(&network).high * 0x9e3779b97f4a7c15 +
	       ADDRESS_BITS_IPV6;
}

static uint32_t hash_without_key(const struct prefix *prefix)
{
	uint64_t hash = address_halves(&prefix->address).low ^ network_key();

	hash = (hash ^ hash >> 33) * factors[0];
	hash = (hash ^ hash >> 33) * factors[1];
	return (uint32_t)(hash ^ hash >> 32);
}

static struct prefix host(uint64_t low)
{
	struct prefix prefix = { network, ADDRESS_BITS_IPV6 };

	memcpy(&prefix.address.bytes[8], &low, sizeof(low));
	return prefix;
}

/* Undo hash_without_key() for COLLISION, with `number` as the upper half. */
static struct prefix crafted(uint32_t number)
{
	uint64_t value = (uint64_t)number << 32 | (COLLISION ^ number);

	value *= invert(factors[1]);
	value = (value ^ value >> 33) * invert(factors[0]);
	return host((value ^ value >> 33) ^ network_key());
}

/* Count the nodes that finding each prefix of the map looks at. */
static size_t comparisons(const struct prefix_map *map)
{
	size_t count = 0;

	for (size_t i = 0; i < map->size; i++) {
		size_t place = 0;

		for (const struct prefix_node *node = map->chains[i]; node;
		     node = node->next)
			count += ++place;
	}
	return count;
}

static void fill_map(struct prefix_map *map, struct prefix_node *nodes)
{
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(prefix_map_insert(map, &nodes[i]), 0);
}

static void crafted_prefixes_cost_what_random_ones_do(void **state)
{
	struct prefix_node *nodes = calloc(COUNT, sizeof(*nodes));
	struct prefix_map attacked = { 0 }, usual = { 0 };
	struct random_source random = { .state = 1 };
	size_t random_cost, cost;

	(void)state;
	assert_non_null(nodes);
	for (uint32_t i = 0; i < COUNT; i++)
		nodes[i].prefix = host(random_u64(&random));
	fill_map(&usual, nodes);
	random_cost = comparisons(&usual);
	for (uint32_t i = 0; i < COUNT; i++) {
		nodes[i].prefix = crafted(i);
		assert_int_equal(hash_without_key(&nodes[i].prefix), COLLISION);
	}
	fill_map(&attacked, nodes);
	cost = comparisons(&attacked);
	assert_true(cost * 2 <= random_cost * 3);
	prefix_map_free(&usual);
	prefix_map_free(&attacked);
	free(nodes);
}

static void two_maps_walk_in_different_orders(void **state)
{
	struct prefix_node nodes[2][64] = { 0 };
	struct prefix_map maps[2] = { 0 };
	const struct prefix_node *one = NULL, *other = NULL;
	bool differs = false;

	(void)state;
	for (int m = 0; m < 2; m++)
		for (uint32_t i = 0; i < 64; i++) {
			nodes[m][i].prefix = host(i);
			assert_int_equal(
				prefix_map_insert(&maps[m], &nodes[m][i]), 0);
		}
	for (int i = 0; i < 64; i++) {
		one = prefix_map_next(&maps[0], one);
		other = prefix_map_next(&maps[1], other);
		differs |= !prefix_equal(&one->prefix, &other->prefix);
	}
	assert_true(differs);
	prefix_map_free(&maps[0]);
	prefix_map_free(&maps[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crafted_prefixes_cost_what_random_ones_do),
		cmocka_unit_test(two_maps_walk_in_different_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
