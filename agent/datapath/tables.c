// SPDX-License-Identifier: BSD-2-Clause
/*
 * Writers of the buckets, their previous slots and the next hops.
 *
 * They write through the mapped memory of the arrays: a bucket is one aligned
 * 32-bit word, its previous slot one of 16 bits, a next hop several of 64 bits,
 * each written with one store. So a change of a bucket, or of a next hop's
 * `alive`, costs nanoseconds, and no packet sees half of it.
 */

#include "datapath/tables.h"

#include "core/address.h"
#include "core/log.h"
#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

static const char subsystem[] = "datapath";

enum {
	WORD_SIZE = sizeof(uint64_t),
	ALIVE_WORD = offsetof(struct hg_nexthop, alive) / WORD_SIZE,
};

/*
 * The kernel rounds the elements of an array map up to 8 bytes; these are whole
 * words already.
 */
_Static_assert(sizeof(struct hg_bucket_pair) == WORD_SIZE, "one word");
_Static_assert(sizeof(struct hg_previous_quad) == WORD_SIZE, "one word");
_Static_assert(sizeof(struct hg_nexthop) % WORD_SIZE == 0, "whole words");
_Static_assert(sizeof(struct hg_tunnel) % WORD_SIZE == 0, "whole words");

static size_t table_size(const struct table *table)
{
	return (size_t)table->entries * table->entry_words * WORD_SIZE;
}

int table_open(struct table *table, int map)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);
	void *memory;
	int err;

	err = bpf_obj_get_info_by_fd(map, &info, &size);
	if (err)
		return err;
	table->entries = info.max_entries;
	table->entry_words = info.value_size / WORD_SIZE;
	memory = mmap(NULL, table_size(table), PROT_READ | PROT_WRITE,
		      MAP_SHARED, map, 0);
	if (memory == MAP_FAILED)
		return -errno;
	table->words = memory;
	return 0;
}

void table_close(struct table *table)
{
	if (table->words)
		munmap(table->words, table_size(table));
}

static uint64_t *table_entry(const struct table *table, uint32_t index)
{
	return table->words + (size_t)index * table->entry_words;
}

static void store_word(struct table *table, uint32_t index, uint32_t at,
		       const void *value)
{
	uint64_t word;

	memcpy(&word, (const uint8_t *)value + at * WORD_SIZE, WORD_SIZE);
	__atomic_store_n(table_entry(table, index) + at, word,
			 __ATOMIC_RELEASE);
}

/*
 * Write an entry in ascending order, except for the word `last`. The destination
 * MAC of a next hop is within the first word and changes at once.
 */
static void table_store(struct table *table, uint32_t index, uint32_t last,
			const void *value)
{
	for (uint32_t i = 0; i < table->entry_words; i++)
		if (i != last)
			store_word(table, index, i, value);
	store_word(table, index, last, value);
}

static const char *nexthop_text(const struct hg_nexthop *nexthop,
				char text[ADDRESS_TEXT_SIZE])
{
	struct address address;

	memcpy(address.bytes, nexthop->address.bytes, sizeof(address.bytes));
	return address_format(&address, text);
}

static const char *alive_text(bool alive)
{
	return alive ? "alive" : "dead";
}

static bool is_nexthop_slot(const struct datapath *dp, uint32_t slot)
{
	return slot != HG_NEXTHOP_NONE && slot < dp->nexthops.entries;
}

int datapath_set_nexthop(struct datapath *dp, uint32_t slot,
			 const struct hg_nexthop *nexthop)
{
	char text[ADDRESS_TEXT_SIZE];

	if (!is_nexthop_slot(dp, slot))
		return -EINVAL;
	table_store(&dp->nexthops, slot, ALIVE_WORD, nexthop);
	log_debug(subsystem,
		  "slot %u: next hop %s written: ifindex %u, MTU %u, %s", slot,
		  nexthop_text(nexthop, text), nexthop->ifindex, nexthop->mtu,
		  alive_text(nexthop->alive));
	return 0;
}

