/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_CHANCE_H
#define TEST_CHANCE_H

/* Random numbers for one test program, from a seed that it prints. */

#include "../random.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct random_source chance;

/* Take the seed from SEED=... in the environment, to repeat a run. */
static inline void chance_begin(void)
{
	const char *given = getenv("SEED");

	chance.state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	printf("SEED=%llu\n", (unsigned long long)chance.state);
}

static inline uint64_t chance_word(void)
{
	return random_u64(&chance);
}

static inline uint32_t chance_below(uint32_t bound)
{
	return random_below(&chance, bound);
}

static inline bool chance_one_in(uint32_t count)
{
	return random_one_in(&chance, count);
}

#endif
