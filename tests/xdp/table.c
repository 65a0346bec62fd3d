// SPDX-License-Identifier: BSD-2-Clause
/* Run tables of frames. See table.h. */

#include "table.h"

#include "datapath/datapath.h"
#include "sandbox.h"

#include <linux/if_ether.h>
#include <string.h>

enum {
	NO_RATE = 0,
	MAX_TESTS = 256,
	TABLE_TESTS = 2,
	VERSION_SHIFT = 4,
	IPV6 = 6,
};

/* cmocka passes only the row to a test: the rest is global. */
static struct {
	struct check *check;
	const struct row *rows;
	size_t row_count;
} table;

struct check *table_check(void)
{
	return table.check;
}

static struct hg_address destination_of(enum world_vip vip, bool ipv6)
{
	if (vip < VIP_COUNT)
		return world_address(vip, ipv6);
	return ipv6 ? frame_ipv6_address("2001:db8:ffff::1") :
		      frame_ipv4_address(WORLD_NO_VIP);
}

static bool has_destination(const struct shape *shape)
{
	static const struct hg_address none;

	return memcmp(&shape->destination, &none, sizeof(none));
}

static void build_row(struct shape shape, const struct row *row,
		      struct frame *frame)
{
	if (!has_destination(&shape))
		shape.destination = destination_of(row->vip, shape.ipv6);
	frame_build(&shape, table.check->world->ports[row->port].mac, frame);
	if (row->change)
		row->change(frame);
}

void table_build(const struct row *row, struct frame *frame)
{
	build_row(row->shape, row, frame);
}

const struct prediction *table_frame(const struct frame *frame,
				     enum world_port port)
{
	if (!check_frame(table.check, frame, port))
		fail_msg("the program and the oracle disagree");
	return &table.check->prediction;
}

const struct prediction *table_shape(struct shape shape, enum world_vip vip)
{
	const struct row row = { .shape = shape, .vip = vip };
	struct frame frame;

	table_build(&row, &frame);
	return table_frame(&frame, PORT_LEFT);
}

static uint8_t next_ttl(const struct shape *shape)
{
	return (shape->ttl ? shape->ttl : FRAME_TTL) - 1;
}

/* Return the shape with which the row's frame should leave. */
static struct shape shape_out(const struct row *row)
{
	const struct hg_nexthop *nexthop =
		&table.check->world->nexthops[row->slot];
	struct shape shape = row->shape;

	shape.destination_mac = nexthop->destination_mac;
	shape.source_mac = nexthop->source_mac;
	shape.ttl = next_ttl(&row->shape);
	shape.tag_count = row->tag_count;
	memcpy(shape.tags, row->tags, sizeof(row->tags));
	if (row->trimmed)
		shape.padding = 0;
	return shape;
}

static void assert_leaves_as_the_row_says(const struct row *row)
{
	const struct prediction *prediction = &table.check->prediction;
	struct frame want;

	assert_int_equal(prediction->slot, row->slot);
	build_row(shape_out(row), row, &want);
	assert_int_equal(prediction->out.size, want.size);
	assert_memory_equal(prediction->out.bytes, want.bytes, want.size);
}

static void does_as_the_row_says(void **state)
{
	const struct row *row = *state;
	const struct prediction *prediction;
	struct frame frame;

	check_forget_fragments(table.check);
	table_build(row, &frame);
	prediction = table_frame(&frame, row->port);
	assert_string_equal(hg_outcome_name(prediction->outcome),
			    hg_outcome_name(row->outcome));
	assert_int_equal(prediction->events, row->events);
	if (oracle_is_forwarded(prediction))
		assert_leaves_as_the_row_says(row);
}

/*
 * Frames have at least an Ethernet header: the kernel does not run the program
 * on less.
 */
static void agrees_on_every_truncation_of_every_row(void **state)
{
	struct frame frame;

	(void)state;
	for (size_t i = 0; i < table.row_count; i++) {
		table_build(&table.rows[i], &frame);
		while (--frame.size >= ETH_HLEN)
			table_frame(&frame, table.rows[i].port);
	}
}

void table_set_length(struct frame *frame, int packet_size)
{
	size_t at = frame_ip_at(frame);
	bool ipv6 = frame->bytes[at] >> VERSION_SHIFT == IPV6;

	if (ipv6)
		frame_put_u16(frame, at + FRAME_IPV6_LENGTH_AT,
			      packet_size - FRAME_IPV6_HEADER);
	else
		frame_put_u16(frame, at + FRAME_IPV4_LENGTH_AT, packet_size);
}

/* The frame stays whole, but the IP header claims less, or more. */
static void agrees_on_every_length_of_every_row(void **state)
{
	struct frame frame;

	(void)state;
	for (size_t i = 0; i < table.row_count; i++) {
		table_build(&table.rows[i], &frame);
		for (int size = frame.size - frame_ip_at(&frame) + 1; size >= 0;
		     size--) {
			table_set_length(&frame, size);
			table_frame(&frame, table.rows[i].port);
		}
	}
}

static int check_all_counts(void **state)
{
	(void)state;
	return check_counts(table.check) ? 0 : -1;
}

static int set_up(void **state)
{
	(void)state;
	table.check = check_new(NO_RATE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	check_free(table.check);
	return 0;
}

int table_run(const struct CMUnitTest *tests, size_t test_count,
	      const struct row *rows, size_t row_count)
{
	struct CMUnitTest all[MAX_TESTS] = {
		cmocka_unit_test(agrees_on_every_truncation_of_every_row),
		cmocka_unit_test(agrees_on_every_length_of_every_row),
	};
	size_t count = TABLE_TESTS;

	table.rows = rows;
	table.row_count = row_count;
	if (TABLE_TESTS + test_count + row_count > MAX_TESTS)
		sandbox_die("more rows than MAX_TESTS");
	memcpy(all + count, tests, test_count * sizeof(*tests));
	count += test_count;
	for (size_t i = 0; i < row_count; i++)
		all[count++] = (struct CMUnitTest){
			.name = rows[i].description,
			.test_func = does_as_the_row_says,
			.initial_state = (void *)&rows[i],
		};
	for (size_t i = 0; i < count; i++)
		all[i].teardown_func = check_all_counts;
	sandbox_enter();
	return _cmocka_run_group_tests("packet path", all, count, set_up,
				       tear_down);
}
