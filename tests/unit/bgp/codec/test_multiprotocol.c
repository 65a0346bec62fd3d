// SPDX-License-Identifier: BSD-2-Clause
/*
 * Routes in MP_REACH_NLRI and MP_UNREACH_NLRI: both families, next hops of 4,
 * 16 and 32 bytes, and the verdicts of RFC 7606.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "attribute_fixture.h"
#include "core/array.h"
#include "walk.h"

#define MP BGP_PART_MULTIPROTOCOL

#define GLOBAL	    0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define LINK_LOCAL  0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define NOWHERE	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define MAPPED(...) 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, __VA_ARGS__
#define NETWORK	    32, 0x20, 1, 0xd, 0xb8

#define IPV4_REACH(...)	  REACH(0, 1, 1, __VA_ARGS__)
#define IPV6_REACH(...)	  REACH(0, 2, 1, __VA_ARGS__)
#define IPV6_UNREACH(...) UNREACH(0, 2, 1, __VA_ARGS__)
#define SIZE_OF(...)	  sizeof((uint8_t[]){ __VA_ARGS__ })
#define REACH(...)	  OPTIONAL, 14, SIZE_OF(__VA_ARGS__), __VA_ARGS__
#define UNREACH(...)	  OPTIONAL, 15, SIZE_OF(__VA_ARGS__), __VA_ARGS__

static int start_with_both_families(void **state)
{
	start_from_ebgp(state);
	negotiated.families = BGP_ALL_FAMILIES;
	return 0;
}

/*
 * Decode ORIGIN, AS_PATH and these attributes, without field of routes and
 * NEXT_HOP.
 */
static enum bgp_verdict read_with_path(struct reader attributes)
{
	static uint8_t block[BGP_MAX_MESSAGE];
	struct writer w = writer_of(block, sizeof(block));
	struct reader path = BYTES(ORIGIN, PATH_65001);

	writer_bytes(&w, attributes.data, attributes.left);
	writer_bytes(&w, path.data, path.left);
	return decode_block(reader_of(block, w.used), false);
}

static void assert_reset(struct reader attribute)
{
	assert_int_equal(read_with_path(attribute), BGP_VERDICT_RESET);
	assert_int_equal(update.error.notification.subcode,
			 BGP_UPDATE_OPTIONAL_ATTRIBUTE);
	assert_int_equal(update.error.attribute, attribute.data[1]);
}

/* The family is lost, and the session with it if there is no other. */
static void assert_lost(struct reader attribute)
{
	const uint32_t families = negotiated.families;
	struct reader value = attribute;
	enum bgp_family family;

	reader_take(&value, 3); /* flags, type, length */
	assert_true(bgp_family_read(&value, &family));
	assert_int_equal(read_with_path(attribute), BGP_VERDICT_DISABLE);
	assert_int_equal(update.error.family, family);
	for (int part = 0; part < BGP_PART_COUNT; part++) {
		assert_int_equal(update.withdrawn[part].bytes.left, 0);
		assert_int_equal(update.announced[part].nlri.bytes.left, 0);
	}
	negotiated.families = bgp_family_bit(family);
	assert_int_equal(read_with_path(attribute), BGP_VERDICT_RESET);
	negotiated.families = families;
	assert_int_equal(update.error.notification.subcode,
			 BGP_UPDATE_OPTIONAL_ATTRIBUTE);
	assert_int_equal(update.error.attribute, attribute.data[1]);
	/* RFC 4271 6.3: type, length and value. */
	assert_int_equal(update.error.notification.data_size, attribute.left);
	assert_memory_equal(update.error.notification.data, attribute.data,
			    attribute.left);
	assert_int_equal(update.announced[MP].nlri.bytes.left, 0);
	assert_int_equal(update.withdrawn[MP].bytes.left, 0);
}

