// SPDX-License-Identifier: BSD-2-Clause
/*
 * Capped highest-random-weight. See assign.h for what it promises.
 *
 * The members with weight become candidates, sorted by address, so that the
 * order of the input is forgotten first and "lower address" later reads
 * "lower index". Every bucket gets its three best candidates by score, once;
 * a sweep over the buckets then lets each take the best one that still has
 * room. Removing a candidate is a sweep with no room for it, which is how the
 * backups come to be exact.
 */

#include "steering/assign.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "headgate/abi.h"
#include "steering/log2_table.h"

enum assign_internals {
	RANKS = 3,
	NO_CANDIDATE = UINT16_MAX,
	SCORE_BITS = 64,
	/* What is left of a normalised score behind its one and its index. */
	FRACTION_BITS = 24,
	INDEX_SHIFT = SCORE_BITS - 1 - LOG2_INDEX_BITS,
	FRACTION_SHIFT = INDEX_SHIFT - FRACTION_BITS,
};

struct candidate {
	uint64_t key;	     /* of the address and the seed */
	uint64_t reciprocal; /* of the weight */
	const struct assign_member *member;
	uint16_t index; /* of the member, in the caller's array */
};

/* The best candidates of a bucket by score, whether they have room or not. */
struct rank {
	uint16_t best[RANKS];
};

/* What a candidate's exact share leaves over after rounding down. */
struct remainder {
	uint64_t size;
	uint64_t key;
	uint16_t candidate;
};

struct table {
	struct candidate *candidates;
	size_t count;
	uint32_t size;
	bool equal_weights;
	struct rank *ranks;
	uint32_t *room; /* buckets each candidate may still take */
	struct remainder *remainders;
};

/* The lowest cost wins; hash decides between equal costs. */
struct score {
	uint64_t cost;
	uint64_t hash;
};

/* The finaliser of SplitMix64: every input bit reaches every output bit. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static uint64_t address_key(const struct address *address, uint64_t seed)
{
	uint64_t high, low;

	memcpy(&high, address->bytes, sizeof(high));
	memcpy(&low, address->bytes + sizeof(high), sizeof(low));
	return mix(be64toh(high) ^ mix(be64toh(low) ^ seed));
}

static uint64_t bucket_key(uint32_t bucket)
{
	return mix(bucket * 0x9e3779b97f4a7c15 + 0xbb67ae8584caa73b);
}

/* -log2((hash + 1) / 2^64) in fixed point: 0 for the best possible hash. */
static uint64_t minus_log2(uint64_t hash)
{
	uint64_t x = hash + 1, fraction, step;
	unsigned int zeroes, index;

	if (!x)
		return 0;
	zeroes = (unsigned int)__builtin_clzll(x);
	x <<= zeroes;
	index = (x >> INDEX_SHIFT) & (LOG2_TABLE_SIZE - 2);
	fraction = (x >> FRACTION_SHIFT) & ((1 << FRACTION_BITS) - 1);
	step = log2_table[index + 1] - log2_table[index];
	return ((uint64_t)(zeroes + 1) << LOG2_FRACTION_BITS) -
	       (log2_table[index] + (step * fraction >> FRACTION_BITS));
}

/*
 * Equal weights need no logarithm: it falls as the hash rises, so both costs
 * rank alike.
 */
static inline struct score score_of(const struct table *table, size_t candidate,
				    uint64_t key)
{
	const struct candidate *c = &table->candidates[candidate];
	uint64_t hash = mix(c->key ^ key);
	uint64_t cost = table->equal_weights ? ~hash :
					       minus_log2(hash) * c->reciprocal;

	return (struct score){ .cost = cost, .hash = hash };
}

static inline bool beats(struct score a, struct score b)
{
	return a.cost < b.cost || (a.cost == b.cost && a.hash > b.hash);
}

/*
 * Candidates come in address order and must beat, not equal, those before
 * them: ties go to the lower address. Unused ranks repeat candidate 0.
 */
