// SPDX-License-Identifier: BSD-2-Clause
/*
 * Checks over time, with servers that answer inside of the test: life and death,
 * and as many checks as there may be.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "core/clock.h"
#include "nexthop/services.h"

enum {
	PORT = 41000,
	GUE_PORT = 6080,
	SERVICE_PORT = 80,
	MAX_ANSWERS = 8192,
	WAIT_MS = 20000, /* ends a failure */
	SERVERS = 8,
	VIPS = SERVICE_MAX_CHECKS / SERVERS,
	FIRST_VIP = 0x0a000000, /* 10.0.0.0 */
};

enum behavior {
	SILENT,
	REFUSES,
	ACCEPTS,
};

struct world {
	struct event_base *base;
	struct services *services;
	struct nexthop nexthops[SERVERS];
	struct address own;
	enum behavior behavior;
	struct service_segment answers[MAX_ANSWERS];
	size_t answer_count;
	uint32_t syns, resets;
	size_t in_front; /* bytes of outer headers */
	uint32_t changes;
};

static const struct service_options quick = {
	.target = { .kind = SERVICE_TCP, .port = SERVICE_PORT },
	.interval_ms = 20,
	.timeout_ms = 30,
	.rise = 2,
	.fall = 3,
};

/* ------------------------------------------------------------- the hooks */

static void on_changed(const struct service_check *check, void *context)
{
	struct world *world = context;

	(void)check;
	world->changes++;
}

static const struct nexthop *find_nexthop(const struct address *address,
					  void *context)
{
	const struct world *world = context;

	for (size_t i = 0; i < SERVERS; i++)
		if (address_equal(&world->nexthops[i].address, address))
			return &world->nexthops[i];
	return NULL;
}

static struct address own_address(uint32_t ifindex, bool ipv4, void *context)
{
	const struct world *world = context;

	(void)ifindex, (void)ipv4;
	return world->own;
}

static int send_packet(uint32_t ifindex, const uint8_t mac[MAC_SIZE],
		       const uint8_t *packet, size_t size, void *context)
{
	struct world *world = context;
	struct service_segment in;

	(void)ifindex, (void)mac;
	assert_true(service_segment_parse(packet + world->in_front,
					  size - world->in_front, &in));
	world->resets += (in.flags & SERVICE_RST) != 0;
	if (!(in.flags & SERVICE_SYN))
		return 0;
	world->syns++;
	if (world->behavior == SILENT)
		return 0;
	assert_true(world->answer_count < MAX_ANSWERS);
	world->answers[world->answer_count++] = (struct service_segment){
		.source = in.destination,
		.destination = in.source,
		.source_port = in.destination_port,
		.destination_port = in.source_port,
		.acknowledged = in.sequence + 1,
		.flags = SERVICE_ACK |
			 (world->behavior == ACCEPTS ? SERVICE_SYN :
						       SERVICE_RST),
	};
	return 0;
}

static void deliver(struct world *world, const struct service_segment *answer)
{
	static const uint8_t mac[MAC_SIZE];
	uint8_t packet[SERVICE_PACKET_SIZE];

	services_take(world->services, packet,
		      service_segment_build(answer, packet), 1, mac);
}

static bool read_answers(void *context)
{
	struct world *world = context;
	size_t count = world->answer_count;

	world->answer_count = 0;
	for (size_t i = 0; i < count; i++)
		deliver(world, &world->answers[i]);
	return true;
}

/* ------------------------------------------------------------- the world */

static struct world *world_new(void)
{
	struct world *world = calloc(1, sizeof(*world));
	const struct services_hooks hooks = {
		.changed = on_changed,
		.find_nexthop = find_nexthop,
		.own_address = own_address,
		.send = send_packet,
		.read_answers = read_answers,
		.context = world,
	};

	world->base = event_base_new();
	address_parse("10.1.0.1", &world->own);
	for (size_t i = 0; i < SERVERS; i++) {
		char text[ADDRESS_TEXT_SIZE];

		snprintf(text, sizeof(text), "10.1.0.%zu", 11 + i);
		address_parse(text, &world->nexthops[i].address);
		world->nexthops[i].via = world->nexthops[i].address;
		world->nexthops[i].state = NEXTHOP_RESOLVED;
		world->nexthops[i].mtu = 1500;
	}
	world->services = services_new(world->base, PORT, GUE_PORT, &hooks);
	assert_non_null(world->services);
	return world;
}

