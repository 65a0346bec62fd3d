/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_METRICS_H
#define CONTROL_METRICS_H

/*
 * The server of metrics, by HTTP: /metrics in the text format of Prometheus or as
 * OpenMetrics (metrics_page.h), /livez, /readyz, the status page at / (status_page.h),
 * JSON below /api/v1/ (api.h).
 */

#include "core/endpoint.h"

struct control_view;
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

#endif
