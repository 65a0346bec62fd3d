/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_METRICS_PAGE_H
#define CONTROL_METRICS_PAGE_H

/*
 * All metrics as one reply in parts. Names of counters are those of the JSON: the
 * field "packets" in the list "vips", in the row whose "prefix" is 192.0.2.1/32, is
 *
 *	headgate_vips_packets_total{prefix="192.0.2.1/32"} 17
 *
 * A part takes well under a millisecond. Rows are copied before they are written, so
 * no row is missing in one metric and present in the next.
 */

#include "control/metrics/metric.h"

struct counter_list;
struct reply;

/*
 * Return the page, which the caller frees with reply_free(), or NULL. `source` must
 * outlive it.
 */
struct reply *metrics_page_new(const struct metric_source *source,
			       enum metric_format format);

/* Write the metrics of one list as they are served. */
void metrics_page_write_list(const struct metric_out *out,
			     const struct control_view *view,
			     const struct counter_list *list);

#endif
