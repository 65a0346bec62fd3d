/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BENCH_BURST_H
#define TESTS_BENCH_BURST_H

/*
 * Bursts of live frames from the generator, and what they cost.
 *
 * Functions return 0 or -errno.
 */

#include "frames.h"

#include <stdint.h>

struct generator;

/* A burst as it went. */
struct burst {
	uint64_t sent;
	uint64_t received; /* by sinks */
	double seconds;	   /* without waiting for the CPU */
};

/* What the kernel says of a program's runs while it keeps statistics. */
struct runs {
	uint64_t count;
	uint64_t ns;
};

struct burst_target {
	uint32_t ifindex; /* the generator's end of the pair */
	const struct traffic *traffic;
	size_t size; /* of a frame */
};

/*
 * Sends `frames` frames, all from the CPU that this thread runs on:
 * the thread is to be pinned to one. -EOPNOTSUPP: no live frames before Linux
 * 5.18.
 */
int burst_send(struct generator *generator, const struct burst_target *target,
	       uint32_t frames, struct burst *burst);

/*
 * The kernel keeps statistics of programs while the returned descriptor is
 * open; -errno if it does not.
 */
int burst_start_statistics(void);
/* The program's runs since it was loaded. */
int burst_read_runs(int program, struct runs *runs);

#endif
