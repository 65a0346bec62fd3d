// SPDX-License-Identifier: BSD-2-Clause
/*
 * Parsers of rtnetlink messages. The messages are made by hand, also those of
 * devices that the running kernel may lack.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <errno.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "nexthop/netlink_message.h"

enum {
	BUFFER_SIZE = 1024,
	IFINDEX = 7,
	PARENT = 3,
};

static union {
	char bytes[BUFFER_SIZE];
	struct nlmsghdr header;
} buffer;
static struct nlmsghdr *message;

static struct address ip(const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	return address;
}

static void assert_address(const struct address *address, const char *text)
{
	struct address expected = ip(text);

	assert_memory_equal(address, &expected, sizeof(expected));
}

/* Make a message of this type, with its fixed header zeroed. */
static void *begin(uint16_t type, size_t size)
{
	memset(&buffer, 0, sizeof(buffer));
	message = mnl_nlmsg_put_header(&buffer);
	message->nlmsg_type = type;
	return mnl_nlmsg_put_extra_header(message, size);
}

static void put_address(uint16_t type, const char *text)
{
	struct address address = ip(text);
	uint32_t ipv4;

	if (address_is_ipv4(&address)) {
		ipv4 = address_ipv4(&address);
		mnl_attr_put(message, type, sizeof(ipv4), &ipv4);
	} else {
		mnl_attr_put(message, type, sizeof(address), &address);
	}
}

/* ---- links */

static void begin_link(void)
{
	struct ifinfomsg *info = begin(RTM_NEWLINK, sizeof(*info));

	info->ifi_type = ARPHRD_ETHER;
	info->ifi_index = IFINDEX;
	info->ifi_flags = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
	mnl_attr_put_strz(message, IFLA_IFNAME, "dev7");
	mnl_attr_put(message, IFLA_ADDRESS, MAC_SIZE, "\2\0\0\0\0\7");
	mnl_attr_put_u32(message, IFLA_MTU, 1496);
}

/* Put the device's kind; "vlan" has an ID and a protocol. */
static void put_kind(const char *kind, uint16_t protocol, uint16_t id)
{
	struct nlattr *info, *data;

	mnl_attr_put_u32(message, IFLA_LINK, PARENT);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, kind);
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	mnl_attr_put_u16(message, IFLA_VLAN_ID, id);
	mnl_attr_put_u16(message, IFLA_VLAN_PROTOCOL, htons(protocol));
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, info);
}

static void reads_a_link(void **state)
{
	struct nexthop_link link;

	(void)state;
	begin_link();
	assert_true(netlink_message_link(message, &link));
	assert_int_equal(link.ifindex, IFINDEX);
	assert_string_equal(link.name, "dev7");
	assert_int_equal(link.mac[5], 7);
	assert_int_equal(link.mtu, 1496);
	assert_true(link.up);
	assert_int_equal(link.parent, 0);
	assert_int_equal(link.tag.protocol, 0);
}

static void a_link_is_up_only_with_all_three_flags(void **state)
{
	static const unsigned int flags[] = {
		0,
		IFF_UP,
		IFF_UP | IFF_RUNNING,
		IFF_UP | IFF_LOWER_UP,
		IFF_RUNNING | IFF_LOWER_UP,
	};
	struct nexthop_link link;

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		struct ifinfomsg *info;

		begin_link();
		info = mnl_nlmsg_get_payload(message);
		info->ifi_flags = flags[i];
		assert_true(netlink_message_link(message, &link));
		assert_false(link.up);
	}
}

static void a_vlan_device_has_a_parent_and_a_tag(void **state)
{
	struct nexthop_link link;

	(void)state;
	begin_link();
	put_kind("vlan", ETH_P_8021Q, 100);
	assert_true(netlink_message_link(message, &link));
	assert_int_equal(link.parent, PARENT);
	assert_int_equal(link.tag.protocol, htons(ETH_P_8021Q));
	assert_int_equal(link.tag.id, 100);

	begin_link();
	put_kind("vlan", ETH_P_8021AD, 4094);
	assert_true(netlink_message_link(message, &link));
	assert_int_equal(link.tag.protocol, htons(ETH_P_8021AD));
	assert_int_equal(link.tag.id, 4094);
}

static void a_parent_in_another_namespace_is_none(void **state)
{
	struct nexthop_link link;

	(void)state;
	begin_link();
	put_kind("vlan", ETH_P_8021Q, 100);
	mnl_attr_put_u32(message, IFLA_LINK_NETNSID, 0);
	assert_true(netlink_message_link(message, &link));
	assert_int_equal(link.parent, 0);
	assert_int_equal(link.tag.protocol, 0);
}

