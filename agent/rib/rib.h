/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_RIB_H
#define RIB_RIB_H

/*
 * The three routing information bases of RFC 4271 3.2 in one table of routes.
 *
 * A route holds every path that neighbors announced for its prefix, refused
 * ones too (Adj-RIB-In), the multipath set among them (Loc-RIB), and one bit for
 * each neighbor that it was announced to (Adj-RIB-Out). An UPDATE only marks a
 * route, once there is a path to choose. rib_process() decides each marked route
 * once, however many UPDATEs touched it. Changes to send are one bit for each
 * prefix and neighbor, not a queue of messages; export_batch_next() makes the
 * messages. The rib knows neither sockets nor maps; it calls struct rib_hooks.
 *
 * A function stands in the file that its prefix names. For users of the room:
 *
 *	rib.h		life of the rib and of peers, rib_process(), look-ups
 *	route.h		a prefix with its paths
 *	reason.h	why a path is out of the set, or is not announced
 *	adj_rib_in.h	take in UPDATEs, refreshes and configured paths
 *	export.h	Adj-RIB-Out: announce again, explain, shut down
 *	export_batch.h	take the next announcements for a neighbor
 *
 * Inside, in the order of an UPDATE:
 *
 *	inbound.c	verdict on received paths: import.c (fixed checks), otc.c
 *			(RFC 9234), policy/ (rules), max_prefix.c (limit),
 *			waiting_prefixes.c (what waits for room)
 *	departures.c, path_errors.c
 *			how paths have gone, and those that an error took away
 *	sweep.c		removes the paths of a lost session, or stale ones
 *	attribute_set.c, rib_nexthop.c
 *			attributes and next hops, each kept once
 *	path_index.c	places of paths in long lists
 *	reconfigure.c	other options: all paths are judged again
 *	loc_rib.c	decide the marked routes: decision.c, distance.c and
 *			weight.c
 *	warm_up.c	the first minutes of a new server
 *	aggregate.c	prefixes announced for the VIPs inside them
 *	export_peer.c	neighbors that are announced to come up and go
 *	export_list.c	the exports of a route
 *	statement.c	our own statement about a VIP
 *	export_rule.c	whether a route is announced to a neighbor
 *	outbound.c	attributes on their way out
 *	update_group.c	neighbors that get the same announcements
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "bgp/codec/update.h"
#include "core/member.h"
#include "core/prefix_map.h"
#include "core/turn_set.h"
#include "rib/attribute_budget.h"
#include "rib/decision.h"
#include "rib/import.h"
#include "rib/max_prefix.h"
#include "rib/options.h"
#include "rib/path_errors.h"
#include "rib/peer_nexthops.h"
#include "rib/policy/policy.h"
#include "rib/route.h"
#include "rib/waiting_prefixes.h"
#include "rib/warm_up.h"

enum rib_limits {
	RIB_BEST_PATH = 0, /* path_id of the best path; others count from 1 */
};

/* The announcements while the agent ends. */
enum rib_shutdown {
	RIB_SHUTDOWN_NONE,
	RIB_SHUTDOWN_GRACEFUL,	/* with GRACEFUL_SHUTDOWN: RFC 8326 */
	RIB_SHUTDOWN_WITHDRAWN, /* nothing is announced any more */
};

/*
 * Refreshes of one family (RFC 7313 4) are numbered, and each path has the number
 * of the one in which it was announced last. Those before `oldest` are stale.
 */
struct refresh_rounds {
	uint8_t now;
	uint8_t oldest;
	uint8_t used; /* numbers from the oldest that a path may have until now */
};

