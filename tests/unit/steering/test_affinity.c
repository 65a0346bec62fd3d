// SPDX-License-Identifier: BSD-2-Clause
/*
 * Windows of buckets that move: each rule as a row of a table, and flows in
 * random sequences of changes. The seed is printed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../chance.h"
#include "core/array.h"
#include "steering/affinity.h"

enum {
	NONE = HG_NEXTHOP_NONE,
	A = 1,
	B,
	C,
	D,
	SLOTS,
	START_S = 1000,
	WINDOW_S = 300,
	DRAIN_S = 3600,
	NEVER_S = AFFINITY_NEVER - START_S,
};

/* ------------------------------------------------------------- rules */

enum action {
	MOVE,	/* to `slot` */
	DRAINS, /* from now on, windows with this previous are long */
	LEFT,	/* likewise: their end was decided before */
	DIES,	/* without a word to the table */
	FORGET,
	LIMIT,	/* to `seconds` */
	EXTEND, /* to `seconds` */
	FORESEE,
	UNFORESEE,
	EXPIRE,
	UNTRACK,
};

struct step {
	enum action action;
	uint16_t slot;
	uint32_t seconds; /* the time, after START_S; or an end */
};

struct expected {
	uint16_t current;
	uint16_t previous;
	uint32_t until_s; /* after START_S; 0: not moving */
	bool tracked;
};

struct rule {
	const char *name;
	struct step steps[6];
	struct expected expected;
};

static const struct rule rules[] = {
	{ "a move opens a window",
	  { { MOVE, B, 0 } },
	  { B, A, WINDOW_S, true } },
	{ "a bucket that stays opens none",
	  { { MOVE, A, 0 } },
	  { A, NONE, 0, false } },
	{ "a window ends, and its records stay",
	  { { MOVE, B, 0 }, { EXPIRE, 0, WINDOW_S } },
	  { B, NONE, 0, true } },
	{ "a window does not end early",
	  { { MOVE, B, 0 }, { EXPIRE, 0, WINDOW_S - 1 } },
	  { B, A, WINDOW_S, true } },
	{ "a further move keeps the oldest previous, for longer",
	  { { MOVE, B, 0 }, { MOVE, C, 100 } },
	  { C, A, 100 + WINDOW_S, true } },
	{ "a move after the window has a previous of its own",
	  { { MOVE, B, 0 }, { EXPIRE, 0, WINDOW_S }, { MOVE, C, 400 } },
	  { C, B, 400 + WINDOW_S, true } },
	{ "a return ends the window",
	  { { MOVE, B, 0 }, { MOVE, A, 100 } },
	  { A, NONE, 0, true } },
	{ "a return by a detour ends it, too",
	  { { MOVE, B, 0 }, { MOVE, C, 100 }, { MOVE, A, 200 } },
	  { A, NONE, 0, true } },
	{ "a server that drains keeps its flows for longer",
	  { { DRAINS, A, 0 }, { MOVE, B, 0 } },
	  { B, A, DRAIN_S, true } },
	{ "a further move does not lengthen a drain",
	  { { DRAINS, A, 0 }, { MOVE, B, 0 }, { LEFT, A, 0 }, { MOVE, C, 100 } },
	  { C, A, DRAIN_S, true } },
	{ "a drain that began within a window counts from then on",
	  { { MOVE, B, 0 }, { DRAINS, A, 100 }, { MOVE, C, 100 } },
	  { C, A, 100 + DRAIN_S, true } },
	{ "a dead server is no previous, but its backup is one",
	  { { DIES, A, 0 }, { MOVE, B, 0 } },
	  { B, D, WINDOW_S, true } },
	{ "a backup that becomes the next one needs no window",
	  { { DIES, A, 0 }, { MOVE, D, 0 } },
	  { D, NONE, 0, false } },
	{ "a dead backup is no previous, either",
	  { { DIES, A, 0 }, { DIES, D, 0 }, { MOVE, B, 0 } },
	  { B, NONE, 0, false } },
	{ "a server that returns to its bucket leaves its backup the flows",
	  { { DIES, A, 0 }, { MOVE, A, 0 } },
	  { A, D, WINDOW_S, true } },
	{ "and none if that is dead",
	  { { DIES, A, 0 }, { DIES, D, 0 }, { MOVE, A, 0 } },
	  { A, NONE, 0, false } },
	{ "a window that is open then has them on record",
	  { { MOVE, B, 0 }, { DIES, B, 100 }, { MOVE, B, 100 } },
	  { B, A, WINDOW_S, true } },
	{ "a previous that dies is forgotten",
	  { { MOVE, B, 0 }, { FORGET, A, 100 } },
	  { B, NONE, 0, true } },
	{ "the death of another one changes nothing",
	  { { MOVE, B, 0 }, { FORGET, B, 100 }, { FORGET, C, 100 } },
	  { B, A, WINDOW_S, true } },
	{ "a move finds its previous dead, and stays with the last one",
	  { { MOVE, B, 0 }, { DIES, A, 100 }, { MOVE, C, 100 } },
	  { C, B, 100 + WINDOW_S, true } },
	{ "a bucket that stays finds its previous dead",
	  { { MOVE, B, 0 }, { DIES, A, 100 }, { MOVE, B, 100 } },
	  { B, NONE, 0, true } },
	{ "a limit shortens a drain",
	  { { DRAINS, A, 0 }, { MOVE, B, 0 }, { LIMIT, A, 400 } },
	  { B, A, 400, true } },
	{ "a limit does not lengthen a window",
	  { { MOVE, B, 0 }, { LIMIT, A, 400 } },
	  { B, A, WINDOW_S, true } },
	{ "a limit concerns its own slot",
	  { { MOVE, B, 0 }, { LIMIT, B, 100 } },
	  { B, A, WINDOW_S, true } },
	{ "an open window can be kept open",
	  { { MOVE, B, 0 }, { EXTEND, 0, 500 } },
	  { B, A, 500, true } },
	{ "and is not shortened by that",
	  { { MOVE, B, 0 }, { EXTEND, 0, 100 } },
	  { B, A, WINDOW_S, true } },
	{ "flows are recorded before a move that is foreseen",
	  { { FORESEE, 0, 0 }, { EXPIRE, 0, 100000 } },
	  { A, A, NEVER_S, true } },
	{ "the move then opens a window with all of them known",
	  { { FORESEE, 0, 0 }, { MOVE, B, 900 } },
	  { B, A, 900 + WINDOW_S, true } },
	{ "a move that was announced in vain leaves no window",
	  { { FORESEE, 0, 0 }, { UNFORESEE, 0, 0 } },
	  { A, NONE, 0, true } },
	{ "a window that is open is not ended by that",
	  { { MOVE, B, 0 }, { FORESEE, 0, 0 }, { UNFORESEE, 0, 0 } },
	  { B, A, WINDOW_S, true } },
	{ "the next window begins with the end of this one",
	  { { MOVE, B, 0 }, { FORESEE, 0, 0 }, { EXPIRE, 0, WINDOW_S } },
	  { B, B, NEVER_S, true } },
	{ "or with the death of its previous",
	  { { MOVE, B, 0 }, { FORESEE, 0, 0 }, { FORGET, A, 100 } },
	  { B, B, NEVER_S, true } },
	{ "a bucket without records is not tracked",
	  { { MOVE, B, 0 }, { EXPIRE, 0, WINDOW_S }, { UNTRACK, 0, 0 } },
	  { B, NONE, 0, false } },
	{ "a moving one is",
	  { { MOVE, B, 0 }, { UNTRACK, 0, 0 } },
	  { B, A, WINDOW_S, true } },
};

