/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATAPATH_COUNTERS_H
#define DATAPATH_COUNTERS_H

/* The memory of a map of counters, `room` of them for each CPU. */

#include "datapath/tables.h"
#include "headgate/abi.h"

struct counters {
	struct table table;
	uint32_t cpus;
	uint32_t room;
};

/* Maps the memory of `map`; to be released with counters_close(). */
int counters_open(struct counters *counters, int map,
		  enum hg_counter_room room);
/* Legal for counters of zeroes, which were never opened. */
void counters_close(struct counters *counters);

#endif
