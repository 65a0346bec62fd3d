/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_COMMUNITY_H
#define BGP_COMMUNITY_H

/*
 * Communities (RFC 1997): 32-bit values, on the wire one after another. A list
 * is seen through a reader passed by value; its length is a checked multiple
 * of 4.
 */

#include "bgp/codec/protocol.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stdint.h>

enum community_sizes {
	COMMUNITY_TEXT_SIZE = 20, /* the longest well-known name */
};

bool community_list_contains(struct reader list, uint32_t community);

/* Return the name of a well-known community, "no-export", or NULL. */
const char *community_name(uint32_t community);
/* Return the names one after another, from 0; NULL at the end. */
const char *community_known_name(size_t index);
/* Look up a well-known community by its name. False if there is none. */
bool community_read_name(const char *name, uint32_t *community);

/*
 * Format "64512:100", or the name of a well-known community such as
 * "no-export". Write at most COMMUNITY_TEXT_SIZE bytes. Return `text`.
 */
const char *community_format(uint32_t community, char *text);

#endif
