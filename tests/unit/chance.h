/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_CHANCE_H
#define TEST_CHANCE_H

/* Numbers at random for the test program that includes this: SplitMix64. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t chance_state;

/* SEED=... in the environment repeats a run, which has said its own. */
static inline void chance_begin(void)
{
	const char *given = getenv("SEED");

	chance_state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	printf("SEED=%llu\n", (unsigned long long)chance_state);
}

static inline uint64_t random_word(void)
{
	uint64_t word = chance_state += 0x9e3779b97f4a7c15;

	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
	word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
	return word ^ (word >> 31);
}

static inline uint32_t random_below(uint32_t bound)
{
	return (random_word() >> 32) * bound >> 32;
}

static inline bool one_in(uint32_t count)
{
	return !random_below(count);
}

#endif
