// SPDX-License-Identifier: BSD-2-Clause
/*
 * The rib against a small world: backends that announce a VIP, one upstream,
 * next hops that live and die.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "rib/rib.h"
#include "routes.h"

enum {
	LOCAL_AS = 64512,
	BACKENDS = 6,
	VIPS = 3,
	EVENTS = 100000,
	UPSTREAM_AS = 64500,
};

/* What the hooks see and answer. */
struct world {
	struct rib *rib;
	struct rib_peer *backends[BACKENDS];
	struct rib_peer *upstream;
	struct prefix vip_range;
	bool dead[BACKENDS];
	int tracked[BACKENDS];
	bool refuse_to_steer;
	unsigned int exports;
};

static struct address backend_address(unsigned int i)
{
	return address_from_ipv4(htonl(0x0a000001 + i));
}

static unsigned int backend_index(const struct address *address)
{
	return ntohl(address_ipv4(address)) - 0x0a000001;
}

static enum path_reason next_hop_check(const struct address *a, void *context)
{
	struct world *world = context;

	return world->dead[backend_index(a)] ? REASON_NEXT_HOP_DEAD :
					       REASON_NONE;
}

static void next_hop_track(const struct address *a, bool wanted, void *context)
{
	struct world *world = context;

	world->tracked[backend_index(a)] += wanted ? 1 : -1;
}

static bool set_decided(const struct route *route, void *context)
{
	struct world *world = context;

	return route->selected && !world->refuse_to_steer;
}

static void work_waiting(void *context)
{
	(void)context;
}

static void export_waiting(struct rib_peer *peer, void *context)
{
	struct world *world = context;

	(void)peer;
	world->exports++;
}

static void backend_up(struct world *world, unsigned int i)
{
	const struct address local = address_from_ipv4(htonl(0x0a0000fe));
	const struct path_source source = {
		.address = backend_address(i),
		.identifier = 100 - i,
		.as = 65001 + i,
		.external = true,
	};

	world->backends[i] = rib_peer_up(world->rib, &source,
					 NEIGHBOR_ROLE_BACKEND, true, &local);
	assert_non_null(world->backends[i]);
}

static void upstream_up(struct world *world)
{
	const struct address local = address_from_ipv4(htonl(0x0a00ff02));
	const struct path_source source = {
		.address = address_from_ipv4(htonl(0x0a00ff01)),
		.identifier = 1,
		.as = UPSTREAM_AS,
		.external = true,
	};

	world->upstream = rib_peer_up(world->rib, &source,
				      NEIGHBOR_ROLE_UPSTREAM, true, &local);
	assert_non_null(world->upstream);
}

static void world_init(struct world *world, uint32_t min_nexthops)
{
	struct rib_options options = {
		.import = { .local_as = LOCAL_AS, .vip_count = 1 },
		.decision = { .maximum_paths = 64,
			      .maximum_paths_ibgp = 64,
			      .as_path = MULTIPATH_AS_PATH_RELAXED },
		.min_nexthops = min_nexthops,
		.hooks = { next_hop_check, next_hop_track, set_decided,
			   work_waiting, export_waiting, world },
	};

	*world = (struct world){ 0 };
	prefix_parse("192.0.2.0/24", &world->vip_range);
	options.import.vips = &world->vip_range;
	world->rib = rib_new(&options);
	for (unsigned int i = 0; i < BACKENDS; i++)
		backend_up(world, i);
	upstream_up(world);
}

static int setup(void **state)
{
	static struct world world;

	world_init(&world, 1);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	rib_free(world->rib);
	for (unsigned int i = 0; i < BACKENDS; i++)
		assert_int_equal(world->tracked[i], 0);
	return 0;
}

static void announce(struct world *world, unsigned int from,
		     const struct test_route *route)
{
	struct test_update t;

	assert_int_equal(rib_update(world->rib, world->backends[from],
				    test_announce(&t, route)),
			 0);
}

static void withdraw(struct world *world, unsigned int from, const char *prefix)
{
	struct test_update t;

	assert_int_equal(rib_update(world->rib, world->backends[from],
				    test_withdraw(&t, prefix)),
			 0);
}

