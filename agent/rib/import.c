// SPDX-License-Identifier: BSD-2-Clause
/* Import rules. See import.h. */

#include "rib/import.h"

#include "bgp/as_path.h"

const struct vip_config *import_vip(const struct import_options *options,
				    const struct prefix *prefix)
{
	const struct vip_config *longest = NULL;

	for (size_t i = 0; i < options->vip_count; i++) {
		const struct vip_config *vip = &options->vips[i];

		if (prefix_covers(&vip->prefix, prefix) &&
		    (!longest || vip->prefix.length > longest->prefix.length))
			longest = vip;
	}
	return longest;
}

static bool is_vip(const struct import_options *options,
		   const struct prefix *prefix)
{
	return prefix_is_host(prefix) && import_vip(options, prefix);
}

/* RFC 4271 9.1.2; RFC 5065 4: our member's AS means us among members only. */
static bool came_through_us(const struct import_options *options,
			    struct reader path)
{
	return as_path_contains(path, import_public_as(options)) ||
	       as_path_contains_member(path, options->local_as);
}

static bool was_ours(const struct import_options *options,
		     const struct bgp_attributes *attributes)
{
	struct reader clusters = attributes->cluster_list;

	if (came_through_us(options, attributes->as_path) ||
	    ((attributes->present & BGP_HAS_ORIGINATOR_ID) &&
	     attributes->originator_id == options->local_identifier))
		return true;
	while (clusters.left)
		if (reader_u32(&clusters) == options->cluster_id)
			return true;
	return false;
}

enum path_reason import_check(const struct import_options *options,
			      enum neighbor_role role,
			      const struct prefix *prefix,
			      const struct bgp_attributes *attributes)
{
	if ((role != NEIGHBOR_ROLE_BACKEND && role != NEIGHBOR_ROLE_PEER) ||
	    !is_vip(options, prefix))
		return REASON_FILTERED;
	return was_ours(options, attributes) ? REASON_LOOP : REASON_NONE;
}
