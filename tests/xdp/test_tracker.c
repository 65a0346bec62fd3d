// SPDX-License-Identifier: BSD-2-Clause
/*
 * The next-hop tracker against a real kernel, as root. The tracker is at one
 * end of the pair of namespaces (pair.h); the kernel at the other end answers
 * its ARP requests and neighbor solicitations.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/event.h>
#include <linux/if_packet.h>

#include "core/clock.h"
#include "core/work_turns.h"
#include "nexthop/arp.h"
#include "nexthop/nd.h"
#include "nexthop/tracker.h"
#include "pair.h"

enum times {
	WORK_US = 0, /* one piece in each turn of the loop */
	TICK_MS = 5,
	AT_ONCE_MS = 300, /* on one or two busy cores */
	ANSWER_MS = 1500, /* a failed next hop is probed once a second */
	DEATH_MS = 2500,
};

enum sizes {
	FLOOD_SIZE = 16000,
	CONFLICTS = 100, /* that the tracker should count */
	MOST_FORGERIES = 20000,
};

static const char interfaces[2][16] = { "hg0", "hg9" };
static const uint8_t server_mac[MAC_SIZE] = { 0x02, 0, 0, 0, 0, 2 };
static const uint8_t other_mac[MAC_SIZE] = { 0x02, 0, 0, 0, 0, 3 };
static const uint8_t forger_mac[MAC_SIZE] = { 0x02, 0, 0, 0, 0, 0x66 };

static pid_t server;
static struct event_base *base;
static struct work_turns work;
static struct tracker *tracker;
static const struct nexthop *hop;
static unsigned int changes, releases, link_changes;
static bool release_on_change;

/* Run the tracker; returns whether `holds` came true within limit_ms. */
static bool wait_for(bool (*holds)(void), uint64_t limit_ms)
{
	const struct timeval tick = { .tv_usec = TICK_MS * CLOCK_US_PER_MS };
	uint64_t end = clock_now_ms() + limit_ms;

	while (!holds() && clock_now_ms() < end) {
		event_base_loopexit(base, &tick);
		event_base_dispatch(base);
	}
	return holds();
}

static bool never(void)
{
	return false;
}

static bool is_alive(void)
{
	return nexthop_is_alive(hop);
}

static bool is_dead(void)
{
	return hop->state == NEXTHOP_FAILED;
}

static bool is_unreachable(void)
{
	return hop->state == NEXTHOP_UNREACHABLE;
}

static bool has_other_mac(void)
{
	return !memcmp(hop->mac, other_mac, MAC_SIZE);
}

static bool has_small_mtu(void)
{
	return hop->mtu == 1400;
}

static void on_changed(const struct nexthop *nexthop, void *context)
{
	(void)context;
	changes++;
	if (release_on_change)
		tracker_release(tracker, &nexthop->address);
}

static void on_released(const struct address *address, void *context)
{
	(void)context;
	assert_null(tracker_find(tracker, address));
	releases++;
}

static void on_link_changed(const struct nexthop_link *link, void *context)
{
	(void)context;
	link_changes += !strncmp(link->name, "hg", 2);
}

/* Acquire a next hop; a link-local address is on hg0. */
static void acquire_hop(const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	address = address_scoped(&address, if_nametoindex("hg0"));
	assert_int_equal(tracker_acquire(tracker, &address), 0);
	tracker_settle(tracker);
	hop = tracker_find(tracker, &address);
}

static void acquire_alive(const char *text)
{
	acquire_hop(text);
	assert_true(wait_for(is_alive, AT_ONCE_MS));
}

/* Give hg0 fe80::1 and 2001:db8::1, and hg1 the same with a 2. */
static void add_ipv6(void)
{
	pair_run("ip address add 2001:db8::1/64 dev hg0 nodad");
	pair_run("ip address add fe80::1/64 dev hg0 nodad");
	pair_run_at(server, "address add 2001:db8::2/64 dev hg1 nodad");
	pair_run_at(server, "address add fe80::2/64 dev hg1 nodad");
}

