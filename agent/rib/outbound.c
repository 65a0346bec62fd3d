// SPDX-License-Identifier: BSD-2-Clause
/* Attributes on their way to a neighbor. See outbound.h. */

#include "rib/outbound.h"

#include "bgp/codec/as_path.h"
#include "bgp/codec/community.h"
#include "bgp/codec/extended_community.h"
#include "bgp/codec/tunnel.h"
#include "rib/otc.h"
#include "rib/rib_internal.h"

/* Apply the rules. Without rules the result is undecided. */
static struct policy_result
apply_export_rules(struct rib *rib, const struct update_profile *to,
		   const struct prefix *prefix,
		   struct bgp_attributes *attributes)
{
	const struct policy_peer view = {
		.local_as = rib->options.import.local_as,
		.nexthop = &to->nexthops[bgp_nlri_family(prefix)],
		.about = &to->rules,
	};
	struct policy_result result = { .verdict = POLICY_UNDECIDED };

	if (rib->policy.used[RULE_TO])
		policy_apply(&rib->policy, RULE_TO, &view, prefix, attributes,
			     &rib->policy_scratch, &result);
	return result;
}

static bool is_reflected(const struct update_profile *to,
			 const struct export_origin *origin)
{
	return origin->type == PEER_INTERNAL && to->type == PEER_INTERNAL;
}

static bool keeps_nexthop(const struct update_profile *to,
			  const struct export_origin *origin,
			  const struct attribute_set *set)
{
	/* An aggregate of ours has no next hop of its own. */
	if (address_is_zero(rib_nexthop_address(set->nexthop)))
		return false;
	switch (to->nexthop) {
	case NEIGHBOR_NEXTHOP_SELF:
		return false;
	case NEIGHBOR_NEXTHOP_UNCHANGED:
		return to->type != PEER_EXTERNAL;
	default:
		return is_reflected(to, origin);
	}
}

/* Set the next hop after the rules. Returns whether it was kept. */
static bool choose_nexthop(const struct update_profile *to,
			   const struct prefix *prefix,
			   const struct attribute_set *set,
			   const struct export_origin *origin,
			   const struct policy_result *result,
			   struct bgp_attributes *out)
{
	bool keeps = keeps_nexthop(to, origin, set);

	if (keeps || result->set & POLICY_SET_NEXTHOP)
		return keeps;
	out->nexthop = to->nexthops[bgp_nlri_family(prefix)];
	out->link_local = (struct address){ 0 };
	return false;
}

enum export_reason outbound_check_rules(struct rib *rib,
					const struct update_profile *to,
					const struct prefix *prefix,
					const struct attribute_set *set,
					const struct export_origin *origin,
					struct policy_trace *trace)
{
	struct bgp_attributes attributes = attribute_set_view(set);
	struct policy_result result =
		apply_export_rules(rib, to, prefix, &attributes);

	*trace = result.trace;
	if (result.verdict == POLICY_DENY)
		return EXPORT_DENIED_BY_RULE;
	if (result.verdict == POLICY_UNDECIDED &&
	    to->role != NEIGHBOR_ROLE_UPSTREAM &&
	    to->role != NEIGHBOR_ROLE_PEER)
		return EXPORT_ROLE;
	choose_nexthop(to, prefix, set, origin, &result, &attributes);
	return bgp_update_carries_nexthop(&to->session, &attributes.nexthop,
					  bgp_nlri_family(prefix)) ?
		       EXPORT_ANNOUNCED :
		       EXPORT_NO_NEXTHOP;
}

enum {
	/* Inside our AS only: RFC 4456 8. */
	REFLECTION = BGP_HAS_ORIGINATOR_ID | BGP_HAS_CLUSTER_LIST,
	/* RFC 4271 5.1.5, RFC 7311 3.4. */
	INTERNAL_ONLY = REFLECTION | BGP_HAS_LOCAL_PREF | BGP_HAS_AIGP,
	SHUTDOWN_LOCAL_PREF = 0,
};

/* Return the bytes written since `before`. */
static struct reader written_since(const struct writer *w, size_t before)
{
	return reader_of(w->data + before, w->used - before);
}

static struct reader transitive_only(struct writer *w, struct reader list,
				     size_t size)
{
	size_t before = w->used;

	extended_community_write_transitive(w, list, size);
	return written_since(w, before);
}

/* RFC 4360 6. */
static void drop_communities(struct writer *w, struct bgp_attributes *out)
{
	out->extended_communities = transitive_only(
		w, out->extended_communities, BGP_EXTENDED_COMMUNITY_SIZE);
	if (!out->extended_communities.left)
		out->present &= ~BGP_HAS_EXTENDED_COMMUNITIES;
	out->ipv6_extended_communities =
		transitive_only(w, out->ipv6_extended_communities,
				BGP_IPV6_EXTENDED_COMMUNITY_SIZE);
	if (!out->ipv6_extended_communities.left)
		out->present &= ~BGP_HAS_IPV6_EXTENDED_COMMUNITIES;
}

/* Apply remove-private-as and as-override of the neighbor. */
static void change_path(struct writer *w, const struct update_profile *to,
			uint32_t own, struct bgp_attributes *out)
{
	size_t before = w->used;

	as_path_replace(w, out->as_path, to->override_as, own,
			to->remove_private_as);
	out->as_path = written_since(w, before);
}

