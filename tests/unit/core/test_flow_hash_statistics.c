// SPDX-License-Identifier: BSD-2-Clause
/*
 * How evenly the flow hash spreads flows that differ in little, of both
 * families and in every mode; and flows that a router in front has chosen for
 * us by a hash of its own: a Linux router with several next hops sends each of
 * us only those flows whose hash has one residue, or lies in one range. If
 * both hashes had anything in common, some of our buckets would stay empty.
 *
 * All seeds are fixed: a run is like the one before.
 */

#include "flow_hash.h"
#include "router_hash.h"

#include <arpa/inet.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
	SAMPLES = 1 << 16,
	CELLS = 1 << 10,
	MEMBERS = 7, /* no divisor of any power of two */
	PROTOCOL_TCP = 6,
	PORT_HTTPS = 443,
	SOURCE = 0x0a000001,	  /* 10.0.0.1 */
	DESTINATION = 0xc0000201, /* 192.0.2.1 */
	WORD_BITS = 64,
	MAX_ROUTERS = 8,
	DEVIATIONS = 5,
};

static const uint64_t keys[] = { 0, 0x0123456789abcdef, UINT64_MAX };

/* Make flow number `i` of a series. */
struct series {
	const char *name;
	struct flow (*flow)(uint32_t i);
	uint32_t modes; /* 1 << enum hg_hash_fields: those flows differ in */
};

#define MODE(name) (1 << HG_HASH_##name)
#define BY_PORT	   MODE(5_TUPLE)
#define BY_SOURCE  (MODE(5_TUPLE) | MODE(3_TUPLE) | MODE(SRC_DST) | MODE(SRC))
#define BY_DESTINATION \
	(MODE(5_TUPLE) | MODE(3_TUPLE) | MODE(SRC_DST) | MODE(DST))

static struct flow ipv4_flow(uint32_t source, uint32_t destination,
			     uint16_t source_port, uint16_t destination_port)
{
	return (struct flow){
		.source = { htonl(source) },
		.destination = { htonl(destination) },
		.source_port = htons(source_port),
		.destination_port = htons(destination_port),
		.protocol = PROTOCOL_TCP,
	};
}

/* 2001:db8:SITE:SUBNET::HOST -> 2001:db8:2::TO */
static struct flow ipv6_flow(uint32_t site_and_subnet, uint32_t host,
			     uint32_t to, uint16_t source_port)
{
	return (struct flow){
		.source = { htonl(0x20010db8), htonl(site_and_subnet), 0,
			    htonl(host) },
		.destination = { htonl(0x20010db8), htonl(0x00020000), 0,
				 htonl(to) },
		.source_port = htons(source_port),
		.destination_port = htons(PORT_HTTPS),
		.protocol = PROTOCOL_TCP,
		.ipv6 = true,
	};
}

static struct flow next_port(uint32_t i)
{
	return ipv4_flow(SOURCE, DESTINATION, i, PORT_HTTPS);
}

static struct flow next_destination_port(uint32_t i)
{
	return ipv4_flow(SOURCE, DESTINATION, PORT_HTTPS, i);
}

/* Linux gives its clients the even ports of a range first. */
static struct flow next_even_port(uint32_t i)
{
	return ipv4_flow(SOURCE + i / 8192, DESTINATION, 32768 + i % 8192 * 2,
			 PORT_HTTPS);
}

static struct flow next_source(uint32_t i)
{
	return ipv4_flow(SOURCE + i, DESTINATION, PORT_HTTPS, PORT_HTTPS);
}

static struct flow next_network(uint32_t i)
{
	return ipv4_flow(i << 8 | 1, DESTINATION, PORT_HTTPS, PORT_HTTPS);
}

static struct flow next_destination(uint32_t i)
{
	return ipv4_flow(SOURCE, DESTINATION + i, PORT_HTTPS, PORT_HTTPS);
}

