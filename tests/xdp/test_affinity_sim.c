// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which flows break while servers come and go, in a simulated service: the real
 * program and the agent's windows beside other ways to choose a member
 * (sim_models.h). A flow breaks if a packet of it reaches another member than
 * the one that holds it, while that lives.
 *
 * The full simulation has 20,000 flows, 40 minutes and floods of 62,000 spoofed
 * packets a second: make check-long, or LONG=1. Otherwise it has a fifth of all
 * that, and the shorter scenes. The records have more room than flows should
 * need, because the kernel's LRU maps forget early: each CPU keeps part of the
 * room. Maglev gets a table as large as all of them. SEED repeats a run, SCENE
 * chooses one scene.
 */

#include "sandbox.h"
#include "sim_headgate.h"
#include "sim_models.h"
#include "sim_traffic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	MEMBERS = 10,
	SYN = 0x02,
	FIN_ACK = 0x11,
	ACK = 0x10,
	FLOW_RECORDS = 20000, /* in `flows_pinned`; 40,000 in all maps */
	SHORT_FLOW_RECORDS = 10000,
	/* In an hour, many flows end without a FIN and keep their records. */
	HOUR_ROOMS = 4,
	FLOOD_PER_MS = 62,
	FLOOD_BEFORE_S = 120,
	FLOOD_S = 960,
	MS_IN_SECOND = 1000,
	MAX_STEPS = 32,
	SHORT_SCALE = 5,
};

enum step_kind {
	STEP_END, /* of the list */
	STEP_JOIN,
	STEP_LEAVE, /* drains: holds its flows, and gets no new ones */
	STEP_DIE,
	STEP_FORESEE, /* "joining" is announced */
};

/* A change of the set, in seconds from `event_s` on */
struct step {
	int at_s;
	enum step_kind kind;
	uint16_t slot;
	uint32_t drain_s; /* how long it drains; 0: a window */
};

enum flood {
	FLOOD_NONE,
	FLOOD_SYN,
	FLOOD_ACK,
};

struct scene {
	const char *name;
	enum flood flood;
	bool in_short;
	uint32_t event_s;
	uint32_t length_s;
	/* The most broken flows of those that were not idle for a window */
	uint32_t bar;
	bool idle_too;	/* the bar counts those that were, too */
	uint32_t rooms; /* for records, of the usual one; 0: 1 */
	struct step steps[MAX_STEPS];
};

struct tally {
	uint32_t broken;
	uint32_t idle; /* of them, idle longer than a window */
	uint32_t lost; /* with their member */
};

struct sim {
	const struct scene *scene;
	struct sim_set set;
	struct sim_traffic traffic;
	struct sim_models models;
	struct sim_headgate headgate;
	struct random_source random;
	struct tally tallies[SIM_SCHEME_COUNT];
};

static bool is_long;
static uint64_t seed;

#define ADD                              \
	{                                \
		{                        \
			0, STEP_JOIN, 11 \
		}                        \
	}
#define DRAIN                            \
	{                                \
		{                        \
			0, STEP_LEAVE, 3 \
		}                        \
	}
#define DEATH                            \
	{                                \
		{ 0, STEP_DIE, 3 },      \
		{                        \
			60, STEP_JOIN, 3 \
		}                        \
	}
#define FOUR                                                  \
	{                                                     \
		{ 0, STEP_JOIN, 11 }, { 100, STEP_JOIN, 12 }, \
			{ 200, STEP_LEAVE, 3 },               \
		{                                             \
			300, STEP_JOIN, 3                     \
		}                                             \
	}
#define RESTART(n)                                      \
	{ 200 * (n), STEP_LEAVE, 1 + (n), 120 },        \
		{ 200 * (n) + 120, STEP_DIE, 1 + (n) }, \
	{                                               \
		200 * (n) + 180, STEP_JOIN, 1 + (n)     \
	}
#define ROLLING                                                             \
	{                                                                   \
		RESTART(0), RESTART(1), RESTART(2), RESTART(3), RESTART(4), \
			RESTART(5), RESTART(6), RESTART(7)                  \
	}
#define USUAL .event_s = 600, .length_s = 2400

