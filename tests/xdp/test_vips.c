// SPDX-License-Identifier: BSD-2-Clause
/*
 * The VIP of a packet, and the next hop that it gets: host routes and prefixes,
 * hash modes, next hops that die and come back (docs/packet-path.md sections 2,
 * 5 and 7).
 */

#include "datapath/datapath.h"
#include "table.h"
#include "trial.h"

enum {
	FLOWS = 250,
	SPRAYED = 4096,
	LATER = 100, /* offset of a fragment */
	WORLD_HOSTS = 256,
};

/* Addresses inside the world's prefixes, as initialisers */
#define IPV4(a, b, c, d)                              \
	{                                             \
		{                                     \
			[10] = 0xff, 0xff, a, b, c, d \
		}                                     \
	}
#define IN_113(h, l, e)                                              \
	{                                                            \
		{                                                    \
			0x20, 1, 0x0d, 0xb8, 1, 0x13, h, l, [15] = e \
		}                                                    \
	}

static const struct row rows[] = {
	{ "takes_the_longest_prefix",
	  { .destination = IPV4(203, 0, 113, 65) },
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT },
	{ "takes_the_first_address_of_a_prefix",
	  { .destination = IPV4(203, 0, 113, 64) },
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT },
	{ "takes_the_last_address_of_a_prefix",
	  { .destination = IPV4(203, 0, 113, 127) },
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT },
	{ "takes_the_shorter_prefix_in_front_of_the_longer_one",
	  { .destination = IPV4(203, 0, 113, 63) },
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT },
	{ "takes_the_shorter_prefix_behind_the_longer_one",
	  { .destination = IPV4(203, 0, 113, 128) },
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT },
	{ "takes_a_host_route_before_any_prefix",
	  { .destination = IPV4(203, 0, 113, 80) },
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT_TAG,
	  .tag_count = 1,
	  .tags = { { ETH_P_8021Q, WORLD_TAG } } },
	{ "passes_what_is_in_front_of_all_prefixes",
	  { .destination = IPV4(203, 0, 112, 255) },
	  .outcome = HG_PASSED_NOT_VIP },
	{ "passes_what_is_behind_all_prefixes",
	  { .destination = IPV4(203, 0, 114, 0) },
	  .outcome = HG_PASSED_NOT_VIP },
	{ "takes_the_longest_prefix_of_ipv6",
	  { .ipv6 = true, .destination = IN_113(0, 0x40, 1) },
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT },
	{ "takes_the_end_of_a_prefix_of_ipv6_within_a_byte",
	  { .ipv6 = true, .destination = IN_113(0, 0x7f, 1) },
	  .outcome = HG_FORWARDED_REDIRECT,
	  .slot = SLOT_RIGHT },
	{ "takes_the_shorter_prefix_of_ipv6_behind_the_longer_one",
	  { .ipv6 = true, .destination = IN_113(0, 0x80, 1) },
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT },
	{ "takes_a_host_route_of_ipv6_before_any_prefix",
	  { .ipv6 = true, .destination = IN_113(0, 0x40, 0x80) },
	  .outcome = HG_FORWARDED_TX,
	  .slot = SLOT_LEFT_TAG,
	  .tag_count = 1,
	  .tags = { { ETH_P_8021Q, WORLD_TAG } } },
	{ "passes_what_is_outside_all_prefixes_of_ipv6",
	  { .ipv6 = true, .destination = { { 0x20, 1, 0x0d, 0xb8, 1, 0x14 } } },
	  .outcome = HG_PASSED_NOT_VIP },
	{ "keeps_the_prefixes_of_the_families_apart",
	  { .ipv6 = true, .destination = IPV4(203, 0, 113, 65) },
	  .outcome = HG_PASSED_NOT_VIP },
	{ "drops_a_broken_packet_for_a_prefix",
	  { .destination = IPV4(203, 0, 113, 65), .cut = 1 },
	  .outcome = HG_DROPPED_BAD_TRANSPORT },
};

static void takes_every_address_of_a_prefix(void **state)
{
	(void)state;
	for (uint32_t host = 0; host < WORLD_HOSTS; host++) {
		const struct shape shape = {
			.destination = frame_ipv4_address(WORLD_PREFIX + host),
		};

		assert_true(oracle_is_forwarded(table_shape(shape, VIP_LEFT)));
	}
}

static enum hg_outcome outcome_of(const struct hg_address *destination,
				  bool ipv6)
{
	return table_shape((struct shape){ .ipv6 = ipv6,
					   .destination = *destination },
			   VIP_LEFT)
		->outcome;
}

/*
 * Add prefixes of several lengths around an address, then remove them from the
 * longest to the shortest.
 */