int datapath_set_tunnel(struct datapath *dp, uint32_t slot,
			const struct hg_tunnel *tunnel)
{
	if (!is_nexthop_slot(dp, slot))
		return -EINVAL;
	table_store(&dp->tunnels, slot, 0, tunnel);
	return 0;
}

int datapath_get_nexthop(const struct datapath *dp, uint32_t slot,
			 struct hg_nexthop *nexthop)
{
	if (slot >= dp->nexthops.entries)
		return -EINVAL;
	memcpy(nexthop, table_entry(&dp->nexthops, slot), sizeof(*nexthop));
	return 0;
}

int datapath_get_tunnel(const struct datapath *dp, uint32_t slot,
			struct hg_tunnel *tunnel)
{
	if (slot >= dp->tunnels.entries)
		return -EINVAL;
	memcpy(tunnel, table_entry(&dp->tunnels, slot), sizeof(*tunnel));
	return 0;
}

int datapath_set_alive(struct datapath *dp, uint32_t slot, bool alive)
{
	struct hg_nexthop *nexthop;
	char text[ADDRESS_TEXT_SIZE];

	if (!is_nexthop_slot(dp, slot))
		return -EINVAL;
	nexthop = (struct hg_nexthop *)table_entry(&dp->nexthops, slot);
	__atomic_store_n(&nexthop->alive, (uint8_t)alive, __ATOMIC_RELEASE);
	log_debug(subsystem, "slot %u: next hop %s %s", slot,
		  nexthop_text(nexthop, text), alive_text(alive));
	return 0;
}

static uint32_t bucket_count(const struct datapath *dp)
{
	return dp->buckets.entries * HG_BUCKETS_PER_PAIR;
}

/* Return the number of buckets of a group. */
static uint32_t group_size(const struct datapath *dp)
{
	return bucket_count(dp) / dp->group_count;
}

/* Return the bucket's word in the mapped memory. */
static uint32_t *bucket_word(const struct datapath *dp, uint32_t index)
{
	return (uint32_t *)dp->buckets.words + index;
}

int datapath_set_buckets(struct datapath *dp, uint32_t first,
			 const struct hg_bucket *buckets, uint32_t count)
{
	uint32_t word;

	if (first > bucket_count(dp) || count > bucket_count(dp) - first)
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(&word, buckets + i, sizeof(word));
		__atomic_store_n(bucket_word(dp, first + i), word,
				 __ATOMIC_RELEASE);
	}
	log_debug(subsystem, "group %u: %u buckets written",
		  first / group_size(dp), count);
	return 0;
}

int datapath_get_bucket(const struct datapath *dp, uint32_t index,
			struct hg_bucket *bucket)
{
	uint32_t word;

	if (index >= bucket_count(dp))
		return -EINVAL;
	word = __atomic_load_n(bucket_word(dp, index), __ATOMIC_ACQUIRE);
	memcpy(bucket, &word, sizeof(*bucket));
	return 0;
}

/* Without flow records there are no previous slots. */
static uint32_t previous_count(const struct datapath *dp)
{
	uint32_t count = dp->previous.entries * HG_PREVIOUS_PER_QUAD;

	return count < bucket_count(dp) ? 0 : count;
}

/* Return the bucket's previous slot in the mapped memory. */
static uint16_t *previous_slot(const struct datapath *dp, uint32_t index)
{
	return (uint16_t *)dp->previous.words + index;
}

int datapath_set_previous(struct datapath *dp, uint32_t first,
			  const uint16_t *slots, uint32_t count)
{
	if (first > previous_count(dp) || count > previous_count(dp) - first)
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++)
		__atomic_store_n(previous_slot(dp, first + i), slots[i],
				 __ATOMIC_RELEASE);
	log_debug(subsystem, "group %u: %u previous slots written",
		  first / group_size(dp), count);
	return 0;
}

int datapath_get_previous(const struct datapath *dp, uint32_t index,
			  uint16_t *slot)
{
	if (index >= previous_count(dp))
		return -EINVAL;
	*slot = __atomic_load_n(previous_slot(dp, index), __ATOMIC_ACQUIRE);
	return 0;
}
