/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_OPTIONS_H
#define BGP_OPTIONS_H

/*
 * The options of the BGP speaker: plain values. The list of neighbors belongs
 * to the owner of the structure and must outlive the speaker. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/session/neighbor_options.h"
#include "core/endpoint.h"

enum bgp_options_limits {
	BGP_MAX_NEIGHBORS = 1024,
	BGP_MAX_MEMBERS = 64,
	BGP_DYNAMIC_LIMIT = 4096, /* the default */
};

/* RFC 5065. */
struct bgp_confederation {
	uint32_t identifier; /* the AS that others see; 0: no confederation */
	uint32_t members[BGP_MAX_MEMBERS]; /* without our own AS */
	size_t member_count;
};

struct bgp_options {
	uint32_t as;
	uint32_t identifier; /* router id, host byte order */
	struct bgp_confederation confederation;
	struct endpoint listen; /* [::]: IPv4, too */
	const struct bgp_neighbor_options *neighbors;
	size_t neighbor_count;
	uint32_t dynamic_limit; /* sessions of the peers of all prefixes */
};

extern const struct bgp_options bgp_options_default;

bool bgp_options_equal(const struct bgp_options *a,
		       const struct bgp_options *b);

/* Count the members in a range of AS numbers. */
uint32_t bgp_confederation_count(const struct bgp_confederation *confederation,
				 uint32_t first, uint32_t last);
/* True if all AS numbers that the neighbor may have are other members'. */
bool neighbor_is_member(const struct bgp_neighbor_options *neighbor,
			const struct bgp_confederation *confederation);

#endif
