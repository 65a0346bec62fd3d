// SPDX-License-Identifier: BSD-2-Clause
/* Addresses and prefixes. */

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <net/if.h>

#include "core/address.h"

static struct address address_of(const char *text)
{
	struct address address;

	assert_true(address_parse(text, &address));
	return address;
}

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), PREFIX_OK);
	return prefix;
}

static void an_address_prints_as_it_was_read(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0", "192.0.2.1", "255.255.255.255",   "::",
		"::1",	   "fe80::1",	"2001:db8::1:0:0:1",
	};
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct address address = address_of(texts[i]);

		assert_string_equal(address_format(&address, text), texts[i]);
	}
}

static void text_that_is_no_address_is_refused(void **state)
{
	static const char *const texts[] = {
		"",	      "192.0.2",      "192.0.2.256",  "192.0.2.1 ",
		" 192.0.2.1", "192.0.2.1/32", "192.0.02.1",   "1.2.3.4.5",
		":::",	      "2001:db8::g",  "fe80::1%eth0", "localhost",
	};
	struct address address = address_of("192.0.2.9");
	const struct address before = address;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(address_parse(texts[i], &address));
	assert_true(address_equal(&address, &before));
}

static void ipv4_mapped_ipv6_text_is_refused(void **state)
{
	struct address address;
	struct prefix prefix;

	(void)state;
	assert_false(address_parse("::ffff:192.0.2.1", &address));
	assert_false(address_parse("::ffff:c000:201", &address));
	assert_int_equal(prefix_parse("::ffff:192.0.2.0/120", &prefix),
			 PREFIX_NOT_AN_ADDRESS);
}

static void the_family_shows_in_the_bytes(void **state)
{
	struct address ipv4 = address_of("192.0.2.1");
	struct address ipv6 = address_of("::c000:201");

	(void)state;
	assert_true(address_is_ipv4(&ipv4));
	assert_false(address_is_ipv4(&ipv6));
	assert_false(address_equal(&ipv4, &ipv6));
	assert_int_equal(ntohl(address_ipv4(&ipv4)), 0xc0000201);
}

static void an_ipv4_number_and_its_address_are_the_same(void **state)
{
	struct address made = address_from_ipv4(htonl(0xc0000201));
	struct address read = address_of("192.0.2.1");

	(void)state;
	assert_true(address_equal(&made, &read));
	assert_int_equal(address_ipv4(&made), htonl(0xc0000201));
}

static void zero_is_zero_in_both_families(void **state)
{
	struct address ipv4 = address_of("0.0.0.0"), ipv6 = address_of("::");
	struct address one = address_of("0.0.0.1");

	(void)state;
	assert_true(address_is_zero(&ipv4));
	assert_true(address_is_zero(&ipv6));
	assert_false(address_is_zero(&one));
}

static void addresses_are_in_the_order_of_their_bytes(void **state)
{
	struct address low = address_of("10.0.0.2");
	struct address high = address_of("10.0.0.10");

	(void)state;
	assert_true(address_compare(&low, &high) < 0);
	assert_true(address_compare(&high, &low) > 0);
	assert_int_equal(address_compare(&low, &low), 0);
}

static void a_mac_prints_in_six_pairs(void **state)
{
	static const uint8_t mac[MAC_SIZE] = { 0x02, 0, 0xa, 0xff, 0x10, 1 };
	char text[MAC_TEXT_SIZE];

	(void)state;
	assert_string_equal(mac_format(mac, text), "02:00:0a:ff:10:01");
}

static void a_prefix_prints_with_its_length(void **state)
{
	static const char *const texts[][2] = {
		{ "192.0.2.0/24", "192.0.2.0/24" },
		{ "192.0.2.1", "192.0.2.1/32" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "::/0", "::/0" },
		{ "2001:db8::/32", "2001:db8::/32" },
		{ "2001:db8::1", "2001:db8::1/128" },
	};
	char text[PREFIX_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct prefix prefix = prefix_of(texts[i][0]);

		assert_string_equal(prefix_format(&prefix, text), texts[i][1]);
	}
}

