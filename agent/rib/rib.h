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
 * route once, however many UPDATEs touched it, and rib_export_next() says what
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
#include "core/prefix_map.h"
#include "rib/decision.h"
#include "rib/import.h"
#include "rib/max_prefix.h"
#include "rib/policy/policy.h"

enum rib_limits {
	RIB_MAX_UPSTREAMS = CONFIG_MAX_TOLD, /* that we announce to */
	RIB_EXPORT_BATCH = 256, /* prefixes of one struct rib_export */
	RIB_BEST_PATH = 0,	/* path_id of what is not one path of several */
};

/* How long we are going to be there, as neighbors see it. */
enum rib_presence {
	RIB_STAYS,
	RIB_IS_LEAVING, /* they shall find another way */
	RIB_HAS_LEFT,	/* nothing is announced any more */
};

/* A neighbor with an established session. */
struct rib_peer {
	struct path_source source;
	enum neighbor_role role;
	struct address local_address;	 /* our end of the session */
	enum neighbor_relation relation; /* RFC 9234; external ones only */
	bool client;			 /* we reflect routes to it: RFC 4456 */
	uint32_t prefixes_received;
	uint32_t prefixes_accepted;
	uint32_t prefixes_announced;
	uint32_t refused[IMPORT_CAUSE_COUNT]; /* paths held, by cause */
	struct max_prefix max_prefix;	      /* the user sets its limit */
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
	enum neighbor_relation relation;      /* RFC 9234; external ones only */
	enum neighbor_nexthop nexthop;
	bool client; /* we reflect routes to it: RFC 4456 */
};

struct route {
	struct prefix_node node; /* first: found by prefix */
	struct path *paths;	 /* in path_order() */
	unsigned int selected;	 /* paths in the set */
	bool marked;		 /* to be decided by rib_process() */
	bool forwarding;	 /* steered, as the hook said */
	bool decided : 1;	 /* at any time: set_decided() knows of it */
	bool cut : 1;	    /* the maximum left paths out, and we said so */
	bool aggregate : 1; /* announced for the VIPs inside it, not itself */
	struct route_export *exports; /* NULL: upstreams know nothing of it */
	STAILQ_ENTRY(route) mark_link;
};

/* Where an announced path came from, as far as its way out depends on it. */
struct export_origin {
	enum peer_type type; /* external, too, if it is our own */
	uint64_t bit;	     /* the neighbor, if it is announced to as well */
	/* If it is internal: RFC 4456. */
	bool client;
	uint32_t identifier;
};

/*
 * A route's part of the Adj-RIBs-Out: the best path, or one path of the set for
 * neighbors that take several. By far fewer routes are announced than are held,
 * so this is a thing of its own.
 */
struct route_export {
	struct route *route;
	struct route_export *next; /* of the same route */
	const struct path *path;   /* one of the set; NULL: gone, or the best */
	uint32_t path_id;	   /* of our own; RIB_BEST_PATH */
	struct export_origin origin;	  /* of `attributes` */
	struct attribute_set *attributes; /* what upstreams are to have */
	uint64_t announced;		  /* peers that have it from us */
	uint64_t pending; /* peers that must be told of a change */
	TAILQ_ENTRY(route_export) pending_link;
	/* Of the best path: --announce-delay runs. */
	bool waiting;
	uint64_t due_ms; /* 0: nobody has said the time since it began */
	TAILQ_ENTRY(route_export) waiting_link;
	struct aggregate *aggregate; /* the same: it contributes; or NULL */
	LIST_ENTRY(route_export) contributor_link;
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
	 * The set of `route` was decided. Returns whether it is steered now.
	 * First called when there is a path to choose, and then for each change
	 * until there is none.
	 */
	bool (*set_decided)(const struct route *route, void *context);
	/* There are marked routes: call rib_process() when input is drained. */
	void (*work_waiting)(void *context);
	/* rib_export_next() has something for some neighbors. */
	void (*export_waiting)(void *context);
	void *context;
	/*
	 * There is room for one more rib_export to this neighbor, with what
	 * another one of its group is told. NULL: none is told with another.
	 */
	bool (*export_ready)(const struct rib_peer *peer, void *context);
};

struct rib_options {
	struct import_options import;
	struct decision_options decision;
	struct policy policy;
	uint32_t min_nexthops;	    /* living ones, for a VIP to be announced */
	uint32_t announce_delay_ms; /* for so long, before it is */
	bool announce_bandwidth; /* route_bandwidth() goes with the best path */
	struct rib_hooks hooks;
};

/* NULL: out of memory. The caller frees with rib_free(). */
struct rib *rib_new(const struct rib_options *options);
void rib_free(struct rib *rib);

