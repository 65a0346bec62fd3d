/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_RIB_H
#define RIB_RIB_H

/*
 * The three routing information bases of RFC 4271 3.2 in one table of routes.
 *
 * A route holds every path that neighbors announced for its prefix, refused
 * ones too (Adj-RIB-In), which of them are the set (Loc-RIB), and one bit for
 * each neighbor it was announced to (Adj-RIB-Out). Changes only mark a route,
 * and not before there is a choice; rib_process() then decides each marked
 * route once, however many UPDATEs touched it, and export_batch_next() says what
 * is left to tell a neighbor, and who else is to be told the same
 * (update_group.h): state to be sent is a bit for each prefix and neighbor,
 * never a queue of messages.
 *
 * The rib knows neither sockets nor maps: what it needs of the world comes in
 * by struct rib_hooks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "bgp/codec/update.h"
#include "core/member.h"
#include "core/prefix_map.h"
#include "rib/decision.h"
#include "rib/import.h"
#include "rib/max_prefix.h"
#include "rib/options.h"
#include "rib/policy/policy.h"
#include "rib/route.h"

enum rib_limits {
	RIB_BEST_PATH = 0, /* path_id of what is not one path of several */
};

/* The announcements while the agent ends. */
enum rib_shutdown {
	RIB_SHUTDOWN_NONE,
	RIB_SHUTDOWN_GRACEFUL,	/* with GRACEFUL_SHUTDOWN: RFC 8326 */
	RIB_SHUTDOWN_WITHDRAWN, /* nothing is announced any more */
};

/* A neighbor with an established session. */
struct rib_peer {
	struct path_source source;
	enum neighbor_role role;
	struct address local_address; /* our end of the session */
	enum bgp_role relation;	      /* RFC 9234; external ones only */
	bool client;		      /* we reflect routes to it: RFC 4456 */
	uint32_t prefixes_received;
	uint32_t prefixes_accepted;
	uint32_t prefixes_announced;
	uint32_t refused[IMPORT_REASON_COUNT]; /* paths held, by reason */
	struct max_prefix max_prefix;	       /* the user sets its limit */
	uint32_t refreshing; /* enum bgp_family_bits: BoRR has come */
	/* In struct route; 0: nothing is announced to it, nor are the next. */
	uint64_t bit;
	struct update_group *group;
	struct route_export *bookmark; /* export_batch.h */
	void *owner;		       /* for the user of the rib */
	bool watched;		       /* the same: by BFD */
	TAILQ_ENTRY(rib_peer) link;
};

/* A neighbor whose session comes up. */
struct rib_peer_options {
	struct path_source source;
	enum neighbor_role role;
	const struct bgp_negotiated *session; /* what was agreed on */
	struct address local_address;	      /* next hop of what we announce */
	enum bgp_role relation;		      /* RFC 9234; external ones only */
	enum neighbor_nexthop nexthop;
	bool client; /* we reflect routes to it: RFC 4456 */
};

/* Routes, of all that there are. */
struct rib_totals {
	size_t learned; /* with a set that is not empty */
	size_t forwarding;
	size_t announced; /* to any peer */
};

struct rib;
struct update_group;

struct rib_hooks {
	/*
	 * REASON_NONE, or why this next hop cannot be used now, and what the
	 * way to it costs (RFC 4271 9.1.2.2 e), which is 0 before the call.
	 * Asked when tracking begins and after rib_nexthop_changed() only.
	 */
	enum path_reason (*nexthop_check)(const struct address *nexthop,
					  uint32_t *igp_cost, void *context);
	/* The first accepted path needs this next hop; the last one has gone. */
	void (*nexthop_track)(const struct address *nexthop, bool wanted,
			      void *context);
	/*
	 * The set of `route` was decided: `members`, route->selected of them,
	 * for this call only. Returns whether it is steered now. First called
	 * when there is a path to choose, and then for each change until there
	 * is none.
	 */
	bool (*set_decided)(const struct route *route,
			    const struct member *members, void *context);
	/* There are marked routes: call rib_process() when input is drained. */
	void (*work_waiting)(void *context);
	/* export_batch_next() has something for some neighbors. */
	void (*export_waiting)(void *context);
	void *context;
	/*
	 * There is room for one more export_batch to this neighbor, with what
	 * another one of its group is told. NULL: none is told with another.
	 */
	bool (*export_ready)(const struct rib_peer *peer, void *context);
	struct import_hooks import;
};

/*
 * Both structures are copied; the lists in `options` must outlive the rib.
 * NULL: out of memory. The caller frees with rib_free().
 */
struct rib *rib_new(const struct rib_options *options,
		    const struct rib_hooks *hooks);
void rib_free(struct rib *rib);

/*
 * A session came up. What its peer is to have waits in export_batch_next(), and
 * export_waiting() is not called for it. NULL: out of memory, or more upstreams
 * than RIB_MAX_UPSTREAMS.
 */
struct rib_peer *rib_peer_up(struct rib *rib,
			     const struct rib_peer_options *options);
/* No bit is free for one more neighbor that we announce to. */
bool rib_is_full(const struct rib *rib);
/* The session is lost: all its paths go, and `peer` is freed. */
void rib_peer_down(struct rib *rib, struct rib_peer *peer);
/* nexthop_check() may answer differently for this next hop from now on. */
void rib_nexthop_changed(struct rib *rib, const struct address *nexthop);
/* Decides every marked route. */
void rib_process(struct rib *rib);

/* Of a path in its route's set: its share against the others'; else 0. */
uint32_t rib_path_weight(const struct rib *rib, const struct route *route,
			 const struct path *path);
/* By what the paths of all routes are decided. */
const struct decision_options *rib_decision_options(const struct rib *rib);
/* The route of `prefix`, or NULL. */
const struct route *rib_find(const struct rib *rib,
			     const struct prefix *prefix);
/* The route with the longest prefix that contains the address, or NULL. */
const struct route *rib_match(const struct rib *rib,
			      const struct address *address);
/* As of the last rib_process() and export_batch_next(), counted as they change. */
struct rib_totals rib_totals(const struct rib *rib);
/* Walks all routes, in no particular order. NULL starts. */
const struct route *rib_next(const struct rib *rib, const struct route *route);
/* The peers with a session, in order of their coming. NULL starts. */
const struct rib_peer *rib_peer_next(const struct rib *rib,
				     const struct rib_peer *peer);

#endif