/* IFLA_LINK of a veth is its peer, perhaps in another namespace. */
static void other_kinds_have_no_parent(void **state)
{
	static const char *const kinds[] = { "veth", "macvlan", "vlan2", "vla",
					     "" };
	struct nexthop_link link;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		begin_link();
		put_kind(kinds[i], ETH_P_8021Q, 100);
		assert_true(netlink_message_link(message, &link));
		assert_int_equal(link.parent, 0);
		assert_int_equal(link.tag.protocol, 0);
	}
}

static void a_port_of_a_bridge_is_no_change_of_the_link(void **state)
{
	struct nexthop_link link;
	struct ifinfomsg *info;

	(void)state;
	begin_link();
	info = mnl_nlmsg_get_payload(message);
	info->ifi_family = AF_BRIDGE;
	assert_false(netlink_message_link(message, &link));
}

/* ---- addresses */

static struct ifaddrmsg *begin_address(uint8_t family, uint8_t length)
{
	struct ifaddrmsg *info = begin(RTM_NEWADDR, sizeof(*info));

	info->ifa_family = family;
	info->ifa_prefixlen = length;
	info->ifa_index = IFINDEX;
	return info;
}

static void reads_addresses_of_both_families(void **state)
{
	struct host_address address;

	(void)state;
	begin_address(AF_INET, 24);
	put_address(IFA_LOCAL, "10.0.0.1");
	put_address(IFA_ADDRESS, "10.0.0.1");
	assert_true(netlink_message_address(message, &address));
	assert_address(&address.local, "10.0.0.1");
	assert_int_equal(address.subnet.length, 24);
	assert_int_equal(address.ifindex, IFINDEX);
	assert_false(address.unusable);

	begin_address(AF_INET6, 64);
	put_address(IFA_ADDRESS, "2001:db8::1");
	assert_true(netlink_message_address(message, &address));
	assert_address(&address.local, "2001:db8::1");
	assert_address(&address.subnet.address, "2001:db8::1");
}

static void the_far_end_of_a_link_is_its_subnet(void **state)
{
	struct host_address address;

	(void)state;
	begin_address(AF_INET6, 128);
	put_address(IFA_LOCAL, "2001:db8::1");
	put_address(IFA_ADDRESS, "2001:db8::2");
	assert_true(netlink_message_address(message, &address));
	assert_address(&address.local, "2001:db8::1");
	assert_address(&address.subnet.address, "2001:db8::2");
}

static void link_local_addresses_get_their_scope(void **state)
{
	struct host_address address;
	struct address bare;

	(void)state;
	begin_address(AF_INET6, 64);
	put_address(IFA_ADDRESS, "fe80::1");
	assert_true(netlink_message_address(message, &address));
	assert_int_equal(address_scope(&address.local), IFINDEX);
	assert_int_equal(address_scope(&address.subnet.address), IFINDEX);
	bare = address_unscoped(&address.local);
	assert_address(&bare, "fe80::1");
}

static void unusable_sources_are_marked(void **state)
{
	struct host_address address;

	(void)state;
	begin_address(AF_INET6, 64)->ifa_flags = IFA_F_TENTATIVE;
	put_address(IFA_ADDRESS, "2001:db8::1");
	assert_true(netlink_message_address(message, &address));
	assert_true(address.unusable);

	begin_address(AF_INET6, 64);
	put_address(IFA_ADDRESS, "2001:db8::1");
	mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_DADFAILED);
	assert_true(netlink_message_address(message, &address));
	assert_true(address.unusable);

	begin_address(AF_INET, 8)->ifa_scope = RT_SCOPE_HOST;
	put_address(IFA_LOCAL, "127.0.0.1");
	put_address(IFA_ADDRESS, "127.0.0.1");
	assert_true(netlink_message_address(message, &address));
	assert_true(address.unusable);
}

static void addresses_that_make_no_sense_are_refused(void **state)
{
	struct host_address address;

	(void)state;
	begin_address(AF_INET, 33);
	put_address(IFA_LOCAL, "10.0.0.1");
	put_address(IFA_ADDRESS, "10.0.0.1");
	assert_false(netlink_message_address(message, &address));
	begin_address(AF_INET, 24);
	assert_false(netlink_message_address(message, &address));
	begin_address(AF_INET, 24);
	mnl_attr_put(message, IFA_LOCAL, 3, "abc");
	assert_false(netlink_message_address(message, &address));
	begin_address(AF_MPLS, 20);
	assert_false(netlink_message_address(message, &address));
}

/* ---- routes */

