// SPDX-License-Identifier: BSD-2-Clause
/*
 * The flow hash: its frozen values, the fields that take part in each mode, and
 * an even spread of similar flows.
 */

#include "flow_hash.h"

#include <arpa/inet.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
	SAMPLES = 65536,
	CELLS = 1024,
	WORD_BITS = 64,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PORT_HTTPS = 443,
	SOURCE = 0x0a000001,	 /* 10.0.0.1 */
	DESTINATION = 0xc0000201 /* 192.0.2.1 */
};

static const uint64_t key = 0x0123456789abcdef;

static struct flow flow_of(uint32_t source, uint16_t source_port)
{
	return (struct flow){
		.source = { htonl(source) },
		.destination = { htonl(DESTINATION) },
		.source_port = htons(source_port),
		.destination_port = htons(PORT_HTTPS),
		.protocol = PROTOCOL_TCP,
	};
}

/* From 2001:db8:a::1 to 2001:db8:2::1. */
static struct flow ipv6_flow(void)
{
	return (struct flow){
		.source = { htonl(0x20010db8), htonl(0x000a0000), 0, htonl(1) },
		.destination = { htonl(0x20010db8), htonl(0x00020000), 0,
				 htonl(1) },
		.source_port = htons(12345),
		.destination_port = htons(PORT_HTTPS),
		.protocol = PROTOCOL_TCP,
		.ipv6 = true,
	};
}

struct golden {
	uint32_t fields;
	uint64_t key;
	uint64_t hash;
};

/* For 10.0.0.1:12345 -> 192.0.2.1:443 over TCP. Never to be changed. */
static const struct golden golden_values[] = {
	{ HG_HASH_5_TUPLE, 0, 0x79d703670cf000df },
	{ HG_HASH_5_TUPLE, 0x0123456789abcdef, 0xa850af303c653771 },
	{ HG_HASH_3_TUPLE, 0x0123456789abcdef, 0x77ee13a0922c3b2d },
	{ HG_HASH_SRC_DST, 0x0123456789abcdef, 0x8344cb6a4d100d94 },
	{ HG_HASH_SRC, 0x0123456789abcdef, 0xf7de633442796f68 },
	{ HG_HASH_DST, 0x0123456789abcdef, 0x37046f1f4d28d35c },
};

/* The same between 2001:db8:a::1 and 2001:db8:2::1. Never to be changed. */
static const struct golden golden_ipv6_values[] = {
	{ HG_HASH_5_TUPLE, 0, 0x724c927109dc44f0 },
	{ HG_HASH_5_TUPLE, 0x0123456789abcdef, 0x7f45d9c114619560 },
	{ HG_HASH_3_TUPLE, 0x0123456789abcdef, 0x5a60c68e0ba47e7d },
	{ HG_HASH_SRC_DST, 0x0123456789abcdef, 0x5a5519f1a7cb51e5 },
	{ HG_HASH_SRC, 0x0123456789abcdef, 0xb0cb1b0057fbf215 },
	{ HG_HASH_DST, 0x0123456789abcdef, 0x4068189bbe58a0e0 },
};

static void assert_frozen(const struct flow *flow, const struct golden *golden,
			  size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(flow_hash(flow, golden[i].fields,
					   golden[i].key),
				 golden[i].hash);
}

static void agrees_with_the_frozen_values(void **state)
{
	const struct flow ipv4 = flow_of(SOURCE, 12345), ipv6 = ipv6_flow();

	(void)state;
	assert_frozen(&ipv4, golden_values,
		      sizeof(golden_values) / sizeof(*golden_values));
	assert_frozen(&ipv6, golden_ipv6_values,
		      sizeof(golden_ipv6_values) / sizeof(*golden_ipv6_values));
}

enum field {
	FIELD_SOURCE,
	FIELD_DESTINATION,
	FIELD_SOURCE_PORT,
	FIELD_DESTINATION_PORT,
	FIELD_PROTOCOL,
	FIELD_COUNT,
};

static struct flow with_other(enum field field)
{
	struct flow flow = flow_of(SOURCE, 12345);

	switch (field) {
	case FIELD_SOURCE:
		flow.source[0] ^= htonl(1);
		break;
	case FIELD_DESTINATION:
		flow.destination[0] ^= htonl(1);
		break;
	case FIELD_SOURCE_PORT:
		flow.source_port ^= htons(1);
		break;
	case FIELD_DESTINATION_PORT:
		flow.destination_port ^= htons(1);
		break;
	default:
		flow.protocol = PROTOCOL_UDP;
	}
	return flow;
}

static const bool takes_part[HG_HASH_FIELDS_COUNT][FIELD_COUNT] = {
	[HG_HASH_5_TUPLE] = { true, true, true, true, true },
	[HG_HASH_3_TUPLE] = { [FIELD_SOURCE] = true,
			      [FIELD_DESTINATION] = true,
			      [FIELD_PROTOCOL] = true },
	[HG_HASH_SRC_DST] = { [FIELD_SOURCE] = true, [FIELD_DESTINATION] = true },
	[HG_HASH_SRC] = { [FIELD_SOURCE] = true },
	[HG_HASH_DST] = { [FIELD_DESTINATION] = true },
};

