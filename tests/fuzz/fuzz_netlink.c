// SPDX-License-Identifier: BSD-2-Clause
/*
 * Messages of the kernel about links, addresses, routes and neighbors. The first
 * byte chooses the type, the rest is the message behind its header.
 */

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fib/nexthop_message.h"
#include "fib/route_message.h"
#include "nexthop/netlink_message.h"

static const struct route_owner owner = {
	.protocol = ROUTE_OWNER_FIRST_PROTOCOL,
	.first_object = 0x48000000,
	.last_object = 0x48ffffff,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The types that the agent reads, with their fixed headers. */
static const struct {
	uint16_t type;
	size_t fixed;
} types[] = {
	{ RTM_NEWLINK, sizeof(struct ifinfomsg) },
	{ RTM_NEWADDR, sizeof(struct ifaddrmsg) },
	{ RTM_NEWROUTE, sizeof(struct rtmsg) },
	{ RTM_NEWNEXTHOP, sizeof(struct nhmsg) },
	{ RTM_NEWNEIGH, sizeof(struct ndmsg) },
};

static void read_route(const struct nlmsghdr *message)
{
	struct netlink_route route;
	struct prefix prefix;

	netlink_message_route(message, &route);
	if (route_message_is_ours(message, &owner, &prefix) &&
	    prefix.length > ADDRESS_BITS_IPV6)
		abort();
}

static void read_message(const struct nlmsghdr *message)
{
	struct host_address address;
	uint8_t mac[MAC_SIZE];
	struct nexthop_link link;
	bool is_group;
	uint32_t id;

	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
		if (netlink_message_link(message, &link) &&
		    strnlen(link.name, sizeof(link.name)) == sizeof(link.name))
			abort();
		break;
	case RTM_NEWADDR:
		netlink_message_address(message, &address);
		break;
	case RTM_NEWROUTE:
		read_route(message);
		break;
	case RTM_NEWNEXTHOP:
		nexthop_message_is_ours(message, &owner, &id, &is_group);
		break;
	case RTM_NEWNEIGH:
		netlink_message_neighbor(message, mac);
		break;
	}
}

/*
 * A buffer of the exact size lets the sanitizer see each byte read behind it.
 * Messages are padded to four bytes, and libmnl takes the padding as theirs.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t i = size ? data[0] % (sizeof(types) / sizeof(types[0])) : 0;
	struct nlmsghdr *message;

	if (!size || size - 1 < types[i].fixed)
		return 0;
	message = calloc(1, MNL_ALIGN(sizeof(*message) + size - 1));
	if (!message)
		return 0;
	message->nlmsg_len = (uint32_t)(sizeof(*message) + size - 1);
	message->nlmsg_type = types[i].type;
	memcpy(mnl_nlmsg_get_payload(message), data + 1, size - 1);
	read_message(message);
	free(message);
	return 0;
}
