// SPDX-License-Identifier: BSD-2-Clause
/* Confederations (RFC 5065): the AS in an OPEN, and valid paths. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/codec/as_path.h"
#include "bgp/codec/attributes.h"
#include "bgp/session/setup.h"

enum {
	OUR_AS = 64512,
	MEMBER_AS = 64513,
	IDENTIFIER = 65500,
	OUTSIDE_AS = 65001,
	LONG_PATH = 2 + 4 * AS_PATH_SEGMENT_MAX,
};

static const struct bgp_options us = { .as = OUR_AS,
				       .identifier = 1,
				       .confederation = {
					       .identifier = IDENTIFIER,
					       .members = { MEMBER_AS },
					       .member_count = 1 } };

static struct bgp_neighbor_options neighbor_of(uint32_t as)
{
	return (struct bgp_neighbor_options){ .as.first = as,
					      .as.last = as,
					      .families = BGP_ALL_FAMILIES,
					      .relation = BGP_ROLE_NONE };
}

static void members_see_our_as_and_others_the_confederation(void **state)
{
	static const struct {
		uint32_t neighbor, open;
		bool inside;
	} rows[] = { { OUTSIDE_AS, IDENTIFIER, false },
		     { MEMBER_AS, OUR_AS, true },
		     { OUR_AS, OUR_AS, true } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bgp_neighbor_options config =
			neighbor_of(rows[i].neighbor);

		assert_int_equal(bgp_setup_open(&us, &config, false).as,
				 rows[i].open);
		assert_int_equal(bgp_setup_policy(&us, &config).local_as,
				 rows[i].open);
		assert_int_equal(bgp_setup_confederation(&us, &config),
				 rows[i].inside);
	}
}

static void roles_are_for_those_outside(void **state)
{
	struct bgp_neighbor_options member = neighbor_of(MEMBER_AS);

	(void)state;
	member.relation = BGP_ROLE_PROVIDER;
	assert_false(bgp_setup_open(&us, &member, false).capabilities &
		     BGP_CAN_ROLE);
}

/* Return the error of a path with one segment from a peer; NULL: none. */
static const char *error_of(const struct bgp_negotiated *negotiated,
			    uint8_t type, uint32_t as)
{
	const struct bgp_decode_context context = { .negotiated = negotiated };
	struct bgp_attributes a = {
		.present = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP,
		.nexthop = address_from_ipv4(0x0100000a),
	};
	struct bgp_update_error error = { .verdict = BGP_VERDICT_OK };
	uint8_t bytes[6];
	struct writer w = writer_of(bytes, sizeof(bytes));

	writer_u8(&w, type);
	writer_u8(&w, 1);
	writer_u32(&w, as);
	a.as_path = reader_of(bytes, sizeof(bytes));
	bgp_attributes_check(&context, &a, &error);
	return error.verdict == BGP_VERDICT_OK ? NULL : error.reason;
}

/* RFC 5065 5. */
static void confederation_segments_come_from_members_only(void **state)
{
	const struct bgp_negotiated outside = { .peer_as = OUTSIDE_AS,
						.ebgp = true };
	const struct bgp_negotiated member = { .peer_as = MEMBER_AS,
					       .ebgp = true,
					       .confederation = true };
	const struct bgp_negotiated inside = { .peer_as = OUR_AS,
					       .confederation = true };
	const struct bgp_negotiated plain = { .peer_as = OUR_AS };

	(void)state;
	assert_string_equal(error_of(&outside, BGP_SEGMENT_CONFED_SEQUENCE,
				     OUTSIDE_AS),
			    "confederation segment");
	assert_string_equal(error_of(&plain, BGP_SEGMENT_CONFED_SEQUENCE,
				     MEMBER_AS),
			    "confederation segment");
	assert_null(error_of(&inside, BGP_SEGMENT_CONFED_SEQUENCE, MEMBER_AS));
	assert_null(error_of(&inside, BGP_SEGMENT_SEQUENCE, OUTSIDE_AS));
	assert_null(error_of(&member, BGP_SEGMENT_CONFED_SEQUENCE, MEMBER_AS));
	assert_string_equal(error_of(&member, BGP_SEGMENT_SEQUENCE, MEMBER_AS),
			    "first member AS is not the peer's");
	assert_string_equal(error_of(&member, BGP_SEGMENT_CONFED_SEQUENCE,
				     MEMBER_AS + 1),
			    "first member AS is not the peer's");
	assert_string_equal(error_of(&member, BGP_SEGMENT_CONFED_SET,
				     MEMBER_AS),
			    "first member AS is not the peer's");
}

