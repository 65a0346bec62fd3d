// SPDX-License-Identifier: BSD-2-Clause
/* Import rules. See import.h. */

#include "rib/import.h"

#include "bgp/as_path.h"

static bool is_vip(const struct import_options *options,
		   const struct prefix *prefix)
{
	if (!prefix_is_host(prefix))
		return false;
	for (size_t i = 0; i < options->vip_count; i++)
		if (prefix_covers(&options->vips[i], prefix))
			return true;
	return false;
}

enum path_reason import_check(const struct import_options *options,
			      enum neighbor_role role,
			      const struct prefix *prefix,
			      struct reader as_path)
{
	if (role != NEIGHBOR_ROLE_BACKEND || !is_vip(options, prefix))
		return REASON_FILTERED;
	if (as_path_contains(as_path, options->local_as))
		return REASON_LOOP;
	return REASON_NONE;
}
