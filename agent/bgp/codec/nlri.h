/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NLRI_H
#define BGP_NLRI_H

/*
 * Lists of prefixes as UPDATEs carry them: a length in bits and as many bytes
 * as these need (RFC 4271 4.3, RFC 4760 5), behind a path identifier if the
 * session has agreed on that (RFC 7911 3). IPv4 and IPv6, both ways.
 */

#include "bgp/codec/family.h"
#include "core/address.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What names a path on a session. */
struct bgp_path_key {
	struct prefix prefix;
	uint32_t path_id; /* 0 where there are no path identifiers */
};

/* A list from the wire, or what is left of it. */
struct bgp_nlri {
	struct reader bytes;
	enum bgp_family family;
	bool add_path;
};

enum bgp_nlri_verdict {
	BGP_NLRI_OK,
	BGP_NLRI_MARTIAN,   /* all can be read; some will be passed over */
	BGP_NLRI_MALFORMED, /* what follows the bad prefix cannot be found */
};

/* To be asked once, before the list is walked. */
enum bgp_nlri_verdict bgp_nlri_check(struct bgp_nlri nlri);

/*
 * The next prefix, host bits cleared; false at the end. Martians (martian.h)
 * are passed over, so that nobody can announce one (RFC 4271 6.3). On a list
 * that was not checked it also returns false at an error and leaves
 * `nlri->bytes` failed.
 */
bool bgp_nlri_next(struct bgp_nlri *nlri, struct bgp_path_key *key);

/* How prefixes are to be written. */
struct bgp_nlri_format {
	enum bgp_family family;
	bool add_path;
};

/* Bytes that `key` takes. */
size_t bgp_nlri_size(const struct bgp_nlri_format *format,
		     const struct bgp_path_key *key);

/*
 * How many of the `count` keys at the beginning are of the format's family and
 * fit in `room` bytes together. `used`: the bytes that these take.
 */
size_t bgp_nlri_fit(const struct bgp_nlri_format *format,
		    const struct bgp_path_key *keys, size_t count, size_t room,
		    size_t *used);

void bgp_nlri_encode(struct writer *w, const struct bgp_nlri_format *format,
		     const struct bgp_path_key *keys, size_t count);

/* The family of a prefix's address. */
enum bgp_family bgp_nlri_family(const struct prefix *prefix);

#endif
