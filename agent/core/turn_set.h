/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_TURN_SET_H
#define CORE_TURN_SET_H

/*
 * Set of pointers to objects of one pool whose members can be visited in turns,
 * while the set changes in between.
 *
 * A member is in one of two sets (core/pointer_set.h): `left` is still to be
 * visited, `done` is not. A visit begins by making all members left, which swaps
 * the sets; each step takes one out of `left`. So a visit ends however much is
 * added and removed meanwhile, and outside of a visit the second set is empty and
 * costs nothing.
 */

#include <stdbool.h>
#include <stddef.h>

#include "core/pointer_set.h"

struct turn_set {
	struct pointer_set done;
	struct pointer_set left;
	size_t entry;	 /* of `left`: where the search goes on */
	bool again;	 /* one more visit after this one */
	bool incomplete; /* a member was lost: out of memory */
};

/* Return an empty set of pointers to objects of `size` bytes, 8 to 65535. */
struct turn_set turn_set_of(size_t size);
/* Free the memory. The set is empty then. */
void turn_set_free(struct turn_set *set);
/* Add a pointer, which may be there already, or set `incomplete`. */
void turn_set_add(struct turn_set *set, const void *pointer);
/* Remove a pointer, if it is there. */
void turn_set_remove(struct turn_set *set, const void *pointer);
/*
 * Begin to visit all members. During a visit: begin once more when it ends, as
 * those that were visited have to be visited again.
 */
void turn_set_begin(struct turn_set *set);
/*
 * Return a member that is left to be visited, or NULL: the visit has ended. The
 * caller removes it or calls turn_set_keep(), else it is returned again.
 */
void *turn_set_next(struct turn_set *set);
/* Keep the member that turn_set_next() returned. */
void turn_set_keep(struct turn_set *set, const void *pointer);

static inline size_t turn_set_count(const struct turn_set *set)
{
	return set->done.count + set->left.count;
}

/* True if a visit has not ended. */
static inline bool turn_set_is_visited(const struct turn_set *set)
{
	return set->left.count || set->again;
}

#endif
