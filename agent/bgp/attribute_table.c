// SPDX-License-Identifier: BSD-2-Clause
/*
 * The path attributes: for each a check of its value, how it is read and how
 * it is written, and the table that ties them together. The checks see values
 * whose length is right; the readers see values that were checked.
 */

#include "bgp/attribute_table.h"

#include "bgp/as_path.h"

enum {
	WELL_KNOWN = BGP_FLAG_TRANSITIVE,
	OPTIONAL_TRANSITIVE = BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
	OPTIONAL_NON_TRANSITIVE = BGP_FLAG_OPTIONAL,
};

static struct address read_ipv4(struct reader *value)
{
	uint32_t ipv4 = reader_u32(value);

	return address_from_ipv4(htobe32(ipv4));
}

static void write_ipv4(struct writer *w, const struct address *address)
{
	writer_u32(w, be32toh(address_ipv4(address)));
}

static uint32_t read_as(struct reader *value, size_t as_size)
{
	return as_size == BGP_AS2_SIZE ? reader_u16(value) : reader_u32(value);
}

/* ORIGIN: RFC 4271 5.1.1, RFC 7606 7.1. */

static const char *check_origin(struct reader value, size_t as_size)
{
	(void)as_size;
	return reader_u8(&value) < BGP_ORIGIN_COUNT ? NULL : "unknown value";
}

static void load_origin(struct bgp_attribute_input *in, struct reader value)
{
	in->out->origin = reader_u8(&value);
}

static void store_origin(struct writer *w, const struct bgp_attributes *a,
			 size_t as_size)
{
	(void)as_size;
	writer_u8(w, a->origin);
}

/* AS_PATH: RFC 4271 5.1.2, RFC 7606 7.2, RFC 6793. */

static const char *check_as_path(struct reader value, size_t as_size)
{
	return as_path_fault(value, as_size);
}

static void load_as_path(struct bgp_attribute_input *in, struct reader value)
{
	if (in->as_size != BGP_AS4_SIZE) {
		as_path_resize(&in->as_path, value, in->as_size, BGP_AS4_SIZE);
		value = reader_of(in->as_path.data, in->as_path.used);
	}
	in->out->as_path = value;
}

static void store_as_path(struct writer *w, const struct bgp_attributes *a,
			  size_t as_size)
{
	if (as_size == BGP_AS4_SIZE)
		writer_bytes(w, a->as_path.data, a->as_path.left);
	else
		as_path_resize(w, a->as_path, BGP_AS4_SIZE, as_size);
}

/* NEXT_HOP: RFC 4271 5.1.3, RFC 7606 7.3. */

static void load_next_hop(struct bgp_attribute_input *in, struct reader value)
{
	in->out->next_hop = read_ipv4(&value);
}

static void store_next_hop(struct writer *w, const struct bgp_attributes *a,
			   size_t as_size)
{
	(void)as_size;
	write_ipv4(w, &a->next_hop);
}

/* MULTI_EXIT_DISC: RFC 4271 5.1.4, RFC 7606 7.4. */

static void load_med(struct bgp_attribute_input *in, struct reader value)
{
	in->out->med = reader_u32(&value);
}

static void store_med(struct writer *w, const struct bgp_attributes *a,
		      size_t as_size)
{
	(void)as_size;
	writer_u32(w, a->med);
}

/* LOCAL_PREF: RFC 4271 5.1.5, RFC 7606 7.5. */

static void load_local_pref(struct bgp_attribute_input *in, struct reader value)
{
	in->out->local_pref = reader_u32(&value);
}

static void store_local_pref(struct writer *w, const struct bgp_attributes *a,
			     size_t as_size)
{
	(void)as_size;
	writer_u32(w, a->local_pref);
}

/* ATOMIC_AGGREGATE: RFC 4271 5.1.6, RFC 7606 7.6. Its being there is all. */

static void load_nothing(struct bgp_attribute_input *in, struct reader value)
{
	(void)in;
	(void)value;
}

static void store_nothing(struct writer *w, const struct bgp_attributes *a,
			  size_t as_size)
{
	(void)w;
	(void)a;
	(void)as_size;
}

/* AGGREGATOR: RFC 4271 5.1.7, RFC 7606 7.7; AS 0: RFC 7607 2. */

static const char *check_aggregator(struct reader value, size_t as_size)
{
	return read_as(&value, as_size) ? NULL : "AS number 0";
}

static void load_aggregator(struct bgp_attribute_input *in, struct reader value)
{
	in->out->aggregator_as = read_as(&value, in->as_size);
	in->out->aggregator = read_ipv4(&value);
}

