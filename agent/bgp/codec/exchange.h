/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_EXCHANGE_H
#define BGP_EXCHANGE_H

/*
 * Options for the exchange of routes with a neighbor: session/ keeps them with
 * the neighbor, rib/ acts by them. Pure.
 */

#include <stdint.h>

#include "core/address.h"

enum neighbor_role {
	NEIGHBOR_ROLE_NONE, /* no routes either way (RFC 8212) */
	NEIGHBOR_ROLE_BACKEND,
	NEIGHBOR_ROLE_UPSTREAM,
	NEIGHBOR_ROLE_PEER,
	NEIGHBOR_ROLE_COUNT,
};

/*
 * The next hop of VIPs that are announced to the neighbor, or the one that VIPs
 * learned from it may have.
 */
enum neighbor_nexthop {
	NEIGHBOR_NEXTHOP_AUTO, /* the default of both directions */
	/* Announced; auto: unchanged if reflected, else self. */
	NEIGHBOR_NEXTHOP_SELF,
	NEIGHBOR_NEXTHOP_UNCHANGED,
	/* Learned; auto: neighbor_learned_nexthop(). */
	NEIGHBOR_NEXTHOP_PEER,	  /* the neighbor itself */
	NEIGHBOR_NEXTHOP_ON_LINK, /* on a link of this host */
	NEIGHBOR_NEXTHOP_ANY,
	NEIGHBOR_NEXTHOP_COUNT,
	NEIGHBOR_NEXTHOP_FIRST_LEARNED = NEIGHBOR_NEXTHOP_PEER,
};

/* The reaction to more prefixes than max-prefix. */
enum neighbor_max_prefix_action {
	NEIGHBOR_MAX_PREFIX_BLOCK, /* refuse further ones, keep the others */
	NEIGHBOR_MAX_PREFIX_RESTART,
	NEIGHBOR_MAX_PREFIX_WARN,
	NEIGHBOR_MAX_PREFIX_ACTION_COUNT,
};

enum neighbor_vips_limits {
	NEIGHBOR_MAX_VIPS = 16,
};

/* The prefixes that a neighbor may announce, and prefixes inside them. */
struct neighbor_vips {
	uint8_t count; /* 0: all of --vip */
	struct prefix prefixes[NEIGHBOR_MAX_VIPS];
};

/* Names as in --neighbor, indexed by these enums. */
extern const char *const neighbor_role_names[NEIGHBOR_ROLE_COUNT];
extern const char *const neighbor_nexthop_names[NEIGHBOR_NEXTHOP_COUNT];
extern const char *const
	neighbor_max_prefix_action_names[NEIGHBOR_MAX_PREFIX_ACTION_COUNT];

#endif