struct bench {
	struct affinity *affinity;
	uint32_t slots[SLOTS];
};

static uint32_t window_end(uint32_t now_s)
{
	return START_S + now_s + WINDOW_S;
}

/* Shorten the windows with one previous. */
static void shorten(struct affinity *affinity, uint16_t slot, uint32_t latest_s)
{
	uint32_t latest[SLOTS];

	for (int i = 0; i < SLOTS; i++)
		latest[i] = AFFINITY_KEEP;
	latest[slot] = latest_s;
	affinity_shorten(affinity, latest);
}

static void do_step(struct bench *bench, const struct step *step)
{
	struct affinity *affinity = bench->affinity;
	const struct affinity_terms terms = {
		.until_s = window_end(step->seconds),
		.slots = bench->slots,
	};
	uint32_t time_s = START_S + step->seconds;

	switch (step->action) {
	case MOVE:
		affinity_move(affinity, 0, step->slot, D, &terms);
		break;
	case DRAINS:
		bench->slots[step->slot] = time_s + DRAIN_S;
		break;
	case LEFT:
		bench->slots[step->slot] = AFFINITY_KEEP;
		break;
	case DIES:
		bench->slots[step->slot] = AFFINITY_DEAD;
		break;
	case FORGET:
		shorten(affinity, step->slot, AFFINITY_DEAD);
		break;
	case LIMIT:
		shorten(affinity, step->slot, time_s);
		break;
	case EXTEND:
		affinity_extend(affinity, time_s);
		break;
	case FORESEE:
		affinity_foresee(affinity, 0, true);
		break;
	case UNFORESEE:
		affinity_foresee(affinity, 0, false);
		break;
	case EXPIRE:
		affinity_expire(affinity, time_s);
		break;
	case UNTRACK:
		affinity_untrack(affinity, 0);
		break;
	}
}