static void takes_exactly_the_fields_of_the_mode(void **state)
{
	const struct flow flow = flow_of(SOURCE, 12345);

	(void)state;
	for (uint32_t mode = 0; mode < HG_HASH_FIELDS_COUNT; mode++)
		for (enum field field = 0; field < FIELD_COUNT; field++) {
			const struct flow other = with_other(field);
			bool differs = flow_hash(&flow, mode, key) !=
				       flow_hash(&other, mode, key);

			assert_int_equal(differs, takes_part[mode][field]);
		}
}

/* Every word of an IPv6 address takes part. */
static void takes_every_word_of_an_ipv6_address(void **state)
{
	const struct flow flow = ipv6_flow();

	(void)state;
	for (uint32_t mode = 0; mode < HG_HASH_FIELDS_COUNT; mode++)
		for (int word = 0; word < 4; word++) {
			struct flow source = flow, destination = flow;

			source.source[word] ^= htonl(1);
			destination.destination[word] ^= htonl(1);
			assert_int_equal(flow_hash(&source, mode, key) !=
						 flow_hash(&flow, mode, key),
					 takes_part[mode][FIELD_SOURCE]);
			assert_int_equal(flow_hash(&destination, mode, key) !=
						 flow_hash(&flow, mode, key),
					 takes_part[mode][FIELD_DESTINATION]);
		}
}

static void takes_an_unknown_mode_as_the_5_tuple(void **state)
{
	const struct flow flow = flow_of(SOURCE, 12345);

	(void)state;
	assert_int_equal(flow_hash(&flow, HG_HASH_FIELDS_COUNT, key),
			 flow_hash(&flow, HG_HASH_5_TUPLE, key));
}

/*
 * With CELLS - 1 degrees of freedom, chi-square has that mean and twice that
 * variance. Five standard deviations either way are allowed: a spread that is
 * too even, like that of a counter, fails as well.
 */
static void assert_uniform(const unsigned int counts[CELLS])
{
	const double expected = (double)SAMPLES / CELLS;
	const double mean = CELLS - 1;
	double chi_square = 0;

	for (unsigned int i = 0; i < CELLS; i++) {
		double difference = counts[i] - expected;

		chi_square += difference * difference / expected;
	}
	assert_true(fabs(chi_square - mean) < 5 * sqrt(2 * mean));
}

/* Make flow number `i` of a series of similar flows. */
struct series {
	struct flow (*flow)(uint32_t i);
	uint32_t fields;
};

static struct flow next_port(uint32_t i)
{
	return flow_of(SOURCE, i);
}

static struct flow next_address(uint32_t i)
{
	return flow_of(SOURCE + i, 12345);
}

static struct flow next_subnet(uint32_t i)
{
	return flow_of(i << 8 | 1, 12345);
}

/* A client that uses the next port for each next address. */
static struct flow next_both(uint32_t i)
{
	return flow_of(SOURCE + i, i);
}

static const struct series all_series[] = {
	{ next_port, HG_HASH_5_TUPLE },	  { next_address, HG_HASH_5_TUPLE },
	{ next_both, HG_HASH_5_TUPLE },	  { next_address, HG_HASH_3_TUPLE },
	{ next_subnet, HG_HASH_SRC_DST }, { next_address, HG_HASH_SRC },
	{ next_subnet, HG_HASH_5_TUPLE }, { next_subnet, HG_HASH_SRC },
};

/* The program uses the low bits; the others must be no worse. */
static void assert_series_uniform(const struct series *series, unsigned int bit,
				  uint64_t with_key)
{
	unsigned int counts[CELLS] = {};

	for (uint32_t i = 0; i < SAMPLES; i++) {
		const struct flow flow = series->flow(i);

		counts[flow_hash(&flow, series->fields, with_key) >> bit &
		       (CELLS - 1)]++;
	}
	assert_uniform(counts);
}

static void spreads_similar_flows_evenly(void **state)
{
	static const uint64_t keys[] = { 0, 1, key, UINT64_MAX };

	(void)state;
	for (size_t s = 0; s < sizeof(all_series) / sizeof(*all_series); s++)
		for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++)
			for (unsigned int bit = 0; bit < WORD_BITS / 2;
			     bit += WORD_BITS / 8)
				assert_series_uniform(&all_series[s], bit,
						      keys[k]);
}

/* Another key spreads the flows of one cell over all cells. */
static void gives_another_spread_with_another_key(void **state)
{
	unsigned int counts[CELLS] = {};
	unsigned int found = 0;

	(void)state;
	for (uint32_t i = 0; found < SAMPLES; i++) {
		const struct flow flow = next_address(i);

		if (flow_hash(&flow, HG_HASH_5_TUPLE, key) % 16)
			continue;
		counts[flow_hash(&flow, HG_HASH_5_TUPLE, key + 1) % CELLS]++;
		found++;
	}
	assert_uniform(counts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_frozen_values),
		cmocka_unit_test(takes_exactly_the_fields_of_the_mode),
		cmocka_unit_test(takes_every_word_of_an_ipv6_address),
		cmocka_unit_test(takes_an_unknown_mode_as_the_5_tuple),
		cmocka_unit_test(spreads_similar_flows_evenly),
		cmocka_unit_test(gives_another_spread_with_another_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