static int set_up(void **state)
{
	const struct nexthop_options options = {
		.interfaces = interfaces,
		.interface_count = 2,
		.probe_interval_ms = nexthop_options_default.probe_interval_ms,
		.probe_count = nexthop_options_default.probe_count,
	};
	const struct tracker_callbacks callbacks = {
		.changed = on_changed,
		.released = on_released,
		.link_changed = on_link_changed,
	};
	char error[128];

	(void)state;
	changes = releases = link_changes = 0;
	release_on_change = false;
	server = pair_build();
	add_ipv6();
	base = event_base_new();
	assert_int_equal(work_turns_init(&work, base, WORK_US), 0);
	if (tracker_new(base, &work.queue, &options, &callbacks, NULL, &tracker,
			error, sizeof(error)))
		fail_msg("%s", error);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tracker_free(tracker);
	work_turns_destroy(&work);
	event_base_free(base);
	pair_end(server);
	return 0;
}

static void an_answering_server_is_alive(void **state)
{
	(void)state;
	acquire_hop("10.0.0.2");
	assert_int_equal(hop->state, NEXTHOP_RESOLVING);
	assert_int_equal(changes, 0);
	assert_true(wait_for(is_alive, AT_ONCE_MS));
	assert_memory_equal(hop->mac, server_mac, MAC_SIZE);
	assert_int_equal(hop->ifindex, if_nametoindex("hg0"));
	assert_string_equal(hop->interface, "hg0");
	assert_int_equal(hop->mtu, 1500);
	assert_int_equal(hop->source_mac[5], 1);
	assert_int_equal(changes, 1);
	assert_int_equal(link_changes, 1);

	/* The next hop stays alive without another change. */
	wait_for(never, DEATH_MS);
	assert_true(is_alive());
	assert_int_equal(changes, 1);
	assert_int_equal(hop->conflicts, 0);
}

static void a_server_without_its_address_dies_and_returns(void **state)
{
	(void)state;
	acquire_alive("10.0.0.2");
	pair_run_at(server, "address del 10.0.0.2/24 dev hg1");
	assert_true(wait_for(is_dead, DEATH_MS));
	assert_int_equal(changes, 2);
	pair_run_at(server, "address add 10.0.0.2/24 dev hg1");
	assert_true(wait_for(is_alive, ANSWER_MS));
	assert_int_equal(changes, 3);
}

static void a_lost_link_kills_at_once(void **state)
{
	(void)state;
	acquire_alive("10.0.0.2");
	pair_run_at(server, "link set hg1 down");
	assert_true(wait_for(is_dead, AT_ONCE_MS));
	pair_run_at(server, "link set hg1 up");
	assert_true(wait_for(is_alive, ANSWER_MS));
}

static void a_closed_link_leaves_no_route(void **state)
{
	(void)state;
	acquire_alive("10.0.0.2");
	pair_run("ip link set hg0 down");
	assert_true(wait_for(is_unreachable, AT_ONCE_MS));
	assert_int_equal(hop->ifindex, 0);
	pair_run("ip link set hg0 up");
	assert_true(wait_for(is_alive, ANSWER_MS));
}

/* Return a forged answer: "10.0.0.2 is at the forger". */
static struct arp_frame forged_reply(void)
{
	struct arp_request request = {
		.destination = hop->source_mac,
		.sender_ip = inet_addr("10.0.0.2"),
		.target_ip = inet_addr("10.0.0.1"),
	};
	struct arp_frame frame;

	memcpy(request.sender_mac, forger_mac, MAC_SIZE);
	arp_build_request(&request, &frame);
	frame.opcode = htons(ARP_REPLY);
	memcpy(frame.target_mac, hop->source_mac, MAC_SIZE);
	return frame;
}

/*
 * Send forgeries for as long as a death takes, and until many were counted,
 * which takes longer on a busy machine.
 */
static void send_forgeries(int fd, const struct sockaddr_ll *to,
			   const void *frame, size_t size)
{
	uint64_t end = clock_now_ms() + DEATH_MS;

	for (int sent = 0;
	     sent < MOST_FORGERIES &&
	     (clock_now_ms() < end || hop->conflicts <= CONFLICTS);
	     sent++) {
		assert_int_equal(sendto(fd, frame, size, 0,
					(const struct sockaddr *)to,
					sizeof(*to)),
				 size);
		wait_for(never, 1);
		assert_true(is_alive());
		assert_memory_equal(hop->mac, server_mac, MAC_SIZE);
	}
	assert_true(hop->conflicts > CONFLICTS);
}

