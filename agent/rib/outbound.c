// SPDX-License-Identifier: BSD-2-Clause
/* What becomes of attributes on their way to a neighbor. See outbound.h. */

#include "rib/outbound.h"

#include "bgp/as_path.h"
#include "bgp/community.h"
#include "bgp/extended_community.h"
#include "rib/table.h"

static bool is_held_back(const struct rib_peer *peer,
			 const struct bgp_attributes *attributes)
{
	struct reader list = attributes->communities;

	return community_list_contains(list, BGP_COMMUNITY_NO_ADVERTISE) ||
	       (peer->source.type == PEER_EXTERNAL &&
		(community_list_contains(list, BGP_COMMUNITY_NO_EXPORT) ||
		 community_list_contains(list,
					 BGP_COMMUNITY_NO_EXPORT_SUBCONFED)));
}

/* The result is undecided without rules. */
static struct policy_result ask_rules(struct rib *rib,
				      const struct rib_peer *peer,
				      const struct prefix *prefix,
				      struct bgp_attributes *attributes)
{
	const struct policy_peer view = rib_policy_peer(rib, peer);
	struct policy_result result = { .verdict = POLICY_UNDECIDED };

	if (rib->options.policy.used[RULE_TO])
		policy_apply(&rib->options.policy, RULE_TO, &view, prefix,
			     attributes, &rib->policy_scratch, &result);
	return result;
}

bool outbound_is_allowed(struct rib *rib, const struct rib_peer *peer,
			 const struct prefix *prefix,
			 const struct attribute_set *set,
			 struct policy_trace *trace)
{
	struct bgp_attributes attributes = attribute_set_view(set);
	struct policy_result result;

	if (is_held_back(peer, &attributes))
		return false;
	result = ask_rules(rib, peer, prefix, &attributes);
	*trace = result.trace;
	return result.verdict == POLICY_ALLOW ||
	       (result.verdict == POLICY_UNDECIDED &&
		peer->role == NEIGHBOR_ROLE_UPSTREAM);
}

enum {
	/* Of our own AS only: RFC 4271 5.1.5, RFC 4456 8, RFC 7311 3.4. */
	INTERNAL_ONLY = BGP_HAS_LOCAL_PREF | BGP_HAS_ORIGINATOR_ID |
			BGP_HAS_CLUSTER_LIST | BGP_HAS_AIGP,
};

static struct reader transitive_only(struct writer *w, struct reader list,
				     size_t size)
{
	size_t before = w->used;

	extended_community_write_transitive(w, list, size);
	return reader_of(w->data + before, w->used - before);
}

/* Towards another AS; what is rewritten lies in the rib's scratch. */
static void make_external(struct rib *rib, struct bgp_attributes *out)
{
	struct writer w =
		writer_of(rib->export_scratch, sizeof(rib->export_scratch));

	as_path_prepend(&w, out->as_path, rib->options.import.local_as, 1);
	out->as_path = reader_of(w.data, w.used);
	out->extended_communities = transitive_only(
		&w, out->extended_communities, BGP_EXTENDED_COMMUNITY_SIZE);
	if (!out->extended_communities.left)
		out->present &= ~BGP_HAS_EXTENDED_COMMUNITIES;
	out->ipv6_extended_communities =
		transitive_only(&w, out->ipv6_extended_communities,
				BGP_IPV6_EXTENDED_COMMUNITY_SIZE);
	if (!out->ipv6_extended_communities.left)
		out->present &= ~BGP_HAS_IPV6_EXTENDED_COMMUNITIES;
}

/* In place of the one the path came with, which is gone; NULL: no room. */
static struct attribute_set *with_bandwidth(struct rib *rib,
					    const struct attribute_set *set,
					    double bytes_per_second)
{
	struct bgp_attributes out = attribute_set_view(set);
	struct reader longer = out.ipv6_extended_communities;
	uint32_t as = rib->options.import.local_as;
	struct writer w =
		writer_of(rib->export_scratch, sizeof(rib->export_scratch));
	size_t others;

	extended_community_write_other(&w, longer,
				       BGP_IPV6_EXTENDED_COMMUNITY_SIZE);
	others = w.used;
	out.ipv6_extended_communities = reader_of(w.data, others);
	if (!others)
		out.present &= ~BGP_HAS_IPV6_EXTENDED_COMMUNITIES;
	extended_community_write_other(&w, out.extended_communities,
				       BGP_EXTENDED_COMMUNITY_SIZE);
	link_bandwidth_write(
		&w, (uint16_t)(as > BGP_AS_MAX_2_BYTE ? BGP_AS_TRANS : as),
		bytes_per_second, true);
	if (w.failed || w.used - others > UINT16_MAX)
		return NULL;
	out.extended_communities = reader_of(w.data + others, w.used - others);
	out.present |= BGP_HAS_EXTENDED_COMMUNITIES;
	return attribute_set_intern(&rib->attributes, &out, 0);
}

struct attribute_set *outbound_set(struct rib *rib, const struct route *route,
				   const struct path *best)
{
	struct attribute_set *set = NULL;
	double bytes_per_second;

	if (rib->options.announce_bandwidth &&
	    route_bandwidth(rib, route, &bytes_per_second))
		set = with_bandwidth(rib, best->attributes, bytes_per_second);
	if (!set) {
		set = best->attributes;
		set->references++;
	}
	return set;
}

struct bgp_attributes outbound_attributes(struct rib *rib,
					  const struct rib_peer *peer,
					  const struct prefix *prefix,
					  const struct attribute_set *set)
{
	struct bgp_attributes out = attribute_set_view(set);
	struct policy_result result = ask_rules(rib, peer, prefix, &out);
	uint32_t local_pref = out.present & BGP_HAS_LOCAL_PREF ?
				      out.local_pref :
				      (uint32_t)DEFAULT_LOCAL_PREF;

	if (!(result.set & POLICY_SET_NEXT_HOP)) {
		out.next_hop = peer->local_address;
		out.link_local = (struct address){ 0 };
	}
	if (!(result.set & POLICY_SET_MED))
		out.present &= ~BGP_HAS_MED;
	out.present &= ~INTERNAL_ONLY;
	if (peer->source.type == PEER_EXTERNAL) {
		make_external(rib, &out);
	} else {
		out.present |= BGP_HAS_LOCAL_PREF;
		out.local_pref = local_pref;
	}
	return out;
}
