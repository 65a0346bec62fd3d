// SPDX-License-Identifier: BSD-2-Clause
/* The headers of a SYN: source, hop limit and signature; packets that are not one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/session/syn.h"
#include "core/array.h"

#define SOURCE	    10, 1, 0, 11
#define DESTINATION 10, 1, 0, 1
#define IPV4(ihl, fragment, protocol)                                    \
	0x40 + (ihl), 0, 0, 120, 0, 0, fragment, 0, 253, protocol, 0, 0, \
		SOURCE, DESTINATION
#define GLOBAL(last) 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last
#define IPV6	     0x60, 0, 0, 0, 0, 60, 6, 255, GLOBAL(11), GLOBAL(1)
#define TCP(words, flags)                                                      \
	0x80, 0, 0, 179, 1, 2, 3, 4, 0, 0, 0, 0, (words) << 4, flags, 0xff, 0, \
		0, 0, 0, 0
#define MSS   2, 4, 5, 0xb4
#define MD5   19, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
#define AO(k) 29, 16, k, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
#define NOP   1
#define END   0

enum {
	SYN = 0x02,
	ACK = 0x10,
	PLAIN_WORDS = 6,
	MD5_WORDS = 11,
	AO_WORDS = 10,
	NO_OPTIONS = 5,
};

/* Parse a copy of its own size, so that reading beyond it is found. */
static bool parse(const uint8_t *data, size_t size, struct bgp_syn *syn)
{
	uint8_t *copy = malloc(size ? size : 1);
	bool parsed;

	assert_non_null(copy);
	memcpy(copy, data, size);
	parsed = bgp_syn_parse(copy, size, syn);
	free(copy);
	return parsed;
}

static void assert_address(const struct bgp_syn *syn, const char *expected)
{
	char text[ADDRESS_TEXT_SIZE];

	assert_string_equal(address_format(&syn->from, text), expected);
}

static const uint8_t plain[] = { IPV4(5, 0x40, 6), TCP(PLAIN_WORDS, SYN), MSS };
static const uint8_t with_md5[] = {
	IPV4(5, 0x40, 6), TCP(MD5_WORDS, SYN), MSS, NOP, NOP, MD5
};
static const uint8_t with_ao[] = { IPV6, TCP(AO_WORDS, SYN), AO(7), MSS };

static void a_plain_one_has_source_and_hop_limit(void **state)
{
	struct bgp_syn syn;

	(void)state;
	assert_true(parse(plain, sizeof(plain), &syn));
	assert_address(&syn, "10.1.0.11");
	assert_int_equal(syn.hop_limit, 253);
	assert_false(syn.md5 || syn.ao);
}

static void signatures_are_found_among_the_options(void **state)
{
	struct bgp_syn syn;

	(void)state;
	assert_true(parse(with_md5, sizeof(with_md5), &syn));
	assert_true(syn.md5 && !syn.ao);
	assert_true(parse(with_ao, sizeof(with_ao), &syn));
	assert_true(syn.ao && !syn.md5);
	assert_int_equal(syn.ao_key, 7);
	assert_int_equal(syn.hop_limit, 255);
	assert_address(&syn, "2001:db8::b");
}

static void no_truncation_is_taken_for_one(void **state)
{
	const struct {
		const uint8_t *data;
		size_t size;
	} wholes[] = {
		{ plain, sizeof(plain) },
		{ with_md5, sizeof(with_md5) },
		{ with_ao, sizeof(with_ao) },
	};
	struct bgp_syn syn = { .ao_key = 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wholes); i++)
		for (size_t size = 0; size < wholes[i].size; size++)
			assert_false(parse(wholes[i].data, size, &syn));
	assert_int_equal(syn.ao_key, 42);
}

static void options_of_the_ip_header_are_skipped(void **state)
{
	const uint8_t data[] = { IPV4(6, 0, 6), NOP, NOP,
				 NOP,		END, TCP(NO_OPTIONS, SYN) };
	struct bgp_syn syn;

	(void)state;
	assert_true(parse(data, sizeof(data), &syn));
	assert_address(&syn, "10.1.0.11");
}

#define ASSERT_NONE(...)                                     \
	assert_false(parse((const uint8_t[]){ __VA_ARGS__ }, \
			   sizeof((const uint8_t[]){ __VA_ARGS__ }), &syn))

static void other_packets_are_none(void **state)
{
	struct bgp_syn syn;

	(void)state;
	ASSERT_NONE(IPV4(5, 0, 17), TCP(NO_OPTIONS, SYN)); /* UDP */
	ASSERT_NONE(IPV4(5, 0, 6), TCP(NO_OPTIONS, ACK));
	ASSERT_NONE(IPV4(5, 1, 6), TCP(NO_OPTIONS, SYN)); /* a fragment */
	ASSERT_NONE(IPV4(5, 0x20, 6), TCP(NO_OPTIONS, SYN));
	ASSERT_NONE(IPV4(4, 0, 6), TCP(NO_OPTIONS, SYN)); /* too short */
	ASSERT_NONE(IPV4(5, 0, 6), TCP(4, SYN));
	ASSERT_NONE(0x55, 0, 0, 0);
	/* Options that end early, or are shorter than their header. */
	ASSERT_NONE(IPV4(5, 0, 6), TCP(PLAIN_WORDS, SYN), NOP, NOP, NOP, 19);
	ASSERT_NONE(IPV4(5, 0, 6), TCP(PLAIN_WORDS, SYN), 19, 18, 0, 0);
	ASSERT_NONE(IPV4(5, 0, 6), TCP(PLAIN_WORDS, SYN), 2, 1, 0, 0);
}

static void nothing_counts_behind_the_end_of_options(void **state)
{
	const uint8_t data[] = {
		IPV4(5, 0, 6), TCP(PLAIN_WORDS, SYN), END, 19, 18, 0
	};
	struct bgp_syn syn;

	(void)state;
	assert_true(parse(data, sizeof(data), &syn));
	assert_false(syn.md5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_one_has_source_and_hop_limit),
		cmocka_unit_test(signatures_are_found_among_the_options),
		cmocka_unit_test(no_truncation_is_taken_for_one),
		cmocka_unit_test(options_of_the_ip_header_are_skipped),
		cmocka_unit_test(other_packets_are_none),
		cmocka_unit_test(nothing_counts_behind_the_end_of_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
