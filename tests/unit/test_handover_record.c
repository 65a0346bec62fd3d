// SPDX-License-Identifier: BSD-2-Clause
/* Records of a handover: what is written is read, and nothing less is. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "handover_record.h"

enum {
	ROOM = 1024,
	UNKNOWN_TYPE = 999,
};

static const struct handover_nexthop nexthop = {
	.via = { .bytes = { 0xfe, 0x80, [15] = 0x11 } },
	.ifindex = 7,
	.mac = { 2, 0, 0, 0, 0, 1 },
};

static struct reader body_of(const struct writer *w,
			     struct handover_record *record)
{
	assert_int_equal(handover_record_next(w->data, w->used, record),
			 w->used);
	return record->body;
}

static void reads_what_was_written(void **state)
{
	uint8_t bytes[ROOM];
	struct writer w = writer_of(bytes, sizeof(bytes));
	size_t begin = handover_record_begin(&w, HANDOVER_NEXTHOP);
	struct handover_nexthop read;
	struct handover_record record;
	struct reader body;

	(void)state;
	handover_nexthop_encode(&w, &nexthop);
	handover_record_end(&w, begin);
	body = body_of(&w, &record);
	assert_int_equal(record.type, HANDOVER_NEXTHOP);
	assert_true(handover_nexthop_decode(&body, &read));
	assert_true(address_equal(&read.via, &nexthop.via));
	assert_int_equal(read.ifindex, nexthop.ifindex);
	assert_memory_equal(read.mac, nexthop.mac, sizeof(read.mac));
}

static void waits_for_the_rest_of_a_record(void **state)
{
	uint8_t bytes[ROOM];
	struct writer w = writer_of(bytes, sizeof(bytes));
	size_t begin = handover_record_begin(&w, HANDOVER_NEXTHOP);
	struct handover_record record;

	(void)state;
	handover_nexthop_encode(&w, &nexthop);
	handover_record_end(&w, begin);
	for (size_t size = 0; size < w.used; size++)
		assert_int_equal(handover_record_next(bytes, size, &record), 0);
}

static void skips_a_type_that_is_unknown(void **state)
{
	uint8_t bytes[ROOM];
	struct writer w = writer_of(bytes, sizeof(bytes));
	size_t begin =
		handover_record_begin(&w, (enum handover_type)UNKNOWN_TYPE);
	struct handover_record record;
	int32_t size;

	(void)state;
	writer_u32(&w, 1);
	handover_record_end(&w, begin);
	handover_record_end(&w, handover_record_begin(&w, HANDOVER_END));
	size = handover_record_next(bytes, w.used, &record);
	assert_int_equal(record.type, UNKNOWN_TYPE);
	assert_true(size > 0);
	handover_record_next(bytes + size, w.used - (size_t)size, &record);
	assert_int_equal(record.type, HANDOVER_END);
}

static void refuses_a_record_that_is_too_long(void **state)
{
	uint8_t bytes[HANDOVER_HEADER_SIZE];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct handover_record record;

	(void)state;
	writer_u32(&w, HANDOVER_BODY_MAX);
	writer_u32(&w, 0);
	assert_int_equal(handover_record_next(bytes, sizeof(bytes), &record),
			 0);
	w.used = 0;
	writer_u32(&w, HANDOVER_BODY_MAX + 1);
	writer_u32(&w, 0);
	assert_int_equal(handover_record_next(bytes, sizeof(bytes), &record),
			 -1);
}

static void refuses_truncated_bodies(void **state)
{
	uint8_t bytes[ROOM];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct handover_drain drain = { .since_ms = 5, .reason = "disk" }, read;
	struct reader r;

	(void)state;
	handover_drain_encode(&w, &drain);
	for (size_t size = 0; size < w.used; size++) {
		r = reader_of(bytes, size);
		assert_false(handover_drain_decode(&r, &read));
	}
	r = reader_of(bytes, w.used);
	assert_true(handover_drain_decode(&r, &read));
	assert_string_equal(read.reason, "disk");
	assert_int_equal(read.since_ms, 5);
}

static void refuses_a_truncated_manager(void **state)
{
	uint8_t bytes[ROOM];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct handover_manager manager = { .sign_us = 7, .path = "/run/n" },
				read;
	struct reader r;

	(void)state;
	handover_manager_encode(&w, &manager);
	for (size_t size = 0; size < w.used; size++) {
		r = reader_of(bytes, size);
		assert_false(handover_manager_decode(&r, &read));
	}
	r = reader_of(bytes, w.used);
	assert_true(handover_manager_decode(&r, &read));
	assert_string_equal(read.path, "/run/n");
	assert_int_equal(read.sign_us, 7);
}

static void refuses_a_text_with_a_zero(void **state)
{
	uint8_t bytes[ROOM];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct handover_hello hello;
	struct reader r;

	(void)state;
	handover_hello_encode(&w, "0.1");
	bytes[w.used - 1] = 0;
	r = reader_of(bytes, w.used);
	assert_false(handover_hello_decode(&r, &hello));
}

static void reads_keys_until_one_is_none(void **state)
{
	uint8_t bytes[ROOM];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct handover_key key = { .path_id = 3 }, read;
	struct reader r;

	(void)state;
	key.prefix.length = ADDRESS_BITS_IPV6;
	key.prefix.address.bytes[0] = 0x20;
	handover_key_encode(&w, &key);
	assert_int_equal(w.used, HANDOVER_KEY_SIZE);
	key.prefix.length = ADDRESS_BITS_IPV6 + 1;
	handover_key_encode(&w, &key);
	r = reader_of(bytes, w.used);
	assert_true(handover_key_decode(&r, &read));
	assert_int_equal(read.path_id, 3);
	assert_false(handover_key_decode(&r, &read));
	assert_true(r.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(waits_for_the_rest_of_a_record),
		cmocka_unit_test(skips_a_type_that_is_unknown),
		cmocka_unit_test(refuses_a_record_that_is_too_long),
		cmocka_unit_test(refuses_truncated_bodies),
		cmocka_unit_test(refuses_a_truncated_manager),
		cmocka_unit_test(refuses_a_text_with_a_zero),
		cmocka_unit_test(reads_keys_until_one_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
