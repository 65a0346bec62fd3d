// SPDX-License-Identifier: BSD-2-Clause
/* Options of one neighbor. See neighbor_options.h. */

#include "bgp/session/neighbor_options.h"

#include <stdio.h>
#include <string.h>

const char *const neighbor_encap_names[HG_ENCAPSULATION_COUNT + 1] = {
	[HG_ENCAPSULATION_NONE] = "none", [HG_ENCAPSULATION_IPIP] = "ipip",
	[HG_ENCAPSULATION_GUE] = "gue",	  [HG_ENCAPSULATION_GRE] = "gre",
	[HG_ENCAPSULATION_COUNT] = "bgp",
};

const char *const bgp_families_names[] = {
	[BGP_IPV4_UNICAST_BIT] = "ipv4",
	[BGP_IPV6_UNICAST_BIT] = "ipv6",
	[BGP_ALL_FAMILIES] = "both",
};

const char *const bgp_add_path_names[] = {
	[0] = "none",
	[BGP_ADD_PATH_RECEIVE] = "receive",
	[BGP_ADD_PATH_SEND] = "send",
	[BGP_ADD_PATH_BOTH] = "both",
};

const struct bgp_neighbor_options bgp_neighbor_options_default = {
	.families = BGP_ALL_FAMILIES,
	.relation = BGP_ROLE_NONE,
};

/* Compare the peers that may connect, and by which key. */
static bool peer_equal(const struct bgp_neighbor_options *a,
		       const struct bgp_neighbor_options *b)
{
	return prefix_equal(&a->prefix, &b->prefix) &&
	       !strcmp(a->interface, b->interface) &&
	       !strcmp(a->name, b->name) && a->as.kind == b->as.kind &&
	       a->as.first == b->as.first && a->as.last == b->as.last &&
	       a->role == b->role && a->relation == b->relation &&
	       a->limit == b->limit &&
	       !strcmp(a->password_file, b->password_file) &&
	       !strcmp(a->tcp_ao_key_file, b->tcp_ao_key_file) &&
	       a->tcp_ao_id == b->tcp_ao_id &&
	       secret_equal(&a->secret, &b->secret);
}

static bool connection_equal(const struct bgp_neighbor_options *a,
			     const struct bgp_neighbor_options *b)
{
	return a->passive == b->passive && a->port == b->port &&
	       address_equal(&a->source, &b->source) &&
	       a->multihop == b->multihop &&
	       a->ttl_security == b->ttl_security &&
	       a->hold_time == b->hold_time && a->delay_open == b->delay_open &&
	       a->min_hold_time == b->min_hold_time &&
	       a->hold_time_zero == b->hold_time_zero &&
	       a->keep_on_link_down == b->keep_on_link_down &&
	       a->send_hold_time == b->send_hold_time && a->bfd == b->bfd &&
	       key_file_equal(&a->bfd_key, &b->bfd_key) &&
	       service_options_equal(&a->service, &b->service);
}

static bool neighbor_vips_equal(const struct neighbor_vips *a,
				const struct neighbor_vips *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!prefix_equal(&a->prefixes[i], &b->prefixes[i]))
			return false;
	return true;
}

static bool exchange_equal(const struct bgp_neighbor_options *a,
			   const struct bgp_neighbor_options *b)
{
	return a->families == b->families && a->add_path == b->add_path &&
	       a->extended_nexthop == b->extended_nexthop &&
	       a->graceful_restart == b->graceful_restart &&
	       a->route_reflector_client == b->route_reflector_client &&
	       a->nexthop == b->nexthop &&
	       a->encapsulation == b->encapsulation &&
	       a->max_prefix == b->max_prefix &&
	       a->max_prefix_action == b->max_prefix_action &&
	       a->max_prefix_restart == b->max_prefix_restart &&
	       neighbor_vips_equal(&a->vips, &b->vips) &&
	       a->max_paths == b->max_paths &&
	       a->max_attributes == b->max_attributes &&
	       a->max_nexthops == b->max_nexthops &&
	       a->max_bandwidth == b->max_bandwidth &&
	       a->max_prefix_length == b->max_prefix_length &&
	       a->blackhole == b->blackhole && a->flowspec == b->flowspec &&
	       a->pass_attributes == b->pass_attributes &&
	       a->remove_private_as == b->remove_private_as &&
	       a->as_override == b->as_override &&
	       a->multipath_off == b->multipath_off && a->aigp == b->aigp &&
	       a->join_delay == b->join_delay && a->slow_start == b->slow_start;
}

bool bgp_neighbor_options_equal(const struct bgp_neighbor_options *a,
				const struct bgp_neighbor_options *b)
{
	return peer_equal(a, b) && connection_equal(a, b) &&
	       exchange_equal(a, b);
}

bool neighbor_is_interface(const struct bgp_neighbor_options *neighbor)
{
	return neighbor->interface[0] && !prefix_is_host(&neighbor->prefix);
}

bool neighbor_is_dynamic(const struct bgp_neighbor_options *neighbor)
{
	return !neighbor->interface[0] && !prefix_is_host(&neighbor->prefix);
}

bool neighbor_is_over_ipv6(const struct bgp_neighbor_options *neighbor)
{
	return neighbor->interface[0] ||
	       !address_is_ipv4(&neighbor->prefix.address);
}

bool neighbor_is_internal(const struct bgp_neighbor_options *neighbor,
			  uint32_t local_as)
{
	return neighbor->as.kind == BGP_PEER_INTERNAL ||
	       (neighbor->as.last && neighbor->as.first == local_as &&
		neighbor->as.last == local_as);
}

enum neighbor_nexthop
neighbor_learned_nexthop(const struct bgp_neighbor_options *neighbor,
			 bool internal)
{
	bool reflector = internal && !neighbor_is_dynamic(neighbor);

	if (neighbor->nexthop >= NEIGHBOR_NEXTHOP_FIRST_LEARNED)
		return neighbor->nexthop;
	return neighbor->role == NEIGHBOR_ROLE_BACKEND && !reflector ?
		       NEIGHBOR_NEXTHOP_PEER :
		       NEIGHBOR_NEXTHOP_ANY;
}

const char *bgp_as_range_format(const struct bgp_as_range *as, char *text,
				size_t size)
{
	if (as->kind == BGP_PEER_EXTERNAL)
		snprintf(text, size, "external");
	else if (as->kind == BGP_PEER_INTERNAL)
		snprintf(text, size, "internal");
	else if (!as->last)
		snprintf(text, size, "any");
	else if (as->first == as->last)
		snprintf(text, size, "%u", as->first);
	else
		snprintf(text, size, "%u-%u", as->first, as->last);
	return text;
}

const char *neighbor_target_format(const struct bgp_neighbor_options *neighbor,
				   char text[NEIGHBOR_TARGET_SIZE])
{
	char address[PREFIX_TEXT_SIZE];

	if (neighbor_is_interface(neighbor))
		return strcpy(text, neighbor->interface);
	if (neighbor_is_dynamic(neighbor))
		prefix_format(&neighbor->prefix, address);
	else
		address_format(&neighbor->prefix.address, address);
	snprintf(text, NEIGHBOR_TARGET_SIZE, "%s%s%s", address,
		 neighbor->interface[0] ? "%" : "", neighbor->interface);
	return text;
}
