// SPDX-License-Identifier: BSD-2-Clause
/*
 * A table derived from that of another set equals the computed one, bit for
 * bit. Both equal the definition, which is implemented naively below. The sets
 * are random, and half of the members are twins: their addresses are chosen so
 * that their keys, and so all their scores, are equal. The seed is printed.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <endian.h>

#include "../chance.h"
#include "steering/log2_table.h"
#include "steering/ranking.h"

enum {
	EVENTS = 100000,
	SEQUENCE = 500, /* events on one table */
	POOL = 96,
	MAX_PRESENT = 64,
	TWIN_KEYS = 4,
	MIN_SIZE = 64,
	MAX_SIZE = 128,
	TABLE_EVERY = 20,    /* events until tables are compared as well */
	ORACLE_EVERY = 2000, /* and until they are compared to the definition */
	ONE_HOST = 0x0a000001,
};

/* ------------------------------------------------------ the definition */

struct reference {
	const struct member *members;
	size_t count;
	uint64_t seed;
	uint32_t size;
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9;
	x ^= x >> 27;
	x *= 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static uint64_t word_of(const struct address *address, size_t word)
{
	uint64_t value;

	memcpy(&value, address->bytes + word * sizeof(value), sizeof(value));
	return be64toh(value);
}

static uint64_t key_of(const struct reference *r, size_t i)
{
	const struct address *address = &r->members[i].address;

	return mix(word_of(address, 0) ^ mix(word_of(address, 1) ^ r->seed));
}

static uint64_t hash_of(const struct reference *r, size_t i, uint32_t bucket)
{
	return mix(key_of(r, i) ^
		   mix(bucket * 0x9e3779b97f4a7c15 + 0xbb67ae8584caa73b));
}

static uint64_t cost_of(const struct reference *r, size_t i, uint32_t bucket)
{
	uint64_t x = hash_of(r, i, bucket) + 1, index, fraction, logarithm;
	uint64_t zeroes;

	if (!x)
		return 0;
	zeroes = (uint64_t)__builtin_clzll(x);
	x <<= zeroes;
	index = x >> 55 & 255;
	fraction = x >> 31 & 0xffffff;
	logarithm = ((zeroes + 1) << 26) -
		    (log2_table[index] +
		     ((log2_table[index + 1] - log2_table[index]) * fraction >>
		      24));
	return logarithm * (0xffffffff / r->members[i].weight);
}

/* True if the address of `a` is lower. */
static bool is_lower(const struct reference *r, size_t a, size_t b)
{
	return address_compare(&r->members[a].address, &r->members[b].address) <
	       0;
}

static bool is_better(const struct reference *r, size_t a, size_t b,
		      uint32_t bucket)
{
	uint64_t cost_a = cost_of(r, a, bucket), cost_b = cost_of(r, b, bucket);
	uint64_t hash_a = hash_of(r, a, bucket), hash_b = hash_of(r, b, bucket);

	if (cost_a != cost_b)
		return cost_a < cost_b;
	return hash_a != hash_b ? hash_a > hash_b : is_lower(r, a, b);
}

/* True if `a` is larger; if equal, by larger key, then lower address. */
static bool is_before(const struct reference *r, const uint64_t *values,
		      size_t a, size_t b)
{
	if (values[a] != values[b])
		return values[a] > values[b];
	if (key_of(r, a) != key_of(r, b))
		return key_of(r, a) > key_of(r, b);
	return is_lower(r, a, b);
}

static size_t first_of(const struct reference *r, const uint64_t *values)
{
	size_t first = 0;

	for (size_t i = 1; i < r->count; i++)
		if (is_before(r, values, i, first))
			first = i;
	return first;
}

static void reference_rooms(const struct reference *r, size_t removed,
			    uint64_t *rooms)
{
	uint64_t total = 0, left = r->size, remainders[POOL];

	for (size_t i = 0; i < r->count; i++)
		total += i == removed ? 0 : r->members[i].weight;
	for (size_t i = 0; i < r->count; i++) {
		uint64_t weight = i == removed ? 0 : r->members[i].weight;

		rooms[i] = r->size * weight / total;
		remainders[i] = r->size * weight % total;
		left -= rooms[i];
	}
	for (; left; left--) {
		size_t first = first_of(r, remainders);

		rooms[first]++;
		remainders[first] = 0;
	}
}

/*
 * Give a bucket to each without one, in address order, from the one with most.
 */
static void reference_feed(const struct reference *r, size_t removed,
			   uint64_t *rooms)
{
	for (;;) {
		size_t lowest = r->count;

		for (size_t i = 0; i < r->count; i++)
			if (!rooms[i] && i != removed && r->members[i].weight &&
			    (lowest == r->count || is_lower(r, i, lowest)))
				lowest = i;
		if (lowest == r->count)
			return;
		rooms[first_of(r, rooms)]--;
		rooms[lowest] = 1;
	}
}

static void reference_table(const struct reference *r, size_t removed,
			    uint16_t *owners)
{
	uint64_t rooms[POOL];

	reference_rooms(r, removed, rooms);
	reference_feed(r, removed, rooms);
	for (uint32_t b = 0; b < r->size; b++) {
		size_t best = r->count;

		for (size_t i = 0; i < r->count; i++)
			if (rooms[i] &&
			    (best == r->count || is_better(r, i, best, b)))
				best = i;
		rooms[best]--;
		owners[b] = (uint16_t)best;
	}
}

static size_t count_weighted(const struct reference *r)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		count += r->members[i].weight != 0;
	return count;
}

