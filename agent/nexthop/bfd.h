/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_BFD_H
#define NEXTHOP_BFD_H

/*
 * Bidirectional Forwarding Detection with neighbors on our links (RFC 5880,
 * RFC 5881): sockets and timers around the state machine in bfd_session.h.
 *
 * There is one session for each address, with the same intervals for all. A
 * packet is accepted only if it came over the session's link, from the
 * neighbor's address and MAC, with a hop limit that no router has lowered (RFC
 * 5881 5) and our discriminator, or none if the neighbor has restarted. That is
 * stricter than RFC 5880 6.3, which checks the sender's address only until it
 * knows our discriminator. A session with a key accepts signed packets only (RFC
 * 5880 6.7). All other packets are counted and dropped.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/bfd_auth.h"
#include "nexthop/bfd_given.h"
#include "nexthop/bfd_session.h"
#include "nexthop/bfd_socket.h"

struct bfd;
struct bfd_peer;
struct event_base;

enum bfd_limits {
	BFD_MAX_PEERS = 512, /* each has a descriptor */
};

/* The sockets that own the UDP port, one for each family. */
enum bfd_port {
	BFD_PORT_IPV4,
	BFD_PORT_IPV6,
	BFD_PORT_COUNT,
};

/* The results for received packets. */
enum bfd_count {
	BFD_COUNT_ACCEPTED,
	BFD_COUNT_MALFORMED,
	BFD_COUNT_WRONG_HOP_LIMIT,
	BFD_COUNT_NO_SESSION, /* unknown sender, or over another link */
	BFD_COUNT_WRONG_DISCRIMINATOR,
	BFD_COUNT_WRONG_MAC, /* of another host than the next hop's */
	BFD_COUNT_WRONG_KEY, /* of a session with a key */
	BFD_COUNT_UNPROVEN, /* without our discriminator, while others have it */
	BFD_COUNT_COUNT,
};

/* Called from the event loop. */
struct bfd_callbacks {
	/* Must not open or close a session. */
	void (*changed)(void *owner, void *context);
	/* Called last, after any number of changes; may open and close. */
	void (*drained)(void *context);
	void *context;
};

/*
 * Listen in both families, or in IPv4 alone if the host has no IPv6. The caller
 * frees with bfd_free(), which ends all sessions. `ports` are the sockets that
 * own the UDP port, from another process (-1: none); those that are taken become
 * -1. NULL: there are none. Returns 0 or -errno; then `error` (size bytes) says
 * what failed and what to do.
 */
int bfd_new(struct event_base *base, const struct bfd_timing *timing,
	    const struct bfd_callbacks *callbacks, int ports[BFD_PORT_COUNT],
	    struct bfd **bfd, char *error, size_t size);
void bfd_free(struct bfd *bfd);
/* Take another timing for sessions from now on. */
void bfd_set_timing(struct bfd *bfd, const struct bfd_timing *timing);

/*
 * Start a session with `address` for `owner`; it sends nothing before
 * bfd_set_link(). The caller ends it with bfd_close(), which sends AdminDown.
 * `key` may be of type BFD_AUTH_NONE. Returns 0 or -errno: -ENOSPC beyond
 * BFD_MAX_PEERS.
 */
int bfd_open(struct bfd *bfd, const struct address *address,
	     const struct bfd_key *key, void *owner, struct bfd_peer **peer);
void bfd_close(struct bfd_peer *peer);
/* Set the neighbor's link (0: none) and our address there. */
void bfd_set_link(struct bfd_peer *peer, uint32_t ifindex,
		  const struct address *local);
/* Set the neighbor's MAC; packets from others are dropped. Zero: not known. */
void bfd_set_mac(struct bfd_peer *peer, const uint8_t mac[MAC_SIZE]);

/*
 * Sessions on their way to another process, in order: the process that has them
 * pauses, and nothing is sent, received or declared dead. It exports each with
 * its sockets, which stay its own. The other one adopts them, which begins its
 * pause; orphans are those that it does not want. When it is in charge it goes
 * on: it sends a packet for each at once, and AdminDown for orphans. If it never
 * is, the first one goes on.
 */
void bfd_pause(struct bfd *bfd);
void bfd_go_on(struct bfd *bfd);
/* Return the socket that owns the port, or -1. */
int bfd_port_fd(const struct bfd *bfd, enum bfd_port port);
/* Describe a session; return its socket. */
int bfd_export(const struct bfd_peer *peer, struct bfd_given *given);
/*
 * Take over a session and its socket, which is closed in case of an error. The
 * key must be of the type that was given. `owner`: NULL for an orphan. Returns 0
 * or -errno.
 */
int bfd_adopt(struct bfd *bfd, const struct bfd_given *given, int fd,
	      const struct bfd_key *key, void *owner, struct bfd_peer **peer);
/* Send a packet for each session, in a time in which the loop does not run. */
void bfd_send_all(struct bfd *bfd);

const struct bfd_session *bfd_peer_session(const struct bfd_peer *peer);
const uint64_t *bfd_counts(const struct bfd *bfd);
/* "accepted", ... */
const char *bfd_count_name(enum bfd_count count);

#endif