/* A neighbor with an established session, or one whose paths are removed. */
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
	/* Set by the user, as is the limit of max_prefix; NULL: any. */
	const struct neighbor_vips *vips;
	struct neighbor_vips judged_vips; /* the same, as paths were judged */
	uint8_t max_prefix_length;
	bool blackhole; /* BLACKHOLE of its paths counts: blackhole_changed() */
	uint32_t max_paths;		    /* of one prefix; 0: any number */
	struct peer_nexthops nexthops;	    /* the user sets its limit, too */
	struct attribute_budget attributes; /* likewise */
	/* Announcements since the session came up that were not kept. */
	uint32_t not_kept[IMPORT_REASON_COUNT];
	uint32_t departures;	   /* of paths since its session was lost */
	struct path_errors errors; /* what treat-as-withdraw took away */
	/* Accepted paths whose next hop is not allowed; logged once. */
	uint32_t nexthops_refused;
	bool nexthop_logged;
	uint32_t refusals_logged;	 /* bits by enum import_reason */
	bool paths_logged;		 /* a prefix had more than max_paths */
	bool has_path_ids;		 /* RFC 7911: more than one path each */
	bool origin_logged;		 /* it brought a VIP a new origin AS */
	bool incomplete_logged;		 /* its ORIGIN kept it out of a set */
	struct max_prefix max_prefix;	 /* the user sets its limit */
	struct waiting_prefixes waiting; /* for room within it */
	uint32_t refreshing;	   /* enum bgp_family_bits: BoRR has come */
	uint32_t dropped_families; /* the same: adj_rib_in_drop_family() */
	struct refresh_rounds rounds[BGP_FAMILY_COUNT];
	/* Routes with paths of it; one with both kinds is in both sets. */
	struct turn_set accepted_routes;
	struct turn_set refused_routes;
	bool sweeping;	   /* sweep.c: in rib.sweeps */
	bool reconsidered; /* its accepted paths are decided again */
	bool judged;	   /* all its paths are judged again */
	TAILQ_ENTRY(rib_peer) sweep_link;
	/* Its bit in struct route_export; 0: not announced to, no group. */
	uint64_t bit;
	struct update_group *group;
	struct route_export *bookmark; /* export_batch.h */
	/* export_peer.c: its place in the list of all exports, if walking. */
	bool walking;
	struct route_export walk;
	TAILQ_ENTRY(rib_peer) walk_link;
	void *owner;			/* for the user of the rib */
	struct warm_up_options warm_up; /* set by the user, as is this: */
	uint64_t warm_since_ms; /* when its steps began; 0: it has none */
	/* For the user of the rib: enum bgp_family_bits, the last one when. */
	uint32_t end_of_rib;
	uint64_t end_of_rib_ms;
	bool flowspecs_wait; /* for room; for the user of the rib */
	bool watched;	     /* by BFD; for the user of the rib */
	bool watch_due;	     /* the same: to be watched later */
	TAILQ_ENTRY(rib_peer) link;
};

/* A neighbor whose session comes up. */
struct rib_peer_options {
	struct path_source source;
	enum neighbor_role role;
	const struct bgp_negotiated *session;
	/*
	 * Next hops of announcements: our end of the session, and our address
	 * of the other family on that link; zero: none.
	 */
	struct address local_address;
	struct address other_address;
	uint8_t mac[MAC_SIZE];	/* on the link of `source`; zero: unknown */
	enum bgp_role relation; /* RFC 9234; external ones only */
	enum neighbor_nexthop nexthop;
	bool client; /* we reflect routes to it: RFC 4456 */
	bool remove_private_as;
	bool as_override;
};

/* Numbers of routes. */
struct rib_totals {
	size_t learned; /* with a non-empty set */
	size_t forwarding;
	size_t announced; /* to any peer */
	size_t cut;	  /* with more equal paths than the maximum */
};

struct departure;
struct departures;
struct rib;
struct update_group;

