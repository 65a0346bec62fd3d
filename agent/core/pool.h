/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_POOL_H
#define CORE_POOL_H

/*
 * Memory for millions of objects of one size. They are packed side by side,
 * without the header and the rounding of malloc(). Returned objects are used
 * again first; the memory goes back to the system with the last object.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	size_t keep;	  /* largest spare_count */
	size_t per_chunk; /* objects in a chunk */
	bool tagged;	  /* each has a number beside it: pool_tag() */
};

/* Return a pool for objects of `size` bytes, aligned as a pointer. */
struct pool pool_of(size_t size);
/*
 * Return a pool that keeps up to `bytes` of memory until pool_free(). Where all
 * objects come and go again and again, mapping and unmapping the memory would
 * cost more than using it.
 */
struct pool pool_keeping(size_t size, size_t bytes);
/*
 * The same, with a number for each object. The numbers stand together at the end
 * of a chunk: where objects fill cache lines and lack four bytes, a member would
 * cost eight, and another cache line for many of them.
 */
struct pool pool_tagged(size_t size, size_t bytes);
/* Return the number of an object of such a pool, which a new one has not set. */
uint32_t *pool_tag(const struct pool *pool, const void *object);
/* All objects must have been returned. */
void pool_free(struct pool *pool);
/* Return a zeroed object, or NULL. The caller returns it by pool_give(). */
void *pool_take(struct pool *pool);
/* The same for a caller that sets all of it: the bytes may have any value. */
void *pool_take_raw(struct pool *pool);
void pool_give(struct pool *pool, void *object);

#endif
