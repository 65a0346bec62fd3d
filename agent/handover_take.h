/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HANDOVER_TAKE_H
#define HANDOVER_TAKE_H

/*
 * The agent that takes over (--takeover), at its start and before its event loop
 * runs: ask the running agent, make the rooms with its locks and listeners, take
 * in what it tells, and say that we are ready. Up to there nothing that both have
 * is changed, so the other one can go on at any time. From there on this agent is
 * in charge, and has the tables to adopt as after a kill.
 */

#include <stdbool.h>
#include <stddef.h>

#include "bgp/session/speaker.h"
#include "handover_link.h"
#include "nexthop/bfd.h"

struct agent;
struct taken_neighbor;

enum handover_take_sizes {
	HANDOVER_ERROR_SIZE = 256,
};

struct handover_take {
	bool done; /* the other agent has left */
	struct handover_link link;
	struct handover_record head; /* the first record behind the sockets */
	int control_lock, pins_lock; /* -1: none */
	int listeners[BGP_MAX_GIVEN];
	int bfd_ports[BFD_PORT_COUNT];
	struct taken_neighbor *neighbors; /* by number */
	size_t count, room;
};

/*
 * Ask the agent at our control socket for its locks and listeners, and set
 * agent->take. Returns 0, also if there is none; -EOWNERDEAD: it died meanwhile; or
 * -errno with `error`.
 */
int handover_take_ask(struct agent *agent, char error[HANDOVER_ERROR_SIZE]);
/*
 * Take in its state, say that we are ready, and wait until it has left. Returns 0;
 * -EOWNERDEAD: it died before it had said all; or -errno with `error`: then the
 * other agent goes on.
 */
int handover_take_state(struct agent *agent, char error[HANDOVER_ERROR_SIZE]);
/* Go on with the sessions, and end those that cannot go on. */
void handover_take_begin(struct agent *agent);
/* Leave sessions that are not ours to the other agent. */
void handover_take_release(struct agent *agent);

#endif
