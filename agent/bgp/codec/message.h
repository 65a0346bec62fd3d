/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_MESSAGE_H
#define BGP_MESSAGE_H

/*
 * Framing: cuts the byte stream of a connection into messages and puts the
 * header on those we send (RFC 4271 4.1, 6.1). Knows how long a message of each
 * type may be, and nothing of what it says.
 */

#include "bgp/codec/notification.h"
#include "bgp/codec/protocol.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bgp_message_status {
	BGP_MESSAGE_INCOMPLETE, /* nothing wrong so far: read more */
	BGP_MESSAGE_OK,
	BGP_MESSAGE_ERROR, /* the stream is lost: close the connection */
};

struct bgp_message {
	/* BGP_MESSAGE_OK: */
	enum bgp_message_type type;
	size_t size;	    /* bytes to drop from the stream, header included */
	struct reader body; /* what follows the header, in the caller's data */
	/* BGP_MESSAGE_ERROR: */
	struct bgp_notification error;
	bool silent; /* the peer must not be told: RFC 4271 6.4 */
};

/*
 * Looks at the first message of the `size` bytes at `data`. Any byte that
 * cannot begin a message is an error at once, without waiting for the rest of
 * the header. `max_size` is the longest message agreed on the session
 * (struct bgp_negotiated), or BGP_MAX_MESSAGE before there is one.
 * `out` is written for BGP_MESSAGE_OK and BGP_MESSAGE_ERROR only.
 */
enum bgp_message_status bgp_message_next(const uint8_t *data, size_t size,
					 size_t max_size,
					 struct bgp_message *out);

/*
 * Writes the header of a message whose length is not known yet. Returns where
 * it begins, for bgp_message_end(). A message that does not fit fails `w`.
 */
size_t bgp_message_begin(struct writer *w, enum bgp_message_type type);
void bgp_message_end(struct writer *w, size_t begin);

void bgp_message_encode_keepalive(struct writer *w);

/* "OPEN", "UPDATE", ...; "unknown" for a type out of range. */
const char *bgp_message_name(unsigned int type);

#endif