static void rank_bucket(const struct table *table, uint32_t bucket)
{
	const struct score worst = { .cost = UINT64_MAX, .hash = 0 };
	struct score best[RANKS] = { worst, worst, worst };
	uint16_t *rank = table->ranks[bucket].best;
	uint64_t key = bucket_key(bucket);

	memset(rank, 0, sizeof(table->ranks[bucket].best));
	for (size_t i = 0; i < table->count; i++) {
		struct score score = score_of(table, i, key);
		unsigned int at = RANKS - 1;

		if (!beats(score, best[at]))
			continue;
		for (; at > 0 && beats(score, best[at - 1]); at--) {
			best[at] = best[at - 1];
			rank[at] = rank[at - 1];
		}
		best[at] = score;
		rank[at] = (uint16_t)i;
	}
}

static int compare_remainders(const void *left, const void *right)
{
	const struct remainder *a = left, *b = right;

	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	if (a->key != b->key)
		return a->key > b->key ? -1 : 1;
	return (int)a->candidate - (int)b->candidate;
}

/* The candidate with the most room, of those the one with the larger key. */
static size_t richest(const struct table *table)
{
	size_t best = 0;

	for (size_t i = 1; i < table->count; i++)
		if (table->room[i] > table->room[best] ||
		    (table->room[i] == table->room[best] &&
		     table->candidates[i].key > table->candidates[best].key))
			best = i;
	return best;
}

/* Weight is never without a bucket: the richest gives one to the empty. */
static void feed_empty(struct table *table, size_t removed)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->room[i] || i == removed)
			continue;
		table->room[richest(table)]--;
		table->room[i] = 1;
	}
}

static uint64_t weight_without(const struct table *table, size_t candidate,
			       size_t removed)
{
	if (candidate == removed)
		return 0;
	return table->candidates[candidate].member->weight;
}

/* Shares the table out by weight and largest remainder, none for `removed`. */
static void share_out(struct table *table, size_t removed)
{
	uint64_t total = 0;
	uint32_t given = 0;

	for (size_t i = 0; i < table->count; i++)
		total += weight_without(table, i, removed);
	for (size_t i = 0; i < table->count; i++) {
		uint64_t product =
			table->size * weight_without(table, i, removed);

		table->room[i] = (uint32_t)(product / total);
		given += table->room[i];
		table->remainders[i] = (struct remainder){
			.size = product % total,
			.key = table->candidates[i].key,
			.candidate = (uint16_t)i,
		};
	}
	qsort(table->remainders, table->count, sizeof(*table->remainders),
	      compare_remainders);
	/* Fewer are missing than have a remainder: `removed` stays at none. */
	for (uint32_t i = 0; i < table->size - given; i++)
		table->room[table->remainders[i].candidate]++;
	feed_empty(table, removed);
}

/* Of all candidates, the best one that still has room. */
static size_t best_with_room(const struct table *table, uint32_t bucket)
{
	uint64_t key = bucket_key(bucket);
	size_t found = NO_CANDIDATE;
	struct score best = { 0 };

	for (size_t i = 0; i < table->count; i++) {
		struct score score;

		if (!table->room[i])
			continue;
		score = score_of(table, i, key);
		if (found == NO_CANDIDATE || beats(score, best)) {
			best = score;
			found = i;
		}
	}
	return found;
}

/* The candidate that takes the bucket. */
static inline size_t claim(struct table *table, uint32_t bucket)
{
	const struct rank *rank = &table->ranks[bucket];
	size_t taker = rank->best[0];

	for (unsigned int i = 1; i < RANKS && !table->room[taker]; i++)
		taker = rank->best[i];
	if (!table->room[taker])
		taker = best_with_room(table, bucket);
	table->room[taker]--;
	return taker;
}

static void fill_owners(struct table *table, uint16_t *owners)
{
	share_out(table, NO_CANDIDATE);
	for (uint32_t b = 0; b < table->size; b++)
		owners[b] = table->candidates[claim(table, b)].index;
}

/* One sweep for each candidate: the table without it, where it owned. */
static void fill_exact_backups(struct table *table, const uint16_t *owners,
			       uint16_t *backups)
{
	for (size_t removed = 0; removed < table->count; removed++) {
		uint16_t owner = table->candidates[removed].index;

		share_out(table, removed);
		for (uint32_t b = 0; b < table->size; b++) {
			size_t taker = claim(table, b);

			if (owners[b] == owner)
				backups[b] = table->candidates[taker].index;
		}
	}
}

/*
 * Too many candidates for a sweep each: the best by score that is not the
 * owner, which is the exact backup of nine buckets in ten.
 */
