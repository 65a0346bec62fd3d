/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_LINK_PEER_H
#define BGP_LINK_PEER_H

/*
 * The peer behind an interface: the link-local address in the kernel's neighbor
 * table, which has it from router advertisements or from earlier traffic.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

/* Entries of one interface, counted while a dump is read. */
struct bgp_link_peers {
	size_t routers;
	size_t hosts;
	struct address router; /* of the last entry */
	struct address host;
};

/* Count the entries in a part of a RTM_GETNEIGH dump. Pure. */
void bgp_link_peers_scan(const void *messages, size_t size,
			 unsigned int ifindex, struct bgp_link_peers *peers);
/*
 * Pick the only router or, without routers, the only host. False if there is no
 * such one.
 */
bool bgp_link_peers_pick(const struct bgp_link_peers *peers,
			 struct address *peer);

/*
 * Dump the table and pick. Return 0, -ENOENT if there is not exactly one, or
 * -errno.
 */
int bgp_link_peer_find(unsigned int ifindex, struct address *peer);

#endif
