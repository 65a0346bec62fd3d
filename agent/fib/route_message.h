/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_ROUTE_MESSAGE_H
#define FIB_ROUTE_MESSAGE_H

/*
 * The rtnetlink(7) messages by which our routes are written, removed and found
 * again. Pure: no socket.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/netlink_message.h"

struct nlmsghdr;

enum route_limits {
	ROUTE_MAX_HOPS = 256,
	ROUTE_MAX_WEIGHT = 256, /* of the kernel: rtnh_hops is a byte */
	/* No message is longer: a hop of the longest kind takes 32 bytes. */
	ROUTE_MESSAGE_SIZE = 256 + ROUTE_MAX_HOPS * 32,
};

/* One way of a route: over a gateway, which may be of the other family. */
struct route_hop {
	struct address via; /* a scope in it is not needed */
	uint32_t ifindex;
	uint32_t weight; /* any number; 0 takes nothing */
};

/*
 * Writes into `buffer`, of ROUTE_MESSAGE_SIZE bytes and aligned as a struct
 * nlmsghdr. The caller numbers the message. There must be a hop, and at most
 * ROUTE_MAX_HOPS; weights are scaled to what the kernel takes.
 */
struct nlmsghdr *route_message_replace(void *buffer,
				       const struct prefix *prefix,
				       const struct route_hop *hops,
				       size_t count);
/* One that leads nowhere: senders are told so (RFC 792, RFC 4443 3.1). */
struct nlmsghdr *route_message_unreachable(void *buffer,
					   const struct prefix *prefix);
/* Of either kind. */
struct nlmsghdr *route_message_remove(void *buffer,
				      const struct prefix *prefix);
/* Asks for all our routes of a family, AF_INET or AF_INET6. */
struct nlmsghdr *route_message_list(void *buffer, uint8_t family);
/* True if the message is about one of our routes; then says which. */
bool route_message_is_ours(const struct nlmsghdr *message,
			   struct prefix *prefix);

#endif
