/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SERVICE_CHECKS_H
#define SERVICE_CHECKS_H

/*
 * Which services are checked (check= of --neighbor and --path): those behind
 * accepted paths. The rib asks whether one passes, and decides its VIP again when
 * that changes. While this agent comes up it assumes that they pass, as flows may
 * be there.
 */

#include <stddef.h>

#include "config/config.h"
#include "nexthop/nexthop.h"
#include "nexthop/services.h"
#include "nexthop/tracker.h"
#include "rib/rib.h"
#include "takeover.h"

struct event_base;
struct service_link;
struct steering;

/* Set by the owner, the rib when it is made; zeroed otherwise. */
struct service_checks {
	struct event_base *base;
	const struct tracker *tracker;
	const struct takeover *takeover;
	const struct steering *steering;
	struct rib *rib;
	struct service_link *link;
	struct services *services; /* NULL: nothing was checked so far */
};

/*
 * Open the sockets if the configuration has checks and they are not open. The
 * caller calls service_checks_release(), also on failure. Returns 0 or -errno,
 * and says in `error` (size bytes) what failed.
 */
int service_checks_open(struct service_checks *checks,
			const struct config *config, char *error, size_t size);
void service_checks_release(struct service_checks *checks);
/* Return why a path that could be used may get no new flows, or REASON_NONE. */
enum path_reason service_checks_path(struct service_checks *checks,
				     const struct route *route,
				     const struct path *path);
/* End the checks behind paths that a route has no more. */
void service_checks_decided(struct service_checks *checks,
			    const struct route *route);

#endif
