/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_COUNTERS_H
#define DATAPATH_COUNTERS_H

/* Room for one value of a per-CPU map: a counter for each possible CPU. */

#include "headgate/abi.h"

struct counters {
	struct hg_counter *per_cpu;
	int cpu_count;
};

/* To be released with counters_close(). */
int counters_open(struct counters *counters);
/* Legal for counters of zeroes, which were never opened. */
void counters_close(struct counters *counters);

#endif
