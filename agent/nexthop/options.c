// SPDX-License-Identifier: BSD-2-Clause
/* Comparison of the options of next-hop tracking. See options.h. */

#include "nexthop/options.h"

#include <string.h>

const struct nexthop_options nexthop_options_default = {
	.bfd_interval_ms = 300,
	.bfd_multiplier = 3,
	/* Silence is a death after 900 ms at most. */
	.probe_interval_ms = 300,
	.probe_count = 4,
};

bool nexthop_options_equal(const struct nexthop_options *a,
			   const struct nexthop_options *b)
{
	if (a->bfd != b->bfd || a->bfd_interval_ms != b->bfd_interval_ms ||
	    a->bfd_multiplier != b->bfd_multiplier ||
	    a->probe_interval_ms != b->probe_interval_ms ||
	    a->probe_count != b->probe_count ||
	    a->hold_down_s != b->hold_down_s ||
	    a->link_speeds != b->link_speeds ||
	    a->interface_count != b->interface_count)
		return false;
	for (size_t i = 0; i < a->interface_count; i++)
		if (strcmp(a->interfaces[i], b->interfaces[i]))
			return false;
	return true;
}
