// SPDX-License-Identifier: BSD-2-Clause
/* Two pointer sets that swap. See turn_set.h. */

#include "core/turn_set.h"

struct turn_set turn_set_of(size_t size)
{
	return (struct turn_set){
		.done = pointer_set_of(size),
		.left = pointer_set_of(size),
	};
}

void turn_set_free(struct turn_set *set)
{
	pointer_set_free(&set->done);
	pointer_set_free(&set->left);
	*set = turn_set_of(set->done.object_size);
}

void turn_set_add(struct turn_set *set, const void *pointer)
{
	if (set->left.count && pointer_set_contains(&set->left, pointer))
		return;
	if (pointer_set_add(&set->done, pointer))
		set->incomplete = true;
}

void turn_set_remove(struct turn_set *set, const void *pointer)
{
	if (set->left.count)
		pointer_set_remove(&set->left, pointer);
	pointer_set_remove(&set->done, pointer);
}

static void begin_visit(struct turn_set *set)
{
	const struct pointer_set done = set->done;

	set->done = set->left;
	set->left = done;
	set->entry = 0;
	set->again = false;
}

void turn_set_begin(struct turn_set *set)
{
	if (set->left.count)
		set->again = true;
	else
		begin_visit(set);
}

/*
 * Return a member of `left`, which is not empty. Each search begins at the block
 * of the last one. A removal moves blocks, also to places that were passed: the
 * search starts from the beginning until nothing is left.
 */
static void *find_left(struct turn_set *set)
{
	struct pointer_set_walk walk = { .entry = set->entry };
	void *pointer = pointer_set_next(&set->left, &walk);

	if (!pointer) {
		walk = (struct pointer_set_walk){ 0 };
		pointer = pointer_set_next(&set->left, &walk);
	}
	set->entry = walk.entry - 1;
	return pointer;
}

void *turn_set_next(struct turn_set *set)
{
	if (!set->left.count && set->again)
		begin_visit(set);
	return set->left.count ? find_left(set) : NULL;
}

void turn_set_keep(struct turn_set *set, const void *pointer)
{
	pointer_set_remove(&set->left, pointer);
	if (pointer_set_add(&set->done, pointer))
		set->incomplete = true;
}