/*
 * A session came up. What its peer is to have waits in rib_export_next(), and
 * export_waiting() is not called for it. NULL: out of memory, or more upstreams
 * than RIB_MAX_UPSTREAMS.
 */
struct rib_peer *rib_peer_up(struct rib *rib,
			     const struct rib_peer_options *options);
/* No bit is free for one more neighbor that we announce to. */
bool rib_is_full(const struct rib *rib);
/* The session is lost: all its paths go, and `peer` is freed. */
void rib_peer_down(struct rib *rib, struct rib_peer *peer);
/*
 * The paths of --path, as if a backend had announced them; they stay until
 * rib_free(), and `paths` must live as long. To be called once. Returns 0 or
 * -ENOMEM.
 */
int rib_add_static_paths(struct rib *rib, const struct path_config *paths,
			 size_t count);
/*
 * Takes in a decoded UPDATE whose verdict is below BGP_VERDICT_RESET. Returns
 * 0, -ENOMEM, or -EDQUOT if the peer has told more than it may; then some paths
 * may be missing and the session must be reset.
 */
int rib_update(struct rib *rib, struct rib_peer *peer,
	       const struct bgp_update *update);
/* The neighbor wants to be told everything again: RFC 2918. */
void rib_refresh(struct rib *rib, struct rib_peer *peer);
/*
 * The neighbor announces a family anew (RFC 7313 4): what it had announced
 * before the one and not again before the other is gone. An end without a
 * beginning says nothing.
 */
void rib_begin_refresh(struct rib *rib, struct rib_peer *peer,
		       enum bgp_family family);
void rib_end_refresh(struct rib *rib, struct rib_peer *peer,
		     enum bgp_family family);
/* nexthop_check() may answer differently for this next hop from now on. */
void rib_nexthop_changed(struct rib *rib, const struct address *nexthop);
/* Decides every marked route. */
void rib_process(struct rib *rib);

/*
 * We are about to go: what is announced is so once more, with GRACEFUL_SHUTDOWN
 * (RFC 8326), or withdrawn.
 */
void rib_leave(struct rib *rib, enum rib_presence presence);

/*
 * The time is now `now_ms`: what has waited for --announce-delay is announced.
 * To be called after rib_process() and at the time returned; 0: nothing waits.
 */
uint64_t rib_advance(struct rib *rib, uint64_t now_ms);

/* Something to tell: routes that share one announcement. */
struct rib_export {
	/* To whom, and what these sessions have in common: it holds for all. */
	size_t peer_count;
	struct rib_peer *peers[RIB_MAX_UPSTREAMS];
	const struct bgp_negotiated *session;
	bool withdraw;
	struct bgp_attributes attributes; /* a view; for the next call only */
	size_t count;
	struct bgp_route_key routes[RIB_EXPORT_BATCH];
};

/*
 * What is next for `peer`, which is the first of out->peers; those behind it
 * are in its group, are ready and must be told precisely the same. All of them
 * count as told. False if `peer` has been told everything.
 */
bool rib_export_next(struct rib *rib, struct rib_peer *peer,
		     struct rib_export *out);

/* The one path of the set that the whole decision process chose; NULL: none. */
static inline const struct path *route_best(const struct route *route)
{
	const struct path *path = route->paths;

	while (path && !path->best)
		path = path->next;
	return path;
}

/* The bits of the peers that have the route from us. */
static inline uint64_t route_announced(const struct route *route)
{
	const struct route_export *export = route->exports;
	uint64_t peers = 0;

	for (; export; export = export->next)
		peers |= export->announced;
	return peers;
}

/* Of a path in its route's set: its share against the others'; else 0. */
uint32_t rib_path_weight(const struct rib *rib, const struct route *route,
			 const struct path *path);
/* Of all paths of the set; see path_list_bandwidth(). */
bool route_bandwidth(const struct rib *rib, const struct route *route,
		     double *bytes_per_second);

/* By what the paths of all routes are decided. */
const struct decision_options *rib_decision_options(const struct rib *rib);
/* The route of `prefix`, or NULL. */
const struct route *rib_find(const struct rib *rib,
			     const struct prefix *prefix);
/* The route with the longest prefix that contains the address, or NULL. */
const struct route *rib_match(const struct rib *rib,
			      const struct address *address);
/* As of the last rib_process() and rib_export_next(), counted as they change. */
struct rib_totals rib_totals(const struct rib *rib);
/* Walks all routes, in no particular order. NULL starts. */
const struct route *rib_next(const struct rib *rib, const struct route *route);
/* The peers with a session, in order of their coming. NULL starts. */
const struct rib_peer *rib_peer_next(const struct rib *rib,
				     const struct rib_peer *peer);

#endif
