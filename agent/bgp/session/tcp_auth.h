/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_TCP_AUTH_H
#define BGP_TCP_AUTH_H

/*
 * Signed TCP segments: TCP-MD5 (RFC 2385) and TCP-AO (RFC 5925). A key belongs
 * to the addresses of a prefix and is given to the listener, from which
 * accepted sockets inherit it, and to each socket that is to connect.
 *
 * A peer with a key is heard with good signatures only; the kernel drops all
 * else and tells nobody, but counts (tcp_drops.h).
 */

#include "bgp/session/neighbor_options.h"
#include "core/address.h"

/* "tcp-md5", "tcp-ao", or NULL if the neighbor has no key. */
const char *bgp_tcp_auth_name(const struct bgp_neighbor_options *config);

/*
 * Gives the socket the neighbor's key for the addresses of `peers`; nothing to
 * do if there is none. Returns 0 or -errno: -ENOPROTOOPT if the kernel cannot.
 */
int bgp_tcp_auth_set(int fd, const struct bgp_neighbor_options *config,
		     const struct prefix *peers);

/* What to do about it, naming the kernel's option. */
const char *bgp_tcp_auth_advice(const struct bgp_neighbor_options *config,
				int code);

#endif
