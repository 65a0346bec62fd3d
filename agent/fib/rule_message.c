// SPDX-License-Identifier: BSD-2-Clause
/* Messages about our own rules. See rule_message.h. */

#include "fib/rule_message.h"

#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "nexthop/netlink_message.h"

static const uint8_t actions[] = {
	[MARK_GO_TO] = FR_ACT_GOTO,
	[MARK_LOOK_UP] = FR_ACT_TO_TBL,
	[MARK_NOTHING] = FR_ACT_NOP,
};

static struct nlmsghdr *begin_rule(void *buffer, uint8_t family, uint8_t action,
				   uint16_t type, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct fib_rule_hdr *header =
		mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	header->family = family;
	header->action = action;
	return message;
}

/* All fields, so that a removal meets no rule of another process. */
static struct nlmsghdr *compose(void *buffer, const struct route_owner *owner,
				const struct mark_rule *rule, uint16_t type,
				uint16_t flags)
{
	struct nlmsghdr *message =
		begin_rule(buffer, rule->ipv6 ? AF_INET6 : AF_INET,
			   actions[rule->action], type, NLM_F_ACK | flags);

	mnl_attr_put_u32(message, FRA_PRIORITY, rule->priority);
	mnl_attr_put_u8(message, FRA_PROTOCOL, owner->protocol);
	if (rule->mask) {
		mnl_attr_put_u32(message, FRA_FWMARK, rule->mark);
		mnl_attr_put_u32(message, FRA_FWMASK, rule->mask);
	}
	if (rule->action == MARK_GO_TO)
		mnl_attr_put_u32(message, FRA_GOTO, rule->target);
	if (rule->action == MARK_LOOK_UP)
		mnl_attr_put_u32(message, FRA_TABLE, rule->target);
	return message;
}

struct nlmsghdr *rule_message_add(void *buffer, const struct route_owner *owner,
				  const struct mark_rule *rule)
{
	return compose(buffer, owner, rule, RTM_NEWRULE,
		       NLM_F_CREATE | NLM_F_EXCL);
}

struct nlmsghdr *rule_message_remove(void *buffer,
				     const struct route_owner *owner,
				     const struct mark_rule *rule)
{
	return compose(buffer, owner, rule, RTM_DELRULE, 0);
}

struct nlmsghdr *rule_message_list(void *buffer, uint8_t family)
{
	return begin_rule(buffer, family, FR_ACT_UNSPEC, RTM_GETRULE,
			  NLM_F_DUMP);
}

static enum mark_action read_action(uint8_t action)
{
	if (action == FR_ACT_GOTO)
		return MARK_GO_TO;
	return action == FR_ACT_TO_TBL ? MARK_LOOK_UP : MARK_NOTHING;
}

/* Take an attribute that a rule of ours has. */
static void read_attribute(const struct nlattr *attribute,
			   struct mark_rule *rule, uint8_t *protocol)
{
	uint16_t type = mnl_attr_get_type(attribute);
	size_t size = mnl_attr_get_payload_len(attribute);

	if (type == FRA_PROTOCOL && size == sizeof(uint8_t))
		*protocol = mnl_attr_get_u8(attribute);
	if (size != sizeof(uint32_t))
		return;
	if (type == FRA_PRIORITY)
		rule->priority = mnl_attr_get_u32(attribute);
	else if (type == FRA_FWMARK)
		rule->mark = mnl_attr_get_u32(attribute);
	else if (type == FRA_FWMASK)
		rule->mask = mnl_attr_get_u32(attribute);
	else if ((type == FRA_GOTO && rule->action == MARK_GO_TO) ||
		 (type == FRA_TABLE && rule->action == MARK_LOOK_UP))
		rule->target = mnl_attr_get_u32(attribute);
}

bool rule_message_is_ours(const struct nlmsghdr *message,
			  const struct route_owner *owner,
			  struct mark_rule *rule)
{
	const struct fib_rule_hdr *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	struct mark_rule found = { 0 };
	uint8_t protocol = 0;

	if ((message->nlmsg_type != RTM_NEWRULE &&
	     message->nlmsg_type != RTM_DELRULE) ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header))
		return false;
	found.ipv6 = header->family == AF_INET6;
	found.action = read_action(header->action);
	mnl_attr_for_each(attribute, message, sizeof(*header))
		read_attribute(attribute, &found, &protocol);
	if (protocol != owner->protocol)
		return false;
	*rule = found;
	return true;
}
