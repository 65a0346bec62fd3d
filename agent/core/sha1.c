// SPDX-License-Identifier: BSD-2-Clause
/* SHA-1: FIPS 180-4 6.1. See sha1.h. */

#include "core/sha1.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

enum sha1_numbers {
	BLOCK_SIZE = 64,
	BLOCK_WORDS = 16,
	ROUNDS = 80,
	ROUNDS_OF_ONE_KIND = 20,
	STATE_WORDS = 5,
	END_MARK = 0x80,
	LENGTH_SIZE = 8, /* of the message in bits, at the end */
};

static uint32_t rotate_left(uint32_t word, unsigned int bits)
{
	return word << bits | word >> (32 - bits);
}

/* FIPS 180-4 4.1.1 and 4.2.1. */
static uint32_t mix_words(unsigned int round, uint32_t b, uint32_t c,
			  uint32_t d)
{
	switch (round / ROUNDS_OF_ONE_KIND) {
	case 0:
		return ((b & c) | (~b & d)) + 0x5a827999;
	case 1:
		return (b ^ c ^ d) + 0x6ed9eba1;
	case 2:
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	default:
		return (b ^ c ^ d) + 0xca62c1d6;
	}
}

static void spread_block(const uint8_t block[BLOCK_SIZE],
			 uint32_t words[ROUNDS])
{
	uint32_t word;

	for (size_t i = 0; i < BLOCK_WORDS; i++) {
		memcpy(&word, block + i * sizeof(word), sizeof(word));
		words[i] = be32toh(word);
	}
	for (size_t i = BLOCK_WORDS; i < ROUNDS; i++)
		words[i] = rotate_left(words[i - 3] ^ words[i - 8] ^
					       words[i - 14] ^ words[i - 16],
				       1);
}

static void add_block(uint32_t state[STATE_WORDS],
		      const uint8_t block[BLOCK_SIZE])
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], words[ROUNDS], next;

	spread_block(block, words);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		next = rotate_left(a, 5) + mix_words(round, b, c, d) + e +
		       words[round];
		e = d;
		d = c;
		c = rotate_left(b, 30);
		b = a;
		a = next;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

/* Add the last bytes, the end mark and the length: one block or two. */
static void add_end(uint32_t state[STATE_WORDS], const uint8_t *rest,
		    size_t rest_size, size_t size)
{
	uint8_t blocks[2 * BLOCK_SIZE] = { 0 };
	uint64_t bits = htobe64((uint64_t)size * 8);
	bool two = rest_size + 1 + LENGTH_SIZE > BLOCK_SIZE;
	uint8_t *end = blocks + (two ? 2 : 1) * BLOCK_SIZE;

	memcpy(blocks, rest, rest_size);
	blocks[rest_size] = END_MARK;
	memcpy(end - LENGTH_SIZE, &bits, LENGTH_SIZE);
	add_block(state, blocks);
	if (two)
		add_block(state, blocks + BLOCK_SIZE);
}

void sha1(const void *data, size_t size, uint8_t digest[SHA1_SIZE])
{
	uint32_t state[STATE_WORDS] = { 0x67452301, 0xefcdab89, 0x98badcfe,
					0x10325476, 0xc3d2e1f0 };
	const uint8_t *bytes = data;
	size_t left = size;

	for (; left >= BLOCK_SIZE; left -= BLOCK_SIZE, bytes += BLOCK_SIZE)
		add_block(state, bytes);
	add_end(state, bytes, left, size);
	for (size_t i = 0; i < STATE_WORDS; i++) {
		uint32_t word = htobe32(state[i]);

		memcpy(digest + i * sizeof(word), &word, sizeof(word));
	}
}
