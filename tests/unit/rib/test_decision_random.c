// SPDX-License-Identifier: BSD-2-Clause
/*
 * Properties of every set whatever the options, checked with random paths and
 * random options. The seed is printed; HEADGATE_TEST_SEED repeats a run.
 */

#include "random_world.h"

enum {
	ROUNDS = 3000,
	EVENTS = 100000,
	EVENTS_OF_A_RIB = 1000, /* then other options */
	EVENTS_OF_A_CHECK = 20,
};

/* The rows announced in the slots; hop 0: nothing. */
struct announced {
	bool present[SLOTS];
	struct row rows[SLOTS];
};

static void random_outside(struct outside *outside)
{
	for (unsigned int i = 0; i < HOPS; i++) {
		outside->dead[i] = chance_one_in(8);
		outside->cost[i] = chance_below(2);
	}
}

static void random_rows(struct announced *announced)
{
	for (unsigned int i = 0; i < SLOTS; i++) {
		announced->present[i] = chance_one_in(2);
		announced->rows[i] = random_row();
	}
}

static void shuffle(unsigned int order[SLOTS])
{
	for (unsigned int i = 0; i < SLOTS; i++) {
		unsigned int other = chance_below(i + 1);

		order[i] = order[other];
		order[other] = i;
	}
}

/* Announce in random order, with detours and decisions on the way. */
static void feed(struct random_world *world, const struct announced *announced)
{
	unsigned int order[SLOTS];

	shuffle(order);
	for (unsigned int i = 0; i < SLOTS; i++) {
		const struct row detour = random_row();

		if (chance_one_in(3))
			random_announce(world, order[i], &detour);
		if (chance_one_in(3))
			rib_process(world->rib);
		if (announced->present[order[i]])
			random_announce(world, order[i],
					&announced->rows[order[i]]);
		else
			random_withdraw(world, order[i]);
	}
}

static void any_order_of_arrival_gives_the_same_set(void **state)
{
	struct outcome first[SLOTS], second[SLOTS];
	struct random_world a, b;
	struct announced announced;
	struct outside outside;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		const struct decision_options options = random_options();

		random_outside(&outside);
		random_rows(&announced);
		random_world_init(&a, &options, &outside);
		random_world_init(&b, &options, &outside);
		feed(&a, &announced);
		feed(&b, &announced);
		random_outcome(&a, first);
		random_outcome(&b, second);
		assert_true(same_outcome(first, second));
		rib_free(a.rib);
		rib_free(b.rib);
	}
}

/*
 * True if a path that is not in the set may still change it. A path with the
 * lowest MED of its group that lost in a later step has kept others out, and they
 * come back when it goes: RFC 3345; no order of the steps of RFC 4271 9.1.2.2
 * avoids that. With --add-path-weight, paths with a duplicate next hop count.
 */
static bool may_matter(const struct decision_options *options,
		       const struct outcome outcome[SLOTS], unsigned int slot)
{
	if (options->add_path_weight &&
	    outcome[slot].reason == REASON_DUPLICATE_NEXTHOP)
		return true;
	if (outcome[slot].reason <= REASON_MED)
		return false;
	/* With ebgp_ibgp the set has paths that lost by MED. */
	if (options->ebgp_ibgp)
		return true;
	for (unsigned int i = 0; i < SLOTS; i++)
		if (outcome[i].reason == REASON_MED)
			return true;
	return false;
}

static bool is_loser(const struct outcome *outcome)
{
	return outcome->present && outcome->reason != REASON_NONE;
}

static void a_losing_path_changes_nothing(void **state)
{
	struct outcome with[SLOTS], without[SLOTS];
	struct random_world world;
	struct announced announced;
	struct outside outside;
	unsigned int checked = 0;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		const struct decision_options options = random_options();
		unsigned int slot = chance_below(SLOTS);

		random_outside(&outside);
		random_rows(&announced);
		random_world_init(&world, &options, &outside);
		feed(&world, &announced);
		random_outcome(&world, with);
		if (is_loser(&with[slot]) &&
		    !may_matter(&options, with, slot)) {
			random_withdraw(&world, slot);
			random_outcome(&world, without);
			assert_false(without[slot].present);
			without[slot] = with[slot];
			assert_true(same_outcome(with, without));
			checked++;
		}
		rib_free(world.rib);
	}
	printf("%u of %u\n", checked, ROUNDS);
	assert_true(checked > ROUNDS / 20);
}

