/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_DECISION_H
#define RIB_DECISION_H

/*
 * The decision process (RFC 4271 9.1.2.2) and the choice of the multipath set:
 * a pure function of a route's paths and the options.
 *
 * One comparator says in which step two paths differ first. The reason of a
 * path that lost is the step that parts it from the best one, so that reasons,
 * which are in the order of the steps, are the depth to which the two are
 * equal. The set is everything that is equal down to a depth that the options
 * give (draft-lapukhov-bgp-ecmp-considerations), then the filter of AS_PATH
 * content, then one path for each next hop, then the maximum.
 *
 * MED alone is no step of that comparator: it orders only the paths of one
 * neighboring AS, and losers are struck out group by group.
 *
 * The steps are the table of decision_step.h; decision_explain() says by the
 * same table, and by the same search for the lowest MED, where a path lost.
 *
 * Nothing depends on when a path came, so that two nodes with the same paths
 * choose alike. In a route, paths are in the order of BGP identifier, peer
 * address and path identifier (RFC 7911 5), by which they are found. That is
 * the order of the last tie-break, too, but where routes were reflected: there
 * ORIGINATOR_ID and CLUSTER_LIST count as well (RFC 4456 9). Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rib/attribute_set.h"
#include "rib/options.h"
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
	uint32_t ifindex; /* the link of its link-local next hops; 0: none */
	enum peer_type type;
	/* --path, if these are they: by path_id, from 1. NULL: a neighbor. */
	const struct static_path_options *statics;
	const char *interface; /* behind which it is, if link-local; or NULL */
	bool multipath_off;    /* its paths share no set: multipath=no */
};

struct decision_step;

struct path {
	struct path *next; /* in the route, in path_order() */
	const struct path_source *source;
	struct attribute_set *attributes;
	uint32_t path_id;	       /* RFC 7911; 0 if the peer has none */
	enum import_reason import : 4; /* IMPORT_ACCEPTED, or refused */
	enum path_reason reason : 6;   /* REASON_NONE: in the set */
	bool stale : 1;		       /* not announced again since BoRR */
	unsigned int rule : 10;	       /* that decided; 0: none */
	bool best : 1;		       /* of its route */
	bool equal_weight : 1;	       /* its bandwidth does not count here */
};

struct decision {
	struct path *best;     /* NULL: no path can be used */
	unsigned int selected; /* paths in the set */
	unsigned int cut;      /* as good, left out by the maximum */
	uint32_t maximum;      /* the one that holds for this set */
};

/* < 0 if `a` comes before `b` in a route. Never 0 for two paths of a route. */
int path_order(const struct path *a, const struct path *b);

/*
 * Decides among the paths that have REASON_NONE on entry and sets the reason of
 * each. The others are left as they are. The list is in path_order() before
 * and after, not in between.
 */
struct decision decide(const struct decision_options *options,
		       struct path **paths);

/* Why a path lost in a step of the decision process: see decision_step.h. */
struct decision_explanation {
	const struct decision_step *step;
	const struct path *winner; /* a path that the step preferred */
	bool has_values;	   /* the step compared two numbers */
	uint64_t own_value;
	uint64_t winner_value;
};

/*
 * Explain the reason of `path`, one of the decided `paths` of a route. Return
 * false if the path did not lose in a step, or to a path that has gone since.
 */
bool decision_explain(const struct decision_options *options,
		      const struct path *paths, const struct path *path,
		      struct decision_explanation *explanation);

#endif
