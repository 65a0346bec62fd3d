// SPDX-License-Identifier: BSD-2-Clause
/* Tables that another process has changed are written again. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "windows_world.h"

enum {
	OVERWRITTEN = 100, /* buckets, of 256 */
};

static struct audit_count found(enum audit_kind kind)
{
	const struct audit_report report = audit_tables();

	assert_true(report.in_sync);
	for (enum audit_kind other = 0; other < AUDIT_KIND_COUNT; other++)
		if (other != kind)
			assert_int_equal(report.counts[other].differences, 0);
	return report.counts[kind];
}

static void check_found(enum audit_kind kind, uint32_t count,
			const struct tables *before)
{
	const struct audit_count counts = found(kind);

	assert_int_equal(counts.differences, count);
	assert_int_equal(counts.repaired, count);
	assert_memory_equal(tables.buckets, before->buckets,
			    sizeof(tables.buckets));
	assert_memory_equal(tables.previous, before->previous,
			    sizeof(tables.previous));
	assert_memory_equal(tables.nexthops, before->nexthops,
			    sizeof(tables.nexthops));
	assert_memory_equal(tables.tunnels, before->tunnels,
			    sizeof(tables.tunnels));
	assert_int_equal(found(kind).differences, 0);
}

static struct tables two_vips(void)
{
	steer_for_long(0, 0x0f);
	steer_for_long(1, 0x33);
	return tables;
}

static uint32_t bucket_of_vip(uint32_t bucket)
{
	return tables.vips[0].group * TABLE_SIZE + bucket;
}

static void overwritten_buckets_are_written_again(void **state)
{
	const struct tables before = two_vips();

	(void)state;
	for (uint32_t b = 0; b < OVERWRITTEN; b++)
		tables.buckets[bucket_of_vip(b)] =
			(struct hg_bucket){ .current = HOPS, .tracked = 1 };
	check_found(AUDIT_BUCKET, OVERWRITTEN, &before);
}

static void one_bit_of_a_bucket_is_noticed(void **state)
{
	const struct tables before = two_vips();

	(void)state;
	tables.buckets[bucket_of_vip(TABLE_SIZE - 1)].reserved ^= 2;
	check_found(AUDIT_BUCKET, 1, &before);
}

static void previous_slots_are_written_again_while_buckets_move(void **state)
{
	struct tables before = two_vips();
	uint32_t moving = 0;

	(void)state;
	steering_publish(tables.steering);
	want(0, 0x07);
	pass(1000);
	before = tables;
	for (uint32_t b = 0; b < TABLE_SIZE; b++)
		if (tables.buckets[bucket_of_vip(b)].moving) {
			tables.previous[bucket_of_vip(b)]++;
			moving++;
		}
	assert_int_not_equal(moving, 0);
	check_found(AUDIT_PREVIOUS, moving, &before);
}

static void a_free_group_may_hold_anything(void **state)
{
	struct tables before = two_vips();

	(void)state;
	tables.buckets[(GROUPS - 1) * TABLE_SIZE].current = 1;
	before = tables;
	check_found(AUDIT_BUCKET, 0, &before);
}

static void next_hops_are_written_again(void **state)
{
	const struct tables before = two_vips();

	(void)state;
	for (uint32_t slot = 1; slot <= 4; slot++)
		memset(&tables.nexthops[slot], 0, sizeof(*tables.nexthops));
	check_found(AUDIT_NEXTHOP, 4, &before);
}

/* Packets to a next hop go inside others from now on. */
static void encapsulate(unsigned int hop)
{
	tables.known[hop].encapsulation = HG_ENCAPSULATION_GUE;
	tables.known[hop].outer_source = hop_address(HOPS);
	steering_nexthop_changed(tables.steering, &tables.known[hop]);
}

/* No packet finds it dead or without an outer header meanwhile. */
static void an_encapsulation_is_swapped(void **state)
{
	struct tables before;

	(void)state;
	two_vips();
	encapsulate(0);
	before = tables;
	tables.known[0].encapsulation = HG_ENCAPSULATION_GRE;
	steering_nexthop_changed(tables.steering, &tables.known[0]);
	tables.known[0].encapsulation = HG_ENCAPSULATION_NONE;
	steering_nexthop_changed(tables.steering, &tables.known[0]);
	assert_int_equal(tables.alive_stores, before.alive_stores);
	assert_memory_equal(tables.tunnels, before.tunnels,
			    sizeof(tables.tunnels));
	before = tables;
	check_found(AUDIT_NEXTHOP, 0, &before);
}