/* A client that uses the next port for each next address. */
static struct flow next_source_and_port(uint32_t i)
{
	return ipv4_flow(SOURCE + i, DESTINATION, i, PORT_HTTPS);
}

static struct flow next_source_and_destination(uint32_t i)
{
	return ipv4_flow(SOURCE + i, DESTINATION + i, i, PORT_HTTPS);
}

static struct flow next_ipv6_port(uint32_t i)
{
	return ipv6_flow(0, 1, 1, i);
}

static struct flow next_ipv6_host(uint32_t i)
{
	return ipv6_flow(0, i, 1, PORT_HTTPS);
}

static struct flow next_ipv6_subnet(uint32_t i)
{
	return ipv6_flow(i, 1, 1, PORT_HTTPS);
}

static struct flow next_ipv6_site(uint32_t i)
{
	return ipv6_flow(i << 16, 1, 1, PORT_HTTPS);
}

static struct flow next_ipv6_destination(uint32_t i)
{
	return ipv6_flow(0, 1, i, PORT_HTTPS);
}

/* The same bits at both ends: a plain exclusive-or would cancel them. */
static struct flow next_ipv6_both_ends(uint32_t i)
{
	return ipv6_flow(0x00020000, i, i, PORT_HTTPS);
}

/* An interface identifier made of a MAC (RFC 4291 2.5.1). */
static struct flow next_ipv6_mac(uint32_t i)
{
	struct flow flow = ipv6_flow(i / 256, 0, 1, PORT_HTTPS);

	flow.source[2] = htonl(0x020000ff);
	flow.source[3] = htonl(0xfe000000 | i);
	return flow;
}

static const struct series all_series[] = {
	{ "source port", next_port, BY_PORT },
	{ "destination port", next_destination_port, BY_PORT },
	{ "even source port", next_even_port, BY_PORT },
	{ "source", next_source, BY_SOURCE },
	{ "network", next_network, BY_SOURCE },
	{ "destination", next_destination, BY_DESTINATION },
	{ "source and port", next_source_and_port, BY_SOURCE },
	{ "source and destination", next_source_and_destination,
	  BY_SOURCE | BY_DESTINATION },
	{ "IPv6 source port", next_ipv6_port, BY_PORT },
	{ "IPv6 host", next_ipv6_host, BY_SOURCE },
	{ "IPv6 subnet", next_ipv6_subnet, BY_SOURCE },
	{ "IPv6 site", next_ipv6_site, BY_SOURCE },
	{ "IPv6 destination", next_ipv6_destination, BY_DESTINATION },
	{ "IPv6 both ends", next_ipv6_both_ends, BY_SOURCE | BY_DESTINATION },
	{ "IPv6 MAC", next_ipv6_mac, BY_SOURCE },
};

enum {
	SERIES = sizeof(all_series) / sizeof(*all_series)
};

/*
 * Return the distance of chi-square from its mean in standard deviations. By
 * its cube root, which is nearly normal even for few cells and a long tail
 * (Wilson, Hilferty 1931).
 */
static double deviations(double chi_square, double freedom)
{
	double variance = 2 / (9 * freedom);

	return (cbrt(chi_square / freedom) - (1 - variance)) / sqrt(variance);
}

/* A spread that is too even, like that of a counter, fails as well. */
static void assert_uniform(const unsigned int *counts, unsigned int cells,
			   const char *name, uint32_t mode)
{
	double expected = 0, chi_square = 0;

	for (unsigned int i = 0; i < cells; i++)
		expected += (double)counts[i] / cells;
	for (unsigned int i = 0; i < cells; i++)
		chi_square += (counts[i] - expected) * (counts[i] - expected) /
			      expected;
	if (fabs(deviations(chi_square, cells - 1)) > DEVIATIONS)
		fail_msg("%s, mode %u: chi-square of %.0f over %u cells", name,
			 mode, chi_square, cells);
}

