/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_HANDED_UP_H
#define FIB_HANDED_UP_H

/*
 * Rules and tables for packets that the program hands to the kernel together
 * with their next hop: a rule for each slot in use leads packets with its mark
 * to a table of its own, which has the ranges of VIPs over that next hop.
 *
 *	mark_rule.c	which rules there are (pure)
 *	rule_message.c	rtnetlink messages of rules (pure)
 *	handed_up.c	what is to be in the kernel, written in turns
 *
 * A table holds the ranges only. With a default route in it, the kernel would
 * look up answers to clients there, too: where rp_filter regards marks, and
 * where ICMP errors take the mark of the packet that they are about.
 *
 * Rules and tables of a killed agent stay, and are taken over by slot; those not
 * set again for some time are removed. What another process removes is written
 * again.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fib/options.h"
#include "fib/route_message.h"

struct event_base;
struct handed_up;
struct route_socket;
struct work_queue;

/*
 * List what a previous run has left; it is removed if not set again in
 * `stale_timeout_s` seconds, and by handed_up_sweep() where it does not fit the
 * options. Slots are written in `queue`. `queue`, `socket` and the ranges of
 * `options` must outlive it. The caller frees with handed_up_free(). Returns 0 or -errno.
 */
int handed_up_new(struct event_base *base, struct work_queue *queue,
		  const struct fib_options *options,
		  struct route_socket *socket, unsigned int stale_timeout_s,
		  struct handed_up **handed_up);
/* Remove what does not fit the options. Returns 0 or -errno. */
int handed_up_sweep(struct handed_up *handed_up);
/* Free; with `remove`, remove all rules and tables first. NULL is legal. */
void handed_up_free(struct handed_up *handed_up, bool remove);

/*
 * Lead packets with the slot's mark over this hop, inside others if the tunnel has
 * room; NULL: to no table.
 */
void handed_up_set(struct handed_up *handed_up, uint32_t slot,
		   const struct route_hop *hop,
		   const struct route_tunnel *tunnel);
/* Take other ranges; the options for marks stay. */
void handed_up_set_ranges(struct handed_up *handed_up,
			  const struct fib_options *options);
/*
 * Lead IPv4 packets to IPv6 next hops, too, from now on: a VIP has such a set
 * (RFC 8950).
 */
void handed_up_mix_families(struct handed_up *handed_up);
/*
 * Write what leads over a link again, because it came up; 0: everything, because
 * another process removed some of it.
 */
void handed_up_write_again(struct handed_up *handed_up, uint32_t ifindex);

/*
 * Let what a previous run has left stay until handed_up_end_wait(), which
 * removes what was not set again.
 */
void handed_up_wait(struct handed_up *handed_up);
void handed_up_end_wait(struct handed_up *handed_up);

/* Return the number of slots whose rules and routes are in the kernel. */
size_t handed_up_count(const struct handed_up *handed_up);

#endif