static void a_wrong_length_is_told_from_a_wrong_address(void **state)
{
	static const char *const lengths[] = {
		"192.0.2.0/33",
		"192.0.2.0/",
		"192.0.2.0/-1",
		"192.0.2.0/+8",
		"192.0.2.0/ 24",
		"192.0.2.0/24 ",
		"2001:db8::/129",
		"10.0.0.0/4294967304",
		"10.0.0.0/18446744073709551624",
	};
	static const char *const addresses[] = {
		"",
		"/24",
		"192.0.2/24",
		"vip/24",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/64",
	};
	struct prefix prefix;

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		assert_int_equal(prefix_parse(lengths[i], &prefix),
				 PREFIX_BAD_LENGTH);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		assert_int_equal(prefix_parse(addresses[i], &prefix),
				 PREFIX_NOT_AN_ADDRESS);
}

static void host_bits_are_reported_and_cleared(void **state)
{
	static const char *const texts[][2] = {
		{ "192.0.2.10/24", "192.0.2.0/24" },
		{ "192.0.2.1/31", "192.0.2.0/31" },
		{ "255.255.255.255/0", "0.0.0.0/0" },
		{ "172.31.255.255/12", "172.16.0.0/12" },
		{ "2001:db8:ffff::1/33", "2001:db8:8000::/33" },
		{ "::1/0", "::/0" },
	};
	char text[PREFIX_TEXT_SIZE];
	struct prefix prefix;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(prefix_parse(texts[i][0], &prefix),
				 PREFIX_HOST_BITS);
		assert_string_equal(prefix_format(&prefix, text), texts[i][1]);
	}
}

static void clearing_host_bits_keeps_every_bit_of_the_prefix(void **state)
{
	(void)state;
	for (uint8_t length = 0; length <= ADDRESS_BITS_IPV4; length++) {
		struct prefix prefix = { address_of("255.255.255.255"),
					 length };
		uint32_t mask = length ? UINT32_MAX << (32 - length) : 0;

		prefix_clear_host_bits(&prefix);
		assert_true(address_is_ipv4(&prefix.address));
		assert_int_equal(ntohl(address_ipv4(&prefix.address)), mask);
	}
}

static void a_prefix_contains_its_first_and_last_address_only(void **state)
{
	struct prefix prefix = prefix_of("192.0.2.64/26");
	struct address below = address_of("192.0.2.63");
	struct address first = address_of("192.0.2.64");
	struct address last = address_of("192.0.2.127");
	struct address above = address_of("192.0.2.128");

	(void)state;
	assert_false(prefix_contains(&prefix, &below));
	assert_true(prefix_contains(&prefix, &first));
	assert_true(prefix_contains(&prefix, &last));
	assert_false(prefix_contains(&prefix, &above));
}

static void a_default_route_contains_its_own_family_only(void **state)
{
	struct prefix any4 = prefix_of("0.0.0.0/0"), any6 = prefix_of("::/0");
	struct address ipv4 = address_of("203.0.113.1");
	struct address ipv6 = address_of("2001:db8::1");

	(void)state;
	assert_true(prefix_contains(&any4, &ipv4));
	assert_false(prefix_contains(&any4, &ipv6));
	assert_true(prefix_contains(&any6, &ipv6));
	assert_false(prefix_contains(&any6, &ipv4));
}

static void a_prefix_covers_itself_and_what_is_longer(void **state)
{
	struct prefix wide = prefix_of("10.0.0.0/8");
	struct prefix narrow = prefix_of("10.1.0.0/16");
	struct prefix other = prefix_of("11.0.0.0/16");

	(void)state;
	assert_true(prefix_covers(&wide, &wide));
	assert_true(prefix_covers(&wide, &narrow));
	assert_false(prefix_covers(&narrow, &wide));
	assert_false(prefix_covers(&wide, &other));
}

static void host_prefixes_have_the_length_of_their_family(void **state)
{
	struct prefix host4 = prefix_of("10.0.0.1"), host6 = prefix_of("::1");
	struct prefix wide6 = prefix_of("2001:db8::/32");

	(void)state;
	assert_true(prefix_is_host(&host4));
	assert_true(prefix_is_host(&host6));
	assert_false(prefix_is_host(&wide6));
	assert_int_equal(prefix_family_bits(&host4), ADDRESS_BITS_IPV4);
	assert_int_equal(prefix_family_bits(&wide6), ADDRESS_BITS_IPV6);
}

