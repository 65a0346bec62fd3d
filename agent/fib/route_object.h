/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_ROUTE_OBJECT_H
#define FIB_ROUTE_OBJECT_H

/*
 * Next-hop objects in the kernel: a group with an object for each of its hops.
 * Any number of routes lead over a group, and follow it when it changes.
 *
 * A group has hops of its own, for two reasons. The kernel refuses a group with
 * the same object twice, and two servers may be behind one gateway. And a hop is
 * removed from its group by removing its object, which costs the kernel the same
 * whatever the number of routes. For a group that is replaced, however, it
 * announces each route again while net.ipv4.nexthop_compat_mode is 1, within
 * the one call. So many routes are moved to a new group instead, in turns.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "fib/route_message.h"
#include "nexthop/route_owner.h"

struct nlmsghdr;
struct route_set;

/* Sends a message and reads the answer. Returns 0 or -errno. */
typedef int (*route_object_send)(void *context, struct nlmsghdr *message);

/* An object that a previous run left. */
struct stale_object {
	TAILQ_ENTRY(stale_object) queue;
	uint32_t id;
};

struct route_objects {
	struct route_owner owner;
	route_object_send send;
	void *context;
	void *buffer; /* ROUTE_MESSAGE_SIZE bytes */
	uint32_t last_id;
	TAILQ_HEAD(, stale_object) stale; /* groups first */
	bool expands; /* the kernel announces routes of a replaced group */
};

struct route_object {
	struct route_set *set; /* that it has the hops of, or NULL */
	uint32_t id;
	struct route_hop *hops; /* weights from 1 to ROUTE_MAX_WEIGHT */
	uint32_t *ids;		/* of the hops' objects */
	size_t count;
	size_t routes; /* in the kernel, over this group */
	bool broken;   /* it may have lost hops, or is gone */
};

void route_objects_init(struct route_objects *objects,
			const struct route_owner *owner, route_object_send send,
			void *context, void *buffer);
/* Note an object of a previous run. Returns 0 or -ENOMEM. */
int route_objects_add_stale(struct route_objects *objects, uint32_t id,
			    bool is_group);
/* Remove one object of a previous run; false if there was none. */
bool route_objects_sweep(struct route_objects *objects);
/* Free the notes, not the objects. */
void route_objects_free_stale(struct route_objects *objects);

/*
 * Create a group in the kernel. Returns 0 or -errno, then nothing is left of
 * it. The caller frees with route_object_free().
 */
int route_object_new(struct route_objects *objects,
		     const struct route_hop *hops, size_t count,
		     struct route_object **object);
/* Free; with `remove`, remove it from the kernel first. NULL is legal. */
void route_object_free(struct route_objects *objects,
		       struct route_object *object, bool remove);
/*
 * Change a group in place. Returns 0, -EBUSY if the kernel would need too long
 * (nothing has changed), or another -errno, then the object is broken.
 */
int route_object_change(struct route_objects *objects,
			struct route_object *object,
			const struct route_hop *hops, size_t count);

#endif