static void a_forged_reply_does_not_move_it(void **state)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	unsigned int ifindex;
	int fd = pair_server_socket(server, &ifindex);
	struct arp_frame forged;

	(void)state;
	acquire_alive("10.0.0.2");
	forged = forged_reply();
	to.sll_ifindex = (int)ifindex;
	send_forgeries(fd, &to, &forged, sizeof(forged));
	close(fd);
	assert_int_equal(changes, 1);
}

static void a_server_with_a_new_mac_is_found(void **state)
{
	(void)state;
	acquire_alive("10.0.0.2");
	pair_run_at(server, "link set hg1 address 02:00:00:00:00:03");
	assert_true(wait_for(has_other_mac, DEATH_MS));
	assert_true(is_alive());
}

static void what_no_probe_can_reach_is_unreachable(void **state)
{
	static const char *const addresses[] = {
		"10.0.0.1",    /* ours */
		"127.0.0.1",   /* ours too */
		"203.0.113.1", /* no route */
		"10.9.0.2",    /* behind an interface that is not listed */
		"10.0.0.255",  /* broadcast */
		"2001:db8::1", /* ours */
		"::1",		 "fe80::1", /* ours */
		"2001:db8:5::1",	    /* no route */
		"2001:db8:9::2", /* behind an interface that is not listed */
		"2001:db8::",	 /* anycast of routers */
	};

	(void)state;
	pair_run("ip link set lo up");
	pair_run("ip link add other type veth peer name end");
	pair_run("ip link set end up");
	pair_run("ip address add 10.9.0.1/24 dev other");
	pair_run("ip address add 2001:db8:9::1/64 dev other nodad");
	pair_run("sysctl -q -w net.ipv6.conf.all.forwarding=1");
	pair_run("ip link set other up");
	wait_for(never, AT_ONCE_MS);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		acquire_hop(addresses[i]);
		assert_true(is_unreachable());
	}
	wait_for(never, AT_ONCE_MS);
	assert_int_equal(changes, 0);
}

static void routes_are_followed(void **state)
{
	const struct address gateway = address_from_ipv4(inet_addr("10.0.0.2"));

	(void)state;
	acquire_hop("192.0.2.1");
	assert_true(is_unreachable());
	pair_run("ip route add 192.0.2.0/24 via 10.0.0.2");
	assert_true(wait_for(is_alive, AT_ONCE_MS));
	assert_true(address_equal(&hop->via, &gateway));
	pair_run("ip route add 198.51.100.0/24 via 10.0.0.2");
	wait_for(never, AT_ONCE_MS);
	assert_int_equal(changes, 1);
	assert_true(is_alive());
	pair_run("ip route del 192.0.2.0/24");
	assert_true(wait_for(is_unreachable, AT_ONCE_MS));
	assert_int_equal(changes, 2);
}

static void an_interface_may_appear_later(void **state)
{
	(void)state;
	acquire_hop("10.3.0.2");
	assert_true(is_unreachable());
	pair_run("ip link add hg9 type veth peer name hg8 netns %d",
		 (int)server);
	pair_run_at(server, "address add 10.3.0.2/24 dev hg8");
	pair_run_at(server, "link set hg8 up");
	pair_run("ip address add 10.3.0.1/24 dev hg9");
	pair_run("ip link set hg9 up");
	assert_true(wait_for(is_alive, ANSWER_MS));
	assert_string_equal(hop->interface, "hg9");
	assert_non_null(tracker_link_by_name(tracker, "hg9"));

	pair_run("ip link del hg9");
	assert_true(wait_for(is_unreachable, AT_ONCE_MS));
	assert_null(tracker_link_by_name(tracker, "hg9"));
}

static bool has_other_source(void)
{
	const struct address other = address_from_ipv4(inet_addr("10.0.0.99"));

	return address_equal(&hop->outer_source, &other);
}

static void a_new_mtu_is_a_change(void **state)
{
	(void)state;
	acquire_alive("10.0.0.2");
	pair_run("ip link set hg0 mtu 1400");
	assert_true(wait_for(has_small_mtu, AT_ONCE_MS));
	assert_true(is_alive());
	assert_int_equal(changes, 2);
}

