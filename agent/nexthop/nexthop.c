// SPDX-License-Identifier: BSD-2-Clause
/* State names, and is it alive? See nexthop.h. */

#include "nexthop/nexthop.h"

static const char *const state_names[NEXTHOP_STATE_COUNT] = {
	[NEXTHOP_UNREACHABLE] = "unreachable",
	[NEXTHOP_RESOLVING] = "resolving",
	[NEXTHOP_RESOLVED] = "resolved",
	[NEXTHOP_SUSPECT] = "suspect",
	[NEXTHOP_FAILED] = "failed",
};

bool nexthop_is_alive(const struct nexthop *nexthop)
{
	return (nexthop->bfd == NEXTHOP_BFD_SILENT ||
		nexthop->bfd == NEXTHOP_BFD_DRAINING) &&
	       (nexthop->state == NEXTHOP_RESOLVED ||
		nexthop->state == NEXTHOP_SUSPECT);
}

const char *nexthop_state_name(enum nexthop_state state)
{
	return state_names[state];
}
