// SPDX-License-Identifier: BSD-2-Clause
/* The check of attributes that belong to routes. See attributes.h. */

#include "bgp/codec/as_path.h"
#include "bgp/codec/attribute_table.h"
#include "bgp/codec/attributes.h"
#include "bgp/codec/martian.h"

/* RFC 7606 3 d; RFC 4271 6.3: the data is the type of the missing attribute. */
static void check_presence(const struct bgp_attributes *a, uint8_t type,
			   struct bgp_update_error *error)
{
	if (a->present & bgp_attribute_row(type)->presence)
		return;
	bgp_update_error_raise_attribute(error, BGP_VERDICT_WITHDRAW,
					 BGP_UPDATE_MISSING_WELL_KNOWN,
					 "missing", type,
					 reader_of(&type, sizeof(type)));
}

/*
 * RFC 5065 5: confederation segments, from our confederation and from others.
 */
static const char *
confederation_refused(const struct bgp_negotiated *negotiated,
		      struct reader path)
{
	if (!negotiated->confederation)
		return as_path_has_segment(
			       path, 1 << BGP_SEGMENT_CONFED_SEQUENCE |
					     1 << BGP_SEGMENT_CONFED_SET) ?
			       "confederation segment" :
			       NULL;
	if (negotiated->ebgp && as_path_member_as(path) != negotiated->peer_as)
		return "first member AS is not the peer's";
	return NULL;
}

static const char *as_path_refused(const struct bgp_decode_context *context,
				   struct reader path)
{
	const struct bgp_negotiated *negotiated = context->negotiated;
	const char *refused = confederation_refused(negotiated, path);

	if (refused)
		return refused;
	if (!context->accept_as_sets &&
	    as_path_has_segment(path, 1 << BGP_SEGMENT_SET))
		return "AS_SET"; /* RFC 9774 3 */
	if (negotiated->ebgp && !negotiated->confederation &&
	    !context->accept_any_first_as &&
	    as_path_first(path) != negotiated->peer_as)
		return "first AS is not the peer's"; /* RFC 4271 6.3 */
	return NULL;
}

static void check_as_path(const struct bgp_decode_context *context,
			  struct reader path, struct bgp_update_error *error)
{
	const char *refused = as_path_refused(context, path);

	if (refused)
		bgp_update_error_raise_attribute(error, BGP_VERDICT_WITHDRAW,
						 BGP_UPDATE_MALFORMED_AS_PATH,
						 refused, BGP_ATTRIBUTE_AS_PATH,
						 path);
}

void bgp_attributes_check_flowspec(const struct bgp_decode_context *context,
				   const struct bgp_attributes *attributes,
				   struct bgp_update_error *error)
{
	check_presence(attributes, BGP_ATTRIBUTE_ORIGIN, error);
	check_presence(attributes, BGP_ATTRIBUTE_AS_PATH, error);
	if (attributes->present & BGP_HAS_AS_PATH)
		check_as_path(context, attributes->as_path, error);
}

void bgp_attributes_check(const struct bgp_decode_context *context,
			  const struct bgp_attributes *attributes,
			  struct bgp_update_error *error)
{
	bgp_attributes_check_flowspec(context, attributes, error);
	check_presence(attributes, BGP_ATTRIBUTE_NEXT_HOP, error);
	if (attributes->present & BGP_HAS_NEXTHOP &&
	    martian_nexthop(&attributes->nexthop))
		bgp_update_error_raise_attribute(error, BGP_VERDICT_WITHDRAW,
						 BGP_UPDATE_INVALID_NEXTHOP,
						 "not a host address",
						 BGP_ATTRIBUTE_NEXT_HOP,
						 reader_of(NULL, 0));
}
