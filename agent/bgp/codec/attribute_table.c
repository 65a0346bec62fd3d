// SPDX-License-Identifier: BSD-2-Clause
/*
 * The table of path attributes: the rules of RFC 4271 5, RFC 7606 7 and the
 * RFCs that define the later attributes. See attribute_table.h.
 */

#include "bgp/codec/attribute_table.h"

#include "bgp/codec/attribute_show.h"
#include "bgp/codec/attribute_value.h"

#include <stddef.h>

enum {
	WELL_KNOWN = BGP_FLAG_TRANSITIVE,
	OPTIONAL_TRANSITIVE = BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
	OPTIONAL_NON_TRANSITIVE = BGP_FLAG_OPTIONAL,
	TLV_HEADER_SHORT_TYPE = 3, /* type of one byte, length of two */
	TLV_HEADER_LONG_TYPE = 4,
};

#define FIELD(name) offsetof(struct bgp_attributes, name)

const struct bgp_attribute_row bgp_attribute_rows[BGP_ATTRIBUTE_TABLE_SIZE] = {
	[BGP_ATTRIBUTE_ORIGIN] = {
		.name = "ORIGIN",
		.flags = WELL_KNOWN,
		.presence = BGP_HAS_ORIGIN,
		.length_rule = BGP_LENGTH_EXACT,
		.length = sizeof(uint8_t),
		.on_error = BGP_VERDICT_WITHDRAW,
		.subcode = BGP_UPDATE_INVALID_ORIGIN,
		.check = attribute_check_origin,
		.load = attribute_load_origin,
		.store = attribute_store_origin,
		.show = attribute_show_origin,
	},
	[BGP_ATTRIBUTE_AS_PATH] = {
		.name = "AS_PATH",
		.flags = WELL_KNOWN,
		.presence = BGP_HAS_AS_PATH,
		.on_error = BGP_VERDICT_WITHDRAW,
		.subcode = BGP_UPDATE_MALFORMED_AS_PATH,
		.check = attribute_check_as_path,
		.load = attribute_load_as_path,
		.store = attribute_store_as_path,
		.show = attribute_show_as_path,
	},
	[BGP_ATTRIBUTE_NEXT_HOP] = {
		.name = "NEXT_HOP",
		.flags = WELL_KNOWN,
		.presence = BGP_HAS_NEXTHOP,
		.length_rule = BGP_LENGTH_EXACT,
		.length = BGP_IPV4_SIZE,
		.on_error = BGP_VERDICT_WITHDRAW,
		.load = attribute_load_nexthop,
		.store = attribute_store_nexthop,
		.show = attribute_show_nexthop,
	},
	[BGP_ATTRIBUTE_MED] = {
		.name = "MULTI_EXIT_DISC",
		.flags = OPTIONAL_NON_TRANSITIVE,
		.presence = BGP_HAS_MED,
		.length_rule = BGP_LENGTH_EXACT,
		.length = sizeof(uint32_t),
		.on_error = BGP_VERDICT_WITHDRAW,
		.field = FIELD(med),
		.load = attribute_load_number,
		.store = attribute_store_number,
		.show = attribute_show_number,
	},
	[BGP_ATTRIBUTE_LOCAL_PREF] = {
		.name = "LOCAL_PREF",
		.flags = WELL_KNOWN,
		.presence = BGP_HAS_LOCAL_PREF,
		.length_rule = BGP_LENGTH_EXACT,
		.length = sizeof(uint32_t),
		.scope = BGP_SCOPE_INSIDE,
		.on_error = BGP_VERDICT_WITHDRAW,
		.field = FIELD(local_pref),
		.load = attribute_load_number,
		.store = attribute_store_number,
		.show = attribute_show_number,
	},
	[BGP_ATTRIBUTE_ATOMIC_AGGREGATE] = {
		.name = "ATOMIC_AGGREGATE",
		.flags = WELL_KNOWN,
		.presence = BGP_HAS_ATOMIC_AGGREGATE,
		.length_rule = BGP_LENGTH_EXACT,
		.length = 0,
		.on_error = BGP_VERDICT_DISCARD,
		.load = attribute_load_nothing,
		.store = attribute_store_nothing,
		.show = attribute_show_nothing,
	},
	[BGP_ATTRIBUTE_AGGREGATOR] = {
		.name = "AGGREGATOR",
		.flags = OPTIONAL_TRANSITIVE,
		.presence = BGP_HAS_AGGREGATOR,
		.length_rule = BGP_LENGTH_AGGREGATOR,
		.on_error = BGP_VERDICT_DISCARD,
		.subcode = BGP_UPDATE_OPTIONAL_ATTRIBUTE,
		.check = attribute_check_aggregator,
		.load = attribute_load_aggregator,
		.store = attribute_store_aggregator,
		.show = attribute_show_aggregator,
	},
	[BGP_ATTRIBUTE_COMMUNITIES] = {
		.name = "COMMUNITIES",
		.flags = OPTIONAL_TRANSITIVE,
		.presence = BGP_HAS_COMMUNITIES,
		.length_rule = BGP_LENGTH_MULTIPLE,
		.length = BGP_COMMUNITY_SIZE,
		.on_error = BGP_VERDICT_WITHDRAW,
		.field = FIELD(communities),
		.load = attribute_load_list,
		.store = attribute_store_list,
		.show = attribute_show_communities,
	},
	[BGP_ATTRIBUTE_ORIGINATOR_ID] = {
		.name = "ORIGINATOR_ID",
		.flags = OPTIONAL_NON_TRANSITIVE,
		.presence = BGP_HAS_ORIGINATOR_ID,
		.length_rule = BGP_LENGTH_EXACT,
		.length = BGP_IDENTIFIER_SIZE,
		.scope = BGP_SCOPE_INTERNAL,
		.on_error = BGP_VERDICT_WITHDRAW,
		.field = FIELD(originator_id),
		.load = attribute_load_number,
		.store = attribute_store_number,
		.show = attribute_show_identifier,
	},
	[BGP_ATTRIBUTE_CLUSTER_LIST] = {
		.name = "CLUSTER_LIST",
		.flags = OPTIONAL_NON_TRANSITIVE,
		.presence = BGP_HAS_CLUSTER_LIST,
		.length_rule = BGP_LENGTH_MULTIPLE,
		.length = BGP_IDENTIFIER_SIZE,
		.scope = BGP_SCOPE_INTERNAL,
		.on_error = BGP_VERDICT_WITHDRAW,
		.field = FIELD(cluster_list),
		.load = attribute_load_list,
		.store = attribute_store_list,
		.show = attribute_show_cluster_list,
	},
	[BGP_ATTRIBUTE_MP_REACH_NLRI] = {
		.name = "MP_REACH_NLRI",
		.flags = OPTIONAL_NON_TRANSITIVE,
		.has_routes = true,
		.length_rule = BGP_LENGTH_AT_LEAST,
		.length = BGP_MIN_MP_REACH,
		.on_error = BGP_VERDICT_RESET,
		.load = attribute_load_mp_reach,
	},
	[BGP_ATTRIBUTE_MP_UNREACH_NLRI] = {
		.name = "MP_UNREACH_NLRI",
		.flags = OPTIONAL_NON_TRANSITIVE,
		.has_routes = true,
		.length_rule = BGP_LENGTH_AT_LEAST,
		.length = BGP_MIN_MP_UNREACH,
		.on_error = BGP_VERDICT_RESET,
		.load = attribute_load_mp_unreach,
	},
	[BGP_ATTRIBUTE_EXTENDED_COMMUNITIES] = {
		.name = "EXTENDED_COMMUNITIES",
		.flags = OPTIONAL_TRANSITIVE,
		.presence = BGP_HAS_EXTENDED_COMMUNITIES,
		.length_rule = BGP_LENGTH_MULTIPLE,
		.length = BGP_EXTENDED_COMMUNITY_SIZE,
		.on_error = BGP_VERDICT_WITHDRAW,
		.field = FIELD(extended_communities),
		.load = attribute_load_list,
		.store = attribute_store_list,
		.show = attribute_show_extended_communities,
	},
	[BGP_ATTRIBUTE_AS4_PATH] = {
		.name = "AS4_PATH",
		.flags = OPTIONAL_TRANSITIVE,
		.scope = BGP_SCOPE_OLD_SPEAKER,
		.on_error = BGP_VERDICT_DISCARD,
		.subcode = BGP_UPDATE_OPTIONAL_ATTRIBUTE,
		.check = attribute_check_as4_path,
		.load = attribute_load_as4_path,
		.wanted = attribute_wants_as4_path,
		.store = attribute_store_as4_path,
	},
	[BGP_ATTRIBUTE_AS4_AGGREGATOR] = {
		.name = "AS4_AGGREGATOR",
		.flags = OPTIONAL_TRANSITIVE,
		.length_rule = BGP_LENGTH_EXACT,
		.length = BGP_AS4_SIZE + BGP_IPV4_SIZE,
		.scope = BGP_SCOPE_OLD_SPEAKER,
		.on_error = BGP_VERDICT_DISCARD,
		.subcode = BGP_UPDATE_OPTIONAL_ATTRIBUTE,
		.check = attribute_check_as4_aggregator,
		.load = attribute_load_as4_aggregator,
		.wanted = attribute_wants_as4_aggregator,
		.store = attribute_store_as4_aggregator,
	},
	[BGP_ATTRIBUTE_TUNNEL_ENCAPSULATION] = {
		.name = "TUNNEL_ENCAPSULATION",
		.flags = OPTIONAL_TRANSITIVE,
		.opaque = true,
		.length_rule = BGP_LENGTH_AT_LEAST,
		.length = TLV_HEADER_LONG_TYPE,
		.on_error = BGP_VERDICT_WITHDRAW, /* RFC 9012 13 */
		.subcode = BGP_UPDATE_OPTIONAL_ATTRIBUTE,
		.check = attribute_check_tunnel,
	},
	[BGP_ATTRIBUTE_IPV6_EXTENDED_COMMUNITIES] = {
		.name = "IPV6_EXTENDED_COMMUNITIES",
		.flags = OPTIONAL_TRANSITIVE,
		.presence = BGP_HAS_IPV6_EXTENDED_COMMUNITIES,
		.length_rule = BGP_LENGTH_MULTIPLE,
		.length = BGP_IPV6_EXTENDED_COMMUNITY_SIZE,
		.on_error = BGP_VERDICT_WITHDRAW,
		.field = FIELD(ipv6_extended_communities),
		.load = attribute_load_list,
		.store = attribute_store_list,
		.show = attribute_show_ipv6_extended_communities,
	},
	[BGP_ATTRIBUTE_AIGP] = {
		.name = "AIGP",
		.flags = OPTIONAL_NON_TRANSITIVE,
		.presence = BGP_HAS_AIGP,
		.length_rule = BGP_LENGTH_AT_LEAST,
		.length = TLV_HEADER_SHORT_TYPE,
		.scope = BGP_SCOPE_AIGP,
		.on_error = BGP_VERDICT_DISCARD, /* RFC 7311 3.2 */
		.on_flags = BGP_VERDICT_DISCARD,
		.subcode = BGP_UPDATE_OPTIONAL_ATTRIBUTE,
		.check = attribute_check_aigp,
		.load = attribute_load_aigp,
		.store = attribute_store_aigp,
		.show = attribute_show_aigp,
	},
	[BGP_ATTRIBUTE_LINK_STATE] = {
		.name = "LINK_STATE",
		.flags = OPTIONAL_NON_TRANSITIVE,
		.opaque = true,
		.length_rule = BGP_LENGTH_AT_LEAST,
		.length = TLV_HEADER_LONG_TYPE,
		.on_error = BGP_VERDICT_DISCARD, /* RFC 9552 8.2.2 */
		.on_flags = BGP_VERDICT_DISCARD,
		.subcode = BGP_UPDATE_OPTIONAL_ATTRIBUTE,
		.check = attribute_check_link_state,
	},
	[BGP_ATTRIBUTE_LARGE_COMMUNITIES] = {
		.name = "LARGE_COMMUNITIES",
		.flags = OPTIONAL_TRANSITIVE,
		.presence = BGP_HAS_LARGE_COMMUNITIES,
		.length_rule = BGP_LENGTH_MULTIPLE,
		.length = BGP_LARGE_COMMUNITY_SIZE,
		.on_error = BGP_VERDICT_WITHDRAW,
		.field = FIELD(large_communities),
		.load = attribute_load_large_communities,
		.store = attribute_store_list,
		.show = attribute_show_large_communities,
	},
	[BGP_ATTRIBUTE_OTC] = {
		.name = "OTC",
		.flags = OPTIONAL_TRANSITIVE,
		.presence = BGP_HAS_OTC,
		.length_rule = BGP_LENGTH_EXACT,
		.length = BGP_AS4_SIZE,
		.on_error = BGP_VERDICT_WITHDRAW, /* RFC 9234 5 */
		.check = attribute_check_as,
		.field = FIELD(otc),
		.load = attribute_load_number,
		.store = attribute_store_number,
		.show = attribute_show_number,
	},
	[BGP_ATTRIBUTE_PREFIX_SID] = {
		.name = "PREFIX_SID",
		.flags = OPTIONAL_TRANSITIVE,
		.opaque = true,
		.length_rule = BGP_LENGTH_AT_LEAST,
		.length = TLV_HEADER_SHORT_TYPE,
		.on_error = BGP_VERDICT_DISCARD, /* RFC 8669 6 */
		.on_flags = BGP_VERDICT_DISCARD,
		.subcode = BGP_UPDATE_OPTIONAL_ATTRIBUTE,
		.check = attribute_check_prefix_sid,
	},
};

const struct bgp_attribute_row *bgp_attribute_row(unsigned int type)
{
	if (type >= BGP_ATTRIBUTE_TABLE_SIZE || !bgp_attribute_rows[type].name)
		return NULL;
	return &bgp_attribute_rows[type];
}

const struct bgp_attribute_row *bgp_attribute_known(unsigned int type)
{
	const struct bgp_attribute_row *row = bgp_attribute_row(type);

	return row && !row->opaque ? row : NULL;
}

/*
 * Partial has a meaning for optional transitive attributes only: RFC 4271 4.3.
 */
void bgp_attribute_load(struct bgp_attribute_input *in,
			const struct bgp_attribute_row *row,
			const struct raw_attribute *raw)
{
	if (!row->load)
		return;
	in->row = row;
	in->whole = raw->whole;
	row->load(in, raw->value);
	in->out->present |= row->presence;
	if (row->flags == OPTIONAL_TRANSITIVE && raw->flags & BGP_FLAG_PARTIAL)
		in->out->partial |= row->presence;
}