struct rib_hooks {
	/*
	 * Return why this next hop cannot be used now, or REASON_NONE, and set
	 * the cost to reach it (RFC 4271 9.1.2.2 e), which is 0 before the
	 * call. Called when tracking begins and after rib_nexthop_changed().
	 */
	enum path_reason (*nexthop_check)(const struct address *nexthop,
					  uint32_t *igp_cost, void *context);
	/*
	 * Track a next hop that the first accepted path has, or stop when the
	 * last one has gone. Called for each UPDATE: must not block.
	 */
	void (*nexthop_track)(const struct address *nexthop, bool wanted,
			      void *context);
	/*
	 * Take the set of `route`, its route->selected `members`, and behind
	 * them route->foreseen ones of weight 0 that are joining. They are
	 * valid for this call only. Return true if it is steered now. First
	 * called when there is a path to choose, then after each decision.
	 */
	bool (*set_decided)(const struct route *route,
			    const struct member *members, void *context);
	/*
	 * Call rib_process() when input is drained: routes are marked. Not
	 * called while the last rib_process() has left some.
	 */
	void (*work_waiting)(void *context);
	/* Call export_batch_next(): it has batches for some neighbors. */
	void (*export_waiting)(void *context);
	void *context;
	/*
	 * True if this neighbor has room for a batch that is made for another
	 * one of its group. NULL: batches are made for one neighbor each.
	 */
	bool (*export_ready)(const struct rib_peer *peer, void *context);
	struct import_hooks import;
	/*
	 * Return where frames to a next hop go; asked with nexthop_check().
	 * NULL: unknown.
	 */
	struct rib_nexthop_place (*nexthop_place)(const struct address *nexthop,
						  void *context);
	/*
	 * Send packets to a tracked next hop inside others, or as they are.
	 * Called after nexthop_track(), and for each change. NULL: none go
	 * inside others.
	 */
	void (*nexthop_encapsulate)(const struct address *nexthop,
				    enum hg_encapsulation encapsulation,
				    void *context);
	/*
	 * True if a next hop drains: no path with it is used while there are
	 * others. Asked with nexthop_check(). NULL: none does.
	 */
	bool (*nexthop_drains)(const struct address *nexthop, void *context);
	/*
	 * Return REASON_NONE, or why a path that could be used may not get new
	 * flows: its service has not passed its check. Asked at each decision;
	 * rib_vip_changed() has the answer asked for again. NULL: none.
	 */
	enum path_reason (*path_check)(const struct route *route,
				       const struct path *path, void *context);
	/*
	 * Learn that rib_peer_down() has removed all paths of a peer, whose
	 * `owner` may have gone. NULL: nothing to do.
	 */
	void (*peer_gone)(const struct rib_peer *peer, void *context);
	/*
	 * True when the time of this rib_process() is over: decisions end, as
	 * the hooks in them may cost more than the rib assumes. NULL: never.
	 */
	bool (*is_late)(void *context);
	/*
	 * Learn that the set of a route has another size than `before`. NULL:
	 * of no interest.
	 */
	void (*servers_changed)(const struct route *route, unsigned int before,
				void *context);
	/*
	 * Learn that an accepted path has come or changed, or that one is not
	 * accepted any more (`attributes` NULL). Not called for the paths of a
	 * lost session. NULL: of no interest.
	 */
	void (*path_changed)(const struct rib_peer *peer,
			     const struct bgp_path_key *key,
			     const struct attribute_set *attributes,
			     void *context);
	/*
	 * Learn that the peer wants all packets to a prefix dropped (RFC 7999),
	 * or no longer. Called again if it says so again, and not called for
	 * the paths of a lost session. NULL: of no interest.
	 */
	void (*blackhole_changed)(const struct rib_peer *peer,
				  const struct prefix *prefix, bool wanted,
				  void *context);
	/*
	 * Learn that a route is announced to the peers with these bits now, or
	 * no longer. NULL: of no interest.
	 */
	void (*announced)(const struct route *route, uint64_t peers,
			  bool announced, void *context);
};

/*
 * Copy both structures; the lists in `options` must outlive the rib. Return NULL
 * if out of memory. The caller frees with rib_free().
 */
struct rib *rib_new(const struct rib_options *options,
		    const struct rib_hooks *hooks);
void rib_free(struct rib *rib);

/*
 * Take other options, whose lists must outlive the rib as those of rib_new() had
 * to until now. AS numbers and identifiers must be the same. What is held is
 * judged again by rib_process(), in turns. To be followed by
 * rib_peer_reconfigure() for each neighbor, then rib_peers_reconfigured(), before
 * rib_process() and export_batch_next(). Returns 0, or -ENOMEM and changes
 * nothing.
 */
int rib_reconfigure(struct rib *rib, const struct rib_options *options);
/*
 * Take other options of a peer, as rib_peer_up() would now: what is announced to
 * it, and how its paths share sets. The rest of `options` must be as it was.
 * Announce again if that or a rule has changed. Returns 0, or an error of
 * rib_peer_up(); then the session should end.
 */
int rib_peer_reconfigure(struct rib *rib, struct rib_peer *peer,
			 const struct rib_peer_options *options);
void rib_peers_reconfigured(struct rib *rib);
/* Judge all paths of a peer again, whose limits have changed. */
void rib_peer_judge(struct rib *rib, struct rib_peer *peer);
/* Judge all paths again: the hooks of the import answer otherwise than before. */
void rib_judge(struct rib *rib);
/*
 * Add a peer whose session came up. The announcements to it wait in
 * export_batch_next(); export_waiting() is not called for them. NULL: out of
 * memory, or more upstreams than RIB_MAX_UPSTREAMS.
 */
struct rib_peer *rib_peer_up(struct rib *rib,
			     const struct rib_peer_options *options);
