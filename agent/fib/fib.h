/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_FIB_H
#define FIB_FIB_H

/*
 * The kernel's routes to VIPs, beside the tables of the program: the way in
 * from the rest of the agent.
 *
 *	fib.c			routes that follow multipath sets
 *	kernel_routes.c		what is to be in the kernel, written in batches
 *	route_restore.c		what went with a link, or by others
 *	route_set.c		sets of hops, each kept once
 *	route_object.c		groups of next-hop objects in the kernel
 *	handed_up.c		rules and tables for packets with a next hop
 *	route_message.c		rtnetlink messages of routes (pure)
 *	nexthop_message.c	rtnetlink messages of next-hop objects (pure)
 *	route_socket.c		the socket
 *	route_watch.c		removals by other processes
 *	sysctl.c		switches of the kernel
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/member.h"
#include "fib/options.h"

struct address;
struct event_base;
struct fib;
struct tracker;
struct work_queue;

/*
 * Write a route to each of the options' ranges and log if this host does not
 * forward. The rest is written in pieces of work, in `queue`. The queue and the
 * tracker must outlive it, and `tunnel`, the program that puts marked packets
 * inside others; negative: none. Returns 0 or -errno; then `error` (size bytes)
 * says what failed. The caller frees with fib_free().
 */
int fib_new(struct event_base *base, struct work_queue *queue,
	    const struct fib_options *options, const struct tracker *tracker,
	    int tunnel, struct fib **fib, char *error, size_t size);
/* With `remove`, no route stays in the kernel. NULL is legal. */
void fib_free(struct fib *fib, bool remove);

/*
 * Take other ranges: new ones get a route, those that went lose theirs. Returns
 * 0, or -ENOMEM and changes nothing but routes that are too many.
 */
int fib_reconfigure(struct fib *fib, const struct fib_options *before,
		    const struct fib_options *options);

/*
 * Make the kernel's route to a VIP follow its set. `served`: some path to it is
 * accepted, alive or not. A VIP that never had a member gets no route of its
 * own: its range answers, and such VIPs might be any number.
 */
void fib_set_vip(struct fib *fib, const struct prefix *vip, bool served,
		 const struct member *members, size_t count);
/*
 * True if the kernel forwards packets for the VIP: its route has next hops, was
 * not refused, and the host forwards.
 */
bool fib_serves(const struct fib *fib, const struct prefix *vip);
/*
 * This agent is in charge: remove rules for marks of a previous run with other
 * options. Returns 0 or -errno with `error`, as above.
 */
int fib_begin(struct fib *fib, char *error, size_t size);
/*
 * While tables of a previous run are taken over, its routes stay, too: their
 * servers may come back. fib_taken_over() removes those that did not.
 */
void fib_await_takeover(struct fib *fib);
void fib_taken_over(struct fib *fib);
/*
 * Lead packets that the program hands up with the number of a slot to its next
 * hop, or with NULL no longer. Does nothing without --handed-up-mark.
 */
void fib_set_slot(struct fib *fib, uint32_t slot,
		  const struct address *nexthop);
/* Write routes over a link again: the kernel drops them when it goes down. */
void fib_link_up(struct fib *fib, uint32_t ifindex);

#endif
