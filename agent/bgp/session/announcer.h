/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ANNOUNCER_H
#define BGP_ANNOUNCER_H

/*
 * The way out: take batches of routes from their owner (bgp_callbacks) and send
 * each to every neighbor that gets the same, encoded once.
 *
 * A batch is taken only while its neighbor has room for more, so routes wait in
 * the owner's state, one bit each, and not in a queue of messages. When nothing
 * is left for a neighbor, End-of-RIB (RFC 4724 2) or EoRR (RFC 7313 4) follows.
 */

#include <stdbool.h>
#include <stddef.h>

#include "bgp/session/connection.h"

struct bgp_neighbor;
struct bgp_speaker;

enum bgp_batch_limits {
	BGP_MAX_RECIPIENTS = 64, /* neighbors of one batch */
};

/* Routes to announce or withdraw, and the neighbors to send them to. */
struct bgp_batch {
	struct bgp_announcement announcement;
	/* bgp_negotiated_for_updates() of each recipient. */
	const struct bgp_negotiated *negotiated;
	/* The first is the one that the batch was asked for. */
	struct bgp_neighbor *recipients[BGP_MAX_RECIPIENTS];
	size_t recipient_count;
};

/* True if the neighbor has a session with room for one more batch. */
bool bgp_announcer_has_room(const struct bgp_neighbor *neighbor);
void bgp_announcer_init(struct bgp_speaker *speaker);
/*
 * Have all sent that one neighbor has room for, about 5 ms in each turn of the
 * loop. The other recipients of its batches get them, too.
 */
void bgp_announcer_send(struct bgp_speaker *speaker,
			struct bgp_neighbor *neighbor);
/* The same for all neighbors, which take turns. */
void bgp_announcer_send_all(struct bgp_speaker *speaker);
/* Send now all that each neighbor has room for: the loop ends. */
void bgp_announcer_finish(struct bgp_speaker *speaker);
/* Send nothing more to a neighbor. */
void bgp_announcer_forget(struct bgp_neighbor *neighbor);

#endif
