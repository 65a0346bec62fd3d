// SPDX-License-Identifier: BSD-2-Clause
/*
 * The XDP program against the oracle, on a million frames of all kinds.
 * Meanwhile next hops die and come back, and ICMP errors use up their rate.
 *
 * The test prints its seed; SEED repeats a run. FRAMES sets the number of
 * frames. COUNT_EVERY sets after how many frames all counters are compared: 1
 * finds the frame that was counted wrong.
 */

#include "check.h"
#include "datapath/datapath.h"
#include "generator.h"
#include "sandbox.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
	FRAMES = 1000000,
	COUNT_EVERY = 100,
	RATE = 1 << 30, /* reached only where a test sets it */
	FRAMES_PER_LIFE = 500,
	FRAMES_PER_TIME = 50,
	YOUNG_MS = 3000,
	RECORDS_AHEAD_NS = 100 * 1000 * 1000 + 1,
	FRAMES_PER_EXHAUSTION = 4, /* among frames with ICMP */
	FRAMES_PER_OUTCOME = 5000, /* no outcome is rarer */
	MAX_DISAGREEMENTS = 5,
	NO_ROUTE = WORLD_MAX_ROUTES,
};

static struct {
	uint64_t seed;
	unsigned long frames;
	unsigned long count_every;
} run;

static bool is_icmp(const struct shape *shape)
{
	return shape->protocol == (shape->ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

/* Return the index of a destination's host route, or NO_ROUTE. */
static uint32_t route_to(const struct world *world, const struct shape *shape)
{
	for (uint32_t i = 0; i < world->route_count; i++)
		if (world->routes[i].ipv6 == shape->ipv6 &&
		    !memcmp(&world->routes[i].address, &shape->destination,
			    sizeof(shape->destination)))
			return i;
	return NO_ROUTE;
}

/* Let a random next hop die or come back, as another incarnation. */
static void change_a_life(struct check *check, struct random_source *random)
{
	enum world_slot slot =
		SLOT_LEFT + random_below(random, SLOT_COUNT - SLOT_LEFT);
	bool alive = check->world->nexthops[slot].alive;

	if (slot != SLOT_DEAD && (!alive || random_one_in(random, 3)))
		world_set_alive(check->world, slot, !alive);
	world_set_draining(check->world, slot, random_one_in(random, 3));
}

/* Take half of all VLANs on the third port, and mostly untagged frames. */
static void change_vlans(struct check *check, struct random_source *random)
{
	struct hg_port_vlans vlans;

	for (int i = 0; i < HG_VLAN_IDS; i++)
		vlans.ids[i] = random_below(random, 4);
	world_set_vlans(check->world, PORT_THIRD, &vlans,
			!random_one_in(random, 32));
}

/* Make both forget before the program would forget on its own. */
static void forget_in_time(struct check *check)
{
	if (check->oracle.fragments.count > ORACLE_MEMORY_MAX - 8)
		check_forget_fragments(check);
	if (check->oracle.affinity.count > ORACLE_FLOWS_MAX - 8)
		check_forget_flows(check);
}

/*
 * Let time go on, sometimes so far that new flows are no longer young, and use
 * up the rate of records, or not.
 */
static void change_the_time(struct check *check, struct random_source *random)
{
	uint64_t step = random_one_in(random, 16) ? YOUNG_MS + 1 : YOUNG_MS / 8;

	check_set_time(check, check->oracle.affinity.time_ms +
				      random_below(random, step));
	check_use_up_records(check,
			     random_one_in(random, 4) ? RECORDS_AHEAD_NS : 0);
}

static bool agrees_on_one(struct check *check, struct generator *generator)
{
	struct shape shape = generator_shape(generator);
	enum world_port port = random_below(&generator->random, PORT_COUNT);
	uint32_t route = NO_ROUTE;
	struct frame frame;
	/* Bit 0: the rate of errors is used up; bit 1: of packets too big. */
	uint32_t spent = random_below(&generator->random, 4);
	bool agrees;

	if (is_icmp(&shape) &&
	    random_one_in(&generator->random, FRAMES_PER_EXHAUSTION))
		route = route_to(check->world, &shape);
	frame_build(&shape, check->world->ports[port].mac, &frame);
	generator_damage(generator, &frame);
	if (route != NO_ROUTE)
		check_set_icmp_used(check, route, RATE & -(spent & 1),
				    RATE & -(spent >> 1));
	agrees = check_frame(check, &frame, port);
	if (route != NO_ROUTE)
		check_set_icmp_used(check, route, 0, 0);
	return agrees;
}

static void print_distribution(const struct counts *counts)
{
	for (enum hg_outcome i = 0; i < HG_OUTCOME_COUNT; i++)
		print_message("%9llu %s\n", counts->outcomes[i].packets,
			      hg_outcome_name(i));
	for (enum hg_event i = 0; i < HG_EVENT_COUNT; i++)
		print_message("%9llu event %s\n", counts->events[i].packets,
			      hg_event_name(i));
}

static bool is_of_filters(enum hg_outcome outcome)
{
	return outcome >= HG_DROPPED_FILTER && outcome <= HG_DROPPED_BLACKHOLE;
}

/*
 * Captures, missing headroom and filters do not occur here; they have tests of
 * their own.
 */
static void assert_all_occurred(const struct counts *counts)
{
	unsigned long least = run.frames / FRAMES_PER_OUTCOME;

	for (enum hg_outcome i = 0; i < HG_OUTCOME_COUNT; i++)
		if (i != HG_PASSED_NO_HEADROOM && !is_of_filters(i))
			assert_in_range(counts->outcomes[i].packets, least,
					run.frames);
	for (enum hg_event i = 0; i < HG_EVENT_COUNT; i++)
		if (i != HG_EVENT_CAPTURED && i != HG_EVENT_FILTER_SAMPLED)
			assert_in_range(counts->events[i].packets, least,
					run.frames);
}

static void agrees_with_the_oracle_on_every_frame(void **state)
{
	struct check *check = *state;
	struct generator generator = { .random = { run.seed } };
	unsigned int disagreements = 0;

	for (unsigned long i = 0; i < run.frames; i++) {
		bool agrees;

		if (!(i % FRAMES_PER_LIFE))
			change_a_life(check, &generator.random);
		if (!(i % FRAMES_PER_LIFE))
			change_vlans(check, &generator.random);
		if (!(i % FRAMES_PER_TIME))
			change_the_time(check, &generator.random);
		forget_in_time(check);
		agrees = agrees_on_one(check, &generator);
		if (agrees && !((i + 1) % run.count_every))
			agrees = check_counts(check);
		if (agrees)
			continue;
		fprintf(stderr, "at frame %lu\n\n", i);
		if (++disagreements == MAX_DISAGREEMENTS)
			break;
	}
	print_distribution(&check->counts);
	assert_int_equal(disagreements, 0);
	assert_all_occurred(&check->counts);
}

static int set_up(void **state)
{
	struct check *check = check_new(RATE);

	world_track_at_random(check->world);
	*state = check;
	return 0;
}

static int tear_down(void **state)
{
	check_free(*state);
	return 0;
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
	const char *given = getenv(variable);

	return given ? strtoull(given, NULL, 10) : otherwise;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			agrees_with_the_oracle_on_every_frame, set_up,
			tear_down),
	};

	run.seed = number_from("SEED", time(NULL));
	run.frames = number_from("FRAMES", FRAMES);
	run.count_every = number_from("COUNT_EVERY", COUNT_EVERY);
	printf("SEED=%llu\n", (unsigned long long)run.seed);
	srandom(run.seed);
	sandbox_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
