// SPDX-License-Identifier: BSD-2-Clause
/* Extended and large communities: link bandwidth, repetitions, text. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/extended_community.h"
#include "bgp/codec/large_community.h"
#include "bgp/codec/protocol.h"
#include "bytes.h"

enum {
	SIZE = BGP_LARGE_COMMUNITY_SIZE,
	RANDOM_LISTS = 2000,
	LONGEST = 5461, /* in one attribute */
};

static bool bandwidth_of(struct reader list, double *bandwidth)
{
	const struct bgp_attributes attributes = { .extended_communities =
							   list };

	return extended_community_bandwidth(&attributes, bandwidth);
}

static void reads_link_bandwidth_of_either_transitivity(void **state)
{
	double bandwidth = 0;

	(void)state;
	assert_true(
		bandwidth_of(BYTES(0x40, 4, 0xfd, 0xe9, 0x49, 0x98, 0x96, 0x80),
			     &bandwidth));
	assert_true(bandwidth == 1250000);
	assert_true(bandwidth_of(BYTES(0, 4, 0xfd, 0xe9, 0x3f, 0, 0, 0),
				 &bandwidth));
	assert_true(bandwidth == 0.5);
}

static void reads_a_link_bandwidth_of_0(void **state)
{
	double bandwidth = 1;

	(void)state;
	assert_true(bandwidth_of(BYTES(0x40, 4, 0, 1, 0, 0, 0, 0), &bandwidth));
	assert_true(bandwidth == 0);
}

static void refuses_link_bandwidth_that_is_no_number(void **state)
{
	static const uint32_t bad[] = {
		0x7f800000, /* infinity */
		0xff800000, /* minus infinity */
		0x7fc00000, /* NaN, quiet and signalling, of both signs */
		0x7f800001, 0xffc00000, 0xff800001, 0xbf800000, /* -1 */
		0x80000000,					/* -0 */
	};
	double bandwidth = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t bytes[8] = { 0x40, 4, 0, 1 };
		struct writer w = writer_of(bytes + 4, 4);

		writer_u32(&w, bad[i]);
		assert_false(bandwidth_of(reader_of(bytes, 8), &bandwidth));
	}
	assert_true(bandwidth == 7);
}

static void writes_all_but_link_bandwidths(void **state)
{
	uint8_t out[64];
	struct writer w = writer_of(out, sizeof(out));
	struct reader list = BYTES(0, 2, 0, 1, 0, 0, 0, 9, 0x40, 4, 0, 1, 0xff,
				   0xc0, 0, 0, 0, 4, 0, 1, 0x40, 0, 0, 0, 3, 4,
				   5, 6, 7, 8, 9, 10);

	(void)state;
	extended_community_write_other(&w, list, BGP_EXTENDED_COMMUNITY_SIZE);
	assert_int_equal(w.used, 16);
	assert_memory_equal(out, list.data, 8);
	assert_memory_equal(out + 8, list.data + 24, 8);
}

/* RFC 10005 4. */
static void takes_the_lowest_link_bandwidth_that_is_good(void **state)
{
	double bandwidth = 0;

	(void)state;
	assert_true(bandwidth_of(BYTES(0, 2, 0, 1, 0, 0, 0, 9, 0x40, 4, 0, 1,
				       0xff, 0xc0, 0, 0, 0x40, 4, 0, 1, 0x40,
				       0x80, 0, 0, 0, 4, 0, 1, 0x40, 0, 0, 0,
				       0x40, 4, 0, 1, 0x40, 0x80, 0, 0),
				 &bandwidth));
	assert_true(bandwidth == 2);
	assert_true(bandwidth_of(BYTES(0, 4, 0, 1, 0x40, 0, 0, 0, 0x40, 4, 0, 1,
				       0, 0, 0, 0),
				 &bandwidth));
	assert_true(bandwidth == 0);
	assert_false(bandwidth_of(BYTES(0, 2, 0, 1, 0, 0, 0, 9), &bandwidth));
	assert_false(
		bandwidth_of(BYTES(0x41, 4, 0, 1, 0x40, 0, 0, 0), &bandwidth));
	assert_false(bandwidth_of(reader_of("", 0), &bandwidth));
}