static const struct scene scenes[] = {
	{ "add", .in_short = true, USUAL, .steps = ADD },
	{ "drain", .in_short = true, USUAL, .steps = DRAIN },
	{ "death and return", .in_short = true, USUAL, .steps = DEATH },
	{ "rolling x8", USUAL, .steps = ROLLING },
	{ "four changes", .in_short = true, USUAL, .steps = FOUR },
	{ "add, SYN flood", FLOOD_SYN, true, USUAL, .bar = 10, .steps = ADD },
	{ "add, ACK flood", FLOOD_ACK, true, USUAL, .bar = 680, .steps = ADD },
	{ "drain, SYN flood", FLOOD_SYN, USUAL, .bar = 10, .steps = DRAIN },
	{ "drain, ACK flood", FLOOD_ACK, USUAL, .bar = 680, .steps = DRAIN },
	{ "rolling x8, SYN flood", FLOOD_SYN, USUAL, .bar = 14,
	  .steps = ROLLING },
	{ "rolling x8, ACK flood", FLOOD_ACK, USUAL, .bar = 269,
	  .steps = ROLLING },
	{ "add, announced for an hour", .event_s = 4200, .length_s = 6600,
	  .idle_too = true,
	  .steps = { { -3600, STEP_FORESEE, 11 }, { 0, STEP_JOIN, 11 } } },
	{ "drain, announced for an hour", .event_s = 600, .length_s = 5400,
	  .idle_too = true, .rooms = HOUR_ROOMS,
	  .steps = { { 0, STEP_LEAVE, 3, 3660 } } },
};

static double scale(void)
{
	return is_long ? 1 : 1.0 / SHORT_SCALE;
}

static uint32_t scaled(uint32_t number)
{
	return number * scale();
}

static void note(struct sim *sim, enum sim_schemes scheme,
		 struct sim_flow *flow, const struct sim_packet *packet,
		 uint16_t slot)
{
	struct sim_holder *holder = &flow->holders[scheme];
	struct tally *tally = &sim->tallies[scheme];
	uint64_t window_us = (uint64_t)SIM_WINDOW_S * SIM_US_IN_SECOND;

	if (packet->kind == SIM_FIRST) {
		*holder = (struct sim_holder){ slot, sim->set.life[slot] };
		return;
	}
	if (sim->set.alive[holder->slot] &&
	    sim->set.life[holder->slot] == holder->life) {
		if (slot == holder->slot)
			return;
		tally->broken++;
		tally->idle += packet->time_us - flow->last_us > window_us;
	} else {
		tally->lost++;
	}
	flow->broken |= 1 << scheme;
}

static uint8_t flags_of(enum sim_packet_kind kind)
{
	if (kind == SIM_FIRST)
		return SYN;
	return kind == SIM_LAST ? FIN_ACK : ACK;
}

static void send_packet(struct sim *sim, const struct sim_packet *packet)
{
	struct sim_flow *flow = packet->flow;
	uint32_t now_s = packet->time_us / SIM_US_IN_SECOND;
	bool first = packet->kind == SIM_FIRST && !flow->opaque;
	const struct sim_frame frame = {
		.hash = flow->hash,
		.source = flow->source,
		.port = flow->port,
		.tcp_flags = flags_of(packet->kind),
		.opaque = flow->opaque,
	};

	for (enum sim_schemes scheme = 0; scheme < SIM_SCHEME_COUNT; scheme++) {
		uint16_t slot;

		if (flow->broken & 1 << scheme)
			continue;
		if (scheme == SIM_HEADGATE)
			slot = sim_headgate_choose(&sim->headgate, &frame,
						   packet->time_us /
							   SIM_US_IN_MS);
		else
			slot = sim_models_choose(&sim->models, scheme,
						 flow->hash, first, now_s);
		note(sim, scheme, flow, packet, slot);
	}
	flow->last_us = packet->time_us;
}

/* Flows that are there from the start are held by what their hash chooses. */
static void place_old_flows(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->traffic.heap_size; i++) {
		struct sim_flow *flow =
			&sim->traffic.flows[sim->traffic.heap[i]];
		struct sim_packet packet = { .flow = flow, .kind = SIM_FIRST };
		uint64_t last_us = flow->last_us;

		send_packet(sim, &packet);
		flow->last_us = last_us;
	}
}

static void flood_for_a_ms(struct sim *sim, uint64_t time_ms)
{
	bool syn = sim->scene->flood == FLOOD_SYN;
	uint32_t now_s = time_ms / MS_IN_SECOND;

	for (uint32_t i = 0; i < scaled(FLOOD_PER_MS); i++) {
		struct sim_frame frame = {
			.source = sim_client(&sim->random),
			.port = 1024 + random_below(&sim->random, 60000),
			.tcp_flags = syn ? SYN : ACK,
		};

		frame.hash = sim_hash(frame.source, frame.port, false);
		sim_headgate_choose(&sim->headgate, &frame, time_ms);
		sim_models_choose(&sim->models, SIM_MAGLEV_LRU, frame.hash, syn,
				  now_s);
		sim_models_choose(&sim->models, SIM_RESILIENT, frame.hash, syn,
				  now_s);
	}
}

static bool is_flooded(const struct sim *sim, uint32_t now_s)
{
	uint32_t from_s = sim->scene->event_s - FLOOD_BEFORE_S;

	return sim->scene->flood != FLOOD_NONE && now_s >= from_s &&
	       now_s < from_s + FLOOD_S;
}