static void assert_backups_of(const struct reference *r, size_t owner,
			      const uint16_t *owners, const uint16_t *backups)
{
	uint16_t table[MAX_SIZE];

	reference_table(r, owner, table);
	for (uint32_t b = 0; b < r->size; b++)
		if (owners[b] == owner)
			assert_int_equal(backups[b], table[b]);
}

static void assert_as_defined(const struct reference *r, const uint16_t *owners,
			      const uint16_t *backups)
{
	uint16_t table[MAX_SIZE];

	reference_table(r, r->count, table);
	assert_memory_equal(owners, table, r->size * sizeof(*owners));
	if (count_weighted(r) == 1) {
		for (uint32_t b = 0; b < r->size; b++)
			assert_int_equal(backups[b], ASSIGN_NONE);
		return;
	}
	for (size_t i = 0; i < r->count; i++)
		if (r->members[i].weight)
			assert_backups_of(r, i, owners, backups);
}

/* ------------------------------------------------------ random sets */

struct world {
	struct member pool[POOL];
	bool present[POOL];
	uint64_t seed;
	uint32_t size;
	const uint32_t *weights;     /* WEIGHTS to choose from */
	struct member members[POOL]; /* those present, in any order */
	size_t count;
	struct ranking *ranking; /* of the set before */
	unsigned int largest;
};

enum {
	WEIGHTS = 4
};

static const uint32_t weights[][WEIGHTS] = {
	{ 1, 1, 1, 1 },
	{ 10, 10, 10, 20 },
	{ 1, 2, 4, 40 },
	{ 0, 1, 7, WEIGHT_MAX },
};

static struct address plain_address(size_t i)
{
	return address_from_ipv4(htonl(ONE_HOST + (uint32_t)i));
}

/* Choose any lower half, and compute the upper one that gives the key. */
static struct address twin_address(uint64_t seed, uint64_t key)
{
	uint64_t low = chance_word(), high = key ^ mix(low ^ seed);
	struct address address;

	high = htobe64(high);
	low = htobe64(low);
	memcpy(address.bytes, &high, sizeof(high));
	memcpy(address.bytes + sizeof(high), &low, sizeof(low));
	return address;
}

static uint32_t random_weight(const struct world *world)
{
	return world->weights[chance_below(WEIGHTS)];
}

static void start_world(struct world *world)
{
	*world = (struct world){
		.seed = chance_below(2) ? chance_word() : 0,
		.size = MIN_SIZE << chance_below(2),
		.weights = weights[chance_below(4)],
	};
	for (size_t i = 0; i < POOL; i++)
		world->pool[i].address =
			i % 2 ? plain_address(i) :
				twin_address(world->seed, i / 2 % TWIN_KEYS);
}

static size_t count_present(const struct world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < POOL; i++)
		count += world->present[i] && world->pool[i].weight;
	return count;
}

/* With those of weight 0, which may get another one. */
static size_t count_members(const struct world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < POOL; i++)
		count += world->present[i];
	return count;
}

/* Add, remove or re-weight one member; the set never gets empty. */
static void change_one(struct world *world)
{
	size_t i = chance_below(POOL), present = count_present(world);
	struct member *member = &world->pool[i];

	if (world->present[i] && (present == 1 || !chance_below(3)))
		member->weight = random_weight(world);
	else if (world->present[i])
		world->present[i] = false;
	else if (count_members(world) < MAX_PRESENT) {
		world->present[i] = true;
		member->weight = random_weight(world);
	}
	while (!count_present(world)) {
		world->present[i] = true;
		member->weight = random_weight(world);
	}
}

