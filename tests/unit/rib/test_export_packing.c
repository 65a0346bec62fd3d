// SPDX-License-Identifier: BSD-2-Clause
/* Announcements with the same attributes go together, however they came. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "../chance.h"
#include "export_world.h"
#include "rib/rib_internal.h"

enum {
	PREFIXES = 10000,
	SETS = 5, /* backends, each in the AS_PATH of its VIPs */
	LEAST = (PREFIXES + EXPORT_BATCH_SIZE - 1) / EXPORT_BATCH_SIZE,
	MESSAGES_MAX = LEAST + SETS, /* 45; 10,000 if none were packed */
	CHANGES = 20000,
	TEXT_SIZE = 32,
};

static const char *vip_text(unsigned int number, char text[TEXT_SIZE])
{
	snprintf(text, TEXT_SIZE, "192.%u.%u.1/32", number / 256 % 256,
		 number % 256);
	return text;
}

static void start(struct world *world)
{
	static struct vip_options range;
	const struct world_setup setup = { .vips = &range, .vip_count = 1 };

	range = vip_options_default;
	prefix_parse("192.0.0.0/8", &range.prefix);
	world_init_with(world, &setup);
}

static void announce_number(struct world *world, unsigned int from,
			    unsigned int number)
{
	char text[TEXT_SIZE];

	announce_vip(world, from, vip_text(number, text));
}

static void process_all(struct world *world)
{
	while (rib_process(world->rib))
		;
}

/* Return the number of batches for a peer, and in *routes their routes. */
static unsigned int take_all(struct world *world, struct rib_peer *peer,
			     size_t *routes)
{
	struct export_batch out;
	unsigned int messages = 0;

	for (*routes = 0; export_batch_next(world->rib, peer, &out); messages++)
		*routes += out.count;
	return messages;
}

static void assert_packed(struct world *world, struct rib_peer *peer)
{
	size_t routes;
	unsigned int messages = take_all(world, peer, &routes);

	assert_int_equal(routes, PREFIXES);
	assert_in_range(messages, LEAST, MESSAGES_MAX);
}

static void interleaved_announcements_are_packed(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	for (unsigned int i = 0; i < PREFIXES; i++)
		announce_number(&world, i % SETS, i);
	process_all(&world);
	assert_packed(&world, world.upstream);
	upstream_again_as(&world, BGP_ROLE_NONE); /* everything once more */
	assert_packed(&world, world.upstream);
	for (unsigned int i = 0; i < PREFIXES; i++) { /* to another set */
		char text[TEXT_SIZE];

		announce_number(&world, (i + 1) % SETS, i);
		withdraw(&world, i % SETS, vip_text(i, text));
	}
	process_all(&world);
	assert_packed(&world, world.upstream);
	for (unsigned int i = 0; i < SETS; i++)
		rib_peer_down(world.rib, world.backends[i]);
	process_all(&world);
	assert_packed(&world, world.upstream); /* withdrawals */
	rib_free(world.rib);
}

/* A change of attributes before they are sent moves a route to its like. */
static void changed_announcements_are_packed_anew(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < PREFIXES; i++) {
			char text[TEXT_SIZE];

			announce_number(&world, (i + round) % SETS, i);
			if (round)
				withdraw(&world, i % SETS, vip_text(i, text));
		}
		process_all(&world);
	}
	assert_packed(&world, world.upstream);
	rib_free(world.rib);
}

/* All pending exports are behind the bookmarks of the peers they wait for. */
static void check_list(struct rib *rib)
{
	uint64_t begun = 0;
	const struct route_export *export;

	TAILQ_FOREACH(export, &rib->pending, pending_link) {
		const struct rib_peer *peer = NULL;

		if (export->route) {
			assert_int_equal(export->pending & ~begun, 0);
			continue;
		}
		while ((peer = rib_peer_next(rib, peer)))
			if (peer->bookmark == export)
				begun |= peer->bit;
	}
}

static void no_order_of_changes_hides_one_from_a_neighbor(void **state)
{
	static const struct neighbor_kind kind = {
		.role = NEIGHBOR_ROLE_UPSTREAM,
		.type = PEER_EXTERNAL,
	};
	struct rib_peer *slow;
	struct export_batch out;
	struct world world;
	size_t routes;

	(void)state;
	start(&world);
	slow = further_up(&world, 0, &kind);
	for (unsigned int i = 0; i < CHANGES; i++) {
		unsigned int from = chance_below(SETS);
		unsigned int number = chance_below(60);
		char text[TEXT_SIZE];

		if (chance_one_in(3))
			withdraw(&world, from, vip_text(number, text));
		else
			announce_number(&world, from, number);
		if (chance_one_in(2))
			process_all(&world);
		if (chance_one_in(10))
			export_batch_next(world.rib, world.upstream, &out);
		if (chance_one_in(100))
			export_batch_next(world.rib, slow, &out);
		if (chance_one_in(20))
			check_list(world.rib);
	}
	process_all(&world);
	take_all(&world, slow, &routes);
	take_all(&world, world.upstream, &routes);
	for (const struct route *route = NULL;
	     (route = rib_next(world.rib, route));)
		assert_int_equal(
			route_announced(route),
			route->selected ? slow->bit | world.upstream->bit : 0);
	rib_free(world.rib);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interleaved_announcements_are_packed),
		cmocka_unit_test(changed_announcements_are_packed_anew),
		cmocka_unit_test(no_order_of_changes_hides_one_from_a_neighbor),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
