// SPDX-License-Identifier: BSD-2-Clause
/* The prefix map, and slots that prefixes keep. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "core/slot_table.h"

enum {
	MANY = 5000,
	FIRST = 1,
	SIZE = 4
};

static struct prefix host(uint32_t number)
{
	return (struct prefix){
		.address = address_from_ipv4(htonl(0x0a000000 + number)),
		.length = ADDRESS_BITS_IPV4,
	};
}

static void the_map_finds_what_was_inserted_and_only_that(void **state)
{
	struct prefix_map map = { 0 };
	struct prefix_node *nodes = calloc(MANY, sizeof(*nodes));
	struct prefix absent = host(MANY);

	(void)state;
	assert_null(prefix_map_find(&map, &absent));
	assert_null(prefix_map_next(&map, NULL));
	for (uint32_t i = 0; i < MANY; i++) {
		nodes[i].prefix = host(i);
		assert_int_equal(prefix_map_insert(&map, &nodes[i]), 0);
	}
	for (uint32_t i = 0; i < MANY; i += 2)
		prefix_map_remove(&map, &nodes[i]);
	assert_int_equal(map.count, MANY / 2);
	for (uint32_t i = 0; i < MANY; i++)
		assert_ptr_equal(prefix_map_find(&map, &nodes[i].prefix),
				 i % 2 ? &nodes[i] : NULL);
	assert_null(prefix_map_find(&map, &absent));
	prefix_map_free(&map);
	free(nodes);
}

static void the_length_is_part_of_the_key(void **state)
{
	struct prefix_node host_node = { .prefix = host(0) };
	struct prefix_node net_node = { .prefix = host(0) };
	struct prefix_map map = { 0 };

	(void)state;
	net_node.prefix.length = 24;
	prefix_map_insert(&map, &host_node);
	prefix_map_insert(&map, &net_node);
	assert_ptr_equal(prefix_map_find(&map, &host_node.prefix), &host_node);
	assert_ptr_equal(prefix_map_find(&map, &net_node.prefix), &net_node);
	prefix_map_free(&map);
}

static void a_walk_meets_each_node_once(void **state)
{
	struct prefix_map map = { 0 };
	struct prefix_node nodes[100] = { 0 };
	struct prefix_node *node = NULL;
	unsigned int met = 0;

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		nodes[i].prefix = host(i);
		prefix_map_insert(&map, &nodes[i]);
	}
	while ((node = prefix_map_next(&map, node)))
		met++;
	assert_int_equal(met, 100);
	prefix_map_free(&map);
}

static struct slot *acquire(struct slot_table *table, uint32_t number,
			    bool expect_fresh)
{
	struct prefix prefix = host(number);
	bool fresh;
	struct slot *slot = slot_acquire(table, &prefix, &fresh);

	if (slot)
		assert_int_equal(fresh, expect_fresh);
	return slot;
}

static void a_prefix_keeps_its_slot_while_there_are_others(void **state)
{
	struct slot_table table;
	struct slot *slot;
	uint32_t index;

	(void)state;
	assert_int_equal(slot_table_init(&table, FIRST, SIZE), 0);
	slot = acquire(&table, 1, true);
	index = slot->index;
	assert_int_equal(index, FIRST);
	slot_release(&table, slot);
	acquire(&table, 2, true);
	assert_int_equal(acquire(&table, 1, false)->index, index);
	slot_table_free(&table);
}

static void a_full_table_reuses_the_slot_released_longest_ago(void **state)
{
	struct slot_table table;
	struct slot *slots[SIZE - FIRST];
	struct prefix first = host(0);

	(void)state;
	assert_int_equal(slot_table_init(&table, FIRST, SIZE), 0);
	for (uint32_t i = 0; i < SIZE - FIRST; i++)
		slots[i] = acquire(&table, i, true);
	assert_null(acquire(&table, 9, true)); /* all are referenced */
	slot_release(&table, slots[0]);
	slot_release(&table, slots[2]);
	assert_ptr_equal(acquire(&table, 9, true), slots[0]);
	assert_null(slot_find(&table, &first));
	assert_ptr_equal(acquire(&table, 2, false), slots[2]);
	slot_table_free(&table);
}

static void an_adopted_slot_is_as_if_it_had_been_given(void **state)
{
	struct prefix first = host(1), second = host(2), third = host(3);
	struct slot_table table;
	struct slot *slot;

	(void)state;
	assert_int_equal(slot_table_init(&table, FIRST, SIZE), 0);
	slot = slot_adopt(&table, &first, FIRST + 1);
	assert_non_null(slot);
	assert_null(slot_adopt(&table, &second, FIRST + 1)); /* taken */
	assert_null(slot_adopt(&table, &first, FIRST));	     /* has one */
	assert_null(slot_adopt(&table, &second, SIZE));
	assert_null(slot_adopt(&table, &second, FIRST - 1));
	assert_ptr_equal(acquire(&table, 1, false), slot);
	assert_int_equal(slot->index, FIRST + 1);
	/* First those that were never given away, then the gap. */
	assert_int_equal(acquire(&table, 2, true)->index, FIRST + 2);
	assert_int_equal(acquire(&table, 3, true)->index, FIRST);
	assert_non_null(slot_find(&table, &third));
	assert_null(acquire(&table, 4, true));
	slot_table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_map_finds_what_was_inserted_and_only_that),
		cmocka_unit_test(the_length_is_part_of_the_key),
		cmocka_unit_test(a_walk_meets_each_node_once),
		cmocka_unit_test(
			a_prefix_keeps_its_slot_while_there_are_others),
		cmocka_unit_test(
			a_full_table_reuses_the_slot_released_longest_ago),
		cmocka_unit_test(an_adopted_slot_is_as_if_it_had_been_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
