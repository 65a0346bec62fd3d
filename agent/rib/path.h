/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_PATH_H
#define RIB_PATH_H

/*
 * A path: one neighbor's route to a prefix, or a configured one. Its source, the
 * values that the decision process compares, and its order in a route. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "rib/attribute_set.h"
#include "rib/options.h"
#include "rib/reason.h"

/* The type of a neighbor, in the order of RFC 4271 9.1.2.2 d. */
enum peer_type {
	PEER_EXTERNAL,
	PEER_CONFEDERATION, /* another member of our confederation: RFC 5065 */
	PEER_INTERNAL,
	PEER_TYPE_COUNT,
};

/* The neighbor that a path came from, or the configuration. */
struct path_source {
	struct address address;
	uint32_t identifier; /* BGP identifier, host byte order */
	uint32_t as;
	uint32_t ifindex; /* the link of its link-local next hops; 0: none */
	uint8_t mac[MAC_SIZE]; /* on that link; zero: unknown, or an upstream */
	/* Sessions count from 1: one may begin while paths of the last stay. */
	uint32_t incarnation;
	enum peer_type type;
	/* The configured paths, by path_id from 1; NULL: a neighbor. */
	const struct static_path_options *statics;
	const char *interface;	/* of a link-local neighbor; or NULL */
	bool backend;		/* its role, set by rib_peer_up() */
	bool multipath_off;	/* multipath=no: its paths share no set */
	uint32_t max_bandwidth; /* of its paths, in --bandwidth-unit; 0: any */
	bool leaving;		/* its session is lost, its paths are removed */
	bool draining;		/* by order: rib_peer_set_draining() */
	bool joining;		/* join-delay=: rib_peer_set_warm_up() */
	uint8_t missing_steps;	/* of the weight, out of WARM_UP_STEPS */
	bool pass_attributes;	/* statement.h */
	/* How packets go to its next hops; COUNT: as attributes say it */
	enum hg_encapsulation encapsulation;
	struct service_options service; /* how its services are checked */
	/* The next hops that its paths may have; below FIRST_LEARNED: any. */
	enum neighbor_nexthop nexthop;
	/* Its own address as a next hop, if its paths may have only that. */
	struct rib_nexthop *self;
};

struct path {
	struct path *next; /* in the route, in path_order() */
	const struct path_source *source;
	struct attribute_set *attributes;
	uint32_t path_id;	 /* RFC 7911; 0 if the peer has none */
	unsigned int import : 4; /* enum import_reason; ACCEPTED, or refused */
	enum path_reason reason : 5; /* REASON_NONE: in the set */
	unsigned int rule : 10;	     /* rule that decided; 0: none */
	unsigned int round : 8;	     /* of refreshes: struct refresh_rounds */
	bool best : 1;		     /* best path of its route */
	bool equal_weight : 1;	     /* its bandwidth does not count here */
	bool own_nexthop : 1;	     /* set by a rule: not checked */
	bool multipath_off : 1;	     /* by a rule, as that of the source */
	bool origin_noted : 1;	     /* origins.h */
};

/* True if the path was configured. */
static inline bool path_is_static(const struct path *path)
{
	return path->source->statics;
}

static inline enum hg_encapsulation path_encapsulation(const struct path *path)
{
	const struct attribute_set *set = path->attributes;

	if (set->encapsulation)
		return set->encapsulation == HG_ENCAPSULATION_COUNT ?
			       HG_ENCAPSULATION_NONE :
			       set->encapsulation;
	return path->source->encapsulation == HG_ENCAPSULATION_COUNT ?
		       set->said_encapsulation :
		       path->source->encapsulation;
}

/* True if the path may be in a set with others. */
static inline bool path_shares_set(const struct path *path)
{
	return !path->multipath_off && !path->source->multipath_off;
}

/*
 * True if the path's next hop has to be the neighbor, and has another address.
 * Then it depends on both next hops: frames to them must go to one MAC.
 */
static inline bool path_needs_proof(const struct path *path)
{
	return path->source->self && !path->own_nexthop &&
	       path->attributes->nexthop != path->source->self;
}

/*
 * True if both came from one server, over two sessions, and frames to both next
 * hops go to it: one AS, BGP identifier, link and MAC.
 */
