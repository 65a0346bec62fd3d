/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

/*
 * Time: the clock for ages and deadlines, and the units it is counted in.
 *
 * CLOCK_BOOTTIME never jumps, and it goes on while the machine sleeps. Pure
 * modules take the time as an argument instead.
 */

#include <stdint.h>
#include <sys/time.h>
#include <time.h>

enum clock_units {
	CLOCK_MS_PER_S = 1000,
	CLOCK_US_PER_S = 1000000,
	CLOCK_US_PER_MS = 1000,
	CLOCK_NS_PER_S = 1000000000,
	CLOCK_NS_PER_US = 1000,
};

/* Return the nanoseconds that `clock` shows. */
static inline uint64_t clock_read_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * CLOCK_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* The clock of the XDP program, which stands still while the host sleeps. */
static inline uint64_t clock_monotonic_ms(void)
{
	return clock_read_ns(CLOCK_MONOTONIC) /
	       ((uint64_t)CLOCK_NS_PER_US * CLOCK_US_PER_MS);
}

static inline uint64_t clock_now_us(void)
{
	return clock_read_ns(CLOCK_BOOTTIME) / CLOCK_NS_PER_US;
}

static inline uint64_t clock_now_ms(void)
{
	return clock_now_us() / CLOCK_US_PER_MS;
}

static inline struct timeval clock_timeval_of_us(uint64_t us)
{
	return (struct timeval){
		.tv_sec = (time_t)(us / CLOCK_US_PER_S),
		.tv_usec = (suseconds_t)(us % CLOCK_US_PER_S),
	};
}

static inline struct timeval clock_timeval_of_ms(uint64_t ms)
{
	return clock_timeval_of_us(ms * CLOCK_US_PER_MS);
}

/* Convert an interval that is not negative. */
static inline uint64_t clock_ms_of_timeval(const struct timeval *interval)
{
	return (uint64_t)interval->tv_sec * CLOCK_MS_PER_S +
	       (uint64_t)interval->tv_usec / CLOCK_US_PER_MS;
}

#endif
