// SPDX-License-Identifier: BSD-2-Clause
/* A neighbor that its administrator has shut down: what is said of it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/session/neighbor.h"
#include "bgp/session/neighbor_admin.h"

static struct bgp_neighbor neighbor;

static const char *formatted(const char *reason, char *text, size_t size)
{
	neighbor.admin.down = true;
	snprintf(neighbor.admin.reason, sizeof(neighbor.admin.reason), "%s",
		 reason);
	return bgp_neighbor_format_admin(&neighbor, text, size);
}

static void has_the_reason_if_there_is_one(void **state)
{
	char text[80];

	(void)state;
	assert_string_equal(formatted("", text, sizeof(text)),
			    "administratively down");
	assert_string_equal(formatted("new disks", text, sizeof(text)),
			    "administratively down: new disks");
}

static void does_no_harm_to_a_terminal(void **state)
{
	char text[80];

	(void)state;
	assert_string_equal(formatted("a\x1b[2J\nb", text, sizeof(text)),
			    "administratively down: a\\x1b[2J\\x0ab");
}

static void a_reason_that_does_not_fit_is_cut(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(formatted("0123456789", text, sizeof(text)),
			    "administratively down: 01234567");
}

static void is_the_hint_and_the_state_is_idle(void **state)
{
	const struct bgp_tcp_drops drops = { 0 };
	char text[80];

	(void)state;
	address_parse("10.0.0.1", &neighbor.address);
	neighbor.options.passive = true;
	neighbor.admin.down = false;
	assert_int_equal(bgp_neighbor_state(&neighbor), BGP_STATE_ACTIVE);
	formatted("new disks", text, sizeof(text));
	assert_int_equal(bgp_neighbor_state(&neighbor), BGP_STATE_IDLE);
	assert_true(bgp_neighbor_hint(&neighbor, &drops, text, sizeof(text)));
	assert_string_equal(text, "administratively down: new disks");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_reason_if_there_is_one),
		cmocka_unit_test(does_no_harm_to_a_terminal),
		cmocka_unit_test(a_reason_that_does_not_fit_is_cut),
		cmocka_unit_test(is_the_hint_and_the_state_is_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
