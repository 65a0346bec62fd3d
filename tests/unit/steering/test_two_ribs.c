// SPDX-License-Identifier: BSD-2-Clause
/*
 * Nodes with the same routes steer alike, in whatever order they learned them:
 * two RIBs, and the bucket tables of their sets. The seed is printed.
 */

#include "../rib/random_world.h"
#include "steering/assign.h"

enum {
	ROUNDS = 300,
	TABLE_SIZE = 1024,
};

static size_t members_of(const struct random_world *world,
			 struct member members[SLOTS])
{
	const struct route *route = random_route(world);
	const struct path *path = route ? route->paths : NULL;
	size_t count = 0;

	for (; path; path = path->next)
		if (path->reason == REASON_NONE)
			members[count++] = (struct member){
				.address = *rib_nexthop_address(
					path->attributes->nexthop),
				.weight = rib_path_weight(world->rib, route,
							  path),
			};
	return count;
}

static uint64_t digest_of(struct random_world *world)
{
	struct member members[SLOTS];
	uint16_t owners[TABLE_SIZE];
	size_t count;

	rib_process(world->rib);
	count = members_of(world, members);
	if (!count)
		return 0;
	assert_int_equal(
		assign_buckets(members, count, 1, TABLE_SIZE, owners, NULL), 0);
	return assign_digest(members, owners, TABLE_SIZE);
}

static void announce_each(struct random_world *world, const struct row *rows,
			  unsigned int first, unsigned int step)
{
	for (unsigned int i = 0; i < SLOTS; i++) {
		unsigned int slot = (first + i * step) % SLOTS;

		random_announce(world, slot, &rows[slot]);
		if (chance_one_in(4))
			rib_process(world->rib);
	}
}

static void two_ribs_with_the_same_routes_have_the_same_table(void **state)
{
	const struct outside outside = { 0 };
	struct random_world a, b;
	struct row rows[SLOTS];
	unsigned int larger = 0;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		const struct decision_options options = random_options();

		for (unsigned int i = 0; i < SLOTS; i++)
			rows[i] = random_row();
		random_world_init(&a, &options, &outside);
		random_world_init(&b, &options, &outside);
		announce_each(&a, rows, 0, 1);
		announce_each(&b, rows, chance_below(SLOTS), SLOTS - 1);
		assert_true(digest_of(&a) == digest_of(&b));
		assert_true(digest_of(&a) != 0);
		larger += random_route(&a)->selected > 1;
		rib_free(a.rib);
		rib_free(b.rib);
	}
	printf("%u of %u sets have several paths\n", larger, ROUNDS);
	/* 47 of 300 on average, with a deviation of 6. */
	assert_true(larger > ROUNDS / 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			two_ribs_with_the_same_routes_have_the_same_table),
	};

	random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
