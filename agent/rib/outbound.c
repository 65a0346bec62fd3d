// SPDX-License-Identifier: BSD-2-Clause
/* What becomes of attributes on their way to a neighbor. See outbound.h. */

#include "rib/outbound.h"

#include "bgp/as_path.h"
#include "bgp/community.h"
#include "bgp/extended_community.h"
#include "rib/otc.h"
#include "rib/table.h"

enum {
	/* Of our own AS only: RFC 4456 8. */
	REFLECTION = BGP_HAS_ORIGINATOR_ID | BGP_HAS_CLUSTER_LIST,
	/* The same: RFC 4271 5.1.4 and 5.1.5, RFC 7311 3.4. */
	INTERNAL_ONLY = REFLECTION | BGP_HAS_MED | BGP_HAS_LOCAL_PREF |
			BGP_HAS_AIGP,
	LEAVING_LOCAL_PREF = 0,
};

/* What was written since `before`. */
static struct reader written(const struct writer *w, size_t before)
{
	return reader_of(w->data + before, w->used - before);
}

static struct reader transitive_only(struct writer *w, struct reader list,
				     size_t size)
{
	size_t before = w->used;

	extended_community_write_transitive(w, list, size);
	return written(w, before);
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

/*
 * RFC 5065 4.1: who is outside sees one AS, in place of the members that a route
 * came through.
 */
static void make_external(const struct rib *rib, struct writer *w,
			  struct bgp_attributes *out)
{
	size_t before = w->used;

	out->present &= ~INTERNAL_ONLY;
	as_path_strip_confederations(w, out->as_path);
	out->as_path = written(w, before);
	before = w->used;
	as_path_prepend(w, out->as_path, import_public_as(&rib->options.import),
			1);
	out->as_path = written(w, before);
	drop_communities(w, out);
}

/* RFC 4456 8: who said it first, and all clusters that it came through. */
static void reflect(const struct rib *rib, struct writer *w,
		    const struct export_origin *origin,
		    struct bgp_attributes *out)
{
	size_t before = w->used;

	writer_u32(w, rib->options.import.cluster_id);
	writer_bytes(w, out->cluster_list.data, out->cluster_list.left);
	out->cluster_list = written(w, before);
	if (!(out->present & BGP_HAS_ORIGINATOR_ID))
		out->originator_id = origin->identifier;
	out->present |= REFLECTION;
}

/*
 * RFC 8326 4.2. Inside our AS nobody applies the rule that others have for
 * sessions from outside, so that we say what it would do: LOCAL_PREF 0.
 */
static void announce_leaving(struct writer *w, struct bgp_attributes *out)
{
	size_t before = w->used;

	if (out->present & BGP_HAS_LOCAL_PREF)
		out->local_pref = LEAVING_LOCAL_PREF;
	if (community_list_contains(out->communities,
				    BGP_COMMUNITY_GRACEFUL_SHUTDOWN))
		return;
	writer_bytes(w, out->communities.data, out->communities.left);
	writer_u32(w, BGP_COMMUNITY_GRACEFUL_SHUTDOWN);
	out->communities = written(w, before);
	out->present |= BGP_HAS_COMMUNITIES;
}

static bool is_reflected(const struct rib_peer *peer,
			 const struct export_origin *origin)
{
	return origin->type == PEER_INTERNAL &&
	       peer->source.type == PEER_INTERNAL;
}

static void prepend_member(const struct rib *rib, struct writer *w,
			   struct bgp_attributes *out)
{
	size_t before = w->used;

	as_path_prepend_member(w, out->as_path, rib->options.import.local_as);
	out->as_path = written(w, before);
}

static void make_internal(const struct rib *rib, struct writer *w,
			  const struct rib_peer *peer,
			  const struct export_origin *origin,
			  uint32_t local_pref, struct bgp_attributes *out)
{
	out->present |= BGP_HAS_LOCAL_PREF;
	out->local_pref = local_pref;
	if (is_reflected(peer, origin))
		reflect(rib, w, origin, out);
	else
		out->present &= ~REFLECTION;
	if (peer->source.type == PEER_CONFEDERATION)
		prepend_member(rib, w, out);
}

static bool keeps_next_hop(const struct rib_peer *peer,
			   const struct export_origin *origin,
			   const struct attribute_set *set)
{
	if (address_is_zero(&set->next_hop)) /* our own: an aggregate */
		return false;
	switch (peer->next_hop) {
	case NEIGHBOR_NEXT_HOP_SELF:
		return false;
	case NEIGHBOR_NEXT_HOP_UNCHANGED:
		return peer->source.type != PEER_EXTERNAL;
	default:
		return is_reflected(peer, origin);
	}
}

struct bgp_attributes outbound_attributes(struct rib *rib,
					  const struct rib_peer *peer,
					  const struct attribute_set *set,
					  const struct export_origin *origin)
{
	struct bgp_attributes out = attribute_set_view(set);
	struct writer w =
		writer_of(rib->export_scratch, sizeof(rib->export_scratch));

	if (!keeps_next_hop(peer, origin, set)) {
		out.next_hop = peer->local_address;
		out.link_local = (struct address){ 0 };
		/* The metric would lack the way from here: RFC 7311 3.4. */
		out.present &= ~BGP_HAS_AIGP;
	}
	if (peer->source.type == PEER_EXTERNAL)
		make_external(rib, &w, &out);
	else
		make_internal(rib, &w, peer, origin, set->local_pref, &out);
	otc_mark_sent(peer->relation, import_public_as(&rib->options.import),
		      &out);
	if (rib->presence == RIB_IS_LEAVING)
		announce_leaving(&w, &out);
	return out;
}
