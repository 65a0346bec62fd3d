// SPDX-License-Identifier: BSD-2-Clause
/* Capabilities, one at a time: lengths, values, repetition (RFC 5492). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/capability.h"
#include "bytes.h"
#include "core/array.h"

enum {
	MAX_SIZE = 8,
	LIST_SIZE = 2 + UINT8_MAX,
	UNKNOWN_CODE = 200,
};

static struct bgp_open open_message;
static struct bgp_notification error;

/* Decode a copy that ends where the list ends, into a fresh OPEN. */
static bool decode(struct reader list)
{
	uint8_t *copy = exact_copy(list.data, list.left);
	bool good;

	memset(&open_message, 0, sizeof(open_message));
	good = bgp_capabilities_decode(reader_of(copy, list.left),
				       &open_message, &error);
	free(copy);
	return good;
}

static void assert_rejected(struct reader list, unsigned int subcode)
{
	assert_false(decode(list));
	assert_int_equal(error.code, BGP_ERROR_OPEN);
	assert_int_equal(error.subcode, subcode);
}

static void assert_ignored(struct reader list)
{
	assert_true(decode(list));
	assert_int_equal(open_message.capabilities, 0);
	assert_int_equal(open_message.ignored, 1);
}

/* Valid sizes of each code, as bits, up to MAX_SIZE. */
struct size_case {
	uint8_t code;
	uint16_t sizes;
};

static const struct size_case size_cases[] = {
	{ BGP_CAPABILITY_MULTIPROTOCOL, 1 << 4 },
	{ BGP_CAPABILITY_ROUTE_REFRESH, 1 << 0 },
	{ BGP_CAPABILITY_EXTENDED_NEXTHOP, 1 << 0 | 1 << 6 },
	{ BGP_CAPABILITY_EXTENDED_MESSAGE, 1 << 0 },
	{ BGP_CAPABILITY_ROLE, 1 << 1 },
	{ BGP_CAPABILITY_GRACEFUL_RESTART, 1 << 2 | 1 << 6 },
	{ BGP_CAPABILITY_AS4, 1 << 4 },
	{ BGP_CAPABILITY_ADD_PATH, 1 << 0 | 1 << 4 | 1 << 8 },
	{ BGP_CAPABILITY_ENHANCED_REFRESH, 1 << 0 },
	{ BGP_CAPABILITY_LLGR, 0x1ff },
	{ BGP_CAPABILITY_HOST_NAME, 0x1ff },
	{ BGP_CAPABILITY_SOFTWARE_VERSION, 0x1ff },
	{ UNKNOWN_CODE, 0x1ff },
};

static void holds_every_capability_to_its_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(size_cases); i++) {
		const struct size_case *c = &size_cases[i];

		for (uint8_t size = 0; size <= MAX_SIZE; size++) {
			uint8_t list[2 + MAX_SIZE] = { c->code, size };
			bool good = c->sizes >> size & 1;

			assert_int_equal(decode(reader_of(list, 2u + size)),
					 good);
			if (!good)
				assert_int_equal(error.subcode, BGP_UNSPECIFIC);
		}
	}
}

static void rejects_every_length_beyond_the_end(void **state)
{
	uint8_t list[LIST_SIZE] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(size_cases); i++) {
		list[0] = size_cases[i].code;
		assert_rejected(reader_of(list, 1), BGP_UNSPECIFIC);
		for (size_t size = 1; size <= UINT8_MAX; size++) {
			list[1] = (uint8_t)size;
			assert_rejected(reader_of(list, 2), BGP_UNSPECIFIC);
			assert_rejected(reader_of(list, 1 + size),
					BGP_UNSPECIFIC);
		}
	}
}

static void takes_every_capability_of_any_length_as_it_comes(void **state)
{
	uint8_t list[LIST_SIZE];

	(void)state;
	for (unsigned int code = 0; code <= UINT8_MAX; code++) {
		for (unsigned int size = 0; size <= UINT8_MAX; size++) {
			memset(list, 0xff, sizeof(list));
			list[0] = (uint8_t)code;
			list[1] = (uint8_t)size;
			decode(reader_of(list, 2 + size));
		}
	}
}

static void ignores_and_counts_what_it_does_not_know(void **state)
{
	(void)state;
	assert_ignored(BYTES(UNKNOWN_CODE, 0));
	assert_ignored(BYTES(0, 3, 1, 2, 3));
	assert_true(decode(BYTES(UNKNOWN_CODE, 1, 65, 2, 0, 128, 0)));
	assert_int_equal(open_message.capabilities, BGP_CAN_ROUTE_REFRESH);
	assert_int_equal(open_message.ignored, 2);
}

