// SPDX-License-Identifier: BSD-2-Clause
/* The ring of a neighbor's last errors. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/session/error_log.h"

static void add(struct bgp_error_log *log, unsigned int number)
{
	char text[16];
	const struct bgp_connection_error error = {
		.direction = BGP_DIRECTION_SENT,
		.code = 6,
		.subcode = (uint8_t)number,
		.text = text,
	};

	snprintf(text, sizeof(text), "error %u", number);
	bgp_error_log_add(log, number * 1000, &error);
}

static void an_empty_log_has_no_entry(void **state)
{
	const struct bgp_error_log log = { .total = 0 };

	(void)state;
	assert_null(bgp_error_log_at(&log, 0));
}

static void the_newest_comes_first(void **state)
{
	struct bgp_error_log log = { .total = 0 };

	(void)state;
	add(&log, 1);
	add(&log, 2);
	assert_string_equal(bgp_error_log_at(&log, 0)->text, "error 2");
	assert_int_equal(bgp_error_log_at(&log, 0)->time_ms, 2000);
	assert_int_equal(bgp_error_log_at(&log, 1)->subcode, 1);
	assert_null(bgp_error_log_at(&log, 2));
}

static void only_the_last_ones_are_kept(void **state)
{
	struct bgp_error_log log = { .total = 0 };
	unsigned int count = 3 * BGP_ERROR_LOG_MAX + 1;

	(void)state;
	for (unsigned int i = 1; i <= count; i++)
		add(&log, i);
	for (unsigned int i = 0; i < BGP_ERROR_LOG_MAX; i++)
		assert_int_equal(bgp_error_log_at(&log, i)->subcode, count - i);
	assert_null(bgp_error_log_at(&log, BGP_ERROR_LOG_MAX));
}

static void a_long_text_is_cut(void **state)
{
	struct bgp_error_log log = { .total = 0 };
	char text[2 * BGP_ERROR_LOG_TEXT_SIZE];
	const struct bgp_connection_error error = { .text = text };

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	bgp_error_log_add(&log, 0, &error);
	assert_int_equal(strlen(bgp_error_log_at(&log, 0)->text),
			 BGP_ERROR_LOG_TEXT_SIZE - 1);
}

static void directions_have_names(void **state)
{
	(void)state;
	assert_string_equal(bgp_direction_name(BGP_DIRECTION_SENT), "sent");
	assert_string_equal(bgp_direction_name(BGP_DIRECTION_RECEIVED),
			    "received");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_log_has_no_entry),
		cmocka_unit_test(the_newest_comes_first),
		cmocka_unit_test(only_the_last_ones_are_kept),
		cmocka_unit_test(a_long_text_is_cut),
		cmocka_unit_test(directions_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