static void world_free(struct world *world)
{
	services_free(world->services);
	event_base_free(world->base);
	free(world);
}

static struct prefix vip_number(uint32_t number)
{
	struct address address = address_from_ipv4(htobe32(FIRST_VIP + number));

	return prefix_of_address(&address);
}

static const struct service_check *
want_by(struct world *world, uint32_t vip, size_t server,
	const struct service_options *options)
{
	struct prefix prefix = vip_number(vip);

	return services_want(world->services, &prefix,
			     &world->nexthops[server].address, options, false);
}

static const struct service_check *want(struct world *world, uint32_t vip,
					size_t server, bool assumed)
{
	struct prefix prefix = vip_number(vip);

	return services_want(world->services, &prefix,
			     &world->nexthops[server].address, &quick, assumed);
}

/* Run the loop, with answers, until the condition; it must come true. */
#define RUN_UNTIL(world, condition)                                  \
	do {                                                         \
		uint64_t end_ = clock_now_ms() + WAIT_MS;            \
		while (!(condition) && clock_now_ms() < end_) {      \
			event_base_loop((world)->base, EVLOOP_ONCE); \
			read_answers(world);                         \
		}                                                    \
		assert_true(condition);                              \
	} while (0)

/* ------------------------------------------------------------- tests */

static void a_new_service_is_pending_until_its_first_check(void **state)
{
	struct world *world = world_new();
	const struct service_check *check;

	(void)state;
	world->behavior = ACCEPTS;
	check = want(world, 1, 0, false);
	assert_int_equal(check->state.verdict, SERVICE_PENDING);
	RUN_UNTIL(world, check->state.verdict == SERVICE_PASSING);
	assert_int_equal(world->changes, 1);
	/* The server gets a reset, and no connection stays. */
	assert_true(world->resets >= 1);
	world->behavior = REFUSES;
	RUN_UNTIL(world, check->state.verdict == SERVICE_FAILING);
	assert_true(check->state.failures >= quick.fall);
	assert_int_equal(check->state.last, SERVICE_REFUSED);
	world->behavior = ACCEPTS;
	RUN_UNTIL(world, check->state.verdict == SERVICE_PASSING);
	assert_true(check->state.passes >= quick.rise);
	world->behavior = SILENT;
	RUN_UNTIL(world, check->state.verdict == SERVICE_FAILING);
	assert_int_equal(check->state.last, SERVICE_NO_ANSWER);
	world_free(world);
}

static void a_silent_service_is_asked_again_within_its_time(void **state)
{
	struct world *world = world_new();
	const struct service_options options = {
		.target = { .kind = SERVICE_TCP, .port = SERVICE_PORT },
		.interval_ms = SERVICE_INTERVAL_MS,
		.timeout_ms = 600,
		.rise = 1,
		.fall = 1,
	};
	const struct service_check *check = want_by(world, 1, 0, &options);

	(void)state;
	RUN_UNTIL(world, check->state.checked);
	assert_int_equal(world->syns, 3);
	world_free(world);
}

static void an_assumed_service_passes_until_it_fails_once(void **state)
{
	struct world *world = world_new();
	const struct service_check *check;

	(void)state;
	world->behavior = REFUSES;
	check = want(world, 1, 0, true);
	assert_int_equal(check->state.verdict, SERVICE_PASSING);
	RUN_UNTIL(world, check->state.verdict == SERVICE_FAILING);
	assert_int_equal(check->state.failures, 1);
	world_free(world);
}

static void without_an_address_of_ours_nothing_is_judged(void **state)
{
	struct world *world = world_new();
	const struct service_check *check;

	(void)state;
	world->own = (struct address){ 0 };
	world->behavior = ACCEPTS;
	check = want(world, 1, 0, false);
	RUN_UNTIL(world, check->state.checked);
	assert_int_equal(check->state.last, SERVICE_NOT_SENT);
	assert_int_equal(check->state.verdict, SERVICE_PENDING);
	assert_int_equal(world->syns, 0);
	world_free(world);
}

