// SPDX-License-Identifier: BSD-2-Clause
/* Records of TABLE_DUMP_V2, byte by byte. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "bgp/codec/mrt.h"
#include "bytes.h"

enum {
	NOW = 0x01020304,
	SINCE = 0x05060708,
};

static uint8_t bytes[2 * UINT16_MAX];
static const uint8_t path_bytes[] = { 2, 1, 0, 0, 0xfd, 0xe9 };

static struct address ipv6(uint8_t last)
{
	return (struct address){ .bytes = { 0x20, 1, [15] = last } };
}

static struct prefix ipv4_prefix(uint32_t address, uint8_t length)
{
	return (struct prefix){ .address = address_from_ipv4(htonl(address)),
				.length = length };
}

static struct bgp_attributes attributes_with(struct address nexthop)
{
	return (struct bgp_attributes){
		.present = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP,
		.as_path = reader_of(path_bytes, sizeof(path_bytes)),
		.nexthop = nexthop,
	};
}

static void peers_have_the_size_of_their_address(void **state)
{
	const struct mrt_peer peers[] = {
		{ .identifier = 0x0a000001, .as = 65000 },
		{ .identifier = 0x0a00000b,
		  .as = 65001,
		  .address = address_from_ipv4(htonl(0x0a01000b)) },
		{ .identifier = 0x0a00000c, .as = 70000, .address = ipv6(9) },
	};
	struct writer w = writer_of(
		bytes, MRT_PEERS_SIZE +
			       sizeof(peers) / sizeof(*peers) * MRT_PEER_SIZE);

	(void)state;
	mrt_write_peers(&w, NOW, 0x0a000001, peers, 3);
	assert_false(w.failed);
	assert_bytes(w.data, w.used, 1, 2, 3, 4, 0, 13, 0, 1, 0, 0, 0, 59,
		     /* collector, view, count */
		     10, 0, 0, 1, 0, 0, 0, 3,
		     /* type, identifier, address, AS */
		     2, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xfd, 0xe8, /* ours */
		     2, 10, 0, 0, 11, 10, 1, 0, 11, 0, 0, 0xfd, 0xe9, 3, 10, 0,
		     0, 12, 0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9,
		     0, 1, 0x11, 0x70);
}

static void an_ipv4_route_has_its_next_hop_attribute(void **state)
{
	const struct prefix prefix = ipv4_prefix(0xc0000200, 24);
	const struct bgp_attributes attributes =
		attributes_with(address_from_ipv4(htonl(0x0a01000b)));
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct mrt_rib rib = mrt_rib_begin(&w, NOW, 7, &prefix, false);

	(void)state;
	assert_true(mrt_rib_add(
		&rib, &(struct mrt_path){ .peer = 1,
					  .since_s = SINCE,
					  .path_id = 9, /* not written */
					  .attributes = &attributes }));
	mrt_rib_end(&rib);
	assert_bytes(w.data, w.used, 1, 2, 3, 4, 0, 13, 0, 2, 0, 0, 0, 38,
		     /* sequence, prefix, count */
		     0, 0, 0, 7, 24, 192, 0, 2, 0, 1,
		     /* peer, time, length */
		     0, 1, 5, 6, 7, 8, 0, 20, 0x40, 1, 1, 0, /* ORIGIN */
		     0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9,     /* AS_PATH */
		     0x40, 3, 4, 10, 1, 0, 11);
}

static void an_ipv6_next_hop_is_all_that_mp_reach_has(void **state)
{
	const struct prefix prefix = { .address = ipv6(1), .length = 128 };
	struct bgp_attributes attributes = attributes_with(ipv6(11));
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct mrt_rib rib = mrt_rib_begin(&w, NOW, 0, &prefix, true);
	const uint8_t *at;

	(void)state;
	attributes.link_local =
		(struct address){ .bytes = { 0xfe, 0x80, [15] = 2 } };
	assert_true(mrt_rib_add(
		&rib,
		&(struct mrt_path){ .path_id = 9, .attributes = &attributes }));
	mrt_rib_end(&rib);
	assert_int_equal(w.data[7], 10); /* RIB_IPV6_UNICAST_ADDPATH */
	at = w.data + 12 + 4 + 17 + 2;
	assert_bytes(at, 12u, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 13 + 36);
	at += 12 + 13;
	assert_bytes(at, 4u, 0x80, 14, 33, 32);
	assert_memory_equal(at + 4, ipv6(11).bytes, 16);
	assert_memory_equal(at + 20, attributes.link_local.bytes, 16);
	assert_ptr_equal(at + 36, w.data + w.used);
}

static void an_ipv4_route_may_have_an_ipv6_next_hop(void **state)
{
	const struct prefix prefix = ipv4_prefix(0xc0000201, 32);
	const struct bgp_attributes attributes = attributes_with(ipv6(11));
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct mrt_rib rib = mrt_rib_begin(&w, NOW, 0, &prefix, true);

	(void)state;
	assert_true(mrt_rib_add(
		&rib, &(struct mrt_path){ .attributes = &attributes }));
	mrt_rib_end(&rib);
	assert_int_equal(w.data[7], 8); /* RIB_IPV4_UNICAST_ADDPATH */
	assert_bytes(w.data + w.used - 20, 4u, 0x80, 14, 17, 16);
}

/* A path whose attributes have more than a length of two bytes is left out. */
static void attributes_that_are_too_long_are_left_out(void **state)
{
	static uint8_t communities[UINT16_MAX & ~3];
	const struct prefix prefix = ipv4_prefix(0xc0000201, 32);
	struct bgp_attributes attributes =
		attributes_with(address_from_ipv4(htonl(0x0a01000b)));
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct mrt_rib rib = mrt_rib_begin(&w, NOW, 0, &prefix, false);
	const struct mrt_path path = { .attributes = &attributes };
	size_t used;

	(void)state;
	assert_true(mrt_rib_add(&rib, &path));
	used = w.used;
	attributes.present |= BGP_HAS_COMMUNITIES;
	attributes.communities = reader_of(communities, sizeof(communities));
	assert_false(mrt_rib_add(&rib, &path));
	assert_int_equal(w.used, used);
	assert_int_equal(rib.count, 1);
	assert_false(w.failed);
}

static void a_record_that_does_not_fit_fails(void **state)
{
	const struct prefix prefix = ipv4_prefix(0xc0000201, 32);
	const struct bgp_attributes attributes =
		attributes_with(address_from_ipv4(htonl(0x0a01000b)));
	const struct mrt_path path = { .attributes = &attributes };
	const size_t whole = 12 + 4 + 5 + 2 + 8 + 20;

	(void)state;
	for (size_t size = 0; size <= whole; size++) {
		uint8_t *exact = malloc(size + 1);
		struct writer w = writer_of(exact, size);
		struct mrt_rib rib = mrt_rib_begin(&w, NOW, 0, &prefix, false);

		mrt_rib_add(&rib, &path);
		mrt_rib_end(&rib);
		assert_int_equal(w.failed, size < whole);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers_have_the_size_of_their_address),
		cmocka_unit_test(an_ipv4_route_has_its_next_hop_attribute),
		cmocka_unit_test(an_ipv6_next_hop_is_all_that_mp_reach_has),
		cmocka_unit_test(an_ipv4_route_may_have_an_ipv6_next_hop),
		cmocka_unit_test(attributes_that_are_too_long_are_left_out),
		cmocka_unit_test(a_record_that_does_not_fit_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