static void takes_ipv6_routes_and_their_nexthop(void **state)
{
	struct bgp_attributes attributes;

	(void)state;
	assert_int_equal(
		read_with_path(BYTES(IPV6_REACH(16, GLOBAL, 0, NETWORK))),
		BGP_VERDICT_OK);
	assert_next(&update.announced[MP].nlri, "2001:db8::/32");
	assert_end(&update.announced[MP].nlri);
	assert_address(&update.announced[MP].nexthop, "2001:db8::1");
	assert_true(address_is_zero(&update.announced[MP].link_local));
	attributes = bgp_update_attributes(&update, MP);
	assert_true(attributes.present & BGP_HAS_NEXTHOP);
	assert_address(&attributes.nexthop, "2001:db8::1");
}

static void keeps_the_link_local_half_of_a_nexthop(void **state)
{
	struct bgp_attributes attributes;

	(void)state;
	assert_int_equal(read_with_path(BYTES(IPV6_REACH(32, GLOBAL, LINK_LOCAL,
							 0, NETWORK))),
			 BGP_VERDICT_OK);
	attributes = bgp_update_attributes(&update, MP);
	assert_address(&attributes.nexthop, "2001:db8::1");
	assert_address(&attributes.link_local, "fe80::1");
}

static void takes_a_link_local_nexthop_that_stands_alone(void **state)
{
	const struct reader forms[] = {
		BYTES(IPV6_REACH(16, LINK_LOCAL, 0, NETWORK)),
		BYTES(IPV6_REACH(32, NOWHERE, LINK_LOCAL, 0, NETWORK)),
		BYTES(IPV6_REACH(32, LINK_LOCAL, LINK_LOCAL, 0, NETWORK)),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		assert_int_equal(read_with_path(forms[i]), BGP_VERDICT_OK);
		assert_address(&update.announced[MP].nexthop, "fe80::1");
		assert_true(address_is_zero(&update.announced[MP].link_local));
	}
}

static void resets_for_a_nexthop_length_of_no_family(void **state)
{
	(void)state;
	assert_reset(BYTES(IPV6_REACH(0, 0, NETWORK)));
	assert_reset(BYTES(IPV6_REACH(4, 10, 0, 0, 1, 0, NETWORK)));
	assert_reset(BYTES(IPV6_REACH(15, GLOBAL, NETWORK)));
	assert_reset(BYTES(IPV6_REACH(24, GLOBAL, NOWHERE, NETWORK)));
	assert_reset(BYTES(IPV6_REACH(255, GLOBAL, 0, NETWORK)));
	assert_reset(BYTES(IPV6_REACH(16, GLOBAL)));
	assert_reset(BYTES(IPV4_REACH(5, 10, 0, 0, 1, 0, 0, 8, 10)));
}

static void takes_ipv6_nexthops_for_ipv4_only_if_agreed_on(void **state)
{
	struct reader one = BYTES(IPV4_REACH(16, GLOBAL, 0, 8, 10));
	struct reader two = BYTES(IPV4_REACH(32, GLOBAL, LINK_LOCAL, 0, 8, 10));

	(void)state;
	assert_lost(one);
	assert_lost(two);
	negotiated.extended_nexthop = true;
	assert_int_equal(read_with_path(one), BGP_VERDICT_OK);
	assert_next(&update.announced[MP].nlri, "10.0.0.0/8");
	assert_address(&update.announced[MP].nexthop, "2001:db8::1");
	assert_int_equal(read_with_path(two), BGP_VERDICT_OK);
	assert_address(&update.announced[MP].link_local, "fe80::1");
	/* An IPv4 next hop stays valid for IPv4, and never is for IPv6. */
	assert_int_equal(
		read_with_path(BYTES(IPV4_REACH(4, 10, 0, 0, 1, 0, 8, 10))),
		BGP_VERDICT_OK);
	assert_reset(BYTES(IPV6_REACH(4, 10, 0, 0, 1, 0, NETWORK)));
}

static void takes_an_ipv4_mapped_nexthop_as_ipv4(void **state)
{
	const struct reader forms[] = {
		BYTES(IPV6_REACH(16, MAPPED(10, 0, 0, 1), 0, NETWORK)),
		BYTES(IPV6_REACH(32, MAPPED(10, 0, 0, 1), NOWHERE, 0, NETWORK)),
		BYTES(IPV6_REACH(32, MAPPED(10, 0, 0, 1), MAPPED(10, 0, 0, 1),
				 0, NETWORK)),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		assert_int_equal(read_with_path(forms[i]), BGP_VERDICT_OK);
		assert_next(&update.announced[MP].nlri, "2001:db8::/32");
		assert_address(&update.announced[MP].nexthop, "10.0.0.1");
		assert_true(address_is_zero(&update.announced[MP].link_local));
	}
}

