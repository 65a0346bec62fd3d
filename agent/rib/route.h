/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_ROUTE_H
#define RIB_ROUTE_H

/* A route: a prefix with its paths, and what is announced of it. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/prefix_map.h"
#include "rib/path.h"

struct aggregate;
struct rib;
struct route_export;

/* One line of the cache, of which there are millions. */
struct route {
	struct prefix_node node;    /* first: found by prefix */
	struct path *paths;	    /* in path_order() */
	uint32_t foreseen;	    /* joining ones that will be in the set */
	unsigned int selected : 16; /* paths in the set */
	bool marked : 1;	    /* to be decided by rib_process() */
	bool forwarding : 1;	    /* steered, as set_decided() returned */
	bool decided : 1;	    /* set_decided() was called for it */
	bool cut : 1;		    /* the maximum left paths out */
	bool indexed : 1;	    /* its paths have an index: path_index.h */
	bool aggregate : 1; /* announced for the VIPs inside it, not itself */
	struct route_export *exports; /* NULL: never announced */
	STAILQ_ENTRY(route) mark_link;
};

/* The origin of an announced path, as far as its way out depends on it. */
struct export_origin {
	enum peer_type type; /* external for aggregates of ours */
	uint64_t bit;	     /* of the neighbor; 0: backend or aggregate */
	/* Internal neighbors only: RFC 4456. */
	bool client;
	uint32_t identifier;
};

/*
 * A route's part of the Adj-RIBs-Out: the best path, or one path of the set for
 * neighbors that take several. Far fewer routes are announced than are held, so
 * it is allocated by itself.
 */
struct route_export {
	struct route *route;
	/*
	 * Neighbors in the list of export_list.h. The one before the first is
	 * the last.
	 */
	struct route_export *next;
	struct route_export *previous;
	TAILQ_ENTRY(route_export) all_link; /* in rib.exports */
	const struct path *path;     /* one of the set; NULL: best or removed */
	uint32_t path_id;	     /* our own; RIB_BEST_PATH for the best */
	struct export_origin origin; /* origin of `attributes` */
	struct attribute_set *attributes; /* to announce; NULL: withdraw */
	/* Those for others, where `attributes` are our statement; or NULL. */
	struct attribute_set *of_path;
	uint64_t announced; /* bits of peers that have it */
	uint64_t pending;   /* bits of peers that a change must be sent to */
	TAILQ_ENTRY(route_export) pending_link;
	/* The best path only: --announce-delay runs. */
	bool waiting;
	uint64_t due_ms; /* 0: export_advance() has not set it yet */
	TAILQ_ENTRY(route_export) waiting_link;
	struct aggregate *aggregate; /* the best path contributes; or NULL */
	LIST_ENTRY(route_export) contributor_link;
};

/* Return the path that the whole decision process chose, or NULL. */
static inline const struct path *route_best(const struct route *route)
{
	const struct path *path = route->paths;

	while (path && !path->best)
		path = path->next;
	return path;
}

/* True if a path is accepted, whether its next hop lives or not. */
static inline bool route_is_served(const struct route *route)
{
	const struct path *path = route->paths;

	while (path && path->import != IMPORT_ACCEPTED)
		path = path->next;
	return path;
}

/* Return the bits of the peers that the route is announced to. */
static inline uint64_t route_announced(const struct route *route)
{
	const struct route_export *export = route->exports;
	uint64_t peers = 0;

	for (; export; export = export->next)
		peers |= export->announced;
	return peers;
}

/* Sum the bandwidth of the set; see weight_sum_bandwidth(). */
bool route_bandwidth(const struct rib *rib, const struct route *route,
		     double *bytes_per_second);
/* Return it in --bandwidth-unit, known or not; see weight_sum_units(). */
uint64_t route_bandwidth_units(const struct rib *rib,
			       const struct route *route);

#endif
