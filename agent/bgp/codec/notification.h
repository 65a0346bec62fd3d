/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NOTIFICATION_H
#define BGP_NOTIFICATION_H

/*
 * NOTIFICATION messages (RFC 4271 4.5, 6.4) and, in the same shape, every
 * error this codec finds: a decoder that rejects something hands back the
 * NOTIFICATION to send. The data is a copy, because the message it came from
 * is often gone from the buffer by the time the answer is written.
 */

#include "bgp/codec/family.h"
#include "bgp/codec/protocol.h"
#include "bgp/codec/text.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bgp_notification_limits {
	/*
	 * The data is for people to read at the other end; of a longer one the
	 * beginning is kept.
	 */
	BGP_NOTIFICATION_DATA_MAX = 512,
	BGP_SHUTDOWN_TEXT_MAX = 255, /* bytes on the wire, RFC 9003 2 */
	/* Every byte may become "\xNN". */
	BGP_SHUTDOWN_TEXT_SIZE = 4 * BGP_SHUTDOWN_TEXT_MAX + 1,
	BGP_NOTIFICATION_NAME_SIZE = 80,
};

/* Only the first `data_size` bytes of `data` are set. */
struct bgp_notification {
	uint8_t code;	 /* enum bgp_error_code */
	uint8_t subcode; /* by code: enum bgp_open_subcode, ... */
	uint16_t data_size;
	uint8_t data[BGP_NOTIFICATION_DATA_MAX];
};

/* Sets all fields; `data` may be NULL if `size` is 0. */
void bgp_notification_set(struct bgp_notification *n, unsigned int code,
			  unsigned int subcode, const void *data, size_t size);

/*
 * Cease with a text for the peer's operator (RFC 9003 2), in UTF-8. Of one
 * longer than 255 bytes the beginning, up to the end of a character.
 */
void bgp_notification_set_shutdown(struct bgp_notification *n,
				   enum bgp_cease_subcode subcode,
				   const char *text);

/* Cease: the peer has announced more than `limit` prefixes (RFC 4486 4). */
void bgp_notification_set_max_prefixes(struct bgp_notification *n,
				       enum bgp_family family, uint32_t limit);

/*
 * Cease that ends the session also for a peer with which a NOTIFICATION alone
 * would not (RFC 8538 3); `inner`, another object, says why.
 */
void bgp_notification_set_hard_reset(struct bgp_notification *n,
				     const struct bgp_notification *inner);
/*
 * True if it says that the session is not wanted any more: it has to be sent as
 * a hard reset then, because the peer would keep our routes (RFC 8538 5.1).
 */
bool bgp_notification_is_final(const struct bgp_notification *n);

/* The whole message, header included. */
void bgp_notification_encode(struct writer *w,
			     const struct bgp_notification *n);

/* False if the body is shorter than code and subcode. Never to be answered. */
bool bgp_notification_decode(struct reader body, struct bgp_notification *n);

/*
 * "Cease/Administrative Shutdown", or "Cease/subcode 77" for what is not
 * assigned. Writes at most BGP_NOTIFICATION_NAME_SIZE bytes, returns `text`.
 */
const char *bgp_notification_name(unsigned int code, unsigned int subcode,
				  char *text);

/*
 * The operator's text in the data of a Cease (RFC 9003 2), safe to log: control
 * and non-ASCII bytes, quotes and backslashes are written as \xNN. False if
 * there is none or if its length byte does not agree with the data.
 */
bool bgp_notification_show_shutdown(struct text *text, struct reader data);

#endif
