// SPDX-License-Identifier: BSD-2-Clause
/* Numbers with units, at their limits. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/array.h"
#include "core/quantity.h"

static const struct row {
	const struct quantity *quantity;
	const char *text;
	uint64_t number;
} good[] = {
	{ &quantity_plain, "0", 0 },
	{ &quantity_plain, "18446744073709551615", UINT64_MAX },
	{ &quantity_seconds, "5", 5 },
	{ &quantity_seconds, "5s", 5 },
	{ &quantity_seconds, "2000ms", 2 },
	{ &quantity_seconds, "15m", 900 },
	{ &quantity_seconds, "2h", 7200 },
	{ &quantity_seconds, "1d", 86400 },
	{ &quantity_seconds, "0ms", 0 },
	{ &quantity_milliseconds, "300", 300 },
	{ &quantity_milliseconds, "300ms", 300 },
	{ &quantity_milliseconds, "5s", 5000 },
	{ &quantity_milliseconds, "1m", 60000 },
	{ &quantity_milliseconds, "1h", 3600000 },
	{ &quantity_milliseconds, "1d", 86400000 },
	{ &quantity_count, "10k", 10000 },
	{ &quantity_count, "64M", 64000000 },
	{ &quantity_count, "10G", 10000000000 },
	{ &quantity_binary, "16k", 16384 },
	{ &quantity_binary, "1M", 1 << 20 },
	{ &quantity_megabits, "10G", 10000 },
	{ &quantity_megabits, "100M", 100 },
	{ &quantity_megabits, "1T", 1000000 },
	{ &quantity_count, "18446744073G", 18446744073000000000u },
};

static void units_multiply_and_divide(void **state)
{
	uint64_t number;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_true(quantity_read(good[i].quantity, good[i].text,
					  UINT64_MAX, &number));
		assert_int_equal(number, good[i].number);
	}
}

static const struct row bad[] = {
	{ &quantity_plain, "5s", 0 },
	{ &quantity_plain, "", 0 },
	{ &quantity_plain, "-1", 0 },
	{ &quantity_plain, " 1", 0 },
	{ &quantity_plain, "0x10", 0 },
	{ &quantity_seconds, "s", 0 },
	{ &quantity_seconds, "300ms", 0 },
	{ &quantity_seconds, "5 s", 0 },
	{ &quantity_seconds, "5S", 0 },
	{ &quantity_seconds, "1.5h", 0 },
	{ &quantity_seconds, "5k", 0 },
	{ &quantity_count, "5s", 0 },
	{ &quantity_count, "10kk", 0 },
	{ &quantity_megabits, "10k", 0 },
	{ &quantity_plain, "18446744073709551616", 0 },
	{ &quantity_count, "18446744074G", 0 },
};

static void all_else_is_refused(void **state)
{
	uint64_t number = 7;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(quantity_read(bad[i].quantity, bad[i].text,
					   UINT64_MAX, &number));
	assert_int_equal(number, 7);
}

static void the_maximum_is_in_the_base_unit(void **state)
{
	uint64_t number = 7;

	(void)state;
	assert_false(quantity_read(&quantity_seconds, "2m", 119, &number));
	assert_int_equal(number, 7);
	assert_true(quantity_read(&quantity_seconds, "2m", 120, &number));
	assert_int_equal(number, 120);
	assert_true(quantity_read(&quantity_seconds, "2000ms", 2, &number));
	assert_int_equal(number, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_multiply_and_divide),
		cmocka_unit_test(all_else_is_refused),
		cmocka_unit_test(the_maximum_is_in_the_base_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
