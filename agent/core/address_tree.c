// SPDX-License-Identifier: BSD-2-Clause
/* Addresses in order. See address_tree.h. */

#include "core/address_tree.h"

#include <stdlib.h>

struct address_node *address_tree_find(const struct address_tree *tree,
				       const struct address *address)
{
	struct address_node *node = tree->root;

	while (node) {
		int order = address_compare(address, &node->address);

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
		if (address_compare(address, &node->address) < 0) {
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
		if (address_compare(&subtree->address, &node->address) < 0) {
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
	return address_compare(address, &node->address) < 0 ? &node->before :
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