static void loses_the_family_for_prefixes_that_cannot_be_read(void **state)
{
	(void)state;
	assert_lost(BYTES(IPV6_REACH(16, GLOBAL, 0, 129, GLOBAL, 0)));
	assert_lost(BYTES(IPV6_REACH(16, GLOBAL, 0, 32, 0x20, 1, 0xd)));
	assert_lost(BYTES(IPV4_REACH(4, 10, 0, 0, 1, 0, 33, 1, 2, 3, 4, 5)));
	assert_lost(BYTES(IPV6_UNREACH(32, 0x20)));
	assert_lost(BYTES(UNREACH(0, 1, 1, 33, 1, 2, 3, 4, 5)));
}

static void withdraws_for_a_nexthop_no_host_can_have(void **state)
{
	const struct reader forms[] = {
		BYTES(IPV6_REACH(16, NOWHERE, 0, NETWORK)),
		BYTES(IPV6_REACH(16, MAPPED(127, 0, 0, 1), 0, NETWORK)),
		BYTES(IPV6_REACH(16, MAPPED(0, 0, 0, 0), 0, NETWORK)),
		BYTES(IPV6_REACH(16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				 0, 1, 0, NETWORK)),
		BYTES(IPV6_REACH(16, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				 0, 0, 1, 0, NETWORK)),
		BYTES(IPV4_REACH(4, 127, 0, 0, 1, 0, 8, 10)),
		/* Link-local with bits set that must be zero. */
		BYTES(IPV6_REACH(16, 0xfe, 0x80, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0,
				 0, 0, 0, 1, 0, NETWORK)),
		BYTES(IPV6_REACH(16, 0xfe, 0x81, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				 0, 0, 0, 1, 0, NETWORK)),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		assert_int_equal(read_with_path(forms[i]),
				 BGP_VERDICT_WITHDRAW);
		assert_int_equal(update.error.notification.subcode,
				 BGP_UPDATE_INVALID_NEXTHOP);
		assert_true(update.announced[MP].nlri.bytes.left > 0);
	}
}

static void ignores_families_that_are_not_agreed_on(void **state)
{
	struct reader ipv6 = BYTES(IPV6_REACH(16, GLOBAL, 0, NETWORK));

	(void)state;
	/* Also if the value could not be read or has an unknown family. */
	assert_int_equal(read_with_path(BYTES(REACH(0, 9, 1, 200, 1))),
			 BGP_VERDICT_OK);
	assert_int_equal(read_with_path(BYTES(REACH(0, 2, 128, 0, 0))),
			 BGP_VERDICT_OK);
	assert_int_equal(read_with_path(BYTES(UNREACH(0x40, 4, 71, 9))),
			 BGP_VERDICT_OK);
	negotiated.families = BGP_IPV4_UNICAST_BIT;
	assert_int_equal(read_with_path(ipv6), BGP_VERDICT_OK);
	assert_int_equal(update.announced[MP].nlri.bytes.left, 0);
	assert_int_equal(read_with_path(BYTES(IPV6_UNREACH(NETWORK))),
			 BGP_VERDICT_OK);
	assert_int_equal(update.withdrawn[MP].bytes.left, 0);
}

static void ignores_the_ipv4_fields_of_a_session_without_ipv4(void **state)
{
	(void)state;
	negotiated.families = BGP_IPV6_UNICAST_BIT;
	assert_good(BYTES(ORIGIN));
	assert_int_equal(update.announced[BGP_PART_FIELD].nlri.bytes.left, 0);
	assert_int_equal(decode_block(reader_of("", 0), false), BGP_VERDICT_OK);
	assert_false(update.end_of_rib);
}

