// SPDX-License-Identifier: BSD-2-Clause
/*
 * Frames with too little headroom for the tags or outer headers they need (docs/packet-path.md
 * section 9). In a test run, metadata in front of the frame takes the room;
 * kernels before 6.4 accept too little metadata for that.
 */

#include "check.h"

#include "datapath/datapath.h"
#include "datapath/datapath_internal.h"
#include "sandbox.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
	MAX_METADATA = 252,
	LEAST_METADATA = 216, /* 256 bytes less 40 of the frame's struct */
	METADATA_STEP = 4,    /* its size is whole words */
	METADATA_BYTE = 0xa5,
	MAX_TAGS = 2,
	NO_RATE = 0,
	IN_TAG = 0x6000 | 300, /* with a priority */
	NEVER = UINT8_MAX,
};

/* VIPs by the egress port and the number of tags of their next hop */
static const enum world_vip vips[][MAX_TAGS + 1] = {
	{ VIP_LEFT, VIP_LEFT_TAG, VIP_LEFT_TAGS },
	{ VIP_RIGHT, VIP_RIGHT_TAG, VIP_RIGHT_TAGS },
};

struct way {
	bool ipv6;
	bool right; /* to another port */
	uint8_t tags_in;
	uint8_t tags_out;
};

static struct check *check;
static size_t most_metadata; /* that the kernel accepts */

/* Metadata and frame, in one piece as the kernel takes and returns them */
struct memory {
	uint8_t bytes[MAX_METADATA + FRAME_MAX];
	size_t size;
};

static struct memory memory_of(const struct frame *frame, size_t metadata)
{
	struct memory memory = { .size = metadata + frame->size };

	memset(memory.bytes, METADATA_BYTE, metadata);
	memcpy(memory.bytes + metadata, frame->bytes, frame->size);
	return memory;
}

static int run_in_memory(const struct memory *in, size_t metadata,
			 struct memory *out, enum xdp_action *action)
{
	struct xdp_md context = {
		.data = metadata,
		.data_end = in->size,
		.ingress_ifindex = check->world->ports[PORT_LEFT].ifindex,
	};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = in->bytes,
		    .data_size_in = in->size, .data_out = out->bytes,
		    .data_size_out = sizeof(out->bytes), .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = 1);
	int err = bpf_prog_test_run_opts(check->world->dp->program, &run);

	out->size = run.data_size_out;
	*action = run.retval;
	return err;
}

static struct frame frame_on(const struct way *way)
{
	struct shape shape = {
		.ipv6 = way->ipv6,
		.tag_count = way->tags_in,
		.tags = { { ETH_P_8021Q, IN_TAG }, { ETH_P_8021Q, IN_TAG } },
		.destination = world_address(vips[way->right][way->tags_out],
					     way->ipv6),
	};
	struct frame frame;

	frame_build(&shape, check->world->ports[PORT_LEFT].mac, &frame);
	return frame;
}

/*
 * Check the counters of one frame that either left as predicted or had no
 * headroom.
 */
static void assert_counted(bool forwarded, size_t size)
{
	const struct prediction *prediction = &check->prediction;
	enum hg_outcome outcome = forwarded ? prediction->outcome :
					      HG_PASSED_NO_HEADROOM;
	struct counts want = check->counts;

	want.outcomes[outcome].packets++;
	want.outcomes[outcome].bytes += size;
	if (!forwarded) { /* no room for the number of its slot, either */
		want.events[HG_EVENT_HANDED_UP_UNMARKED].packets++;
		want.events[HG_EVENT_HANDED_UP_UNMARKED].bytes += size;
	}
	if (forwarded) {
		want.vips[prediction->route->vip.counter].packets++;
		want.vips[prediction->route->vip.counter].bytes += size;
		want.nexthops[prediction->slot].packets++;
		want.nexthops[prediction->slot].bytes += size;
	}
	check_read_counts(check);
	assert_memory_equal(&check->counts, &want, sizeof(want));
}

/* Run a frame. False if it had no headroom; it must be whole in either case. */
static bool leaves(const struct way *way, size_t metadata)
{
	const struct frame frame = frame_on(way);
	const struct memory in = memory_of(&frame, metadata);
	struct memory want = in, out;
	enum xdp_action action;

	oracle_judge(&check->oracle, &frame,
		     check->world->ports[PORT_LEFT].ifindex,
		     &check->prediction);
	assert_int_equal(run_in_memory(&in, metadata, &out, &action), 0);
	if (action != XDP_PASS)
		want = memory_of(&check->prediction.out, metadata);
	assert_int_equal(out.size, want.size);
	assert_memory_equal(out.bytes, want.bytes, want.size);
	assert_counted(action != XDP_PASS, frame.size);
	return action != XDP_PASS;
}

/*
 * Return the least metadata with which the frame is passed, which it then must
 * be with more, too.
 */
static size_t limit_of(const struct way *way)
{
	size_t metadata = 0;
	size_t limit;

	while (metadata <= most_metadata && leaves(way, metadata))
		metadata += METADATA_STEP;
	limit = metadata <= most_metadata ? metadata : NEVER;
	for (; metadata <= most_metadata; metadata += METADATA_STEP)
		assert_false(leaves(way, metadata));
	return limit;
}

