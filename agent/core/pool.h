/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_POOL_H
#define CORE_POOL_H

/*
 * Memory for millions of objects of one size. They are packed side by side,
 * without the header and the rounding of malloc(). Returned objects are used
 * again first; the memory goes back to the system with the last object.
 */

#include <stddef.h>

struct pool_item;
struct pool_chunk;

struct pool {
	size_t item_size;
	size_t used; /* objects taken and not returned */
	struct pool_item *free;
	struct pool_chunk *chunks; /* newest first */
	size_t fresh;		   /* unused bytes of the newest */
	struct pool_chunk *spare;  /* kept while no object is taken */
	size_t spare_count;
	size_t keep; /* largest spare_count */
};

/* Return a pool for objects of `size` bytes, aligned as a pointer. */
struct pool pool_of(size_t size);
/*
 * Return a pool that keeps up to `bytes` of memory until pool_free(). Where all
 * objects come and go again and again, mapping and unmapping the memory would
 * cost more than using it.
 */
struct pool pool_keeping(size_t size, size_t bytes);
/* All objects must have been returned. */
void pool_free(struct pool *pool);
/* Return a zeroed object, or NULL. The caller returns it by pool_give(). */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *object);

#endif
