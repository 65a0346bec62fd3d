/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_FLOWSPEC_VALID_H
#define BGP_FLOWSPEC_VALID_H

/*
 * Whether a neighbor may send a Flow Specification: RFC 8955 6 as RFC 9117 4
 * changes it. The caller looks up the facts about unicast routes.
 */

#include <stdbool.h>
#include <stdint.h>

/* Facts about a rule and the unicast routes of its destination. */
struct flowspec_facts {
	bool has_destination;
	bool inside_vips;     /* the destination is inside --vip */
	bool inside_its_vips; /* and inside vips= of the neighbor */
	/* It may send rules for what others announce, by configuration. */
	bool trusted;
	bool external; /* the session is; for the check of the first AS */
	/* The AS_PATH is empty or has only segments of the confederation. */
	bool local_path;
	bool has_route;	      /* a best unicast route covers the destination */
	bool same_originator; /* it is from the neighbor that sent the rule */
	/* The first AS of the rule's path is that of the route's path. */
	bool same_first_as;
	/* A more specific route is, or may be, from another neighboring AS. */
	bool other_more_specific;
};

/* Return why a rule is not feasible, or NULL. */
const char *flowspec_refusal(const struct flowspec_facts *facts);

#endif