static void check_rule(const struct rule *rule)
{
	struct bench bench = { .affinity = affinity_new(1) };
	const struct expected *expected = &rule->expected;
	const struct affinity_bucket *b = bench.affinity->buckets;
	struct hg_bucket word;

	print_message("%s\n", rule->name);
	for (int slot = A; slot < SLOTS; slot++)
		bench.slots[slot] = AFFINITY_KEEP;
	affinity_place(bench.affinity, 0, A);
	for (size_t i = 0; i < COUNT_OF(rule->steps); i++)
		if (rule->steps[i].action || rule->steps[i].slot)
			do_step(&bench, &rule->steps[i]);
	assert_int_equal(b->current, expected->current);
	assert_int_equal(b->previous, expected->previous);
	assert_int_equal(b->moving, expected->until_s != 0);
	assert_int_equal(bench.affinity->moving, b->moving);
	if (b->moving)
		assert_int_equal(b->until_s, START_S + expected->until_s);
	assert_int_equal(b->tracked, expected->tracked);
	assert_int_equal(bench.affinity->tracked, b->tracked);
	word = affinity_word(bench.affinity, 0, D);
	assert_int_equal(word.current, expected->current);
	assert_int_equal(word.backup, D);
	assert_int_equal(word.moving, b->moving);
	assert_int_equal(word.tracked, b->tracked);
	affinity_free(bench.affinity);
}

static void follows_each_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		check_rule(&rules[i]);
}

static void a_first_table_opens_no_window(void **state)
{
	struct affinity *affinity = affinity_new(1);
	const uint32_t slots[SLOTS] = { [A] = AFFINITY_KEEP };
	const struct affinity_terms terms = { START_S, slots };

	(void)state;
	affinity_foresee(affinity, 0, true);
	affinity_foresee(affinity, 0, false);
	affinity_move(affinity, 0, A, NONE, &terms);
	assert_int_equal(affinity->moving, 0);
	assert_int_equal(affinity->tracked, 0);
	affinity_free(affinity);
}

static void windows_end_one_by_one(void **state)
{
	struct affinity *affinity = affinity_new(4);
	const uint32_t slots[SLOTS] = { [A] = AFFINITY_KEEP };
	struct affinity_terms terms = { .slots = slots };

	(void)state;
	for (uint32_t b = 0; b < 4; b++) {
		affinity_place(affinity, b, A);
		terms.until_s = START_S + b;
		affinity_move(affinity, b, B, NONE, &terms);
	}
	for (uint32_t b = 0; b < 4; b++) {
		assert_int_equal(affinity_next_s(affinity), START_S + b);
		assert_int_equal(affinity_expire(affinity, START_S + b), 1);
		assert_int_equal(affinity->moving, 3 - b);
	}
	assert_int_equal(affinity_next_s(affinity), AFFINITY_NEVER);
	assert_int_equal(affinity->tracked, 4);
	affinity_free(affinity);
}

static void tracks_what_another_table_tracks(void **state)
{
	struct affinity *from = affinity_new(3), *to;
	const uint32_t slots[SLOTS] = { [A] = AFFINITY_KEEP };
	const struct affinity_terms terms = { START_S, slots };

	(void)state;
	for (uint32_t b = 0; b < 3; b++)
		affinity_place(from, b, A);
	to = affinity_copy(from);
	affinity_move(from, 1, B, NONE, &terms);
	affinity_track_as(to, from);
	assert_int_equal(to->tracked, 1);
	assert_true(to->buckets[1].tracked);
	assert_int_equal(to->moving, 0);
	assert_int_equal(to->buckets[1].current, A);
	affinity_free(from);
	affinity_free(to);
}

/* ------------------------------------------------------------- flows */

/*
 * The model: one bucket as the program treats it, and flows that break when a
 * packet of theirs reaches another server than the one that holds them. None
 * may break that is not idle for as long as a window, unless its server died.
 */

enum {
	TRIALS = 2000,
	STEPS = 400,
	FLOWS = 12,
};

struct flow {
	uint16_t home;	      /* NONE: the place is free */
	uint32_t incarnation; /* of its home when it came */
	uint32_t last_s;      /* its last packet */
	uint16_t recorded;    /* NONE: not */
};

struct world {
	struct affinity *affinity;
	uint32_t slots[SLOTS];
	uint32_t incarnations[SLOTS];
	bool alive[SLOTS];
	struct flow flows[FLOWS];
	uint32_t now_s;
};

static bool is_lost(const struct world *world, const struct flow *flow)
{
	return !world->alive[flow->home] ||
	       world->incarnations[flow->home] != flow->incarnation;
}