static double bandwidth_of_both(struct reader list, struct reader longer)
{
	const struct bgp_attributes attributes = {
		.extended_communities = list,
		.ipv6_extended_communities = longer,
	};
	double bandwidth;

	assert_true(extended_community_bandwidth(&attributes, &bandwidth));
	return bandwidth;
}

static void takes_the_lowest_link_bandwidth_of_either_length(void **state)
{
	struct reader longer = BYTES(0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				     0, 0, 0, 0, 0, 0, 0x42, 6, 0, 0, 0, 0, 0,
				     1, 0, 0, 0, 0, 0, 0, 0xfd, 0xe9, 0, 0, 0,
				     0);

	(void)state;
	assert_true(bandwidth_of_both(reader_of("", 0), longer) ==
		    4294967296.0);
	assert_true(bandwidth_of_both(BYTES(0x40, 4, 0, 1, 0x40, 0, 0, 0),
				      longer) == 2);
	assert_true(bandwidth_of_both(BYTES(0x40, 4, 0, 1, 0x50, 0, 0, 0),
				      longer) == 4294967296.0);
}

static void writes_link_bandwidth_as_it_reads_it(void **state)
{
	static const double numbers[] = { 0, 0.5, 1250000, 1e12, 1e38 };
	uint8_t bytes[BGP_EXTENDED_COMMUNITY_SIZE];
	double bandwidth;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct writer w = writer_of(bytes, sizeof(bytes));

		extended_community_write_bandwidth(&w, 65001, numbers[i],
						   i & 1);
		assert_int_equal(w.used, sizeof(bytes));
		assert_int_equal(bytes[0], i & 1 ? 0 : 0x40);
		assert_true(bandwidth_of(reader_of(bytes, w.used), &bandwidth));
		assert_true(bandwidth == (float)numbers[i]);
	}
}

static void assert_shown(struct reader list, bool ipv6, const char *expected)
{
	char buffer[128];
	struct text text = text_of(buffer, sizeof(buffer));

	if (ipv6)
		extended_community_show_ipv6(&text, &list);
	else
		extended_community_show(&text, &list);
	assert_string_equal(buffer, expected);
	assert_int_equal(list.left, 0);
}

static void shows_extended_communities(void **state)
{
	(void)state;
	assert_shown(BYTES(0, 2, 0xfd, 0xe9, 0, 0, 0, 100), false,
		     "rt:65001:100");
	assert_shown(BYTES(1, 3, 10, 0, 0, 1, 0, 9), false, "soo:10.0.0.1:9");
	assert_shown(BYTES(2, 2, 0, 1, 0, 0, 0, 9), false, "rt:65536:9");
	assert_shown(BYTES(0x43, 1, 0, 0, 0, 0, 0, 2), false,
		     "0x4301000000000002");
	assert_shown(BYTES(0x40, 4, 0, 1, 0x7f, 0xc0, 0, 0), false,
		     "0x400400017fc00000");
	assert_shown(BYTES(0, 2, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			   0, 0, 1, 0, 7),
		     true, "rt:[2001:db8::1]:7");
	assert_shown(BYTES(9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			   0, 1),
		     true, "0x0909000000000000000000000000000000000001");
}

static bool is_in(struct reader list, const uint8_t *member)
{
	for (; list.left; reader_take(&list, SIZE))
		if (!memcmp(list.data, member, SIZE))
			return true;
	return false;
}

static struct reader unique(struct reader list)
{
	static uint8_t space[LONGEST * SIZE];
	struct writer w = writer_of(space, sizeof(space));

	return large_community_list_unique(list, &w);
}

static void keeps_lists_without_repetitions_as_they_are(void **state)
{
	struct reader list = BYTES(0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				   1, 0, 0, 0, 0, 0, 0, 0, 0);
	struct reader out = unique(list);

	(void)state;
	assert_ptr_equal(out.data, list.data);
	assert_int_equal(out.left, list.left);
	assert_int_equal(unique(reader_of("", 0)).left, 0);
}

