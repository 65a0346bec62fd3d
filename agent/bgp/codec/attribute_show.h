/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ATTRIBUTE_SHOW_H
#define BGP_ATTRIBUTE_SHOW_H

/*
 * Path attributes as text: the `show` functions of attribute_table.h, for
 * bgp_attributes_show(). Lists stop where the text is full.
 */

#include "bgp/codec/attribute_table.h"
#include "bgp/codec/text.h"

/* Show the field that the row names, in decimal or in dotted form. */
void attribute_show_number(struct text *text,
			   const struct bgp_attribute_output *out);
void attribute_show_identifier(struct text *text,
			       const struct bgp_attribute_output *out);

/* Show "yes", for an attribute without a value. */
void attribute_show_nothing(struct text *text,
			    const struct bgp_attribute_output *out);
void attribute_show_origin(struct text *text,
			   const struct bgp_attribute_output *out);
void attribute_show_as_path(struct text *text,
			    const struct bgp_attribute_output *out);
void attribute_show_nexthop(struct text *text,
			    const struct bgp_attribute_output *out);
void attribute_show_aggregator(struct text *text,
			       const struct bgp_attribute_output *out);
void attribute_show_communities(struct text *text,
				const struct bgp_attribute_output *out);
void attribute_show_cluster_list(struct text *text,
				 const struct bgp_attribute_output *out);
void attribute_show_extended_communities(
	struct text *text, const struct bgp_attribute_output *out);
void attribute_show_ipv6_extended_communities(
	struct text *text, const struct bgp_attribute_output *out);
void attribute_show_aigp(struct text *text,
			 const struct bgp_attribute_output *out);
void attribute_show_large_communities(struct text *text,
				      const struct bgp_attribute_output *out);

#endif