/* The program uses the low bits; the others must be no worse. */
static void assert_bits_uniform(const struct series *series, uint32_t mode,
				uint64_t key, unsigned int bit)
{
	unsigned int counts[CELLS] = {};

	for (uint32_t i = 0; i < SAMPLES; i++) {
		const struct flow flow = series->flow(i);

		counts[flow_hash(&flow, mode, key) >> bit & (CELLS - 1)]++;
	}
	assert_uniform(counts, CELLS, series->name, mode);
}

static void spreads_every_series_evenly_in_every_mode(void **state)
{
	(void)state;
	for (int s = 0; s < SERIES; s++)
		for (uint32_t mode = 0; mode < HG_HASH_PACKET; mode++) {
			if (!(all_series[s].modes & 1 << mode))
				continue;
			for (size_t k = 0; k < sizeof(keys) / sizeof(*keys);
			     k++)
				for (unsigned int bit = 0; bit < WORD_BITS / 2;
				     bit += WORD_BITS / 4)
					assert_bits_uniform(&all_series[s],
							    mode, keys[k], bit);
		}
}

/* A bucket may belong to any of a number of servers. */
static void spreads_over_servers_of_any_number(void **state)
{
	(void)state;
	for (int s = 0; s < SERIES; s++) {
		unsigned int counts[MEMBERS] = {};

		for (uint32_t i = 0; i < SAMPLES; i++) {
			const struct flow flow = all_series[s].flow(i);

			counts[flow_hash(&flow, HG_HASH_5_TUPLE, keys[1]) %
			       MEMBERS]++;
		}
		assert_uniform(counts, MEMBERS, all_series[s].name,
			       HG_HASH_5_TUPLE);
	}
}

/*
 * Check that flipping any input bit changes each output bit in half of many
 * flows.
 */
enum {
	AVALANCHE_FLOWS = 4096,
	FLOW_BITS = 2 * 128 + 2 * 16,
};

/* Addresses and ports are the first members, without padding. */
static void flip(struct flow *flow, unsigned int bit)
{
	((uint8_t *)flow)[bit / 8] ^= 1 << bit % 8;
}

static bool is_part_of_ipv4(unsigned int bit)
{
	return bit % 128 < 32 || bit >= 2 * 128;
}

static void assert_avalanche(bool ipv6, unsigned int bit)
{
	unsigned int changes[WORD_BITS] = {};
	const double half = AVALANCHE_FLOWS / 2.0;

	for (uint32_t i = 0; i < AVALANCHE_FLOWS; i++) {
		struct flow flow = ipv6 ? next_ipv6_mac(i) :
					  next_source_and_port(i);
		uint64_t hash = flow_hash(&flow, HG_HASH_5_TUPLE, keys[1]);

		flip(&flow, bit);
		hash ^= flow_hash(&flow, HG_HASH_5_TUPLE, keys[1]);
		for (unsigned int out = 0; out < WORD_BITS; out++)
			changes[out] += hash >> out & 1;
	}
	for (unsigned int out = 0; out < WORD_BITS; out++)
		assert_true(fabs(changes[out] - half) <
			    (DEVIATIONS + 1) * sqrt(half / 2));
}

static void changes_half_of_the_output_with_every_bit_of_the_input(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < FLOW_BITS; bit++) {
		assert_avalanche(true, bit);
		if (is_part_of_ipv4(bit))
			assert_avalanche(false, bit);
	}
}

/* The authors' test vector of 8 bytes: this is SipHash. */
static void has_the_siphash_that_a_router_has(void **state)
{
	const uint64_t words[] = { htole64(0x0706050403020100) };

	(void)state;
	assert_int_equal(siphash_words(words, 1, 0x0706050403020100,
				       0x0f0e0d0c0b0a0908),
			 0x93f5f5799a932462);
}

struct router {
	const char *name;
	uint32_t (*hash)(const struct router_key *key, uint64_t seed);
	bool ports;
};

