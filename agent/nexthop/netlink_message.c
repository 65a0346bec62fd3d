// SPDX-License-Identifier: BSD-2-Clause
/* Links, addresses and routes from their messages. See netlink_message.h. */

#include "nexthop/netlink_message.h"

#include <errno.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

static void read_u32(const struct nlattr *attribute, uint32_t *value)
{
	if (mnl_attr_get_payload_len(attribute) == sizeof(*value))
		*value = mnl_attr_get_u32(attribute);
}

static void read_u16(const struct nlattr *attribute, uint16_t *value)
{
	if (mnl_attr_get_payload_len(attribute) == sizeof(*value))
		*value = mnl_attr_get_u16(attribute);
}

/* Read an address; its size tells the family. */
static void read_ip(const void *data, size_t size, struct address *address)
{
	uint32_t ipv4;

	if (size == sizeof(address->bytes)) {
		memcpy(address->bytes, data, size);
	} else if (size == sizeof(ipv4)) {
		memcpy(&ipv4, data, sizeof(ipv4));
		*address = address_from_ipv4(ipv4);
	}
}

static void read_ip_attribute(const struct nlattr *attribute,
			      struct address *address)
{
	read_ip(mnl_attr_get_payload(attribute),
		mnl_attr_get_payload_len(attribute), address);
}

static bool link_is_up(unsigned int flags)
{
	/* Administratively up, carrier (LOWER_UP), operational (RUNNING). */
	const unsigned int up = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

	return (flags & up) == up;
}

static void read_vlan(const struct nlattr *data, struct nexthop_tag *tag)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, data)
	{
		if (mnl_attr_get_type(attribute) == IFLA_VLAN_ID)
			read_u16(attribute, &tag->id);
		else if (mnl_attr_get_type(attribute) == IFLA_VLAN_PROTOCOL)
			read_u16(attribute, &tag->protocol);
	}
}

static bool is_text(const struct nlattr *attribute, const char *text)
{
	return mnl_attr_get_payload_len(attribute) > strlen(text) &&
	       !memcmp(mnl_attr_get_payload(attribute), text, strlen(text) + 1);
}

/* True for a VLAN device; then sets its tag. */
static bool read_link_info(const struct nlattr *info, struct nexthop_tag *tag)
{
	const struct nlattr *attribute, *data = NULL;
	bool vlan = false;

	mnl_attr_for_each_nested(attribute, info)
	{
		if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND)
			vlan = is_text(attribute, "vlan");
		else if (mnl_attr_get_type(attribute) == IFLA_INFO_DATA)
			data = attribute;
	}
	if (!vlan || !data)
		return false;
	read_vlan(data, tag);
	return tag->protocol;
}

static void read_name(const struct nlattr *attribute, struct nexthop_link *link)
{
	size_t size = mnl_attr_get_payload_len(attribute);

	if (size && size <= sizeof(link->name))
		memcpy(link->name, mnl_attr_get_payload(attribute), size - 1);
}

static void read_link_attribute(const struct nlattr *attribute,
				const struct ifinfomsg *info,
				struct nexthop_link *link)
{
	uint32_t mtu = 0;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		read_name(attribute, link);
		break;
	case IFLA_ADDRESS:
		if (info->ifi_type == ARPHRD_ETHER &&
		    mnl_attr_get_payload_len(attribute) == sizeof(link->mac))
			memcpy(link->mac, mnl_attr_get_payload(attribute),
			       sizeof(link->mac));
		break;
	case IFLA_MTU:
		read_u32(attribute, &mtu);
		link->mtu = mtu < UINT16_MAX ? (uint16_t)mtu : UINT16_MAX;
		break;
	default:
		break;
	}
}

/* Read a VLAN device's parent; for a veth the attribute is its peer. */
static void read_parent(const struct nlmsghdr *message,
			struct nexthop_link *link)
{
	const struct nlattr *attribute;
	struct nexthop_tag tag = { 0 };
	uint32_t parent = 0;
	bool vlan = false, elsewhere = false;

	mnl_attr_for_each(attribute, message, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(attribute) == IFLA_LINK)
			read_u32(attribute, &parent);
		else if (mnl_attr_get_type(attribute) == IFLA_LINK_NETNSID)
			elsewhere = true;
		else if (mnl_attr_get_type(attribute) == IFLA_LINKINFO)
			vlan = read_link_info(attribute, &tag);
	}
	/* The number of a parent in another network namespace means nothing here. */
	if (!vlan || elsewhere)
		return;
	link->parent = parent;
	link->tag = tag;
}

bool netlink_message_link(const struct nlmsghdr *message,
			  struct nexthop_link *link)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct nexthop_link result = {
		.ifindex = (uint32_t)info->ifi_index,
		.up = link_is_up(info->ifi_flags),
	};
	const struct nlattr *attribute;

	/* A bridge reports its ports in messages of this type. */
	if (info->ifi_family != AF_UNSPEC)
		return false;
	mnl_attr_for_each(attribute, message, sizeof(*info))
		read_link_attribute(attribute, info, &result);
	read_parent(message, &result);
	/* Wireless drivers send events of this type without a name. */
	if (!result.name[0] && message->nlmsg_type != RTM_DELLINK)
		return false;
	*link = result;
	return true;
}

/*
 * Read the addresses. IFA_LOCAL and IFA_ADDRESS differ only on a point-to-point
 * link; elsewhere an IPv6 address has no IFA_LOCAL.
 */
static void read_address_attribute(const struct nlattr *attribute,
				   struct host_address *address,
				   uint32_t *flags)
{
	switch (mnl_attr_get_type(attribute)) {
	case IFA_LOCAL:
		read_ip_attribute(attribute, &address->local);
		break;
	case IFA_ADDRESS:
		read_ip_attribute(attribute, &address->subnet.address);
		break;
	case IFA_FLAGS:
		read_u32(attribute, flags);
		break;
	default:
		break;
	}
}

