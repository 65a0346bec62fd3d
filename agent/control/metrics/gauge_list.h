/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_GAUGE_LIST_H
#define CONTROL_GAUGE_LIST_H

/*
 * Metrics with one sample for each place of an array, such as the maps of recorded
 * flows. `show status`, `show nexthops` and `show groups` have the numbers, too.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/metrics/metric.h"
#include "core/address.h"

struct control_view;

struct gauge_list {
	const char *name;
	enum metric_type type;
	const char *help;
	const char *key; /* of the label */
	/* Return the number of places; each may have a sample. */
	uint32_t (*count)(const struct control_view *view);
	/* Read the sample at a place. False: it has none. */
	bool (*read)(const struct control_view *view, uint32_t place,
		     char label[ADDRESS_TEXT_SIZE], uint64_t *value);
};

extern const struct gauge_list gauge_lists[];
extern const size_t gauge_list_count;

#endif