static void ignores_outbound_route_filters_of_any_form(void **state)
{
	(void)state;
	assert_ignored(BYTES(3, 0));
	assert_ignored(BYTES(3, 7, 0, 1, 0, 1, 255, 64, 3));
	assert_ignored(BYTES(3, 5, 0, 1, 0, 1, 0));
	assert_rejected(BYTES(3, 7, 0, 1, 0, 1, 1, 64), BGP_UNSPECIFIC);
}

static void counts_no_more_than_255_unknown_ones(void **state)
{
	uint8_t list[2 * 300];

	(void)state;
	memset(list, 0, sizeof(list));
	assert_true(decode(reader_of(list, sizeof(list))));
	assert_int_equal(open_message.ignored, UINT8_MAX);
}

static void takes_no_value_from_the_next_capability(void **state)
{
	(void)state;
	/* A 4-byte AS capability of 2 bytes, with enough bytes behind it. */
	assert_rejected(BYTES(65, 2, 0, 0, 2, 0, 0xfd, 0xe9), BGP_UNSPECIFIC);
	/* Texts whose inner length reaches into the next capability. */
	assert_true(decode(BYTES(75, 3, 4, 'a', 'b', 2, 0)));
	assert_int_equal(open_message.capabilities, BGP_CAN_ROUTE_REFRESH);
	assert_true(decode(BYTES(73, 3, 1, 'a', 1, 2, 0)));
	assert_int_equal(open_message.capabilities, BGP_CAN_ROUTE_REFRESH);
}

static void names_both_families(void **state)
{
	(void)state;
	assert_true(decode(BYTES(1, 4, 0, 2, 0, 1)));
	assert_int_equal(open_message.families, BGP_IPV6_UNICAST_BIT);
	assert_true(decode(BYTES(1, 4, 0, 2, 0, 1, 1, 4, 0, 1, 0, 1)));
	assert_int_equal(open_message.families, BGP_ALL_FAMILIES);
}

static void does_not_look_at_the_reserved_byte_of_a_family(void **state)
{
	(void)state;
	assert_true(decode(BYTES(1, 4, 0, 1, 0xff, 1)));
	assert_int_equal(open_message.families, BGP_IPV4_UNICAST_BIT);
}

static void ignores_families_it_does_not_know(void **state)
{
	(void)state;
	assert_true(decode(BYTES(1, 4, 0, 1, 0, 2, 1, 4, 0, 0, 0, 0, 1, 4, 255,
				 255, 255, 255)));
	assert_int_equal(open_message.capabilities, BGP_CAN_MULTIPROTOCOL);
	assert_int_equal(open_message.families, 0);
}

static void takes_ipv6_nexthops_for_ipv4_unicast_only(void **state)
{
	(void)state;
	assert_true(decode(BYTES(5, 6, 0, 1, 0, 1, 0, 2)));
	assert_int_equal(open_message.capabilities, BGP_CAN_EXTENDED_NEXTHOP);
	/* At any place of the list. */
	assert_true(decode(BYTES(5, 18, 0, 1, 0, 128, 0, 2, 0, 1, 0, 1, 0, 2, 0,
				 1, 0, 2, 0, 2)));
	assert_int_equal(open_message.capabilities, BGP_CAN_EXTENDED_NEXTHOP);
	/*
	 * Another SAFI, another next hop family, a SAFI of one byte, an empty
	 * list.
	 */
	assert_ignored(BYTES(5, 6, 0, 1, 0, 128, 0, 2));
	assert_ignored(BYTES(5, 6, 0, 1, 0, 1, 0, 1));
	assert_ignored(BYTES(5, 6, 0, 1, 1, 0, 0, 2));
	assert_ignored(BYTES(5, 0));
}

static void reads_add_path_for_each_family(void **state)
{
	(void)state;
	assert_true(decode(BYTES(69, 8, 0, 1, 1, 1, 0, 2, 1, 3)));
	assert_int_equal(open_message.capabilities, BGP_CAN_ADD_PATH);
	assert_int_equal(open_message.add_path[BGP_IPV4_UNICAST],
			 BGP_ADD_PATH_RECEIVE);
	assert_int_equal(open_message.add_path[BGP_IPV6_UNICAST],
			 BGP_ADD_PATH_RECEIVE | BGP_ADD_PATH_SEND);
}

