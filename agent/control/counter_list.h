/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_COUNTER_LIST_H
#define CONTROL_COUNTER_LIST_H

/*
 * The counters of the packet path, as lists whose words are the same wherever
 * they are shown: `headgatectl show counters`, its JSON (show_steering.c) and
 * metrics (metrics.c).
 */

#include <stdbool.h>
#include <stddef.h>

#include "headgate/abi.h"

struct control_view;
struct slot;

/* One counter, valid during the call it is passed to. */
struct counter_entry {
	const char *label;	 /* what tells it from others in its list */
	const struct slot *slot; /* of a next hop; NULL while it has none */
	struct hg_counter counter;
};

typedef void counter_visit_fn(void *context, const struct counter_entry *entry);

struct counter_list {
	const char *name; /* of the list: "outcomes" */
	const char *key;  /* what the labels are: "name", "prefix", "address" */
	const char *help; /* what is counted, for metrics */
	bool has_slots;
	bool is_by_prefix; /* visited in any order, shown by prefix */
	void (*visit)(const struct control_view *view, counter_visit_fn *visit,
		      void *context);
};

extern const struct counter_list counter_lists[];
extern const size_t counter_list_count;

#endif