static void take_step(struct sim *sim, const struct step *step, uint32_t now_s)
{
	uint32_t drain_s = step->drain_s ? step->drain_s : SIM_WINDOW_S;
	struct sim_set *set = &sim->set;

	switch (step->kind) {
	case STEP_FORESEE:
		sim_headgate_foresee(&sim->headgate, step->slot);
		return;
	case STEP_JOIN:
		set->life[step->slot] += !set->alive[step->slot];
		set->alive[step->slot] = set->in[step->slot] = true;
		break;
	case STEP_DIE:
		set->alive[step->slot] = set->in[step->slot] = false;
		break;
	default:
		set->in[step->slot] = false;
		sim->headgate.drain_until_s[step->slot] = now_s + drain_s;
	}
	sim_headgate_change(&sim->headgate, now_s);
	sim_models_change(&sim->models);
}

static void take_steps(struct sim *sim, uint32_t now_s)
{
	const struct scene *scene = sim->scene;

	for (const struct step *step = scene->steps; step->kind != STEP_END;
	     step++)
		if ((int)now_s == (int)scene->event_s + step->at_s)
			take_step(sim, step, now_s);
}

static void run_second(struct sim *sim, uint32_t now_s)
{
	uint64_t from_ms = (uint64_t)now_s * MS_IN_SECOND;

	take_steps(sim, now_s);
	sim_headgate_tick(&sim->headgate, now_s);
	sim_models_tick(&sim->models, now_s);
	for (uint64_t ms = from_ms; ms < from_ms + MS_IN_SECOND; ms++) {
		while (sim_traffic_next_us(&sim->traffic) <
		       (ms + 1) * SIM_US_IN_MS) {
			struct sim_packet packet =
				sim_traffic_next(&sim->traffic);

			send_packet(sim, &packet);
		}
		if (is_flooded(sim, now_s))
			flood_for_a_ms(sim, ms);
	}
}

static void start(struct sim *sim, const struct scene *scene)
{
	uint32_t records = (is_long ? FLOW_RECORDS : SHORT_FLOW_RECORDS) *
			   (scene->rooms ? scene->rooms : 1);

	memset(sim, 0, sizeof(*sim));
	sim->scene = scene;
	sim->random.state = ~seed;
	for (uint16_t slot = 1; slot <= MEMBERS; slot++) {
		sim->set.in[slot] = sim->set.alive[slot] = true;
		sim->set.life[slot] = 1;
	}
	sim_traffic_start(&sim->traffic, seed, scale());
	sim_models_start(&sim->models, &sim->set, 2 * records);
	sim_headgate_start(&sim->headgate, &sim->set, records);
	place_old_flows(sim);
}

static void print_row(const struct sim *sim)
{
	const struct tally *t = sim->tallies;

	printf("%-30s %7u %6u %9u %9u %9u %9u %8u %7.1f\n", sim->scene->name,
	       t[SIM_HEADGATE].broken, t[SIM_HEADGATE].idle,
	       t[SIM_MODULO].broken, t[SIM_MAGLEV].broken,
	       t[SIM_MAGLEV_LRU].broken, t[SIM_RESILIENT].broken,
	       sim->headgate.peak_records, sim->headgate.runs / 1e6);
	fflush(stdout);
}

static void print_head(void)
{
	printf("broken flows %25s %6s %9s %9s %9s %9s %8s %7s\n", "Headgate",
	       "(idle)", "modulo", "Maglev", "with LRU", "resilient", "records",
	       "M runs");
}

static void breaks_no_flow_that_is_not_idle(void **state)
{
	static struct sim sim;
	const struct tally *tally = &sim.tallies[SIM_HEADGATE];
	const struct scene *scene = *state;
	uint32_t counted;

	start(&sim, scene);
	for (uint32_t now_s = 0; now_s < scene->length_s; now_s++)
		run_second(&sim, now_s);
	print_row(&sim);
	sim_traffic_stop(&sim.traffic);
	sim_models_stop(&sim.models);
	sim_headgate_stop(&sim.headgate);
	counted = tally->broken - (scene->idle_too ? 0 : tally->idle);
	assert_in_range(counted, 0, scaled(scene->bar));
}

int main(void)
{
	const size_t count = sizeof(scenes) / sizeof(*scenes);
	struct CMUnitTest tests[sizeof(scenes) / sizeof(*scenes)] = {};
	const char *given = getenv("SEED"), *only = getenv("SCENE");
	size_t used = 0;

	is_long = getenv("LONG");
	seed = given ? strtoull(given, NULL, 10) : 1;
	for (size_t i = 0; i < count; i++)
		if ((is_long || scenes[i].in_short) &&
		    (!only || !strcmp(only, scenes[i].name)))
			tests[used++] = (struct CMUnitTest){
				.name = scenes[i].name,
				.test_func = breaks_no_flow_that_is_not_idle,
				.initial_state = (void *)&scenes[i],
			};
	sandbox_enter();
	print_head();
	return _cmocka_run_group_tests("affinity", tests, used, NULL, NULL);
}
