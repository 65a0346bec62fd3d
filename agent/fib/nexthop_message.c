// SPDX-License-Identifier: BSD-2-Clause
/* Messages about next-hop objects. See nexthop_message.h. */

#include "fib/nexthop_message.h"

#include <assert.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

static struct nlmsghdr *begin_object(void *buffer,
				     const struct route_owner *owner,
				     uint16_t type, uint16_t flags,
				     unsigned char family, uint32_t id)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nhmsg *header =
		mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	header->nh_family = family;
	/* The kernel refuses a protocol in a removal. */
	if (type == RTM_NEWNEXTHOP)
		header->nh_protocol = owner->protocol;
	mnl_attr_put_u32(message, NHA_ID, id);
	return message;
}

struct nlmsghdr *nexthop_message_hop(void *buffer,
				     const struct route_owner *owner,
				     uint32_t id, const struct route_hop *hop)
{
	bool ipv4 = address_is_ipv4(&hop->via);
	struct address bare = address_unscoped(&hop->via);
	struct nlmsghdr *message = begin_object(buffer, owner, RTM_NEWNEXTHOP,
						NLM_F_CREATE | NLM_F_EXCL,
						ipv4 ? AF_INET : AF_INET6, id);

	mnl_attr_put_u32(message, NHA_OIF, hop->ifindex);
	if (ipv4)
		mnl_attr_put_u32(message, NHA_GATEWAY, address_ipv4(&hop->via));
	else
		mnl_attr_put(message, NHA_GATEWAY, sizeof(bare.bytes),
			     bare.bytes);
	return message;
}

struct nlmsghdr *
nexthop_message_group(void *buffer, const struct route_owner *owner,
		      uint32_t id, const struct route_hop *hops,
		      const uint32_t *ids, size_t count, bool replace)
{
	struct nexthop_grp list[ROUTE_MAX_HOPS] = { 0 };
	struct nlmsghdr *message = begin_object(
		buffer, owner, RTM_NEWNEXTHOP,
		replace ? NLM_F_REPLACE : NLM_F_CREATE | NLM_F_EXCL, AF_UNSPEC,
		id);

	assert(count && count <= ROUTE_MAX_HOPS);
	for (size_t i = 0; i < count; i++) {
		list[i].id = ids[i];
		list[i].weight = (uint8_t)(hops[i].weight - 1);
	}
	mnl_attr_put(message, NHA_GROUP, count * sizeof(list[0]), list);
	return message;
}

struct nlmsghdr *nexthop_message_remove(void *buffer,
					const struct route_owner *owner,
					uint32_t id)
{
	return begin_object(buffer, owner, RTM_DELNEXTHOP, 0, AF_UNSPEC, id);
}

struct nlmsghdr *nexthop_message_list(void *buffer)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	mnl_nlmsg_put_extra_header(message, sizeof(struct nhmsg));
	message->nlmsg_type = RTM_GETNEXTHOP;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return message;
}

bool nexthop_message_is_ours(const struct nlmsghdr *message,
			     const struct route_owner *owner, uint32_t *id,
			     bool *is_group)
{
	const struct nhmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	uint32_t found = 0;
	bool group = false;

	if ((message->nlmsg_type != RTM_NEWNEXTHOP &&
	     message->nlmsg_type != RTM_DELNEXTHOP) ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header) ||
	    header->nh_protocol != owner->protocol)
		return false;
	mnl_attr_for_each(attribute, message, sizeof(*header))
	{
		uint16_t type = mnl_attr_get_type(attribute);

		if (type == NHA_ID &&
		    mnl_attr_get_payload_len(attribute) == sizeof(found))
			found = mnl_attr_get_u32(attribute);
		group |= type == NHA_GROUP;
	}
	if (found < owner->first_object || found > owner->last_object)
		return false;
	*id = found;
	*is_group = group;
	return true;
}
