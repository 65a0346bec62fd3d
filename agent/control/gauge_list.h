/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_GAUGE_LIST_H
#define CONTROL_GAUGE_LIST_H

/*
 * Numbers of metrics that are no counters of the packet path: what is known about
 * recorded flows. `show status`, `show nexthops` and `show groups` have them, too.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

struct control_view;

struct gauge_list {
	const char *name; /* behind "headgate_" */
	const char *type; /* "gauge" or "counter" */
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