static void accepts_mp_reach_anywhere_among_the_attributes(void **state)
{
	const struct reader orders[] = {
		BYTES(IPV6_REACH(16, GLOBAL, 0, NETWORK), ORIGIN, PATH_65001),
		BYTES(ORIGIN, IPV6_REACH(16, GLOBAL, 0, NETWORK), PATH_65001),
		BYTES(ORIGIN, PATH_65001, IPV6_REACH(16, GLOBAL, 0, NETWORK)),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		assert_int_equal(decode_block(orders[i], false),
				 BGP_VERDICT_OK);
		assert_next(&update.announced[MP].nlri, "2001:db8::/32");
	}
}

static void ignores_nexthop_beside_mp_reach_alone(void **state)
{
	struct bgp_attributes attributes;

	(void)state;
	assert_int_equal(
		read_with_path(BYTES(TRANSITIVE, 3, 4, 127, 0, 0, 1,
				     IPV6_REACH(16, GLOBAL, 0, NETWORK))),
		BGP_VERDICT_OK);
	attributes = bgp_update_attributes(&update, MP);
	assert_address(&attributes.nexthop, "2001:db8::1");
}

static void takes_routes_in_all_places_of_one_update(void **state)
{
	struct bgp_attributes field, mp;

	(void)state;
	assert_good(BYTES(IPV6_REACH(16, GLOBAL, 0, NETWORK),
			  IPV6_UNREACH(16, 0x20, 2)));
	assert_next(&update.announced[BGP_PART_FIELD].nlri, "192.0.2.1/32");
	assert_next(&update.announced[MP].nlri, "2001:db8::/32");
	assert_next(&update.withdrawn[MP], "2002::/16");
	field = bgp_update_attributes(&update, BGP_PART_FIELD);
	mp = bgp_update_attributes(&update, MP);
	assert_address(&field.nexthop, "10.0.0.1");
	assert_address(&mp.nexthop, "2001:db8::1");
}

static void takes_ipv4_routes_in_both_forms(void **state)
{
	(void)state;
	assert_good(BYTES(IPV4_REACH(4, 10, 0, 0, 2, 0, 32, 192, 0, 2, 2)));
	assert_next(&update.announced[BGP_PART_FIELD].nlri, "192.0.2.1/32");
	assert_next(&update.announced[MP].nlri, "192.0.2.2/32");
	assert_address(&update.announced[BGP_PART_FIELD].nexthop, "10.0.0.1");
	assert_address(&update.announced[MP].nexthop, "10.0.0.2");
	assert_int_equal(decode_block(BYTES(UNREACH(0, 1, 1, 8, 10)), false),
			 BGP_VERDICT_OK);
	assert_next(&update.withdrawn[MP], "10.0.0.0/8");
	assert_false(update.end_of_rib);
}

static void asks_for_mandatory_attributes_but_not_for_nexthop(void **state)
{
	struct reader reach = BYTES(IPV6_REACH(16, GLOBAL, 0, NETWORK));

	(void)state;
	assert_int_equal(decode_block(reach, false), BGP_VERDICT_WITHDRAW);
	assert_int_equal(update.error.attribute, BGP_ATTRIBUTE_ORIGIN);
	assert_true(update.announced[MP].nlri.bytes.left > 0);
}

static void reads_path_identifiers_where_agreed_on(void **state)
{
	struct bgp_path_key key;

	(void)state;
	negotiated.add_path_receive[BGP_IPV6_UNICAST] = true;
	assert_int_equal(read_with_path(BYTES(IPV6_REACH(16, GLOBAL, 0, 0, 0, 0,
							 5, NETWORK))),
			 BGP_VERDICT_OK);
	assert_true(bgp_nlri_next(&update.announced[MP].nlri, &key));
	assert_int_equal(key.path_id, 5);
	assert_int_equal(decode_block(BYTES(IPV6_UNREACH(0, 0, 0, 6, NETWORK)),
				      false),
			 BGP_VERDICT_OK);
	assert_true(bgp_nlri_next(&update.withdrawn[MP], &key));
	assert_int_equal(key.path_id, 6);
	/* Not negotiated for IPv4. */
	assert_good(BYTES(ORIGIN));
	assert_next(&update.announced[BGP_PART_FIELD].nlri, "192.0.2.1/32");
}

