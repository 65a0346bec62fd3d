// SPDX-License-Identifier: BSD-2-Clause
/* Warnings of --check. See warn.h. */

#include "config/warn.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#include "config/parser.h"
#include "core/address.h"

static bool has_neighbor_as(const struct bgp_options *bgp,
			    enum neighbor_role role)
{
	for (size_t i = 0; i < bgp->neighbor_count; i++)
		if (bgp->neighbors[i].role == role ||
		    bgp->neighbors[i].role == NEIGHBOR_ROLE_PEER)
			return true;
	return false;
}

/* Rules may do the work of roles. */
static void warn_of_roles(struct parser *parser)
{
	const struct config *config = parser->config;
	const struct bgp_options *bgp = &config->bgp;

	if (config->rib.rule_count)
		return;
	for (size_t i = 0; i < bgp->neighbor_count; i++) {
		parser_point_at(parser, "neighbor", i);
		if (bgp->neighbors[i].role == NEIGHBOR_ROLE_NONE)
			parser_warn_about(parser,
					  "without a role and rules, nothing "
					  "is learned from it or announced to "
					  "it; give role=");
	}
	parser->place = (struct place){ .file = NULL };
	if (!has_neighbor_as(bgp, NEIGHBOR_ROLE_UPSTREAM))
		parser_warn(parser, "no neighbor has role=upstream: VIPs are "
				    "announced to none");
	if (!has_neighbor_as(bgp, NEIGHBOR_ROLE_BACKEND) &&
	    !config->rib.static_path_count)
		parser_warn(parser, "no neighbor has role=backend, and there "
				    "is no --path: no VIP gets a server");
}

static bool address_of_interface(const struct ifaddrs *own,
				 struct address *address)
{
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;

	if (!own->ifa_addr)
		return false;
	if (own->ifa_addr->sa_family == AF_INET) {
		memcpy(&ipv4, own->ifa_addr, sizeof(ipv4));
		*address = address_from_ipv4(ipv4.sin_addr.s_addr);
		return true;
	}
	if (own->ifa_addr->sa_family != AF_INET6)
		return false;
	memcpy(&ipv6, own->ifa_addr, sizeof(ipv6));
	memcpy(address->bytes, &ipv6.sin6_addr, sizeof(address->bytes));
	return true;
}

static void warn_of_own_address(struct parser *parser,
				const struct ifaddrs *own)
{
	const struct config *config = parser->config;
	char text[ADDRESS_TEXT_SIZE];
	struct address address;

	if (!address_of_interface(own, &address))
		return;
	for (size_t i = 0; i < config->lists.vip_count; i++) {
		if (!prefix_contains(&config->lists.vip_entries[i].rib.prefix,
				     &address))
			continue;
		parser_point_at(parser, "vip", i);
		parser_warn_about(parser,
				  "has %s, an address of this host on %s: it "
				  "is not learned as a VIP",
				  address_format(&address, text),
				  own->ifa_name);
	}
}

static void warn_of_own_addresses(struct parser *parser)
{
	struct ifaddrs *list;

	if (getifaddrs(&list))
		return;
	for (const struct ifaddrs *own = list; own; own = own->ifa_next)
		warn_of_own_address(parser, own);
	freeifaddrs(list);
}

void warn_config(struct parser *parser)
{
	warn_of_roles(parser);
	if (parser->host_interfaces)
		warn_of_own_addresses(parser);
}
