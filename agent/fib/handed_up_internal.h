/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_HANDED_UP_INTERNAL_H
#define FIB_HANDED_UP_INTERNAL_H

/* Slots and their routes, shared by handed_up.c and handed_up_stale.c. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <sys/queue.h>

#include "core/work_queue.h"
#include "fib/handed_up.h"
#include "fib/mark_rule.h"
#include "fib/options.h"
#include "fib/route_message.h"

struct event;

struct slot_route {
	struct route_hop hop;
	struct route_tunnel tunnel;
	bool wanted;
	bool written; /* the kernel may have something of it */
	bool stale;   /* left by a previous run, and not set since */
	bool queued;
	TAILQ_ENTRY(slot_route) queue;
};

TAILQ_HEAD(slot_list, slot_route);

struct handed_up {
	struct route_owner owner;
	struct handed_up_options options;
	const struct prefix *ranges;
	size_t range_count;
	struct route_socket *socket;
	struct work_queue *queue;
	struct work turn; /* some of the slots that wait */
	struct event *stale_timer;
	struct slot_list waiting;
	struct slot_route slots[MARK_SLOTS];
	size_t written;		    /* slots */
	size_t chunks[MARK_CHUNKS]; /* slots written in each */
	bool mixed;		    /* IPv4 packets go to IPv6 next hops */
	bool failed;		    /* the last write, and it was logged */
	union {
		struct nlmsghdr header;
		char bytes[ROUTE_MESSAGE_SIZE];
	} message, request; /* `request` asks for a list */
};

/* Note a slot as written, or not any more. */
void handed_up_count_slot(struct handed_up *handed_up, struct slot_route *slot,
			  bool written);
/*
 * Send a message. What is there already and what is gone already is no error.
 */
int handed_up_send(struct handed_up *handed_up, struct nlmsghdr *message);
/*
 * List what a previous run has left: slots of these options become stale, the
 * rest is removed. Returns 0 or -errno.
 */
int handed_up_list_stale(struct handed_up *handed_up);

#endif
