/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_STATEMENT_H
#define RIB_STATEMENT_H

/*
 * The announcement of a VIP that backends serve. With --announce-as origin it is
 * our own statement, with our own attributes, so that it changes only when it
 * says something else: the origin is us, the path is empty until our AS is
 * prepended, and what single servers say about themselves stays here.
 */

#include "rib/rib.h"
#include "rib/update_group.h"

/*
 * Return the path that stands for the set of a route: the best one of those
 * whose communities (RFC 1997) restrict its announcement least, or NULL.
 */
const struct path *statement_choose(const struct route *route);

/* Return why other paths of the set are announced and this one is not. */
enum export_reason statement_explain(const struct route *route,
				     const struct path *path);

/* True if the paths of a backend are announced as ours. */
bool statement_applies(const struct rib *rib, const struct path *path);

/*
 * Return the statement about a route that `chosen` stands for. The caller
 * releases it. NULL: out of memory.
 *
 * It has GRACEFUL_SHUTDOWN (RFC 8326) if the whole set drains, and communities
 * that restrict it only if they restrict all paths of the set. Where the
 * neighbor that `chosen` came from has pass-attributes, also its communities that
 * are not well-known, and its other transitive attributes; else only those of its
 * communities that rules have added.
 */
struct attribute_set *statement_make(struct rib *rib, const struct route *route,
				     const struct path *chosen);

/* True if neighbors of this profile get the path itself from this origin. */
bool statement_is_for_others(const struct update_profile *to,
			     const struct export_origin *origin);

#endif