static void a_tunnel_has_a_source_and_takes_room(void **state)
{
	const struct address own = address_from_ipv4(inet_addr("10.0.0.1"));
	const struct address end = address_from_ipv4(inet_addr("192.0.2.1"));

	(void)state;
	pair_run("ip route add 192.0.2.0/24 via 10.0.0.2");
	acquire_alive("192.0.2.1");
	assert_true(address_equal(&hop->outer_source, &own));
	tracker_encapsulate(tracker, &end, HG_ENCAPSULATION_GUE);
	tracker_settle(tracker);
	assert_int_equal(hop->encapsulation, HG_ENCAPSULATION_GUE);
	assert_int_equal(hop->mtu, 1500 - 28);
	assert_int_equal(changes, 2);
	pair_run("ip address add 10.0.0.99/32 dev hg0");
	pair_run("ip route change 192.0.2.0/24 via 10.0.0.2 src 10.0.0.99");
	assert_true(wait_for(has_other_source, AT_ONCE_MS));
}

/* Cause more notifications than fit into the queue, the important one last. */
static void lost_notifications_are_made_good(void **state)
{
	(void)state;
	acquire_alive("10.0.0.2");
	pair_run("for i in $(seq 1 %d); do "
		 "echo route add 198.18.$((i / 256)).$((i %% 256)) dev hg0; "
		 "done | ip -batch -",
		 FLOOD_SIZE);
	pair_run("ip link set hg0 mtu 1400");
	assert_true(wait_for(has_small_mtu, ANSWER_MS));
	assert_true(is_alive());
}

static void nexthops_are_listed_in_order_and_counted(void **state)
{
	const struct address first = address_from_ipv4(inet_addr("10.0.0.2"));
	const struct nexthop *listed;

	(void)state;
	acquire_hop("10.0.0.9");
	acquire_hop("10.0.0.2");
	acquire_hop("10.0.0.2");
	assert_false(tracker_is_local(tracker, &first));
	assert_true(tracker_is_on_link(tracker, &first));
	listed = tracker_next(tracker, NULL);
	assert_true(address_equal(&listed->address, &first));
	listed = tracker_next(tracker, listed);
	assert_non_null(listed);
	assert_null(tracker_next(tracker, listed));
	tracker_release(tracker, &first);
	tracker_settle(tracker);
	assert_non_null(tracker_find(tracker, &first));
	assert_int_equal(releases, 0);
	tracker_release(tracker, &first);
	tracker_settle(tracker);
	assert_null(tracker_find(tracker, &first));
	assert_int_equal(releases, 1);
}

static void acquiring_asks_nothing_before_it_is_settled(void **state)
{
	const struct address first = address_from_ipv4(inet_addr("10.0.0.2"));

	(void)state;
	assert_int_equal(tracker_acquire(tracker, &first), 0);
	hop = tracker_find(tracker, &first);
	assert_int_equal(hop->state, NEXTHOP_UNREACHABLE);
	assert_int_equal(hop->ifindex, 0);
	tracker_settle(tracker);
	assert_int_equal(hop->state, NEXTHOP_RESOLVING);
	assert_int_equal(hop->ifindex, if_nametoindex("hg0"));
}

static void the_event_loop_settles_what_its_user_does_not(void **state)
{
	const struct address first = address_from_ipv4(inet_addr("10.0.0.2"));

	(void)state;
	assert_int_equal(tracker_acquire(tracker, &first), 0);
	hop = tracker_find(tracker, &first);
	assert_true(wait_for(is_alive, AT_ONCE_MS));
}

static void a_nexthop_acquired_again_before_that_stays_alive(void **state)
{
	(void)state;
	acquire_alive("10.0.0.2");
	tracker_release(tracker, &hop->address);
	assert_int_equal(tracker_acquire(tracker, &hop->address), 0);
	tracker_settle(tracker);
	assert_true(is_alive());
	assert_int_equal(releases, 0);
	assert_int_equal(changes, 1);
}

static bool is_released(void)
{
	return releases;
}