bool netlink_message_neighbor(const struct nlmsghdr *message,
			      uint8_t mac[MAC_SIZE])
{
	const struct ndmsg *entry = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	bool found = false;

	if (entry->ndm_state & (NUD_FAILED | NUD_NOARP | NUD_INCOMPLETE))
		return false;
	mnl_attr_for_each(attribute, message, sizeof(*entry))
	{
		if (mnl_attr_get_type(attribute) != NDA_LLADDR ||
		    mnl_attr_get_payload_len(attribute) != MAC_SIZE)
			continue;
		memcpy(mac, mnl_attr_get_payload(attribute), MAC_SIZE);
		found = true;
	}
	return found;
}

static bool is_usable(uint32_t flags, uint8_t scope)
{
	return !(flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) &&
	       scope < RT_SCOPE_HOST;
}

bool netlink_message_address(const struct nlmsghdr *message,
			     struct host_address *address)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct host_address result = { .ifindex = info->ifa_index };
	uint32_t flags = info->ifa_flags;
	const struct nlattr *attribute;

	if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6)
		return false;
	mnl_attr_for_each(attribute, message, sizeof(*info))
		read_address_attribute(attribute, &result, &flags);
	if (address_is_zero(&result.local))
		result.local = result.subnet.address;
	if (address_is_ipv4(&result.local) != (info->ifa_family == AF_INET) ||
	    info->ifa_prefixlen > prefix_family_bits(&result.subnet))
		return false;
	result.subnet.length = info->ifa_prefixlen;
	result.local = address_scoped(&result.local, result.ifindex);
	result.subnet.address =
		address_scoped(&result.subnet.address, result.ifindex);
	result.unusable = !is_usable(flags, info->ifa_scope);
	*address = result;
	return true;
}

/* Read struct rtvia: the IPv6 gateway of an IPv4 route (RFC 8950). */
static void read_via(const struct nlattr *attribute, struct address *gateway)
{
	const struct rtvia *via = mnl_attr_get_payload(attribute);
	size_t size = mnl_attr_get_payload_len(attribute);

	if (size > sizeof(*via))
		read_ip(via->rtvia_addr, size - sizeof(*via), gateway);
}

static void read_hop_attribute(const struct nlattr *attribute,
			       struct netlink_route *route)
{
	switch (mnl_attr_get_type(attribute)) {
	case RTA_OIF:
		read_u32(attribute, &route->ifindex);
		break;
	case RTA_GATEWAY:
		read_ip_attribute(attribute, &route->gateway);
		break;
	case RTA_VIA:
		read_via(attribute, &route->gateway);
		break;
	default:
		break;
	}
}

static const uint8_t *end_of(const struct nlattr *attribute)
{
	return (const uint8_t *)mnl_attr_get_payload(attribute) +
	       mnl_attr_get_payload_len(attribute);
}

/* Return the hop at `at`; NULL if there is none. */
static const struct rtnexthop *hop_at(const uint8_t *at, const uint8_t *end)
{
	const struct rtnexthop *hop = (const void *)at;
	size_t left = (size_t)(end - at);

	if (left < sizeof(*hop) || hop->rtnh_len < sizeof(*hop) ||
	    hop->rtnh_len > left)
		return NULL;
	return hop;
}

static void read_hop(const struct rtnexthop *hop, struct netlink_route *route)
{
	const void *attributes = hop + 1;
	const struct nlattr *attr; /* libmnl's macro uses this name */

	route->gateway = (struct address){ 0 };
	route->ifindex = (uint32_t)hop->rtnh_ifindex;
	mnl_attr_for_each_payload(attributes, hop->rtnh_len - sizeof(*hop))
		read_hop_attribute(attr, route);
}

/* Read the first hop whose link is up, or else the last one. */
static void read_hops(const struct nlattr *hops, struct netlink_route *route)
{
	const uint8_t *at = mnl_attr_get_payload(hops), *end = end_of(hops);
	const struct rtnexthop *hop;

	while ((hop = hop_at(at, end))) {
		read_hop(hop, route);
		if (!(hop->rtnh_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) ||
		    end - at <= RTNH_ALIGN(hop->rtnh_len))
			return;
		at += RTNH_ALIGN(hop->rtnh_len);
	}
}

static void read_route_attribute(const struct nlattr *attribute,
				 struct netlink_route *route)
{
	switch (mnl_attr_get_type(attribute)) {
	case RTA_PREFSRC:
		read_ip_attribute(attribute, &route->source);
		break;
	case RTA_PRIORITY:
		read_u32(attribute, &route->metric);
		break;
	case RTA_MULTIPATH:
		read_hops(attribute, route);
		break;
	default:
		read_hop_attribute(attribute, route);
		break;
	}
}

int netlink_message_route(const struct nlmsghdr *message,
			  struct netlink_route *route)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct netlink_route result = { .by_default = !info->rtm_dst_len };
	const struct nlattr *attribute;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return -ENETUNREACH;
	if (info->rtm_type == RTN_LOCAL)
		return -EADDRINUSE;
	if (info->rtm_type != RTN_UNICAST)
		return -ENETUNREACH;
	if (info->rtm_protocol >= ROUTE_OWNER_FIRST_PROTOCOL &&
	    info->rtm_protocol <= ROUTE_OWNER_LAST_PROTOCOL)
		return -ELOOP;
	mnl_attr_for_each(attribute, message, sizeof(*info))
		read_route_attribute(attribute, &result);
	result.gateway = address_scoped(&result.gateway, result.ifindex);
	result.source = address_scoped(&result.source, result.ifindex);
	*route = result;
	return 0;
}
