// SPDX-License-Identifier: BSD-2-Clause
/* Import rules. See import.h. */

#include "rib/import.h"

#include "bgp/codec/as_path.h"

const struct vip_options *import_vip(const struct import_options *options,
				     const struct prefix *prefix)
{
	const struct vip_options *longest = NULL;

	for (size_t i = 0; i < options->vip_count; i++) {
		const struct vip_options *vip = &options->vips[i];

		if (prefix_covers(&vip->prefix, prefix) &&
		    (!longest || vip->prefix.length > longest->prefix.length))
			longest = vip;
	}
	return longest;
}

static bool is_inside_vip(const struct import_options *options,
			  const struct prefix *prefix)
{
	return import_vip(options, prefix);
}

enum import_loop import_find_loop(const struct import_options *options,
				  const struct bgp_attributes *attributes)
{
	struct reader clusters = attributes->cluster_list;

	if (as_path_contains(attributes->as_path, import_public_as(options)))
		return IMPORT_LOOP_AS;
	/* RFC 5065 4: our member AS counts in confederation segments. */
	if (as_path_contains_member(attributes->as_path, options->local_as))
		return IMPORT_LOOP_MEMBER_AS;
	if ((attributes->present & BGP_HAS_ORIGINATOR_ID) &&
	    attributes->originator_id == options->local_identifier)
		return IMPORT_LOOP_ORIGINATOR;
	while (clusters.left)
		if (reader_u32(&clusters) == options->cluster_id)
			return IMPORT_LOOP_CLUSTER;
	return IMPORT_LOOP_NONE;
}

bool import_is_loop(const struct import_options *options,
		    const struct bgp_attributes *attributes)
{
	return import_find_loop(options, attributes) != IMPORT_LOOP_NONE;
}

static bool is_aggregate(const struct import_options *options,
			 const struct prefix *prefix)
{
	for (size_t i = 0; i < options->aggregate_count; i++)
		if (prefix_equal(&options->aggregates[i].prefix, prefix))
			return true;
	return false;
}

enum import_reason import_check(const struct import_options *options,
				const struct import_hooks *hooks,
				enum neighbor_role role,
				const struct prefix *prefix)
{
	if (!prefix->length)
		return IMPORT_DEFAULT_ROUTE;
	if (hooks->is_own_address &&
	    hooks->is_own_address(prefix, hooks->context))
		return IMPORT_OWN_ADDRESS;
	if (role == NEIGHBOR_ROLE_BACKEND && hooks->is_nexthop_subnet &&
	    hooks->is_nexthop_subnet(prefix, hooks->context))
		return IMPORT_NEXTHOP_SUBNET;
	if (is_aggregate(options, prefix))
		return IMPORT_AGGREGATE;
	return is_inside_vip(options, prefix) ? IMPORT_ACCEPTED :
						IMPORT_OUTSIDE_VIP;
}

static bool is_among(const struct neighbor_vips *vips,
		     const struct prefix *prefix)
{
	for (size_t i = 0; i < vips->count; i++)
		if (prefix_covers(&vips->prefixes[i], prefix))
			return true;
	return !vips->count;
}

enum import_reason import_check_neighbor(const struct neighbor_vips *vips,
					 uint8_t max_length,
					 const struct prefix *prefix)
{
	if (!is_among(vips, prefix))
		return IMPORT_NOT_ITS_VIP;
	return max_length && prefix->length > max_length ?
		       IMPORT_PREFIX_LENGTH :
		       IMPORT_ACCEPTED;
}

enum import_reason import_by_policy(enum neighbor_role role,
				    enum policy_verdict verdict)
{
	switch (verdict) {
	case POLICY_ALLOW:
		return IMPORT_ACCEPTED;
	case POLICY_DENY:
		return IMPORT_DENIED_BY_RULE;
	case POLICY_UNDECIDED:
		break;
	}
	return role == NEIGHBOR_ROLE_BACKEND || role == NEIGHBOR_ROLE_PEER ?
		       IMPORT_ACCEPTED :
		       IMPORT_NO_POLICY;
}
