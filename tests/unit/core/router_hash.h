/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CORE_ROUTER_HASH_H
#define TESTS_UNIT_CORE_ROUTER_HASH_H

/*
 * The hashes of a Linux router in front of us. It hashes the addresses, and in
 * policy 1 also ports and protocol (fib_multipath_hash_policy), as struct
 * flow_keys: with jhash2() in the past, with SipHash today. Both are written
 * from their papers: Bob Jenkins's lookup3, Aumasson and Bernstein's
 * SipHash-2-4.
 */

#include "flow_hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum router_layout {
	KEY_WORDS = 10, /* two addresses, ports, protocol */
	JHASH_INITIAL = 0xdeadbeef,
	JHASH_TRIPLE = 3,
	SIPHASH_ROUNDS = 2,
	SIPHASH_FINAL_ROUNDS = 4,
};

struct router_key {
	uint32_t words[KEY_WORDS];
};

/* Make the key that the router hashes. */
static inline struct router_key router_key_of(const struct flow *flow,
					      bool ports)
{
	struct router_key key = {};

	memcpy(key.words, flow->source, sizeof(flow->source));
	memcpy(key.words + 4, flow->destination, sizeof(flow->destination));
	if (ports) {
		key.words[8] = flow->source_port |
			       (uint32_t)flow->destination_port << 16;
		key.words[9] = flow->protocol;
	}
	return key;
}

static inline uint32_t rotate32(uint32_t word, unsigned int by)
{
	return word << by | word >> (32 - by);
}

static inline uint64_t rotate64(uint64_t word, unsigned int by)
{
	return word << by | word >> (64 - by);
}

static inline void jhash_mix(uint32_t *a, uint32_t *b, uint32_t *c)
{
	*a = (*a - *c) ^ rotate32(*c, 4);
	*c += *b;
	*b = (*b - *a) ^ rotate32(*a, 6);
	*a += *c;
	*c = (*c - *b) ^ rotate32(*b, 8);
	*b += *a;
	*a = (*a - *c) ^ rotate32(*c, 16);
	*c += *b;
	*b = (*b - *a) ^ rotate32(*a, 19);
	*a += *c;
	*c = (*c - *b) ^ rotate32(*b, 4);
	*b += *a;
}

static inline void jhash_final(uint32_t *a, uint32_t *b, uint32_t *c)
{
	*c = (*c ^ *b) - rotate32(*b, 14);
	*a = (*a ^ *c) - rotate32(*c, 11);
	*b = (*b ^ *a) - rotate32(*a, 25);
	*c = (*c ^ *b) - rotate32(*b, 16);
	*a = (*a ^ *c) - rotate32(*c, 4);
	*b = (*b ^ *a) - rotate32(*a, 14);
	*c = (*c ^ *b) - rotate32(*b, 24);
}

static inline uint32_t jhash(const struct router_key *key, uint64_t seed)
{
	uint32_t a = JHASH_INITIAL + (KEY_WORDS << 2) + (uint32_t)seed;
	uint32_t b = a, c = a;
	int i = 0;

	for (; i + JHASH_TRIPLE < KEY_WORDS; i += JHASH_TRIPLE) {
		a += key->words[i];
		b += key->words[i + 1];
		c += key->words[i + 2];
		jhash_mix(&a, &b, &c);
	}
	a += key->words[i];
	jhash_final(&a, &b, &c);
	return c;
}

static inline void sip_rounds(uint64_t v[4], int count)
{
	while (count--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate64(v[1], 13) ^ v[0];
		v[3] = rotate64(v[3], 16) ^ v[2];
		v[0] = rotate64(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate64(v[1], 17) ^ v[2];
		v[3] = rotate64(v[3], 21) ^ v[0];
		v[2] = rotate64(v[2], 32);
	}
}

static inline void sip_take(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_rounds(v, SIPHASH_ROUNDS);
	v[0] ^= word;
}

/* Hash 64-bit words; the last one contains `size` in bytes. */
static inline uint64_t siphash_words(const uint64_t *words, size_t count,
				     uint64_t k0, uint64_t k1)
{
	uint64_t v[4] = { 0x736f6d6570736575 ^ k0, 0x646f72616e646f6d ^ k1,
			  0x6c7967656e657261 ^ k0, 0x7465646279746573 ^ k1 };

	for (size_t i = 0; i < count; i++)
		sip_take(v, words[i]);
	sip_take(v, (uint64_t)(count * sizeof(*words)) << 56);
	v[2] ^= 0xff;
	sip_rounds(v, SIPHASH_FINAL_ROUNDS);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static inline uint32_t siphash(const struct router_key *key, uint64_t seed)
{
	uint64_t words[KEY_WORDS / 2];

	memcpy(words, key->words, sizeof(words));
	return siphash_words(words, KEY_WORDS / 2, seed, ~seed);
}

#endif
