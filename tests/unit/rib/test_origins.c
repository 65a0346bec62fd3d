// SPDX-License-Identifier: BSD-2-Clause
/* The origin ASes that a VIP has had. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rib/origins.h"

static struct prefix vip_of(const char *text)
{
	struct prefix vip;

	assert_int_equal(prefix_parse(text, &vip), PREFIX_OK);
	return vip;
}

static void the_first_one_is_no_news_and_others_are_once(void **state)
{
	const struct prefix vip = vip_of("192.0.2.1/32");
	const struct prefix other = vip_of("192.0.2.2/32");
	struct prefix_map map = { 0 };

	(void)state;
	assert_null(origins_find(&map, &vip));
	assert_int_equal(origins_add(&map, &vip, 65001), 0);
	assert_int_equal(origins_add(&map, &vip, 65001), 0);
	assert_int_equal(origins_add(&map, &vip, 65002), 65001);
	assert_int_equal(origins_add(&map, &vip, 65002), 0);
	assert_int_equal(origins_add(&map, &vip, 65001), 0);
	assert_int_equal(origins_add(&map, &other, 65002), 0);
	assert_int_equal(origins_find(&map, &vip)->count, 2);
	origins_free(&map);
}

static void more_than_the_limit_are_not_followed(void **state)
{
	const struct prefix vip = vip_of("192.0.2.1/32");
	struct prefix_map map = { 0 };

	(void)state;
	for (uint32_t as = 1; as <= 2 * ORIGINS_MAX_AS; as++)
		assert_int_equal(origins_add(&map, &vip, as),
				 as <= ORIGINS_MAX_AS ? as - 1 : 0);
	assert_int_equal(origins_find(&map, &vip)->count, ORIGINS_MAX_AS);
	origins_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_one_is_no_news_and_others_are_once),
		cmocka_unit_test(more_than_the_limit_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
