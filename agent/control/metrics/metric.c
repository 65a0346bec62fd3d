// SPDX-License-Identifier: BSD-2-Clause
/* Metrics as text. See metric.h. */

#include "control/metrics/metric.h"

#include <event2/buffer.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TOTAL_SUFFIX "_total"

enum {
	FIRST_ROOM = 16,
};

/*
 * In OpenMetrics a counter has a name without the suffix of its samples
 * (OpenMetrics 1.0, "Counter").
 */
static int length_of_name(const struct metric_out *out, const char *name,
			  enum metric_type type)
{
	size_t length = strlen(name), suffix = strlen(TOTAL_SUFFIX);

	if (out->format == METRIC_OPENMETRICS && type == METRIC_COUNTER &&
	    length > suffix && !strcmp(name + length - suffix, TOTAL_SUFFIX))
		length -= suffix;
	return (int)length;
}

void metric_write_head(const struct metric_out *out, const char *name,
		       enum metric_type type, const char *help)
{
	int length = length_of_name(out, name, type);

	evbuffer_add_printf(out->buffer,
			    "# HELP %.*s %s.\n"
			    "# TYPE %.*s %s\n",
			    length, name, help, length, name,
			    type == METRIC_COUNTER ? "counter" : "gauge");
}

void metric_write_label(struct evbuffer *out, const char *text)
{
	size_t plain = strcspn(text, "\"\\\n");

	for (; text[plain]; plain = strcspn(text, "\"\\\n")) {
		char odd = text[plain];

		evbuffer_add(out, text, plain);
		evbuffer_add_printf(out, "\\%c", odd == '\n' ? 'n' : odd);
		text += plain + 1;
	}
	evbuffer_add(out, text, plain);
}

/* Write the value that is at an offset of the row. */
static void write_value(struct evbuffer *out, const struct metric *metric,
			const void *row, unsigned int place)
{
	const char *at = (const char *)row + metric->offset;
	uint64_t number;
	double real;

	if (metric->is_real) {
		memcpy(&real, at + place * sizeof(real), sizeof(real));
		evbuffer_add_printf(out, " %.15g\n", real);
		return;
	}
	memcpy(&number, at + place * sizeof(number), sizeof(number));
	evbuffer_add_printf(out, " %" PRIu64 "\n", number);
}

/* Write the labels of one value: {address="10.1.0.11",state="failed"}. */
static void write_labels(struct evbuffer *out, const struct metric_table *table,
			 const struct metric *metric, const char *label,
			 unsigned int place)
{
	if (!table->key && !metric->key)
		return;
	evbuffer_add(out, "{", 1);
	if (table->key) {
		evbuffer_add_printf(out, "%s=\"", table->key);
		metric_write_label(out, label);
		evbuffer_add(out, "\"", 1);
	}
	if (metric->key)
		evbuffer_add_printf(out, "%s%s=\"%s\"", table->key ? "," : "",
				    metric->key, metric->word(place));
	evbuffer_add(out, "}", 1);
}

void metric_write_row(const struct metric_out *out,
		      const struct metric_table *table,
		      const struct metric *metric, const void *row)
{
	unsigned int count = metric->count ? metric->count : 1;
	char text[METRIC_LABEL_SIZE];
	const char *label;

	if (metric->write) {
		metric->write(out, metric, row);
		return;
	}
	label = table->key ? table->label(row, text) : "";
	for (unsigned int i = 0; i < count; i++) {
		evbuffer_add(out->buffer, metric->name, strlen(metric->name));
		write_labels(out->buffer, table, metric, label, i);
		write_value(out->buffer, metric, row, i);
	}
}

void *metric_rows_add(struct metric_rows *rows)
{
	size_t room = rows->room ? 2 * rows->room : FIRST_ROOM;
	char *grown;

	if (rows->count == rows->room) {
		grown = reallocarray(rows->rows, room, rows->size);
		if (!grown)
			return NULL;
		rows->rows = grown;
		rows->room = room;
	}
	return memset(rows->rows + rows->count++ * rows->size, 0, rows->size);
}

void metric_rows_free(struct metric_rows *rows)
{
	free(rows->rows);
	*rows = (struct metric_rows){ 0 };
}
