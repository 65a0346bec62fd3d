/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NEIGHBOR_H
#define BGP_NEIGHBOR_H

/*
 * A neighbor: who may speak from an address, the one or two connections to it,
 * and the session on one of them.
 *
 * A neighbor with an address of its own is dialled unless it is passive; both
 * sides may dial at once, and the collision is resolved when the second OPEN
 * arrives (collision.h). A neighbor out of a configured prefix comes by itself
 * and is never dialled. The neighbor of an interface is whoever connects to us
 * on it, and is dialled when the kernel knows one there (link_peer.h).
 *
 *	neighbor.c		connections: dialled, accepted, stopped
 *	neighbor_session.c	what its connections have to tell
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "bgp/session/connection.h"
#include "bgp/session/error_log.h"
#include "bgp/session/neighbor_options.h"
#include "bgp/session/tcp_drops.h"

struct bgp_speaker;
struct event;

enum bgp_neighbor_sizes {
	BGP_LAST_ERROR_SIZE = 1400, /* a peer's shutdown text, escaped */
	BGP_DETAIL_SIZE = 128,
	BGP_NEIGHBOR_NAME_SIZE = NEIGHBOR_TARGET_SIZE,
};

struct bgp_neighbor {
	struct bgp_speaker *speaker;
	struct bgp_neighbor_options options;
	struct address address; /* zero: of an interface, not known yet */
	bool dynamic;		/* out of a prefix */
	bool stopped;		/* by us, for good */
	struct bgp_connection incoming;
	struct bgp_connection outgoing;
	struct bgp_connection *session; /* the established one, or NULL */
	struct event *restart;		/* dials again after a failure */
	uint16_t restart_delay_s;
	uint64_t held_until_ms;	 /* nothing comes up before: max-prefix */
	uint64_t accepted_ms;	 /* when it last connected to us */
	uint64_t changed_ms;	 /* when the session came up or went down */
	uint32_t end_of_rib_due; /* enum bgp_family_bits: see ..._table_sent */
	uint32_t refreshing;	 /* the same: BoRR is sent, EoRR is due */
	struct bgp_counters counters;
	struct bgp_error_log errors;
	struct bgp_tcp_drops drops; /* when it was last up, or at the start */
	char last_error[BGP_LAST_ERROR_SIZE];
	char detail[BGP_DETAIL_SIZE]; /* to go with the next error */
	void *owner_data; /* of the speaker's user, between up and down */
	TAILQ_ENTRY(bgp_neighbor) link;
};

/*
 * A neighbor at `address`, not started yet. NULL: out of memory. The speaker
 * frees it with bgp_neighbor_free(), which closes without a word.
 */
struct bgp_neighbor *bgp_neighbor_new(struct bgp_speaker *speaker,
				      const struct bgp_neighbor_options *config,
				      const struct address *address);
void bgp_neighbor_free(struct bgp_neighbor *neighbor);

/* Begins to dial, unless the neighbor is passive. */
void bgp_neighbor_start(struct bgp_neighbor *neighbor);
/* True if this is where the neighbor's connections come from. */
bool bgp_neighbor_is_at(const struct bgp_neighbor *neighbor,
			const struct bgp_endpoint *remote);
/* Takes an accepted socket, or closes it if it has no place for it. */
void bgp_neighbor_accept(struct bgp_neighbor *neighbor,
			 const struct bgp_endpoint *remote, int fd);
/* Ends what there is with this NOTIFICATION, and does not dial again. */
void bgp_neighbor_stop(struct bgp_neighbor *neighbor,
		       const struct bgp_notification *notification);
/* Ends the session because it cannot be served. */
void bgp_neighbor_reject(struct bgp_neighbor *neighbor, const char *why);
/*
 * It has announced more than its max-prefix: ends the session (RFC 4486 4) and
 * lets none come up for as long as is configured.
 */
void bgp_neighbor_exceeded(struct bgp_neighbor *neighbor,
			   enum bgp_family family);
/* BFD says that the path to it has failed: ends the session (RFC 9384). */
void bgp_neighbor_bfd_down(struct bgp_neighbor *neighbor);
/*
 * Everything there is to say has been sent to it: ends the first table with
 * End-of-RIB (RFC 4724 2) and an answer to ROUTE-REFRESH with EoRR (RFC 7313
 * 4). To be called whenever nothing is left to send; mostly does nothing.
 */
void bgp_neighbor_table_sent(struct bgp_neighbor *neighbor);

/* The state of its further connection. */
enum bgp_state bgp_neighbor_state(const struct bgp_neighbor *neighbor);
/* Nothing is open and nothing will be opened by us. */
bool bgp_neighbor_is_idle(const struct bgp_neighbor *neighbor);
/* In how many ms we try again to connect. False if we do not wait for that. */
bool bgp_neighbor_next_attempt(const struct bgp_neighbor *neighbor,
			       uint64_t *wait_ms);
/* "10.0.0.2", "fe80::1%eth0", or "eth0" while nobody is known there. */
const char *bgp_neighbor_name(const struct bgp_neighbor *neighbor,
			      char text[BGP_NEIGHBOR_NAME_SIZE]);
/*
 * Why it may not come up, by the kernel's present counters; false if there is
 * nothing to say, or a session.
 */
bool bgp_neighbor_hint(const struct bgp_neighbor *neighbor,
		       const struct bgp_tcp_drops *now, char *text,
		       size_t size);

#endif