/* A router would send it back, as it does with what is for the VIP. */
static void resets_go_to_servers_and_not_to_routers(void **state)
{
	struct world *world = world_new();
	struct nexthop *nexthop = &world->nexthops[0];
	const struct prefix vip = vip_number(1);
	const struct service_segment unknown = {
		.source = vip.address,
		.destination = world->own,
		.source_port = SERVICE_PORT,
		.destination_port = PORT,
		.flags = SERVICE_ACK,
	};

	(void)state;
	want(world, 1, 0, false);
	deliver(world, &unknown);
	assert_int_equal(world->resets, 1);
	nexthop->encapsulation = HG_ENCAPSULATION_GUE;
	deliver(world, &unknown);
	assert_int_equal(world->resets, 1);
	world_free(world);
}

static void a_server_behind_a_router_is_asked_inside_of_others(void **state)
{
	struct world *world = world_new();
	struct nexthop *nexthop = &world->nexthops[0];
	const struct service_check *check;

	(void)state;
	nexthop->encapsulation = HG_ENCAPSULATION_GRE;
	world->own = (struct address){ 0 };
	world->behavior = ACCEPTS;
	world->in_front = 24;
	check = want(world, 1, 0, false);
	/* It has no way to the server yet. */
	RUN_UNTIL(world, check->state.checked);
	assert_int_equal(check->state.last, SERVICE_NOT_SENT);
	assert_int_equal(world->syns, 0);
	assert_true(address_parse("10.1.0.1", &nexthop->outer_source));
	RUN_UNTIL(world, check->state.verdict == SERVICE_PASSING);
	world_free(world);
}

/* The answer to it would not come. */
static void a_link_local_address_is_none_behind_a_router(void **state)
{
	struct world *world = world_new();
	struct nexthop *nexthop = &world->nexthops[0];
	const struct service_check *check;

	(void)state;
	nexthop->encapsulation = HG_ENCAPSULATION_GRE;
	assert_true(address_parse("2001:db8::1", &nexthop->outer_source));
	assert_true(address_parse("fe80::1", &world->own));
	check = want(world, 1, 0, false);
	RUN_UNTIL(world, check->state.checked);
	assert_int_equal(check->state.last, SERVICE_NOT_SENT);
	world_free(world);
}

static void death_makes_void_what_was_known(void **state)
{
	struct world *world = world_new();
	struct nexthop *nexthop = &world->nexthops[0];
	const struct service_check *check, *other;

	(void)state;
	world->behavior = ACCEPTS;
	check = want(world, 1, 0, false);
	other = want(world, 1, 1, false);
	RUN_UNTIL(world,
		  services_totals(world->services).checks[SERVICE_PASSING] ==
			  2);
	nexthop->state = NEXTHOP_FAILED;
	services_nexthop_changed(world->services, nexthop);
	nexthop->state = NEXTHOP_RESOLVED;
	services_nexthop_changed(world->services, nexthop);
	assert_int_equal(check->state.verdict, SERVICE_PENDING);
	assert_int_equal(other->state.verdict, SERVICE_PASSING);
	RUN_UNTIL(world, check->state.verdict == SERVICE_PASSING);
	/* A change of something else changes nothing. */
	services_nexthop_changed(world->services, nexthop);
	assert_int_equal(check->state.verdict, SERVICE_PASSING);
	world_free(world);
}

static void checks_end_with_their_paths(void **state)
{
	struct world *world = world_new();
	struct prefix vip = vip_number(1);

	(void)state;
	assert_false(services_begin(world->services, &vip));
	want(world, 1, 0, false);
	want(world, 1, 1, false);
	want(world, 2, 0, false);
	assert_true(services_begin(world->services, &vip));
	services_keep(world->services, &vip, &world->nexthops[1].address);
	services_end(world->services, &vip);
	assert_null(services_find(world->services, &vip,
				  &world->nexthops[0].address));
	assert_non_null(services_find(world->services, &vip,
				      &world->nexthops[1].address));
	assert_int_equal(
		services_counts(world->services,
				&world->nexthops[0].address)[SERVICE_PENDING],
		1);
	assert_true(services_begin(world->services, &vip));
	services_end(world->services, &vip);
	assert_null(
		services_counts(world->services, &world->nexthops[1].address));
	RUN_UNTIL(world, world->syns > 0);
	assert_int_equal(services_totals(world->services).in_flight, 1);
	world_free(world);
}

