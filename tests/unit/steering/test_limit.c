// SPDX-License-Identifier: BSD-2-Clause
/*
 * More sets than groups: sets and lives change at random, and after each change
 * the tables are held against a model. The seed is printed.
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
#include "steering/steering.h"
#include "steering/steering_internal.h"

enum {
	EVENTS = 4000,
	TABLE_SIZE = 256,
	GROUPS = 8,
	USABLE = GROUPS - 2, /* two are kept for VIPs that move */
	VIPS = 24,
	HOPS = 6,
	FIRST_HOP = 0x0a000001,
	FIRST_VIP = 0xc0000201,
	SOON_MS = 1000,
	WEIGHTS = 3,
};

/* The tables of the program, and what the rib would say. */
static struct world {
	struct steering *steering;
	bool has_entry[VIPS];
	uint32_t group_of[VIPS];
	struct hg_bucket buckets[GROUPS * TABLE_SIZE];
	struct hg_nexthop slots[HOPS + 1];
	struct nexthop hops[HOPS];
	uint8_t sets[VIPS];    /* bits of hops; the living ones are the set */
	uint8_t weights[VIPS]; /* of the first hop, less 1 */
	bool announced[VIPS];
	bool kernel_forwards;
	bool always_late; /* each call of steering_settle() has one step */
} world;

static uint32_t hop_index(const struct address *address)
{
	return ntohl(address_ipv4(address)) - FIRST_HOP;
}

const struct nexthop *tracker_find(const struct tracker *tracker,
				   const struct address *address)
{
	(void)tracker;
	return &world.hops[hop_index(address)];
}

static struct prefix vip_prefix(uint32_t vip)
{
	return (struct prefix){
		.address = address_from_ipv4(htonl(FIRST_VIP + vip)),
		.length = ADDRESS_BITS_IPV4,
	};
}

static uint32_t vip_index(const struct prefix *prefix)
{
	return ntohl(address_ipv4(&prefix->address)) - FIRST_VIP;
}

static int set_vip(struct datapath *datapath, const struct prefix *prefix,
		   const struct hg_vip *value)
{
	(void)datapath;
	world.has_entry[vip_index(prefix)] = true;
	world.group_of[vip_index(prefix)] = value->group;
	return 0;
}

static int delete_vip(struct datapath *datapath, const struct prefix *prefix)
{
	(void)datapath;
	assert_true(world.has_entry[vip_index(prefix)]);
	world.has_entry[vip_index(prefix)] = false;
	return 0;
}

static int set_buckets(struct datapath *datapath, uint32_t first,
		       const struct hg_bucket *buckets, uint32_t count)
{
	(void)datapath;
	memcpy(world.buckets + first, buckets, count * sizeof(*buckets));
	return 0;
}

static int set_nexthop(struct datapath *datapath, uint32_t slot,
		       const struct hg_nexthop *nexthop)
{
	(void)datapath;
	world.slots[slot] = *nexthop;
	return 0;
}

static int set_alive(struct datapath *datapath, uint32_t slot, bool alive)
{
	(void)datapath;
	world.slots[slot].alive = alive;
	return 0;
}

static int clear_counter(struct datapath *datapath, uint32_t index)
{
	(void)datapath, (void)index;
	return 0;
}

static void note_steered(const struct prefix *vip, bool steered, void *context)
{
	(void)context;
	/* While the kernel forwards, all that was announced stays so. */
	assert_true(steered || !world.kernel_forwards);
	world.announced[vip_index(vip)] = steered;
}

static bool does_kernel_serve(const struct prefix *vip, void *context)
{
	(void)vip, (void)context;
	return world.kernel_forwards;
}

static bool is_late(void *context)
{
	(void)context;
	return world.always_late;
}

static void start(bool kernel_forwards)
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
		.steered = note_steered,
		.kernel_serves = does_kernel_serve,
		.is_late = is_late,
		.work_waiting = settled_work_waiting,
	};

	memset(&world, 0, sizeof(world));
	world.kernel_forwards = kernel_forwards;
	for (uint32_t i = 0; i < HOPS; i++) {
		world.hops[i].address = address_from_ipv4(htonl(FIRST_HOP + i));
		world.hops[i].state = NEXTHOP_RESOLVED;
	}
	world.steering = steering_new(&options, NULL, &sink, &hooks);
	assert_non_null(world.steering);
}

/* ------------------------------------------------------------- changes */

static uint8_t living(void)
{
	uint8_t bits = 0;

	for (uint32_t i = 0; i < HOPS; i++)
		bits |= (uint8_t)(nexthop_is_alive(&world.hops[i]) << i);
	return bits;
}