/* RFC 5065 4; but a reflector's attributes stay in its AS: RFC 4456 8. */
static void a_member_may_send_local_pref_but_no_originator(void **state)
{
	static const uint8_t block[] = {
		0x40, BGP_ATTRIBUTE_LOCAL_PREF,	   4, 0, 0, 0, 200,
		0x80, BGP_ATTRIBUTE_ORIGINATOR_ID, 4, 1, 2, 3, 4
	};
	static struct bgp_scratch scratch;
	const struct bgp_negotiated sessions[] = {
		{ .ebgp = true },
		{ .ebgp = true, .confederation = true },
		{ .ebgp = false },
	};
	static const uint32_t present[] = {
		0,
		BGP_HAS_LOCAL_PREF,
		BGP_HAS_LOCAL_PREF | BGP_HAS_ORIGINATOR_ID,
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct bgp_decode_context context = {
			.negotiated = &sessions[i],
		};
		struct bgp_update_error error = { .verdict = BGP_VERDICT_OK };
		struct bgp_multiprotocol multiprotocol;
		struct bgp_attributes a;

		bgp_attributes_decode(&context, reader_of(block, sizeof(block)),
				      &scratch, &a, &multiprotocol, &error);
		assert_int_equal(a.present, present[i]);
	}
}

static void assert_prepended(const void *path, size_t size, const char *text)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof(bytes));
	char shown[128];

	as_path_prepend_member(&w, reader_of(path, size), OUR_AS);
	assert_false(w.failed);
	assert_string_equal(as_path_format(reader_of(bytes, w.used), shown,
					   sizeof(shown)),
			    text);
}

/* RFC 5065 4.1 a. */
static void a_member_is_prepended_to_the_leading_members(void **state)
{
	static const uint8_t plain[] = { BGP_SEGMENT_SEQUENCE, 1, 0, 0, 0, 9 };
	static const uint8_t confed[] = {
		BGP_SEGMENT_CONFED_SEQUENCE, 1, 0, 0, 0, 8,
		BGP_SEGMENT_SEQUENCE,	     1, 0, 0, 0, 9
	};

	(void)state;
	assert_prepended(NULL, 0, "(64512)");
	assert_prepended(plain, sizeof(plain), "(64512) 9");
	assert_prepended(confed, sizeof(confed), "(64512 8) 9");
}

static void a_full_segment_of_members_gets_one_in_front(void **state)
{
	uint8_t path[LONG_PATH] = { BGP_SEGMENT_CONFED_SEQUENCE,
				    AS_PATH_SEGMENT_MAX };
	uint8_t bytes[LONG_PATH + 6];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct as_path_segment segment;
	struct reader out;

	(void)state;
	as_path_prepend_member(&w, reader_of(path, sizeof(path)), OUR_AS);
	out = reader_of(bytes, w.used);
	assert_true(as_path_next(&out, BGP_AS4_SIZE, &segment));
	assert_int_equal(segment.count, 1);
	assert_int_equal(reader_u32(&segment.numbers), OUR_AS);
	assert_true(as_path_next(&out, BGP_AS4_SIZE, &segment));
	assert_int_equal(segment.count, AS_PATH_SEGMENT_MAX);
	assert_int_equal(out.left, 0);
}

static void members_are_found_in_their_segments_only(void **state)
{
	static const uint8_t path[] = {
		BGP_SEGMENT_CONFED_SEQUENCE, 1, 0, 0, 0, 8,
		BGP_SEGMENT_SEQUENCE,	     1, 0, 0, 0, 9
	};

	(void)state;
	assert_true(as_path_contains_member(reader_of(path, sizeof(path)), 8));
	assert_false(as_path_contains_member(reader_of(path, sizeof(path)), 9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			members_see_our_as_and_others_the_confederation),
		cmocka_unit_test(roles_are_for_those_outside),
		cmocka_unit_test(confederation_segments_come_from_members_only),
		cmocka_unit_test(
			a_member_may_send_local_pref_but_no_originator),
		cmocka_unit_test(a_member_is_prepended_to_the_leading_members),
		cmocka_unit_test(a_full_segment_of_members_gets_one_in_front),
		cmocka_unit_test(members_are_found_in_their_segments_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
