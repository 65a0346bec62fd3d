/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PROBE_LOG_H
#define NEXTHOP_PROBE_LOG_H

/*
 * What a step of the state machine is worth telling people: a next hop that
 * came alive, died or moved to another MAC, and who else claims its address.
 */

#include "nexthop/nexthop.h"
#include "nexthop/probe.h"

/* `before` and `after`: the machine around the step that took `event`. */
void probe_log_step(const struct nexthop *nexthop, const struct probe *before,
		    const struct probe *after, const struct probe_event *event);
/* After a step that counted a conflict; for the caller to ration. */
void probe_log_conflict(const struct nexthop *nexthop,
			const struct probe *before, const struct probe *after,
			const struct probe_event *event);

#endif
