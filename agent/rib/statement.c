// SPDX-License-Identifier: BSD-2-Clause
/* Our own statement about a VIP. See statement.h. */

#include "rib/statement.h"

#include "bgp/codec/community.h"
#include "core/array.h"
#include "rib/rib_internal.h"

enum {
	MARKS_MAX = 5,
	/* Attributes that pass-attributes passes. */
	PASSED = BGP_HAS_COMMUNITIES | BGP_HAS_EXTENDED_COMMUNITIES |
		 BGP_HAS_IPV6_EXTENDED_COMMUNITIES | BGP_HAS_LARGE_COMMUNITIES |
		 BGP_HAS_OTC | BGP_HAS_AGGREGATOR | BGP_HAS_ATOMIC_AGGREGATE,
};

static bool is_better(const struct path *a, const struct path *b)
{
	if (a->attributes->scope != b->attributes->scope)
		return a->attributes->scope < b->attributes->scope;
	if (a->best || b->best)
		return a->best;
	return path_tie_break(a, b) < 0;
}

const struct path *statement_choose(const struct route *route)
{
	const struct path *path = route->paths, *chosen = NULL;

	for (; path; path = path->next)
		if (path->reason == REASON_NONE &&
		    (!chosen || is_better(path, chosen)))
			chosen = path;
	return chosen;
}

enum export_reason statement_explain(const struct route *route,
				     const struct path *path)
{
	const struct path *chosen = statement_choose(route);

	if (path->reason != REASON_NONE || !chosen ||
	    path->attributes->scope == chosen->attributes->scope)
		return EXPORT_ANNOUNCED;
	return path->attributes->scope == ANNOUNCE_NOWHERE ?
		       EXPORT_NO_ADVERTISE :
		       EXPORT_NO_EXPORT;
}

bool statement_applies(const struct rib *rib, const struct path *path)
{
	/* The source is the first member of its peer. */
	const struct rib_peer *peer = (const struct rib_peer *)path->source;

	return rib->options.announce_as == ANNOUNCE_AS_ORIGIN &&
	       peer->role == NEIGHBOR_ROLE_BACKEND;
}

/*
 * Those that choose servers as we do need the path: role=peer, other members of
 * our confederation, and inside our AS what came from inside, which RFC 4456 and
 * RFC 5065 let pass unchanged. So do neighbors that get the server as next hop.
 */
bool statement_is_for_others(const struct update_profile *to,
			     const struct export_origin *origin)
{
	if (to->role == NEIGHBOR_ROLE_PEER || to->type == PEER_CONFEDERATION)
		return true;
	return to->type != PEER_EXTERNAL &&
	       (origin->type != PEER_EXTERNAL ||
		to->nexthop == NEIGHBOR_NEXTHOP_UNCHANGED);
}

static bool is_draining(const struct rib *rib, const struct route *route)
{
	const struct decision_options *options =
		rib_decision_options(rib, &route->node.prefix);
	const struct path *path = route->paths;

	while (path &&
	       (path->reason != REASON_NONE || path_is_draining(options, path)))
		path = path->next;
	return !path;
}

/*
 * Put the marks in place of the well-known communities (RFC 1997), which ask
 * their receiver for something: that is us, and BLACKHOLE of one server must not
 * take the VIP from the others.
 */
static void set_marks(struct writer *w, const uint32_t *marks, size_t count,
		      struct bgp_attributes *out)
{
	struct reader before = out->communities;
	size_t start = w->used;

	while (before.left) {
		uint32_t community = reader_u32(&before);

		if (community < BGP_COMMUNITY_FIRST_WELL_KNOWN)
			writer_u32(w, community);
	}
	for (size_t i = 0; i < count; i++)
		writer_u32(w, marks[i]);
	out->communities = reader_of(w->data + start, w->used - start);
	out->present &= ~(uint32_t)BGP_HAS_COMMUNITIES;
	if (out->communities.left)
		out->present |= BGP_HAS_COMMUNITIES;
}

/* List the communities of the chosen path that hold for the whole set. */
static size_t list_marks(const struct rib *rib, const struct route *route,
			 const struct path *chosen, uint32_t marks[MARKS_MAX])
{
	static const uint32_t kept[] = {
		BGP_COMMUNITY_NO_ADVERTISE,
		BGP_COMMUNITY_NO_EXPORT,
		BGP_COMMUNITY_NO_EXPORT_SUBCONFED,
		BGP_COMMUNITY_LLGR_STALE,
	};
	const struct attribute_set *set = chosen->attributes;
	size_t count = 0;

	if (is_draining(rib, route))
		marks[count++] = BGP_COMMUNITY_GRACEFUL_SHUTDOWN;
	if (set->scope == ANNOUNCE_ANYWHERE && !set->is_llgr_stale)
		return count;
	for (size_t i = 0; i < COUNT_OF(kept); i++)
		if (community_list_contains(attribute_set_view(set).communities,
					    kept[i]))
			marks[count++] = kept[i];
	return count;
}

/* Return the end of a list: so many communities of this size. */
static struct reader list_tail(struct reader list, size_t count, size_t size)
{
	reader_take(&list, list.left - count * size);
	return list;
}

/* Take over the communities that rules have added to the chosen path. */
static void take_own(const struct attribute_set *set,
		     struct bgp_attributes *out)
{
	const struct own_communities own = attribute_set_own(set);
	const struct bgp_attributes all = attribute_set_view(set);

	out->communities =
		list_tail(all.communities, own.standard, BGP_COMMUNITY_SIZE);
	out->extended_communities = list_tail(all.extended_communities,
					      own.extended,
					      BGP_EXTENDED_COMMUNITY_SIZE);
	out->large_communities = list_tail(all.large_communities, own.large,
					   BGP_LARGE_COMMUNITY_SIZE);
	if (own.extended)
		out->present |= BGP_HAS_EXTENDED_COMMUNITIES;
	if (own.large)
		out->present |= BGP_HAS_LARGE_COMMUNITIES;
}

struct attribute_set *statement_make(struct rib *rib, const struct route *route,
				     const struct path *chosen)
{
	struct bgp_attributes out = { .present = BGP_HAS_ORIGIN };
	struct writer w =
		writer_of(rib->export_scratch, sizeof(rib->export_scratch));
	uint32_t marks[MARKS_MAX];

	if (chosen->source->pass_attributes) {
		out = attribute_set_view(chosen->attributes);
		out.present &= PASSED;
		out.as_path = (struct reader){ .data = NULL };
		out.cluster_list = (struct reader){ .data = NULL };
		out.aigp_tlvs = (struct reader){ .data = NULL };
		out.nexthop = (struct address){ 0 };
		out.link_local = (struct address){ 0 };
	} else if (chosen->attributes->has_own) {
		take_own(chosen->attributes, &out);
	}
	out.present |= BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP;
	out.origin = BGP_ORIGIN_IGP;
	set_marks(&w, marks, list_marks(rib, route, chosen, marks), &out);
	if (w.failed)
		return NULL;
	return attribute_set_intern(&rib->attributes, &out, 0);
}
