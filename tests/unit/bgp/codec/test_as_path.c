// SPDX-License-Identifier: BSD-2-Clause
/*
 * AS paths: length, first and last AS, loops, prepending, text, and the merge
 * with AS4_PATH.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/as_path.h"
#include "bytes.h"

enum {
	SET = BGP_SEGMENT_SET,
	SEQUENCE = BGP_SEGMENT_SEQUENCE,
	CONFED_SEQUENCE = BGP_SEGMENT_CONFED_SEQUENCE,
	CONFED_SET = BGP_SEGMENT_CONFED_SET,
	SPACE = 16384,
};

#define AS(number) 0, 0, (number) >> 8, (number)&0xff
#define EMPTY	   reader_of("", 0)

static uint8_t space[SPACE];

static struct reader replaced(struct reader path, uint32_t from, uint32_t own,
			      bool remove_private)
{
	struct writer w = writer_of(space, sizeof(space));

	as_path_replace(&w, path, from, own, remove_private);
	assert_false(w.failed);
	return reader_of(space, w.used);
}

static struct reader prepended(struct reader path, uint32_t as,
			       unsigned int times)
{
	struct writer w = writer_of(space, sizeof(space));

	as_path_prepend(&w, path, as, times);
	assert_false(w.failed);
	return reader_of(space, w.used);
}

static struct reader merged(struct reader path, struct reader path4)
{
	struct writer w = writer_of(space, sizeof(space));

	as_path_merge(&w, path, path4);
	assert_false(w.failed);
	return reader_of(space, w.used);
}

static void assert_text(struct reader path, const char *expected)
{
	char text[256];

	assert_string_equal(as_path_format(path, text, sizeof(text)), expected);
}

static void counts_a_set_once_and_confederations_not_at_all(void **state)
{
	(void)state;
	assert_int_equal(as_path_length(EMPTY), 0);
	assert_int_equal(as_path_length(BYTES(SEQUENCE, 2, AS(1), AS(2))), 2);
	assert_int_equal(as_path_length(BYTES(CONFED_SEQUENCE, 1, AS(9),
					      SEQUENCE, 2, AS(1), AS(2), SET, 3,
					      AS(3), AS(4), AS(5), CONFED_SET,
					      1, AS(8))),
			 3);
}

static void counts_confederations_apart(void **state)
{
	(void)state;
	assert_int_equal(as_path_confederation_length(EMPTY), 0);
	assert_int_equal(as_path_confederation_length(BYTES(
				 CONFED_SEQUENCE, 2, AS(8), AS(9), CONFED_SET,
				 1, AS(7), SEQUENCE, 1, AS(1))),
			 2);
	assert_int_equal(as_path_member_as(BYTES(CONFED_SEQUENCE, 2, AS(8),
						 AS(9), SEQUENCE, 1, AS(1))),
			 8);
	assert_int_equal(as_path_member_as(BYTES(SEQUENCE, 1, AS(1))), 0);
	assert_int_equal(as_path_member_as(EMPTY), 0);
}

static void finds_the_first_and_the_last_as(void **state)
{
	struct reader confed = BYTES(CONFED_SEQUENCE, 1, AS(9), SEQUENCE, 2,
				     AS(1), AS(2), CONFED_SET, 1, AS(8));

	(void)state;
	assert_int_equal(as_path_first(confed), 1);
	assert_int_equal(as_path_last(confed), 2);
	assert_int_equal(as_path_first(EMPTY), 0);
	assert_int_equal(as_path_last(EMPTY), 0);
	assert_int_equal(as_path_first(BYTES(SET, 1, AS(1))), 0);
	assert_int_equal(as_path_last(BYTES(SEQUENCE, 1, AS(1), SET, 1, AS(2))),
			 0);
	assert_int_equal(as_path_last(BYTES(SEQUENCE, 1, AS(1), SEQUENCE, 2,
					    AS(2), AS(3))),
			 3);
}

static void finds_an_as_in_any_segment(void **state)
{
	struct reader path = BYTES(CONFED_SEQUENCE, 1, AS(9), SEQUENCE, 2,
				   AS(1), AS(2), SET, 1, AS(8));

	(void)state;
	assert_true(as_path_contains(path, 9));
	assert_true(as_path_contains(path, 2));
	assert_true(as_path_contains(path, 8));
	assert_false(as_path_contains(path, 3));
	assert_false(as_path_contains(EMPTY, 0));
}

static void tells_the_place_of_an_as(void **state)
{
	struct reader path = BYTES(CONFED_SEQUENCE, 1, AS(9), SEQUENCE, 2,
				   AS(1), AS(2), SET, 2, AS(8), AS(1));

	(void)state;
	assert_int_equal(as_path_place(path, 9), 1);
	assert_int_equal(as_path_place(path, 1), 2);
	assert_int_equal(as_path_place(path, 8), 4);
	assert_int_equal(as_path_place(path, 3), 0);
	assert_int_equal(as_path_place(EMPTY, 0), 0);
}

static void finds_fault_with_malformed_paths(void **state)
{
	(void)state;
	assert_null(as_path_error(EMPTY, BGP_AS4_SIZE));
	assert_null(as_path_error(BYTES(SEQUENCE, 1, AS(1)), BGP_AS4_SIZE));
	assert_null(as_path_error(BYTES(CONFED_SET, 1, 0, 1), BGP_AS2_SIZE));
	assert_non_null(as_path_error(BYTES(SEQUENCE), BGP_AS4_SIZE));
	assert_non_null(as_path_error(BYTES(SEQUENCE, 0), BGP_AS4_SIZE));
	assert_non_null(as_path_error(BYTES(0, 1, AS(1)), BGP_AS4_SIZE));
	assert_non_null(as_path_error(BYTES(5, 1, AS(1)), BGP_AS4_SIZE));
	assert_non_null(as_path_error(BYTES(SEQUENCE, 1, AS(0)), BGP_AS4_SIZE));
	assert_non_null(as_path_error(BYTES(SEQUENCE, 2, AS(1)), BGP_AS4_SIZE));
	assert_non_null(
		as_path_error(BYTES(SEQUENCE, 1, AS(1), 2), BGP_AS4_SIZE));
	assert_non_null(as_path_error(BYTES(SEQUENCE, 1, AS(1)), BGP_AS2_SIZE));
}

static void prepends_to_the_leading_sequence(void **state)
{
	struct reader path;

	(void)state;
	path = prepended(BYTES(SEQUENCE, 1, AS(2)), 1, 1);
	assert_bytes(path.data, path.left, SEQUENCE, 2, AS(1), AS(2));
	path = prepended(EMPTY, 1, 2);
	assert_bytes(path.data, path.left, SEQUENCE, 2, AS(1), AS(1));
	path = prepended(BYTES(SET, 1, AS(2)), 1, 1);
	assert_bytes(path.data, path.left, SEQUENCE, 1, AS(1), SET, 1, AS(2));
	path = prepended(BYTES(SEQUENCE, 1, AS(2), SET, 1, AS(3)), 1, 0);
	assert_bytes(path.data, path.left, SEQUENCE, 1, AS(2), SET, 1, AS(3));
	path = prepended(EMPTY, 1, 0);
	assert_int_equal(path.left, 0);
}

static void opens_a_new_segment_at_255(void **state)
{
	static uint8_t full[AS_PATH_SEGMENT_HEADER + 255 * BGP_AS4_SIZE];
	struct writer w = writer_of(full, sizeof(full));
	struct reader path;

	(void)state;
	as_path_prepend(&w, EMPTY, 2, 255);
	assert_int_equal(w.used, sizeof(full));
	path = prepended(reader_of(full, sizeof(full)), 1, 1);
	assert_int_equal(as_path_length(path), 256);
	assert_int_equal(as_path_first(path), 1);
	assert_int_equal(path.data[1], 1);
	assert_int_equal(path.data[7], 255);
}

static void prepends_any_number_of_times(void **state)
{
	static const unsigned int times[] = { 254, 255, 256, 400, 511, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct reader path =
			prepended(BYTES(SEQUENCE, 1, AS(2)), 1, times[i]);

		assert_null(as_path_error(path, BGP_AS4_SIZE));
		assert_int_equal(as_path_length(path), times[i] + 1);
		assert_int_equal(as_path_first(path), 1);
		assert_int_equal(as_path_last(path), 2);
	}
}

static void fails_the_writer_of_a_path_that_does_not_fit(void **state)
{
	(void)state;
	for (size_t size = 0; size < 10; size++) {
		struct writer w = writer_of(space, size);

		as_path_prepend(&w, BYTES(SEQUENCE, 1, AS(2)), 1, 1);
		assert_true(w.failed);
	}
}

static void writes_as_trans_for_what_does_not_fit(void **state)
{
	struct reader path = BYTES(SEQUENCE, 2, AS(1), 0, 1, 0, 0);
	struct writer w = writer_of(space, sizeof(space));

	(void)state;
	assert_true(as_path_needs_as4(path));
	assert_false(as_path_needs_as4(BYTES(SEQUENCE, 1, AS(65535))));
	as_path_resize(&w, path, BGP_AS4_SIZE, BGP_AS2_SIZE);
	assert_bytes(space, w.used, SEQUENCE, 2, 0, 1, 0x5b, 0xa0);
}

static void merges_the_paths_of_an_old_speaker(void **state)
{
	(void)state;
	assert_text(merged(BYTES(SEQUENCE, 3, AS(7), AS(23456), AS(23456)),
			   BYTES(SEQUENCE, 2, 0, 1, 0, 0, 0, 1, 0, 1)),
		    "7 65536 65537");
}

static void merges_into_one_segment(void **state)
{
	struct reader path = merged(BYTES(SEQUENCE, 2, AS(7), AS(23456)),
				    BYTES(SEQUENCE, 1, 0, 1, 0, 0));

	(void)state;
	assert_bytes(path.data, path.left, SEQUENCE, 2, AS(7), 0, 1, 0, 0);
}

static void ignores_an_as4_path_longer_than_the_path(void **state)
{
	(void)state;
	assert_text(merged(BYTES(SEQUENCE, 1, AS(7)),
			   BYTES(SEQUENCE, 2, AS(8), AS(9))),
		    "7");
}

static void takes_an_as4_path_as_long_as_the_path(void **state)
{
	(void)state;
	assert_text(merged(BYTES(SEQUENCE, 2, AS(7), AS(23456)),
			   BYTES(SEQUENCE, 2, AS(7), 0, 1, 0, 0)),
		    "7 65536");
}

static void drops_confederations_in_an_as4_path(void **state)
{
	(void)state;
	assert_text(merged(BYTES(SEQUENCE, 2, AS(7), AS(23456)),
			   BYTES(CONFED_SEQUENCE, 1, AS(9), SEQUENCE, 1, 0, 1,
				 0, 0, CONFED_SET, 1, AS(9))),
		    "7 65536");
}

static void counts_a_set_once_when_merging(void **state)
{
	(void)state;
	assert_text(merged(BYTES(SEQUENCE, 1, AS(7), SET, 2, AS(1), AS(2),
				 SEQUENCE, 1, AS(23456)),
			   BYTES(SEQUENCE, 1, 0, 1, 0, 0)),
		    "7 {1,2} 65536");
}

static void formats_all_kinds_of_segments(void **state)
{
	(void)state;
	assert_text(EMPTY, "");
	assert_text(BYTES(SEQUENCE, 2, AS(65001), AS(65002), SET, 2, AS(1),
			  AS(2)),
		    "65001 65002 {1,2}");
	assert_text(BYTES(CONFED_SEQUENCE, 2, AS(1), AS(2), CONFED_SET, 2,
			  AS(3), AS(4), SEQUENCE, 1, 255, 255, 255, 255),
		    "(1 2) [3,4] 4294967295");
}

static void marks_a_text_that_was_cut(void **state)
{
	struct reader path = BYTES(SEQUENCE, 3, AS(65001), AS(65002), AS(1));
	const char *whole = "65001 65002 1";
	char text[32];

	(void)state;
	for (size_t size = 4; size <= strlen(whole); size++) {
		as_path_format(path, text, size);
		assert_int_equal(strlen(text), size - 1);
		assert_string_equal(text + size - 4, "...");
	}
	as_path_format(path, text, strlen(whole) + 1);
	assert_string_equal(text, whole);
}

static void numbers_are_replaced_and_private_ones_removed(void **state)
{
	static const uint8_t path[] = {
		SEQUENCE, 3,	AS(64512), AS(7),     AS(65534),
		SET,	  2,	AS(64511), AS(65000), SEQUENCE,
		1,	  0xff, 0xff,	   0xff,      0xfe,
	};
	const struct reader whole = reader_of(path, sizeof(path));
	char text[64];

	(void)state;
	assert_string_equal(as_path_format(replaced(whole, 7, 9, false), text,
					   sizeof(text)),
			    "64512 9 65534 {64511,65000} 4294967294");
	assert_string_equal(as_path_format(replaced(whole, 0, 9, true), text,
					   sizeof(text)),
			    "7 {64511}");
	assert_string_equal(as_path_format(replaced(whole, 7, 65000, true),
					   text, sizeof(text)),
			    "65000 {64511,65000}");
	assert_int_equal(replaced(EMPTY, 7, 9, true).left, 0);
}

static void private_numbers_are_those_of_the_rfc(void **state)
{
	(void)state;
	assert_false(as_path_is_private(64511));
	assert_true(as_path_is_private(64512));
	assert_true(as_path_is_private(65534));
	assert_false(as_path_is_private(65535));
	assert_false(as_path_is_private(4199999999));
	assert_true(as_path_is_private(4200000000));
	assert_true(as_path_is_private(4294967294));
	assert_false(as_path_is_private(4294967295));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_replaced_and_private_ones_removed),
		cmocka_unit_test(private_numbers_are_those_of_the_rfc),
		cmocka_unit_test(
			counts_a_set_once_and_confederations_not_at_all),
		cmocka_unit_test(counts_confederations_apart),
		cmocka_unit_test(finds_the_first_and_the_last_as),
		cmocka_unit_test(finds_an_as_in_any_segment),
		cmocka_unit_test(tells_the_place_of_an_as),
		cmocka_unit_test(finds_fault_with_malformed_paths),
		cmocka_unit_test(prepends_to_the_leading_sequence),
		cmocka_unit_test(opens_a_new_segment_at_255),
		cmocka_unit_test(prepends_any_number_of_times),
		cmocka_unit_test(fails_the_writer_of_a_path_that_does_not_fit),
		cmocka_unit_test(writes_as_trans_for_what_does_not_fit),
		cmocka_unit_test(merges_the_paths_of_an_old_speaker),
		cmocka_unit_test(merges_into_one_segment),
		cmocka_unit_test(ignores_an_as4_path_longer_than_the_path),
		cmocka_unit_test(takes_an_as4_path_as_long_as_the_path),
		cmocka_unit_test(drops_confederations_in_an_as4_path),
		cmocka_unit_test(counts_a_set_once_when_merging),
		cmocka_unit_test(formats_all_kinds_of_segments),
		cmocka_unit_test(marks_a_text_that_was_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
