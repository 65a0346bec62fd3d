// SPDX-License-Identifier: BSD-2-Clause
/* A neighbor as a record of a handover. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/session/handover_state.h"

static const uint8_t open_bytes[] = { 4, 0xfd, 0xe8, 0, 9, 10, 1, 0, 11, 0 };

static struct bgp_handover_state example(void)
{
	struct bgp_handover_state state = {
		.address = address_from_ipv4(0x0b00010a),
		.admin = { .down = true, .since_ms = 1, .reason = "disk" },
		.held_until_ms = 2,
		.changed_ms = 3,
		.sessions_ended = 4,
		.last_error_ms = 5,
		.last_error = "received NOTIFICATION 6/4",
		.up = true,
		.incoming = true,
		.local_open = reader_of(open_bytes, sizeof(open_bytes)),
		.remote_open = reader_of(open_bytes, sizeof(open_bytes)),
		.options = " role=backend hold-time=9",
		.disabled_families = 6,
		.end_of_rib_due = 7,
		.refreshing = 8,
		.refreshed = 9,
		.end_of_rib = 10,
		.end_of_rib_ms = 11,
		.warm_since_ms = 12,
	};

	state.counters.received[BGP_UPDATE] = 13;
	state.counters.foreign = 14;
	return state;
}

static void reads_what_was_written(void **unused)
{
	const struct bgp_handover_state state = example();
	uint8_t bytes[BGP_HANDOVER_STATE_MAX];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct bgp_handover_state read;
	struct reader r;

	(void)unused;
	bgp_handover_state_encode(&w, &state);
	r = reader_of(bytes, w.used);
	assert_true(bgp_handover_state_decode(&r, &read));
	assert_int_equal(r.left, 0);
	assert_int_equal(read.remote_open.left, sizeof(open_bytes));
	assert_memory_equal(read.remote_open.data, open_bytes,
			    sizeof(open_bytes));
	/* The views are into other memory; all else is equal. */
	read.local_open = state.local_open;
	read.remote_open = state.remote_open;
	assert_string_equal(read.options, state.options);
	assert_string_equal(read.admin.reason, state.admin.reason);
	assert_memory_equal(&read.counters, &state.counters,
			    sizeof(read.counters));
	assert_int_equal(read.warm_since_ms, state.warm_since_ms);
	assert_int_equal(read.disabled_families, state.disabled_families);
	assert_true(read.incoming && read.up && read.admin.down);
}

static void rejects_every_truncation(void **unused)
{
	const struct bgp_handover_state state = example();
	uint8_t bytes[BGP_HANDOVER_STATE_MAX];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct bgp_handover_state read;

	(void)unused;
	bgp_handover_state_encode(&w, &state);
	for (size_t size = 0; size < w.used; size++) {
		struct reader r = reader_of(bytes, size);

		assert_false(bgp_handover_state_decode(&r, &read));
	}
}

static void holds_the_longest_texts_and_opens(void **unused)
{
	static const uint8_t longest[BGP_MAX_MESSAGE - BGP_HEADER_SIZE];
	struct bgp_handover_state state = example(), read;
	uint8_t bytes[BGP_HANDOVER_STATE_MAX];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct reader r;

	(void)unused;
	memset(state.options, 'x', sizeof(state.options) - 1);
	memset(state.last_error, 'x', sizeof(state.last_error) - 1);
	memset(state.admin.reason, 'x', sizeof(state.admin.reason) - 1);
	state.local_open = reader_of(longest, sizeof(longest));
	state.remote_open = state.local_open;
	bgp_handover_state_encode(&w, &state);
	assert_false(w.failed);
	r = reader_of(bytes, w.used);
	assert_true(bgp_handover_state_decode(&r, &read));
	assert_string_equal(read.options, state.options);
}

static void ignores_what_a_later_version_adds(void **unused)
{
	const struct bgp_handover_state state = example();
	uint8_t bytes[BGP_HANDOVER_STATE_MAX];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct bgp_handover_state read;
	struct reader r;

	(void)unused;
	bgp_handover_state_encode(&w, &state);
	writer_u64(&w, 1);
	r = reader_of(bytes, w.used);
	assert_true(bgp_handover_state_decode(&r, &read));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(rejects_every_truncation),
		cmocka_unit_test(holds_the_longest_texts_and_opens),
		cmocka_unit_test(ignores_what_a_later_version_adds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
