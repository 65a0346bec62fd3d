/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_EXCHANGE_H
#define BGP_EXCHANGE_H

/*
 * Options for the exchange of routes with a neighbor: session/ keeps them with
 * the neighbor, rib/ acts by them. Pure.
 */

enum neighbor_role {
	NEIGHBOR_ROLE_NONE, /* no routes either way (RFC 8212) */
	NEIGHBOR_ROLE_BACKEND,
	NEIGHBOR_ROLE_UPSTREAM,
	NEIGHBOR_ROLE_PEER,
	NEIGHBOR_ROLE_COUNT,
};

/* The next hop of announced VIPs. */
enum neighbor_nexthop {
	NEIGHBOR_NEXTHOP_AUTO, /* unchanged if reflected, else self */
	NEIGHBOR_NEXTHOP_SELF,
	NEIGHBOR_NEXTHOP_UNCHANGED,
	NEIGHBOR_NEXTHOP_COUNT,
};

/* The reaction to more prefixes than max-prefix. */
enum neighbor_max_prefix_action {
	NEIGHBOR_MAX_PREFIX_BLOCK, /* refuse further ones, keep the others */
	NEIGHBOR_MAX_PREFIX_RESTART,
	NEIGHBOR_MAX_PREFIX_WARN,
	NEIGHBOR_MAX_PREFIX_ACTION_COUNT,
};

/* Names as in --neighbor, indexed by these enums. */
extern const char *const neighbor_role_names[NEIGHBOR_ROLE_COUNT];
extern const char *const neighbor_nexthop_names[NEIGHBOR_NEXTHOP_COUNT];
extern const char *const
	neighbor_max_prefix_action_names[NEIGHBOR_MAX_PREFIX_ACTION_COUNT];

#endif
