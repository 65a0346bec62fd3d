/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_ROUTE_SET_H
#define FIB_ROUTE_SET_H

/* Sets of hops, each kept once, with the routes that are to lead over it. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "fib/route_message.h"

struct kernel_route;
struct route_object;

TAILQ_HEAD(route_list, kernel_route);

struct route_set {
	LIST_ENTRY(route_set) chain;
	struct route_hop *hops;
	size_t count;
	struct route_list routes;    /* that want it */
	size_t route_count;	     /* number of them */
	size_t worth;		     /* routes that make an object worth it */
	struct route_object *object; /* in the kernel, or NULL */
};

enum route_set_limits {
	ROUTE_SET_CHAINS = 4096,
};

struct route_sets {
	LIST_HEAD(, route_set) chains[ROUTE_SET_CHAINS];
};

/*
 * Return the set of these hops, a new one if there is none, or NULL: out of
 * memory. The caller frees with route_set_free().
 */
struct route_set *route_set_get(struct route_sets *sets,
				const struct route_hop *hops, size_t count);
void route_set_free(struct route_set *set);

#endif
