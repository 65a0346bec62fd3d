/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NEIGHBOR_H
#define BGP_NEIGHBOR_H

/*
 * A neighbor: its options, one or two connections, and the session on one of
 * them.
 *
 * A neighbor with a configured address is dialled unless it is passive. Both
 * sides may dial at the same time; the collision is resolved when the second
 * OPEN arrives (collision.h). A dynamic neighbor, from a configured prefix,
 * connects to us and is never dialled. A neighbor on an interface is the peer
 * that connects to us there; it is dialled when it has advertised itself as a
 * router (link_advert.h) or the kernel knows its address (link_peer.h).
 *
 *	neighbor.c		when to dial, accept and stop connections
 *	neighbor_session.c	events of its connections
 *	neighbor_hint.c		what is wrong with it, and what to do
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "bgp/session/connection.h"
#include "bgp/session/error_log.h"
#include "bgp/session/link_advert.h"
#include "bgp/session/neighbor_options.h"
#include "bgp/session/tcp_drops.h"

struct bgp_speaker;
struct event;

enum bgp_neighbor_sizes {
	BGP_LAST_ERROR_SIZE = 1400, /* a peer's shutdown text, escaped */
	BGP_DETAIL_SIZE = 128,
	BGP_NEIGHBOR_NAME_SIZE = NEIGHBOR_TARGET_SIZE,
};

/* Why a connection was refused because of another one of the neighbor. */
enum bgp_refused_reason {
	BGP_REFUSED_COLLISION, /* both sides have dialled, as they may */
	BGP_REFUSED_SECOND,    /* the session is up already */
	BGP_REFUSED_PLACE,     /* the session is with another address there */
	BGP_REFUSED_REASON_COUNT,
};

/* Connections that were refused for that; all zero: none. */
struct bgp_refused {
	uint64_t count[BGP_REFUSED_REASON_COUNT];
	uint64_t last_ms;
	enum bgp_refused_reason reason; /* of the last one */
};

/* An order of the administrator to have no session: neighbor_admin.h. */
struct bgp_admin_state {
	bool down;
	uint64_t since_ms;
	char reason[BGP_SHUTDOWN_TEXT_MAX + 1];
};

struct bgp_neighbor {
	struct bgp_speaker *speaker;
	struct bgp_neighbor_options options;
	struct address address; /* zero: behind an interface, not known yet */
	bool dynamic;		/* from a prefix */
	struct bgp_link_advert advert; /* of its interface, if it is one */
	bool stopped;		       /* by us; never dialled again */
	struct bgp_admin_state admin;
	struct bgp_connection incoming;
	struct bgp_connection outgoing;
	struct bgp_connection *session; /* in Established, or NULL */
	struct event *restart;		/* timer: dial after a failure */
	struct event *proof; /* timer: the session must have answered */
	uint16_t restart_delay_s;
	uint64_t held_until_ms;	    /* no session before: max-prefix */
	uint64_t accepted_ms;	    /* time of its last connection to us */
	uint64_t changed_ms;	    /* time of the last session up or down */
	struct bgp_refused refused; /* further connections of this peer */
	uint64_t sessions_ended;    /* since the start */
	bool foreign_logged;	    /* routes of another family, in a session */
	bool input_held;	    /* bgp_neighbor_hold_input() */
	uint32_t end_of_rib_due; /* enum bgp_family_bits: End-of-RIB not sent */
	uint32_t refreshing;	 /* enum bgp_family_bits: BoRR sent, EoRR due */
	struct bgp_counters counters;
	struct bgp_error_log errors;
	struct bgp_tcp_drops
		drops; /* when the last session ended, or at the start */
	char last_error[BGP_LAST_ERROR_SIZE];
	uint64_t last_error_ms;	      /* its time */
	uint64_t silence_logged_ms;   /* for the user of the speaker */
	char detail[BGP_DETAIL_SIZE]; /* addition to the next error */
	void *owner_data; /* of the speaker's user, between up and down */
	TAILQ_ENTRY(bgp_neighbor) link;
	unsigned int number; /* for the user of the speaker: of a handover */
	bool receiving;	     /* announcer.c: in speaker->receivers */
	TAILQ_ENTRY(bgp_neighbor) receiver_link;
};