static void begin_route(uint8_t family, uint8_t type)
{
	struct rtmsg *info = begin(RTM_NEWROUTE, sizeof(*info));

	info->rtm_family = family;
	info->rtm_type = type;
}

static void reads_a_route(void **state)
{
	struct netlink_route route;

	(void)state;
	begin_route(AF_INET, RTN_UNICAST);
	put_address(RTA_GATEWAY, "10.0.0.2");
	mnl_attr_put_u32(message, RTA_OIF, IFINDEX);
	mnl_attr_put_u32(message, RTA_PRIORITY, 20);
	put_address(RTA_PREFSRC, "10.0.0.1");
	assert_int_equal(netlink_message_route(message, &route), 0);
	assert_int_equal(route.ifindex, IFINDEX);
	assert_int_equal(route.metric, 20);
	assert_address(&route.gateway, "10.0.0.2");
	assert_address(&route.source, "10.0.0.1");
}

static void a_link_local_gateway_gets_its_scope(void **state)
{
	struct netlink_route route;
	struct address bare;

	(void)state;
	begin_route(AF_INET6, RTN_UNICAST);
	put_address(RTA_GATEWAY, "fe80::2");
	mnl_attr_put_u32(message, RTA_OIF, IFINDEX);
	assert_int_equal(netlink_message_route(message, &route), 0);
	assert_int_equal(address_scope(&route.gateway), IFINDEX);
	bare = address_unscoped(&route.gateway);
	assert_address(&bare, "fe80::2");
}

static void an_ipv4_route_may_lead_over_ipv6(void **state)
{
	struct {
		uint16_t family;
		struct address address;
	} via = { AF_INET6, ip("2001:db8::2") };
	struct netlink_route route;

	(void)state;
	begin_route(AF_INET, RTN_UNICAST);
	mnl_attr_put(message, RTA_VIA, sizeof(via), &via);
	mnl_attr_put_u32(message, RTA_OIF, IFINDEX);
	assert_int_equal(netlink_message_route(message, &route), 0);
	assert_address(&route.gateway, "2001:db8::2");
}

/* Put a hop of a multipath route. */
static void put_hop(uint8_t flags, int ifindex, const char *gateway)
{
	char *at = mnl_nlmsg_get_payload_tail(message);
	struct rtnexthop *hop = (void *)at;

	*hop = (struct rtnexthop){ .rtnh_flags = flags,
				   .rtnh_ifindex = ifindex };
	message->nlmsg_len += sizeof(*hop);
	put_address(RTA_GATEWAY, gateway);
	hop->rtnh_len =
		(unsigned short)((char *)mnl_nlmsg_get_payload_tail(message) -
				 at);
}

static void of_several_hops_the_first_living_is_taken(void **state)
{
	struct netlink_route route;
	struct nlattr *hops;

	(void)state;
	begin_route(AF_INET, RTN_UNICAST);
	hops = mnl_attr_nest_start(message, RTA_MULTIPATH);
	put_hop(RTNH_F_LINKDOWN, 3, "10.0.3.2");
	put_hop(RTNH_F_DEAD, 4, "10.0.4.2");
	put_hop(0, 5, "10.0.5.2");
	put_hop(0, 6, "10.0.6.2");
	mnl_attr_nest_end(message, hops);
	assert_int_equal(netlink_message_route(message, &route), 0);
	assert_int_equal(route.ifindex, 5);
	assert_address(&route.gateway, "10.0.5.2");
}

static void only_a_unicast_route_leads_anywhere(void **state)
{
	static const struct {
		uint8_t type;
		int verdict;
	} types[] = {
		{ RTN_LOCAL, -EADDRINUSE },
		{ RTN_BROADCAST, -ENETUNREACH },
		{ RTN_ANYCAST, -ENETUNREACH },
		{ RTN_MULTICAST, -ENETUNREACH },
		{ RTN_BLACKHOLE, -ENETUNREACH },
		{ RTN_UNREACHABLE, -ENETUNREACH },
	};
	struct netlink_route route;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		begin_route(AF_INET, types[i].type);
		assert_int_equal(netlink_message_route(message, &route),
				 types[i].verdict);
	}
	begin(RTM_NEWADDR, sizeof(struct rtmsg));
	assert_int_equal(netlink_message_route(message, &route), -ENETUNREACH);
}

static void our_own_route_to_a_vip_leads_back_to_us(void **state)
{
	struct netlink_route route;
	struct rtmsg *info;

	(void)state;
	begin_route(AF_INET, RTN_UNICAST);
	info = mnl_nlmsg_get_payload(message);
	info->rtm_protocol = ROUTE_OWNER_FIRST_PROTOCOL;
	put_address(RTA_GATEWAY, "10.0.0.2");
	mnl_attr_put_u32(message, RTA_OIF, IFINDEX);
	assert_int_equal(netlink_message_route(message, &route), -ELOOP);
}

