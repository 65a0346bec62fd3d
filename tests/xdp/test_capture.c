// SPDX-License-Identifier: BSD-2-Clause
/*
 * Captured frames: the record of every frame for a VIP, compared with the
 * oracle. The test prints its seed; SEED repeats a run.
 */

#include "check.h"
#include "core/address.h"
#include "core/clock.h"
#include "datapath/datapath.h"
#include "generator.h"
#include "sandbox.h"
#include "trial.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum {
	FRAMES = 30000,
	FRAMES_PER_LIFE = 100,
	FRAMES_PER_CLEANUP = 5000,
	SAMPLES = 8000,
	INTERVAL = 8,
	SAMPLES_DEVIATION = 150, /* five standard deviations */
	TOO_MANY = 4000, /* more than fit into a ring that is not read */
	ANY_RATE = 0,
};

/* The number of records read, and the last one */
static struct captured {
	unsigned int count;
	uint64_t lost;
	struct hg_capture record;
	uint8_t bytes[HG_CAPTURE_SNAPLEN];
} captured;

static struct check *check;
static struct generator generator;

static void on_captured(void *context, const struct hg_capture *record,
			const uint8_t *frame)
{
	struct captured *to = context;

	to->count++;
	to->record = *record;
	if (record->captured_size <= sizeof(to->bytes))
		memcpy(to->bytes, frame, record->captured_size);
}

static void on_frames_lost(void *context, uint64_t count)
{
	struct captured *to = context;

	to->lost += count;
}

static int try_start(const struct address *vip, uint32_t interval)
{
	const struct datapath_capture options = {
		.vip = vip,
		.interval = interval,
		.captured = on_captured,
		.lost = on_frames_lost,
		.context = &captured,
	};
	struct datapath_error error;

	return datapath_capture_start(check->world->dp, &options, &error);
}

static void start_capture(const struct address *vip, uint32_t interval)
{
	captured = (struct captured){};
	assert_int_equal(try_start(vip, interval), 0);
	assert_true(datapath_capture_fd(check->world->dp) >= 0);
}

static void stop_capture(void)
{
	datapath_capture_stop(check->world->dp);
	assert_int_equal(datapath_capture_fd(check->world->dp), -1);
}

/* In packet mode the bucket is any one of the group's. */
static void assert_bucket(uint32_t have)
{
	const struct prediction *prediction = &check->prediction;

	if (prediction->bucket != ORACLE_NO_BUCKET &&
	    prediction->route->vip.hash_fields == HG_HASH_PACKET)
		assert_int_equal(have / WORLD_TABLE_SIZE, VIP_PACKET);
	else
		assert_int_equal(have, prediction->bucket);
}

static void assert_record(const struct frame *frame, uint32_t ifindex,
			  uint64_t since_ns)
{
	const struct hg_capture *record = &captured.record;
	const struct prediction *prediction = &check->prediction;
	size_t size = frame->size < HG_CAPTURE_SNAPLEN ? frame->size :
							 HG_CAPTURE_SNAPLEN;

	assert_in_range(record->time_ns, since_ns,
			clock_read_ns(CLOCK_MONOTONIC));
	assert_int_equal(record->ifindex, trial_ifindex(ifindex));
	assert_int_equal(record->outcome, prediction->outcome);
	assert_int_equal(record->slot, prediction->slot);
	assert_bucket(record->bucket);
	assert_int_equal(record->frame_size, frame->size);
	assert_int_equal(record->captured_size, size);
	assert_memory_equal(captured.bytes, frame->bytes, size);
}

/* Frames without a VIP, such as those that end too early, are not captured. */
static void capture_one(enum world_port port)
{
	const struct world_port_info *info = &check->world->ports[port];
	const struct shape shape = generator_shape(&generator);
	uint64_t since_ns = clock_read_ns(CLOCK_MONOTONIC);
	struct frame frame;

	frame_build(&shape, info->mac, &frame);
	generator_damage(&generator, &frame);
	captured.count = 0;
	if (!check_frame(check, &frame, port))
		fail_msg("the program and the oracle disagree");
	datapath_capture_read(check->world->dp);
	assert_int_equal(captured.count, check->prediction.route != NULL);
	if (captured.count)
		assert_record(&frame, info->ifindex, since_ns);
}

static void change_a_life(void)
{
	enum world_slot slot = SLOT_LEFT + random_below(&generator.random,
							SLOT_COUNT - SLOT_LEFT);

	world_set_alive(check->world, slot,
			!check->world->nexthops[slot].alive);
}

static void records_the_outcome_of_every_frame(void **state)
{
	(void)state;
	start_capture(NULL, 0);
	check->capturing = true;
	for (unsigned int i = 0; i < FRAMES; i++) {
		if (!(i % FRAMES_PER_LIFE))
			change_a_life();
		if (!(i % FRAMES_PER_CLEANUP))
			check_forget_fragments(check);
		capture_one(i % PORT_COUNT);
	}
	assert_true(check_counts(check));
	assert_int_equal(captured.lost, 0);
	check->capturing = false;
	stop_capture();
}

static void run_plain(enum world_vip vip, bool ipv6)
{
	const struct shape shape = { .ipv6 = ipv6,
				     .destination = world_address(vip, ipv6) };
	struct frame frame;

	frame_build(&shape, check->world->ports[PORT_LEFT].mac, &frame);
	assert_true(check_frame(check, &frame, PORT_LEFT));
}

