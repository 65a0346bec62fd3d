// SPDX-License-Identifier: BSD-2-Clause
/* Text: bounded, terminated, escaped. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/codec/text.h"
#include "bytes.h"

static void adds_piece_by_piece(void **state)
{
	char data[32];
	struct text text = text_of(data, sizeof(data));

	(void)state;
	assert_string_equal(data, "");
	text_add(&text, "%s %d", "limit", 100);
	text_add(&text, ", %c", 'x');
	assert_string_equal(data, "limit 100, x");
	assert_int_equal(text.used, strlen(data));
}

static void cuts_what_does_not_fit(void **state)
{
	char data[9] = "########";

	(void)state;
	for (size_t size = 1; size < sizeof(data); size++) {
		struct text text = text_of(data, size);

		text_add(&text, "%s", "ab");
		text_add(&text, "%s", "cdefghijklm");
		text_add(&text, "more");
		assert_int_equal(text.used, size - 1);
		assert_memory_equal(data, "abcdefghij", size - 1);
		assert_int_equal(data[size - 1], '\0');
	}
}

static void goes_back_to_where_it_was(void **state)
{
	char data[16];
	struct text text = text_of(data, sizeof(data));

	(void)state;
	text_add(&text, "kept");
	text_add(&text, " dropped");
	text_cut(&text, 4);
	assert_string_equal(data, "kept");
	text_add(&text, "!");
	assert_string_equal(data, "kept!");
}

static void escapes_every_byte_that_is_not_plain(void **state)
{
	char data[TEXT_ESCAPE_SIZE + 1];

	(void)state;
	for (unsigned int i = 0; i <= UINT8_MAX; i++) {
		uint8_t byte = (uint8_t)i;
		bool plain = i >= ' ' && i <= '~' && i != '"' && i != '\\';
		struct text text = text_of(data, sizeof(data));

		text_add_escaped(&text, reader_of(&byte, 1));
		assert_int_equal(text.used, plain ? 1 : TEXT_ESCAPE_SIZE);
		for (size_t at = 0; at < text.used; at++)
			assert_in_range(data[at], ' ', '~');
	}
}

static void never_cuts_an_escape_in_two(void **state)
{
	char data[16];

	(void)state;
	for (size_t size = 1; size <= sizeof(data); size++) {
		struct text text = text_of(data, size);

		text_add_escaped(&text, BYTES('\n', '\n', '\n'));
		assert_int_equal(text.used % TEXT_ESCAPE_SIZE, 0);
		assert_int_equal(strlen(data), text.used);
	}
}

static void fits_whole_characters_only(void **state)
{
	/* Characters of 1, 2, 3 and 4 bytes: they end at 1, 3, 6 and 10. */
	static const char text[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\x80";
	static const size_t expected[] = {
		0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10
	};

	(void)state;
	for (size_t max = 0; max < sizeof(expected) / sizeof(expected[0]);
	     max++)
		assert_int_equal(text_fit(text, max), expected[max]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_piece_by_piece),
		cmocka_unit_test(cuts_what_does_not_fit),
		cmocka_unit_test(goes_back_to_where_it_was),
		cmocka_unit_test(escapes_every_byte_that_is_not_plain),
		cmocka_unit_test(never_cuts_an_escape_in_two),
		cmocka_unit_test(fits_whole_characters_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
