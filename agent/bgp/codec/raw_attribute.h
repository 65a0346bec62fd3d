/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_RAW_ATTRIBUTE_H
#define BGP_RAW_ATTRIBUTE_H

/*
 * Path attributes as they lie in a block: flags, type, a length of one byte or
 * two, value (RFC 4271 4.3). Whoever reads or writes a block of attributes does
 * it with these.
 */

#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct raw_attribute {
	uint8_t flags; /* enum bgp_attribute_flags */
	uint8_t type;  /* enum bgp_attribute_type, or any other */
	struct reader value;
	struct reader whole; /* header included */
};

enum raw_attribute_sizes {
	RAW_ATTRIBUTE_HEADER = 3, /* with a length of one byte */
	RAW_ATTRIBUTE_MAX = UINT16_MAX,
};

/* False at the end, or if the rest cannot be an attribute: `block` failed. */
bool raw_attribute_next(struct reader *block, struct raw_attribute *raw);

/* Bytes that an attribute with a value of this length takes. */
size_t raw_attribute_size(size_t length);

/* The header in its shortest form; `length` is up to RAW_ATTRIBUTE_MAX. */
void raw_attribute_header(struct writer *w, unsigned int flags,
			  unsigned int type, size_t length);

#endif
