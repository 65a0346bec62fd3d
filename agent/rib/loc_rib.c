// SPDX-License-Identifier: BSD-2-Clause
/* Loc-RIB (RFC 4271 3.2): the decision on each marked route. See rib.h. */

#include "core/log.h"
#include "rib/rib_internal.h"

/* Begin with what next hops allow. Returns false if no path can be chosen. */
static bool check_nexthops(struct route *route)
{
	bool usable = false;

	for (struct path *path = route->paths; path; path = path->next) {
		path->reason = path_usability(path->import, path->attributes);
		usable |= path->reason == REASON_NONE;
	}
	return usable;
}

/* Once for each time the maximum begins to cut, and loudly. */
static void log_cut(const struct rib *rib, struct route *route,
		    const struct decision *decision)
{
	const struct decision_options *options = &rib->options.decision;
	char text[PREFIX_TEXT_SIZE];

	if (decision->cut && !route->cut)
		log_warning("rib",
			    "%s: %u equal paths, %u used; raise %s (%u) to "
			    "use all",
			    prefix_format(&route->node.prefix, text),
			    decision->selected + decision->cut,
			    decision->selected,
			    decision->maximum == options->maximum_paths ?
				    "--maximum-paths" :
				    "--maximum-paths-ibgp",
			    decision->maximum);
	route->cut = decision->cut;
}

static void decide_route(struct rib *rib, struct route *route)
{
	const struct rib_hooks *hooks = &rib->hooks;
	struct decision decision;

	rib->totals.learned -= route->selected != 0;
	rib->totals.forwarding -= route->forwarding;
	decision = decide(&rib->options.decision, &route->paths);
	route->selected = decision.selected;
	log_cut(rib, route, &decision);
	route->forwarding = hooks->set_decided(route, hooks->context);
	rib->totals.learned += route->selected != 0;
	rib->totals.forwarding += route->forwarding;
	export_route(rib, route);
}

void loc_rib_decide(struct rib *rib)
{
	struct route *route;

	while ((route = STAILQ_FIRST(&rib->marked))) {
		STAILQ_REMOVE_HEAD(&rib->marked, mark_link);
		route->marked = false;
		route->decided |= check_nexthops(route);
		if (route->decided)
			decide_route(rib, route);
		route_free_if_unused(rib, route);
	}
}
