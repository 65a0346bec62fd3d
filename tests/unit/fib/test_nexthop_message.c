// SPDX-License-Identifier: BSD-2-Clause
/* Messages of next-hop objects: built, and recognised in a list. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "fib/nexthop_message.h"

static const struct route_owner owner = {
	.protocol = ROUTE_OWNER_FIRST_PROTOCOL,
	.first_object = 0x48000000,
	.last_object = 0x48ffffff,
};

static union {
	struct nlmsghdr header;
	char bytes[ROUTE_MESSAGE_SIZE];
} buffer;

static const struct nlattr *find(const struct nlmsghdr *message, uint16_t type)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(
		attribute, message,
		sizeof(struct nhmsg)) if (mnl_attr_get_type(attribute) ==
					  type) return attribute;
	return NULL;
}

static struct route_hop hop_of(const char *via, uint32_t weight)
{
	struct route_hop hop = { .ifindex = 3, .weight = weight };

	assert_true(address_parse(via, &hop.via));
	return hop;
}

static void an_object_is_ours_by_protocol_and_id(void **state)
{
	const struct route_hop hop = hop_of("10.0.0.2", 1);
	struct nlmsghdr *message =
		nexthop_message_hop(&buffer, &owner, owner.first_object, &hop);
	struct nhmsg *header = mnl_nlmsg_get_payload(message);
	bool is_group = true;
	uint32_t id = 0;

	(void)state;
	assert_true(nexthop_message_is_ours(message, &owner, &id, &is_group));
	assert_int_equal(id, owner.first_object);
	assert_false(is_group);
	header->nh_protocol = RTPROT_STATIC;
	assert_false(nexthop_message_is_ours(message, &owner, &id, &is_group));
	message = nexthop_message_hop(&buffer, &owner, owner.first_object - 1,
				      &hop);
	assert_false(nexthop_message_is_ours(message, &owner, &id, &is_group));
	message = nexthop_message_group(&buffer, &owner, owner.last_object,
					&hop, &id, 1, false);
	assert_true(nexthop_message_is_ours(message, &owner, &id, &is_group));
	assert_int_equal(id, owner.last_object);
	assert_true(is_group);
}

static void a_truncated_message_is_not_ours(void **state)
{
	const struct route_hop hop = hop_of("2001:db8::2", 1);
	struct nlmsghdr *message =
		nexthop_message_hop(&buffer, &owner, owner.first_object, &hop);
	bool is_group;
	uint32_t id;

	(void)state;
	for (uint32_t size = 0; size < sizeof(*message) + sizeof(struct nhmsg) +
					       MNL_ATTR_HDRLEN + sizeof(id);
	     size += MNL_ALIGNTO) {
		message->nlmsg_len = size;
		if (size >= sizeof(*message))
			assert_false(nexthop_message_is_ours(message, &owner,
							     &id, &is_group));
	}
}

static void a_hop_has_the_family_of_its_gateway(void **state)
{
	const struct route_hop ipv4 = hop_of("10.0.0.2", 1);
	struct route_hop ipv6 = hop_of("fe80::2", 1);
	const struct address bare = ipv6.via;
	const struct nhmsg *header;
	struct nlmsghdr *message;

	(void)state;
	message =
		nexthop_message_hop(&buffer, &owner, owner.first_object, &ipv4);
	header = mnl_nlmsg_get_payload(message);
	assert_int_equal(header->nh_family, AF_INET);
	assert_int_equal(mnl_attr_get_u32(find(message, NHA_OIF)), 3);
	assert_int_equal(mnl_attr_get_u32(find(message, NHA_GATEWAY)),
			 address_ipv4(&ipv4.via));
	/* The scope in a link-local address is ours, and not sent. */
	ipv6.via.bytes[7] = 3;
	message =
		nexthop_message_hop(&buffer, &owner, owner.first_object, &ipv6);
	header = mnl_nlmsg_get_payload(message);
	assert_int_equal(header->nh_family, AF_INET6);
	assert_memory_equal(mnl_attr_get_payload(find(message, NHA_GATEWAY)),
			    bare.bytes, sizeof(bare.bytes));
}

static void the_greatest_group_fits(void **state)
{
	static struct route_hop hops[ROUTE_MAX_HOPS];
	static uint32_t ids[ROUTE_MAX_HOPS];
	const struct nexthop_grp *list;
	struct nlmsghdr *message;

	(void)state;
	for (uint32_t i = 0; i < ROUTE_MAX_HOPS; i++) {
		hops[i].weight = i + 1;
		ids[i] = owner.first_object + i;
	}
	message = nexthop_message_group(&buffer, &owner, owner.last_object,
					hops, ids, ROUTE_MAX_HOPS, true);
	assert_true(message->nlmsg_len <= sizeof(buffer));
	assert_true(message->nlmsg_flags & NLM_F_REPLACE);
	assert_false(message->nlmsg_flags & NLM_F_CREATE);
	list = mnl_attr_get_payload(find(message, NHA_GROUP));
	for (uint32_t i = 0; i < ROUTE_MAX_HOPS; i++) {
		assert_int_equal(list[i].id, ids[i]);
		assert_int_equal(list[i].weight, i);
	}
}

static void objects_of_another_instance_are_not_ours(void **state)
{
	const struct route_owner first = route_owner_of(1);
	const struct route_hop hop = { .ifindex = 2,
				       .via = address_from_ipv4(1),
				       .weight = 1 };
	bool is_group;
	uint32_t id;

	(void)state;
	assert_int_equal(first.protocol, owner.protocol);
	assert_int_equal(first.first_object, owner.first_object);
	assert_int_equal(first.last_object, owner.last_object);
	for (uint32_t i = 1; i <= ROUTE_OWNER_INSTANCES; i++) {
		const struct route_owner one = route_owner_of(i);
		struct nlmsghdr *message = nexthop_message_hop(
			&buffer, &one, one.first_object, &hop);

		assert_true(
			nexthop_message_is_ours(message, &one, &id, &is_group));
		assert_int_equal(nexthop_message_is_ours(message, &first, &id,
							 &is_group),
				 i == 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_of_another_instance_are_not_ours),
		cmocka_unit_test(an_object_is_ours_by_protocol_and_id),
		cmocka_unit_test(a_truncated_message_is_not_ours),
		cmocka_unit_test(a_hop_has_the_family_of_its_gateway),
		cmocka_unit_test(the_greatest_group_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