static void prefixes_order_by_address_then_length(void **state)
{
	struct prefix wide = prefix_of("10.0.0.0/8");
	struct prefix narrow = prefix_of("10.0.0.0/16");
	struct prefix next = prefix_of("11.0.0.0/8");

	(void)state;
	assert_true(prefix_compare(&wide, &narrow) < 0);
	assert_true(prefix_compare(&narrow, &next) < 0);
	assert_int_equal(prefix_compare(&wide, &wide), 0);
	assert_false(prefix_equal(&wide, &narrow));
}

static void a_scope_is_part_of_a_link_local_address_only(void **state)
{
	struct address bare, one, other, global;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_true(address_parse("fe80::1", &bare));
	assert_true(address_parse("2001:db8::1", &global));
	one = address_scoped(&bare, 7);
	other = address_scoped(&bare, 0x01020304);
	assert_false(address_equal(&one, &bare));
	assert_false(address_equal(&one, &other));
	assert_int_equal(address_scope(&one), 7);
	assert_int_equal(address_scope(&other), 0x01020304);
	assert_int_equal(address_scope(&bare), 0);
	one = address_unscoped(&one);
	assert_true(address_equal(&one, &bare));

	other = address_scoped(&global, 7);
	assert_true(address_equal(&other, &global));
	assert_int_equal(address_scope(&global), 0);
	global = address_from_ipv4(inet_addr("169.254.0.1"));
	other = address_scoped(&global, 7);
	assert_true(address_equal(&other, &global));
	assert_string_equal(address_format(&bare, text), "fe80::1");
}

static void a_scope_is_shown_as_its_interface(void **state)
{
	struct address bare, scoped;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_true(address_parse("fe80::1", &bare));
	scoped = address_scoped(&bare, if_nametoindex("lo"));
	assert_string_equal(address_format(&scoped, text), "fe80::1%lo");
	/* A link that does not exist. */
	assert_true(address_parse("fe80::1111:2222:3333:4444", &bare));
	scoped = address_scoped(&bare, UINT32_MAX);
	assert_string_equal(address_format(&scoped, text),
			    "fe80::1111:2222:3333:4444%4294967295");
}

static void tells_the_kinds_of_addresses_apart(void **state)
{
	static const struct {
		const char *text;
		bool link_local;
		bool multicast;
	} kinds[] = {
		{ "fe80::1", true, false },
		{ "febf::1", true, false },
		{ "fec0::1", false, false },
		{ "fe7f::1", false, false },
		{ "ff02::1", false, true },
		{ "feff::1", false, false },
		{ "224.0.0.1", false, true },
		{ "239.255.255.255", false, true },
		{ "240.0.0.1", false, false },
		{ "223.255.255.255", false, false },
		{ "::", false, false },
		{ "254.128.0.1", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct address address;

		assert_true(address_parse(kinds[i].text, &address));
		assert_int_equal(address_is_link_local(&address),
				 kinds[i].link_local);
		assert_int_equal(address_is_multicast(&address),
				 kinds[i].multicast);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scope_is_part_of_a_link_local_address_only),
		cmocka_unit_test(a_scope_is_shown_as_its_interface),
		cmocka_unit_test(tells_the_kinds_of_addresses_apart),
		cmocka_unit_test(an_address_prints_as_it_was_read),
		cmocka_unit_test(text_that_is_no_address_is_refused),
		cmocka_unit_test(ipv4_mapped_ipv6_text_is_refused),
		cmocka_unit_test(the_family_shows_in_the_bytes),
		cmocka_unit_test(an_ipv4_number_and_its_address_are_the_same),
		cmocka_unit_test(zero_is_zero_in_both_families),
		cmocka_unit_test(addresses_are_in_the_order_of_their_bytes),
		cmocka_unit_test(a_mac_prints_in_six_pairs),
		cmocka_unit_test(a_prefix_prints_with_its_length),
		cmocka_unit_test(a_wrong_length_is_told_from_a_wrong_address),
		cmocka_unit_test(host_bits_are_reported_and_cleared),
		cmocka_unit_test(
			clearing_host_bits_keeps_every_bit_of_the_prefix),
		cmocka_unit_test(
			a_prefix_contains_its_first_and_last_address_only),
		cmocka_unit_test(a_default_route_contains_its_own_family_only),
		cmocka_unit_test(a_prefix_covers_itself_and_what_is_longer),
		cmocka_unit_test(host_prefixes_have_the_length_of_their_family),
		cmocka_unit_test(prefixes_order_by_address_then_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