/* Backend `i` announces the VIP with itself as the next hop. */
static void announce_vip(struct world *world, unsigned int i, const char *vip)
{
	struct address address = backend_address(i);
	char next_hop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = vip,
		.next_hop = address_format(&address, next_hop),
		.as = { 65001 + i },
	};

	announce(world, i, &route);
}

static const struct route *route_of(struct world *world, const char *text)
{
	struct prefix prefix;

	prefix_parse(text, &prefix);
	return rib_find(world->rib, &prefix);
}

static enum path_reason reason_of(struct world *world, const char *prefix,
				  unsigned int from)
{
	const struct route *route = route_of(world, prefix);
	const struct path *path;

	assert_non_null(route);
	for (path = route->paths; path; path = path->next)
		if (path->source == &world->backends[from]->source)
			return path->reason;
	fail();
	return REASON_COUNT;
}

#define VIP "192.0.2.1/32"

static void equal_paths_form_the_set(void **state)
{
	struct world *world = *state;

	for (unsigned int i = 0; i < 4; i++)
		announce_vip(world, i, VIP);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 4);
	/* The lowest identifier is the best: 100 - 3. */
	assert_int_equal(
		backend_index(
			&route_of(world, VIP)->best->attributes->next_hop),
		3);
}

static void a_withdrawn_path_leaves_the_set(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	withdraw(world, 0, VIP);
	withdraw(world, 0, VIP); /* a second time is silent */
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_int_equal(world->tracked[0], 0);
	assert_int_equal(world->tracked[1], 1);
}

static void a_lost_session_takes_all_its_paths(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 0, "192.0.2.2/32");
	announce_vip(world, 1, VIP);
	rib_peer_down(world->rib, world->backends[0]);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_null(route_of(world, "192.0.2.2/32"));
	backend_up(world, 0);
}

static void a_path_with_a_dead_next_hop_is_not_in_the_set(void **state)
{
	const struct address second = backend_address(1);
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	world->dead[1] = true;
	rib_next_hop_changed(world->rib, &second);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_int_equal(reason_of(world, VIP, 1), REASON_NEXT_HOP_DEAD);
	world->dead[1] = false;
	rib_next_hop_changed(world->rib, &second);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 2);
}

static void prefixes_outside_the_vip_range_are_filtered(void **state)
{
	static const char *const outside[] = { "192.0.3.1/32", "0.0.0.0/0",
					       "192.0.2.0/24", "10.0.0.1/32" };
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		announce_vip(world, 0, outside[i]);
		rib_process(world->rib);
		assert_int_equal(reason_of(world, outside[i], 0),
				 REASON_FILTERED);
		assert_null(route_of(world, outside[i])->best);
	}
	assert_int_equal(world->backends[0]->prefixes_received, 4);
	assert_int_equal(world->backends[0]->prefixes_accepted, 0);
	assert_int_equal(world->tracked[0], 0);
}

/* GoBGP 3.10 keeps the old route here. */
static void our_own_as_replaces_an_earlier_good_path(void **state)
{
	const struct test_route looped = { .prefix = VIP,
					   .next_hop = "10.0.0.1",
					   .as = { 65001, LOCAL_AS } };
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	announce(world, 0, &looped);
	rib_process(world->rib);
	assert_int_equal(reason_of(world, VIP, 0), REASON_LOOP);
	assert_int_equal(route_of(world, VIP)->selected, 0);
}

static void treat_as_withdraw_takes_the_path_away(void **state)
{
	const struct test_route route = { .prefix = VIP,
					  .next_hop = "10.0.0.1",
					  .as = { 65001 } };
	struct world *world = *state;
	struct test_update t;

	announce_vip(world, 0, VIP);
	test_announce(&t, &route);
	t.update.fault.verdict = BGP_VERDICT_WITHDRAW;
	rib_update(world->rib, world->backends[0], &t.update);
	rib_process(world->rib);
	assert_null(route_of(world, VIP));
}

