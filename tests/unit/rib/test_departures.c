// SPDX-License-Identifier: BSD-2-Clause
/* How paths have gone: what is remembered, and for how many. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/array.h"
#include "rib/departures.h"
#include "rib/rib_internal.h"
#include "world.h"

static struct prefix prefix_number(uint32_t i)
{
	const struct address address = address_from_ipv4(htonl(0x0a000000 + i));

	return prefix_of_address(&address);
}

static void a_path_has_one_entry_that_counts(void **state)
{
	const struct address neighbor = backend_address(0),
			     other = backend_address(1);
	const struct prefix prefix = prefix_number(1);
	struct departures departures;
	const struct departure *entry;

	(void)state;
	assert_int_equal(departures_init(&departures), 0);
	for (uint64_t i = 1; i <= 70000; i++)
		departures_add(&departures, &prefix, 7, &neighbor,
			       DEPARTURE_WITHDRAWN, i);
	departures_add(&departures, &prefix, 7, &neighbor, DEPARTURE_SESSION,
		       70001);
	entry = departures_find(&departures, &prefix, 7, &neighbor);
	assert_int_equal(entry->times, UINT16_MAX);
	assert_int_equal(entry->cause, DEPARTURE_SESSION);
	assert_int_equal(entry->time_ms, 70001);
	assert_null(departures_find(&departures, &prefix, 7, &other));
	assert_ptr_equal(departures_next(&departures, &prefix, NULL), entry);
	assert_null(departures_next(&departures, &prefix, entry));
	departures_free(&departures);
}

/* A million paths go: memory stays, and most of the last ones are there. */
static void the_last_ones_are_kept(void **state)
{
	const struct address neighbor = backend_address(0);
	struct departures departures;
	unsigned int found = 0;

	(void)state;
	assert_int_equal(departures_init(&departures), 0);
	for (uint32_t i = 0; i < 1000000; i++) {
		const struct prefix prefix = prefix_number(i);

		departures_add(&departures, &prefix, i * 2654435761u, &neighbor,
			       DEPARTURE_SESSION, i + 1);
	}
	for (uint32_t i = 1000000 - DEPARTURES_MAX / 2; i < 1000000; i++) {
		const struct prefix prefix = prefix_number(i);

		found += departures_find(&departures, &prefix, i * 2654435761u,
					 &neighbor) != NULL;
	}
	assert_true(found > DEPARTURES_MAX / 2 * 9 / 10);
	departures_free(&departures);
}

/* Entries of one hash share the places: the one noted longest ago makes room. */
static void the_oldest_of_a_full_set_makes_room(void **state)
{
	const struct address neighbor = backend_address(0);
	uint64_t noted[3 * DEPARTURES_WAYS] = { 0 }; /* a model: when; 0: not */
	struct departures departures;

	(void)state;
	assert_int_equal(departures_init(&departures), 0);
	for (uint64_t now = 1; now <= 2000; now++) {
		uint32_t i = (uint32_t)(now * now / 3 % COUNT_OF(noted));
		const struct prefix prefix = prefix_number(i);

		departures_add(&departures, &prefix, 7, &neighbor,
			       DEPARTURE_WITHDRAWN, now);
		noted[i] = now;
		for (uint32_t j = 0; j < COUNT_OF(noted); j++) {
			const struct prefix other = prefix_number(j);
			const struct departure *found = departures_find(
				&departures, &other, 7, &neighbor);
			unsigned int newer = 0;

			for (uint32_t k = 0; k < COUNT_OF(noted); k++)
				newer += noted[k] > noted[j];
			assert_int_equal(found != NULL,
					 noted[j] && newer < DEPARTURES_WAYS);
			if (found)
				assert_int_equal(found->time_ms, noted[j]);
		}
	}
	departures_free(&departures);
}

static void the_longest_prefix_around_an_address_is_found(void **state)
{
	const struct address neighbor = backend_address(0);
	struct departures departures;
	struct prefix prefix, found;
	struct address address;

	(void)state;
	assert_int_equal(departures_init(&departures), 0);
	prefix_parse("192.0.2.0/24", &prefix);
	departures_add(&departures, &prefix, 1, &neighbor, DEPARTURE_STALE, 1);
	prefix_parse("192.0.2.64/26", &prefix);
	departures_add(&departures, &prefix, 2, &neighbor, DEPARTURE_STALE, 1);
	address_parse("192.0.2.65", &address);
	assert_true(departures_match(&departures, &address, &found));
	assert_int_equal(found.length, 26);
	address_parse("192.0.2.1", &address);
	assert_true(departures_match(&departures, &address, &found));
	assert_int_equal(found.length, 24);
	address_parse("192.0.3.1", &address);
	assert_false(departures_match(&departures, &address, &found));
	departures_free(&departures);
}