static void takes_an_empty_mp_unreach_as_end_of_rib(void **state)
{
	(void)state;
	assert_int_equal(decode_block(BYTES(UNREACH(0, 2, 1)), false),
			 BGP_VERDICT_OK);
	assert_true(update.end_of_rib);
	assert_int_equal(update.end_of_rib_family, BGP_IPV6_UNICAST);
	assert_int_equal(decode_block(BYTES(UNREACH(0, 1, 1)), false),
			 BGP_VERDICT_OK);
	assert_true(update.end_of_rib);
	assert_int_equal(update.end_of_rib_family, BGP_IPV4_UNICAST);
}

static void takes_no_end_of_rib_with_anything_else_in_it(void **state)
{
	const struct reader blocks[] = {
		BYTES(UNREACH(0, 2, 1), ORIGIN),
		BYTES(UNREACH(0, 2, 1), OPTIONAL_TRANSITIVE, 99, 0),
		BYTES(UNREACH(0, 2, 1), IPV6_REACH(16, GLOBAL, 0)),
		BYTES(IPV6_REACH(16, GLOBAL, 0)),
		BYTES(UNREACH(0, 2, 128)),
		BYTES(IPV6_UNREACH(NETWORK)),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		assert_int_equal(decode_block(blocks[i], false),
				 BGP_VERDICT_OK);
		assert_false(update.end_of_rib);
	}
	negotiated.families = BGP_IPV4_UNICAST_BIT;
	assert_int_equal(decode_block(BYTES(UNREACH(0, 2, 1)), false),
			 BGP_VERDICT_OK);
	assert_false(update.end_of_rib);
}

/* RFC 4760 7: what the UPDATE has of the other family is read, and withdrawn. */
static void keeps_the_routes_of_the_other_family_apart(void **state)
{
	const struct reader block =
		BYTES(IPV6_REACH(16, GLOBAL, 0, 129, GLOBAL, 0), ORIGIN,
		      PATH_65001, UNREACH(0, 1, 1, 8, 10));

	(void)state;
	assert_int_equal(decode_block(block, false), BGP_VERDICT_DISABLE);
	assert_int_equal(update.error.family, BGP_IPV6_UNICAST);
	assert_int_equal(update.announced[MP].nlri.bytes.left, 0);
	assert_next(&update.withdrawn[MP], "10.0.0.0/8");
}

static void a_reset_is_stronger_than_a_lost_family(void **state)
{
	const struct reader twice = BYTES(IPV6_REACH(15, GLOBAL, NETWORK),
					  IPV6_REACH(16, GLOBAL, 0, NETWORK),
					  ORIGIN, PATH_65001);

	(void)state;
	assert_int_equal(decode_block(twice, false), BGP_VERDICT_RESET);
}

#define both(test) cmocka_unit_test_setup(test, start_with_both_families)

int main(void)
{
	const struct CMUnitTest tests[] = {
		both(takes_ipv6_routes_and_their_nexthop),
		both(keeps_the_link_local_half_of_a_nexthop),
		both(takes_a_link_local_nexthop_that_stands_alone),
		both(resets_for_a_nexthop_length_of_no_family),
		both(takes_ipv6_nexthops_for_ipv4_only_if_agreed_on),
		both(takes_an_ipv4_mapped_nexthop_as_ipv4),
		both(loses_the_family_for_prefixes_that_cannot_be_read),
		both(withdraws_for_a_nexthop_no_host_can_have),
		both(ignores_families_that_are_not_agreed_on),
		both(ignores_the_ipv4_fields_of_a_session_without_ipv4),
		both(accepts_mp_reach_anywhere_among_the_attributes),
		both(ignores_nexthop_beside_mp_reach_alone),
		both(takes_routes_in_all_places_of_one_update),
		both(takes_ipv4_routes_in_both_forms),
		both(asks_for_mandatory_attributes_but_not_for_nexthop),
		both(reads_path_identifiers_where_agreed_on),
		both(takes_an_empty_mp_unreach_as_end_of_rib),
		both(takes_no_end_of_rib_with_anything_else_in_it),
		both(keeps_the_routes_of_the_other_family_apart),
		both(a_reset_is_stronger_than_a_lost_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
