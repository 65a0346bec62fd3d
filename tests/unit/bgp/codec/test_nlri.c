// SPDX-License-Identifier: BSD-2-Clause
/* Lists of prefixes: both families, with and without path identifiers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/nlri.h"
#include "bgp/codec/protocol.h"
#include "bytes.h"
#include "walk.h"

enum {
	RANDOM_LISTS = 2000,
	MANY = 64,
	SPACE = 4096,
};

static struct bgp_nlri ipv4(struct reader bytes)
{
	return (struct bgp_nlri){ .bytes = bytes, .family = BGP_IPV4_UNICAST };
}

static struct bgp_nlri ipv6(struct reader bytes)
{
	return (struct bgp_nlri){ .bytes = bytes, .family = BGP_IPV6_UNICAST };
}

static struct bgp_nlri with_ids(struct bgp_nlri nlri)
{
	nlri.add_path = true;
	return nlri;
}

static void reads_ipv4_prefixes(void **state)
{
	struct bgp_nlri nlri =
		ipv4(BYTES(32, 192, 0, 2, 1, 0, 9, 10, 128, 24, 10, 1, 2));

	(void)state;
	assert_int_equal(bgp_nlri_check(&nlri), BGP_NLRI_OK);
	assert_next(&nlri, "192.0.2.1/32");
	assert_next(&nlri, "0.0.0.0/0");
	assert_next(&nlri, "10.128.0.0/9");
	assert_next(&nlri, "10.1.2.0/24");
	assert_end(&nlri);
}

static void reads_ipv6_prefixes(void **state)
{
	struct bgp_nlri nlri =
		ipv6(BYTES(128, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			   0, 0, 1, 0, 33, 0x20, 1, 0xd, 0xb8, 0x80, 7, 0x20));

	(void)state;
	assert_int_equal(bgp_nlri_check(&nlri), BGP_NLRI_OK);
	assert_next(&nlri, "2001:db8::1/128");
	assert_next(&nlri, "::/0");
	assert_next(&nlri, "2001:db8:8000::/33");
	assert_next(&nlri, "2000::/7");
	assert_end(&nlri);
}

static void reads_path_identifiers_before_prefixes(void **state)
{
	struct bgp_nlri nlri = with_ids(ipv4(BYTES(
		0, 0, 0, 7, 8, 10, 0xff, 0xff, 0xff, 0xff, 32, 192, 0, 2, 1)));
	struct bgp_path_key key;

	(void)state;
	assert_int_equal(bgp_nlri_check(&nlri), BGP_NLRI_OK);
	assert_true(bgp_nlri_next(&nlri, &key));
	assert_int_equal(key.path_id, 7);
	assert_int_equal(key.prefix.length, 8);
	assert_true(bgp_nlri_next(&nlri, &key));
	assert_int_equal(key.path_id, UINT32_MAX);
	assert_end(&nlri);
}

static void clears_bits_behind_the_prefix(void **state)
{
	struct bgp_nlri nlri = ipv4(BYTES(23, 10, 1, 255, 1, 255, 0));
	struct bgp_nlri nlri6 = ipv6(BYTES(33, 0x20, 1, 0xd, 0xb8, 0xff));

	(void)state;
	assert_next(&nlri, "10.1.254.0/23");
	assert_next(&nlri, "128.0.0.0/1");
	assert_next(&nlri, "0.0.0.0/0");
	assert_next(&nlri6, "2001:db8:8000::/33");
}

static void finds_prefixes_that_are_too_long_or_cut(void **state)
{
	struct bgp_nlri bad[] = {
		ipv4(BYTES(33, 1, 2, 3, 4, 5)),
		ipv4(BYTES(255)),
		ipv4(BYTES(24, 10, 1)),
		ipv4(BYTES(8, 10, 32, 192, 0, 2)),
		ipv6(BYTES(129, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			   0, 0)),
		ipv6(BYTES(64, 0x20, 1, 0xd, 0xb8, 0, 0, 0)),
		with_ids(ipv4(BYTES(0, 0, 0, 7))),
		with_ids(ipv4(BYTES(0, 0, 7))),
		with_ids(ipv4(BYTES(0, 0, 0, 7, 8))),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(bgp_nlri_check(&bad[i]), BGP_NLRI_MALFORMED);
}

static void walks_unchecked_lists_up_to_their_error(void **state)
{
	struct bgp_nlri nlri = ipv4(BYTES(8, 10, 200, 1, 2, 3, 4, 5));
	struct bgp_path_key key;

	(void)state;
	assert_next(&nlri, "10.0.0.0/8");
	assert_false(bgp_nlri_next(&nlri, &key));
	assert_true(nlri.bytes.failed);
	assert_false(bgp_nlri_next(&nlri, &key));
}

static void passes_over_martians(void **state)
{
	struct bgp_nlri nlri = ipv4(BYTES(
		8, 127, 32, 127, 0, 0, 1, 8, 0, 24, 0, 1, 2, 4, 0xe0, 32, 239,
		1, 1, 1, 4, 0xf0, 32, 255, 255, 255, 255, 3, 0xe0, 8, 10));
	struct bgp_nlri nlri6 =
		ipv6(BYTES(8, 0xff, 16, 0xff, 2, 10, 0xfe, 0x80, 64, 0xfe, 0x80,
			   0, 0, 0, 0, 0, 0, 16, 0x20, 1));

	(void)state;
	assert_int_equal(bgp_nlri_check(&nlri), BGP_NLRI_MARTIAN);
	assert_next(&nlri, "10.0.0.0/8");
	assert_end(&nlri);
	assert_int_equal(bgp_nlri_check(&nlri6), BGP_NLRI_MARTIAN);
	assert_next(&nlri6, "2001::/16");
	assert_end(&nlri6);
}

static void passes_over_ipv6_that_stands_for_ipv4(void **state)
{
	/* ::1, ::ffff:192.0.2.1 and ::192.0.2.1, and wider prefixes. */
	struct bgp_nlri nlri =
		ipv6(BYTES(128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
			   128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192,
			   0, 2, 1, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			   192, 0, 2, 1, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
			   0xff, 95, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff));

	(void)state;
	assert_int_equal(bgp_nlri_check(&nlri), BGP_NLRI_MARTIAN);
	assert_next(&nlri, "::fffe:0:0/95");
	assert_end(&nlri);
}

