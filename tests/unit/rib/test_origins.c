// SPDX-License-Identifier: BSD-2-Clause
/* The origin ASes that a VIP has had. */

#include <arpa/inet.h>
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

static struct prefix vip_of_number(uint32_t number)
{
	return (struct prefix){ address_from_ipv4(htonl(number)),
				ADDRESS_BITS_IPV4 };
}

/* At the limit those that are followed go on, and another one has no room. */
static void more_vips_than_the_limit_are_not_followed(void **state)
{
	const struct prefix other = vip_of("192.0.2.1/32");
	const struct prefix first = vip_of_number(1);
	struct prefix_map map = { 0 };

	(void)state;
	for (uint32_t i = 1; i <= ORIGINS_MAX_VIPS; i++) {
		const struct prefix vip = vip_of_number(i);

		assert_false(origins_is_full(&map));
		assert_int_equal(origins_add(&map, &vip, 65001), 0);
	}
	assert_true(origins_is_full(&map));
	assert_int_equal(origins_add(&map, &other, 65001), 0);
	assert_int_equal(origins_add(&map, &other, 65002), 0);
	assert_null(origins_find(&map, &other));
	assert_int_equal(origins_add(&map, &first, 65002), 65001);
	origins_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_one_is_no_news_and_others_are_once),
		cmocka_unit_test(more_than_the_limit_are_not_followed),
		cmocka_unit_test(more_vips_than_the_limit_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
