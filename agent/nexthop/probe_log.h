/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PROBE_LOG_H
#define NEXTHOP_PROBE_LOG_H

/*
 * Log lines for the steps of a next hop's state machine. At info level: it came
 * alive, died or moved to another MAC. At debug level: all other changes of
 * state.
 */

#include "nexthop/nexthop.h"
#include "nexthop/probe.h"

/* Log a step; `before` and `after` are the machine around it. */
void probe_log_step(const struct nexthop *nexthop, const struct probe *before,
		    const struct probe *after, const struct probe_event *event);
/* Log the conflict that a step counted; the caller limits the rate. */
void probe_log_conflict(const struct nexthop *nexthop,
			const struct probe *before, const struct probe *after,
			const struct probe_event *event);
/* Log the answer that a step refused for its MAC; likewise. */
void probe_log_refused(const struct nexthop *nexthop,
		       const struct probe_event *event);

#endif
