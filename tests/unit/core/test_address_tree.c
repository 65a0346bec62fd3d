// SPDX-License-Identifier: BSD-2-Clause
/*
 * Addresses in order, whatever the order in which they come and go. The work of
 * a search is counted in nodes, not in time.
 */

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "../../random.h"
#include "core/address_tree.h"

enum {
	ADDRESSES = 256, /* of the random changes */
	CHANGES = 20000,
	MANY = 20000,
};

static struct address address_of(uint32_t number)
{
	return address_from_ipv4(htonl(number));
}

/* Return the sum of the depths of all nodes, and check order and priorities. */
static uint64_t check_subtree(const struct address_node *node, uint64_t depth)
{
	uint64_t sum = depth;

	if (!node)
		return 0;
	if (node->before) {
		assert_true(address_compare(&node->before->address,
					    &node->address) < 0);
		assert_true(node->before->priority <= node->priority);
	}
	if (node->behind) {
		assert_true(address_compare(&node->behind->address,
					    &node->address) > 0);
		assert_true(node->behind->priority <= node->priority);
	}
	sum += check_subtree(node->before, depth + 1);
	return sum + check_subtree(node->behind, depth + 1);
}

/* Compare the tree with the model: which of the addresses are in it. */
static void check_model(const struct address_tree *tree,
			const struct address_node *nodes, const bool *present)
{
	const struct address_node *node = address_tree_first(tree);
	size_t count = 0;

	check_subtree(tree->root, 1);
	for (uint32_t i = 0; i < ADDRESSES; i++) {
		const struct address address = address_of(i);

		if (!present[i]) {
			assert_null(address_tree_find(tree, &address));
			assert_ptr_equal(address_tree_after(tree, &address),
					 node);
			continue;
		}
		count++;
		assert_ptr_equal(node, &nodes[i]);
		assert_ptr_equal(address_tree_find(tree, &address), node);
		node = address_tree_after(tree, &address);
	}
	assert_null(node);
	assert_int_equal(tree->count, count);
}

static void random_changes_end_like_a_model(void **state)
{
	uint64_t seed = (uint64_t)time(NULL);
	struct random_source random = { seed };
	struct address_node *nodes = calloc(ADDRESSES, sizeof(*nodes));
	struct address_tree tree = { 0 };
	bool present[ADDRESSES] = { 0 };

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	assert_non_null(nodes);
	for (unsigned int i = 0; i < CHANGES; i++) {
		uint32_t number = random_below(&random, ADDRESSES);

		nodes[number].address = address_of(number);
		if (present[number])
			address_tree_remove(&tree, &nodes[number]);
		else
			address_tree_insert(&tree, &nodes[number]);
		present[number] = !present[number];
		if (i % 100 == 0)
			check_model(&tree, nodes, present);
	}
	check_model(&tree, nodes, present);
	free(nodes);
}

/* Return the nodes that searches for all addresses visit together. */
static uint64_t search_work(uint32_t (*number)(uint32_t i))
{
	struct address_node *nodes = calloc(MANY, sizeof(*nodes));
	struct address_tree tree = { 0 };
	uint64_t work;

	assert_non_null(nodes);
	for (uint32_t i = 0; i < MANY; i++) {
		nodes[i].address = address_of(number(i));
		address_tree_insert(&tree, &nodes[i]);
	}
	work = check_subtree(tree.root, 1);
	free(nodes);
	return work;
}

static uint32_t rising(uint32_t i)
{
	return i;
}

static uint32_t falling(uint32_t i)
{
	return UINT32_MAX - i;
}

/* Odd, so each number comes once. */
static uint32_t scattered(uint32_t i)
{
	return i * 2654435761u;
}

static void crafted_orders_cost_no_more_than_a_random_one(void **state)
{
	uint64_t random = search_work(scattered);

	(void)state;
	assert_true(2 * search_work(rising) <= 3 * random);
	assert_true(2 * search_work(falling) <= 3 * random);
	/* A balanced tree has 14 levels on average. */
	assert_true(random <= UINT64_C(3) * 14 * MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_changes_end_like_a_model),
		cmocka_unit_test(crafted_orders_cost_no_more_than_a_random_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
