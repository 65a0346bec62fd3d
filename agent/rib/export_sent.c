// SPDX-License-Identifier: BSD-2-Clause
/* The announcements that a neighbor has. See export_sent.h. */

#include "rib/export_sent.h"

#include "rib/outbound.h"
#include "rib/rib_internal.h"

/* Set the attributes; none if the change that is to be sent withdraws it. */
static void set_attributes(struct rib *rib, const struct rib_peer *peer,
			   struct export_sent *sent)
{
	const struct update_profile *to = &peer->group->profile;
	const struct route_export *export = sent->export;
	const struct export_view view = export_view_for(to, export);
	struct policy_trace trace;
	const struct attribute_set *set =
		export_attributes_for(rib, to, export, &trace);

	sent->attributes = (struct bgp_attributes){ 0 };
	if (set)
		sent->attributes = outbound_attributes(
			rib, to, &export->route->node.prefix, set,
			&view.origin);
}

bool export_sent_next(struct rib *rib, const struct route *route,
		      const struct rib_peer *peer, struct export_sent *sent)
{
	const struct route_export *export = sent->export ? sent->export->next :
							   route->exports;

	while (export && !(export->announced & peer->bit))
		export = export->next;
	sent->export = export;
	if (!export)
		return false;
	sent->path_id = export->path_id;
	sent->pending = export->pending & peer->bit;
	set_attributes(rib, peer, sent);
	return true;
}
