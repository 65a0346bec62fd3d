/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_DECISION_H
#define RIB_DECISION_H

/*
 * The decision process (RFC 4271 9.1.2.2) and the choice of the multipath set:
 * a pure function of a route's paths and the options.
 *
 * The paths of a route are kept in the order of the last tie-break, the lowest
 * BGP identifier, then the lowest peer address, then the lowest path identifier
 * (RFC 7911 5); never the oldest, so that two nodes with the same paths choose
 * alike. Each step strikes out the paths
 * that lose in it and writes down the reason. Those left at the end are equal:
 * the first of them is the best path, and those that pass the content filter
 * are the set.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/config.h"
#include "rib/attribute_set.h"
#include "rib/reason.h"

/* Where a neighbor stands, in the order of RFC 4271 9.1.2.2 d. */
enum peer_type {
	PEER_EXTERNAL,
	PEER_CONFEDERATION, /* another member of our confederation: RFC 5065 */
	PEER_INTERNAL,
	PEER_TYPE_COUNT,
};

/* What the decision knows of the neighbor a path came from. */
struct path_source {
	struct address address;
	uint32_t identifier; /* BGP identifier, host byte order */
	uint32_t as;
	enum peer_type type;
	/* --path, if these are they: by path_id, from 1. NULL: a neighbor. */
	const struct path_config *statics;
};

struct path {
	struct path *next; /* in the route, in tie-break order */
	const struct path_source *source;
	struct attribute_set *attributes;
	uint32_t path_id;	     /* RFC 7911; 0 if the peer has none */
	enum path_reason import : 8; /* REASON_NONE: accepted */
	enum path_reason reason : 8; /* REASON_NONE: in the set */
	bool stale : 1;		     /* not announced again since BoRR */
};

struct decision_options {
	uint32_t maximum_paths;	     /* when the best path is external */
	uint32_t maximum_paths_ibgp; /* when it is internal */
	enum multipath_as_path as_path;
};

struct decision {
	struct path *best;     /* NULL: no path can be used */
	unsigned int selected; /* paths in the set */
	unsigned int cut;      /* as good, left out by the maximum */
};

/* < 0 if `a` comes before `b` in a route. Never 0 for two paths of a route. */
int path_order(const struct path *a, const struct path *b);

/*
 * Decides among the paths that have REASON_NONE on entry and sets the reason of
 * each. The others are left as they are.
 */
struct decision decide(const struct decision_options *options,
		       struct path *paths);

#endif