static struct member member_with(const struct address *address, uint32_t weight)
{
	return (struct member){ *address, weight, weight };
}

/* The rib tells the living members only. */
static void tell_set(uint32_t vip)
{
	const struct prefix prefix = vip_prefix(vip);
	uint8_t set = world.sets[vip] & living();
	struct member members[HOPS];
	size_t count = 0;
	bool steered;

	for (uint32_t i = 0; i < HOPS; i++)
		if (set & 1 << i)
			members[count++] =
				member_with(&world.hops[i].address,
					    i ? 1 : 1u + world.weights[vip]);
	assert_int_equal(steering_set_vip(world.steering, &prefix, members,
					  count, &steered),
			 0);
	/* A VIP is withdrawn with its last server, never for lack of room. */
	assert_true(steered || !world.announced[vip] || !set);
	assert_true(steered || !world.has_entry[vip]);
	world.announced[vip] = steered;
}

static void change_life(void)
{
	struct nexthop *hop = &world.hops[chance_below(HOPS)];

	hop->state = nexthop_is_alive(hop) ? NEXTHOP_FAILED : NEXTHOP_RESOLVED;
	steering_nexthop_changed(world.steering, hop);
	for (uint32_t v = 0; v < VIPS; v++)
		tell_set(v);
}

static void change_some(void)
{
	uint32_t vip = chance_below(VIPS);

	if (!chance_below(10)) {
		change_life();
		return;
	}
	world.sets[vip] = chance_below(5) ? (uint8_t)chance_below(1 << HOPS) :
					    world.sets[chance_below(VIPS)];
	world.weights[vip] = (uint8_t)chance_below(WEIGHTS);
	tell_set(vip);
}

/* ------------------------------------------------------------- the model */

static uint32_t count_distinct(void)
{
	bool seen[WEIGHTS][1 << HOPS] = { { false } };
	uint8_t alive = living();
	uint32_t count = 0;

	for (uint32_t v = 0; v < VIPS; v++) {
		uint8_t set = world.sets[v] & alive;
		/* The weight of one that is not in the set, or alone in it. */
		uint8_t weight = set & 1 && set != 1 ? world.weights[v] : 0;

		count += set && !seen[weight][set];
		seen[weight][set] = true;
	}
	return count;
}

/* The living next hops that packets for the VIP meet. */
static uint8_t met_by(uint32_t vip)
{
	const struct hg_bucket *table =
		&world.buckets[world.group_of[vip] * TABLE_SIZE];
	uint8_t bits = 0;

	for (uint32_t b = 0; world.has_entry[vip] && b < TABLE_SIZE; b++) {
		const struct hg_nexthop *slot = &world.slots[table[b].current];

		if (!slot->alive)
			slot = &world.slots[table[b].backup];
		if (slot->alive)
			bits |= (uint8_t)(1 << (slot->address.bytes[15] - 1));
	}
	return bits;
}

/* Only servers of its set; all of them if it is exact. */
static void check_vip(uint32_t vip)
{
	const struct prefix prefix = vip_prefix(vip);
	const struct steering_vip *found =
		steering_match_vip(world.steering, &prefix.address);
	uint8_t set = world.sets[vip] & living();
	uint8_t met = met_by(vip);

	assert_int_equal(found != NULL, set != 0);
	if (!set) {
		assert_false(world.has_entry[vip]);
		return;
	}
	assert_int_equal(met & ~set, 0);
	assert_int_equal(world.has_entry[vip], met != 0);
	assert_true(world.announced[vip] || !met);
	/* A table or the kernel serves each VIP that is announced. */
	assert_true(!world.announced[vip] || met || world.kernel_forwards);
	assert_int_equal(steering_vip_state(found) == STEERING_WAITING, !met);
	if (steering_vip_state(found) == STEERING_EXACT)
		assert_int_equal(met, set);
}

static void check_world(void)
{
	struct steering_totals totals = steering_totals(world.steering);
	uint32_t waiting = totals.vips[STEERING_WAITING] +
			   totals.vips[STEERING_SHARED] +
			   totals.vips[STEERING_PREVIOUS];
	uint32_t distinct = count_distinct();

	assert_in_range(totals.groups_used, 0, GROUPS);
	for (uint32_t v = 0; v < VIPS; v++)
		check_vip(v);
	if (distinct > USABLE)
		return;
	assert_int_equal(waiting, 0);
	assert_int_equal(totals.groups_used, distinct);
}