static void fill_near_backups(const struct table *table, const uint16_t *owners,
			      uint16_t *backups)
{
	for (uint32_t b = 0; b < table->size; b++) {
		const struct rank *rank = &table->ranks[b];
		uint16_t first = table->candidates[rank->best[0]].index;
		uint16_t second = table->candidates[rank->best[1]].index;

		backups[b] = owners[b] == first ? second : first;
	}
}

static void fill_backups(struct table *table, const uint16_t *owners,
			 uint16_t *backups)
{
	if (table->count == 1)
		for (uint32_t b = 0; b < table->size; b++)
			backups[b] = ASSIGN_NOBODY;
	else if (table->count <= ASSIGN_MAX_EXACT)
		fill_exact_backups(table, owners, backups);
	else
		fill_near_backups(table, owners, backups);
}

static int compare_addresses(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	return address_compare(&a->member->address, &b->member->address);
}

/* Sorts by address; -EINVAL if one comes twice. */
static int sort_candidates(struct table *table)
{
	struct candidate *candidates = table->candidates;

	qsort(candidates, table->count, sizeof(*candidates), compare_addresses);
	for (size_t i = 1; i < table->count; i++)
		if (!compare_addresses(&candidates[i - 1], &candidates[i]))
			return -EINVAL;
	return 0;
}

/* Keeps those with weight and works out what scoring them needs. */
static void prepare_candidates(struct table *table, uint64_t seed)
{
	size_t kept = 0;

	table->equal_weights = true;
	for (size_t i = 0; i < table->count; i++) {
		struct candidate c = table->candidates[i];

		if (!c.member->weight)
			continue;
		c.key = address_key(&c.member->address, seed);
		c.reciprocal = UINT32_MAX / c.member->weight;
		table->candidates[kept++] = c;
		if (c.member->weight != table->candidates[0].member->weight)
			table->equal_weights = false;
	}
	table->count = kept;
}

static int table_init(struct table *table, const struct assign_member *members,
		      uint64_t seed)
{
	int error;

	for (size_t i = 0; i < table->count; i++) {
		if (members[i].weight > ASSIGN_MAX_WEIGHT)
			return -EINVAL;
		table->candidates[i] = (struct candidate){
			.member = &members[i],
			.index = (uint16_t)i,
		};
	}
	error = sort_candidates(table);
	if (error)
		return error;
	prepare_candidates(table, seed);
	if (!table->count || table->count > table->size)
		return -EINVAL;
	return 0;
}

static int table_allocate(struct table *table)
{
	table->candidates = calloc(table->count, sizeof(*table->candidates));
	table->ranks = calloc(table->size, sizeof(*table->ranks));
	table->room = calloc(table->count, sizeof(*table->room));
	table->remainders = calloc(table->count, sizeof(*table->remainders));
	if (!table->candidates || !table->ranks || !table->room ||
	    !table->remainders)
		return -ENOMEM;
	return 0;
}

static void table_release(struct table *table)
{
	free(table->remainders);
	free(table->room);
	free(table->ranks);
	free(table->candidates);
}

static bool is_power_of_two(uint32_t size)
{
	return size && !(size & (size - 1));
}

int assign_buckets(const struct assign_member *members, size_t count,
		   uint64_t seed, uint32_t size, uint16_t *owners,
		   uint16_t *backups)
{
	struct table table = { .count = count, .size = size };
	int error;

	if (!count || count > ASSIGN_MAX_MEMBERS || size > HG_MAX_TABLE_SIZE ||
	    !is_power_of_two(size))
		return -EINVAL;
	error = table_allocate(&table);
	if (error)
		goto out;
	error = table_init(&table, members, seed);
	if (error)
		goto out;

	for (uint32_t b = 0; b < size; b++)
		rank_bucket(&table, b);
	fill_owners(&table, owners);
	if (backups)
		fill_backups(&table, owners, backups);
out:
	table_release(&table);
	return error;
}

uint64_t assign_digest(const struct assign_member *members,
		       const uint16_t *owners, uint32_t size)
{
	uint64_t digest = 0;

	for (uint32_t b = 0; b < size; b++) {
		const struct address *owner = &members[owners[b]].address;

		digest = mix(digest ^ address_key(owner, 0) ^ b);
	}
	return digest;
}