/*
 * Other ASes see the AS of the confederation in place of its members that a
 * route came through: RFC 5065 4.1.
 */
static void make_external(const struct rib *rib, struct writer *w,
			  const struct update_profile *to, bool keep_med,
			  struct bgp_attributes *out)
{
	size_t before = w->used;

	out->present &= ~INTERNAL_ONLY;
	if (!keep_med)
		out->present &= ~BGP_HAS_MED;
	as_path_strip_confederations(w, out->as_path);
	out->as_path = written_since(w, before);
	if (to->remove_private_as || to->override_as)
		change_path(w, to, import_public_as(&rib->options.import), out);
	before = w->used;
	as_path_prepend(w, out->as_path, import_public_as(&rib->options.import),
			1);
	out->as_path = written_since(w, before);
	drop_communities(w, out);
}

/* Add ORIGINATOR_ID, unless present, and our cluster: RFC 4456 8. */
static void add_reflection(const struct rib *rib, struct writer *w,
			   const struct export_origin *origin,
			   struct bgp_attributes *out)
{
	size_t before = w->used;

	writer_u32(w, rib->options.import.cluster_id);
	writer_bytes(w, out->cluster_list.data, out->cluster_list.left);
	out->cluster_list = written_since(w, before);
	if (!(out->present & BGP_HAS_ORIGINATOR_ID))
		out->originator_id = origin->identifier;
	out->present |= REFLECTION;
}

/*
 * Add GRACEFUL_SHUTDOWN: RFC 8326 4.2. Neighbors inside our AS do not apply the
 * rule for it, which others have for external sessions. For them LOCAL_PREF is
 * set to 0, as the rule would do.
 */
static void mark_shutdown(struct writer *w, struct bgp_attributes *out)
{
	size_t before = w->used;

	if (out->present & BGP_HAS_LOCAL_PREF)
		out->local_pref = SHUTDOWN_LOCAL_PREF;
	if (community_list_contains(out->communities,
				    BGP_COMMUNITY_GRACEFUL_SHUTDOWN))
		return;
	writer_bytes(w, out->communities.data, out->communities.left);
	writer_u32(w, BGP_COMMUNITY_GRACEFUL_SHUTDOWN);
	out->communities = written_since(w, before);
	out->present |= BGP_HAS_COMMUNITIES;
}

static void prepend_member(const struct rib *rib, struct writer *w,
			   struct bgp_attributes *out)
{
	size_t before = w->used;

	as_path_prepend_member(w, out->as_path, rib->options.import.local_as);
	out->as_path = written_since(w, before);
}

static void make_internal(const struct rib *rib, struct writer *w,
			  const struct update_profile *to,
			  const struct export_origin *origin,
			  struct bgp_attributes *out)
{
	if (!(out->present & BGP_HAS_LOCAL_PREF))
		out->local_pref = DEFAULT_LOCAL_PREF;
	out->present |= BGP_HAS_LOCAL_PREF;
	if (is_reflected(to, origin))
		add_reflection(rib, w, origin, out);
	else
		out->present &= ~REFLECTION;
	if (to->type == PEER_CONFEDERATION)
		prepend_member(rib, w, out);
}

/*
 * Replace the link bandwidth in the attributes. Returns a set that the caller
 * releases, or NULL: no room.
 */
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
	extended_community_write_bandwidth(
		&w, (uint16_t)(as > BGP_AS_MAX_2_BYTE ? BGP_AS_TRANS : as),
		bytes_per_second, true);
	if (w.failed || w.used - others > UINT16_MAX)
		return NULL;
	out.extended_communities = reader_of(w.data + others, w.used - others);
	out.present |= BGP_HAS_EXTENDED_COMMUNITIES;
	return attribute_set_intern(&rib->attributes, &out, 0);
}

struct attribute_set *outbound_set(struct rib *rib, const struct route *route,
				   struct attribute_set *set)
{
	struct attribute_set *with = NULL;
	double bytes_per_second;

	if (route && rib->options.announce_bandwidth &&
	    route_bandwidth(rib, route, &bytes_per_second))
		with = with_bandwidth(rib, set, bytes_per_second);
	if (with)
		return with;
	set->references++;
	return set;
}

struct bgp_attributes outbound_attributes(struct rib *rib,
					  const struct update_profile *to,
					  const struct prefix *prefix,
					  const struct attribute_set *set,
					  const struct export_origin *origin)
{
	struct bgp_attributes out = attribute_set_view(set);
	struct policy_result result = apply_export_rules(rib, to, prefix, &out);
	bool keeps = choose_nexthop(to, prefix, set, origin, &result, &out);
	struct writer w =
		writer_of(rib->export_scratch, sizeof(rib->export_scratch));

	/* AIGP would lack the cost from here to the next hop: RFC 7311 3.4. */
	if (!keeps) {
		out.present &= ~BGP_HAS_AIGP;
		bgp_tunnel_remove(&w, &out);
	}
	if (to->type == PEER_EXTERNAL)
		make_external(rib, &w, to, result.set & POLICY_SET_MED, &out);
	else
		make_internal(rib, &w, to, origin, &out);
	otc_mark_sent(to->relation, import_public_as(&rib->options.import),
		      &out);
	if (rib->shutdown == RIB_SHUTDOWN_GRACEFUL)
		mark_shutdown(&w, &out);
	return out;
}
