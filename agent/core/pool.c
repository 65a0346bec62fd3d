// SPDX-License-Identifier: BSD-2-Clause
/* Chunks cut into items, and a list of free items. See pool.h. */

#include "core/pool.h"

#include <assert.h>
#include <errno.h>
#include <sanitizer/asan_interface.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum {
	CHUNK_SIZE = 256 * 1024,
};

struct pool_item {
	struct pool_item *next;
};

struct pool_chunk {
	uint8_t items[CHUNK_SIZE - sizeof(struct pool_chunk *)];
	struct pool_chunk *next; /* last, so that the items begin on a page */
};

struct pool pool_of(size_t size)
{
	const size_t unit = sizeof(struct pool_item);

	return (struct pool){ .item_size = (size + unit - 1) / unit * unit };
}

struct pool pool_keeping(size_t size, size_t bytes)
{
	struct pool pool = pool_of(size);

	pool.keep = bytes / CHUNK_SIZE;
	return pool;
}

/* Map pages: on the heap, one live block would keep all the memory. */
static struct pool_chunk *map_chunk(void)
{
	struct pool_chunk *chunk = mmap(NULL, sizeof(*chunk),
					PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return chunk == MAP_FAILED ? NULL : chunk;
}

static void push_spare(struct pool *pool, struct pool_chunk *chunk)
{
	chunk->next = pool->spare;
	pool->spare = chunk;
	pool->spare_count++;
}

static struct pool_chunk *pop_spare(struct pool *pool)
{
	struct pool_chunk *chunk = pool->spare;

	pool->spare = chunk->next;
	pool->spare_count--;
	return chunk;
}

static int add_chunk(struct pool *pool)
{
	struct pool_chunk *chunk = pool->spare ? pop_spare(pool) : map_chunk();

	if (!chunk)
		return -ENOMEM;
	chunk->next = pool->chunks;
	pool->chunks = chunk;
	pool->fresh = sizeof(chunk->items);
	return 0;
}

static void *take_fresh(struct pool *pool)
{
	void *next;

	if (pool->fresh < pool->item_size && add_chunk(pool))
		return NULL;
	next = pool->chunks->items + sizeof(pool->chunks->items) - pool->fresh;
	pool->fresh -= pool->item_size;
	return next;
}

static void *take_free(struct pool *pool)
{
	struct pool_item *item = pool->free;

	/* pool_give() has poisoned it for ASan. */
	ASAN_UNPOISON_MEMORY_REGION(item, pool->item_size);
	pool->free = item->next;
	return item;
}

void *pool_take(struct pool *pool)
{
	void *object = pool->free ? take_free(pool) : take_fresh(pool);

	if (!object)
		return NULL;
	pool->used++;
	return memset(object, 0, pool->item_size);
}

/* Unmap all chunks, or make them spare: no object is in use. */
static void release_chunks(struct pool *pool)
{
	struct pool_chunk *chunk, *next;

	for (chunk = pool->chunks; chunk; chunk = next) {
		next = chunk->next;
		ASAN_UNPOISON_MEMORY_REGION(chunk, sizeof(*chunk));
		if (pool->spare_count < pool->keep)
			push_spare(pool, chunk);
		else
			munmap(chunk, sizeof(*chunk));
	}
	pool->chunks = NULL;
	pool->free = NULL;
	pool->fresh = 0;
}

void pool_give(struct pool *pool, void *object)
{
	struct pool_item *item = object;

	assert(pool->used);
	if (!--pool->used) {
		release_chunks(pool);
		return;
	}
	item->next = pool->free;
	pool->free = item;
	ASAN_POISON_MEMORY_REGION(item, pool->item_size);
}

void pool_free(struct pool *pool)
{
	assert(!pool->used);
	while (pool->spare)
		munmap(pop_spare(pool), sizeof(struct pool_chunk));
}
