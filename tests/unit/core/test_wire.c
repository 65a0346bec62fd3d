// SPDX-License-Identifier: BSD-2-Clause
/* Reader and writer of wire formats. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire.h"

static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

/* A message with all types: u8, u16, u32, a length and as many bytes. */
struct message {
	uint8_t kind;
	uint16_t code;
	uint32_t number;
	uint8_t body[4];
};

static bool read_message(struct reader *r, struct message *message)
{
	struct reader body;
	uint8_t length;

	message->kind = reader_u8(r);
	message->code = reader_u16(r);
	message->number = reader_u32(r);
	length = reader_u8(r);
	body = reader_sub(r, length);
	reader_bytes(&body, message->body, sizeof(message->body));
	return !r->failed && !body.failed;
}

static size_t write_message(struct writer *w, const struct message *message)
{
	size_t length_at;

	writer_u8(w, message->kind);
	writer_u16(w, message->code);
	writer_u32(w, message->number);
	length_at = w->used;
	writer_u8(w, 0);
	writer_bytes(w, message->body, sizeof(message->body));
	writer_patch_u8(w, length_at, w->used - length_at - 1);
	return w->used;
}

static const struct message sample = {
	.kind = 7,
	.code = 0xabcd,
	.number = 0x01020304,
	.body = { 9, 8, 7, 6 },
};

