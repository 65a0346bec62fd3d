// SPDX-License-Identifier: BSD-2-Clause
/* Messages about our own routes. See route_message.h. */

#include "fib/route_message.h"

#include <assert.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

static void put_ip(struct nlmsghdr *message, uint16_t type,
		   const struct address *address)
{
	struct address bare = address_unscoped(address);

	if (address_is_ipv4(address))
		mnl_attr_put_u32(message, type, address_ipv4(address));
	else
		mnl_attr_put(message, type, sizeof(bare.bytes), bare.bytes);
}

/* Put header, destination and metric: they identify the route. */
static struct nlmsghdr *begin_message(void *buffer,
				      const struct route_owner *owner,
				      const struct prefix *prefix,
				      uint16_t type, uint16_t flags,
				      unsigned char kind)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *header =
		mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	header->rtm_family = address_is_ipv4(&prefix->address) ? AF_INET :
								 AF_INET6;
	header->rtm_dst_len = prefix->length;
	header->rtm_table = RT_TABLE_MAIN;
	header->rtm_protocol = owner->protocol;
	header->rtm_scope = RT_SCOPE_UNIVERSE;
	header->rtm_type = kind;
	put_ip(message, RTA_DST, &prefix->address);
	mnl_attr_put_u32(message, RTA_PRIORITY, NETLINK_OWN_METRIC);
	return message;
}

static struct nlmsghdr *begin_replace(void *buffer,
				      const struct route_owner *owner,
				      const struct prefix *prefix,
				      unsigned char kind)
{
	return begin_message(buffer, owner, prefix, RTM_NEWROUTE,
			     NLM_F_CREATE | NLM_F_REPLACE, kind);
}

static void set_table(struct nlmsghdr *message, uint32_t table)
{
	struct rtmsg *header = mnl_nlmsg_get_payload(message);

	header->rtm_table = RT_TABLE_UNSPEC;
	mnl_attr_put_u32(message, RTA_TABLE, table);
}

/* Put the gateway; with its family if IPv6 in an IPv4 route (RFC 8950). */
static void put_gateway(struct nlmsghdr *message, bool ipv4,
			const struct address *via)
{
	struct {
		uint16_t family;
		struct address address;
	} foreign = {
		.family = AF_INET6,
		.address = address_unscoped(via),
	};

	if (ipv4 && !address_is_ipv4(via))
		mnl_attr_put(message, RTA_VIA, sizeof(foreign), &foreign);
	else
		put_ip(message, RTA_GATEWAY, via);
}

/* Scale a weight to 1..ROUTE_MAX_WEIGHT, in proportion to the greatest. */
static uint32_t scale_weight(uint32_t weight, uint32_t greatest)
{
	uint64_t share = weight;

	if (greatest > ROUTE_MAX_WEIGHT)
		share = share * ROUTE_MAX_WEIGHT / greatest;
	return share ? (uint32_t)share : 1;
}

static void put_hop(struct nlmsghdr *message, bool ipv4,
		    const struct route_hop *hop, uint32_t greatest)
{
	char *at = mnl_nlmsg_get_payload_tail(message);
	struct rtnexthop header = {
		.rtnh_ifindex = (int)hop->ifindex,
		.rtnh_hops = (uint8_t)(scale_weight(hop->weight, greatest) - 1),
	};

	message->nlmsg_len += sizeof(header);
	put_gateway(message, ipv4, &hop->via);
	header.rtnh_len =
		(unsigned short)((char *)mnl_nlmsg_get_payload_tail(message) -
				 at);
	memcpy(at, &header, sizeof(header));
}

static uint32_t greatest_weight(const struct route_hop *hops, size_t count)
{
	uint32_t greatest = 0;

	for (size_t i = 0; i < count; i++)
		if (hops[i].weight > greatest)
			greatest = hops[i].weight;
	return greatest;
}

struct nlmsghdr *route_message_replace(void *buffer,
				       const struct route_owner *owner,
				       const struct prefix *prefix,
				       const struct route_hop *hops,
				       size_t count)
{
	struct nlmsghdr *message =
		begin_replace(buffer, owner, prefix, RTN_UNICAST);
	uint32_t greatest = greatest_weight(hops, count);
	bool ipv4 = address_is_ipv4(&prefix->address);
	struct nlattr *list;

	assert(count && count <= ROUTE_MAX_HOPS);
	list = mnl_attr_nest_start(message, RTA_MULTIPATH);
	for (size_t i = 0; i < count; i++)
		if (hops[i].weight || !greatest)
			put_hop(message, ipv4, &hops[i], greatest);
	mnl_attr_nest_end(message, list);
	/* The kernel wants RTA_MULTIPATH without NLA_F_NESTED. */
	list->nla_type = RTA_MULTIPATH;
	return message;
}

size_t route_message_scale(const struct route_hop *hops, size_t count,
			   struct route_hop *scaled)
{
	uint32_t greatest = greatest_weight(hops, count);
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (!hops[i].weight && greatest)
			continue;
		scaled[used] = hops[i];
		scaled[used++].weight = scale_weight(hops[i].weight, greatest);
	}
	return used;
}

