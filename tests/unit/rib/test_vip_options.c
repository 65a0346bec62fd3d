// SPDX-License-Identifier: BSD-2-Clause
/* Keys of --vip that change the choice of the set: two VIPs, one with the key. */

#include "bgp/codec/extended_community.h"
#include "export_world.h"
#include "rib/rib_internal.h"

#define OTHER "192.0.2.2/32"

static struct world world;

/* Begin with --vip 192.0.2.0/24, and VIP with options of its own. */
static void begin(struct vip_options own)
{
	static struct vip_options vips[2];
	const struct world_setup setup = { .vips = vips, .vip_count = 2 };

	vips[0] = vip_options_default;
	vips[1] = own;
	prefix_parse("192.0.2.0/24", &vips[0].prefix);
	prefix_parse(VIP, &vips[1].prefix);
	world_init_with(&world, &setup);
}

static void end(void)
{
	rib_free(world.rib);
}

/* Let backend `i` announce both VIPs. A bandwidth of 0: none. */
static void announce_both(unsigned int i, double bandwidth)
{
	static const char *const vips[] = { VIP, OTHER };
	struct address address = backend_address(i);
	char nexthop[ADDRESS_TEXT_SIZE];
	uint8_t bytes[BGP_EXTENDED_COMMUNITY_SIZE];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct test_update t;

	extended_community_write_bandwidth(&w, 1, bandwidth, true);
	for (size_t v = 0; v < 2; v++) {
		const struct test_route route = {
			.prefix = vips[v],
			.nexthop = address_format(&address, nexthop),
			.as = { 65001 + i },
		};

		test_announce(&t, &route);
		if (bandwidth > 0) {
			t.update.attributes.present |=
				BGP_HAS_EXTENDED_COMMUNITIES;
			t.update.attributes.extended_communities =
				reader_of(bytes, w.used);
		}
		assert_int_equal(adj_rib_in_update(world.rib, world.backends[i],
						   &t.update),
				 0);
	}
	rib_process(world.rib);
}

/* Return the weight of the first backend's path. */
static uint32_t weight_of(const char *vip)
{
	const struct route *route = route_of(&world, vip);
	const struct path *path = route->paths;

	while (path->source != &world.backends[0]->source)
		path = path->next;
	return rib_path_weight(world.rib, route, path);
}

static void a_vip_has_a_maximum_of_its_own(void **state)
{
	struct vip_options own = vip_options_default;

	(void)state;
	own.maximum_paths = 2;
	begin(own);
	for (unsigned int i = 0; i < 2; i++)
		announce_both(i, 0);
	assert_int_equal(route_of(&world, VIP)->selected, 2);
	assert_false(route_of(&world, VIP)->cut);
	announce_both(2, 0);
	assert_int_equal(route_of(&world, VIP)->selected, 2);
	assert_true(route_of(&world, VIP)->cut);
	assert_int_equal(route_of(&world, OTHER)->selected, 3);
	end();
}

static void a_vip_may_ask_for_equal_as_paths(void **state)
{
	struct vip_options own = vip_options_default;

	(void)state;
	own.as_path = MULTIPATH_AS_PATH_EXACT;
	begin(own);
	for (unsigned int i = 0; i < 2; i++)
		announce_both(i, 0);
	assert_int_equal(route_of(&world, VIP)->selected, 1);
	assert_int_equal(reason_of(&world, VIP, 0), REASON_AS_PATH_CONTENT);
	assert_int_equal(route_of(&world, OTHER)->selected, 2);
	end();
}

static void a_vip_may_ignore_bandwidths(void **state)
{
	struct vip_options own = vip_options_default;

	(void)state;
	own.bandwidth_use = BANDWIDTH_IGNORE;
	begin(own);
	announce_both(0, 3000);
	assert_int_equal(weight_of(VIP), 1);
	assert_int_equal(weight_of(OTHER), 3000);
	end();
}

static void a_vip_needs_a_bandwidth(void **state)
{
	struct vip_options own = vip_options_default;

	(void)state;
	own.min_bandwidth = 3000;
	begin(own);
	announce_both(0, 2998);
	assert_export_reason(&world, VIP, EXPORT_BELOW_MIN_BANDWIDTH);
	assert_export_reason(&world, OTHER, EXPORT_ANNOUNCED);
	announce_both(1, 1);
	assert_export_reason(&world, VIP, EXPORT_BELOW_MIN_BANDWIDTH);
	announce_both(2, 0); /* counts by its weight, which is 1 */
	assert_export_reason(&world, VIP, EXPORT_ANNOUNCED);
	announce_both(0, 2997);
	assert_export_reason(&world, VIP, EXPORT_BELOW_MIN_BANDWIDTH);
	end();
}

static void the_longest_vip_decides(void **state)
{
	struct vip_options own = vip_options_default;

	(void)state;
	own.maximum_paths = 1;
	begin(own);
	assert_int_equal(
		rib_decision_options(world.rib,
				     &world.rib->options.import.vips[1].prefix)
			->maximum_paths_ibgp,
		1);
	assert_int_equal(
		rib_decision_options(world.rib,
				     &world.rib->options.import.vips[0].prefix)
			->maximum_paths,
		64);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vip_has_a_maximum_of_its_own),
		cmocka_unit_test(a_vip_may_ask_for_equal_as_paths),
		cmocka_unit_test(a_vip_may_ignore_bandwidths),
		cmocka_unit_test(a_vip_needs_a_bandwidth),
		cmocka_unit_test(the_longest_vip_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