static bool kernel_takes(size_t metadata)
{
	const struct way way = {};
	const struct frame frame = frame_on(&way);
	const struct memory in = memory_of(&frame, metadata);
	struct memory out;
	enum xdp_action action;

	return !run_in_memory(&in, metadata, &out, &action);
}

/*
 * Find the most metadata that the kernel accepts: some keep room of their own
 * in front of a frame.
 */
static void find_most_metadata(void)
{
	most_metadata = MAX_METADATA;
	while (most_metadata && !kernel_takes(most_metadata))
		most_metadata -= METADATA_STEP;
	check_read_counts(check);
}

/*
 * Test all nine changes of tags, with any headroom. A frame with room for one
 * tag, but not for the two it needs, gets none.
 */
static void test_all(bool ipv6, bool right)
{
	size_t limits[MAX_TAGS + 1] = {};

	if (most_metadata < LEAST_METADATA) {
		print_message("this kernel takes %zu bytes of metadata, which "
			      "leave room for tags\n",
			      most_metadata);
		skip();
	}
	for (uint8_t in = 0; in <= MAX_TAGS; in++)
		for (uint8_t out = 0; out <= MAX_TAGS; out++) {
			const struct way way = { ipv6, right, in, out };
			size_t limit = limit_of(&way);

			if (out <= in)
				assert_int_equal(limit, NEVER);
			else if (!limits[out - in])
				limits[out - in] = limit;
			else
				assert_int_equal(limit, limits[out - in]);
		}
	assert_int_not_equal(limits[1], NEVER);
	assert_int_equal(limits[2], limits[1] - FRAME_TAG);
}

static void ipv4_by_the_same_port_leaves_whole_or_stays_as_it_was(void **state)
{
	(void)state;
	test_all(false, false);
}

static void ipv4_by_another_port_leaves_whole_or_stays_as_it_was(void **state)
{
	(void)state;
	test_all(false, true);
}

static void ipv6_by_the_same_port_leaves_whole_or_stays_as_it_was(void **state)
{
	(void)state;
	test_all(true, false);
}

static void ipv6_by_another_port_leaves_whole_or_stays_as_it_was(void **state)
{
	(void)state;
	test_all(true, true);
}

/* Run a frame for a tunnel. False if it had no headroom and stayed as it was. */
static bool goes_inside(enum world_vip vip, bool ipv6, size_t metadata)
{
	const struct shape shape = { .ipv6 = ipv6,
				     .destination = world_address(vip, ipv6) };
	struct memory in, out;
	struct frame frame;
	enum xdp_action action;

	frame_build(&shape, check->world->ports[PORT_LEFT].mac, &frame);
	in = memory_of(&frame, metadata);
	oracle_judge(&check->oracle, &frame,
		     check->world->ports[PORT_LEFT].ifindex,
		     &check->prediction);
	assert_int_equal(run_in_memory(&in, metadata, &out, &action), 0);
	if (action != XDP_PASS)
		frame = check->prediction.out;
	assert_in_range(out.size, frame.size, sizeof(out.bytes));
	assert_memory_equal(out.bytes + out.size - frame.size, frame.bytes,
			    frame.size);
	return action != XDP_PASS;
}

/* Return the least metadata that leaves no room, or NEVER. */
static size_t limit_inside(enum world_vip vip, bool ipv6)
{
	size_t metadata = 0, limit;

	while (metadata <= most_metadata && goes_inside(vip, ipv6, metadata))
		metadata += METADATA_STEP;
	limit = metadata <= most_metadata ? metadata : NEVER;
	for (; metadata <= most_metadata; metadata += METADATA_STEP)
		assert_false(goes_inside(vip, ipv6, metadata));
	return limit;
}

static void tunnels_get_all_their_headers_or_none(void **state)
{
	(void)state;
	if (most_metadata < LEAST_METADATA)
		skip();
	for (enum world_vip vip = VIP_IPIP4; vip <= VIP_GRE6; vip++)
		for (int ipv6 = 0; ipv6 < 2; ipv6++)
			assert_int_not_equal(limit_inside(vip, ipv6), NEVER);
	assert_int_equal(limit_inside(VIP_GUE6, true),
			 limit_inside(VIP_GUE4, true) -
				 (FRAME_IPV6_HEADER - FRAME_IPV4_HEADER));
	check_read_counts(check);
}

static int set_up(void **state)
{
	(void)state;
	check = check_new(NO_RATE);
	find_most_metadata();
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
		cmocka_unit_test(
			ipv4_by_the_same_port_leaves_whole_or_stays_as_it_was),
		cmocka_unit_test(
			ipv4_by_another_port_leaves_whole_or_stays_as_it_was),
		cmocka_unit_test(
			ipv6_by_the_same_port_leaves_whole_or_stays_as_it_was),
		cmocka_unit_test(
			ipv6_by_another_port_leaves_whole_or_stays_as_it_was),
		cmocka_unit_test(tunnels_get_all_their_headers_or_none),
	};

	sandbox_enter();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
