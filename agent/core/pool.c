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

/*
 * Items, then their tags, if they have any. A chunk begins at a multiple of its
 * size then, so that the tag of an item is found by its address.
 */
struct pool_chunk {
	uint8_t items[CHUNK_SIZE - sizeof(struct pool_chunk *)];
	struct pool_chunk *next; /* last, so that the items begin on a page */
};

static size_t objects_of_chunk(size_t size)
{
	return sizeof(((struct pool_chunk *)NULL)->items) / size;
}

struct pool pool_of(size_t size)
{
	const size_t unit = sizeof(struct pool_item);
	const size_t item_size = (size + unit - 1) / unit * unit;

	return (struct pool){ .item_size = item_size,
			      .per_chunk = objects_of_chunk(item_size) };
}

struct pool pool_keeping(size_t size, size_t bytes)
{
	struct pool pool = pool_of(size);

	pool.keep = bytes / CHUNK_SIZE;
	return pool;
}

struct pool pool_tagged(size_t size, size_t bytes)
{
	struct pool pool = pool_keeping(size, bytes);

	pool.tagged = true;
	pool.per_chunk = objects_of_chunk(pool.item_size + sizeof(uint32_t));
	return pool;
}

uint32_t *pool_tag(const struct pool *pool, const void *object)
{
	/* A division of 32 bits is faster than one of 64. */
	const uint32_t offset = (uint32_t)((uintptr_t)object % CHUNK_SIZE);
	const uint32_t item_size = (uint32_t)pool->item_size;
	uint8_t *items = (uint8_t *)object - offset;
	uint32_t *tags = (uint32_t *)(items + pool->per_chunk * item_size);

	assert(pool->tagged);
	return &tags[offset / item_size];
}

/* Map pages: on the heap, one live block would keep all the memory. */
static struct pool_chunk *map_chunk(void)
{
	struct pool_chunk *chunk = mmap(NULL, sizeof(*chunk),
					PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return chunk == MAP_FAILED ? NULL : chunk;
}

/*
 * The kernel maps a chunk right below the one before, so the next ones are aligned
 * if one is. To align one, map more, and unmap what is before and behind.
 */
static struct pool_chunk *map_aligned_chunk(void)
{
	struct pool_chunk *chunk = map_chunk();
	uint8_t *room;
	size_t before;

	if (!chunk || !((uintptr_t)chunk % CHUNK_SIZE))
		return chunk;
	munmap(chunk, sizeof(*chunk));
	room = mmap(NULL, 2 * CHUNK_SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return NULL;
	before = CHUNK_SIZE - (uintptr_t)room % CHUNK_SIZE;
	munmap(room, before);
	if (before < CHUNK_SIZE)
		munmap(room + before + CHUNK_SIZE, CHUNK_SIZE - before);
	return (struct pool_chunk *)(room + before);
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
	struct pool_chunk *chunk;

	if (pool->spare)
		chunk = pop_spare(pool);
	else
		chunk = pool->tagged ? map_aligned_chunk() : map_chunk();
	if (!chunk)
		return -ENOMEM;
	chunk->next = pool->chunks;
	pool->chunks = chunk;
	pool->fresh = pool->per_chunk * pool->item_size;
	return 0;
}

static void *take_fresh(struct pool *pool)
{
	void *next;

	if (pool->fresh < pool->item_size && add_chunk(pool))
		return NULL;
	next = pool->chunks->items + pool->per_chunk * pool->item_size -
	       pool->fresh;
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

void *pool_take_raw(struct pool *pool)
{
	void *object = pool->free ? take_free(pool) : take_fresh(pool);

	pool->used += object != NULL;
	return object;
}

void *pool_take(struct pool *pool)
{
	void *object = pool_take_raw(pool);

	return object ? memset(object, 0, pool->item_size) : NULL;
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
