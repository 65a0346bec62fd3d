// SPDX-License-Identifier: BSD-2-Clause
/* BFD sessions between two agents: all of one is written and read again. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nexthop/bfd_given.h"

enum {
	ROOM = 256,
};

/* Each value differs from the others. */
static const struct bfd_given example = {
	.endpoints = { .remote = { .bytes = { 0xfe, 0x80, [15] = 2 } },
		       .local = { .bytes = { 0xfe, 0x80, [15] = 1 } },
		       .ifindex = 3 },
	.mac = { 2, 0, 0, 0, 0, 4 },
	.session = {
		.timing = { .interval_us = 50000, .multiplier = 5 },
		.discriminator = 6,
		.state = BFD_STATE_UP,
		.diagnostic = BFD_DIAGNOSTIC_NEIGHBOR_DOWN,
		.drained = true,
		.since_us = UINT64_C(7) << 40,
		.polling = true,
		.sent_us = UINT64_C(8) << 40,
		.sent_interval_us = 9,
		.send_us = UINT64_C(10) << 40,
		.expire_us = BFD_SESSION_NEVER,
		.remote_state = BFD_STATE_INIT,
		.remote_diagnostic = 11,
		.proven = true,
		.remote_multiplier = 12,
		.remote_discriminator = 13,
		.remote_min_tx_us = 14,
		.remote_min_rx_us = 15,
	},
	.auth = { .key = { .type = BFD_AUTH_METICULOUS_SHA1, .id = 16 },
		  .sent_sequence = 17,
		  .has_heard = true,
		  .heard_sequence = 18,
		  .heard_us = UINT64_C(19) << 40 },
};

static void encode(struct writer *w, const struct bfd_given *given)
{
	bfd_given_encode(w, given);
	assert_false(w->failed);
}

static void assert_sessions_equal(const struct bfd_session *a,
				  const struct bfd_session *b)
{
	assert_int_equal(a->timing.interval_us, b->timing.interval_us);
	assert_int_equal(a->timing.multiplier, b->timing.multiplier);
	assert_int_equal(a->discriminator, b->discriminator);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->diagnostic, b->diagnostic);
	assert_int_equal(a->failed, b->failed);
	assert_int_equal(a->drained, b->drained);
	assert_int_equal(a->since_us, b->since_us);
	assert_int_equal(a->polling, b->polling);
	assert_int_equal(a->sent_us, b->sent_us);
	assert_int_equal(a->sent_interval_us, b->sent_interval_us);
	assert_int_equal(a->send_us, b->send_us);
	assert_int_equal(a->expire_us, b->expire_us);
	assert_int_equal(a->remote_state, b->remote_state);
	assert_int_equal(a->remote_diagnostic, b->remote_diagnostic);
	assert_int_equal(a->remote_demand, b->remote_demand);
	assert_int_equal(a->proven, b->proven);
	assert_int_equal(a->remote_multiplier, b->remote_multiplier);
	assert_int_equal(a->remote_discriminator, b->remote_discriminator);
	assert_int_equal(a->remote_min_tx_us, b->remote_min_tx_us);
	assert_int_equal(a->remote_min_rx_us, b->remote_min_rx_us);
}

static void reads_what_was_written(void **state)
{
	uint8_t bytes[ROOM];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct bfd_given read;
	struct reader r;

	(void)state;
	encode(&w, &example);
	r = reader_of(bytes, w.used);
	assert_true(bfd_given_decode(&r, &read));
	assert_sessions_equal(&read.session, &example.session);
	assert_true(address_equal(&read.endpoints.remote,
				  &example.endpoints.remote));
	assert_true(
		address_equal(&read.endpoints.local, &example.endpoints.local));
	assert_int_equal(read.endpoints.ifindex, 3);
	assert_memory_equal(read.mac, example.mac, sizeof(read.mac));
	assert_int_equal(read.auth.key.type, example.auth.key.type);
	assert_int_equal(read.auth.key.id, example.auth.key.id);
	assert_int_equal(read.auth.sent_sequence, 17);
	assert_true(read.auth.has_heard);
	assert_int_equal(read.auth.heard_sequence, 18);
	assert_int_equal(read.auth.heard_us, example.auth.heard_us);
}

static void rejects_every_truncation(void **state)
{
	uint8_t bytes[ROOM];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct bfd_given read;

	(void)state;
	encode(&w, &example);
	for (size_t size = 0; size < w.used; size++) {
		struct reader r = reader_of(bytes, size);

		assert_false(bfd_given_decode(&r, &read));
	}
}

static void assert_is_rejected(const struct bfd_given *given)
{
	uint8_t bytes[ROOM];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct bfd_given read;
	struct reader r;

	encode(&w, given);
	r = reader_of(bytes, w.used);
	assert_false(bfd_given_decode(&r, &read));
}

static void rejects_what_is_no_session(void **state)
{
	struct bfd_given given = example;

	(void)state;
	given.session.discriminator = 0;
	assert_is_rejected(&given);
	given = example;
	given.session.timing.multiplier = 0;
	assert_is_rejected(&given);
	given = example;
	given.session.timing.interval_us = 0;
	assert_is_rejected(&given);
	given = example;
	given.session.state = BFD_STATE_COUNT;
	assert_is_rejected(&given);
	given.session.state = BFD_STATE_ADMIN_DOWN;
	assert_is_rejected(&given);
	given = example;
	given.session.remote_state = BFD_STATE_COUNT;
	assert_is_rejected(&given);
	given = example;
	given.auth.key.type = BFD_AUTH_TYPE_COUNT;
	assert_is_rejected(&given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_written),
		cmocka_unit_test(rejects_every_truncation),
		cmocka_unit_test(rejects_what_is_no_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
