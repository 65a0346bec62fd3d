/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BMP_ENCODE_H
#define BMP_ENCODE_H

/* Messages to collectors, made of sessions and routes. Each is one writer. */

#include "bgp/codec/bmp.h"
#include "bgp/session/speaker.h"
#include "rib/rib.h"

/* A route that is announced, or withdrawn. */
struct bmp_route {
	struct bgp_path_key key;
	const struct bgp_attributes *attributes; /* NULL: withdrawn */
};

/* Return the header for messages about a neighbor that is up, as of now. */
struct bmp_peer bmp_peer_of(const struct bgp_neighbor *neighbor,
			    enum bmp_rib rib);
struct bmp_peer bmp_loc_rib_of(const struct bgp_options *options);

void bmp_encode_hello(struct writer *w);
void bmp_encode_peer_up(struct writer *w, const struct bgp_neighbor *neighbor);
/* Loc-RIB is a peer, too, which is always up. */
void bmp_encode_loc_rib_up(struct writer *w, const struct bgp_options *options);
void bmp_encode_peer_down(struct writer *w,
			  const struct bgp_neighbor *neighbor);
/*
 * Write a route as on the session of `neighbor`, or for Loc-RIB (NULL). It fails
 * the writer if it does not fit in an UPDATE.
 */
void bmp_encode_route(struct writer *w, const struct bmp_peer *peer,
		      const struct bgp_neighbor *neighbor,
		      const struct bmp_route *route);
/* Write an UPDATE as it came, or as it is sent. `body` is without its header. */
void bmp_encode_update(struct writer *w, const struct bmp_peer *peer,
		       struct reader body);
void bmp_encode_end_of_rib(struct writer *w, const struct bmp_peer *peer,
			   enum bgp_family family);
void bmp_encode_statistics(struct writer *w,
			   const struct bgp_neighbor *neighbor);
void bmp_encode_loc_rib_statistics(struct writer *w,
				   const struct bgp_options *options,
				   const struct rib *rib);

#endif
