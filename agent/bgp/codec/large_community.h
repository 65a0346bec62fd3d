/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_LARGE_COMMUNITY_H
#define BGP_LARGE_COMMUNITY_H

/*
 * Large communities (RFC 8092): three 32-bit numbers. A list is seen through a
 * reader passed by value; its length is a checked multiple of 12.
 */

#include "bgp/codec/text.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stdint.h>

struct large_community {
	uint32_t administrator;
	uint32_t local[2];
};

/*
 * Return the list without repetitions (RFC 8092 3): `list` itself if it has
 * none or if `w` has no room, else a sorted copy in `w`. Takes O(n log n) steps
 * for any input.
 */
struct reader large_community_list_unique(struct reader list, struct writer *w);

/* Take a community off the list and show it: "65001:1:2". */
void large_community_show(struct text *text, struct reader *list);

#endif