static void a_callback_may_release_its_nexthop(void **state)
{
	(void)state;
	release_on_change = true;
	acquire_hop("10.0.0.2");
	assert_true(wait_for(is_released, AT_ONCE_MS));
	assert_null(tracker_next(tracker, NULL));
	wait_for(never, AT_ONCE_MS);
	assert_int_equal(changes, 1);
}

static void an_answering_ipv6_server_is_alive(void **state)
{
	(void)state;
	acquire_hop("2001:db8::2");
	assert_int_equal(hop->state, NEXTHOP_RESOLVING);
	assert_true(wait_for(is_alive, AT_ONCE_MS));
	assert_memory_equal(hop->mac, server_mac, MAC_SIZE);
	assert_string_equal(hop->interface, "hg0");
	assert_int_equal(hop->port_ifindex, if_nametoindex("hg0"));
	assert_int_equal(hop->tags[0].protocol, 0);
	wait_for(never, DEATH_MS);
	assert_true(is_alive());
	assert_int_equal(changes, 1);
	assert_int_equal(hop->conflicts, 0);
}

static void a_link_local_server_is_alive_on_its_link(void **state)
{
	struct address bare;

	(void)state;
	acquire_alive("fe80::2");
	assert_memory_equal(hop->mac, server_mac, MAC_SIZE);
	wait_for(never, DEATH_MS);
	assert_true(is_alive());
	bare = address_unscoped(&hop->address);
	assert_int_equal(tracker_acquire(tracker, &bare), 0);
	tracker_settle(tracker);
	hop = tracker_find(tracker, &bare);
	assert_true(is_unreachable());
}

static void an_ipv6_server_without_its_address_dies_and_returns(void **state)
{
	(void)state;
	acquire_alive("2001:db8::2");
	pair_run_at(server, "address del 2001:db8::2/64 dev hg1");
	assert_true(wait_for(is_dead, DEATH_MS));
	pair_run_at(server, "address add 2001:db8::2/64 dev hg1 nodad");
	assert_true(wait_for(is_alive, ANSWER_MS));
	assert_int_equal(changes, 3);
}

/*
 * Return the checksum over the pseudo-header and the ICMPv6 message (RFC 8200
 * 8.1).
 */
static uint16_t nd_checksum(const struct nd_solicitation_frame *frame)
{
	const uint8_t *bytes = (const uint8_t *)&frame->start.source;
	const uint8_t *end = (const uint8_t *)(frame + 1);
	uint32_t sum =
		ntohs(frame->start.payload_length) + frame->start.next_header;

	for (; bytes < end; bytes += sizeof(uint16_t))
		sum += (uint32_t)bytes[0] << 8 | bytes[1];
	while (sum >> 16)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* Return a forged answer: "2001:db8::2 is at the forger". */
static struct nd_solicitation_frame forged_advertisement(void)
{
	struct nd_solicitation solicitation = {
		.destination = hop->source_mac,
	};
	struct nd_solicitation_frame frame;

	assert_true(address_parse("2001:db8::2", &solicitation.source));
	assert_true(address_parse("2001:db8::1", &solicitation.target));
	memcpy(solicitation.source_mac, forger_mac, MAC_SIZE);
	nd_build_solicitation(&solicitation, &frame);
	frame.start.type = ND_ADVERTISEMENT;
	frame.start.flags = 0x60; /* solicited, override */
	frame.start.target = solicitation.source;
	frame.source_mac.type = 2; /* the target's link-layer address */
	frame.start.checksum = 0;
	frame.start.checksum = nd_checksum(&frame);
	return frame;
}

static void a_forged_advertisement_does_not_move_it(void **state)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct nd_solicitation_frame forged;
	unsigned int ifindex;
	int fd = pair_server_socket(server, &ifindex);

	(void)state;
	acquire_alive("2001:db8::2");
	forged = forged_advertisement();
	to.sll_ifindex = (int)ifindex;
	send_forgeries(fd, &to, &forged, sizeof(forged));
	close(fd);
	assert_int_equal(changes, 1);
}

static void an_ipv6_server_with_a_new_mac_is_found(void **state)
{
	(void)state;
	acquire_alive("2001:db8::2");
	pair_run_at(server, "link set hg1 address 02:00:00:00:00:03");
	assert_true(wait_for(has_other_mac, DEATH_MS));
	assert_true(is_alive());
}