static void accepts_prefixes_that_only_contain_martians(void **state)
{
	struct bgp_nlri nlri = ipv4(
		BYTES(0, 1, 0, 7, 126, 2, 0xc0, 8, 126, 8, 128, 8, 223, 8, 1));

	(void)state;
	assert_int_equal(bgp_nlri_check(&nlri), BGP_NLRI_OK);
}

static struct bgp_path_key random_key(enum bgp_family family, uint32_t *seed)
{
	bool is_ipv4 = family == BGP_IPV4_UNICAST;
	struct bgp_path_key key = { .path_id = next_random(seed) };

	for (size_t i = 0; i < sizeof(key.prefix.address); i++)
		key.prefix.address.bytes[i] = (uint8_t)next_random(seed);
	key.prefix.address.bytes[0] = 0x20;
	if (is_ipv4)
		key.prefix.address = address_from_ipv4(
			htobe32(0x0a000000 + next_random(seed) % 0x01000000));
	key.prefix.length = 8 + next_random(seed) % (is_ipv4 ? 25 : 121);
	prefix_clear_host_bits(&key.prefix);
	return key;
}

static void reads_back_what_it_writes(const struct bgp_nlri_format *format,
				      uint32_t *seed)
{
	struct bgp_path_key keys[MANY] = { 0 }, key;
	uint8_t bytes[SPACE];
	struct writer w = writer_of(bytes, sizeof(bytes));
	size_t count = next_random(seed) % MANY, size;
	struct bgp_nlri nlri = { .family = format->family,
				 .add_path = format->add_path };

	for (size_t i = 0; i < count; i++)
		keys[i] = random_key(format->family, seed);
	assert_int_equal(bgp_nlri_fit(format, keys, count, SPACE, &size),
			 count);
	bgp_nlri_encode(&w, format, keys, count);
	assert_int_equal(w.used, size);
	nlri.bytes = reader_of(bytes, w.used);
	assert_int_equal(bgp_nlri_check(&nlri), BGP_NLRI_OK);
	for (size_t i = 0; i < count; i++) {
		assert_true(bgp_nlri_next(&nlri, &key));
		assert_true(prefix_equal(&key.prefix, &keys[i].prefix));
		assert_int_equal(key.path_id,
				 format->add_path ? keys[i].path_id : 0);
	}
	assert_end(&nlri);
}

