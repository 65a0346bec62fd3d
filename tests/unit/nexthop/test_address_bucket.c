// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tables by address that a peer fills with addresses of equal low bits, which
 * shared a bucket of the tables without a key. Work is counted, not time.
 */

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nexthop/address_bucket.h"

enum {
	BUCKETS = 1024,
	ADDRESSES = 20000,
};

/* Return the addresses that searches for all of them visit together. */
static uint64_t search_work(uint32_t step)
{
	uint32_t chains[BUCKETS] = { 0 };
	struct keyed_hash_secret secret;
	uint64_t work = 0;

	assert_int_equal(keyed_hash_draw(&secret), 0);
	for (uint32_t i = 0; i < ADDRESSES; i++) {
		const struct address address =
			address_from_ipv4(htonl(i * step));

		work += ++chains[address_bucket(&secret, &address, BUCKETS)];
	}
	return work;
}

static void equal_low_bits_cost_no_more_than_others(void **state)
{
	/* Odd, so each address comes once. */
	uint64_t random = search_work(2654435761u);

	(void)state;
	assert_true(2 * search_work(BUCKETS) <= 3 * random);
	assert_true(2 * search_work(1) <= 3 * random);
}

static void each_table_has_an_order_of_its_own(void **state)
{
	struct keyed_hash_secret secrets[2];
	uint32_t equal = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(keyed_hash_draw(&secrets[i]), 0);
	for (uint32_t i = 0; i < BUCKETS; i++) {
		const struct address address = address_from_ipv4(htonl(i));

		equal += address_bucket(&secrets[0], &address, BUCKETS) ==
			 address_bucket(&secrets[1], &address, BUCKETS);
	}
	assert_in_range(equal, 0, BUCKETS / 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_low_bits_cost_no_more_than_others),
		cmocka_unit_test(each_table_has_an_order_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