static void the_right_servers_after_any_event(bool always_late)
{
	start(true);
	world.always_late = always_late;
	for (int event = 0; event < EVENTS; event++) {
		change_some();
		settle(world.steering);
		check_world();
	}
	steering_free(world.steering);
}

static void the_right_servers_at_any_time(void **state)
{
	(void)state;
	the_right_servers_after_any_event(false);
}

/* A turn that is cut anywhere is not the end of the work. */
static void turns_of_one_step_end_alike(void **state)
{
	(void)state;
	the_right_servers_after_any_event(true);
}

/*
 * Where the kernel does not forward, a VIP is withdrawn only if its table had no
 * living server that is still in its set.
 */
static void without_the_kernel_a_table_is_cut_down(void **state)
{
	uint32_t withdrawn = 0;

	(void)state;
	start(false);
	for (int event = 0; event < EVENTS; event++) {
		uint8_t before[VIPS];
		bool announced[VIPS];

		for (uint32_t v = 0; v < VIPS; v++)
			before[v] = met_by(v);
		memcpy(announced, world.announced, sizeof(announced));
		change_some();
		settle(world.steering);
		check_world();
		for (uint32_t v = 0; v < VIPS; v++) {
			uint8_t set = world.sets[v] & living();

			if (!announced[v] || world.announced[v] || !set)
				continue;
			withdrawn++;
			assert_int_equal(before[v] & set, 0);
		}
	}
	print_message("%u VIPs withdrawn in %d events\n", withdrawn, EVENTS);
	steering_free(world.steering);
}

/* Likewise with bursts of changes, in which tables change in between. */
static void without_the_kernel_bursts_keep_what_has_a_table(void **state)
{
	(void)state;
	start(false);
	for (int event = 0; event < EVENTS; event++) {
		change_some();
		if (!chance_below(3))
			steering_settle(world.steering, settled_now_ms++);
		if (chance_below(20))
			continue;
		settle(world.steering);
		check_world();
	}
	steering_free(world.steering);
}

/* Changes in a burst, and turns of the loop between them. */
static void bursts_end_where_single_changes_do(void **state)
{
	(void)state;
	start(true);
	for (int event = 0; event < EVENTS; event++) {
		change_some();
		if (!chance_below(3))
			steering_settle(world.steering, settled_now_ms++);
		if (chance_below(20))
			continue;
		settle(world.steering);
		check_world();
	}
	steering_free(world.steering);
}

static void waiting_vips_get_their_table_when_room_appears(void **state)
{
	(void)state;
	start(true);
	for (uint32_t v = 0; v < VIPS; v++) {
		world.sets[v] = (uint8_t)(v + 1);
		tell_set(v);
	}
	settle(world.steering);
	check_world();
	for (uint32_t v = VIPS; v-- > USABLE;) {
		world.sets[v] = 0;
		tell_set(v);
	}
	assert_in_range(settle(world.steering), 0, SOON_MS);
	check_world();
	steering_free(world.steering);
}

/* One backend, the first hop, has another weight for each of its VIPs. */
static void weights_of_one_server_keep_no_table_from_others(void **state)
{
	enum {
		SHARED = 12,
		OTHERS = HOPS - 2,
	};

	(void)state;
	start(false);
	for (uint32_t v = 0; v < SHARED; v++) {
		world.sets[v] = 3;
		world.weights[v] = (uint8_t)v;
		tell_set(v);
	}
	settle(world.steering);
	assert_in_range(steering_totals(world.steering).groups_used, USABLE,
			GROUPS);
	for (uint32_t i = 0; i < OTHERS; i++) {
		const struct prefix prefix = vip_prefix(SHARED + i);

		world.sets[SHARED + i] = (uint8_t)(4 << i);
		tell_set(SHARED + i);
		settle(world.steering);
		assert_int_equal(steering_vip_state(steering_match_vip(
					 world.steering, &prefix.address)),
				 STEERING_EXACT);
	}
	for (uint32_t v = 0; v < SHARED; v++)
		assert_true(world.announced[v] && met_by(v) == 3);
	steering_free(world.steering);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_servers_at_any_time),
		cmocka_unit_test(turns_of_one_step_end_alike),
		cmocka_unit_test(without_the_kernel_a_table_is_cut_down),
		cmocka_unit_test(
			without_the_kernel_bursts_keep_what_has_a_table),
		cmocka_unit_test(bursts_end_where_single_changes_do),
		cmocka_unit_test(
			waiting_vips_get_their_table_when_room_appears),
		cmocka_unit_test(
			weights_of_one_server_keep_no_table_from_others),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
