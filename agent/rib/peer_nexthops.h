/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_PEER_NEXTHOPS_H
#define RIB_PEER_NEXTHOPS_H

/*
 * The next hops of a neighbor's accepted paths. Each next hop is probed and
 * takes a slot, so one neighbor must not bring any number of them. Without a
 * limit only the neighbor's own address is counted. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address;
struct rib_nexthop;

struct peer_nexthop {
	const struct rib_nexthop *hop;
	uint32_t paths;
};

struct peer_nexthops {
	uint32_t limit; /* 0: none */
	uint32_t count;
	uint32_t room;
	struct peer_nexthop *list; /* in no order */
	struct rib_nexthop *own;   /* the neighbor's address */
	uint32_t own_paths;	   /* with it; without a limit, too */
};

/*
 * True if a path with this next hop may be added: then there is memory for it,
 * too.
 */
bool peer_nexthops_has_room(struct peer_nexthops *hops,
			    const struct rib_nexthop *hop);
/* Add a path after that, or remove one. */
void peer_nexthops_add(struct peer_nexthops *hops,
		       const struct rib_nexthop *hop);
void peer_nexthops_remove(struct peer_nexthops *hops,
			  const struct rib_nexthop *hop);
/*
 * Call `each` for those next hops that are counted and that no path of another
 * neighbor has; also for its own address if no path has that.
 */
void peer_nexthops_each_sole(const struct peer_nexthops *hops,
			     void (*each)(const struct address *address,
					  void *context),
			     void *context);
void peer_nexthops_free(struct peer_nexthops *hops);

#endif
