/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BENCH_BURST_H
#define TESTS_BENCH_BURST_H

/*
 * Bursts of live frames from the generator, and their cost. Functions return 0
 * or -errno.
 */

#include "frames.h"

#include <stdint.h>

struct generator;

/* The result of a burst */
struct burst {
	uint64_t sent;
	uint64_t received; /* by sinks */
	double seconds;	   /* without the time of waiting for the CPU */
};

/* The runs of a program, counted while the kernel keeps statistics */
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
 * Send `frames` frames, all from the CPU that this thread is pinned to.
 * -EOPNOTSUPP: the kernel has no live frames (before Linux 5.18).
 */
int burst_send(struct generator *generator, const struct burst_target *target,
	       uint32_t frames, struct burst *burst);

/*
 * Start statistics, which the kernel keeps while the returned descriptor is
 * open; -errno on failure.
 */
int burst_start_statistics(void);
/* Read the program's runs since it was loaded. */
int burst_read_runs(int program, struct runs *runs);

#endif