struct nlmsghdr *route_message_object(void *buffer,
				      const struct route_owner *owner,
				      const struct prefix *prefix, uint32_t id)
{
	struct nlmsghdr *message =
		begin_replace(buffer, owner, prefix, RTN_UNICAST);

	mnl_attr_put_u32(message, RTA_NH_ID, id);
	return message;
}

struct nlmsghdr *route_message_unreachable(void *buffer,
					   const struct route_owner *owner,
					   const struct prefix *prefix)
{
	return begin_replace(buffer, owner, prefix, RTN_UNREACHABLE);
}

struct nlmsghdr *route_message_remove(void *buffer,
				      const struct route_owner *owner,
				      const struct prefix *prefix)
{
	return begin_message(buffer, owner, prefix, RTM_DELROUTE, 0,
			     RTN_UNSPEC);
}

struct nlmsghdr *route_message_list(void *buffer,
				    const struct route_owner *owner,
				    uint8_t family)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *header =
		mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = RTM_GETROUTE;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->rtm_family = family;
	header->rtm_protocol = owner->protocol;
	return message;
}

static void put_tunnel(struct nlmsghdr *message,
		       const struct route_tunnel *tunnel)
{
	struct nlattr *encap, *xmit;

	mnl_attr_put_u16(message, RTA_ENCAP_TYPE, LWTUNNEL_ENCAP_BPF);
	encap = mnl_attr_nest_start(message, RTA_ENCAP);
	xmit = mnl_attr_nest_start(message, LWT_BPF_XMIT);
	mnl_attr_put_u32(message, LWT_BPF_PROG_FD, (uint32_t)tunnel->program);
	mnl_attr_put_strz(message, LWT_BPF_PROG_NAME, "headgate tunnel");
	mnl_attr_nest_end(message, xmit);
	mnl_attr_put_u32(message, LWT_BPF_XMIT_HEADROOM, tunnel->room);
	mnl_attr_nest_end(message, encap);
}

struct nlmsghdr *
route_message_in_table(void *buffer, const struct route_owner *owner,
		       const struct prefix *prefix, const struct route_hop *hop,
		       const struct route_tunnel *tunnel, uint32_t table)
{
	struct nlmsghdr *message =
		begin_replace(buffer, owner, prefix, RTN_UNICAST);

	set_table(message, table);
	put_gateway(message, address_is_ipv4(&prefix->address), &hop->via);
	mnl_attr_put_u32(message, RTA_OIF, hop->ifindex);
	if (tunnel->room)
		put_tunnel(message, tunnel);
	return message;
}

struct nlmsghdr *route_message_leave_table(void *buffer,
					   const struct route_owner *owner,
					   const struct prefix *prefix,
					   uint32_t table)
{
	struct nlmsghdr *message = route_message_remove(buffer, owner, prefix);

	set_table(message, table);
	return message;
}

/* Read a route of ours in any table; its table may be above a byte. */
static bool read_route(const struct nlmsghdr *message,
		       const struct route_owner *owner, struct prefix *prefix,
		       uint32_t *table)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	struct prefix found = { 0 };
	const struct nlattr *attribute;
	uint32_t ipv4 = 0;

	if ((message->nlmsg_type != RTM_NEWROUTE &&
	     message->nlmsg_type != RTM_DELROUTE) ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header) ||
	    header->rtm_protocol != owner->protocol)
		return false;
	*table = header->rtm_table;
	mnl_attr_for_each(attribute, message, sizeof(*header))
	{
		const void *data = mnl_attr_get_payload(attribute);
		size_t size = mnl_attr_get_payload_len(attribute);
		uint16_t type = mnl_attr_get_type(attribute);

		if (type == RTA_TABLE && size == sizeof(*table))
			*table = mnl_attr_get_u32(attribute);
		if (type != RTA_DST)
			continue;
		if (size == sizeof(ipv4))
			memcpy(&ipv4, data, size);
		else if (size == sizeof(found.address.bytes))
			memcpy(found.address.bytes, data, size);
	}
	if (header->rtm_family == AF_INET)
		found.address = address_from_ipv4(ipv4);
	if (header->rtm_dst_len > prefix_family_bits(&found))
		return false;
	found.length = header->rtm_dst_len;
	*prefix = found;
	return true;
}

bool route_message_is_ours(const struct nlmsghdr *message,
			   const struct route_owner *owner,
			   struct prefix *prefix)
{
	struct prefix found;
	uint32_t table;

	if (!read_route(message, owner, &found, &table) ||
	    table != RT_TABLE_MAIN)
		return false;
	*prefix = found;
	return true;
}

bool route_message_is_in_table(const struct nlmsghdr *message,
			       const struct route_owner *owner,
			       struct prefix *prefix, uint32_t *table)
{
	struct prefix found;
	uint32_t number;

	if (!read_route(message, owner, &found, &number) ||
	    number == RT_TABLE_MAIN)
		return false;
	*prefix = found;
	*table = number;
	return true;
}