static void falls_back_to_the_next_shorter_prefix(bool ipv6)
{
	const struct hg_address address =
		ipv6 ? frame_ipv6_address(
			       "2001:db8:77:1234:5678:9abc:def0:1357") :
		       frame_ipv4_address(0xc6336475);
	static const uint8_t lengths[2][4] = { { 1, 20, 31, 32 },
					       { 3, 47, 64, 127 } };
	static const enum world_vip groups[] = { VIP_LEFT, VIP_RIGHT, VIP_DEAD,
						 VIP_NARROW };
	static const enum world_slot slots[] = { SLOT_LEFT, SLOT_RIGHT,
						 SLOT_NONE, SLOT_NARROW };
	struct world *world = table_check()->world;
	int i;

	for (i = 0; i < 4; i++)
		world_add_route(world, (struct world_route){
					       .ipv6 = ipv6,
					       .length = lengths[ipv6][i],
					       .address = address,
					       .vip = { .group = groups[i] } });
	while (i-- > 0) {
		outcome_of(&address, ipv6);
		assert_int_equal(table_check()->prediction.slot, slots[i]);
		world_remove_last_route(world);
	}
	assert_int_equal(outcome_of(&address, ipv6), HG_PASSED_NOT_VIP);
}

static void falls_back_when_a_prefix_goes(void **state)
{
	(void)state;
	falls_back_to_the_next_shorter_prefix(false);
	falls_back_to_the_next_shorter_prefix(true);
}

static void falls_back_to_a_prefix_when_a_host_route_goes(void **state)
{
	struct world *world = table_check()->world;

	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		const struct hg_address address =
			ipv6 ? frame_ipv6_address("2001:db8:113:40::99") :
			       frame_ipv4_address(WORLD_PREFIX + 99);

		outcome_of(&address, ipv6);
		assert_int_equal(table_check()->prediction.slot, SLOT_RIGHT);
		world_add_route(
			world,
			(struct world_route){ .ipv6 = ipv6,
					      .length = ipv6 ? WORLD_IPV6_BITS :
							       WORLD_IPV4_BITS,
					      .address = address,
					      .vip = { .group = VIP_LEFT } });
		outcome_of(&address, ipv6);
		assert_int_equal(table_check()->prediction.slot, SLOT_LEFT);
		world_remove_last_route(world);
		outcome_of(&address, ipv6);
		assert_int_equal(table_check()->prediction.slot, SLOT_RIGHT);
	}
}

/* A VIP of length 0 gets every packet. */
static void takes_a_prefix_of_no_bits_for_everything(void **state)
{
	struct world *world = table_check()->world;

	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		const struct hg_address zero = ipv6 ? (struct hg_address){} :
						      frame_ipv4_address(0);
		struct hg_address ones = zero;

		world_add_route(world, (struct world_route){
					       .ipv6 = ipv6,
					       .address = zero,
					       .vip = { .group = VIP_LEFT } });
		for (size_t i = ipv6 ? 0 : 12; i < sizeof(ones.bytes); i++)
			ones.bytes[i] = 0xff;
		assert_int_equal(outcome_of(&ones, ipv6), HG_FORWARDED_TX);
		world_remove_last_route(world);
		assert_int_equal(outcome_of(&ones, ipv6), HG_PASSED_NOT_VIP);
	}
}

enum field {
	FIELD_SOURCE,
	FIELD_SOURCE_PORT,
	FIELD_DESTINATION_PORT,
	FIELD_COUNT,
};

static const bool takes_part[HG_HASH_PACKET][FIELD_COUNT] = {
	[HG_HASH_5_TUPLE] = { true, true, true },
	[HG_HASH_3_TUPLE] = { [FIELD_SOURCE] = true },
	[HG_HASH_SRC_DST] = { [FIELD_SOURCE] = true },
	[HG_HASH_SRC] = { [FIELD_SOURCE] = true },
};

static struct shape with_field(enum field field, bool ipv6, uint32_t value)
{
	struct shape shape = { .ipv6 = ipv6 };
	struct hg_address source = frame_ipv4_address(FRAME_SOURCE + value);

	if (field == FIELD_SOURCE && ipv6) {
		source = frame_ipv6_address("2001:db8:a::");
		source.bytes[7] = value;
		source.bytes[15] = value >> 8;
	}
	switch (field) {
	case FIELD_SOURCE:
		shape.source = source;
		break;
	case FIELD_SOURCE_PORT:
		shape.source_port = 1 + value;
		break;
	default:
		shape.destination_port = 1 + value;
	}
	return shape;
}

/* Count the next hops of flows that differ in one field. */
static unsigned int spread(enum world_vip vip, enum field field, bool ipv6)
{
	bool seen[SLOT_COUNT] = {};
	unsigned int count = 0;

	for (uint32_t i = 0; i < FLOWS; i++)
		seen[table_shape(with_field(field, ipv6, i), vip)->slot] = true;
	for (int slot = 0; slot < SLOT_COUNT; slot++)
		count += seen[slot];
	return count;
}

