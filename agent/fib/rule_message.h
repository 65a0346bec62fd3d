/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FIB_RULE_MESSAGE_H
#define FIB_RULE_MESSAGE_H

/*
 * rtnetlink(7) messages that write, remove and list our rules. `buffer` has
 * ROUTE_MESSAGE_SIZE bytes, as for route_message.h. Pure: no socket.
 */

#include <stdbool.h>
#include <stdint.h>

#include "fib/mark_rule.h"
#include "nexthop/route_owner.h"

struct nlmsghdr;

/* Add a rule. The kernel refuses one that it has already: EEXIST. */
struct nlmsghdr *rule_message_add(void *buffer, const struct route_owner *owner,
				  const struct mark_rule *rule);
struct nlmsghdr *rule_message_remove(void *buffer,
				     const struct route_owner *owner,
				     const struct mark_rule *rule);
/* List the rules of a family, AF_INET or AF_INET6. */
struct nlmsghdr *rule_message_list(void *buffer, uint8_t family);
/* True if the message lists or removes a rule of our protocol; sets *rule. */
bool rule_message_is_ours(const struct nlmsghdr *message,
			  const struct route_owner *owner,
			  struct mark_rule *rule);

#endif
