/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_MESSAGE_H
#define BGP_MESSAGE_H

/*
 * Framing: splits the byte stream of a connection into messages and writes the
 * header of those we send (RFC 4271 4.1, 6.1). It knows the possible lengths of
 * each type of message, but not its contents.
 */

#include "bgp/codec/notification.h"
#include "bgp/codec/protocol.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bgp_message_status {
	BGP_MESSAGE_INCOMPLETE, /* no error so far: read more */
	BGP_MESSAGE_OK,
	BGP_MESSAGE_ERROR, /* the stream is out of step: close it */
};

struct bgp_message {
	/* BGP_MESSAGE_OK: */
	enum bgp_message_type type;
	size_t size;	    /* bytes to drop from the stream, header included */
	struct reader body; /* without the header; points into `data` */
	/* BGP_MESSAGE_ERROR: */
	struct bgp_notification error;
	bool silent; /* the NOTIFICATION must not be sent: RFC 4271 6.4 */
};

/*
 * Read the first message of the `size` bytes at `data`. A wrong byte is an
 * error at once, before the rest of the header has arrived. `max_size` is the
 * negotiated size (struct bgp_negotiated), or BGP_MAX_MESSAGE before. `out` is
 * written for BGP_MESSAGE_OK and BGP_MESSAGE_ERROR only.
 */
enum bgp_message_status bgp_message_next(const uint8_t *data, size_t size,
					 size_t max_size,
					 struct bgp_message *out);

/*
 * Write the header of a message whose length is not known yet. Return where it
 * begins, for bgp_message_end(). A message that does not fit fails `w`.
 */
size_t bgp_message_begin(struct writer *w, enum bgp_message_type type);
void bgp_message_end(struct writer *w, size_t begin);

void bgp_message_encode_keepalive(struct writer *w);

/* "OPEN", "UPDATE", ...; "unknown" for a type out of range. */
const char *bgp_message_name(unsigned int type);

#endif
