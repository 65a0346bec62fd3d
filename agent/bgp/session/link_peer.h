/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_LINK_PEER_H
#define BGP_LINK_PEER_H

/*
 * The one peer behind an interface: the link-local address that the kernel's
 * neighbor table knows there, from router advertisements or from talking to it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

/* What is seen of an interface's entries while they are gone through. */
struct bgp_link_peers {
	size_t routers;
	size_t hosts;
	struct address router; /* the last one seen */
	struct address host;
};

/* Goes through part of an answer to RTM_GETNEIGH. Pure. */
void bgp_link_peers_scan(const void *messages, size_t size,
			 unsigned int ifindex, struct bgp_link_peers *peers);
/* The only router or, if there is none, the only host. False: no telling. */
bool bgp_link_peers_pick(const struct bgp_link_peers *peers,
			 struct address *peer);

/* Asks the kernel. 0, -ENOENT if there is not exactly one, or -errno. */
int bgp_link_peer_find(unsigned int ifindex, struct address *peer);

#endif
