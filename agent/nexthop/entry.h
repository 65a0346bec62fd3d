/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_ENTRY_H
#define NEXTHOP_ENTRY_H

/*
 * One next hop inside the tracker: its view for the caller, its state machine
 * and its route. An entry whose view changed puts itself into the tracker's
 * queue; it never calls back.
 */

#include <stdbool.h>
#include <stdint.h>

#include <sys/queue.h>

#include "core/address.h"
#include "core/address_tree.h"
#include "nexthop/bfd_auth.h"
#include "nexthop/nexthop.h"
#include "nexthop/ports.h"
#include "nexthop/probe.h"
#include "nexthop/probe_queue.h"

struct bfd_peer;

/* Reasons why a next hop is unreachable. */
enum entry_reason {
	ENTRY_REASON_NONE,
	ENTRY_REASON_NO_LINK,
	ENTRY_REASON_NO_ROUTE,
	ENTRY_REASON_LOCAL,
	ENTRY_REASON_VIP,
	ENTRY_REASON_INTERFACE,
	ENTRY_REASON_COUNT,
};

struct entry {
	struct address_node node; /* first: found by address */
	struct nexthop view;	  /* returned by tracker_find() */
	struct nexthop reported;  /* the view at the last callback */
	struct probe probe;
	struct tracker *tracker;
	struct probe_timer timer;
	enum entry_reason reason;
	struct address source; /* of our probes */
	unsigned int references;
	struct bfd_peer *bfd;	/* NULL without watchers */
	struct bfd_key bfd_key; /* of its first watcher */
	bool bfd_is_far;	/* behind a gateway: its BFD cannot work */
	unsigned int watchers;	/* users that want a BFD session */
	unsigned int requirers; /* those of them that require it to be Up */
	/* Users that unwatched it since it was last settled; counted above. */
	unsigned int leaving_watchers;
	unsigned int leaving_requirers;
	uint64_t quiet_until_ms; /* no conflict is logged before */
	bool queued;
	TAILQ_ENTRY(entry) queue;
	bool unsettled;
	TAILQ_ENTRY(entry) unsettled_link;
	bool settled_once;  /* its route has been looked up */
	bool watch_pending; /* a user wants BFD since it was last settled */
	bool news;	    /* a user of a dead one came since then */
	LIST_ENTRY(entry) same_via; /* linked while it has a route */
};

/* Return an entry that is UNREACHABLE, or NULL: out of memory. */
struct entry *entry_new(struct tracker *tracker, const struct address *address);
void entry_free(struct entry *entry);
/* Look up its route, and start to probe if link or gateway changed. */
void entry_resolve(struct entry *entry);
/* Send packets there inside others from now on, or as they are. */
void entry_encapsulate(struct entry *entry,
		       enum hg_encapsulation encapsulation);
/* Apply a change of its link; NULL: the link is gone. */
void entry_follow_link(struct entry *entry, const struct nexthop_link *link);
/* Handle an answer that came over a link, if it is one to its probe. */
void entry_handle_answer(struct entry *entry, uint32_t ifindex,
			 const struct ports_answer *answer);
/*
 * Apply what its users asked for since the last time: look up its route, open
 * or close its BFD session.
 */
void entry_settle(struct entry *entry);
/* Take the BFD key of another watcher, not counted yet. */
void entry_take_bfd_key(struct entry *entry, const struct bfd_key *key);
/* Apply the end of its deadline. */
void entry_deadline(struct entry *entry);
/* Apply the end of its hold-down. */
void entry_hold_over(struct entry *entry);
/* Apply a change of its BFD session. */
void entry_bfd_changed(struct entry *entry);
/* Take it from the queue; true if there is a change to report. */
bool entry_take_change(struct entry *entry);

#endif