static void survives_random_round_trips(void **state)
{
	uint32_t seed = 20250601;

	(void)state;
	print_message("seed %u\n", seed);
	for (unsigned int i = 0; i < RANDOM_LISTS; i++)
		reads_back_what_it_writes(
			&(struct bgp_nlri_format){ .family = i & 1,
						   .add_path = i & 2 },
			&seed);
}

static void stops_where_the_room_or_the_family_ends(void **state)
{
	uint32_t seed = 1;
	struct bgp_path_key keys[] = {
		random_key(BGP_IPV4_UNICAST, &seed),
		random_key(BGP_IPV4_UNICAST, &seed),
		random_key(BGP_IPV6_UNICAST, &seed),
	};
	const struct bgp_nlri_format format = { .family = BGP_IPV4_UNICAST,
						.add_path = true };
	size_t first = bgp_nlri_size(&format, &keys[0]), used;

	(void)state;
	assert_int_equal(bgp_nlri_fit(&format, keys, 3, SPACE, &used), 2);
	assert_int_equal(bgp_nlri_fit(&format, keys, 3, first, &used), 1);
	assert_int_equal(used, first);
	assert_int_equal(bgp_nlri_fit(&format, keys, 3, first - 1, &used), 0);
	assert_int_equal(used, 0);
	assert_int_equal(bgp_nlri_fit(&format, keys + 2, 1, SPACE, &used), 0);
}

/* A list cut at any byte is valid only where a prefix ends. */
static void rejects_every_truncation_of_nlri(void **state)
{
	static const uint8_t bytes[] = { 0, 0, 0, 1, 32, 192, 0, 2, 1,	0,  0,
					 0, 2, 0, 0, 0,	 0,   3, 9, 10, 128 };

	(void)state;
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		uint8_t *copy = exact_copy(bytes, size);
		bool whole = size == 0 || size == 9 || size == 14 || size == 21;
		struct bgp_nlri nlri = with_ids(ipv4(reader_of(copy, size)));

		assert_int_equal(bgp_nlri_check(&nlri),
				 whole ? BGP_NLRI_OK : BGP_NLRI_MALFORMED);
		free(copy);
	}
}

/* The bytes behind a list belong to others: the copies have none. */
static void reads_no_byte_behind_the_last_prefix(void **state)
{
	static const uint8_t bytes[] = { 32, 192, 0, 2, 1, 9, 10, 128,
					 24, 10,  1, 2, 0, 1, 128 };
	static const char *const prefixes[] = { "192.0.2.1/32", "10.128.0.0/9",
						"10.1.2.0/24", "0.0.0.0/0",
						"128.0.0.0/1" };
	static const size_t ends[] = { 5, 8, 12, 13, 15 };

	(void)state;
	for (size_t size = 0, whole = 0; size <= sizeof(bytes); size++) {
		uint8_t *copy = exact_copy(bytes, size);
		struct bgp_nlri nlri = ipv4(reader_of(copy, size));
		bool cut = size && size != ends[whole];

		whole += size == ends[whole];
		assert_int_equal(bgp_nlri_check(&nlri),
				 cut ? BGP_NLRI_MALFORMED : BGP_NLRI_OK);
		for (size_t i = 0; i < whole; i++)
			assert_next(&nlri, prefixes[i]);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_ipv4_prefixes),
		cmocka_unit_test(reads_ipv6_prefixes),
		cmocka_unit_test(reads_path_identifiers_before_prefixes),
		cmocka_unit_test(reads_no_byte_behind_the_last_prefix),
		cmocka_unit_test(clears_bits_behind_the_prefix),
		cmocka_unit_test(finds_prefixes_that_are_too_long_or_cut),
		cmocka_unit_test(walks_unchecked_lists_up_to_their_error),
		cmocka_unit_test(passes_over_martians),
		cmocka_unit_test(passes_over_ipv6_that_stands_for_ipv4),
		cmocka_unit_test(accepts_prefixes_that_only_contain_martians),
		cmocka_unit_test(survives_random_round_trips),
		cmocka_unit_test(stops_where_the_room_or_the_family_ends),
		cmocka_unit_test(rejects_every_truncation_of_nlri),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
