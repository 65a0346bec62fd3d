// SPDX-License-Identifier: BSD-2-Clause
/*
 * The XDP program against an oracle, on generated frames: valid ones with
 * every field at random, and such with damage. The seed is printed; setting
 * SEED to it repeats a run.
 */

#include "frame.h"
#include "oracle.h"
#include "sandbox.h"
#include "world.h"

#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum {
	FRAMES = 50000,
	MAX_DAMAGE = 3,
	HEADERS_SIZE = ETH_HLEN + 60 + FRAME_TCP_HEADER,
};

struct tally {
	struct hg_counter outcomes[HG_OUTCOME_COUNT];
	struct hg_counter vips[VIP_COUNT];
	struct hg_counter nexthops[SLOT_COUNT];
};

static uint32_t below(uint32_t bound)
{
	return (uint32_t)random() % bound;
}

/* True once in `n` times. */
static bool one_in(uint32_t n)
{
	return !below(n);
}

/* Every VIP but the one no oracle can foretell, and now and then none. */
static uint32_t any_destination(void)
{
	uint32_t vip = below(VIP_COUNT + 1);

	return vip == VIP_PACKET ? WORLD_NO_VIP : WORLD_FIRST_VIP + vip;
}

static uint8_t any_protocol(void)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_TCP,
					     IPPROTO_UDP, IPPROTO_UDP,
					     IPPROTO_ICMP };

	return one_in(16) ? below(UINT8_MAX + 1) :
			    protocols[below(sizeof(protocols))];
}

static struct shape any_shape(void)
{
	return (struct shape){
		.ethertype = one_in(32) ? below(UINT16_MAX + 1) : 0,
		.source = (uint32_t)random(),
		.destination = any_destination(),
		.protocol = any_protocol(),
		.ttl = one_in(8) ? 1 + below(2) : 1 + below(UINT8_MAX),
		.option_words = one_in(4) ? below(11) : 0,
		.fragment = one_in(8) ? below(UINT16_MAX + 1) : 0,
		.source_port = below(UINT16_MAX + 1),
		.destination_port = below(UINT16_MAX + 1),
		.payload = one_in(16) ? below(1600) : below(100),
		.padding = one_in(4) ? below(64) : 0,
		.icmp_type = one_in(4) ? below(UINT8_MAX + 1) : FRAME_ICMP_ECHO,
	};
}

static void flip_header_bits(struct frame *frame)
{
	size_t end = frame->size < HEADERS_SIZE ? frame->size : HEADERS_SIZE;

	frame->bytes[below(end)] ^= 1 << below(8);
}

static void overwrite_header_byte(struct frame *frame)
{
	size_t end = frame->size < HEADERS_SIZE ? frame->size : HEADERS_SIZE;

	frame->bytes[ETH_HLEN + below(end - ETH_HLEN + 1)] = below(256);
}

static void truncate_frame(struct frame *frame)
{
	frame->size = ETH_HLEN + below(frame->size - ETH_HLEN + 1);
}

static void set_total_length(struct frame *frame)
{
	if (frame->size >= FRAME_IPV4_AT + FRAME_IPV4_HEADER)
		frame_put_u16(frame, FRAME_TOTAL_LENGTH_AT,
			      below(frame->size + 2));
}

static void damage(struct frame *frame)
{
	static void (*const ways[])(struct frame * frame) = {
		flip_header_bits,
		overwrite_header_byte,
		truncate_frame,
		set_total_length,
	};

	for (uint32_t i = below(MAX_DAMAGE + 1); i; i--)
		ways[below(sizeof(ways) / sizeof(*ways))](frame);
}

/* True if it is for the VIP in packet mode, which damage may bring about. */
static bool is_unforeseeable(const struct verdict *verdict)
{
	return verdict->vip == VIP_PACKET;
}

static void count(struct hg_counter *counter, size_t bytes)
{
	counter->packets++;
	counter->bytes += bytes;
}

static enum xdp_action action_of(enum hg_outcome outcome)
{
	switch (outcome) {
	case HG_FORWARDED_TX:
		return XDP_TX;
	case HG_FORWARDED_REDIRECT:
		return XDP_REDIRECT;
	default:
		return XDP_PASS;
	}
}

static void note(struct tally *tally, const struct verdict *verdict,
		 size_t bytes)
{
	count(&tally->outcomes[verdict->outcome], bytes);
	if (!oracle_is_forwarded(verdict))
		return;
	count(&tally->vips[verdict->vip], bytes);
	count(&tally->nexthops[verdict->slot], bytes);
}

static void agree_on(const struct world *world, struct frame *frame,
		     uint32_t ifindex, struct tally *tally)
{
	const struct verdict verdict = oracle_judge(world, frame, ifindex);
	struct frame out = { .size = sizeof(out.bytes) };
	uint32_t action;

	if (is_unforeseeable(&verdict))
		return;
	assert_int_equal(datapath_test_run(world->dp, frame->bytes, frame->size,
					   ifindex, out.bytes, &out.size,
					   &action),
			 0);
	note(tally, &verdict, frame->size);
	if (oracle_is_forwarded(&verdict))
		oracle_forward(&world->nexthops[verdict.slot], frame);
	assert_int_equal(action, action_of(verdict.outcome));
	assert_int_equal(out.size, frame->size);
	assert_memory_equal(out.bytes, frame->bytes, frame->size);
}

static void assert_counter(const struct hg_counter *have,
			   const struct hg_counter *want)
{
	assert_int_equal(have->packets, want->packets);
	assert_int_equal(have->bytes, want->bytes);
}

static void assert_tally(const struct world *world, const struct tally *tally)
{
	struct hg_counter have;

	for (enum hg_outcome i = 0; i < HG_OUTCOME_COUNT; i++) {
		datapath_read_outcome_counter(world->dp, i, &have);
		assert_counter(&have, &tally->outcomes[i]);
		print_message("%8llu %s\n", have.packets, hg_outcome_name(i));
	}
	for (enum world_vip i = 0; i < VIP_COUNT; i++) {
		datapath_read_vip_counter(world->dp, i, &have);
		assert_counter(&have, &tally->vips[i]);
	}
	for (enum world_slot i = 0; i < SLOT_COUNT; i++) {
		datapath_read_nexthop_counter(world->dp, i, &have);
		assert_counter(&have, &tally->nexthops[i]);
	}
}

static void agrees_with_the_oracle_on_every_frame(void **state)
{
	const struct world *world = *state;
	struct tally tally = {};
	struct frame frame;

	for (unsigned int i = 0; i < FRAMES; i++) {
		const struct shape shape = any_shape();
		bool by_left = !one_in(4);

		frame_build(&shape, by_left ? left_mac : right_mac, &frame);
		if (one_in(2))
			damage(&frame);
		agree_on(world, &frame, by_left ? world->left : world->right,
			 &tally);
	}
	assert_tally(world, &tally);
}

static int set_up(void **state)
{
	*state = world_new();
	return 0;
}

static int tear_down(void **state)
{
	world_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			agrees_with_the_oracle_on_every_frame, set_up,
			tear_down),
	};
	const char *given = getenv("SEED");
	unsigned int seed = time(NULL);

	if (given)
		seed = strtoul(given, NULL, 10);
	printf("SEED=%u\n", seed);
	srandom(seed);
	sandbox_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
