// SPDX-License-Identifier: BSD-2-Clause
/* Whether a route is announced. See export_rule.h. */

#include "rib/export_rule.h"

#include "bgp/codec/community.h"
#include "rib/otc.h"

/* Return how many living next hops the route needs now. */
static uint32_t threshold(const struct export_readiness *now)
{
	uint32_t least = now->min_nexthops;

	if (now->vip && now->vip->min_nexthops)
		least = now->vip->min_nexthops;
	if (!now->announced && now->vip && now->vip->return_nexthops)
		return now->vip->return_nexthops;
	return least;
}

enum export_reason export_rule_route(const struct export_readiness *now)
{
	if (!now->living || !now->forwarding)
		return EXPORT_NOT_FORWARDING;
	if (now->living < threshold(now))
		return EXPORT_BELOW_MIN_NEXTHOPS;
	if (now->vip && now->bandwidth < now->vip->min_bandwidth)
		return EXPORT_BELOW_MIN_BANDWIDTH;
	if (!now->announced && !now->waited)
		return EXPORT_ANNOUNCE_DELAY;
	return EXPORT_ANNOUNCED;
}

/*
 * True if the route came from this neighbor, or came from inside the AS and
 * would go inside (RFC 4271 9.2), neither from nor to a client (RFC 4456 6).
 */
static bool is_behind_horizon(const struct update_profile *to, uint64_t bit,
			      const struct export_origin *origin)
{
	if (origin->bit & bit)
		return true;
	return origin->type == PEER_INTERNAL && to->type == PEER_INTERNAL &&
	       !origin->client && !to->client;
}

/*
 * RFC 1997. NO_EXPORT_SUBCONFED keeps a route inside one member of a
 * confederation.
 */
static bool is_no_export_to(const struct update_profile *to, struct reader list)
{
	return (to->type == PEER_EXTERNAL &&
		community_list_contains(list, BGP_COMMUNITY_NO_EXPORT)) ||
	       (to->type != PEER_INTERNAL &&
		community_list_contains(list,
					BGP_COMMUNITY_NO_EXPORT_SUBCONFED));
}

/*
 * RFC 9494 4.3: a stale route goes only to neighbors that prefer any other. Also
 * inside our AS: 4.6 allows it there, but with a LOCAL_PREF that others may
 * overrule.
 */
static bool is_stale_to(const struct update_profile *to, struct reader list)
{
	return !to->session.long_lived_stale &&
	       community_list_contains(list, BGP_COMMUNITY_LLGR_STALE);
}

enum export_reason export_rule_peer(const struct update_profile *to,
				    uint64_t bit,
				    const struct export_origin *origin,
				    const struct bgp_attributes *attributes)
{
	if (is_behind_horizon(to, bit, origin))
		return EXPORT_SPLIT_HORIZON;
	if (community_list_contains(attributes->communities,
				    BGP_COMMUNITY_NO_ADVERTISE))
		return EXPORT_NO_ADVERTISE;
	if (is_no_export_to(to, attributes->communities))
		return EXPORT_NO_EXPORT;
	if (is_stale_to(to, attributes->communities))
		return EXPORT_LLGR_STALE;
	if (otc_keeps_from(to->relation, attributes))
		return EXPORT_OTC;
	return EXPORT_ANNOUNCED;
}
