// SPDX-License-Identifier: BSD-2-Clause
/* Messages of our routes: built, and recognised in a list. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "fib/route_message.h"

static const struct route_owner owner = {
	.protocol = ROUTE_OWNER_FIRST_PROTOCOL,
	.first_object = 0x48000000,
	.last_object = 0x48ffffff,
};

static union {
	struct nlmsghdr header;
	char bytes[ROUTE_MESSAGE_SIZE];
} buffer;

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), PREFIX_OK);
	return prefix;
}

static struct route_hop hop_of(const char *via, uint32_t ifindex,
			       uint32_t weight)
{
	struct route_hop hop = { .ifindex = ifindex, .weight = weight };

	assert_true(address_parse(via, &hop.via));
	return hop;
}

static const struct nlattr *find(const struct nlmsghdr *message, uint16_t type)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(
		attribute, message,
		sizeof(struct rtmsg)) if (mnl_attr_get_type(attribute) ==
					  type) return attribute;
	return NULL;
}

/* Return the hop at `index` of a message, which must have it. */
static const struct rtnexthop *hop_at(const struct nlmsghdr *message,
				      size_t index)
{
	const struct nlattr *list = find(message, RTA_MULTIPATH);
	const char *at = mnl_attr_get_payload(list);
	const char *end = at + mnl_attr_get_payload_len(list);

	while (index--)
		at += ((const struct rtnexthop *)(const void *)at)->rtnh_len;
	return at < end ? (const void *)at : NULL;
}

static void a_route_is_ours_by_its_protocol(void **state)
{
	static const char *const prefixes[] = { "192.0.2.1/32",
						"2001:db8:f::1/128",
						"192.0.2.0/24", "0.0.0.0/0",
						"::/0" };

	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const struct prefix prefix = prefix_of(prefixes[i]);
		const struct route_hop hop = hop_of("2001:db8::2", 3, 1);
		struct nlmsghdr *message = route_message_replace(
			&buffer, &owner, &prefix, &hop, 1);
		struct rtmsg *header = mnl_nlmsg_get_payload(message);
		struct prefix found;

		assert_true(route_message_is_ours(message, &owner, &found));
		assert_true(prefix_equal(&found, &prefix));
		header->rtm_protocol = RTPROT_STATIC;
		assert_false(route_message_is_ours(message, &owner, &found));
	}
}

static void an_unreachable_route_leads_nowhere(void **state)
{
	const struct prefix prefix = prefix_of("2001:db8:f::/64");
	struct nlmsghdr *message =
		route_message_unreachable(&buffer, &owner, &prefix);
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	struct prefix found;

	(void)state;
	assert_int_equal(header->rtm_type, RTN_UNREACHABLE);
	assert_int_equal(mnl_attr_get_u32(find(message, RTA_PRIORITY)),
			 NETLINK_OWN_METRIC);
	assert_null(find(message, RTA_MULTIPATH));
	assert_true(route_message_is_ours(message, &owner, &found));
	assert_true(prefix_equal(&found, &prefix));
}

static void only_our_metric_is_removed(void **state)
{
	const struct prefix prefix = prefix_of("192.0.2.1/32");
	struct nlmsghdr *message =
		route_message_remove(&buffer, &owner, &prefix);
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);

	(void)state;
	assert_int_equal(message->nlmsg_type, RTM_DELROUTE);
	assert_int_equal(header->rtm_protocol, ROUTE_OWNER_FIRST_PROTOCOL);
	assert_int_equal(header->rtm_type, RTN_UNSPEC);
	assert_int_equal(mnl_attr_get_u32(find(message, RTA_PRIORITY)),
			 NETLINK_OWN_METRIC);
	assert_null(find(message, RTA_MULTIPATH));
}

static void weights_are_scaled_to_a_byte(void **state)
{
	const struct prefix prefix = prefix_of("192.0.2.1/32");
	struct route_hop hops[] = {
		hop_of("10.0.0.2", 3, 1),
		hop_of("10.0.0.3", 4, 0),
		hop_of("10.0.0.4", 5, 256),
	};
	struct nlmsghdr *message;

	(void)state;
	message = route_message_replace(&buffer, &owner, &prefix, hops, 3);
	assert_int_equal(hop_at(message, 0)->rtnh_hops, 0);
	assert_int_equal(hop_at(message, 1)->rtnh_ifindex, 5);
	assert_int_equal(hop_at(message, 1)->rtnh_hops, 255);
	assert_null(hop_at(message, 2));

	hops[2].weight = 65535;
	hops[1].weight = 32768;
	message = route_message_replace(&buffer, &owner, &prefix, hops, 3);
	assert_int_equal(hop_at(message, 0)->rtnh_hops, 0);
	assert_int_equal(hop_at(message, 1)->rtnh_hops, 127);
	assert_int_equal(hop_at(message, 2)->rtnh_hops, 255);

	/* If all weights are 0, all hops get the same. */
	for (size_t i = 0; i < 3; i++)
		hops[i].weight = 0;
	message = route_message_replace(&buffer, &owner, &prefix, hops, 3);
	assert_non_null(hop_at(message, 2));
}

static void gateways_are_of_either_family(void **state)
{
	const struct prefix ipv4 = prefix_of("192.0.2.1/32");
	const struct prefix ipv6 = prefix_of("2001:db8:f::1/128");
	struct route_hop hop = hop_of("fe80::2", 3, 1);
	const struct rtnexthop *sent;
	const struct nlattr *gateway;
	struct address bare = hop.via;
	struct rtvia via;

	(void)state;
	hop.via = address_scoped(&hop.via, 3);
	sent = hop_at(route_message_replace(&buffer, &owner, &ipv6, &hop, 1),
		      0);
	gateway = (const void *)(sent + 1);
	assert_int_equal(mnl_attr_get_type(gateway), RTA_GATEWAY);
	assert_memory_equal(mnl_attr_get_payload(gateway), &bare, sizeof(bare));

	sent = hop_at(route_message_replace(&buffer, &owner, &ipv4, &hop, 1),
		      0);
	gateway = (const void *)(sent + 1);
	assert_int_equal(mnl_attr_get_type(gateway), RTA_VIA);
	memcpy(&via, mnl_attr_get_payload(gateway), sizeof(via));
	assert_int_equal(via.rtvia_family, AF_INET6);
	assert_memory_equal((const char *)mnl_attr_get_payload(gateway) +
				    sizeof(via),
			    &bare, sizeof(bare));
}

static void the_longest_message_fits(void **state)
{
	static struct route_hop hops[ROUTE_MAX_HOPS];
	const struct prefix prefix = prefix_of("192.0.2.1/32");
	const struct nlmsghdr *message;

	(void)state;
	for (size_t i = 0; i < ROUTE_MAX_HOPS; i++)
		hops[i] = hop_of("2001:db8::2", (uint32_t)i, 1);
	message = route_message_replace(&buffer, &owner, &prefix, hops,
					ROUTE_MAX_HOPS);
	assert_true(message->nlmsg_len <= sizeof(buffer));
	assert_int_equal(hop_at(message, ROUTE_MAX_HOPS - 1)->rtnh_ifindex,
			 ROUTE_MAX_HOPS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route_is_ours_by_its_protocol),
		cmocka_unit_test(an_unreachable_route_leads_nowhere),
		cmocka_unit_test(only_our_metric_is_removed),
		cmocka_unit_test(weights_are_scaled_to_a_byte),
		cmocka_unit_test(gateways_are_of_either_family),
		cmocka_unit_test(the_longest_message_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