static void networks_are_not_checked(void **state)
{
	struct world *world = world_new();
	struct prefix vip;

	(void)state;
	prefix_parse("192.0.2.0/24", &vip);
	assert_null(services_want(world->services, &vip,
				  &world->nexthops[0].address, &quick, false));
	assert_int_equal(services_totals(world->services).refused, 0);
	world_free(world);
}

static void unknown_connections_are_reset(void **state)
{
	struct world *world = world_new();
	const struct prefix vip = vip_number(1);
	struct service_segment segment = {
		.source = vip.address,
		.destination = world->own,
		.source_port = SERVICE_PORT,
		.destination_port = PORT,
		.flags = SERVICE_ACK,
	};

	(void)state;
	deliver(world, &segment); /* from a VIP that is not checked */
	assert_int_equal(world->resets, 0);
	want(world, 1, 0, false);
	deliver(world, &segment);
	assert_int_equal(world->resets, 1);
	segment.flags |= SERVICE_RST;
	deliver(world, &segment);
	segment.flags = SERVICE_SYN;
	deliver(world, &segment);
	assert_int_equal(world->resets, 1);
	world_free(world);
}

/*
 * All that there may be. They are spread over time, and no more than
 * SERVICE_MAX_IN_FLIGHT wait at one time, even if no server answers.
 */
static void as_many_as_possible_take_turns(void **state)
{
	struct world *world = world_new();
	uint64_t start;

	(void)state;
	for (uint32_t vip = 0; vip < VIPS; vip++)
		for (size_t i = 0; i < SERVERS; i++)
			assert_non_null(want(world, vip, i, false));
	assert_null(want(world, VIPS, 0, false));
	assert_int_equal(services_totals(world->services).refused, 1);
	world->behavior = ACCEPTS;
	start = clock_now_ms();
	world->syns = 0;
	RUN_UNTIL(world,
		  services_totals(world->services).checks[SERVICE_PASSING] >
			  SERVICE_RATE);
	/* A tenth of a second's worth may come at once. */
	assert_true(world->syns <=
		    (clock_now_ms() - start + 110) * SERVICE_RATE / 1000);
	assert_true(services_totals(world->services).in_flight <=
		    SERVICE_MAX_IN_FLIGHT);
	/* None is asked twice before all others were. */
	assert_true(services_totals(world->services).checks[SERVICE_PENDING] <=
		    SERVICE_MAX_CHECKS - SERVICE_RATE);
	world_free(world);
}

static void silent_services_take_a_bounded_place(void **state)
{
	struct world *world = world_new();
	struct service_options options = quick;
	uint64_t end;

	(void)state;
	options.timeout_ms = SERVICE_MAX_TIMEOUT_MS;
	for (uint32_t vip = 0; vip < 2 * SERVICE_MAX_IN_FLIGHT; vip++)
		assert_non_null(want_by(world, vip, 0, &options));
	RUN_UNTIL(world, services_totals(world->services).in_flight ==
				 SERVICE_MAX_IN_FLIGHT);
	for (end = clock_now_ms() + 300; clock_now_ms() < end;) {
		event_base_loop(world->base, EVLOOP_ONCE);
		assert_int_equal(services_totals(world->services).in_flight,
				 SERVICE_MAX_IN_FLIGHT);
	}
	assert_int_equal(world->syns, SERVICE_MAX_IN_FLIGHT);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_new_service_is_pending_until_its_first_check),
		cmocka_unit_test(
			a_silent_service_is_asked_again_within_its_time),
		cmocka_unit_test(an_assumed_service_passes_until_it_fails_once),
		cmocka_unit_test(without_an_address_of_ours_nothing_is_judged),
		cmocka_unit_test(resets_go_to_servers_and_not_to_routers),
		cmocka_unit_test(
			a_server_behind_a_router_is_asked_inside_of_others),
		cmocka_unit_test(a_link_local_address_is_none_behind_a_router),
		cmocka_unit_test(death_makes_void_what_was_known),
		cmocka_unit_test(checks_end_with_their_paths),
		cmocka_unit_test(networks_are_not_checked),
		cmocka_unit_test(unknown_connections_are_reset),
		cmocka_unit_test(as_many_as_possible_take_turns),
		cmocka_unit_test(silent_services_take_a_bounded_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
