/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_TCP_AUTH_H
#define BGP_TCP_AUTH_H

/*
 * Signed TCP segments: TCP-MD5 (RFC 2385) and TCP-AO (RFC 5925). A key belongs
 * to the addresses of a prefix. It is set on the listener, from which accepted
 * sockets inherit it, and on each socket that connects.
 *
 * From a peer with a key the kernel accepts only segments with a good
 * signature. It drops others without notice to either side, but counts them
 * (tcp_drops.h).
 */

#include "bgp/session/neighbor_options.h"
#include "core/address.h"

/* True if both have the same key, or none. */
bool bgp_tcp_auth_equal(const struct bgp_neighbor_options *a,
			const struct bgp_neighbor_options *b);
/* "tcp-md5", "tcp-ao", or NULL if the neighbor has no key. */
const char *bgp_tcp_auth_name(const struct bgp_neighbor_options *neighbor);

/*
 * Set the neighbor's key for the addresses in `peers`, if it has one. Return 0
 * or -errno: -ENOPROTOOPT if the kernel lacks support.
 */
int bgp_tcp_auth_set(int fd, const struct bgp_neighbor_options *neighbor,
		     const struct prefix *peers);

/* Remove that key from a listener. */
void bgp_tcp_auth_remove(int fd, const struct bgp_neighbor_options *neighbor,
			 const struct prefix *peers);

/* Return the reason for an error of bgp_tcp_auth_set(), and what to do. */
const char *bgp_tcp_auth_advice(const struct bgp_neighbor_options *neighbor,
				int code);

#endif
