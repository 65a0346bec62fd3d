// SPDX-License-Identifier: BSD-2-Clause
/* Copies of counters. See counter_rows.h. */

#include "control/counter_rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/slot_table.h"

enum {
	FIRST_ROOM = 64,
};

static struct counter_row *add_row(struct counter_rows *rows)
{
	size_t room = rows->room ? 2 * rows->room : FIRST_ROOM;
	struct counter_row *grown;

	if (rows->count < rows->room)
		return &rows->rows[rows->count++];
	grown = reallocarray(rows->rows, room, sizeof(*grown));
	if (!grown) {
		rows->out_of_memory = true;
		return NULL;
	}
	rows->rows = grown;
	rows->room = room;
	return &rows->rows[rows->count++];
}

static void copy_counter(void *context, const struct counter_entry *entry)
{
	struct counter_row *row = add_row(context);

	if (!row)
		return;
	*row = (struct counter_row){
		.has_slot = entry->slot,
		.slot = entry->slot ? entry->slot->index : 0,
		.counter = entry->counter,
	};
	if (entry->prefix)
		row->prefix = *entry->prefix;
	if (entry->label)
		snprintf(row->label, sizeof(row->label), "%s", entry->label);
}

static int compare_prefix(const void *a, const void *b)
{
	const struct counter_row *left = a, *right = b;

	return prefix_compare(&left->prefix, &right->prefix);
}

int counter_rows_read(struct counter_rows *rows,
		      const struct control_view *view,
		      const struct counter_list *list)
{
	*rows = (struct counter_rows){ 0 };
	list->visit(view, copy_counter, rows);
	return rows->out_of_memory ? -ENOMEM : 0;
}

void counter_rows_sort(struct counter_rows *rows,
		       const struct counter_list *list)
{
	if (list->is_by_prefix && rows->count)
		qsort(rows->rows, rows->count, sizeof(*rows->rows),
		      compare_prefix);
}

const char *counter_row_label(const struct counter_row *row,
			      char text[PREFIX_TEXT_SIZE])
{
	return row->label[0] ? row->label : prefix_format(&row->prefix, text);
}

void counter_rows_free(struct counter_rows *rows)
{
	free(rows->rows);
	*rows = (struct counter_rows){ 0 };
}
