/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_CAPABILITY_H
#define BGP_CAPABILITY_H

/*
 * Capabilities: the values inside of an OPEN that say what a speaker can do
 * (RFC 5492). Each is a code, a length and a value; one table names them, says
 * how long a value may be, and how it is read and written.
 */

#include "bgp/codec/open.h"

/*
 * Reads the triples of one Capabilities parameter into `open`. A code we do
 * not know is counted in `ignored` (RFC 5492 3). On false `error` is the
 * NOTIFICATION to send.
 */
bool bgp_capabilities_decode(struct reader list, struct bgp_open *open,
			     struct bgp_notification *error);

/* The triples of all capabilities whose bits are set, in order of code. */
void bgp_capabilities_encode(struct writer *w, const struct bgp_open *open);

/* "4-byte AS", ...; NULL for a code we do not know. */
const char *bgp_capability_name(unsigned int code);

#endif
