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
};

/* Objects of `size` bytes, aligned as a pointer is. */
struct pool pool_of(size_t size);
/* A zeroed object, or NULL. The caller gives it back by pool_give(). */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *object);

#endif
