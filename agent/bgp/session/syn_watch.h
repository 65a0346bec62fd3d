/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_SYN_WATCH_H
#define BGP_SYN_WATCH_H

/*
 * SYNs for our BGP port, seen before TCP judges them. The kernel drops one with a
 * wrong signature, or from too far away, without notice to either end, and counts
 * it for the whole host; by its SYN the peer is known. Packet sockets with a
 * filter receive them, a bounded number in a second.
 */

#include <stdbool.h>
#include <stddef.h>

#include "bgp/session/attempts.h"

struct bgp_neighbor;
struct bgp_speaker;
struct bgp_syn_watch;

/* Begin to watch. The caller frees with bgp_syn_watch_free(). Returns 0 or -errno. */
int bgp_syn_watch_new(struct bgp_speaker *speaker, struct bgp_syn_watch **out);
void bgp_syn_watch_free(struct bgp_syn_watch *watch);
/* Learn that an address has a connection. `watch` may be NULL here and below. */
void bgp_syn_watch_connected(struct bgp_syn_watch *watch,
			     const struct address *from);
/*
 * Format why the attempts of a peer with these options came to nothing. False if
 * there is nothing to say.
 */
bool bgp_syn_watch_hint(const struct bgp_syn_watch *watch,
			const struct address *from,
			const struct bgp_neighbor_options *options, char *text,
			size_t size);
/*
 * Get the address at a place from 0 to BGP_ATTEMPTS_MAX - 1, if it is a peer of a
 * prefix that a hint is about, and no neighbor as it never had a connection.
 */
bool bgp_syn_watch_stranger(const struct bgp_syn_watch *watch, size_t place,
			    struct address *from);
/*
 * Return a neighbor that stands for such an address, for show neighbors; or NULL.
 * The caller frees it with bgp_neighbor_free().
 */
struct bgp_neighbor *bgp_syn_watch_show(const struct bgp_syn_watch *watch,
					const struct address *from);

#endif
