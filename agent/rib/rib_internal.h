/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_RIB_INTERNAL_H
#define RIB_RIB_INTERNAL_H

/*
 * struct rib, and the functions that the files of this room share. Included by
 * this room and its tests only.
 */

#include "core/pool.h"
#include "rib/departures.h"
#include "rib/export_batch.h"
#include "rib/path_index.h"
#include "rib/rib.h"
#include "rib/rib_nexthop.h"
#include "rib/update_group.h"
#include "rib/upstream_machines.h"

STAILQ_HEAD(route_list, route);
TAILQ_HEAD(route_export_list, route_export);
TAILQ_HEAD(rib_peer_list, rib_peer);

enum rib_costs {
	/*
	 * Cost of the work between one rib_process() and the next, about 5 ms:
	 * a decision costs RIB_ROUTE_COST for hooks and exports, and
	 * RIB_PATH_COST for each path; removing the paths of lost sessions
	 * before it comes on top.
	 */
	RIB_TURN_BUDGET = 32768,
	RIB_ROUTE_COST = 16,
	RIB_PATH_COST = 2,
	/*
	 * Decisions between two looks at the clock: the hooks in them may take
	 * longer. About 0.2 ms, or one decision.
	 */
	RIB_COST_BETWEEN_LOOKS = 512,
	RIB_MARK_COST = 1,   /* of a route whose next hop changed */
	RIB_EXPORT_COST = 1, /* of a step of export_walk() */
	RIB_NEW_EXPORT_COST =
		4, /* of a path, for neighbors that take several */
	/*
	 * Cost of a path in a sweep, and of a route of which none goes. Refused
	 * ones count for more than they take, so that others wait less while a
	 * million of them go.
	 */
	RIB_SWEEP_COST = 3,
	RIB_REFUSED_SWEEP_COST = 8,
	RIB_JUDGE_COST = 8, /* of a path */
};

/* The work of a turn, in its order. */
enum rib_work {
	RIB_URGENT, /* VIPs whose paths or next hops have gone */
	RIB_DECISIONS,
	RIB_MASS, /* all others */
};

enum export_scratch_sizes {
	/* Two attribute sets, the AS_PATH two more times, and our prefixes. */
	EXPORT_SCRATCH_SIZE = 2 * BGP_CANONICAL_MAX + 2 * UINT16_MAX + 64,
};

struct aggregate {
	const struct aggregate_options *config;
	LIST_HEAD(, route_export) contributors;
	bool changed; /* the attributes that contributors add up to */
};

struct rib {
	struct rib_options options;
	struct policy policy; /* of its rules */
	struct rib_hooks hooks;
	struct prefix_map routes;
	struct path_indexes path_indexes;
	struct attribute_table attributes;
	struct member *members; /* of the set that is being decided */
	size_t member_room;
	struct pool route_pool;
	struct pool path_pool;
	struct pool export_pool;
	struct route_list marked;
	unsigned int fetched; /* of these, the first ones: fetch_paths() */
	LIST_HEAD(, rib_nexthop) changed_nexthops;
	uint64_t dependents_marked; /* by changes of next hops, for tests */
	bool work_requested;	    /* rib_process() will be called */
	unsigned int turn_budget;   /* RIB_TURN_BUDGET, less in tests */
	unsigned int turn_cost;	    /* of the work so far in this turn */
	unsigned int next_look;	    /* at the clock: at this turn_cost */
	uint64_t exports_passed;    /* in export_list.c, for tests */
	bool mass_waits;	    /* RIB_MASS needs time in this turn */
	struct route_export_list exports; /* all of them, newest first */
	struct route_export_list pending; /* export_batch.h */
	struct export_run withdrawals;	  /* pending, without attributes */
	struct route_export_list waiting; /* --announce-delay, by `due_ms` */
	struct rib_peer_list peers;
	struct rib_peer_list walkers; /* over `exports`, in turns */
	struct rib_peer_list sweeps;  /* peers whose paths are removed */
	uint32_t leaving;	      /* those of them without a session */
	uint32_t last_incarnation;    /* path_source.incarnation */
	struct rib_totals totals;
	struct update_group_list groups;
	struct rib_peer *peers_by_bit[RIB_MAX_UPSTREAMS];
	struct aggregate *aggregates; /* options.import.aggregate_count */
	/* One for each --vip; NULL: no VIP has options of its own. */
	struct decision_options *vip_decisions;
	enum rib_shutdown shutdown;
	bool detached;		/* export_set_detached() */
	bool starting;		/* export_set_starting() */
	bool announce_again;	/* rib_reconfigure() changed rules about it */
	uint32_t several_peers; /* peers that get all paths of a set */
	uint32_t last_path_id;	/* the last one given to an export */
	uint64_t bits_used;	/* rib_peer.bit of all peers */
	uint8_t export_scratch[EXPORT_SCRATCH_SIZE];
	struct prefix_map origins; /* origins.h */
	bool origins_logged;	   /* that it is full */
	struct departures departures;
	struct upstream_machines upstream_machines;
	uint64_t now_ms; /* of the first UPDATE in a turn, or rib_process() */
	struct policy_scratch policy_scratch;
};

