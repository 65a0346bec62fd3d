/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_TLV_H
#define BGP_TLV_H

/*
 * Lists of type, length and value inside attributes. Each RFC has its own sizes
 * of type and length; the walk is the same for all.
 */

#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tlv {
	uint16_t type;
	struct reader value;
	struct reader whole; /* type and length included */
};

struct tlv_format {
	uint8_t type_size;   /* 1 or 2 */
	uint8_t length_size; /* 1 or 2 */
	bool whole_length;   /* the length includes type and length */
	/* Types from here on have a length of 2 bytes; 0: none. RFC 9012 2. */
	uint16_t long_from;
};

extern const struct tlv_format tlv_of_aigp;   /* RFC 7311 3 */
extern const struct tlv_format tlv_of_sid;    /* RFC 8669 3 */
extern const struct tlv_format tlv_of_tunnel; /* RFC 9012 2 */
extern const struct tlv_format tlv_of_tunnel_part;
extern const struct tlv_format tlv_of_link_state; /* RFC 9552 5.1 */

/*
 * Take the next TLV off the list. False at the end, and for a truncated TLV,
 * which leaves `list` failed.
 */
bool tlv_next(struct reader *list, const struct tlv_format *format,
	      struct tlv *tlv);

/* True if the list consists of whole TLVs. */
bool tlv_list_is_whole(struct reader list, const struct tlv_format *format);

#endif
