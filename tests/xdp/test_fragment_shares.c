// SPDX-License-Identifier: BSD-2-Clause
/*
 * The program's memory of first fragments in a flood of them (docs/packet-path.md
 * section 5). The oracle forgets nothing, so it takes no part.
 */

#include "check.h"
#include "sandbox.h"
#include "trial.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
	NO_RATE = 0,
	LATER = 64, /* in units of 8 bytes */
	PAYLOAD = 24,
	FLOOD = 3 * HG_MAX_FRAGMENTED,
	WATCHED = 2000,
	FLOODER = 1, /* source ports */
	CLIENT = 2,
	ADDRESS_STEP = 1 << 15, /* packets of one source in the flood */
};

static struct check *check;

/* Run a fragment of packet `number`, each of which has another name. */
static void run_fragment(enum world_vip vip, bool first, uint32_t number,
			 uint16_t source_port)
{
	bool ipv6 = number & 1;
	uint32_t host = source_port * 1000 + number / ADDRESS_STEP;
	struct shape shape = {
		.ipv6 = ipv6,
		.destination = world_address(vip, ipv6),
		.protocol = IPPROTO_UDP,
		.source = ipv6 ? frame_ipv6_address("2001:db8:a::") :
				 frame_ipv4_address(FRAME_SOURCE + host),
		.id = number % ADDRESS_STEP,
		.source_port = source_port,
		.payload = PAYLOAD,
	};
	uint32_t ifindex = check->world->ports[PORT_LEFT].ifindex, action;
	struct frame frame, out;

	if (ipv6) {
		shape.source.bytes[15] = (uint8_t)host;
		shape.source.bytes[14] = (uint8_t)(host >> 8);
		shape.extension_count = 1;
		shape.extensions[0].type = IPPROTO_FRAGMENT;
		shape.extensions[0].fragment =
			first ? FRAME_IPV6_MORE :
				LATER << FRAME_IPV6_OFFSET_SHIFT;
	} else {
		shape.fragment = first ? FRAME_MORE_FRAGMENTS : LATER;
	}
	frame_build(&shape, check->world->ports[PORT_LEFT].mac, &frame);
	out.size = sizeof(out.bytes);
	assert_int_equal(trial_run(check->world->dp, frame.bytes, frame.size,
				   ifindex, out.bytes, &out.size, &action),
			 0);
}

static void run_firsts(enum world_vip vip, uint32_t from, uint32_t count,
		       uint16_t source_port)
{
	for (uint32_t i = from; i < from + count; i++)
		run_fragment(vip, true, i, source_port);
}

/* Return how many of the later fragments follow their first ones. */
static uint64_t count_followed(enum world_vip vip, uint32_t from,
			       uint32_t count, uint16_t source_port)
{
	const struct hg_counter *followed =
		&check->counts.events[HG_EVENT_FRAGMENT_FOLLOWED];
	uint64_t before;

	check_read_counts(check);
	before = followed->packets;
	for (uint32_t i = from; i < from + count; i++)
		run_fragment(vip, false, i, source_port);
	check_read_counts(check);
	return followed->packets - before;
}

static void a_flood_for_one_vip_pushes_out_none_of_another(void **state)
{
	(void)state;
	run_firsts(VIP_RIGHT, 0, WATCHED, CLIENT);
	run_firsts(VIP_LEFT, 0, FLOOD, FLOODER);
	assert_int_equal(count_followed(VIP_RIGHT, 0, WATCHED, CLIENT),
			 WATCHED);
}

static void packets_that_come_during_a_flood_find_a_place(void **state)
{
	uint64_t followed = 0;

	(void)state;
	run_firsts(VIP_LEFT, 0, FLOOD, FLOODER);
	for (uint32_t i = 0; i < WATCHED; i++) {
		run_firsts(VIP_RIGHT, i, 1, CLIENT);
		run_firsts(VIP_LEFT, FLOOD + i * 100, 100, FLOODER);
		followed += count_followed(VIP_RIGHT, i, 1, CLIENT);
	}
	assert_int_equal(followed, WATCHED);
}

/* Its fragments come close together: the newest packets matter. */
static void the_flooded_vip_keeps_its_newest_packets(void **state)
{
	(void)state;
	run_firsts(VIP_RIGHT, 0, WATCHED, CLIENT);
	run_firsts(VIP_LEFT, 0, FLOOD, FLOODER);
	assert_in_range(count_followed(VIP_LEFT, FLOOD - WATCHED, WATCHED,
				       FLOODER),
			WATCHED * 99 / 100, WATCHED);
}

/* Sets fill unevenly, so a few packets are lost before the map is full. */
static void one_vip_alone_uses_the_room(void **state)
{
	const uint32_t half = HG_MAX_FRAGMENTED / 2;

	(void)state;
	run_firsts(VIP_LEFT, 0, half, FLOODER);
	assert_in_range(count_followed(VIP_LEFT, 0, half, FLOODER),
			half / 100 * 95, half);
}

static int forget_all(void **state)
{
	(void)state;
	check_forget_fragments(check);
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	check = check_new(NO_RATE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	check_free(check);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup(name, forget_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_flood_for_one_vip_pushes_out_none_of_another),
		TEST(packets_that_come_during_a_flood_find_a_place),
		TEST(the_flooded_vip_keeps_its_newest_packets),
		TEST(one_vip_alone_uses_the_room),
	};

	sandbox_enter();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
