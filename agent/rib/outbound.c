// SPDX-License-Identifier: BSD-2-Clause
/* What becomes of attributes on their way to a neighbor. See outbound.h. */

#include "rib/outbound.h"

#include "bgp/as_path.h"
#include "bgp/extended_community.h"
#include "rib/table.h"

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

struct bgp_attributes outbound_attributes(struct rib *rib,
					  const struct rib_peer *peer,
					  const struct attribute_set *set)
{
	struct bgp_attributes out = attribute_set_view(set);

	out.next_hop = peer->local_address;
	out.link_local = (struct address){ 0 };
	out.present &= ~(BGP_HAS_MED | INTERNAL_ONLY);
	if (peer->source.type == PEER_EXTERNAL) {
		make_external(rib, &out);
	} else {
		out.present |= BGP_HAS_LOCAL_PREF;
		out.local_pref = set->local_pref;
	}
	return out;
}
