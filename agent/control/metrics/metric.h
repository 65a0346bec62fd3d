/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_METRIC_H
#define CONTROL_METRIC_H

/*
 * Metrics as tables, in the two text formats of Prometheus. A table has rows of one
 * kind, such as neighbors, which are copied at the start of a page; its metrics are
 * members of a row. All samples of a metric have to stand together, so a page goes
 * through the rows once for each metric.
 *
 *	metric		names, types and samples as text. Pure
 *	metric_agent, metric_process, metric_neighbors, metric_nexthops,
 *	metric_vips, metric_interfaces
 *			the tables
 *	counter_list	counters of the packet path
 *	gauge_list	numbers by the places of an array
 *	metrics_page	the page, in parts
 *	metrics		the server
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

struct control_view;
struct evbuffer;
struct vip_memory;

enum metric_format {
	METRIC_TEXT, /* 0.0.4 */
	METRIC_OPENMETRICS,
};

enum metric_type {
	METRIC_GAUGE,
	METRIC_COUNTER,
};

enum metric_sizes {
	METRIC_LABEL_SIZE = 96, /* of the longest: a neighbor with its link */
};

struct metric_out {
	struct evbuffer *buffer;
	enum metric_format format;
};

struct metric {
	const char *name; /* "headgate_neighbor_up" */
	enum metric_type type;
	const char *help;
	size_t offset; /* of a uint64_t in the row, the first of `count` */
	bool is_real;  /* it is a double */
	/* Several values: the label that they differ in, and its values. */
	unsigned int count;
	const char *key;
	const char *(*word)(unsigned int place);
	/* Write the samples of a row instead. NULL: by the above. */
	void (*write)(const struct metric_out *out, const struct metric *metric,
		      const void *row);
};

/* Rows that are being collected, all of one size. */
struct metric_rows {
	char *rows;
	size_t size, count, room;
	/* For collect(): where to go on. */
	size_t place;
	unsigned int phase;
};

/* The source of the rows. */
struct metric_source {
	const struct control_view *view;
	struct vip_memory *vips;
};

struct metric_table {
	const struct metric *metrics;
	size_t count;
	size_t row_size;
	/* The label of all samples of a row; NULL: there is one row. */
	const char *key;
	const char *(*label)(const void *row, char text[METRIC_LABEL_SIZE]);
	/* Add rows. Returns 1 if more are left, 0 after the last, or -ENOMEM. */
	int (*collect)(const struct metric_source *source,
		       struct metric_rows *rows);
};

/* Write the lines that come before the samples of a metric. */
void metric_write_head(const struct metric_out *out, const char *name,
		       enum metric_type type, const char *help);
/* Write text as the value of a label: escaped. */
void metric_write_label(struct evbuffer *out, const char *text);
/* Write the samples of a row. */
void metric_write_row(const struct metric_out *out,
		      const struct metric_table *table,
		      const struct metric *metric, const void *row);

/* Return a new row of zeroes, or NULL: out of memory. */
void *metric_rows_add(struct metric_rows *rows);
void metric_rows_free(struct metric_rows *rows);

#endif
