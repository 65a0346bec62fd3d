// SPDX-License-Identifier: BSD-2-Clause
/* Prefixes announced for the VIPs inside them: RFC 4271 9.2.2.2. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/as_path.h"
#include "bgp/codec/community.h"
#include "export_world.h"

#define AGGREGATE "192.0.2.0/28"
#define SECOND	  "192.0.2.2/32"
#define OUTSIDE	  "192.0.2.200/32"

enum {
	KEPT_SIZE = 64,
};

static struct world world;

static void begin(bool summary_only, bool as_set)
{
	static struct aggregate_options config;

	prefix_parse(AGGREGATE, &config.prefix);
	config.summary_only = summary_only;
	config.as_set = as_set;
	world_init_with(&world, &(struct world_setup){ .aggregates = &config,
						       .aggregate_count = 1 });
}

static int end(void **state)
{
	(void)state;
	rib_free(world.rib);
	return 0;
}

/* Let backend `from` announce `prefix` with its own AS and another behind. */
static void announce_by(unsigned int from, const char *prefix, uint32_t as,
			uint8_t origin)
{
	struct address address = backend_address(from);
	char nexthop[ADDRESS_TEXT_SIZE];
	const struct test_route route = {
		.prefix = prefix,
		.nexthop = address_format(&address, nexthop),
		.as = { 65001 + from, as },
		.origin = origin,
	};

	announce(&world, from, &route);
}

/* Copy a view, so that it outlives the next call. */
static struct reader copy_bytes(struct reader bytes, uint8_t *memory)
{
	assert_true(bytes.left <= KEPT_SIZE);
	if (bytes.left)
		memcpy(memory, bytes.data, bytes.left);
	return reader_of(memory, bytes.left);
}

/* Return the announcement of the aggregate to the upstream. */
static struct bgp_attributes announced_aggregate(void)
{
	static uint8_t path[KEPT_SIZE], communities[KEPT_SIZE];
	struct bgp_attributes found = { 0 };
	struct export_batch out;
	struct prefix wanted;
	unsigned int count = 0;

	prefix_parse(AGGREGATE, &wanted);
	rib_process(world.rib);
	while (export_batch_next(world.rib, world.upstream, &out))
		for (size_t i = 0; i < out.count; i++)
			if (prefix_equal(&out.routes[i].prefix, &wanted)) {
				assert_false(out.withdraw);
				found = out.attributes;
				found.as_path = copy_bytes(found.as_path, path);
				found.communities = copy_bytes(
					found.communities, communities);
				count++;
			}
	assert_int_equal(count, 1);
	return found;
}

static void assert_as_path(const struct bgp_attributes *a, const char *expected)
{
	char text[128];

	assert_string_equal(as_path_format(a->as_path, text, sizeof(text)),
			    expected);
}

static void it_is_announced_while_a_vip_inside_is(void **state)
{
	(void)state;
	begin(false, false);
	announce_vip(&world, 0, OUTSIDE);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, false);
	announce_vip(&world, 0, VIP);
	announce_vip(&world, 0, SECOND);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, true);
	assert_announced(&world, VIP, true);
	withdraw(&world, 0, VIP);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, true);
	withdraw(&world, 0, SECOND);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, false);
	assert_announced(&world, OUTSIDE, true);
	assert_null(route_of(&world, AGGREGATE));
}

static void a_vip_below_min_nexthops_does_not_contribute(void **state)
{
	(void)state;
	begin(false, false);
	world.vip_range.min_nexthops = 2;
	announce_vip(&world, 0, VIP);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, false);
	announce_vip(&world, 1, VIP);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, true);
}

static void a_vip_below_min_bandwidth_does_not_contribute(void **state)
{
	(void)state;
	begin(false, false);
	world.vip_range.min_bandwidth = 2; /* each backend weighs 1 */
	announce_vip(&world, 0, VIP);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, false);
	assert_export_reason(&world, VIP, EXPORT_BELOW_MIN_BANDWIDTH);
	announce_vip(&world, 1, VIP);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, true);
}

static void with_summary_only_the_vips_inside_are_suppressed(void **state)
{
	(void)state;
	begin(true, false);
	announce_vip(&world, 0, VIP);
	announce_vip(&world, 0, OUTSIDE);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, true);
	assert_announced(&world, VIP, false);
	assert_announced(&world, OUTSIDE, true);
	assert_export_reason(&world, VIP, EXPORT_SUPPRESSED_BY_AGGREGATE);
	assert_export_reason(&world, AGGREGATE, EXPORT_ANNOUNCED);
}

/* RFC 4271 5.1.6, 5.1.7; RFC 9774. */
static void different_paths_are_left_out_and_it_says_so(void **state)
{
	struct bgp_attributes a;

	(void)state;
	begin(false, false);
	announce_by(0, VIP, 65100, BGP_ORIGIN_IGP);
	announce_by(1, SECOND, 65200, BGP_ORIGIN_EGP);
	a = announced_aggregate();
	assert_as_path(&a, "64512");
	assert_true(a.present & BGP_HAS_ATOMIC_AGGREGATE);
	assert_true(a.present & BGP_HAS_AGGREGATOR);
	assert_int_equal(a.aggregator_as, LOCAL_AS);
	assert_int_equal(address_ipv4(&a.aggregator), htonl(LOCAL_ID));
	assert_int_equal(a.origin, BGP_ORIGIN_EGP);
	assert_int_equal(address_ipv4(&a.nexthop), htonl(0x0a00ff02));
}