/*
 * Create a neighbor at `address`, not started yet. NULL: out of memory. The
 * speaker frees it with bgp_neighbor_free(), which closes without
 * NOTIFICATIONs.
 */
struct bgp_neighbor *
bgp_neighbor_new(struct bgp_speaker *speaker,
		 const struct bgp_neighbor_options *options,
		 const struct address *address);
void bgp_neighbor_free(struct bgp_neighbor *neighbor);

/*
 * Take other options for the same peer. They count for the next connection, and
 * `reset` ends those that are there (RFC 4486: Other Configuration Change). A
 * changed TCP-MD5 key counts at once.
 */
void bgp_neighbor_reconfigure(struct bgp_neighbor *neighbor,
			      const struct bgp_neighbor_options *options,
			      bool reset);
/* Begin to dial, unless the neighbor is passive. */
void bgp_neighbor_start(struct bgp_neighbor *neighbor);
/* The same, once the connections that wait to be accepted have been. */
void bgp_neighbor_start_soon(struct bgp_neighbor *neighbor);
/* True if connections from `remote` are the neighbor's. */
bool bgp_neighbor_is_at(const struct bgp_neighbor *neighbor,
			const struct bgp_endpoint *remote);
/* Take over an accepted socket, or close it if it cannot be used. */
void bgp_neighbor_accept(struct bgp_neighbor *neighbor,
			 const struct bgp_endpoint *remote, int fd);
/* End all connections with this NOTIFICATION, and never dial again. */
void bgp_neighbor_stop(struct bgp_neighbor *neighbor,
		       const struct bgp_notification *notification);
/* Leave the session's input in the kernel, or read it again. */
void bgp_neighbor_hold_input(struct bgp_neighbor *neighbor, bool hold);
/* End the session because it cannot be served; `reason` becomes its last error. */
void bgp_neighbor_reject(struct bgp_neighbor *neighbor, const char *reason);
/*
 * End the session because the peer announced more than max-prefix (RFC 4486 4),
 * and accept none for the configured time.
 */
void bgp_neighbor_exceeded(struct bgp_neighbor *neighbor,
			   enum bgp_family family);
/* End the session because its link is down: there is no way for a NOTIFICATION. */
void bgp_neighbor_link_down(struct bgp_neighbor *neighbor);
/* End the session because BFD reports that the path failed (RFC 9384). */
void bgp_neighbor_bfd_down(struct bgp_neighbor *neighbor);
/*
 * Report that nothing is left to send. End the first table with End-of-RIB (RFC
 * 4724 2) and the answer to a ROUTE-REFRESH with EoRR (RFC 7313 4); without
 * either this does nothing.
 */
void bgp_neighbor_table_sent(struct bgp_neighbor *neighbor);

/* Return the state of the connection that has come further. */
enum bgp_state bgp_neighbor_state(const struct bgp_neighbor *neighbor);
/* True if no connection is open and we will open none. */
bool bgp_neighbor_is_idle(const struct bgp_neighbor *neighbor);
/* Get the time until we dial again. False if no attempt is planned. */
bool bgp_neighbor_next_attempt(const struct bgp_neighbor *neighbor,
			       uint64_t *wait_ms);
/* Format "10.0.0.2", "fe80::1%eth0", or "eth0" while its peer is unknown. */
const char *bgp_neighbor_name(const struct bgp_neighbor *neighbor,
			      char text[BGP_NEIGHBOR_NAME_SIZE]);
/*
 * Explain what is wrong, with the kernel's current counters: why no session
 * comes up, or that further connections are refused. False if there is nothing
 * to explain.
 */
bool bgp_neighbor_hint(const struct bgp_neighbor *neighbor,
		       const struct bgp_tcp_drops *now, char *text,
		       size_t size);

#endif
