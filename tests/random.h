/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

/* Random numbers, reproducible by their seed: SplitMix64. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random_source {
	uint64_t state;
};

static inline uint64_t random_u64(struct random_source *source)
{
	uint64_t word = source->state += 0x9e3779b97f4a7c15;

	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
	word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
	return word ^ (word >> 31);
}

static inline uint32_t random_below(struct random_source *source,
				    uint32_t bound)
{
	return (random_u64(source) >> 32) * bound >> 32;
}

/* True once in `n` times. */
static inline bool random_one_in(struct random_source *source, uint32_t n)
{
	return !random_below(source, n);
}

static inline uint8_t random_of(struct random_source *source,
				const uint8_t *values, size_t count)
{
	return values[random_below(source, count)];
}

#endif