static void an_upstream_gets_the_vip_with_our_as_and_next_hop(void **state)
{
	struct world *world = *state;
	struct rib_export out;
	struct reader path;
	char text[ADDRESS_TEXT_SIZE];

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	assert_int_not_equal(world->exports, 0);
	assert_true(rib_export_next(world->rib, world->upstream, &out));
	assert_false(out.withdraw);
	assert_int_equal(out.count, 1);
	assert_string_equal(address_format(&out.attributes.next_hop, text),
			    "10.0.255.2");
	path = out.attributes.as_path;
	reader_u16(&path); /* segment header */
	assert_int_equal(reader_u32(&path), LOCAL_AS);
	assert_int_equal(reader_u32(&path), 65002); /* of the best path */
	assert_false(rib_export_next(world->rib, world->upstream, &out));
	assert_int_equal(world->upstream->prefixes_announced, 1);
}

static void the_vip_is_withdrawn_upstream_with_its_last_next_hop(void **state)
{
	struct world *world = *state;
	struct rib_export out;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_true(rib_export_next(world->rib, world->upstream, &out));
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_true(rib_export_next(world->rib, world->upstream, &out));
	assert_true(out.withdraw);
	assert_int_equal(out.count, 1);
	assert_int_equal(world->upstream->prefixes_announced, 0);
	assert_null(route_of(world, VIP)); /* nothing is left of it */
}

static void changes_before_an_export_are_told_once(void **state)
{
	struct world *world = *state;
	struct rib_export out;

	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	withdraw(world, 0, VIP);
	rib_process(world->rib);
	assert_false(rib_export_next(world->rib, world->upstream, &out));
	assert_null(route_of(world, VIP));
}

static void a_vip_that_cannot_be_steered_is_not_announced(void **state)
{
	struct world *world = *state;
	struct rib_export out;

	world->refuse_to_steer = true;
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_false(rib_export_next(world->rib, world->upstream, &out));
}

static void below_min_nexthops_nothing_is_announced(void **state)
{
	struct world world;
	struct rib_export out;

	(void)state;
	world_init(&world, 2);
	announce_vip(&world, 0, VIP);
	rib_process(world.rib);
	assert_false(rib_export_next(world.rib, world.upstream, &out));
	announce_vip(&world, 1, VIP);
	rib_process(world.rib);
	assert_true(rib_export_next(world.rib, world.upstream, &out));
	assert_false(out.withdraw);
	withdraw(&world, 1, VIP);
	rib_process(world.rib);
	assert_true(rib_export_next(world.rib, world.upstream, &out));
	assert_true(out.withdraw);
	rib_free(world.rib);
}

static void a_new_upstream_gets_everything(void **state)
{
	struct world *world = *state;
	struct rib_export out;

	announce_vip(world, 0, VIP);
	announce_vip(world, 0, "192.0.2.2/32");
	rib_process(world->rib);
	rib_peer_down(world->rib, world->upstream);
	upstream_up(world);
	assert_true(rib_export_next(world->rib, world->upstream, &out));
	assert_int_equal(out.count, 2); /* equal attributes: one message */
	rib_refresh(world->rib, world->upstream);
	assert_true(rib_export_next(world->rib, world->upstream, &out));
	assert_int_equal(out.count, 2);
	assert_int_equal(world->upstream->prefixes_announced, 2);
}

static void no_advertise_keeps_a_route_here(void **state)
{
	const struct test_route route = { .prefix = VIP,
					  .next_hop = "10.0.0.1",
					  .as = { 65001 } };
	static const uint8_t no_advertise[] = { 0xff, 0xff, 0xff, 0x02 };
	struct world *world = *state;
	struct test_update t;
	struct rib_export out;

	test_announce(&t, &route);
	t.update.attributes.present |= BGP_HAS_COMMUNITIES;
	t.update.attributes.communities =
		reader_of(no_advertise, sizeof(no_advertise));
	rib_update(world->rib, world->backends[0], &t.update);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_false(rib_export_next(world->rib, world->upstream, &out));
}

/* ------------------------------------------------------- random events */

static uint64_t random_state;

static uint32_t random_below(uint32_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32) % bound;
}

