// SPDX-License-Identifier: BSD-2-Clause
/*
 * A VIP whose server comes and goes at random times: the tables built for it are
 * bounded, other VIPs do not wait, and all is exact when it is calm again. The
 * seed is printed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "../chance.h"
#include "nexthop/tracker.h"
#include "settled.h"
#include "steering/build_budget.h"
#include "steering/steering.h"

enum {
	TABLE_SIZE = 65536,
	GROUPS = 8,
	HOPS = 3,
	FLAPS = 3000,
	MAX_PAUSE_MS = 4,
	FIRST_HOP = 0x0a000001,
	FIRST_VIP = 0xc0000201,
};

static struct world {
	struct steering *steering;
	unsigned int builds;
	unsigned int withdrawn; /* by steering */
	uint64_t alive_stores;
} world;

const struct nexthop *tracker_find(const struct tracker *tracker,
				   const struct address *address)
{
	static struct nexthop nexthop = { .state = NEXTHOP_RESOLVED };

	(void)tracker;
	nexthop.address = *address;
	return &nexthop;
}

static int set_vip(struct datapath *datapath, const struct prefix *prefix,
		   const struct hg_vip *value)
{
	(void)datapath, (void)prefix, (void)value;
	return 0;
}

static int delete_vip(struct datapath *datapath, const struct prefix *prefix)
{
	(void)datapath, (void)prefix;
	return 0;
}

static int set_buckets(struct datapath *datapath, uint32_t first,
		       const struct hg_bucket *buckets, uint32_t count)
{
	(void)datapath, (void)first, (void)buckets, (void)count;
	world.builds++;
	return 0;
}

static int set_nexthop(struct datapath *datapath, uint32_t slot,
		       const struct hg_nexthop *nexthop)
{
	(void)datapath, (void)slot, (void)nexthop;
	return 0;
}

static int set_alive(struct datapath *datapath, uint32_t slot, bool alive)
{
	(void)datapath, (void)slot;
	world.alive_stores += !alive;
	return 0;
}

static int clear_counter(struct datapath *datapath, uint32_t index)
{
	(void)datapath, (void)index;
	return 0;
}

static void count_withdrawn(const struct prefix *vip, bool steered,
			    void *context)
{
	(void)vip, (void)context;
	world.withdrawn += !steered;
}

static int begin(void **state)
{
	const struct steering_options options = {
		.table_size = TABLE_SIZE,
		.group_count = GROUPS,
	};
	const struct steering_sink sink = {
		.set_vip = set_vip,
		.delete_vip = delete_vip,
		.set_buckets = set_buckets,
		.set_nexthop = set_nexthop,
		.set_alive = set_alive,
		.clear_vip_counter = clear_counter,
		.clear_nexthop_counter = clear_counter,
	};
	const struct steering_hooks hooks = {
		.steered = count_withdrawn,
		.work_waiting = settled_work_waiting,
	};

	(void)state;
	memset(&world, 0, sizeof(world));
	world.steering = steering_new(&options, NULL, &sink, &hooks);
	return world.steering ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	steering_free(world.steering);
	return 0;
}

static struct prefix vip_prefix(unsigned int vip)
{
	return (struct prefix){
		.address = address_from_ipv4(htonl(FIRST_VIP + vip)),
		.length = ADDRESS_BITS_IPV4,
	};
}

static enum steering_state state_of(unsigned int vip)
{
	const struct prefix prefix = vip_prefix(vip);

	return steering_vip_state(steering_find_vip(world.steering, &prefix));
}

/* Give a VIP the next hops whose bits are set. */
static void set_hops(unsigned int vip, unsigned int hops)
{
	const struct prefix prefix = vip_prefix(vip);
	struct member members[HOPS];
	size_t count = 0;
	bool steered;

	for (unsigned int i = 0; i < HOPS; i++)
		if (hops & 1 << i)
			members[count++] = (struct member){
				address_from_ipv4(htonl(FIRST_HOP + i)), 1
			};
	assert_int_equal(steering_set_vip(world.steering, &prefix, members,
					  count, &steered),
			 0);
}

/* Let time pass as the event loop would. */
static void pass_ms(uint64_t ms)
{
	uint64_t until = settled_now_ms + ms;
	uint32_t wait_ms;

	do {
		wait_ms = steering_settle(world.steering, settled_now_ms);
		if (wait_ms > until - settled_now_ms)
			break;
		settled_now_ms += wait_ms;
	} while (settled_now_ms < until || !wait_ms);
	settled_now_ms = until;
}

/* Flap between two sets and return how many tables were built. */
static unsigned int flap(unsigned int a, unsigned int b)
{
	unsigned int before = world.builds;

	for (int i = 0; i < FLAPS; i++) {
		set_hops(0, i % 2 ? a : b);
		pass_ms(chance_below(MAX_PAUSE_MS));
	}
	return world.builds - before;
}

static void check_flaps(unsigned int a, unsigned int b)
{
	uint64_t begin_ms = settled_now_ms, budget;
	unsigned int builds = flap(a, b);

	budget = BUILD_BUDGET_MAX +
		 (settled_now_ms - begin_ms) * BUILD_BUDGET_PER_MS;
	print_message("%u tables for %u changes\n", builds, FLAPS);
	assert_in_range(builds, 1,
			1 + BUILD_BUDGET_FREE +
				budget / (uint64_t)build_budget_cost(TABLE_SIZE,
								     1));
	/* Others do not wait for it, even when it has spent all. */
	set_hops(1, 4);
	pass_ms(0);
	assert_int_equal(state_of(1), STEERING_EXACT);
	settle(world.steering);
	assert_int_equal(state_of(0), STEERING_EXACT);
	assert_int_equal(world.withdrawn, 0);
}

static void a_vip_that_jumps_between_servers_is_bounded(void **state)
{
	(void)state;
	check_flaps(1, 2);
}

static void a_server_that_comes_and_goes_is_bounded(void **state)
{
	(void)state;
	check_flaps(1, 3);
}

/* A VIP that is withdrawn as a whole keeps its history. */
static void a_vip_that_comes_and_goes_is_bounded(void **state)
{
	(void)state;
	set_hops(2, 4);
	pass_ms(1000);
	check_flaps(1, 0);
}

static void the_dead_are_out_while_tables_wait(void **state)
{
	struct nexthop dead = { .state = NEXTHOP_FAILED };
	uint64_t before;

	(void)state;
	flap(1, 2);
	set_hops(0, 3);
	before = world.alive_stores;
	dead.address = address_from_ipv4(htonl(FIRST_HOP));
	steering_nexthop_changed(world.steering, &dead);
	assert_int_equal(world.alive_stores, before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_vip_that_jumps_between_servers_is_bounded, begin,
			end),
		cmocka_unit_test_setup_teardown(
			a_server_that_comes_and_goes_is_bounded, begin, end),
		cmocka_unit_test_setup_teardown(
			a_vip_that_comes_and_goes_is_bounded, begin, end),
		cmocka_unit_test_setup_teardown(
			the_dead_are_out_while_tables_wait, begin, end),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