static const struct router routers[] = {
	{ "jhash, addresses", jhash, false },
	{ "jhash, ports", jhash, true },
	{ "SipHash, addresses", siphash, false },
	{ "SipHash, ports", siphash, true },
};

/* The kernel compares 31 bits of the hash with the next hops' upper bounds. */
static uint32_t choice_of(const struct router *router, const struct flow *flow,
			  uint32_t nexthops)
{
	const struct router_key key = router_key_of(flow, router->ports);
	uint32_t hash = router->hash(&key, keys[1]) >> 1;

	return (uint64_t)hash * nexthops >> 31;
}

/* Choose by the remainder, as other routers do. */
static uint32_t remainder_of(const struct router *router,
			     const struct flow *flow, uint32_t nexthops)
{
	const struct router_key key = router_key_of(flow, router->ports);

	return router->hash(&key, keys[1]) % nexthops;
}

struct spread {
	unsigned int buckets[MAX_ROUTERS][CELLS];
	unsigned int members[MAX_ROUTERS][MEMBERS];
};

static void assert_spread(const struct spread *spread, uint32_t nexthops,
			  const char *name)
{
	for (uint32_t i = 0; i < nexthops; i++) {
		assert_uniform(spread->buckets[i], CELLS / nexthops, name,
			       HG_HASH_5_TUPLE);
		assert_uniform(spread->members[i], MEMBERS, name,
			       HG_HASH_5_TUPLE);
	}
}

static void
assert_uniform_behind(const struct router *router, const struct series *series,
		      uint32_t nexthops, uint64_t key,
		      uint32_t (*choose)(const struct router *,
					 const struct flow *, uint32_t))
{
	struct spread spread = {};

	for (uint32_t i = 0; i < SAMPLES; i++) {
		const struct flow flow = series->flow(i);
		uint64_t hash = flow_hash(&flow, HG_HASH_5_TUPLE, key);
		uint32_t we = choose(router, &flow, nexthops);

		spread.buckets[we][hash % (CELLS / nexthops)]++;
		spread.members[we][hash % MEMBERS]++;
	}
	assert_spread(&spread, nexthops, router->name);
}

static bool differs_for(const struct router *router,
			const struct series *series)
{
	return router->ports || !(series->modes == BY_PORT);
}

static void spreads_what_a_router_in_front_has_chosen(void **state)
{
	(void)state;
	for (size_t r = 0; r < sizeof(routers) / sizeof(*routers); r++)
		for (int s = 0; s < SERIES; s++) {
			if (!differs_for(&routers[r], &all_series[s]))
				continue;
			for (uint32_t hops = 2; hops <= MAX_ROUTERS;
			     hops *= 2) {
				assert_uniform_behind(&routers[r],
						      &all_series[s], hops,
						      keys[0], choice_of);
				assert_uniform_behind(&routers[r],
						      &all_series[s], hops,
						      keys[1], remainder_of);
			}
		}
}

/* Headgate behind Headgate: with the same key, most buckets would be empty. */
static uint32_t bucket_of_another(const struct router *router,
				  const struct flow *flow, uint32_t nexthops)
{
	(void)router;
	return flow_hash(flow, HG_HASH_5_TUPLE, keys[1] + 1) % nexthops;
}

static void spreads_what_another_headgate_has_chosen(void **state)
{
	static const struct router headgate = { "headgate", NULL, true };

	(void)state;
	for (int s = 0; s < SERIES; s++)
		assert_uniform_behind(&headgate, &all_series[s], MAX_ROUTERS,
				      keys[1], bucket_of_another);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spreads_every_series_evenly_in_every_mode),
		cmocka_unit_test(spreads_over_servers_of_any_number),
		cmocka_unit_test(
			changes_half_of_the_output_with_every_bit_of_the_input),
		cmocka_unit_test(has_the_siphash_that_a_router_has),
		cmocka_unit_test(spreads_what_a_router_in_front_has_chosen),
		cmocka_unit_test(spreads_what_another_headgate_has_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