static void removes_every_repetition_and_nothing_else(void **state)
{
	uint8_t bytes[64 * SIZE];
	uint32_t seed = 8092;

	(void)state;
	print_message("seed %u\n", seed);
	for (unsigned int i = 0; i < RANDOM_LISTS; i++) {
		struct writer w = writer_of(bytes, sizeof(bytes));
		struct reader in, out;

		for (uint32_t n = 1 + next_random(&seed) % 64; n; n--) {
			writer_u32(&w, next_random(&seed) % 5);
			writer_u32(&w, 0);
			writer_u32(&w, next_random(&seed) % 5);
		}
		in = reader_of(bytes, w.used);
		out = unique(in);
		for (struct reader r = in; r.left; reader_take(&r, SIZE))
			assert_true(is_in(out, r.data));
		while (out.left) {
			const uint8_t *member = reader_take(&out, SIZE);

			assert_true(is_in(in, member));
			assert_false(is_in(out, member));
		}
	}
}

static void the_longest_list_is_done_in_no_time(void **state)
{
	static uint8_t bytes[LONGEST * SIZE];

	(void)state;
	for (size_t i = 0; i < LONGEST; i++)
		bytes[i * SIZE] = (uint8_t)(LONGEST - i);
	assert_int_equal(unique(reader_of(bytes, sizeof(bytes))).left,
			 256 * SIZE);
}

static enum hg_encapsulation encapsulation_of(struct reader list)
{
	const struct bgp_attributes attributes = { .extended_communities =
							   list };

	return extended_community_encapsulation(&attributes);
}

static void reads_the_encapsulations_that_it_knows(void **state)
{
	(void)state;
	assert_int_equal(encapsulation_of(BYTES(3, 12, 0, 0, 0, 0, 0, 7)),
			 HG_ENCAPSULATION_IPIP);
	assert_int_equal(encapsulation_of(BYTES(3, 12, 9, 9, 9, 9, 0, 2)),
			 HG_ENCAPSULATION_GRE);
	/* VXLAN, and numbers that are longer or of another kind */
	assert_int_equal(encapsulation_of(BYTES(3, 12, 0, 0, 0, 0, 0, 8)),
			 HG_ENCAPSULATION_NONE);
	assert_int_equal(encapsulation_of(BYTES(3, 12, 0, 0, 0, 0, 1, 7)),
			 HG_ENCAPSULATION_NONE);
	assert_int_equal(encapsulation_of(BYTES(0x43, 12, 0, 0, 0, 0, 0, 7)),
			 HG_ENCAPSULATION_NONE);
	assert_int_equal(encapsulation_of(BYTES(3, 4, 0, 0, 0, 0, 0, 7)),
			 HG_ENCAPSULATION_NONE);
}

static void prefers_ip_in_ip_in_any_order(void **state)
{
	(void)state;
	assert_int_equal(encapsulation_of(BYTES(3, 12, 0, 0, 0, 0, 0, 2, /**/
						3, 12, 0, 0, 0, 0, 0, 7)),
			 HG_ENCAPSULATION_IPIP);
	assert_int_equal(encapsulation_of(BYTES(3, 12, 0, 0, 0, 0, 0, 7, /**/
						3, 12, 0, 0, 0, 0, 0, 2)),
			 HG_ENCAPSULATION_IPIP);
	assert_int_equal(encapsulation_of(BYTES(3, 12, 0, 0, 0, 0, 0, 8, /**/
						3, 12, 0, 0, 0, 0, 0, 2)),
			 HG_ENCAPSULATION_GRE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_link_bandwidth_of_either_transitivity),
		cmocka_unit_test(reads_a_link_bandwidth_of_0),
		cmocka_unit_test(refuses_link_bandwidth_that_is_no_number),
		cmocka_unit_test(writes_all_but_link_bandwidths),
		cmocka_unit_test(takes_the_lowest_link_bandwidth_that_is_good),
		cmocka_unit_test(
			takes_the_lowest_link_bandwidth_of_either_length),
		cmocka_unit_test(writes_link_bandwidth_as_it_reads_it),
		cmocka_unit_test(shows_extended_communities),
		cmocka_unit_test(keeps_lists_without_repetitions_as_they_are),
		cmocka_unit_test(removes_every_repetition_and_nothing_else),
		cmocka_unit_test(the_longest_list_is_done_in_no_time),
		cmocka_unit_test(reads_the_encapsulations_that_it_knows),
		cmocka_unit_test(prefers_ip_in_ip_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
