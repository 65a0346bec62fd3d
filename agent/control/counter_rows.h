/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_COUNTER_ROWS_H
#define CONTROL_COUNTER_ROWS_H

/*
 * A copy of all lists of counters at one moment, to be written in parts: as JSON
 * (show_counters.c) and as metrics (metrics.c).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/counter_list.h"
#include "core/address.h"

struct counter_row {
	char label[PREFIX_TEXT_SIZE]; /* empty: its prefix */
	struct prefix prefix;
	bool has_slot;
	uint32_t slot;
	struct hg_counter counter;
};

/* All zero: empty. */
struct counter_rows {
	struct counter_row *rows;
	size_t count;
	size_t room;
	bool out_of_memory;
};

/*
 * Copy one list, in any order. Returns 0 or -ENOMEM; counter_rows_free() is legal in
 * both cases.
 */
int counter_rows_read(struct counter_rows *rows,
		      const struct control_view *view,
		      const struct counter_list *list);
/* Put the rows in the order in which they are shown: milliseconds for thousands. */
void counter_rows_sort(struct counter_rows *rows,
		       const struct counter_list *list);
/* Return the label, which may be in `text`. */
const char *counter_row_label(const struct counter_row *row,
			      char text[PREFIX_TEXT_SIZE]);
void counter_rows_free(struct counter_rows *rows);

#endif
