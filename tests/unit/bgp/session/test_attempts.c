// SPDX-License-Identifier: BSD-2-Clause
/* Attempts to connect: the table has a bound, and hints follow from the SYNs. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/session/attempts.h"

enum {
	START = 1000000,
	KEPT_MS = 5 * 60 * 1000,
	HINT_SIZE = 256,
	NEAR = 255,
	KEY = 3,
};

static struct bgp_attempts table;

static struct bgp_syn syn_of(unsigned int host)
{
	return (struct bgp_syn){
		.from = { .bytes = { 0x20, 1, [14] = (uint8_t)(host >> 8),
				     [15] = (uint8_t)host } },
		.hop_limit = NEAR,
	};
}

static const struct bgp_attempt *note(unsigned int host, bool dynamic,
				      uint64_t now)
{
	const struct bgp_syn syn = syn_of(host);

	return bgp_attempts_note(&table, &syn, dynamic, now);
}

static bool is_known(unsigned int host, uint64_t now)
{
	const struct bgp_syn syn = syn_of(host);

	return bgp_attempts_find(&table, &syn.from, now);
}

static int clear(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	return 0;
}

static void attempts_of_an_address_are_counted_until_it_connects(void **state)
{
	const struct bgp_syn syn = syn_of(1);

	(void)state;
	assert_int_equal(note(1, false, START)->count, 1);
	assert_int_equal(note(1, false, START + 1)->count, 2);
	bgp_attempts_forget(&table, &syn.from);
	assert_false(is_known(1, START + 1));
	assert_int_equal(note(1, false, START + 2)->count, 1);
}

static void they_are_forgotten_after_five_minutes(void **state)
{
	(void)state;
	note(1, false, START);
	assert_true(is_known(1, START + KEPT_MS));
	assert_false(is_known(1, START + KEPT_MS + 1));
	assert_int_equal(note(1, false, START + KEPT_MS + 1)->count, 1);
}

/* Hosts that imitate peers of a prefix push out each other, no neighbor. */
static void a_flood_pushes_out_no_configured_neighbor(void **state)
{
	(void)state;
	note(1, false, START);
	for (unsigned int host = 2; host <= 10 * BGP_ATTEMPTS_MAX; host++)
		assert_non_null(note(host, true, START + host));
	assert_true(is_known(1, START + 10 * BGP_ATTEMPTS_MAX));
	assert_true(is_known(10 * BGP_ATTEMPTS_MAX, START + KEPT_MS));
	/* The oldest made room. */
	assert_false(is_known(2, START + 10 * BGP_ATTEMPTS_MAX));
	for (unsigned int host = 1; host <= BGP_ATTEMPTS_MAX; host++)
		assert_non_null(note(host, false, START + 5000));
	assert_null(note(BGP_ATTEMPTS_MAX + 1, true, START + 5000));
	assert_null(note(BGP_ATTEMPTS_MAX + 1, false, START + 5000));
}

/* Expect the hint on two such SYNs; NULL: none. */
static void expect_hint(const struct bgp_neighbor_options *options,
			const struct bgp_syn *syn, const char *expected)
{
	const struct bgp_attempt *attempt;
	char text[HINT_SIZE], whole[HINT_SIZE];

	memset(&table, 0, sizeof(table));
	attempt = bgp_attempts_note(&table, syn, true, START);
	assert_false(
		bgp_attempt_hint(attempt, options, START, text, sizeof(text)));
	bgp_attempts_note(&table, syn, true, START);
	if (!expected) {
		assert_false(bgp_attempt_hint(attempt, options, START, text,
					      sizeof(text)));
		return;
	}
	assert_true(bgp_attempt_hint(attempt, options, START + 3000, text,
				     sizeof(text)));
	snprintf(whole, sizeof(whole),
		 "likely cause: %s (2 SYNs from there became no connection, "
		 "the last 3 s ago)",
		 expected);
	assert_string_equal(text, whole);
}

static void the_signature_tells_what_is_wrong(void **state)
{
	struct bgp_neighbor_options none = { .ttl_security = 0 }, md5 = none,
				    ao = none;
	struct bgp_syn plain = syn_of(1), by_md5 = plain, by_ao = plain;

	(void)state;
	snprintf(md5.password_file, sizeof(md5.password_file), "/key");
	snprintf(ao.tcp_ao_key_file, sizeof(ao.tcp_ao_key_file), "/key");
	ao.tcp_ao_id = KEY;
	by_md5.md5 = true;
	by_ao.ao = true;
	by_ao.ao_key = KEY;
	expect_hint(&none, &plain, NULL);
	expect_hint(&none, &by_md5, "TCP-MD5 is configured at its end only");
	expect_hint(&none, &by_ao, "TCP-AO is configured at its end only");
	expect_hint(&md5, &plain, "TCP-MD5 is not configured at its end");
	expect_hint(&md5, &by_md5, "TCP-MD5 mismatch");
	expect_hint(&ao, &plain, "TCP-AO is not configured at its end");
	expect_hint(&ao, &by_ao, "TCP-AO mismatch");
	by_ao.ao_key = KEY + 1;
	expect_hint(&ao, &by_ao, "TCP-AO key ids differ");
}

static void the_hop_limit_tells_the_distance(void **state)
{
	const struct bgp_neighbor_options options = { .ttl_security = 2 };
	struct bgp_syn syn = syn_of(1);

	(void)state;
	syn.hop_limit = NEAR - 1;
	expect_hint(&options, &syn, NULL);
	syn.hop_limit = NEAR - 2;
	expect_hint(&options, &syn,
		    "it is further away than ttl-security allows, or has no "
		    "TTL security itself");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			attempts_of_an_address_are_counted_until_it_connects,
			clear),
		cmocka_unit_test_setup(they_are_forgotten_after_five_minutes,
				       clear),
		cmocka_unit_test_setup(
			a_flood_pushes_out_no_configured_neighbor, clear),
		cmocka_unit_test(the_signature_tells_what_is_wrong),
		cmocka_unit_test(the_hop_limit_tells_the_distance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