/* ---- neighbors */

static void begin_neighbor(uint16_t state, size_t mac_size)
{
	const uint8_t mac[8] = { 2, 0, 0, 0, 0, 7 };
	struct ndmsg *entry = begin(RTM_NEWNEIGH, sizeof(*entry));

	*entry = (struct ndmsg){ .ndm_family = AF_INET,
				 .ndm_ifindex = IFINDEX,
				 .ndm_state = state };
	put_address(NDA_DST, "10.0.0.1");
	mnl_attr_put(message, NDA_LLADDR, mac_size, mac);
}

static void a_neighbor_has_a_mac_once_it_was_resolved(void **state)
{
	const uint16_t without[] = { NUD_INCOMPLETE, NUD_FAILED, NUD_NOARP };
	const uint16_t with[] = { NUD_REACHABLE, NUD_STALE, NUD_DELAY,
				  NUD_PROBE, NUD_PERMANENT };
	uint8_t mac[MAC_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		begin_neighbor(without[i], MAC_SIZE);
		assert_false(netlink_message_neighbor(message, mac));
	}
	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++) {
		begin_neighbor(with[i], MAC_SIZE);
		assert_true(netlink_message_neighbor(message, mac));
		assert_int_equal(mac[MAC_SIZE - 1], 7);
	}
}

static void a_link_layer_address_of_another_size_is_no_mac(void **state)
{
	uint8_t mac[MAC_SIZE];

	(void)state;
	begin_neighbor(NUD_REACHABLE, MAC_SIZE + 2);
	assert_false(netlink_message_neighbor(message, mac));
	begin_neighbor(NUD_REACHABLE, MAC_SIZE - 1);
	assert_false(netlink_message_neighbor(message, mac));
}

/* Truncated and damaged messages: no read behind the end. */
static void damage_does_no_harm(void **state)
{
	struct nexthop_link link;
	struct netlink_route route;
	struct nlattr *hops;
	uint32_t whole;

	(void)state;
	begin_link();
	put_kind("vlan", ETH_P_8021Q, 100);
	for (uint32_t size = message->nlmsg_len;
	     size >= NLMSG_LENGTH(sizeof(struct ifinfomsg)); size--) {
		message->nlmsg_len = size;
		netlink_message_link(message, &link);
	}
	begin_route(AF_INET, RTN_UNICAST);
	hops = mnl_attr_nest_start(message, RTA_MULTIPATH);
	put_hop(RTNH_F_LINKDOWN, 3, "10.0.3.2");
	put_hop(0, 4, "10.0.4.2");
	mnl_attr_nest_end(message, hops);
	whole = message->nlmsg_len;
	for (uint32_t bit = NLMSG_LENGTH(sizeof(struct rtmsg)) * 8;
	     bit < whole * 8; bit++) {
		buffer.bytes[bit / 8] ^= (char)(1 << bit % 8);
		netlink_message_route(message, &route);
		buffer.bytes[bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_int_equal(netlink_message_route(message, &route), 0);
	assert_int_equal(route.ifindex, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_link),
		cmocka_unit_test(a_link_is_up_only_with_all_three_flags),
		cmocka_unit_test(a_vlan_device_has_a_parent_and_a_tag),
		cmocka_unit_test(a_parent_in_another_namespace_is_none),
		cmocka_unit_test(other_kinds_have_no_parent),
		cmocka_unit_test(a_port_of_a_bridge_is_no_change_of_the_link),
		cmocka_unit_test(reads_addresses_of_both_families),
		cmocka_unit_test(the_far_end_of_a_link_is_its_subnet),
		cmocka_unit_test(link_local_addresses_get_their_scope),
		cmocka_unit_test(unusable_sources_are_marked),
		cmocka_unit_test(addresses_that_make_no_sense_are_refused),
		cmocka_unit_test(reads_a_route),
		cmocka_unit_test(a_link_local_gateway_gets_its_scope),
		cmocka_unit_test(an_ipv4_route_may_lead_over_ipv6),
		cmocka_unit_test(of_several_hops_the_first_living_is_taken),
		cmocka_unit_test(only_a_unicast_route_leads_anywhere),
		cmocka_unit_test(our_own_route_to_a_vip_leads_back_to_us),
		cmocka_unit_test(a_neighbor_has_a_mac_once_it_was_resolved),
		cmocka_unit_test(
			a_link_layer_address_of_another_size_is_no_mac),
		cmocka_unit_test(damage_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
