// SPDX-License-Identifier: BSD-2-Clause
/* Bytes to hexadecimal text and back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/hex.h"

static void every_byte_comes_back(void **state)
{
	uint8_t bytes[256], back[256];
	char text[2 * sizeof(bytes) + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	hex_write(bytes, sizeof(bytes), text);
	assert_int_equal(hex_read(text, back, sizeof(back)), sizeof(bytes));
	assert_memory_equal(bytes, back, sizeof(bytes));
}

static void an_empty_text_is_valid(void **state)
{
	char text[1];

	(void)state;
	hex_write(NULL, 0, text);
	assert_string_equal(text, "");
	assert_int_equal(hex_read("", NULL, 0), 0);
}

static void refuses_other_text(void **state)
{
	uint8_t bytes[2];

	(void)state;
	assert_int_equal(hex_read("0", bytes, sizeof(bytes)), -1);
	assert_int_equal(hex_read("0g", bytes, sizeof(bytes)), -1);
	assert_int_equal(hex_read("0A", bytes, sizeof(bytes)), -1);
	assert_int_equal(hex_read("010203", bytes, sizeof(bytes)), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(an_empty_text_is_valid),
		cmocka_unit_test(refuses_other_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
