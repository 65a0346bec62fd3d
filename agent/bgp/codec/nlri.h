/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NLRI_H
#define BGP_NLRI_H

/*
 * NLRI: lists of prefixes in UPDATEs. A prefix is a length in bits and as many
 * bytes as the bits need (RFC 4271 4.3, RFC 4760 5), after a path identifier if
 * that was negotiated (RFC 7911 3). Both families, decoding and encoding.
 */

#include "bgp/codec/family.h"
#include "core/address.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The key of a path on a session. */
struct bgp_path_key {
	struct prefix prefix;
	uint32_t path_id; /* 0 on a session without path identifiers */
};

/* A list from the wire, or the rest of it. */
struct bgp_nlri {
	struct reader bytes;
	enum bgp_family family;
	bool add_path;
	bool has_no_martians; /* it was checked: bgp_nlri_next() need not */
};

enum bgp_nlri_verdict {
	BGP_NLRI_OK,
	BGP_NLRI_MARTIAN,   /* well-formed; martians will be skipped */
	BGP_NLRI_MALFORMED, /* the bytes after a bad prefix have no meaning */
};

/* Check a whole list, once, before it is walked. Sets `has_no_martians`. */
enum bgp_nlri_verdict bgp_nlri_check(struct bgp_nlri *nlri);

/*
 * Take the next prefix off the list, with host bits cleared. False at the end.
 * Martians (martian.h) are skipped (RFC 4271 6.3). On a list that was not
 * checked, an error ends it, too, and leaves `nlri->bytes` failed.
 */
bool bgp_nlri_next(struct bgp_nlri *nlri, struct bgp_path_key *key);

/* The encoding of prefixes on a session. */
struct bgp_nlri_format {
	enum bgp_family family;
	bool add_path;
};

/* Return how many bytes `key` takes. */
size_t bgp_nlri_size(const struct bgp_nlri_format *format,
		     const struct bgp_path_key *key);

/*
 * Count the keys at the beginning that are of the format's family and fit in
 * `room` bytes together. Set `used` to the bytes that these take.
 */
size_t bgp_nlri_fit(const struct bgp_nlri_format *format,
		    const struct bgp_path_key *keys, size_t count, size_t room,
		    size_t *used);

void bgp_nlri_encode(struct writer *w, const struct bgp_nlri_format *format,
		     const struct bgp_path_key *keys, size_t count);

/* Return the family of a prefix. */
enum bgp_family bgp_nlri_family(const struct prefix *prefix);

#endif
