// SPDX-License-Identifier: BSD-2-Clause
/* Orders to drain: found by address, limited in number, and ended in time. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "nexthop/drain_list.h"

static struct drain drain_of(uint32_t server, uint64_t until_ms)
{
	return (struct drain){
		.address = address_from_ipv4(htonl(server)),
		.since_ms = 1000 + server,
		.until_ms = until_ms,
	};
}

static void orders_are_found_by_address(void **state)
{
	struct drain_list list = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 20; i++) {
		struct drain drain = drain_of(7 * i % 20, 0);

		assert_int_equal(drain_list_set(&list, &drain), 0);
	}
	for (uint32_t i = 0; i < 21; i++) {
		struct drain wanted = drain_of(i, 0);
		const struct drain *found =
			drain_list_find(&list, &wanted.address);

		assert_int_equal(found != NULL, i < 20);
		if (found)
			assert_int_equal(found->since_ms, 1000 + i);
	}
	drain_list_free(&list);
}

static void a_second_order_keeps_the_age_of_the_first(void **state)
{
	struct drain_list list = { 0 };
	struct drain drain = drain_of(1, 5000);
	const struct drain *found;

	(void)state;
	assert_int_equal(drain_list_set(&list, &drain), 0);
	drain.since_ms = 4000;
	drain.until_ms = 0;
	strcpy(drain.reason, "new disks");
	assert_int_equal(drain_list_set(&list, &drain), 0);
	assert_int_equal(list.count, 1);
	found = drain_list_find(&list, &drain.address);
	assert_int_equal(found->since_ms, 1001);
	assert_int_equal(found->until_ms, 0);
	assert_string_equal(found->reason, "new disks");
	assert_true(drain_list_remove(&list, &drain.address));
	assert_false(drain_list_remove(&list, &drain.address));
	drain_list_free(&list);
}

static void the_list_has_a_limit(void **state)
{
	struct drain_list list = { 0 };
	struct drain drain;

	(void)state;
	for (uint32_t i = 0; i < DRAIN_MAX_ORDERS; i++) {
		drain = drain_of(i, 0);
		assert_int_equal(drain_list_set(&list, &drain), 0);
	}
	drain = drain_of(DRAIN_MAX_ORDERS, 0);
	assert_int_equal(drain_list_set(&list, &drain), -ENOSPC);
	drain = drain_of(0, 9);
	assert_int_equal(drain_list_set(&list, &drain), 0);
	drain_list_free(&list);
}

static void orders_end_in_their_time(void **state)
{
	struct drain_list list = { 0 };
	const struct drain drains[] = { drain_of(1, 300), drain_of(2, 0),
					drain_of(3, 200) };
	struct address ended;

	(void)state;
	assert_int_equal(drain_list_next_end(&list), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(drain_list_set(&list, &drains[i]), 0);
	assert_int_equal(drain_list_next_end(&list), 200);
	assert_false(drain_list_expire(&list, 199, &ended));
	assert_true(drain_list_expire(&list, 200, &ended));
	assert_true(address_equal(&ended, &drains[2].address));
	assert_false(drain_list_expire(&list, 200, &ended));
	assert_int_equal(drain_list_next_end(&list), 300);
	assert_true(drain_list_expire(&list, 1000, &ended));
	assert_true(address_equal(&ended, &drains[0].address));
	assert_int_equal(drain_list_next_end(&list), 0);
	assert_false(drain_list_expire(&list, UINT64_MAX, &ended));
	assert_int_equal(list.count, 1);
	drain_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_are_found_by_address),
		cmocka_unit_test(a_second_order_keeps_the_age_of_the_first),
		cmocka_unit_test(the_list_has_a_limit),
		cmocka_unit_test(orders_end_in_their_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
