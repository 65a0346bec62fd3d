// SPDX-License-Identifier: BSD-2-Clause
/* --announce-bandwidth: upstreams learn the bandwidth of the whole set. */

#include "bgp/codec/extended_community.h"
#include "world.h"

static int setup_bandwidth(void **state)
{
	static struct world world;
	struct rib_options options = world_options(&world, 1);

	options.announce_bandwidth = true;
	world_start(&world, &options);
	*state = &world;
	return 0;
}

/* Let backend `i` announce the VIP, without a bandwidth if it is negative. */
static void announce_bandwidth(struct world *world, unsigned int i,
			       double bandwidth)
{
	struct address address = backend_address(i);
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = VIP,
		.nexthop = address_format(&address, nexthop),
		.as = { 65001 + i },
	};
	uint8_t bytes[2 * BGP_EXTENDED_COMMUNITY_SIZE] = { 0, 2, 0, 1 };
	struct writer w = writer_of(bytes + BGP_EXTENDED_COMMUNITY_SIZE,
				    BGP_EXTENDED_COMMUNITY_SIZE);
	struct test_update t;

	test_announce(&t, &route);
	if (bandwidth >= 0) {
		extended_community_write_bandwidth(&w, 1, bandwidth, true);
		t.update.attributes.present |= BGP_HAS_EXTENDED_COMMUNITIES;
		t.update.attributes.extended_communities =
			reader_of(bytes, sizeof(bytes));
	}
	assert_int_equal(adj_rib_in_update(world->rib, world->backends[i],
					   &t.update),
			 0);
}

/* Return the bandwidth announced next to the upstream, or -1 without one. */
static double announced_bandwidth(struct world *world, size_t communities)
{
	struct export_batch out;
	double bandwidth = -1;

	rib_process(world->rib);
	assert_true(export_batch_next(world->rib, world->upstream, &out));
	assert_false(out.withdraw);
	assert_int_equal(out.attributes.extended_communities.left,
			 communities * BGP_EXTENDED_COMMUNITY_SIZE);
	extended_community_bandwidth(&out.attributes, &bandwidth);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	return bandwidth;
}

static void upstreams_get_the_sum(void **state)
{
	struct world *world = *state;

	announce_bandwidth(world, 0, 1000);
	announce_bandwidth(world, 1, 500);
	assert_true(announced_bandwidth(world, 2) == 1500);
}

static void a_backend_adds_its_maximum_at_most(void **state)
{
	struct world *world = *state;

	world->backends[1]->source.max_bandwidth = 300; /* units of 1 byte/s */
	announce_bandwidth(world, 0, 1000);
	announce_bandwidth(world, 1, 3.4e38);
	assert_true(announced_bandwidth(world, 2) == 1300);
}

static void a_changed_sum_is_announced_again(void **state)
{
	struct world *world = *state;
	struct export_batch out;

	announce_bandwidth(world, 0, 1000);
	announce_bandwidth(world, 5, 1000); /* the best, as it comes last */
	assert_true(announced_bandwidth(world, 2) == 2000);
	announce_bandwidth(world, 0, 250);
	assert_true(announced_bandwidth(world, 2) == 1250);
	announce_bandwidth(world, 0, 250);
	rib_process(world->rib);
	assert_false(export_batch_next(world->rib, world->upstream, &out));
	withdraw(world, 0, VIP);
	assert_true(announced_bandwidth(world, 2) == 1000);
}

static void a_path_without_bandwidth_counts_as_its_weight(void **state)
{
	struct world *world = *state;

	announce_bandwidth(world, 0, 1000);
	announce_bandwidth(world, 1, -1); /* the best; one unit: 1 byte/s */
	assert_true(announced_bandwidth(world, 1) == 1001);
}

static void a_set_without_bandwidth_is_announced_as_it_is(void **state)
{
	struct world *world = *state;

	announce_bandwidth(world, 0, -1);
	assert_true(announced_bandwidth(world, 0) < 0);
}

static void without_the_flag_the_best_path_says_its_own(void **state)
{
	struct world *world = *state;

	announce_bandwidth(world, 0, 1000);
	announce_bandwidth(world, 1, 500);
	assert_true(announced_bandwidth(world, 2) == 500);
}

static void the_weight_of_a_path_is_shown(void **state)
{
	struct world *world = *state;
	const struct route *route;

	announce_bandwidth(world, 0, 1000);
	announce_bandwidth(world, 1, -1);
	rib_process(world->rib);
	route = route_of(world, VIP);
	assert_int_equal(rib_path_weight(world->rib, route, route->paths), 1);
	assert_int_equal(rib_path_weight(world->rib, route, route->paths->next),
			 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(upstreams_get_the_sum,
						setup_bandwidth, teardown),
		cmocka_unit_test_setup_teardown(
			a_backend_adds_its_maximum_at_most, setup_bandwidth,
			teardown),
		cmocka_unit_test_setup_teardown(a_changed_sum_is_announced_again,
						setup_bandwidth, teardown),
		cmocka_unit_test_setup_teardown(
			a_path_without_bandwidth_counts_as_its_weight,
			setup_bandwidth, teardown),
		cmocka_unit_test_setup_teardown(
			a_set_without_bandwidth_is_announced_as_it_is,
			setup_bandwidth, teardown),
		cmocka_unit_test_setup_teardown(
			without_the_flag_the_best_path_says_its_own, setup,
			teardown),
		cmocka_unit_test_setup_teardown(the_weight_of_a_path_is_shown,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