/* Where the program sends a packet of the flow. */
static uint16_t steer_packet(const struct world *world, struct flow *flow)
{
	const struct affinity_bucket *b = world->affinity->buckets;

	if (b->tracked && flow->recorded != NONE && !is_lost(world, flow))
		return flow->recorded;
	if (!b->moving || !world->alive[b->previous])
		return b->current;
	flow->recorded = b->previous;
	return b->previous;
}

static void new_flow(struct world *world, struct flow *flow)
{
	const struct affinity_bucket *b = world->affinity->buckets;

	*flow = (struct flow){ .home = b->current,
			       .incarnation = world->incarnations[b->current],
			       .last_s = world->now_s,
			       .recorded = b->moving ? b->current : NONE };
}

static void packet(struct world *world, struct flow *flow)
{
	if (flow->home == NONE || is_lost(world, flow)) {
		new_flow(world, flow);
		return;
	}
	assert_int_equal(steer_packet(world, flow), flow->home);
	flow->last_s = world->now_s;
}

/* Let time pass; flows that would be idle for too long send a packet. */
static void pass_time(struct world *world)
{
	uint32_t end_s = world->now_s + chance_below(WINDOW_S);

	while (world->now_s < end_s) {
		world->now_s++;
		affinity_expire(world->affinity, world->now_s);
		for (int i = 0; i < FLOWS; i++)
			if (world->now_s - world->flows[i].last_s >=
			    WINDOW_S - 1)
				packet(world, &world->flows[i]);
	}
}

static void move(struct world *world)
{
	const struct affinity_terms terms = {
		.until_s = world->now_s + WINDOW_S,
		.slots = world->slots,
	};
	uint16_t slot = (uint16_t)(A + chance_below(SLOTS - A));

	while (!world->alive[slot])
		slot = slot + 1 < SLOTS ? slot + 1 : A;
	for (int i = A; i < SLOTS; i++)
		world->slots[i] = world->alive[i] ? AFFINITY_KEEP :
						    AFFINITY_DEAD;
	affinity_move(world->affinity, 0, slot, D, &terms);
}

/* A server dies or returns; D never dies. */
static void die_or_return(struct world *world)
{
	uint16_t slot = (uint16_t)(A + chance_below(D - A));

	world->alive[slot] = !world->alive[slot];
	world->incarnations[slot] += world->alive[slot];
	if (world->alive[slot])
		return;
	if (chance_below(2))
		shorten(world->affinity, slot, AFFINITY_DEAD);
	if (world->affinity->buckets->current == slot)
		move(world);
	shorten(world->affinity, slot, AFFINITY_DEAD);
}

/* Remove records that say nothing, and then the mark, like the agent. */
static void sweep(struct world *world)
{
	const struct affinity_bucket *b = world->affinity->buckets;
	bool any = false;

	for (int i = 0; i < FLOWS; i++) {
		struct flow *flow = &world->flows[i];

		if (flow->recorded == NONE)
			continue;
		if (is_lost(world, flow) ||
		    (!b->moving && flow->recorded == b->current))
			flow->recorded = NONE;
		else
			any = true;
	}
	if (!any)
		affinity_untrack(world->affinity, 0);
}

static void foresee(struct world *world)
{
	affinity_foresee(world->affinity, 0, chance_below(2));
}

static void check(const struct world *world)
{
	const struct affinity_bucket *b = world->affinity->buckets;

	assert_int_equal(b->moving, b->previous != NONE);
	assert_true(b->tracked || !b->moving);
	assert_int_equal(world->affinity->moving, b->moving);
	assert_int_equal(world->affinity->tracked, b->tracked);
	assert_true(!b->moving || b->until_s > world->now_s);
}

static void step(struct world *world)
{
	switch (chance_below(8)) {
	case 0:
	case 1:
		move(world);
		break;
	case 2:
		die_or_return(world);
		break;
	case 3:
		sweep(world);
		break;
	case 4:
		foresee(world);
		break;
	case 5:
		pass_time(world);
		break;
	default:
		packet(world, &world->flows[chance_below(FLOWS)]);
	}
	check(world);
}

static void no_flow_breaks_that_is_not_idle(void **state)
{
	(void)state;
	for (int trial = 0; trial < TRIALS; trial++) {
		struct world world = { .affinity = affinity_new(1),
				       .now_s = START_S };

		for (int i = A; i < SLOTS; i++)
			world.alive[i] = true;
		affinity_place(world.affinity, 0, A);
		for (int i = 0; i < STEPS; i++)
			step(&world);
		affinity_free(world.affinity);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_each_rule),
		cmocka_unit_test(a_first_table_opens_no_window),
		cmocka_unit_test(windows_end_one_by_one),
		cmocka_unit_test(tracks_what_another_table_tracks),
		cmocka_unit_test(no_flow_breaks_that_is_not_idle),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
