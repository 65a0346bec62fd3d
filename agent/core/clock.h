/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

/*
 * The one clock for ages and deadlines: it never jumps, and it goes on while
 * the machine sleeps. Pure modules take the time as an argument instead.
 */

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static inline uint64_t clock_now_ms(void)
{
	return clock_now_us() / 1000;
}

#endif
