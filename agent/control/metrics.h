/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_METRICS_H
#define CONTROL_METRICS_H

/*
 * Counters in the text format of Prometheus (0.0.4), by HTTP at /metrics. Names
 * are those of the JSON: the field "packets" in the list "vips", in the row
 * whose "prefix" is 192.0.2.1/32, is
 *
 *	headgate_vips_packets_total{prefix="192.0.2.1/32"} 17
 *
 * Totals of `show status` have no label: headgate_log_lines_lost_total 0. Numbers
 * about recorded flows follow: gauge_list.h.
 */

#include "core/endpoint.h"

struct control_view;
struct counter_list;
struct evbuffer;
struct event_base;
struct work_turns;
struct metrics;

enum metrics_sizes {
	METRICS_ERROR_SIZE = 256,
};

/*
 * Listen at `where`; with port 0 nowhere, and *metrics is NULL. `view` must
 * outlive the object and is not read before the loop runs. Return 0, or -errno
 * and a message in `error`. The caller frees with metrics_free(). `given`:
 * bgp_socket_take_or_listen().
 */
int metrics_new(struct event_base *base, struct work_turns *turns, int *given,
		const struct endpoint *where, const struct control_view *view,
		struct metrics **metrics, char error[METRICS_ERROR_SIZE]);
/* Return the listening socket, or -1; `metrics` may be NULL. */
int metrics_listener(const struct metrics *metrics);
void metrics_free(struct metrics *metrics);

/* Write the metrics of one list as they are served. */
void metrics_write(struct evbuffer *out, const struct control_view *view,
		   const struct counter_list *list);

#endif
