/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_CAPABILITY_H
#define BGP_CAPABILITY_H

/*
 * Capabilities of an OPEN (RFC 5492). Each is a code, a length and a value; one
 * table has their names, the lengths of their values and the functions that
 * read and write them.
 */

#include "bgp/codec/open.h"

/*
 * Read the capabilities of one Capabilities parameter into `open`. Unknown
 * codes are counted in `ignored` (RFC 5492 3). On false `error` is the
 * NOTIFICATION to send.
 */
bool bgp_capabilities_decode(struct reader list, struct bgp_open *open,
			     struct bgp_notification *error);

/* Write all capabilities whose bits are set, in order of code. */
void bgp_capabilities_encode(struct writer *w, const struct bgp_open *open);

/* "4-byte AS", ...; NULL for an unknown code. */
const char *bgp_capability_name(unsigned int code);

#endif