static void ignores_add_path_tuples_of_other_modes(void **state)
{
	(void)state;
	assert_ignored(BYTES(69, 4, 0, 1, 1, 0));
	assert_ignored(BYTES(69, 4, 0, 1, 1, 4));
	assert_ignored(BYTES(69, 4, 0, 1, 1, 255));
	assert_true(decode(BYTES(69, 8, 0, 1, 1, 4, 0, 2, 1, 2)));
	assert_int_equal(open_message.add_path[BGP_IPV4_UNICAST], 0);
	assert_int_equal(open_message.add_path[BGP_IPV6_UNICAST],
			 BGP_ADD_PATH_SEND);
}

static void ignores_add_path_tuples_of_other_families(void **state)
{
	(void)state;
	assert_ignored(BYTES(69, 4, 0, 1, 2, 3));
	assert_true(decode(BYTES(69, 8, 0, 25, 70, 3, 0, 1, 1, 1)));
	assert_int_equal(open_message.add_path[BGP_IPV4_UNICAST],
			 BGP_ADD_PATH_RECEIVE);
}

static void reads_graceful_restart(void **state)
{
	const struct bgp_graceful_restart *restart =
		&open_message.graceful_restart;

	(void)state;
	assert_true(
		decode(BYTES(64, 10, 0x80, 120, 0, 1, 1, 0x80, 0, 2, 1, 0)));
	assert_int_equal(restart->restart_time, 120);
	assert_true(restart->restarting);
	assert_false(restart->notification);
	assert_int_equal(restart->families, BGP_ALL_FAMILIES);
	assert_int_equal(restart->forwarding, BGP_IPV4_UNICAST_BIT);
	assert_true(decode(BYTES(64, 2, 0x4f, 0xff)));
	assert_int_equal(restart->restart_time, 4095);
	assert_false(restart->restarting);
	assert_true(restart->notification);
	assert_int_equal(restart->families, 0);
}

static void skips_other_families_in_graceful_restart(void **state)
{
	(void)state;
	assert_true(
		decode(BYTES(64, 10, 0, 120, 0, 1, 128, 0x80, 0, 2, 1, 0x80)));
	assert_int_equal(open_message.graceful_restart.families,
			 BGP_IPV6_UNICAST_BIT);
	assert_int_equal(open_message.graceful_restart.forwarding,
			 BGP_IPV6_UNICAST_BIT);
}

static void lets_the_last_graceful_restart_count_whole(void **state)
{
	(void)state;
	assert_true(decode(BYTES(64, 6, 0xc0, 120, 0, 1, 1, 0x80, 64, 6, 0, 60,
				 0, 2, 1, 0)));
	assert_int_equal(open_message.graceful_restart.restart_time, 60);
	assert_false(open_message.graceful_restart.restarting);
	assert_false(open_message.graceful_restart.notification);
	assert_int_equal(open_message.graceful_restart.families,
			 BGP_IPV6_UNICAST_BIT);
	assert_int_equal(open_message.graceful_restart.forwarding, 0);
}

static void takes_a_role_twice_if_it_is_the_same(void **state)
{
	(void)state;
	assert_true(decode(BYTES(9, 1, 3, 9, 1, 3)));
	assert_int_equal(open_message.role, BGP_ROLE_CUSTOMER);
	assert_rejected(BYTES(9, 1, 3, 9, 1, 4), BGP_OPEN_ROLE_MISMATCH);
	assert_rejected(BYTES(9, 1, 3, 9, 1, 3, 9, 1, 0),
			BGP_OPEN_ROLE_MISMATCH);
}

/* bgp_open_check() decides whether the role fits. */
static void takes_a_role_that_is_not_assigned(void **state)
{
	(void)state;
	assert_true(decode(BYTES(9, 1, 255)));
	assert_int_equal(open_message.capabilities, BGP_CAN_ROLE);
	assert_int_equal(open_message.role, 255);
}

static void lets_the_last_of_other_repetitions_count(void **state)
{
	(void)state;
	assert_true(decode(BYTES(2, 0, 2, 0, 2, 0)));
	assert_int_equal(open_message.capabilities, BGP_CAN_ROUTE_REFRESH);
	assert_true(decode(BYTES(65, 4, 0, 0, 0, 1, 65, 4, 0, 0, 0, 2)));
	assert_int_equal(open_message.as, 2);
	assert_true(decode(BYTES(69, 4, 0, 1, 1, 1, 69, 4, 0, 1, 1, 2)));
	assert_int_equal(open_message.add_path[BGP_IPV4_UNICAST],
			 BGP_ADD_PATH_SEND);
	assert_true(decode(BYTES(75, 2, 1, 'a', 75, 2, 1, 'b')));
	assert_int_equal(open_message.software_version.bytes[0], 'b');
}

static void assert_shown(const struct bgp_open_text *text, const char *expected)
{
	char shown[BGP_OPEN_TEXT_SIZE];

	assert_string_equal(bgp_open_text_format(text, shown), expected);
}

