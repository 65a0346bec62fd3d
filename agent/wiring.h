/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WIRING_H
#define WIRING_H

/*
 * The wires between the rooms: which function of one is the hook of another.
 * A room that has something for the next one calls a hook and knows nothing of
 * that room.
 *
 *	nexthop/ -> steering/, rib/, interfaces.c, fib/
 *	rib/ -> nexthop/, steering/, fib/
 *	bgp/session/ -> rib/, nexthop/ (BFD), and batches back: sessions.c
 *
 * Everything that came in during one turn of the event loop is decided once, at
 * its end: next hops are acquired and released, routes decided, tables written,
 * neighbors sent what changed. What takes longer goes on in the next turns, in
 * turn with the input of the sessions (core/work_queue.h).
 */

#include <stdbool.h>

#include "audit.h"
#include "bgp/session/speaker.h"
#include "captures.h"
#include "clock_watch.h"
#include "config/config.h"
#include "control/show.h"
#include "core/reload_report.h"
#include "datapath/datapath.h"
#include "drains.h"
#include "fib/fib.h"
#include "filter/book.h"
#include "host_watch.h"
#include "interfaces.h"
#include "learned_filters.h"
#include "loop.h"
#include "nexthop/bfd_auth.h"
#include "nexthop/tracker.h"
#include "notify.h"
#include "rib/export_batch.h"
#include "rib/rib.h"
#include "service_checks.h"
#include "silent_neighbors.h"
#include "start_wait.h"
#include "steering/steering.h"
#include "takeover.h"
#include "traffic_fall.h"
#include "vip_events.h"
#include "warm_ups.h"

struct command_line;
struct event;
struct handover_give;
struct handover_take;
struct leftovers;
struct log_events;
struct metrics;
struct mrt_log;
struct bmp;

/* The rooms, in the order in which they are made. */
struct agent {
	struct config *config;
	const struct command_line *command_line;
	struct loop loop;
	struct notify notify;
	struct event_base *base; /* of the loop */
	struct log_events *log;
	struct mrt_log *mrt; /* NULL: no --mrt */
	struct bmp *bmp;
	struct captures captures;
	struct drains drains;
	struct warm_ups warm_ups;
	struct service_checks checks;
	struct vip_events vip_events;
	struct silent_neighbors silent;
	struct clock_watch clock;
	struct audit audit;
	struct host_watch host_watch;
	struct takeover takeover;
	struct start_wait start;
	struct control *control;
	struct metrics *metrics; /* NULL: not served */
	struct datapath *datapath;
	struct tracker *tracker;
	struct fib *fib;
	struct filter_book *filters;
	struct learned_filters learned;
	struct interfaces *interfaces;
	struct steering *steering;
	struct rib *rib;
	struct bgp_speaker *speaker;
	struct control_view view;
	char *config_text; /* config_print() */
	/* Comes back unless the last reload is confirmed; NULL: it is. */
	struct config *undo;
	struct event *undo_timer;
	struct reload_report reloads;

	struct work reload; /* of SIGHUP */
	/* Work of the end of a turn, in this order. */
	struct work resolve, decide, settle, announce;
	struct event *end_of_turn; /* adds it all */
	struct export_batch batch; /* being sent */
	bool exports_waiting;
	uint64_t addresses_in_vips; /* tracker_sum_addresses() */
	uint64_t piece_until_us;    /* the end of this piece of work */
	bool deciding;		    /* routes are left for the next turn */
	uint32_t settle_wait_ms;    /* what steering_settle() said last */

	struct handover_give *give;  /* to another agent; NULL: none */
	struct handover_take *take;  /* from another one; NULL: none */
	bool taking;		     /* and that one is still in charge */
	bool left;		     /* another agent has taken over */
	struct leftovers *leftovers; /* NULL: there was none before */

	struct event *shutdown; /* NULL unless --shutdown-delay runs */
	struct traffic_fall fall;
	uint64_t withdraw_ms; /* while it runs: when, and when to end */
	uint64_t end_ms;
	bool leaving; /* the end has come, and packets are still forwarded */
	int failed;   /* -errno of what ended the loop */
	bool running; /* this agent is in charge of the host */
};

/* The hooks of each room, with the agent as context. */
/*
 * Make the tracker's key of the options, of type NONE if they have none. The caller
 * clears it after use, so that no copy stays on the stack.
 */
void wiring_get_bfd_key(const struct key_file *options, struct bfd_key *key);
struct tracker_callbacks wiring_tracker_callbacks(struct agent *agent);
struct rib_hooks wiring_rib_hooks(struct agent *agent);
struct interfaces_hooks wiring_interfaces_hooks(struct agent *agent);
struct takeover_hooks wiring_takeover_hooks(struct agent *agent);
struct start_wait_hooks wiring_start_hooks(struct agent *agent);
struct steering_hooks wiring_steering_hooks(struct agent *agent);
struct steering_sink wiring_steering_sink(struct agent *agent);
struct filter_sink wiring_filter_sink(struct agent *agent);
/*
 * Prepare the work of the end of a turn, and return a timer for it, which the
 * agent frees. NULL: out of memory.
 */
struct event *wiring_end_of_turn(struct agent *agent);
/* Return the name= of the neighbor at an address, or NULL; an event_namer. */
const char *wiring_name_of(const struct address *address, void *context);
/*
 * Open windows from now on, if the program is attached and VIPs are announced: a
 * node that comes back to others meets flows that its table had no part in.
 */
void wiring_publish(struct agent *agent);
/* Do that work at the end of this turn of the loop. */
void wiring_wake(struct agent *agent);

#endif