/* Headers grow after packets have become smaller. */
static void the_mtu_falls_before_the_headers_grow(void **state)
{
	(void)state;
	two_vips();
	tables.known[0].mtu = 1500;
	steering_nexthop_changed(tables.steering, &tables.known[0]);
	tables.known[0].mtu = 1476;
	tables.nexthop_writes = 0;
	encapsulate(0);
	assert_int_equal(tables.nexthop_writes, 2);
	assert_int_equal(tables.first_write.mtu, 1476);
	assert_int_equal(tables.first_write.encapsulation,
			 HG_ENCAPSULATION_NONE);
	tables.known[0].mtu = 1500;
	tables.known[0].encapsulation = HG_ENCAPSULATION_NONE;
	tables.nexthop_writes = 0;
	steering_nexthop_changed(tables.steering, &tables.known[0]);
	assert_int_equal(tables.nexthop_writes, 1);
}

static void outer_headers_are_written_again(void **state)
{
	struct tables before = two_vips();

	(void)state;
	encapsulate(0);
	assert_memory_not_equal(tables.tunnels, before.tunnels,
				sizeof(tables.tunnels));
	before = tables;
	memset(tables.tunnels, 0, sizeof(tables.tunnels));
	check_found(AUDIT_NEXTHOP, 1, &before);
}

static void outer_headers_of_a_previous_run_are_no_difference(void **state)
{
	struct tables before;

	(void)state;
	two_vips();
	encapsulate(0);
	restart_after(1000);
	before = tables;
	check_found(AUDIT_NEXTHOP, 0, &before);
	memset(tables.tunnels, 0, sizeof(tables.tunnels));
	check_found(AUDIT_NEXTHOP, 1, &before);
	steering_end_adoption(tables.steering);
}

static void vips_are_written_again(void **state)
{
	const struct tables before = two_vips();

	(void)state;
	tables.vip_set[0] = false;
	tables.vips[1].group ^= 1;
	check_found(AUDIT_VIP, 2, &before);
	assert_true(tables.vip_set[0]);
	assert_memory_equal(tables.vips, before.vips, sizeof(tables.vips));
}

static int refuse_vip(struct datapath *datapath, const struct prefix *prefix,
		      const struct hg_vip *value)
{
	(void)datapath, (void)prefix, (void)value;
	return -ENOSPC;
}

static void a_failure_is_reported_until_it_is_over(void **state)
{
	struct audit_report report;
	struct steering_audit audit = { 0 };

	(void)state;
	two_vips();
	tables.vip_set[0] = false;
	sink_set_vip = refuse_vip;
	audit_report_init(&report);
	audit_report_begin_round(&report);
	while (steering_audit_step(tables.steering, &audit, &report))
		;
	audit_report_end_round(&report);
	sink_set_vip = set_vip;
	assert_false(report.in_sync);
	assert_true(audit_report_is_harmful(&report));
	assert_int_equal(report.counts[AUDIT_VIP].differences, 1);
	assert_int_equal(report.counts[AUDIT_VIP].repaired, 0);
	assert_non_null(strstr(report.why, "not written again: "));
	audit_report_begin_round(&report);
	audit_report_end_round(&report);
	assert_true(report.in_sync);
	assert_false(audit_report_is_harmful(&report));
	assert_string_equal(report.why, "");
	assert_non_null(strstr(report.last, "192.0.2.1/32"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		CASE(overwritten_buckets_are_written_again),
		CASE(one_bit_of_a_bucket_is_noticed),
		CASE(previous_slots_are_written_again_while_buckets_move),
		CASE(a_free_group_may_hold_anything),
		CASE(next_hops_are_written_again),
		CASE(an_encapsulation_is_swapped),
		CASE(the_mtu_falls_before_the_headers_grow),
		CASE(outer_headers_are_written_again),
		CASE(outer_headers_of_a_previous_run_are_no_difference),
		CASE(vips_are_written_again),
		CASE(a_failure_is_reported_until_it_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
