/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_DRAIN_LIST_H
#define NEXTHOP_DRAIN_LIST_H

/*
 * The orders of the administrator to drain an address: new flows leave the
 * server, and those that it has stay. An order is about an address and not
 * about a session or a path, so it outlives both. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

enum drain_limits {
	DRAIN_MAX_ORDERS = 1024,
	DRAIN_REASON_MAX = 128,		 /* bytes, as in RFC 9003 */
	DRAIN_MAX_S = 30 * 24 * 60 * 60, /* longest time of an order */
};

struct drain {
	struct address address; /* of a next hop or a neighbor */
	uint64_t since_ms;
	uint64_t until_ms;		   /* 0: until the opposite order */
	char reason[DRAIN_REASON_MAX + 1]; /* "": none */
};

struct drain_list {
	struct drain *drains; /* in the order of their addresses */
	size_t count;
};

void drain_list_free(struct drain_list *list);
/* Return the order about an address, or NULL. */
const struct drain *drain_list_find(const struct drain_list *list,
				    const struct address *address);
/*
 * Add an order. One about the same address keeps its age, and gets the end and
 * the reason of the new one. Returns 0, -ENOMEM, or -ENOSPC: DRAIN_MAX_ORDERS.
 */
int drain_list_set(struct drain_list *list, const struct drain *drain);
/* Remove the order about an address. False if there is none. */
bool drain_list_remove(struct drain_list *list, const struct address *address);
/*
 * Remove an order that has ended at `now_ms` and return true, with its address
 * in *address. False if there is none.
 */
bool drain_list_expire(struct drain_list *list, uint64_t now_ms,
		       struct address *address);
/* Return the time at which the next order ends, or 0. */
uint64_t drain_list_next_end(const struct drain_list *list);

#endif