static void store_aggregator(struct writer *w, const struct bgp_attributes *a,
			     size_t as_size)
{
	if (as_size == BGP_AS4_SIZE)
		writer_u32(w, a->aggregator_as);
	else if (a->aggregator_as <= BGP_AS_MAX_2_BYTE)
		writer_u16(w, (uint16_t)a->aggregator_as);
	else
		writer_u16(w, BGP_AS_TRANS);
	write_ipv4(w, &a->aggregator);
}

/* COMMUNITIES: RFC 1997, RFC 7606 7.8. */

static void load_communities(struct bgp_attribute_input *in,
			     struct reader value)
{
	in->out->communities = value;
}

static void store_communities(struct writer *w, const struct bgp_attributes *a,
			      size_t as_size)
{
	(void)as_size;
	writer_bytes(w, a->communities.data, a->communities.left);
}

/* MP_REACH_NLRI and MP_UNREACH_NLRI: RFC 4760. Read further in update.c. */

static void load_mp_reach(struct bgp_attribute_input *in, struct reader value)
{
	in->multiprotocol->has_reach = true;
	in->multiprotocol->reach = value;
}

static void load_mp_unreach(struct bgp_attribute_input *in, struct reader value)
{
	in->multiprotocol->has_unreach = true;
	in->multiprotocol->unreach = value;
}

/* AS4_PATH: RFC 6793 3, 4.2 and 6. */

static const char *check_as4_path(struct reader value, size_t as_size)
{
	(void)as_size;
	return as_path_fault(value, BGP_AS4_SIZE);
}

static void load_as4_path(struct bgp_attribute_input *in, struct reader value)
{
	in->has_as4_path = true;
	in->as4_path = value;
}

static bool wants_as4_path(const struct bgp_attributes *a, size_t as_size)
{
	return as_size == BGP_AS2_SIZE && as_path_needs_as4(a->as_path);
}

static void store_as4_path(struct writer *w, const struct bgp_attributes *a,
			   size_t as_size)
{
	(void)as_size;
	as_path_strip_confederations(w, a->as_path);
}

/* AS4_AGGREGATOR: RFC 6793 3, 4.2 and 6. */

static const char *check_as4_aggregator(struct reader value, size_t as_size)
{
	(void)as_size;
	return check_aggregator(value, BGP_AS4_SIZE);
}

static void load_as4_aggregator(struct bgp_attribute_input *in,
				struct reader value)
{
	in->has_as4_aggregator = true;
	in->as4_aggregator_as = reader_u32(&value);
	in->as4_aggregator = read_ipv4(&value);
}

static bool wants_as4_aggregator(const struct bgp_attributes *a, size_t as_size)
{
	return as_size == BGP_AS2_SIZE && a->aggregator_as > BGP_AS_MAX_2_BYTE;
}

static void store_as4_aggregator(struct writer *w,
				 const struct bgp_attributes *a, size_t as_size)
{
	(void)as_size;
	store_aggregator(w, a, BGP_AS4_SIZE);
}

