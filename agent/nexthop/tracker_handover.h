/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_TRACKER_HANDOVER_H
#define NEXTHOP_TRACKER_HANDOVER_H

/* BFD sessions of next hops on their way to another agent: see bfd.h. */

#include "nexthop/bfd_given.h"

struct tracker;

/* Nothing is sent, received or declared dead until tracker_bfd_go_on(). */
void tracker_bfd_pause(struct tracker *tracker);
void tracker_bfd_go_on(struct tracker *tracker);
/* Return the socket of a family that owns the UDP port, or -1. */
int tracker_bfd_port(const struct tracker *tracker, bool ipv4);
/* Describe the session of a next hop; return its socket, or -1: there is none. */
int tracker_bfd_export(const struct tracker *tracker,
		       const struct address *address, struct bfd_given *given);
/*
 * Take over a session and its socket. One that no user wants ends when this agent
 * is in charge; one with another key begins anew.
 */
void tracker_bfd_adopt(struct tracker *tracker, const struct bfd_given *given,
		       int fd);
/* Send a packet for each session while the loop does not run. */
void tracker_bfd_send_all(struct tracker *tracker);

#endif
