// SPDX-License-Identifier: BSD-2-Clause
/* Roles: RFC 9234 4.2, table 2. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/role.h"

static void pairs_the_roles(void **state)
{
	(void)state;
	assert_int_equal(bgp_role_counterpart(BGP_ROLE_PROVIDER),
			 BGP_ROLE_CUSTOMER);
	assert_int_equal(bgp_role_counterpart(BGP_ROLE_RS), BGP_ROLE_RS_CLIENT);
	assert_int_equal(bgp_role_counterpart(BGP_ROLE_PEER), BGP_ROLE_PEER);
}

static void comes_back_from_the_counterpart_of_the_counterpart(void **state)
{
	(void)state;
	for (unsigned int role = 0; role < BGP_ROLE_COUNT; role++)
		assert_int_equal(
			bgp_role_counterpart(bgp_role_counterpart(role)), role);
}

static void has_no_counterpart_of_an_unassigned_role(void **state)
{
	(void)state;
	for (unsigned int role = BGP_ROLE_COUNT; role <= UINT8_MAX; role++)
		assert_int_equal(bgp_role_counterpart(role), BGP_ROLE_NONE);
}

static void names_the_roles(void **state)
{
	(void)state;
	assert_string_equal(bgp_role_name(BGP_ROLE_RS_CLIENT), "rs-client");
	assert_string_equal(bgp_role_name(BGP_ROLE_NONE), "none");
	assert_string_equal(bgp_role_name(BGP_ROLE_COUNT), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_the_roles),
		cmocka_unit_test(
			comes_back_from_the_counterpart_of_the_counterpart),
		cmocka_unit_test(has_no_counterpart_of_an_unassigned_role),
		cmocka_unit_test(names_the_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
