/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_DECISION_H
#define RIB_DECISION_H

/*
 * The decision process (RFC 4271 9.1.2.2) and the choice of the multipath set:
 * a pure function of a route's paths and the options.
 *
 * The steps are the table of decision_step.h. The reason of a path that lost is
 * the first step in which it differs from the best path. Reasons are in the order
 * of the steps, so a reason also tells how far the two paths are equal. The set
 * is all paths that are equal to the best one down to a depth that the options
 * give (draft-lapukhov-bgp-ecmp-considerations), with a fitting AS_PATH, one for
 * each next hop, up to the maximum.
 *
 * MED is different: it orders only the paths of one neighboring AS, and losers
 * are struck out group by group.
 *
 * decision_explain() finds out by the same table, and by the same search for the
 * lowest MED, where a path lost.
 *
 * Nothing depends on when a path came, so two nodes with the same paths choose
 * alike. In a route, paths are in the order of BGP identifier, peer address and
 * path identifier (RFC 7911 5), by which they are found. The last tie-break has
 * the same order, except for reflected routes: there ORIGINATOR_ID and
 * CLUSTER_LIST count, too (RFC 4456 9). Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rib/options.h"
#include "rib/path.h"

struct decision_step;

struct decision {
	struct path *best;     /* NULL: no path can be used */
	unsigned int selected; /* paths in the set */
	unsigned int cut;      /* as good, but left out by the maximum */
	uint32_t maximum;      /* most paths that this set may have */
	bool origin_lost;      /* a path has REASON_ORIGIN */
};

/*
 * Decide among the paths that have REASON_NONE on entry and set the reason of
 * each; the others stay as they are. The list is in path_order() before and
 * after, not in between.
 */
struct decision decision_make(const struct decision_options *options,
			      struct path **paths);

/*
 * True if a path with REASON_JOINING would be in the set of `best` if it joined
 * now: it is as good in all later steps that the set asks for. Of other paths,
 * MED compares it with the best one only: a path that is foreseen and does not
 * join costs records of flows and no more.
 */
bool decision_foresees(const struct decision_options *options,
		       const struct path *best, const struct path *path);

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
