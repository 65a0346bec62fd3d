// SPDX-License-Identifier: BSD-2-Clause
/* Addresses in order. See address_tree.h. */

#include "core/address_tree.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* Return 8 bytes of an address as a number, which compares like the bytes. */
static inline uint64_t word_of(const struct address *address, size_t at)
{
	uint64_t word;

	memcpy(&word, address->bytes + at, sizeof(word));
	return be64toh(word);
}

/* Return address_compare() of both, without a call for each node on the way. */
static inline int compare_words(const struct address *a,
				const struct address *b)
{
	uint64_t first = word_of(a, 0), second = word_of(b, 0);

	if (first == second) {
		first = word_of(a, sizeof(first));
		second = word_of(b, sizeof(second));
	}
	return (first > second) - (first < second);
}

struct address_node *address_tree_find(const struct address_tree *tree,
				       const struct address *address)
{
	struct address_node *node = tree->root;

	while (node) {
		int order = compare_words(address, &node->address);

		if (!order)
			break;
		node = order < 0 ? node->before : node->behind;
	}
	return node;
}

struct address_node *address_tree_first(const struct address_tree *tree)
{
	struct address_node *node = tree->root;

	while (node && node->before)
		node = node->before;
	return node;
}

struct address_node *address_tree_after(const struct address_tree *tree,
					const struct address *address)
{
	struct address_node *node = tree->root, *found = NULL;

	while (node) {
		if (compare_words(address, &node->address) < 0) {
			found = node;
			node = node->before;
		} else {
			node = node->behind;
		}
	}
	return found;
}

/* Hang the nodes of a subtree on both sides of a new node. */
static void split_subtree(struct address_node *subtree,
			  struct address_node *node)
{
	struct address_node **before = &node->before;
	struct address_node **behind = &node->behind;

	while (subtree) {
		if (compare_words(&subtree->address, &node->address) < 0) {
			*before = subtree;
			before = &subtree->behind;
			subtree = *before;
		} else {
			*behind = subtree;
			behind = &subtree->before;
			subtree = *behind;
		}
	}
	*before = NULL;
	*behind = NULL;
}

/* Return the link on the way to an address from a node. */
static struct address_node **link_towards(struct address_node *node,
					  const struct address *address)
{
	return compare_words(address, &node->address) < 0 ? &node->before :
							    &node->behind;
}

void address_tree_insert(struct address_tree *tree, struct address_node *node)
{
	struct address_node **link = &tree->root;

	node->priority = arc4random();
	while (*link && (*link)->priority >= node->priority)
		link = link_towards(*link, &node->address);
	split_subtree(*link, node);
	*link = node;
	tree->count++;
}

void address_tree_remove(struct address_tree *tree, struct address_node *node)
{
	struct address_node *before = node->before, *behind = node->behind;
	struct address_node **link = &tree->root;

	while (*link != node)
		link = link_towards(*link, &node->address);
	while (before && behind) {
		if (before->priority >= behind->priority) {
			*link = before;
			link = &before->behind;
			before = *link;
		} else {
			*link = behind;
			link = &behind->before;
			behind = *link;
		}
	}
	*link = before ? before : behind;
	tree->count--;
}
