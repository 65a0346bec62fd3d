/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_POOL_H
#define CORE_POOL_H

/*
 * Objects of one size, of which there may be millions: packed side by side,
 * without the header and the rounding that malloc() spends on each. What is
 * given back is used again first, and the memory returns to the system when the
 * last object has come back.
 */

#include <stddef.h>

struct pool_item;
struct pool_chunk;

struct pool {
	size_t item_size;
	size_t used; /* objects that are out */
	struct pool_item *free;
	struct pool_chunk *chunks; /* the newest first */
	size_t fresh;		   /* bytes of the newest not yet used */
	struct pool_chunk *spare;  /* kept while no object is out */
	size_t spare_count;
	size_t keep; /* at most so many */
};

/* Objects of `size` bytes, aligned as a pointer is. */
struct pool pool_of(size_t size);
/*
 * The same, but up to so many bytes that the pool had to have stay with it
 * until pool_free(): where all objects come and go again and again, getting the
 * memory and giving it back costs more than all else that is done with it.
 */
struct pool pool_keeping(size_t size, size_t bytes);
/* No object may be out. */
void pool_free(struct pool *pool);
/* A zeroed object, or NULL. The caller gives it back by pool_give(). */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *object);

#endif
