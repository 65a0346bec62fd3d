/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_NOTIFICATION_H
#define BGP_NOTIFICATION_H

/*
 * NOTIFICATION messages (RFC 4271 4.5, 6.4). Decoders report errors in this
 * form, too: one that rejects a message returns the NOTIFICATION to send. The
 * data is a copy, because the message it came from may have left the buffer
 * when the answer is written.
 */

#include "bgp/codec/family.h"
#include "bgp/codec/protocol.h"
#include "bgp/codec/text.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bgp_notification_limits {
	/* The data helps the peer's operator; longer data is cut. */
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

/* Set all fields; `data` may be NULL if `size` is 0. */
void bgp_notification_set(struct bgp_notification *n, unsigned int code,
			  unsigned int subcode, const void *data, size_t size);

/*
 * Set a Cease with a text for the peer's operator (RFC 9003 2), in UTF-8. A
 * text of more than 255 bytes is cut at the end of a character.
 */
void bgp_notification_set_shutdown(struct bgp_notification *n,
				   enum bgp_cease_subcode subcode,
				   const char *text);

/* Set a Cease: the peer announced more than `limit` prefixes (RFC 4486 4). */
void bgp_notification_set_max_prefixes(struct bgp_notification *n,
				       enum bgp_family family, uint32_t limit);

/*
 * Set a hard reset, a Cease that ends the session even if NOTIFICATIONs are
 * covered by graceful restart (RFC 8538 3). `inner`, another object, is the
 * reason.
 */
void bgp_notification_set_hard_reset(struct bgp_notification *n,
				     const struct bgp_notification *inner);
/*
 * True if the session is not to come back: such a NOTIFICATION must be sent as
 * a hard reset, or the peer keeps our routes (RFC 8538 5.1).
 */
bool bgp_notification_is_final(const struct bgp_notification *n);

/* Write the whole message, header included. */
void bgp_notification_encode(struct writer *w,
			     const struct bgp_notification *n);

/*
 * Decode the body. False if it is shorter than code and subcode, which must not
 * be answered (RFC 4271 6.4).
 */
bool bgp_notification_decode(struct reader body, struct bgp_notification *n);

/*
 * Format "Cease/Administrative Shutdown", or "Cease/subcode 77" for an unknown
 * one. Write at most BGP_NOTIFICATION_NAME_SIZE bytes. Return `text`.
 */
const char *bgp_notification_name(unsigned int code, unsigned int subcode,
				  char *text);

/*
 * Show the operator's text in the data of a Cease (RFC 9003 2), safe to log:
 * control and non-ASCII bytes, quotes and backslashes are written as \xNN.
 * False if there is none or if its length byte does not match the data.
 */
bool bgp_notification_show_shutdown(struct text *text, struct reader data);

#endif
