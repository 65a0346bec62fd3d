/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_KEYED_HASH_H
#define CORE_KEYED_HASH_H

/*
 * The hash of tables whose keys come from the wire: SipHash-1-3 (Aumasson and
 * Bernstein, "SipHash: a fast short-input PRF", 2012), with one round for each
 * word and three at the end. A peer that does not know the table's secret cannot
 * choose keys that collide. SipHash-2-4 is the form of the published vectors.
 *
 * There is no global secret: each table draws its own when it allocates its
 * first chains, so an empty table needs none, and walks of two tables do not
 * correlate.
 */

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct keyed_hash_secret {
	uint64_t words[2];
};

struct keyed_hash_state {
	uint64_t v0, v1, v2, v3;
};

enum keyed_hash_rounds {
	KEYED_HASH_WORD_ROUNDS = 1,
	KEYED_HASH_FINAL_ROUNDS = 3,
	KEYED_HASH_FINAL_MARK = 0xff,
};

/* Fill the secret from getrandom(2). Returns 0 or -errno. */
int keyed_hash_draw(struct keyed_hash_secret *secret);

static inline uint64_t keyed_hash_rotate(uint64_t word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

/*
 * Always inline, with a constant number of rounds: the hash of a prefix is part of
 * the cost of each path.
 */
static inline __attribute__((always_inline)) void
keyed_hash_mix(struct keyed_hash_state *s, unsigned int rounds)
{
#pragma GCC unroll 4
	for (; rounds; rounds--) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = keyed_hash_rotate(s->v1, 13) ^ s->v0;
		s->v3 = keyed_hash_rotate(s->v3, 16) ^ s->v2;
		s->v0 = keyed_hash_rotate(s->v0, 32);
		s->v2 += s->v1;
		s->v0 += s->v3;
		s->v1 = keyed_hash_rotate(s->v1, 17) ^ s->v2;
		s->v3 = keyed_hash_rotate(s->v3, 21) ^ s->v0;
		s->v2 = keyed_hash_rotate(s->v2, 32);
	}
}

static inline __attribute__((always_inline)) void
keyed_hash_add(struct keyed_hash_state *s, uint64_t word, unsigned int rounds)
{
	s->v3 ^= word;
	keyed_hash_mix(s, rounds);
	s->v0 ^= word;
}

static inline struct keyed_hash_state
keyed_hash_begin(const struct keyed_hash_secret *secret)
{
	/* "somepseudorandomlygeneratedbytes" */
	return (struct keyed_hash_state){
		.v0 = secret->words[0] ^ 0x736f6d6570736575,
		.v1 = secret->words[1] ^ 0x646f72616e646f6d,
		.v2 = secret->words[0] ^ 0x6c7967656e657261,
		.v3 = secret->words[1] ^ 0x7465646279746573,
	};
}

static inline __attribute__((always_inline)) uint64_t
keyed_hash_end(struct keyed_hash_state *s, unsigned int rounds)
{
	s->v2 ^= KEYED_HASH_FINAL_MARK;
	keyed_hash_mix(s, rounds);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static inline uint64_t
keyed_hash_of_rounds(const struct keyed_hash_secret *secret, const void *key,
		     size_t size, unsigned int word_rounds,
		     unsigned int final_rounds)
{
	struct keyed_hash_state s = keyed_hash_begin(secret);
	uint64_t word = 0, last = (uint64_t)size << 56;
	const uint8_t *bytes = key;

	for (; size >= sizeof(word); size -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		keyed_hash_add(&s, le64toh(word), word_rounds);
		bytes += sizeof(word);
	}
	word = 0;
	memcpy(&word, bytes, size);
	keyed_hash_add(&s, last | le64toh(word), word_rounds);
	return keyed_hash_end(&s, final_rounds);
}

static inline uint64_t keyed_hash(const struct keyed_hash_secret *secret,
				  const void *key, size_t size)
{
	return keyed_hash_of_rounds(secret, key, size, KEYED_HASH_WORD_ROUNDS,
				    KEYED_HASH_FINAL_ROUNDS);
}

#endif
