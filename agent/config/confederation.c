// SPDX-License-Identifier: BSD-2-Clause
/* Rules about --confederation. See confederation.h. */

#include "config/confederation.h"

#include "config/parser.h"

static void check_members(struct parser *parser)
{
	const struct bgp_options *bgp = &parser->config->bgp;
	const struct bgp_confederation *confederation = &bgp->confederation;

	for (size_t i = 0; i < confederation->member_count; i++) {
		parser_point_at(parser, "confederation-member", i);
		parser_check_repeated(parser);
		if (confederation->members[i] == bgp->as)
			parser_reject(parser, "is our own --as; list the other "
					      "members only");
	}
	if (!confederation->member_count || confederation->identifier)
		return;
	parser_point_at(parser, "confederation-member", 0);
	parser_reject(parser,
		      "the confederation has no number; give --confederation");
}

/* True if some ASes of the range are in the confederation, some outside. */
static bool is_mixed(const struct bgp_options *bgp,
		     const struct bgp_neighbor_options *neighbor)
{
	const struct bgp_as_range *as = &neighbor->as;

	return as->first != as->last &&
	       !neighbor_is_member(neighbor, &bgp->confederation) &&
	       (bgp_confederation_count(&bgp->confederation, as->first,
					as->last) ||
		(as->first <= bgp->as && as->last >= bgp->as));
}

void confederation_check(struct parser *parser)
{
	const struct bgp_options *bgp = &parser->config->bgp;

	check_members(parser);
	for (size_t i = 0;
	     bgp->confederation.identifier && i < bgp->neighbor_count; i++) {
		const struct bgp_neighbor_options *neighbor =
			&bgp->neighbors[i];

		parser_point_at(parser, "neighbor", i);
		if (neighbor->as.kind == BGP_PEER_ANY && !neighbor->as.last)
			parser_reject(parser, "with --confederation its AS "
					      "must be known; give as=");
		else if (is_mixed(bgp, neighbor))
			parser_reject(parser,
				      "as=%u-%u has ASes in and outside of the "
				      "confederation; give a neighbor for each",
				      neighbor->as.first, neighbor->as.last);
	}
}
