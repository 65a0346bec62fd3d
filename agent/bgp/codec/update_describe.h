/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_UPDATE_DESCRIBE_H
#define BGP_UPDATE_DESCRIBE_H

/* The error of an UPDATE in words, for logs and for explain. Pure. */

#include "bgp/codec/update.h"

#include <stddef.h>

enum bgp_update_describe_sizes {
	BGP_UPDATE_ERROR_TEXT_SIZE = 120,
};

/*
 * Describe the error: "NEXT_HOP (3): not a host address: 224.0.0.1", or "ORIGIN
 * (1): bad value: 0x07" of an attribute that could not be decoded. A text that
 * does not fit is cut, and ends in "...". Return `text`.
 */
const char *bgp_update_describe(const struct bgp_update *update,
				char text[BGP_UPDATE_ERROR_TEXT_SIZE]);

#endif
