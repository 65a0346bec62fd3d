/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RIB_PATH_LIST_H
#define RIB_PATH_LIST_H

/* Orders of a route's paths, and sorting in place. Pure. */

#include "rib/decision.h"

/* Returns < 0 if `a` stands before `b`. Equal paths keep their order. */
typedef int path_order_fn(const struct path *a, const struct path *b);

void path_list_sort(struct path **list, path_order_fn *order);

/*
 * RFC 4271 9.1.2.2 f and g with RFC 4456 9: the identifier of the originator,
 * the length of CLUSTER_LIST, the peer's address, the path identifier. Never 0
 * for two paths of a route.
 */
int path_tie_break(const struct path *a, const struct path *b);
/* Order by neighboring AS: MEDs compare inside of these groups. */
int path_neighbor_as_order(const struct path *a, const struct path *b);

#endif
