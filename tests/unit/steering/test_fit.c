// SPDX-License-Identifier: BSD-2-Clause
/* Shares below one bucket, and tables with few buckets for each member. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "steering/fit.h"

enum {
	MAX_MEMBERS = 4095
};

static struct member members[MAX_MEMBERS];

static void a_share_of_exactly_one_bucket_is_not_light(void **state)
{
	(void)state;
	assert_false(fit_is_light(1, 256, 256));
	assert_true(fit_is_light(1, 257, 256));
	assert_false(fit_is_light(0, 257, 256));
	assert_true(fit_is_light(UINT32_MAX, 4095ull * UINT32_MAX, 2048));
}

static void light_members_are_counted(void **state)
{
	(void)state;
	memset(members, 0, sizeof(members));
	members[0].weight = 400000;
	members[1].weight = 10;
	members[2].weight = 24;
	members[3].weight = 25;
	assert_int_equal(fit_of(members, 4, 16384).light, 2);
	assert_int_equal(fit_of(members, 4, 65536).light, 0);
}

static void sixteen_buckets_for_each_member_are_enough(void **state)
{
	(void)state;
	for (size_t i = 0; i < MAX_MEMBERS; i++)
		members[i].weight = 1;
	assert_false(fit_of(members, 1024, 16384).crowded);
	assert_true(fit_of(members, 1025, 16384).crowded);
	assert_false(fit_of(members, MAX_MEMBERS, 65536).crowded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_of_exactly_one_bucket_is_not_light),
		cmocka_unit_test(light_members_are_counted),
		cmocka_unit_test(sixteen_buckets_for_each_member_are_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