/* True if no further peer can be announced to: RIB_MAX_UPSTREAMS. */
bool rib_is_full(const struct rib *rib);
/*
 * Remove a peer with all its paths, and free it: it must not be used any more.
 * Paths that do not fit into this turn are removed by rib_process(), those that
 * were accepted first; until then no decision uses them. peer_gone() is called
 * when the last one has gone.
 */
void rib_peer_down(struct rib *rib, struct rib_peer *peer);
/*
 * Take a peer's paths out of all sets that have others, or let them in again.
 * rib_process() decides its routes, in turns if they are many.
 */
void rib_peer_set_draining(struct rib *rib, struct rib_peer *peer,
			   bool draining);
/* Likewise, take a step of a server that is new: warm_up.h. */
void rib_peer_set_warm_up(struct rib *rib, struct rib_peer *peer,
			  const struct warm_up *warm_up);
/* Return how long the peer's join-delay goes on; 0: it is over. */
uint64_t rib_peer_joins_in_ms(const struct rib_peer *peer, uint64_t now_ms);
/* True if paths remain of a session with this address that is down. */
bool rib_is_leaving(const struct rib *rib, const struct address *address);
/*
 * Call nexthop_check() again for this next hop. If the answer has changed,
 * rib_process() decides the routes that depend on it.
 */
void rib_nexthop_changed(struct rib *rib, const struct address *nexthop);
/* Have rib_process() decide the route of a VIP, if there is one. */
void rib_vip_changed(struct rib *rib, const struct prefix *vip);
/*
 * Change whether a route is steered, after set_decided() returned otherwise.
 */
void loc_rib_set_forwarding(struct rib *rib, const struct prefix *prefix,
			    bool forwarding);
/*
 * Decide marked routes, about 5 ms of them. Return true if some are left: then
 * call it again in the next turn of the event loop. A route that is not decided
 * yet keeps its last set and announcements.
 */
bool rib_process(struct rib *rib);

/* True if an upstream with a session has the address. */
bool rib_has_upstream(const struct rib *rib, const struct address *address);
/* Return the address of the upstream that has this MAC on a link, or NULL. */
const struct address *rib_upstream_at(const struct rib *rib, uint32_t ifindex,
				      const uint8_t mac[MAC_SIZE]);
/* Return the origin ASes that a VIP has had, or NULL. */
const struct origins *rib_origins(const struct rib *rib,
				  const struct prefix *vip);
/* True if some accepted path has this next hop. */
bool rib_uses_nexthop(const struct rib *rib, const struct address *nexthop);
/*
 * Return a path with this next hop that is out of its set, preferably one that
 * drains, or NULL. Looks at a few routes.
 */
const struct path *rib_path_left_out(const struct rib *rib,
				     const struct address *nexthop);
/* Return why a path drains, in a word; NULL: it does not. */
const char *rib_path_drain_cause(const struct rib *rib,
				 const struct path *path);
/*
 * Return the time, by core/clock.h and in whole seconds, since when the path is
 * held with its present attributes and verdict.
 */
uint64_t rib_path_since_ms(const struct rib *rib, const struct path *path);
/* Return the weight of a path in its route's set, 0 for other paths. */
uint32_t rib_path_weight(const struct rib *rib, const struct route *route,
			 const struct path *path);
/* Return how paths have gone, and that of one route and neighbor, or NULL. */
const struct departures *rib_departures(const struct rib *rib);
const struct departure *rib_departure(const struct rib *rib,
				      const struct route *route,
				      const struct address *neighbor);
const struct import_options *rib_import_options(const struct rib *rib);
/* Return the options by which the set of a prefix is chosen. */
const struct decision_options *
rib_decision_options(const struct rib *rib, const struct prefix *prefix);
/* Return the route of `prefix`, or NULL. */
const struct route *rib_find(const struct rib *rib,
			     const struct prefix *prefix);
/* Return the route with the longest prefix that contains the address, or NULL. */
const struct route *rib_match(const struct rib *rib,
			      const struct address *address);
/* Return the numbers as of the last rib_process() and export_batch_next(). */
struct rib_totals rib_totals(const struct rib *rib);
/* Return the map of all routes. */
const struct prefix_map *rib_routes(const struct rib *rib);
/* Walk all routes in no particular order. NULL starts. */
const struct route *rib_next(const struct rib *rib, const struct route *route);
/* Walk the peers in the order in which they came up. NULL starts. */
const struct rib_peer *rib_peer_next(const struct rib *rib,
				     const struct rib_peer *peer);

#endif