static void a_flap_restores_the_set(void **state)
{
	struct outcome before[SLOTS], after[SLOTS];
	struct random_world world;
	struct announced announced;
	struct outside outside;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		const struct decision_options options = random_options();
		unsigned int slot = chance_below(SLOTS);

		random_outside(&outside);
		random_rows(&announced);
		announced.present[slot] = true;
		random_world_init(&world, &options, &outside);
		feed(&world, &announced);
		random_outcome(&world, before);
		random_withdraw(&world, slot);
		random_outcome(&world, after);
		random_announce(&world, slot, &announced.rows[slot]);
		random_outcome(&world, after);
		assert_true(same_outcome(before, after));
		rib_free(world.rib);
	}
}

static void session_flaps(struct random_world *world,
			  struct announced *announced)
{
	unsigned int peer = chance_below(PEERS);

	rib_peer_down(world->rib, world->peers[peer]);
	random_peer_up(world, peer);
	for (unsigned int id = 0; id < IDS; id++)
		announced->present[peer * IDS + id] = false;
}

static void nexthop_changes(struct random_world *world, struct outside *outside)
{
	unsigned int hop = chance_below(HOPS);
	const struct address address =
		address_from_ipv4(htonl(0x0a000000 + hop));

	if (chance_one_in(2))
		outside->dead[hop] = !outside->dead[hop];
	else
		outside->cost[hop] = chance_below(2);
	rib_nexthop_changed(world->rib, &address);
}

static void random_event(struct random_world *world,
			 struct announced *announced, struct outside *outside)
{
	unsigned int slot = chance_below(SLOTS);

	switch (chance_below(10)) {
	case 0:
		session_flaps(world, announced);
		break;
	case 1:
		nexthop_changes(world, outside);
		break;
	case 2:
	case 3:
	case 4:
		random_withdraw(world, slot);
		announced->present[slot] = false;
		break;
	default:
		announced->present[slot] = true;
		announced->rows[slot] = random_row();
		random_announce(world, slot, &announced->rows[slot]);
	}
	if (chance_one_in(3))
		rib_process(world->rib);
}

/* A rib that gets only the present paths must decide alike. */
static void check_against_full_recompute(struct random_world *world,
					 const struct decision_options *options,
					 const struct announced *announced)
{
	struct outcome incremental[SLOTS], full[SLOTS];
	struct random_world fresh;

	random_world_init(&fresh, options, world->outside);
	for (unsigned int i = 0; i < SLOTS; i++)
		if (announced->present[i])
			random_announce(&fresh, i, &announced->rows[i]);
	random_outcome(world, incremental);
	random_outcome(&fresh, full);
	assert_true(same_outcome(incremental, full));
	rib_free(fresh.rib);
}

static void incremental_equals_full_recompute(void **state)
{
	struct decision_options options;
	struct announced announced;
	struct random_world world;
	struct outside outside;

	(void)state;
	for (int event = 0; event < EVENTS; event++) {
		if (event % EVENTS_OF_A_RIB == 0) {
			options = random_options();
			random_outside(&outside);
			announced = (struct announced){ 0 };
			random_world_init(&world, &options, &outside);
		}
		random_event(&world, &announced, &outside);
		if (event % EVENTS_OF_A_CHECK == 0)
			check_against_full_recompute(&world, &options,
						     &announced);
		if (event % EVENTS_OF_A_RIB == EVENTS_OF_A_RIB - 1)
			rib_free(world.rib);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_of_arrival_gives_the_same_set),
		cmocka_unit_test(a_losing_path_changes_nothing),
		cmocka_unit_test(a_flap_restores_the_set),
		cmocka_unit_test(incremental_equals_full_recompute),
	};

	random_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