static void chooses_by_the_fields_of_the_mode(void **state)
{
	(void)state;
	for (uint32_t mode = 0; mode < HG_HASH_PACKET; mode++)
		for (int ipv6 = 0; ipv6 <= 1; ipv6++)
			for (enum field i = 0; i < FIELD_COUNT; i++) {
				unsigned int slots =
					spread(VIP_ANY_HASH + mode, i, ipv6);

				if (takes_part[mode][i])
					assert_true(slots > 4);
				else
					assert_int_equal(slots, 1);
			}
}

/*
 * Run a packet in packet mode, where a random number decides, which the oracle
 * cannot predict. Returns the last byte of the destination MAC: the slot.
 */
static uint8_t run_sprayed(bool ipv6, uint16_t fragment)
{
	const struct check *check = table_check();
	const struct shape shape = {
		.ipv6 = ipv6,
		.destination = world_address(VIP_PACKET, ipv6),
		.fragment = fragment,
	};
	struct frame frame, out = { .size = sizeof(out.bytes) };
	uint32_t action;

	frame_build(&shape, check->world->ports[PORT_LEFT].mac, &frame);
	assert_int_equal(trial_run(check->world->dp, frame.bytes, frame.size,
				   check->world->ports[PORT_LEFT].ifindex,
				   out.bytes, &out.size, &action),
			 0);
	return out.bytes[ETH_ALEN - 1];
}

static void
spreads_the_packets_and_fragments_of_a_flow_in_packet_mode(void **state)
{
	const struct hg_bucket usual = { .current = SLOT_RIGHT,
					 .backup = SLOT_LEFT };
	struct world *world = table_check()->world;
	unsigned int seen[UINT8_MAX + 1] = {};

	(void)state;
	for (uint32_t i = 0; i < WORLD_TABLE_SIZE; i++)
		world_set_bucket(
			world, VIP_PACKET, i,
			(struct hg_bucket){ .current = i & 1 ? SLOT_LEFT :
							       SLOT_THIRD });
	for (unsigned int i = 0; i < SPRAYED; i++)
		seen[run_sprayed(i & 2, i & 4 ? LATER : 0)]++;
	/* five standard deviations */
	assert_in_range(seen[SLOT_LEFT], SPRAYED / 2 - 160, SPRAYED / 2 + 160);
	assert_int_equal(seen[SLOT_LEFT] + seen[SLOT_THIRD], SPRAYED);
	world_set_buckets(world, VIP_PACKET, usual);
	check_read_counts(table_check());
}

static void moves_to_the_backup_and_back_with_one_store(void **state)
{
	struct world *world = table_check()->world;
	const struct shape shape = {};

	(void)state;
	assert_int_equal(table_shape(shape, VIP_LEFT)->slot, SLOT_LEFT);
	world_set_alive(world, SLOT_LEFT, false);
	assert_int_equal(table_shape(shape, VIP_LEFT)->slot, SLOT_RIGHT);
	assert_int_equal(table_check()->prediction.outcome,
			 HG_FORWARDED_REDIRECT);
	assert_int_equal(table_check()->prediction.events,
			 1 << HG_EVENT_BACKUP);
	world_set_alive(world, SLOT_RIGHT, false);
	assert_int_equal(table_shape(shape, VIP_LEFT)->outcome,
			 HG_PASSED_NO_NEXTHOP);
	assert_int_equal(table_check()->prediction.events, 0);
	world_set_alive(world, SLOT_LEFT, true);
	world_set_alive(world, SLOT_RIGHT, true);
	assert_int_equal(table_shape(shape, VIP_LEFT)->slot, SLOT_LEFT);
}

static void forwards_to_a_nexthop_that_drains(void **state)
{
	struct world *world = table_check()->world;
	const struct hg_nexthop usual = world->nexthops[SLOT_LEFT];
	struct hg_nexthop draining = usual;

	(void)state;
	draining.draining = 1;
	world_set_nexthop(world, SLOT_LEFT, &draining);
	assert_int_equal(table_shape((struct shape){}, VIP_LEFT)->slot,
			 SLOT_LEFT);
	world_set_nexthop(world, SLOT_LEFT, &usual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_address_of_a_prefix),
		cmocka_unit_test(falls_back_when_a_prefix_goes),
		cmocka_unit_test(falls_back_to_a_prefix_when_a_host_route_goes),
		cmocka_unit_test(takes_a_prefix_of_no_bits_for_everything),
		cmocka_unit_test(chooses_by_the_fields_of_the_mode),
		cmocka_unit_test(
			spreads_the_packets_and_fragments_of_a_flow_in_packet_mode),
		cmocka_unit_test(moves_to_the_backup_and_back_with_one_store),
		cmocka_unit_test(forwards_to_a_nexthop_that_drains),
	};

	return table_run(tests, TABLE_SIZE(tests), rows, TABLE_SIZE(rows));
}
