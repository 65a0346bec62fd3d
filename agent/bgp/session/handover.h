/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_HANDOVER_H
#define BGP_HANDOVER_H

/*
 * Sessions that go on in another process. The agent that gives them freezes its
 * speaker: input waits in the kernel, KEEPALIVEs go on, and no connection is made
 * or accepted. Then it seals one stream after the other and hands over what
 * waits in it. The agent that takes them has the same sockets, sealed, until it
 * begins. Up to there the other one can thaw and go on as if nothing had been.
 */

#include "bgp/session/handover_state.h"
#include "bgp/session/speaker.h"

struct evbuffer;

/* ------------------------------------------------------------- to give */

void bgp_handover_freeze(struct bgp_speaker *speaker);
void bgp_handover_thaw(struct bgp_speaker *speaker);
/* Remove from shared sockets what is this agent's alone; it ends. */
void bgp_handover_leave(struct bgp_speaker *speaker);
/*
 * Describe a neighbor; `options` and what belongs to the rib is left to the
 * caller. The OPENs are views into the neighbor and into `open`. A session whose
 * peer's OPEN was not kept is not `up`.
 */
void bgp_handover_export(const struct bgp_neighbor *neighbor,
			 uint8_t open[BGP_MAX_MESSAGE],
			 struct bgp_handover_state *state);

/* ------------------------------------------------------------- to take */

/*
 * Find the neighbor of a state by address, or make it if a prefix of the options
 * has it, and give it all of the state but the session. NULL: the options have no
 * such neighbor.
 */
struct bgp_neighbor *bgp_handover_find(struct bgp_speaker *speaker,
				       const struct bgp_handover_state *state);
/*
 * Let the neighbor's session go on with this socket, sealed; session_up() is
 * called. Takes over `fd` and returns NULL, or returns why the session has to be
 * reset; then `fd` is the caller's.
 */
const char *bgp_handover_take(struct bgp_neighbor *neighbor,
			      const struct bgp_handover_state *state, int fd);
/* Process an UPDATE that the peer has sent to the other agent. 0 or -errno. */
int bgp_handover_update(struct bgp_neighbor *neighbor, struct reader body);
/* Add bytes that the other agent has read, or has not sent. 0 or -ENOMEM. */
int bgp_handover_add_input(struct bgp_neighbor *neighbor, struct reader bytes);
int bgp_handover_add_output(struct bgp_neighbor *neighbor, struct reader bytes);
/* The sessions are ours alone: read and write from now on. */
void bgp_handover_begin(struct bgp_speaker *speaker);
/* Leave all sessions to the other agent. The speaker can only be freed then. */
void bgp_handover_abandon(struct bgp_speaker *speaker);

#endif
