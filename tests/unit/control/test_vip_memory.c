// SPDX-License-Identifier: BSD-2-Clause
/* VIPs that metrics have said to be announced. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "control/metrics/vip_memory.h"

static struct vip_memory memory;

static int end(void **state)
{
	(void)state;
	vip_memory_free(&memory);
	return 0;
}

/* Return the VIP with a number. */
static struct prefix vip(uint32_t number)
{
	const struct address address = { { [10] = 0xff,
					   0xff,
					   198,
					   18,
					   (uint8_t)(number >> 8),
					   (uint8_t)number } };

	return prefix_of_address(&address);
}

static uint64_t note(uint32_t number, uint64_t neighbors, uint64_t now_ms)
{
	const struct prefix prefix = vip(number);

	return vip_memory_note(&memory, &prefix, neighbors, now_ms);
}

static void a_neighbor_keeps_its_bit(void **state)
{
	uint64_t first = vip_memory_bit(&memory, "10.0.0.1");
	uint64_t second = vip_memory_bit(&memory, "10.0.0.2");

	(void)state;
	assert_int_not_equal(first, second);
	assert_int_equal(vip_memory_bit(&memory, "10.0.0.1"), first);
}

static void a_neighbor_too_many_has_no_bit(void **state)
{
	char name[VIP_MEMORY_NAME_SIZE];
	uint64_t all = 0;

	(void)state;
	for (int i = 0; i < VIP_MEMORY_NEIGHBORS; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		all |= vip_memory_bit(&memory, name);
	}
	assert_int_equal(all, UINT64_MAX);
	assert_int_equal(vip_memory_bit(&memory, "another"), 0);
	assert_int_equal(vip_memory_bit(&memory, "n7"), 1 << 7);
}

static void a_vip_that_is_gone_is_remembered_for_a_day(void **state)
{
	const uint64_t day_ms = UINT64_C(1000) * VIP_MEMORY_KEPT_S;

	(void)state;
	assert_int_equal(note(1, 0, 5), 0);
	assert_int_equal(note(1, 1, 10), 1);
	assert_int_equal(note(1, 2, 20), 3);
	assert_int_equal(note(1, 0, 20 + day_ms), 3);
	assert_int_equal(note(1, 0, 21 + day_ms), 0);
	assert_int_equal(note(1, 2, 22 + day_ms), 2);
}

static void vips_have_a_limit(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < VIP_MEMORY_MAX; i++)
		assert_int_equal(note(i, 1, 1), 1);
	assert_int_equal(note(VIP_MEMORY_MAX, 1, 1), 0);
	assert_int_equal(note(0, 0, 2), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_neighbor_keeps_its_bit, end),
		cmocka_unit_test_teardown(a_neighbor_too_many_has_no_bit, end),
		cmocka_unit_test_teardown(
			a_vip_that_is_gone_is_remembered_for_a_day, end),
		cmocka_unit_test_teardown(vips_have_a_limit, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
