// SPDX-License-Identifier: BSD-2-Clause
/* Names of options for the exchange of routes. See exchange.h. */

#include "bgp/codec/exchange.h"

const char *const neighbor_role_names[NEIGHBOR_ROLE_COUNT] = {
	[NEIGHBOR_ROLE_NONE] = "none",
	[NEIGHBOR_ROLE_BACKEND] = "backend",
	[NEIGHBOR_ROLE_UPSTREAM] = "upstream",
	[NEIGHBOR_ROLE_PEER] = "peer",
};

const char *const neighbor_nexthop_names[NEIGHBOR_NEXTHOP_COUNT] = {
	[NEIGHBOR_NEXTHOP_AUTO] = "auto",
	[NEIGHBOR_NEXTHOP_SELF] = "self",
	[NEIGHBOR_NEXTHOP_UNCHANGED] = "unchanged",
	[NEIGHBOR_NEXTHOP_PEER] = "peer",
	[NEIGHBOR_NEXTHOP_ON_LINK] = "on-link",
	[NEIGHBOR_NEXTHOP_ANY] = "any",
};

const char *const
	neighbor_max_prefix_action_names[NEIGHBOR_MAX_PREFIX_ACTION_COUNT] = {
		[NEIGHBOR_MAX_PREFIX_BLOCK] = "block",
		[NEIGHBOR_MAX_PREFIX_RESTART] = "restart",
		[NEIGHBOR_MAX_PREFIX_WARN] = "warn",
	};