bool path_is_same_server(const struct path *a, const struct path *b);

/* Return why a decision cannot choose a path, or REASON_NONE. */
enum path_reason path_usability(const struct path *path);

/* ------------------------------------------------------------- values */

/* RFC 7311 4.1: AIGP plus the cost to the next hop, at most UINT64_MAX. */
static inline uint64_t path_aigp(const struct path *path)
{
	const struct attribute_set *set = path->attributes;
	uint64_t cost = set->nexthop->igp_cost;

	return set->aigp > UINT64_MAX - cost ? UINT64_MAX : set->aigp + cost;
}

/* RFC 5065 5.3: without confederation segments, unless the options count them. */
static inline unsigned int path_length(const struct decision_options *options,
				       const struct path *path)
{
	const struct attribute_set *set = path->attributes;

	return set->as_path_length + (options->count_confederation_path ?
					      set->confederation_length :
					      0u);
}

static inline uint32_t path_med(const struct decision_options *options,
				const struct path *path)
{
	if (!path->attributes->has_med &&
	    options->missing_med == MISSING_MED_WORST)
		return UINT32_MAX; /* RFC 4451 3.2 */
	return path->attributes->med;
}

static inline bool path_has_bandwidth(const struct decision_options *options,
				      const struct path *path)
{
	return path->attributes->has_bandwidth &&
	       options->bandwidth_use != BANDWIDTH_IGNORE;
}

/* Why a path is not to be used while others are. */
enum path_drain_cause {
	PATH_DRAINS_NOT,
	PATH_DRAINS_BY_SHUTDOWN,  /* GRACEFUL_SHUTDOWN: RFC 8326 */
	PATH_DRAINS_BY_COMMUNITY, /* one of --draining-community */
	PATH_DRAINS_BY_BANDWIDTH, /* that of its link is 0 */
	PATH_DRAINS_BY_ORDER,	  /* about its neighbor or its next hop */
	PATH_DRAIN_CAUSE_COUNT,
};

static inline enum path_drain_cause
path_drain_cause(const struct decision_options *options,
		 const struct path *path)
{
	if (path->attributes->is_shutdown)
		return PATH_DRAINS_BY_SHUTDOWN;
	if (path->attributes->is_signal_draining)
		return PATH_DRAINS_BY_COMMUNITY;
	if (path->source->draining || path->attributes->nexthop->draining)
		return PATH_DRAINS_BY_ORDER;
	if (path_has_bandwidth(options, path) && !path->attributes->bandwidth)
		return PATH_DRAINS_BY_BANDWIDTH;
	return PATH_DRAINS_NOT;
}

static inline bool path_is_draining(const struct decision_options *options,
				    const struct path *path)
{
	return path_drain_cause(options, path) != PATH_DRAINS_NOT;
}

/* True if the path will be used, but is not yet while there are others. */
static inline bool path_is_joining(const struct path *path)
{
	return path->attributes->is_signal_joining || path->source->joining;
}

/* ------------------------------------------------------------- order */

/* Returns < 0 if `a` stands before `b`. Equal paths keep their order. */
typedef int path_order_fn(const struct path *a, const struct path *b);

/*
 * The order in a route: BGP identifier, peer address, session, path identifier
 * (RFC 7911 5). Never 0 for two paths of a route.
 */
int path_order(const struct path *a, const struct path *b);
/*
 * RFC 4271 9.1.2.2 f and g with RFC 4456 9: the identifier of the originator,
 * the length of CLUSTER_LIST, the peer's address, the path identifier. Never 0
 * for two paths of a route.
 */
int path_tie_break(const struct path *a, const struct path *b);

/* The first of these in which two paths differ. */
enum path_tie {
	PATH_TIE_IDENTIFIER,
	PATH_TIE_CLUSTER_LENGTH,
	PATH_TIE_ADDRESS,
	PATH_TIE_PATH_ID,
};

enum path_tie path_tie_of(const struct path *a, const struct path *b);
/* Order by neighboring AS: MEDs compare inside of these groups. */
int path_neighbor_as_order(const struct path *a, const struct path *b);

/* Sort a list in place. */
void path_list_sort(struct path **list, path_order_fn *order);

#endif