static void an_ipv6_gateway_serves_both_families(void **state)
{
	struct address gateway;

	(void)state;
	assert_true(address_parse("fe80::2", &gateway));
	gateway = address_scoped(&gateway, if_nametoindex("hg0"));
	pair_run("ip route add 192.0.2.0/24 via inet6 fe80::2 dev hg0 "
		 "metric 20");
	pair_run("ip route add 2001:db8:f::/48 via fe80::2 dev hg0 metric 30");
	acquire_alive("192.0.2.1");
	assert_memory_equal(&hop->via, &gateway, sizeof(gateway));
	assert_int_equal(hop->metric, 20);
	acquire_alive("2001:db8:f::1");
	assert_memory_equal(&hop->via, &gateway, sizeof(gateway));
	assert_int_equal(hop->metric, 30);
}

static bool has_metric_50(void)
{
	return hop->metric == 50;
}

static void a_new_metric_is_a_change(void **state)
{
	(void)state;
	pair_run("ip route add 192.0.2.0/24 via 10.0.0.2 metric 20");
	acquire_alive("192.0.2.1");
	assert_int_equal(hop->metric, 20);
	pair_run("ip route add 192.0.2.0/24 via 10.0.0.2 metric 50");
	pair_run("ip route del 192.0.2.0/24 metric 20");
	assert_true(wait_for(has_metric_50, AT_ONCE_MS));
	assert_true(is_alive());
	assert_int_equal(changes, 2);
}

/*
 * The tracker takes the first path whose link is up, not one that the kernel's
 * hash selects.
 */
static void one_path_of_a_multipath_route_is_taken(void **state)
{
	const struct address first = address_from_ipv4(inet_addr("10.0.0.2"));

	(void)state;
	pair_run_at(server, "address add 10.0.0.3/24 dev hg1");
	pair_run("ip route add 192.0.2.0/24 nexthop via 10.0.0.2 "
		 "nexthop via 10.0.0.3");
	for (int i = 1; i < 9; i++) {
		char text[ADDRESS_TEXT_SIZE];

		snprintf(text, sizeof(text), "192.0.2.%d", i);
		acquire_alive(text);
		assert_true(address_equal(&hop->via, &first));
	}
}

#define TRACKER_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRACKER_TEST(an_answering_server_is_alive),
		TRACKER_TEST(a_server_without_its_address_dies_and_returns),
		TRACKER_TEST(a_lost_link_kills_at_once),
		TRACKER_TEST(a_closed_link_leaves_no_route),
		TRACKER_TEST(a_forged_reply_does_not_move_it),
		TRACKER_TEST(a_server_with_a_new_mac_is_found),
		TRACKER_TEST(what_no_probe_can_reach_is_unreachable),
		TRACKER_TEST(routes_are_followed),
		TRACKER_TEST(an_interface_may_appear_later),
		TRACKER_TEST(a_new_mtu_is_a_change),
		TRACKER_TEST(a_tunnel_has_a_source_and_takes_room),
		TRACKER_TEST(lost_notifications_are_made_good),
		TRACKER_TEST(nexthops_are_listed_in_order_and_counted),
		TRACKER_TEST(acquiring_asks_nothing_before_it_is_settled),
		TRACKER_TEST(the_event_loop_settles_what_its_user_does_not),
		TRACKER_TEST(a_nexthop_acquired_again_before_that_stays_alive),
		TRACKER_TEST(a_callback_may_release_its_nexthop),
		TRACKER_TEST(an_answering_ipv6_server_is_alive),
		TRACKER_TEST(a_link_local_server_is_alive_on_its_link),
		TRACKER_TEST(
			an_ipv6_server_without_its_address_dies_and_returns),
		TRACKER_TEST(a_forged_advertisement_does_not_move_it),
		TRACKER_TEST(an_ipv6_server_with_a_new_mac_is_found),
		TRACKER_TEST(an_ipv6_gateway_serves_both_families),
		TRACKER_TEST(a_new_metric_is_a_change),
		TRACKER_TEST(one_path_of_a_multipath_route_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