/* ------------------------------------------------------------- export.c */

/* Announce or withdraw a route by its new state. Call after each decision. */
void export_route(struct rib *rib, struct route *route);
/*
 * Mark what is to be announced of a path, or of the set if `export` is that of
 * the best path, as pending for a peer.
 */
void export_mark_for_peer(struct rib *rib, struct route_export *export,
			  const struct rib_peer *peer);
/* Withdraw a path from neighbors that take several. Frees nothing. */
void export_withdraw_path(struct rib *rib, struct route_export *export);
/* Detach the export of a path that is about to be removed. */
void export_forget_path(struct rib *rib, struct route *route,
			const struct path *path);

/* Have all peers of a route checked for a message once more. */
void export_mark_route(struct rib *rib, struct route *route);
/* Announce an aggregate with these attributes; NULL: withdraw it. */
void export_aggregate(struct rib *rib, struct route *route,
		      struct attribute_set *attributes);

/* The part of an export that neighbors of a profile get, and its origin. */
struct export_view {
	struct attribute_set *attributes;
	struct export_origin origin;
};

struct export_view export_view_for(const struct update_profile *to,
				   const struct route_export *export);
/*
 * True if the AS of an external peer is in the path: it would refuse it (RFC
 * 4271 9.1.2).
 */
bool export_is_loop(const struct rib_peer *peer,
		    const struct attribute_set *set);
/*
 * Return the attributes to announce to all neighbors of a profile except the one
 * that the path came from, or NULL. `trace`: outbound_check_rules().
 */
struct attribute_set *export_attributes_for(struct rib *rib,
					    const struct update_profile *to,
					    const struct route_export *export,
					    struct policy_trace *trace);

/* Free an export, whatever its state. */
void export_free(struct rib *rib, struct route_export *export);
/* Set the bits of the peers that have the export, and count it. */
void export_set_announced(struct rib *rib, struct route_export *export,
			  uint64_t peers);
/* Free an export without state, and its route if unused then. */
void export_free_if_unused(struct rib *rib, struct route_export *export);

/* ------------------------------------------------------------- export_peer.c */

/*
 * Give a peer a bit and a group, and begin to announce all routes to it. Returns
 * 0, -ENOMEM, or -ENOSPC without a free bit.
 */
int export_add_peer(struct rib *rib, struct rib_peer *peer,
		    const struct rib_peer_options *options);
/* Announce nothing to the peer any more. Its bit stays in exports. */
void export_stop_peer(struct rib *rib, struct rib_peer *peer);
/*
 * Begin to remove the bit of such a peer, whose own paths have gone. Frees the
 * bit and the peer at the end.
 */
void export_forget_peer(struct rib *rib, struct rib_peer *peer);
/* Let all walks go on while there is time. Return true if some have not ended. */
bool export_walk(struct rib *rib);

/* ------------------------------------------------------------- export_batch.c */

/* Mark a change as to be sent to the peers with these bits. */
void export_batch_add(struct rib *rib, struct route_export *export,
		      uint64_t peers);
/* Replace an export's attributes, which takes over the reference; NULL: none. */
void export_batch_set_attributes(struct rib *rib, struct route_export *export,
				 struct attribute_set *attributes);
/* Unmark it. */
void export_batch_remove(struct rib *rib, struct route_export *export,
			 uint64_t peers);

/* Add a bookmark for a peer, or remove it. Returns 0 or -ENOMEM. */
int export_batch_begin(struct rib *rib, struct rib_peer *peer);
void export_batch_end(struct rib *rib, struct rib_peer *peer);

/* ------------------------------------------------------------- adj_rib_in.c */

/* Return the place of the peer's first path in a route, if it has one. */
struct path **adj_rib_in_first_path(struct rib *rib, struct route *route,
				    struct rib_peer *peer);
/* True if there is a path, and it is the peer's. */
static inline bool adj_rib_in_is_of_peer(const struct path *path,
					 const struct rib_peer *peer)
{
	return path && path->source == &peer->source;
}

/* True if the route has another path of the peer than this one. */
bool adj_rib_in_has_other_path(struct rib *rib, struct rib_peer *peer,
			       struct route *route, const struct path *path);

/* Judge a path that is held by the options and rules of now. */
void adj_rib_in_judge(struct rib *rib, struct rib_peer *peer,
		      struct route *route, struct path *path);
/* Remove the path at *link from its route, which may be unused then. */
void adj_rib_in_remove_path(struct rib *rib, struct rib_peer *peer,
			    struct route *route, struct path **link,
			    enum departure_cause cause);

