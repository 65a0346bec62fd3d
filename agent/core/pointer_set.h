/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_POINTER_SET_H
#define CORE_POINTER_SET_H

/*
 * Set of pointers to objects of one pool (core/pool.h), with one bit for each.
 *
 * An entry stands for the places of 64 objects, side by side as a pool packs
 * them. Of objects that were allocated one after the other, 64 share an entry of
 * 16 bytes; a pointer that is alone in its block costs 21 to 43 bytes. So the
 * set of a million routes fits into a cache. The set does not own the objects.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pointer_block {
	uint64_t key;	  /* 0: a free entry */
	uint64_t members; /* a bit for each place */
};

struct pointer_set {
	struct pointer_block *blocks;
	size_t size; /* number of entries; 0 or a power of two */
	size_t used; /* entries in use */
	size_t last; /* entry of the last pointer: the next is often there */
	uintptr_t last_start; /* of the memory that this entry stands for */
	size_t count;	      /* pointers in the set */
	size_t object_size;
	uint64_t inverse; /* of the size: 2^64 / object_size, rounded up */
};

/* A walk over a set. Zeroed at its begin. */
struct pointer_set_walk {
	size_t entry; /* the next one */
	uint64_t key;
	uint64_t left; /* of the present block */
};

/* Return an empty set of pointers to objects of `size` bytes, 8 to 65535. */
struct pointer_set pointer_set_of(size_t size);
/* Free the memory. The set is empty then. */
void pointer_set_free(struct pointer_set *set);
/* Add a pointer, which may be there already. Returns 0 or -ENOMEM. */
int pointer_set_add(struct pointer_set *set, const void *pointer);
/* Remove a pointer, if it is there. The memory goes with the last one. */
void pointer_set_remove(struct pointer_set *set, const void *pointer);
bool pointer_set_contains(const struct pointer_set *set, const void *pointer);
/*
 * Return the next pointer, in no particular order, or NULL at the end. The set
 * must not change during the walk.
 */
void *pointer_set_next(const struct pointer_set *set,
		       struct pointer_set_walk *walk);

#endif
