/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_ATTRIBUTE_VALUE_H
#define BGP_ATTRIBUTE_VALUE_H

/*
 * Values of the path attributes: the `check`, `load`, `wanted` and `store`
 * functions of attribute_table.h. A check gets a value of correct length, a
 * load gets a checked value.
 */

#include "bgp/codec/attribute_table.h"

/* Load or store the field that the row names: a list, or a 4-byte number. */
void attribute_load_list(struct bgp_attribute_input *in, struct reader value);
void attribute_store_list(struct writer *w,
			  const struct bgp_attribute_output *out);
void attribute_load_number(struct bgp_attribute_input *in, struct reader value);
void attribute_store_number(struct writer *w,
			    const struct bgp_attribute_output *out);

/* Load or store an attribute without a value. */
void attribute_load_nothing(struct bgp_attribute_input *in,
			    struct reader value);
void attribute_store_nothing(struct writer *w,
			     const struct bgp_attribute_output *out);

const char *attribute_check_origin(struct reader value, size_t as_size);
/* Check a 4-byte AS number, which must not be 0 (RFC 7607 2). */
const char *attribute_check_as(struct reader value, size_t as_size);
void attribute_load_origin(struct bgp_attribute_input *in, struct reader value);
void attribute_store_origin(struct writer *w,
			    const struct bgp_attribute_output *out);

const char *attribute_check_as_path(struct reader value, size_t as_size);
void attribute_load_as_path(struct bgp_attribute_input *in,
			    struct reader value);
void attribute_store_as_path(struct writer *w,
			     const struct bgp_attribute_output *out);

void attribute_load_nexthop(struct bgp_attribute_input *in,
			    struct reader value);
void attribute_store_nexthop(struct writer *w,
			     const struct bgp_attribute_output *out);

const char *attribute_check_aggregator(struct reader value, size_t as_size);
void attribute_load_aggregator(struct bgp_attribute_input *in,
			       struct reader value);
void attribute_store_aggregator(struct writer *w,
				const struct bgp_attribute_output *out);

void attribute_load_mp_reach(struct bgp_attribute_input *in,
			     struct reader value);
void attribute_load_mp_unreach(struct bgp_attribute_input *in,
			       struct reader value);

const char *attribute_check_as4_path(struct reader value, size_t as_size);
void attribute_load_as4_path(struct bgp_attribute_input *in,
			     struct reader value);
bool attribute_wants_as4_path(const struct bgp_attribute_output *out);
void attribute_store_as4_path(struct writer *w,
			      const struct bgp_attribute_output *out);

const char *attribute_check_as4_aggregator(struct reader value, size_t as_size);
void attribute_load_as4_aggregator(struct bgp_attribute_input *in,
				   struct reader value);
bool attribute_wants_as4_aggregator(const struct bgp_attribute_output *out);
void attribute_store_as4_aggregator(struct writer *w,
				    const struct bgp_attribute_output *out);

const char *attribute_check_aigp(struct reader value, size_t as_size);
void attribute_load_aigp(struct bgp_attribute_input *in, struct reader value);
void attribute_store_aigp(struct writer *w,
			  const struct bgp_attribute_output *out);

void attribute_load_large_communities(struct bgp_attribute_input *in,
				      struct reader value);

const char *attribute_check_tunnel(struct reader value, size_t as_size);
const char *attribute_check_link_state(struct reader value, size_t as_size);
const char *attribute_check_prefix_sid(struct reader value, size_t as_size);

#endif