static void one_path_of_all_is_kept_and_nothing_is_lost(void **state)
{
	struct bgp_attributes a;

	(void)state;
	begin(false, false);
	announce_by(0, VIP, 65100, BGP_ORIGIN_IGP);
	announce_by(0, SECOND, 65100, BGP_ORIGIN_INCOMPLETE);
	a = announced_aggregate();
	assert_as_path(&a, "64512 65001 65100");
	assert_false(a.present & BGP_HAS_ATOMIC_AGGREGATE);
	assert_true(a.present & BGP_HAS_AGGREGATOR);
	assert_int_equal(a.origin, BGP_ORIGIN_INCOMPLETE);
}

static void with_as_set_all_ases_are_in_the_path_once(void **state)
{
	struct bgp_attributes a;

	(void)state;
	begin(false, true);
	announce_by(1, VIP, 65100, BGP_ORIGIN_IGP);
	announce_by(0, SECOND, 65100, BGP_ORIGIN_IGP);
	a = announced_aggregate();
	assert_as_path(&a, "64512 {65001,65002,65100}");
	assert_false(a.present & BGP_HAS_ATOMIC_AGGREGATE);
}

static void announce_marked(const char *prefix, uint32_t community, bool atomic)
{
	const struct test_route route = { .prefix = prefix,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	uint8_t bytes[4];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct test_update t;

	writer_u32(&w, community);
	test_announce(&t, &route);
	t.update.attributes.present |= BGP_HAS_COMMUNITIES;
	if (atomic)
		t.update.attributes.present |= BGP_HAS_ATOMIC_AGGREGATE;
	t.update.attributes.communities = reader_of(bytes, sizeof(bytes));
	adj_rib_in_update(world.rib, world.backends[0], &t.update);
}

/* RFC 1997: all communities, unless there is ATOMIC_AGGREGATE. */
static void communities_of_all_are_kept_if_nothing_is_lost(void **state)
{
	struct bgp_attributes a;

	(void)state;
	begin(false, false);
	announce_marked(VIP, 0xfde90001, false);
	announce_marked(SECOND, 0xfde90002, false);
	a = announced_aggregate();
	assert_int_equal(a.communities.left, 8);
	assert_true(community_list_contains(a.communities, 0xfde90001));
	assert_true(community_list_contains(a.communities, 0xfde90002));
	announce_marked(SECOND, 0xfde90002, true);
	a = announced_aggregate();
	assert_true(a.present & BGP_HAS_ATOMIC_AGGREGATE);
	assert_int_equal(a.communities.left, 0);
}

static void what_must_stay_here_does_not_contribute(void **state)
{
	static const uint32_t keep[] = { BGP_COMMUNITY_NO_EXPORT,
					 BGP_COMMUNITY_NO_ADVERTISE,
					 BGP_COMMUNITY_NO_EXPORT_SUBCONFED };

	(void)state;
	begin(true, false);
	for (size_t i = 0; i < 3; i++) {
		announce_marked(VIP, keep[i], false);
		rib_process(world.rib);
		assert_announced(&world, AGGREGATE, false);
		assert_announced(&world, VIP, false);
	}
	announce_marked(VIP, 0xfde90001, false);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, true);
}

static void the_order_of_coming_makes_no_difference(void **state)
{
	uint8_t first[KEPT_SIZE];
	struct bgp_attributes a;
	size_t size;

	(void)state;
	begin(false, true);
	announce_by(0, VIP, 65300, BGP_ORIGIN_IGP);
	rib_process(world.rib);
	announce_by(1, SECOND, 65100, BGP_ORIGIN_IGP);
	a = announced_aggregate();
	size = a.as_path.left;
	copy_bytes(a.as_path, first);
	rib_free(world.rib);
	begin(false, true);
	announce_by(1, SECOND, 65100, BGP_ORIGIN_IGP);
	rib_process(world.rib);
	announce_by(0, VIP, 65300, BGP_ORIGIN_IGP);
	a = announced_aggregate();
	assert_int_equal(a.as_path.left, size);
	assert_memory_equal(a.as_path.data, first, size);
}

static void a_new_upstream_gets_the_aggregate(void **state)
{
	(void)state;
	begin(true, false);
	announce_vip(&world, 0, VIP);
	rib_process(world.rib);
	rib_peer_down(world.rib, world.upstream);
	upstream_up(&world);
	assert_announced(&world, AGGREGATE, true);
	assert_announced(&world, VIP, false);
}

/* A path of a backend to the same prefix is refused and changes nothing. */
static void a_refused_path_to_the_same_prefix_does_no_harm(void **state)
{
	(void)state;
	begin(false, false);
	announce_vip(&world, 0, AGGREGATE);
	announce_vip(&world, 0, VIP);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, true);
	announce_vip(&world, 1, AGGREGATE);
	withdraw(&world, 0, AGGREGATE);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, true);
	withdraw(&world, 0, VIP);
	rib_process(world.rib);
	assert_announced(&world, AGGREGATE, false);
}

#define TEST(name) cmocka_unit_test_teardown(name, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_announced_while_a_vip_inside_is),
		TEST(a_vip_below_min_nexthops_does_not_contribute),
		TEST(a_vip_below_min_bandwidth_does_not_contribute),
		TEST(with_summary_only_the_vips_inside_are_suppressed),
		TEST(different_paths_are_left_out_and_it_says_so),
		TEST(one_path_of_all_is_kept_and_nothing_is_lost),
		TEST(with_as_set_all_ases_are_in_the_path_once),
		TEST(communities_of_all_are_kept_if_nothing_is_lost),
		TEST(what_must_stay_here_does_not_contribute),
		TEST(the_order_of_coming_makes_no_difference),
		TEST(a_new_upstream_gets_the_aggregate),
		TEST(a_refused_path_to_the_same_prefix_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
