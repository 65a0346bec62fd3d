/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ADDRESS_TREE_H
#define CORE_ADDRESS_TREE_H

/*
 * Addresses in order: a search tree of nodes that the caller embeds in its own
 * structure as the first member.
 *
 * Each node has a random priority, and no child has a greater one than its parent
 * (a treap: Seidel and Aragon, "Randomized search trees", 1996). So the depth
 * depends on neither the addresses nor their order, which peers choose: about
 * 1.4 log2(count) on average.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

struct address_node {
	struct address address;
	struct address_node *before, *behind;
	uint32_t priority; /* set by address_tree_insert() */
};

/* A zeroed tree is empty. It does not own the nodes. */
struct address_tree {
	struct address_node *root;
	size_t count;
};

/* Return the node of the address, or NULL. */
struct address_node *address_tree_find(const struct address_tree *tree,
				       const struct address *address);
/* Return the first node, or NULL. */
struct address_node *address_tree_first(const struct address_tree *tree);
/* Return the first node behind the address, which need not be in the tree. */
struct address_node *address_tree_after(const struct address_tree *tree,
					const struct address *address);
/* Add a node whose address is set and not in the tree. */
void address_tree_insert(struct address_tree *tree, struct address_node *node);
/* Remove a node of the tree. */
void address_tree_remove(struct address_tree *tree, struct address_node *node);

#endif
