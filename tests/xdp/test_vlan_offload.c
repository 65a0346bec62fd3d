// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interfaces that hide VLAN tags from the program: as root, at our end of the
 * pair.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/vlan_offload.h"
#include "pair.h"

static pid_t server;

static int set_up(void **state)
{
	(void)state;
	server = pair_build();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pair_end(server);
	return 0;
}

/* The flag is on when a veth is created. */
static void a_veth_strips_nothing_whatever_its_flag_says(void **state)
{
	(void)state;
	assert_false(vlan_offload_strips("hg0"));
}

static void what_is_not_there_strips_nothing(void **state)
{
	(void)state;
	assert_false(vlan_offload_strips("lo"));
	assert_false(vlan_offload_strips("none"));
	assert_false(vlan_offload_strips("a name that is too long for one"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_veth_strips_nothing_whatever_its_flag_says),
		cmocka_unit_test(what_is_not_there_strips_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