static void list_members(struct world *world)
{
	size_t first = chance_below(POOL);

	world->count = 0;
	for (size_t i = 0; i < POOL; i++) {
		size_t at = (first + i) % POOL;

		if (world->present[at])
			world->members[world->count++] = world->pool[at];
	}
	if (world->count > world->largest)
		world->largest = (unsigned int)world->count;
}

/* Make one change; now and then so many that nothing can be derived. */
static void next_set(struct world *world)
{
	uint32_t changes = 1;

	if (!chance_below(8))
		changes += chance_below(4);
	if (!chance_below(100))
		changes += chance_below(POOL);
	while (changes--)
		change_one(world);
	list_members(world);
}

static void assert_same_ranking(const struct ranking *a,
				const struct ranking *b)
{
	assert_int_equal(a->set.count, b->set.count);
	assert_memory_equal(a->ranks, b->ranks, a->size * sizeof(*a->ranks));
}

/* Assign the buckets of a ranking, in steps of any size. */
static void assign_in_steps(const struct ranking *ranking, uint16_t *owners,
			    uint16_t *backups)
{
	struct assignment *assignment;

	assert_int_equal(assignment_start(ranking, &assignment), 0);
	while (!assignment_is_done(assignment))
		assert_true(assignment_step(assignment, 1 + chance_below(500)) >
			    0);
	assert_int_equal(assignment_finish(assignment, owners, backups), 0);
	assignment_free(assignment);
}

static void assert_same_tables(const struct world *world,
			       const struct ranking *derived, bool as_defined)
{
	const struct reference reference = { world->members, world->count,
					     world->seed, world->size };
	uint16_t owners[2][MAX_SIZE], backups[2][MAX_SIZE];
	size_t bytes = world->size * sizeof(owners[0][0]);

	assign_in_steps(derived, owners[0], backups[0]);
	assert_int_equal(assign_buckets(world->members, world->count,
					world->seed, world->size, owners[1],
					backups[1]),
			 0);
	assert_memory_equal(owners[0], owners[1], bytes);
	assert_memory_equal(backups[0], backups[1], bytes);
	if (as_defined)
		assert_as_defined(&reference, owners[0], backups[0]);
}

static void check_event(struct world *world, int event)
{
	struct ranking *derived, *computed;

	next_set(world);
	assert_int_equal(ranking_new(world->members, world->count, world->seed,
				     world->size, world->ranking, &derived),
			 0);
	assert_int_equal(ranking_new(world->members, world->count, world->seed,
				     world->size, NULL, &computed),
			 0);
	assert_same_ranking(derived, computed);
	if (event % TABLE_EVERY == 0)
		assert_same_tables(world, derived, event % ORACLE_EVERY == 0);
	ranking_free(computed);
	ranking_free(world->ranking);
	world->ranking = derived;
}

static void a_derived_table_is_the_computed_and_the_defined_one(void **state)
{
	struct world world;
	unsigned int largest = 0;

	(void)state;
	for (int event = 0; event < EVENTS; event++) {
		if (event % SEQUENCE == 0)
			start_world(&world);
		check_event(&world, event);
		if (event % SEQUENCE == SEQUENCE - 1)
			ranking_free(world.ranking);
		if (world.largest > largest)
			largest = world.largest;
	}
	printf("%d events, sets of up to %u members\n", EVENTS, largest);
	assert_true(largest >= MAX_PRESENT);
}

/* ------------------------------------------------------ neighbours */

enum {
	NEIGHBOURS = 4,
	CLOSE_BUCKET = 5,
	CLOSE_ROUNDS = 50,
};

/* Invert mix(), step by step. */
static uint64_t unmix(uint64_t x)
{
	x ^= x >> 31 ^ x >> 62;
	x *= 0x319642b2d24d8ec3;
	x ^= x >> 27 ^ x >> 54;
	x *= 0x96de1b173f119089;
	return x ^ x >> 30 ^ x >> 60;
}

/* Return an address that has this hash in this bucket. */
static struct address address_of_hash(uint32_t bucket, uint64_t hash)
{
	uint64_t key = mix(bucket * 0x9e3779b97f4a7c15 + 0xbb67ae8584caa73b);

	return twin_address(0, unmix(unmix(hash) ^ key));
}

