/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_MRT_H
#define BGP_MRT_H

/*
 * A dump of routes in the MRT format: TABLE_DUMP_V2 (RFC 6396 4.3), with path
 * identifiers as RFC 8050 4. First a record of the peers, then one for each
 * prefix, whose paths name their peer by its place in that record. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

#include "bgp/codec/attributes.h"
#include "core/address.h"
#include "core/wire.h"

struct mrt_peer {
	uint32_t identifier; /* BGP identifier, host byte order */
	uint32_t as;
	struct address address; /* all zero: routes of our own */
};

/* A path of a prefix. */
struct mrt_path {
	uint16_t peer;	  /* its place among the peers */
	uint32_t since_s; /* seconds since 1970 */
	uint32_t path_id; /* not written unless the record has them */
	const struct bgp_attributes *attributes;
};

/* The record of a prefix while it is written. */
struct mrt_rib {
	struct writer *w;
	size_t begin; /* of the record in `w` */
	size_t count_at;
	uint16_t count;
	bool path_ids;
	bool ipv6;
};

enum mrt_sizes {
	/* Without the peers, and of each. */
	MRT_PEERS_SIZE = 12 + 8,
	MRT_PEER_SIZE = 1 + 4 + 16 + 4,
	/* Without the paths; and of each at most, beside its canonical form. */
	MRT_RIB_SIZE = 12 + 4 + 1 + 16 + 2,
	MRT_PATH_SIZE = 2 + 4 + 4 + 2 + 4 + 33,
};

/* Write the record of the peers, of a collector with this BGP identifier. */
void mrt_write_peers(struct writer *w, uint32_t now_s, uint32_t collector,
		     const struct mrt_peer *peers, uint16_t count);

/* Begin the record of a prefix. `sequence` counts them from 0. */
struct mrt_rib mrt_rib_begin(struct writer *w, uint32_t now_s,
			     uint32_t sequence, const struct prefix *prefix,
			     bool path_ids);
/*
 * Add a path. False, and nothing is written, if its attributes do not fit in
 * 65,535 bytes, or there are as many paths.
 */
bool mrt_rib_add(struct mrt_rib *rib, const struct mrt_path *path);
void mrt_rib_end(struct mrt_rib *rib);

#endif