static void captures_one_vip_alone(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		const struct hg_address wanted = world_address(VIP_LEFT, ipv6);
		struct address vip;

		memcpy(vip.bytes, wanted.bytes, sizeof(vip.bytes));
		start_capture(&vip, 0);
		run_plain(VIP_RIGHT, ipv6);
		run_plain(VIP_LEFT, !ipv6);
		run_plain(VIP_LEFT, ipv6);
		datapath_capture_read(check->world->dp);
		assert_int_equal(captured.count, 1);
		assert_memory_equal(
			captured.bytes + ETH_HLEN + (ipv6 ? 24 : 16),
			wanted.bytes + (ipv6 ? 0 : 12), ipv6 ? 16 : 4);
		stop_capture();
	}
	check_read_counts(check);
}

static void captures_one_frame_in_n(void **state)
{
	(void)state;
	start_capture(NULL, INTERVAL);
	for (unsigned int i = 0; i < SAMPLES; i++) {
		run_plain(VIP_LEFT, i & 1);
		datapath_capture_read(check->world->dp);
	}
	assert_in_range(captured.count, SAMPLES / INTERVAL - SAMPLES_DEVIATION,
			SAMPLES / INTERVAL + SAMPLES_DEVIATION);
	stop_capture();
	check_read_counts(check);
}

static void captures_nothing_unasked(void **state)
{
	(void)state;
	captured = (struct captured){};
	run_plain(VIP_LEFT, false);
	datapath_capture_read(check->world->dp);
	assert_int_equal(captured.count, 0);
	assert_true(check_counts(check));
}

static void refuses_two_captures_at_once(void **state)
{
	(void)state;
	start_capture(NULL, 0);
	assert_int_equal(try_start(NULL, 0), -EBUSY);
	stop_capture();
	start_capture(NULL, 0);
	stop_capture();
	stop_capture();
}

/* Written records are counted, lost ones reported. */
static void reports_how_many_were_lost(void **state)
{
	struct hg_counter before, after;

	(void)state;
	datapath_read_event_counter(check->world->dp, HG_EVENT_CAPTURED,
				    &before);
	start_capture(NULL, 0);
	for (unsigned int i = 0; i < TOO_MANY; i++)
		run_plain(VIP_LEFT, true);
	datapath_capture_read(check->world->dp);
	run_plain(VIP_LEFT, true);
	datapath_capture_read(check->world->dp);
	datapath_read_event_counter(check->world->dp, HG_EVENT_CAPTURED,
				    &after);
	assert_int_equal(captured.count, after.packets - before.packets);
	assert_int_equal(captured.count + captured.lost, TOO_MANY + 1);
	assert_true(captured.lost);
	stop_capture();
	check_read_counts(check);
}

static void capture_fragment(uint16_t fragment)
{
	const struct shape shape = {
		.destination = world_address(VIP_LEFT, false),
		.fragment = fragment,
	};
	uint64_t since_ns = clock_read_ns(CLOCK_MONOTONIC);
	struct frame frame;

	frame_build(&shape, check->world->ports[PORT_LEFT].mac, &frame);
	assert_true(check_frame(check, &frame, PORT_LEFT));
	datapath_capture_read(check->world->dp);
	assert_record(&frame, check->world->ports[PORT_LEFT].ifindex, since_ns);
}

/*
 * The next hop of the first fragment does not count: it is another incarnation
 * now.
 */
static void names_no_nexthop_for_a_fragment_that_got_none(void **state)
{
	const struct hg_bucket usual = { .current = SLOT_LEFT,
					 .backup = SLOT_RIGHT };
	const struct hg_bucket dead = { .current = SLOT_DEAD,
					.backup = SLOT_DEAD };
	struct world *world = check->world;

	(void)state;
	start_capture(NULL, 0);
	capture_fragment(FRAME_MORE_FRAGMENTS);
	assert_int_equal(captured.record.slot, SLOT_LEFT);
	world_set_alive(world, SLOT_LEFT, false);
	world_set_alive(world, SLOT_LEFT, true);
	world_set_buckets(world, VIP_LEFT, dead);
	capture_fragment(1);
	assert_int_equal(captured.record.slot, SLOT_NONE);
	world_set_buckets(world, VIP_LEFT, usual);
	stop_capture();
	check_forget_fragments(check);
	check_read_counts(check);
}

static int set_up(void **state)
{
	(void)state;
	check = check_new(ANY_RATE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	check_free(check);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_nothing_unasked),
		cmocka_unit_test(captures_one_vip_alone),
		cmocka_unit_test(captures_one_frame_in_n),
		cmocka_unit_test(refuses_two_captures_at_once),
		cmocka_unit_test(reports_how_many_were_lost),
		cmocka_unit_test(names_no_nexthop_for_a_fragment_that_got_none),
		cmocka_unit_test(records_the_outcome_of_every_frame),
	};
	const char *given = getenv("SEED");

	generator.random.state = time(NULL);
	if (given)
		generator.random.state = strtoull(given, NULL, 10);
	printf("SEED=%llu\n", (unsigned long long)generator.random.state);
	srandom(generator.random.state);
	sandbox_enter();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