/* Make a set with several of the best hashes in a row, among others. */
static void check_neighbours(uint32_t weight_of_others)
{
	struct member members[MAX_PRESENT];
	struct ranking *ranking;
	const struct rank *rank;

	for (size_t i = 0; i < MAX_PRESENT; i++)
		members[i] = (struct member){
			.address = i < NEIGHBOURS ?
					   address_of_hash(CLOSE_BUCKET,
							   UINT64_MAX - i) :
					   plain_address(i),
			.weight = i < NEIGHBOURS ? 1 : weight_of_others,
		};
	assert_int_equal(ranking_new(members, MAX_PRESENT, 0, MAX_SIZE, NULL,
				     &ranking),
			 0);
	rank = &ranking->ranks[CLOSE_BUCKET];
	for (size_t i = 0; i < RANKING_DEPTH; i++)
		assert_int_equal(ranking->set.list[rank->best[i]].member, i);
	ranking_free(ranking);
}

static void hashes_in_a_row_are_told_apart(void **state)
{
	(void)state;
	/* The order of their addresses is random. */
	for (int round = 0; round < CLOSE_ROUNDS; round++) {
		check_neighbours(1);
		check_neighbours(2);
	}
}

/* ------------------------------------------------------ what is derived */

enum {
	SET = 16
};

static struct ranking *ranking_of(size_t count, uint64_t seed, uint32_t size,
				  const struct ranking *base)
{
	struct member members[SET + SET];
	struct ranking *ranking;

	for (size_t i = 0; i < count; i++)
		members[i] = (struct member){ plain_address(i), 1 };
	assert_int_equal(
		ranking_new(members, count, seed, size, base, &ranking), 0);
	return ranking;
}

/* True if an error in the base shows in the derived ranking. */
static bool is_derived(size_t count, uint64_t seed, uint32_t size)
{
	struct ranking *base = ranking_of(SET, 0, MAX_SIZE, NULL);
	struct ranking *computed = ranking_of(count, seed, size, NULL);
	struct ranking *ranking;
	bool derived;

	for (uint32_t b = 0; b < MAX_SIZE; b++) {
		uint16_t first = base->ranks[b].best[0];

		base->ranks[b].best[0] = base->ranks[b].best[1];
		base->ranks[b].best[1] = first;
	}
	ranking = ranking_of(count, seed, size, base);
	derived = memcmp(ranking->ranks, computed->ranks,
			 size * sizeof(*ranking->ranks)) != 0;
	ranking_free(ranking);
	ranking_free(computed);
	ranking_free(base);
	return derived;
}

static void only_a_small_change_is_derived(void **state)
{
	(void)state;
	assert_true(is_derived(SET, 0, MAX_SIZE));
	assert_true(is_derived(SET + 1, 0, MAX_SIZE));
	assert_true(is_derived(SET - 1, 0, MAX_SIZE));
	assert_true(is_derived(SET + SET / 2, 0, MAX_SIZE));
	assert_false(is_derived(SET / 2, 0, MAX_SIZE));
	assert_false(is_derived(1, 0, MAX_SIZE));
}

static void a_base_of_another_seed_or_size_is_not_used(void **state)
{
	(void)state;
	assert_false(is_derived(SET, 1, MAX_SIZE));
	assert_false(is_derived(SET, 0, MAX_SIZE / 2));
}

/* Ranked in turns of any length, computed or derived, it is the same. */
static void turns_leave_no_trace(void **state)
{
	struct ranking *base = ranking_of(SET, 0, MAX_SIZE, NULL);
	struct ranking *whole = ranking_of(SET + 2, 0, MAX_SIZE, NULL);

	(void)state;
	for (int derived = 0; derived < 2; derived++) {
		struct member members[SET + 2];
		struct ranking *ranking;
		uint32_t turns = 0;

		for (size_t i = 0; i < SET + 2; i++)
			members[i] = (struct member){ plain_address(i), 1 };
		assert_int_equal(ranking_start(members, SET + 2, 0, MAX_SIZE,
					       derived ? base : NULL, &ranking),
				 0);
		for (; !ranking_is_done(ranking); turns++)
			ranking_step(ranking, chance_below(20 * SET));
		assert_in_range(turns, 2, MAX_SIZE);
		assert_memory_equal(ranking->ranks, whole->ranks,
				    MAX_SIZE * sizeof(*whole->ranks));
		ranking_free(ranking);
	}
	ranking_free(whole);
	ranking_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_derived_table_is_the_computed_and_the_defined_one),
		cmocka_unit_test(hashes_in_a_row_are_told_apart),
		cmocka_unit_test(only_a_small_change_is_derived),
		cmocka_unit_test(a_base_of_another_seed_or_size_is_not_used),
		cmocka_unit_test(turns_leave_no_trace),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