static void reads_the_software_version(void **state)
{
	(void)state;
	assert_true(decode(BYTES(75, 6, 5, 'x', '/', '1', '\n', '0')));
	assert_int_equal(open_message.capabilities, BGP_CAN_SOFTWARE_VERSION);
	assert_shown(&open_message.software_version, "x/1\\x0a0");
	assert_true(decode(BYTES(75, 1, 0)));
	assert_shown(&open_message.software_version, "");
}

static void ignores_a_software_version_whose_length_lies(void **state)
{
	(void)state;
	assert_ignored(BYTES(75, 0));
	assert_ignored(BYTES(75, 1, 1));
	assert_ignored(BYTES(75, 3, 3, 'a', 'b'));
	assert_ignored(BYTES(75, 3, 255, 'a', 'b'));
	/* A good one before it still counts. */
	assert_true(decode(BYTES(75, 2, 1, 'a', 75, 2, 9, 'b')));
	assert_shown(&open_message.software_version, "a");
}

static void keeps_the_beginning_of_a_long_software_version(void **state)
{
	uint8_t list[LIST_SIZE];

	(void)state;
	memset(list, 'v', sizeof(list));
	list[0] = BGP_CAPABILITY_SOFTWARE_VERSION;
	list[1] = UINT8_MAX;
	list[2] = UINT8_MAX - 1;
	assert_true(decode(reader_of(list, sizeof(list))));
	assert_int_equal(open_message.software_version.length,
			 BGP_OPEN_TEXT_MAX);
}

static void reads_host_and_domain_name(void **state)
{
	(void)state;
	assert_true(decode(BYTES(73, 7, 2, 'r', '1', 3, 'l', 'a', 'b')));
	assert_int_equal(open_message.capabilities, BGP_CAN_HOST_NAME);
	assert_shown(&open_message.host_name, "r1");
	assert_shown(&open_message.domain_name, "lab");
	assert_true(decode(BYTES(73, 2, 0, 0)));
	assert_shown(&open_message.host_name, "");
}

static void ignores_a_host_name_whose_lengths_lie(void **state)
{
	(void)state;
	assert_ignored(BYTES(73, 0));
	assert_ignored(BYTES(73, 1, 0));
	assert_ignored(BYTES(73, 3, 2, 'r', '1'));
	assert_ignored(BYTES(73, 4, 2, 'r', '1', 1));
	assert_ignored(BYTES(73, 2, 255, 'r'));
}

static void names_the_capabilities(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(size_cases); i++)
		assert_int_equal(!bgp_capability_name(size_cases[i].code),
				 size_cases[i].code == UNKNOWN_CODE);
	assert_string_equal(bgp_capability_name(BGP_CAPABILITY_AS4),
			    "4-byte AS");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_every_capability_to_its_length),
		cmocka_unit_test(rejects_every_length_beyond_the_end),
		cmocka_unit_test(
			takes_every_capability_of_any_length_as_it_comes),
		cmocka_unit_test(ignores_and_counts_what_it_does_not_know),
		cmocka_unit_test(ignores_outbound_route_filters_of_any_form),
		cmocka_unit_test(counts_no_more_than_255_unknown_ones),
		cmocka_unit_test(takes_no_value_from_the_next_capability),
		cmocka_unit_test(names_both_families),
		cmocka_unit_test(
			does_not_look_at_the_reserved_byte_of_a_family),
		cmocka_unit_test(ignores_families_it_does_not_know),
		cmocka_unit_test(takes_ipv6_nexthops_for_ipv4_unicast_only),
		cmocka_unit_test(reads_add_path_for_each_family),
		cmocka_unit_test(ignores_add_path_tuples_of_other_modes),
		cmocka_unit_test(ignores_add_path_tuples_of_other_families),
		cmocka_unit_test(reads_graceful_restart),
		cmocka_unit_test(skips_other_families_in_graceful_restart),
		cmocka_unit_test(lets_the_last_graceful_restart_count_whole),
		cmocka_unit_test(takes_a_role_twice_if_it_is_the_same),
		cmocka_unit_test(takes_a_role_that_is_not_assigned),
		cmocka_unit_test(lets_the_last_of_other_repetitions_count),
		cmocka_unit_test(reads_the_software_version),
		cmocka_unit_test(ignores_a_software_version_whose_length_lies),
		cmocka_unit_test(
			keeps_the_beginning_of_a_long_software_version),
		cmocka_unit_test(reads_host_and_domain_name),
		cmocka_unit_test(ignores_a_host_name_whose_lengths_lie),
		cmocka_unit_test(names_the_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