static void numbers_are_read_in_network_order(void **state)
{
	struct reader r = reader_of(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(reader_u8(&r), 0x01);
	assert_int_equal(reader_u16(&r), 0x0203);
	assert_int_equal(reader_u32(&r), 0x04050607);
	assert_int_equal(r.left, 1);
	assert_false(r.failed);
}

static void a_failure_stays_and_yields_zeroes(void **state)
{
	struct reader r = reader_of(bytes, 3);

	(void)state;
	assert_int_equal(reader_u32(&r), 0);
	assert_true(r.failed);
	/* Three bytes are left, but after a failure none is read. */
	assert_int_equal(reader_u8(&r), 0);
	assert_int_equal(reader_u16(&r), 0);
	assert_null(reader_take(&r, 0));
	assert_int_equal(r.left, 0);
	assert_true(r.failed);
}

static void a_failed_read_leaves_the_target_untouched(void **state)
{
	struct reader r = reader_of(bytes, 3);
	uint8_t target[4] = { 0xee, 0xee, 0xee, 0xee };

	(void)state;
	reader_bytes(&r, target, sizeof(target));
	assert_true(r.failed);
	assert_int_equal(target[0], 0xee);
}

static void nothing_can_be_read_from_nothing(void **state)
{
	struct reader r = reader_of(NULL, 0);

	(void)state;
	assert_false(r.failed);
	assert_int_equal(reader_u8(&r), 0);
	assert_true(r.failed);
}

static void a_size_near_the_largest_does_not_wrap(void **state)
{
	struct reader r = reader_of(bytes, sizeof(bytes));

	(void)state;
	reader_u8(&r);
	assert_null(reader_take(&r, SIZE_MAX));
	assert_true(r.failed);
}

static void a_sub_reader_ends_before_its_parent(void **state)
{
	struct reader r = reader_of(bytes, sizeof(bytes));
	struct reader sub = reader_sub(&r, 3);

	(void)state;
	assert_int_equal(reader_u16(&sub), 0x0102);
	assert_int_equal(reader_u16(&sub), 0);
	assert_true(sub.failed);
	/* Reads of the sub-reader do not move or fail its parent. */
	assert_false(r.failed);
	assert_int_equal(reader_u8(&r), 4);
}

static void a_sub_reader_larger_than_its_parent_fails_both(void **state)
{
	struct reader r = reader_of(bytes, sizeof(bytes));
	struct reader sub = reader_sub(&r, sizeof(bytes) + 1);

	(void)state;
	assert_true(sub.failed);
	assert_true(r.failed);
	assert_int_equal(reader_u8(&sub), 0);
}

static void an_empty_sub_reader_is_no_failure(void **state)
{
	struct reader r = reader_of(bytes, sizeof(bytes));
	struct reader sub = reader_sub(&r, 0);

	(void)state;
	assert_false(sub.failed);
	assert_int_equal(sub.left, 0);
	assert_int_equal(r.left, sizeof(bytes));
}

static void a_message_is_read_as_it_was_written(void **state)
{
	uint8_t buffer[32];
	struct writer w = writer_of(buffer, sizeof(buffer));
	struct message read = { .kind = 0 };
	struct reader r;

	(void)state;
	r = reader_of(buffer, write_message(&w, &sample));
	assert_false(w.failed);
	assert_true(read_message(&r, &read));
	assert_int_equal(r.left, 0);
	assert_int_equal(read.kind, sample.kind);
	assert_int_equal(read.code, sample.code);
	assert_int_equal(read.number, sample.number);
	assert_memory_equal(read.body, sample.body, sizeof(sample.body));
}

static void every_truncation_is_rejected(void **state)
{
	uint8_t buffer[32];
	struct writer w = writer_of(buffer, sizeof(buffer));
	size_t size = write_message(&w, &sample);
	struct message read;

	(void)state;
	for (size_t cut = 0; cut < size; cut++) {
		struct reader r = reader_of(buffer, cut);

		assert_false(read_message(&r, &read));
	}
}

static void every_buffer_too_small_fails_the_writer(void **state)
{
	uint8_t buffer[32];
	struct writer whole = writer_of(buffer, sizeof(buffer));
	size_t size = write_message(&whole, &sample);

	(void)state;
	for (size_t room = 0; room < size; room++) {
		struct writer w = writer_of(buffer, room);

		memset(buffer, 0xee, sizeof(buffer));
		write_message(&w, &sample);
		assert_true(w.failed);
		assert_true(w.used <= room);
		assert_int_equal(buffer[room], 0xee);
	}
}

static void a_writer_that_failed_writes_nothing_more(void **state)
{
	uint8_t buffer[4] = { 0 };
	struct writer w = writer_of(buffer, 3);

	(void)state;
	writer_u32(&w, UINT32_MAX);
	writer_u8(&w, 1);
	assert_true(w.failed);
	assert_int_equal(w.used, 0);
	assert_int_equal(buffer[0], 0);
}

static void a_patched_length_must_fit_its_field(void **state)
{
	uint8_t buffer[4] = { 0 };
	struct writer w = writer_of(buffer, sizeof(buffer));

	(void)state;
	writer_u32(&w, 0);
	writer_patch_u8(&w, 0, UINT8_MAX);
	writer_patch_u16(&w, 1, 0x1234);
	assert_false(w.failed);
	assert_int_equal(buffer[0], 0xff);
	assert_int_equal(buffer[1], 0x12);
	assert_int_equal(buffer[2], 0x34);

	writer_patch_u8(&w, 0, UINT8_MAX + 1);
	assert_true(w.failed);
	w.failed = false;
	writer_patch_u16(&w, 0, UINT16_MAX + 1);
	assert_true(w.failed);
	assert_int_equal(buffer[0], 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_in_network_order),
		cmocka_unit_test(a_failure_stays_and_yields_zeroes),
		cmocka_unit_test(a_failed_read_leaves_the_target_untouched),
		cmocka_unit_test(nothing_can_be_read_from_nothing),
		cmocka_unit_test(a_size_near_the_largest_does_not_wrap),
		cmocka_unit_test(a_sub_reader_ends_before_its_parent),
		cmocka_unit_test(
			a_sub_reader_larger_than_its_parent_fails_both),
		cmocka_unit_test(an_empty_sub_reader_is_no_failure),
		cmocka_unit_test(a_message_is_read_as_it_was_written),
		cmocka_unit_test(every_truncation_is_rejected),
		cmocka_unit_test(every_buffer_too_small_fails_the_writer),
		cmocka_unit_test(a_writer_that_failed_writes_nothing_more),
		cmocka_unit_test(a_patched_length_must_fit_its_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
