/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_COUNTER_LIST_H
#define CONTROL_COUNTER_LIST_H

/*
 * The counters of the packet path as lists, so that `headgatectl show counters`
 * (show_counters.c) and metrics (metrics.c) use the same names.
 */

#include <stdbool.h>
#include <stddef.h>

#include "headgate/abi.h"

struct control_view;
struct prefix;
struct slot;

/* One counter, valid during the call that it is passed to. */
struct counter_entry {
	const char *label;	     /* its name in the list */
	const struct slot *slot;     /* of a next hop; NULL: it has none */
	const struct prefix *prefix; /* of a VIP; NULL for others */
	struct hg_counter counter;
};

typedef void counter_visit_fn(void *context, const struct counter_entry *entry);

struct counter_list {
	const char *name; /* "outcomes" */
	const char *key; /* the field of a label: "name", "prefix", "address" */
	const char *help; /* one line, for metrics */
	bool has_slots;
	bool is_by_prefix; /* visited in any order, to be shown by prefix */
	void (*visit)(const struct control_view *view, counter_visit_fn *visit,
		      void *context);
};

extern const struct counter_list counter_lists[];
extern const size_t counter_list_count;

#endif