static const char *const vips[VIPS] = { "192.0.2.1/32", "192.0.2.2/32",
					"192.0.2.3/32" };

static void random_announce(struct world *world, unsigned int from)
{
	struct address address = backend_address(random_below(BACKENDS));
	char next_hop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = vips[random_below(VIPS)],
		.next_hop = address_format(&address, next_hop),
		.as = { 65001 + random_below(2), 65010,
			random_below(3) ? 0 : 65011 },
		.med = random_below(3),
		.local_pref = 100 + random_below(2),
		.origin = (uint8_t)random_below(2),
	};

	announce(world, from, &route);
}

static void random_event(struct world *world)
{
	unsigned int i = random_below(BACKENDS);
	const struct address address = backend_address(i);

	switch (random_below(8)) {
	case 0:
		withdraw(world, i, vips[random_below(VIPS)]);
		break;
	case 1:
		world->dead[i] = !world->dead[i];
		rib_next_hop_changed(world->rib, &address);
		break;
	case 2:
		rib_peer_down(world->rib, world->backends[i]);
		backend_up(world, i);
		break;
	default:
		random_announce(world, i);
	}
}

/* The route as a decision from nothing would leave it. */
static void check_against_full_recompute(struct world *world,
					 const struct route *route)
{
	const struct decision_options options = {
		.maximum_paths = 64,
		.maximum_paths_ibgp = 64,
		.as_path = MULTIPATH_AS_PATH_RELAXED,
	};
	struct path copies[BACKENDS];
	struct decision decision;
	size_t count = 0;

	for (const struct path *p = route->paths; p; p = p->next, count++) {
		copies[count] = *p;
		copies[count].reason = p->import;
		if (p->import == REASON_NONE)
			copies[count].reason =
				next_hop_check(&p->attributes->next_hop, world);
		copies[count].next = p->next ? &copies[count + 1] : NULL;
	}
	decision = decide(&options, count ? copies : NULL);
	assert_int_equal(decision.selected, route->selected);
	count = 0;
	for (const struct path *p = route->paths; p; p = p->next, count++) {
		assert_int_equal(copies[count].reason, p->reason);
		assert_int_equal(decision.best == &copies[count],
				 route->best == p);
	}
}

static void incremental_equals_full_recompute(void **state)
{
	struct world *world = *state;
	struct rib_export out;

	random_state = (uint64_t)time(NULL) | 1;
	printf("seed %llu\n", (unsigned long long)random_state);
	for (int i = 0; i < EVENTS; i++) {
		const struct route *route = NULL;

		random_event(world);
		if (random_below(4))
			continue;
		rib_process(world->rib);
		while ((route = rib_next(world->rib, route)))
			check_against_full_recompute(world, route);
		if (!random_below(3))
			while (rib_export_next(world->rib, world->upstream,
					       &out))
				;
	}
	for (unsigned int i = 0; i < BACKENDS; i++)
		for (unsigned int v = 0; v < VIPS; v++)
			withdraw(world, i, vips[v]);
	rib_process(world->rib);
	while (rib_export_next(world->rib, world->upstream, &out))
		assert_true(out.withdraw);
	assert_null(rib_next(world->rib, NULL));
	assert_int_equal(world->upstream->prefixes_announced, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(equal_paths_form_the_set, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_withdrawn_path_leaves_the_set,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_lost_session_takes_all_its_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_path_with_a_dead_next_hop_is_not_in_the_set, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			prefixes_outside_the_vip_range_are_filtered, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			our_own_as_replaces_an_earlier_good_path, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			treat_as_withdraw_takes_the_path_away, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_upstream_gets_the_vip_with_our_as_and_next_hop,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_vip_is_withdrawn_upstream_with_its_last_next_hop,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			changes_before_an_export_are_told_once, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_vip_that_cannot_be_steered_is_not_announced, setup,
			teardown),
		cmocka_unit_test(below_min_nexthops_nothing_is_announced),
		cmocka_unit_test_setup_teardown(a_new_upstream_gets_everything,
						setup, teardown),
		cmocka_unit_test_setup_teardown(no_advertise_keeps_a_route_here,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			incremental_equals_full_recompute, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
