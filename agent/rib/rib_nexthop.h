/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_RIB_NEXTHOP_H
#define RIB_RIB_NEXTHOP_H

/*
 * The rib's record of a next hop, one for each address in attribute sets, with
 * the last answer of nexthop_check(). A decision calls no hook, and two paths
 * have the same next hop if the pointers are equal.
 *
 * Each next hop has the set of the routes that have an accepted path with it, so
 * that its change costs what depends on it. Refused paths, which can be millions,
 * depend on no next hop. A set of routes and not a list of paths: two links in
 * each path would cost 24 bytes, a set costs less than one where routes were
 * allocated one after the other (core/pointer_set.h), and a path stays at four
 * pointers.
 *
 * rib_nexthop_changed() only lists the next hop. rib_process() marks the routes
 * of all listed ones, in turns if they are many, and decides each route once.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "core/encapsulation.h"
#include "core/prefix_map.h"
#include "core/sizes.h"
#include "core/turn_set.h"
#include "rib/reason.h"

struct path_source;
struct rib;
struct route;

/* Where frames to a next hop go; zero: unknown. */
struct rib_nexthop_place {
	uint32_t ifindex;
	uint32_t link_speed; /* of the interface, in Mbit/s */
	uint8_t mac[MAC_SIZE];
	bool on_link; /* to itself, and not to a gateway */
	bool held;    /* used only where all are: it was dead */
};

struct rib_nexthop {
	struct prefix_node node; /* first: found by its host prefix */
	uint32_t references;	 /* from attribute sets */
	uint32_t wanted;	 /* number of accepted paths with it */
	/* Number of those that ask for each, and the one that is used */
	uint32_t encapsulating[HG_ENCAPSULATION_COUNT];
	enum hg_encapsulation encapsulation;
	uint32_t igp_cost;	 /* RFC 4271 9.1.2.2 e */
	enum path_reason reason; /* REASON_NONE: can be used */
	struct rib_nexthop_place place;
	bool at_upstream; /* upstream_machines.h */
	bool draining;	  /* not to be used while others are */
	bool taken;	  /* already in the set being chosen or listed */
	/* While weights are added up: whose paths count, and their sum so far. */
	const struct path_source *counted;
	uint64_t weight;
	bool changed;		/* in rib.changed_nexthops */
	struct turn_set routes; /* those visited are marked */
	LIST_ENTRY(rib_nexthop) changed_link;
};

static inline const struct address *
rib_nexthop_address(const struct rib_nexthop *hop)
{
	return &hop->node.prefix.address;
}

/*
 * Return the record of an address, new or shared, with one more reference, which
 * the caller drops by rib_nexthop_release(). NULL: out of memory.
 */
struct rib_nexthop *rib_nexthop_intern(struct prefix_map *map,
				       const struct address *address);
void rib_nexthop_release(struct prefix_map *map, struct rib_nexthop *hop);
/* Return the record of an address, or NULL if no attribute set has it. */
struct rib_nexthop *rib_nexthop_find(const struct prefix_map *map,
				     const struct address *address);

/*
 * Add an accepted path of `route` to a next hop that it depends on. Calls nexthop_track() and
 * nexthop_check() for the first path.
 */
void rib_nexthop_add_path(struct rib *rib, struct rib_nexthop *hop,
			  const struct route *route);
/*
 * Count a path among those that ask for an encapsulation, or no longer. If they
 * differ, that of the highest number is used, whatever the order they came in.
 */
void rib_nexthop_encapsulate(struct rib *rib, struct rib_nexthop *hop,
			     enum hg_encapsulation encapsulation, bool wanted);
/*
 * Remove an accepted path, which is not in route->paths any more. Calls
 * nexthop_track() for the last one.
 */
void rib_nexthop_remove_path(struct rib *rib, struct rib_nexthop *hop,
			     const struct route *route);
/* Check the next hops whose frames go there once more. */
void rib_nexthop_recheck_place(struct rib *rib, uint32_t ifindex,
			       const uint8_t mac[MAC_SIZE]);
/*
 * Mark the routes that depend on the listed next hops, and clear the list, as far
 * as this turn has time. Return true if some are left.
 */
bool rib_nexthop_mark_routes(struct rib *rib);

#endif