/* By type; a row without a name is a type we do not know. */
static const struct bgp_attribute_row attribute_rows[BGP_ATTRIBUTE_TABLE_SIZE] = {
	[BGP_ATTRIBUTE_ORIGIN] = {
		.name = "ORIGIN",
		.flags = WELL_KNOWN,
		.presence = BGP_HAS_ORIGIN,
		.length_rule = BGP_LENGTH_EXACT,
		.length = sizeof(uint8_t),
		.on_error = BGP_VERDICT_WITHDRAW,
		.subcode = BGP_UPDATE_INVALID_ORIGIN,
		.check = check_origin,
		.load = load_origin,
		.store = store_origin,
	},
	[BGP_ATTRIBUTE_AS_PATH] = {
		.name = "AS_PATH",
		.flags = WELL_KNOWN,
		.presence = BGP_HAS_AS_PATH,
		.on_error = BGP_VERDICT_WITHDRAW,
		.subcode = BGP_UPDATE_MALFORMED_AS_PATH,
		.check = check_as_path,
		.load = load_as_path,
		.store = store_as_path,
	},
	[BGP_ATTRIBUTE_NEXT_HOP] = {
		.name = "NEXT_HOP",
		.flags = WELL_KNOWN,
		.presence = BGP_HAS_NEXT_HOP,
		.length_rule = BGP_LENGTH_EXACT,
		.length = BGP_IPV4_SIZE,
		.on_error = BGP_VERDICT_WITHDRAW,
		.load = load_next_hop,
		.store = store_next_hop,
	},
	[BGP_ATTRIBUTE_MED] = {
		.name = "MULTI_EXIT_DISC",
		.flags = OPTIONAL_NON_TRANSITIVE,
		.presence = BGP_HAS_MED,
		.length_rule = BGP_LENGTH_EXACT,
		.length = sizeof(uint32_t),
		.on_error = BGP_VERDICT_WITHDRAW,
		.load = load_med,
		.store = store_med,
	},
	[BGP_ATTRIBUTE_LOCAL_PREF] = {
		.name = "LOCAL_PREF",
		.flags = WELL_KNOWN,
		.presence = BGP_HAS_LOCAL_PREF,
		.length_rule = BGP_LENGTH_EXACT,
		.length = sizeof(uint32_t),
		.scope = BGP_SCOPE_INTERNAL,
		.on_error = BGP_VERDICT_WITHDRAW,
		.load = load_local_pref,
		.store = store_local_pref,
	},
	[BGP_ATTRIBUTE_ATOMIC_AGGREGATE] = {
		.name = "ATOMIC_AGGREGATE",
		.flags = WELL_KNOWN,
		.presence = BGP_HAS_ATOMIC_AGGREGATE,
		.length_rule = BGP_LENGTH_EXACT,
		.length = 0,
		.on_error = BGP_VERDICT_DISCARD,
		.load = load_nothing,
		.store = store_nothing,
	},
	[BGP_ATTRIBUTE_AGGREGATOR] = {
		.name = "AGGREGATOR",
		.flags = OPTIONAL_TRANSITIVE,
		.presence = BGP_HAS_AGGREGATOR,
		.length_rule = BGP_LENGTH_AGGREGATOR,
		.on_error = BGP_VERDICT_DISCARD,
		.subcode = BGP_UPDATE_OPTIONAL_ATTRIBUTE,
		.check = check_aggregator,
		.load = load_aggregator,
		.store = store_aggregator,
	},
	[BGP_ATTRIBUTE_COMMUNITIES] = {
		.name = "COMMUNITIES",
		.flags = OPTIONAL_TRANSITIVE,
		.presence = BGP_HAS_COMMUNITIES,
		.length_rule = BGP_LENGTH_MULTIPLE,
		.length = BGP_COMMUNITY_SIZE,
		.on_error = BGP_VERDICT_WITHDRAW,
		.load = load_communities,
		.store = store_communities,
	},
	[BGP_ATTRIBUTE_MP_REACH_NLRI] = {
		.name = "MP_REACH_NLRI",
		.flags = OPTIONAL_NON_TRANSITIVE,
		.length_rule = BGP_LENGTH_AT_LEAST,
		.length = BGP_MIN_MP_REACH,
		.on_error = BGP_VERDICT_RESET,
		.load = load_mp_reach,
	},
	[BGP_ATTRIBUTE_MP_UNREACH_NLRI] = {
		.name = "MP_UNREACH_NLRI",
		.flags = OPTIONAL_NON_TRANSITIVE,
		.length_rule = BGP_LENGTH_AT_LEAST,
		.length = BGP_MIN_MP_UNREACH,
		.on_error = BGP_VERDICT_RESET,
		.load = load_mp_unreach,
	},
	[BGP_ATTRIBUTE_AS4_PATH] = {
		.name = "AS4_PATH",
		.flags = OPTIONAL_TRANSITIVE,
		.scope = BGP_SCOPE_OLD_SPEAKER,
		.on_error = BGP_VERDICT_DISCARD,
		.subcode = BGP_UPDATE_OPTIONAL_ATTRIBUTE,
		.check = check_as4_path,
		.load = load_as4_path,
		.wanted = wants_as4_path,
		.store = store_as4_path,
	},
	[BGP_ATTRIBUTE_AS4_AGGREGATOR] = {
		.name = "AS4_AGGREGATOR",
		.flags = OPTIONAL_TRANSITIVE,
		.length_rule = BGP_LENGTH_EXACT,
		.length = BGP_AS4_SIZE + BGP_IPV4_SIZE,
		.scope = BGP_SCOPE_OLD_SPEAKER,
		.on_error = BGP_VERDICT_DISCARD,
		.subcode = BGP_UPDATE_OPTIONAL_ATTRIBUTE,
		.check = check_as4_aggregator,
		.load = load_as4_aggregator,
		.wanted = wants_as4_aggregator,
		.store = store_as4_aggregator,
	},
};

const struct bgp_attribute_row *bgp_attribute_row(unsigned int type)
{
	if (type >= BGP_ATTRIBUTE_TABLE_SIZE || !attribute_rows[type].name)
		return NULL;
	return &attribute_rows[type];
}