/* ------------------------------------------------------------- sweep.c */

/*
 * Begin to remove all paths of a peer, as far as this turn has time. Frees the
 * peer at the end.
 */
void sweep_lost_session(struct rib *rib, struct rib_peer *peer);
/* Begin to remove the stale paths of a peer, as far as this turn has time. */
void sweep_stale(struct rib *rib, struct rib_peer *peer);
/* Have all routes with accepted paths of a peer decided again. */
void sweep_reconsider(struct rib *rib, struct rib_peer *peer);
/*
 * Have all paths of a peer judged again, in turns, and each route decided of
 * whose accepted paths it has the first one. So with all peers each route is
 * decided once.
 */
void sweep_judge(struct rib *rib, struct rib_peer *peer);
/* Remove all paths of a peer now, however long it takes, and free it. */
void sweep_now(struct rib *rib, struct rib_peer *peer);
/* Go on with accepted paths, or refused ones. Return true if some are left. */
bool sweep_accepted(struct rib *rib);
bool sweep_refused(struct rib *rib);
static inline bool sweep_is_waiting(const struct rib *rib)
{
	return !TAILQ_EMPTY(&rib->sweeps);
}

/*
 * Remove the paths of lost sessions from a route before it is decided. True if
 * some are left, for another turn.
 */
bool sweep_route(struct rib *rib, struct route *route);

/* ------------------------------------------------------------- others */

/* Decide marked routes while there is time. Return true if some are left. */
bool loc_rib_decide(struct rib *rib);

/* True for upstreams and peers, and for others but backends by a rule. */
bool rib_is_announced_to(const struct rib *rib, const struct rib_peer *peer);
/* Return the aggregates of these options, or NULL: out of memory. */
struct aggregate *rib_make_aggregates(const struct rib_options *options);
/* Note what VIPs have of their own; NULL: nothing. Returns 0 or -ENOMEM. */
int rib_make_vip_decisions(const struct rib_options *options,
			   struct decision_options **decisions);
/* Free a peer that has left and has neither paths nor a bit. */
void rib_peer_free(struct rib *rib, struct rib_peer *peer);
/* Finish all sweeps and walks now, however long it takes. */
void rib_finish_leaving(struct rib *rib);
/* Return the route of a prefix, new or present; NULL: out of memory. */
struct route *route_get(struct rib *rib, const struct prefix *prefix);
/* The same with the prefix's hash in rib->routes. */
struct route *route_get_hashed(struct rib *rib, const struct prefix *prefix,
			       uint32_t hash);
/* Call work_waiting(), once before each rib_process(). */
void rib_request_work(struct rib *rib);
/* Have rib_process() decide a route. */
void route_mark(struct rib *rib, struct route *route);
/* Free a route without paths, exports and mark. */
void route_free_if_unused(struct rib *rib, struct route *route);
/* Return a peer as rules see it. */
struct policy_peer rib_policy_peer(const struct rib *rib,
				   const struct rib_peer *peer);

/*
 * Return what this turn may still spend on a kind of work. Urgent work leaves
 * three eighths of it, decisions one eighth, and all use what the others leave.
 */
static inline unsigned int rib_turn_left(const struct rib *rib,
					 enum rib_work work)
{
	unsigned int budget = rib->turn_budget;

	if (work == RIB_URGENT)
		budget -= budget / 8 * 3;
	else if (work == RIB_DECISIONS && rib->mass_waits)
		budget -= budget / 8;
	return rib->turn_cost < budget ? budget - rib->turn_cost : 0;
}

/*
 * Add a path with this reason to its neighbor's counter of next hops that are
 * not allowed, or take it away.
 */
static inline void rib_count_bad_nexthop(const struct path *path,
					 enum path_reason reason, bool came)
{
	/* The source is the first member of its peer. */
	struct rib_peer *peer = (struct rib_peer *)path->source;

	if (path_reason_is_bad_nexthop(reason))
		peer->nexthops_refused += came ? 1 : -1u;
}

/* True if paths of both origins are announced alike. */
static inline bool export_same_origin(const struct export_origin *a,
				      const struct export_origin *b)
{
	return a->type == b->type && a->bit == b->bit &&
	       a->client == b->client && a->identifier == b->identifier;
}

/* Return the cost of announcing a route anew. */
static inline unsigned int export_cost(const struct rib *rib,
				       const struct route *route)
{
	return RIB_ROUTE_COST +
	       (rib->several_peers ? route->selected * RIB_NEW_EXPORT_COST : 0);
}

/* Return the index in rib.peers_by_bit of a single bit. */
static inline unsigned int rib_bit_number(uint64_t bit)
{
	return (unsigned int)__builtin_ctzll(bit);
}

#endif
