// SPDX-License-Identifier: BSD-2-Clause
/* Router advertisements: what is accepted, and when they are sent. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/session/router_advert.h"

enum {
	LONG_MS = 1000000,
	OPTION_AT = ROUTER_ADVERT_SIZE,
	WITH_OPTION = ROUTER_ADVERT_SIZE + 8,
};

static const struct address first = { .bytes = { 0xfe, 0x80, [15] = 1 } };
static const struct address second = { .bytes = { 0xfe, 0x80, [15] = 2 } };
static const struct address global = { .bytes = { 0x20, 0x01, [15] = 2 } };

static int check(const uint8_t *data, size_t size, int hop_limit,
		 const struct address *source)
{
	const struct router_message message = { .data = data,
						.size = size,
						.hop_limit = hop_limit,
						.source = *source };

	return router_advert_check(&message);
}

static void our_own_is_accepted_and_gives_no_default_route(void **state)
{
	uint8_t data[ROUTER_ADVERT_SIZE];

	(void)state;
	router_advert_build(data);
	assert_int_equal(check(data, sizeof(data), 255, &first),
			 ROUTER_ADVERTISEMENT);
	assert_int_equal(data[6] << 8 | data[7], 0); /* router lifetime */
}

static void refuses_what_has_come_from_elsewhere(void **state)
{
	uint8_t data[ROUTER_ADVERT_SIZE];

	(void)state;
	router_advert_build(data);
	assert_int_equal(check(data, sizeof(data), 254, &first), 0);
	assert_int_equal(check(data, sizeof(data), -1, &first), 0);
	assert_int_equal(check(data, sizeof(data), 255, &global), 0);
}

static void refuses_every_truncation_and_bad_option(void **state)
{
	uint8_t data[WITH_OPTION];

	(void)state;
	router_advert_build(data);
	memset(data + OPTION_AT, 1, sizeof(data) - OPTION_AT);
	for (size_t size = 0; size < sizeof(data); size++)
		assert_int_equal(
			check(data, size, 255, &first),
			size == ROUTER_ADVERT_SIZE ? ROUTER_ADVERTISEMENT : 0);
	assert_int_equal(check(data, sizeof(data), 255, &first),
			 ROUTER_ADVERTISEMENT);
	data[OPTION_AT + 1] = 0;
	assert_int_equal(check(data, sizeof(data), 255, &first), 0);
	data[OPTION_AT + 1] = 2;
	assert_int_equal(check(data, sizeof(data), 255, &first), 0);
	data[OPTION_AT + 1] = 1;
	data[1] = 1; /* code */
	assert_int_equal(check(data, sizeof(data), 255, &first), 0);
}

/* Return how many are sent from `from_ms` to `to_ms`, and check the gaps. */
static unsigned int sent_between(struct router_advert *advert, uint64_t from_ms,
				 uint64_t to_ms)
{
	unsigned int before = advert->sent;

	for (uint64_t now = from_ms; now < to_ms; now += 250) {
		if (!router_advert_is_due(advert, now))
			continue;
		if (advert->sent)
			assert_true(now - advert->sent_ms >= 3000);
		router_advert_sent(advert, now);
	}
	return advert->sent - before;
}

static void three_are_fast_and_later_ones_by_ten_seconds(void **state)
{
	struct router_advert advert = { 0 };

	(void)state;
	assert_int_equal(sent_between(&advert, LONG_MS, LONG_MS + 7000), 3);
	assert_int_equal(
		sent_between(&advert, LONG_MS + 7000, LONG_MS + 107000), 10);
}

static void a_new_router_and_a_solicitation_are_answered_soon(void **state)
{
	struct router_advert advert = { 0 };
	uint64_t now = LONG_MS;

	(void)state;
	sent_between(&advert, now, now + 20000);
	now = advert.sent_ms + 5000;
	assert_false(router_advert_is_due(&advert, now));
	assert_true(router_advert_heard(&advert, &first, now));
	assert_true(router_advert_is_due(&advert, now));
	router_advert_sent(&advert, now);
	assert_false(router_advert_heard(&advert, &first, now + 10));
	router_advert_solicited(&advert, now + 10);
	assert_false(router_advert_is_due(&advert, now + 2999));
	assert_true(router_advert_is_due(&advert, now + 3000));
	/* A flood of them does not make it faster. */
	for (uint64_t at = now; at < now + 9000; at += 250)
		router_advert_solicited(&advert, at);
	assert_true(sent_between(&advert, now + 9000, now + 19000) <= 4);
}

static void routers_are_counted_until_they_fall_silent(void **state)
{
	struct router_advert advert = { 0 };
	struct address router = { 0 };

	(void)state;
	assert_int_equal(router_advert_peers(&advert, LONG_MS, &router), 0);
	router_advert_heard(&advert, &first, LONG_MS);
	router_advert_heard(&advert, &second, LONG_MS + 20000);
	assert_int_equal(router_advert_peers(&advert, LONG_MS + 29999, &router),
			 2);
	assert_memory_equal(&router, &second, sizeof(router));
	assert_int_equal(router_advert_peers(&advert, LONG_MS + 30000, &router),
			 1);
	assert_memory_equal(&router, &second, sizeof(router));
	assert_int_equal(router_advert_peers(&advert, LONG_MS + 50000, &router),
			 0);
}

static void more_routers_than_places_replace_the_oldest(void **state)
{
	struct router_advert advert = { 0 };
	struct address router = { .bytes = { 0xfe, 0x80 } };

	(void)state;
	for (unsigned int i = 0; i < 20; i++) {
		router.bytes[15] = (uint8_t)i;
		assert_true(router_advert_heard(&advert, &router, LONG_MS + i));
	}
	assert_int_equal(router_advert_peers(&advert, LONG_MS + 20, &router),
			 ROUTER_ADVERT_MAX_PEERS);
	assert_int_equal(router.bytes[15], 19);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			our_own_is_accepted_and_gives_no_default_route),
		cmocka_unit_test(refuses_what_has_come_from_elsewhere),
		cmocka_unit_test(refuses_every_truncation_and_bad_option),
		cmocka_unit_test(three_are_fast_and_later_ones_by_ten_seconds),
		cmocka_unit_test(
			a_new_router_and_a_solicitation_are_answered_soon),
		cmocka_unit_test(routers_are_counted_until_they_fall_silent),
		cmocka_unit_test(more_routers_than_places_replace_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
