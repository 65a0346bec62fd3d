/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_RAW_ATTRIBUTE_H
#define BGP_RAW_ATTRIBUTE_H

/*
 * One path attribute on the wire: flags, type, a length of one or two bytes,
 * value (RFC 4271 4.3).
 */

#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct raw_attribute {
	uint8_t flags; /* enum bgp_attribute_flags */
	uint8_t type;  /* enum bgp_attribute_type, or an unknown one */
	struct reader value;
	struct reader whole; /* header included */
};

enum raw_attribute_sizes {
	RAW_ATTRIBUTE_HEADER = 3, /* with a length of one byte */
	RAW_ATTRIBUTE_MAX = UINT16_MAX,
};

/*
 * Take the next attribute off `block`. False at the end, and for a truncated
 * attribute, which leaves `block` failed.
 */
bool raw_attribute_next(struct reader *block, struct raw_attribute *raw);

/* Return how many bytes an attribute with a value of this length takes. */
size_t raw_attribute_size(size_t length);

/* Write the shortest header; `length` is at most RAW_ATTRIBUTE_MAX. */
void raw_attribute_header(struct writer *w, unsigned int flags,
			  unsigned int type, size_t length);

#endif
