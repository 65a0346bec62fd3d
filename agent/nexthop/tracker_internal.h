/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_TRACKER_INTERNAL_H
#define NEXTHOP_TRACKER_INTERNAL_H

/* The tracker's own structure, shared by tracker.c and entry.c. */

#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <sys/queue.h>

#include "core/address_tree.h"
#include "core/keyed_hash.h"
#include "core/work_queue.h"
#include "nexthop/entry.h"
#include "nexthop/expected.h"
#include "nexthop/host.h"
#include "nexthop/prober.h"
#include "nexthop/tracker.h"

enum tracker_sizes {
	TRACKER_VIA_BUCKETS = 1024,
};

LIST_HEAD(via_list, entry);

struct tracker {
	struct event_base *base;
	struct tracker_callbacks callbacks;
	struct host host;
	struct netlink *netlink;
	struct ports *ports;
	struct prober *prober;
	struct probe_timing probe_timing;
	struct bfd *bfd;	     /* NULL: not configured */
	struct hold_down *hold_down; /* NULL: likewise */
	struct event *hold_timer;    /* NULL: likewise */
	uint64_t hold_timer_ms;	     /* when it ends */
	struct link_speeds *speeds;  /* NULL: likewise */
	struct event *netlink_readable;
	struct event *resolve_timer;
	struct work_queue *queue;
	struct work resolve;
	struct work settle;
	uint64_t resolved_ms; /* start of the last round of lookups */
	bool resolving;	      /* the round goes on behind `resolved_last` */
	bool resolve_again;   /* a route changed since it started */
	struct address resolved_last;
	struct expected_macs expected;
	struct address_tree entries;
	struct keyed_hash_secret secret; /* of `by_via` */
	struct via_list by_via[TRACKER_VIA_BUCKETS];
	TAILQ_HEAD(, entry) changed;
	TAILQ_HEAD(, entry) unsettled;
};

/* Return NULL if the address is not tracked. */
struct entry *tracker_find_entry(const struct tracker *tracker,
				 const struct address *address);
/* Return the list of entries that probe `via`, among others. */
struct via_list *tracker_via_list(struct tracker *tracker,
				  const struct address *via);
/* Report all changes to the caller; every event handler ends with it. */
void tracker_report(struct tracker *tracker);

#endif