static enum departure_cause cause_of(struct world *world, const char *text,
				     unsigned int backend)
{
	const struct address neighbor = backend_address(backend);
	const struct departures *departures = rib_departures(world->rib);
	const struct departure *entry = NULL;
	struct prefix prefix;

	prefix_parse(text, &prefix);
	while ((entry = departures_next(departures, &prefix, entry)))
		if (address_equal(&entry->neighbor, &neighbor))
			return entry->cause;
	return DEPARTURE_CAUSE_COUNT;
}

static void the_rib_tells_how_a_path_has_gone(void **state)
{
	struct world *world = *state;

	for (unsigned int i = 0; i < 3; i++)
		announce_vip(world, i, VIP);
	announce_vip(world, 0, "10.9.9.9/32"); /* refused */
	rib_process(world->rib);
	assert_int_equal(cause_of(world, VIP, 0), DEPARTURE_CAUSE_COUNT);
	withdraw(world, 0, VIP);
	withdraw(world, 0, "10.9.9.9/32");
	adj_rib_in_begin_refresh(world->rib, world->backends[1],
				 BGP_IPV4_UNICAST);
	adj_rib_in_end_refresh(world->rib, world->backends[1],
			       BGP_IPV4_UNICAST);
	rib_peer_down(world->rib, world->backends[2]);
	rib_process(world->rib);
	assert_int_equal(cause_of(world, VIP, 0), DEPARTURE_WITHDRAWN);
	assert_int_equal(cause_of(world, VIP, 1), DEPARTURE_STALE);
	assert_int_equal(cause_of(world, VIP, 2), DEPARTURE_SESSION);
	assert_int_equal(cause_of(world, "10.9.9.9/32", 0),
			 DEPARTURE_CAUSE_COUNT);
	backend_up(world, 2);
}

/* A session with many paths does not push out what is known of others. */
static void a_lost_session_takes_a_part_of_the_room(void **state)
{
	struct vip_options wide = vip_options_default;
	const struct world_setup options = { .vips = &wide, .vip_count = 1 };
	static struct world world;
	unsigned int noted = 0;
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	prefix_parse("198.51.0.0/16", &wide.prefix);
	world_init_with(&world, &options);
	for (uint32_t i = 0; i < 3 * DEPARTURES_OF_SESSION; i++) {
		const struct address vip =
			address_from_ipv4(htonl(0xc6330000 + i));

		announce_vip(&world, 0, address_format(&vip, text));
	}
	rib_process(world.rib);
	rib_peer_down(world.rib, world.backends[0]);
	while (rib_process(world.rib))
		;
	for (unsigned int i = 0; i < DEPARTURES_MAX; i++)
		noted += world.rib->departures.entries[i].time_ms != 0;
	assert_true(noted <= DEPARTURES_OF_SESSION);
	assert_true(noted > DEPARTURES_OF_SESSION * 9 / 10);
	rib_free(world.rib);
}

static void a_path_that_is_replaced_has_not_gone(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 0, VIP);
	rib_process(world->rib);
	assert_int_equal(cause_of(world, VIP, 0), DEPARTURE_CAUSE_COUNT);
}

/* RFC 4760 7: after an error in the routes of a family. */
static void the_paths_of_a_dropped_family_go_by_an_error(void **state)
{
	struct world *world = *state;

	announce_vip(world, 0, VIP);
	announce_vip(world, 1, VIP);
	rib_process(world->rib);
	assert_int_equal(adj_rib_in_drop_family(world->rib, world->backends[0],
						BGP_IPV6_UNICAST),
			 0);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 2);
	assert_int_equal(adj_rib_in_drop_family(world->rib, world->backends[0],
						BGP_IPV4_UNICAST),
			 0);
	rib_process(world->rib);
	assert_int_equal(route_of(world, VIP)->selected, 1);
	assert_int_equal(world->backends[0]->prefixes_received, 0);
	assert_int_equal(cause_of(world, VIP, 0), DEPARTURE_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_has_one_entry_that_counts),
		cmocka_unit_test(the_last_ones_are_kept),
		cmocka_unit_test(the_oldest_of_a_full_set_makes_room),
		cmocka_unit_test(the_longest_prefix_around_an_address_is_found),
		cmocka_unit_test_setup_teardown(
			the_rib_tells_how_a_path_has_gone, setup, teardown),
		cmocka_unit_test(a_lost_session_takes_a_part_of_the_room),
		cmocka_unit_test_setup_teardown(
			a_path_that_is_replaced_has_not_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_paths_of_a_dropped_family_go_by_an_error, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
