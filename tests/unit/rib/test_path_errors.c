// SPDX-License-Identifier: BSD-2-Clause
/* Prefixes that an error took away: which are kept, and in the rib. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rib/departures.h"
#include "rib/path_errors.h"
#include "world.h"

static struct prefix prefix_number(uint32_t i)
{
	const struct address address = address_from_ipv4(htonl(0x0a000000 + i));

	return prefix_of_address(&address);
}

static void keeps_the_last_ones(void **state)
{
	struct path_errors errors = { 0 };
	struct prefix prefix;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		char text[16];

		snprintf(text, sizeof(text), "error %u", i);
		prefix = prefix_number(i);
		path_errors_add(&errors, &prefix, i + 1, text);
	}
	assert_int_equal(errors.total, 1000);
	assert_int_equal(errors.count, PATH_ERRORS_MAX);
	prefix = prefix_number(999);
	assert_string_equal(path_errors_find(&errors, &prefix)->text,
			    "error 999");
	prefix = prefix_number(1000 - PATH_ERRORS_MAX);
	assert_non_null(path_errors_find(&errors, &prefix));
	prefix = prefix_number(1000 - PATH_ERRORS_MAX - 1);
	assert_null(path_errors_find(&errors, &prefix));
	path_errors_free(&errors);
}

static void a_prefix_has_one_place(void **state)
{
	struct path_errors errors = { 0 };
	const struct prefix first = prefix_number(1), second = prefix_number(2);

	(void)state;
	path_errors_add(&errors, &first, 1, "a");
	path_errors_add(&errors, &second, 2, "b");
	path_errors_add(&errors, &first, 3, "c");
	assert_int_equal(errors.count, 2);
	assert_string_equal(path_errors_find(&errors, &first)->text, "c");
	path_errors_remove(&errors, &first);
	path_errors_remove(&errors, &first);
	assert_null(path_errors_find(&errors, &first));
	assert_string_equal(path_errors_find(&errors, &second)->text, "b");
	path_errors_free(&errors);
}

/* Take in an announcement whose error makes it a withdrawal. */
static void announce_badly(struct world *world, unsigned int i,
			   const char *prefix)
{
	const struct test_route route = { .prefix = prefix,
					  .nexthop = "10.0.0.1",
					  .as = { 65001 } };
	struct test_update t;

	test_announce(&t, &route);
	t.update.error.verdict = BGP_VERDICT_WITHDRAW;
	t.update.error.attribute = BGP_ATTRIBUTE_MED;
	t.update.error.reason = "bad length";
	assert_int_equal(adj_rib_in_update(world->rib, world->backends[i],
					   &t.update),
			 0);
}

static struct prefix parsed(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), PREFIX_OK);
	return prefix;
}

static void the_rib_keeps_the_error_until_the_neighbor_withdraws(void **state)
{
	const struct prefix vip = parsed(VIP);
	struct world *world = *state;
	const struct path_errors *errors = &world->backends[0]->errors;

	announce_vip(world, 0, VIP);
	announce_badly(world, 0, VIP);
	rib_process(world->rib);
	assert_null(route_of(world, VIP));
	assert_string_equal(path_errors_find(errors, &vip)->text,
			    "MULTI_EXIT_DISC (4): bad length");
	assert_int_equal(errors->total, 1);
	withdraw(world, 0, VIP);
	assert_null(path_errors_find(errors, &vip));
	assert_null(path_errors_find(&world->backends[1]->errors, &vip));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_last_ones),
		cmocka_unit_test(a_prefix_has_one_place),
		cmocka_unit_test_setup_teardown(
			the_rib_keeps_the_error_until_the_neighbor_withdraws,
			setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
