// SPDX-License-Identifier: BSD-2-Clause
/* Records of a file that is replayed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "core/array.h"
#include "mrt_reader.h"

/* A KEEPALIVE from 10.1.0.11 with microseconds, then a state change. */
static const uint8_t file[] = {
	0,   0,	  0,	9,    0,    17,	  0,	4,   0,	  0,	0,   43,  0,
	0,   0,	  5,	0,    0,    0xfd, 0xe9, 0,   0,	  0xfc, 0,   0,	  0,
	0,   1,	  10,	1,    0,    11,	  10,	1,   0,	  1,	255, 255, 255,
	255, 255, 255,	255,  255,  255,  255,	255, 255, 255,	255, 255, 255,
	0,   19,  4,	0,    0,    0,	  9,	0,   16,  0,	0,   0,	  0,
	0,   20,  0xfd, 0xe9, 0xfc, 0,	  0,	0,   0,	  1,	10,  1,	  0,
	11,  10,  1,	0,    1,    0,	  6,	0,   1,
};

enum {
	FIRST_SIZE = 12 + 43,
};

static void messages_and_state_changes_are_read(void **state)
{
	struct reader r = reader_of(file, sizeof(file));
	const struct address peer = address_from_ipv4(htonl(0x0a01000b));
	struct mrt_record record;

	(void)state;
	assert_true(mrt_reader_next(&r, &record));
	assert_int_equal(record.kind, MRT_RECORD_MESSAGE);
	assert_int_equal(record.time_us, 9000005);
	assert_int_equal(record.message.left, 19);
	assert_true(address_equal(&record.peer, &peer));
	assert_true(mrt_reader_next(&r, &record));
	assert_int_equal(record.kind, MRT_RECORD_STATE);
	assert_true(record.session_ends);
	assert_true(address_equal(&record.peer, &peer));
	assert_false(mrt_reader_next(&r, &record));
	assert_false(r.failed);
}

static void each_truncation_fails(void **state)
{
	(void)state;
	for (size_t size = 1; size < sizeof(file); size++) {
		struct reader r = reader_of(file, size);
		struct mrt_record record;

		while (mrt_reader_next(&r, &record))
			;
		assert_int_equal(r.failed, size != FIRST_SIZE);
	}
}

/* A length that ends within the record's fixed part. */
static void a_short_record_fails(void **state)
{
	(void)state;
	for (uint8_t size = 0; size < 43; size++) {
		uint8_t bytes[sizeof(file)];
		struct mrt_record record;
		struct reader r;

		memcpy(bytes, file, sizeof(file));
		bytes[11] = size;
		r = reader_of(bytes, 12u + size);
		assert_false(mrt_reader_next(&r, &record));
		assert_true(r.failed);
	}
}

static void records_of_other_types_are_passed_over(void **state)
{
	static const uint8_t others[][12] = {
		{ 0, 0, 0, 9, 0, 13, 0, 1 }, /* TABLE_DUMP_V2 */
		{ 0, 0, 0, 9, 0, 16, 0, 7 }, /* sent by the collector */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		struct reader r = reader_of(others[i], sizeof(others[i]));
		struct mrt_record record;

		assert_true(mrt_reader_next(&r, &record));
		assert_int_equal(record.kind, MRT_RECORD_OTHER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_and_state_changes_are_read),
		cmocka_unit_test(each_truncation_fails),
		cmocka_unit_test(a_short_record_fails),
		cmocka_unit_test(records_of_other_types_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
