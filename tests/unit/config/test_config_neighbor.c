// SPDX-License-Identifier: BSD-2-Clause
/* The value of --neighbor. */

#include <stdio.h>
#include <string.h>

#include "config_helpers.h"

static const struct bgp_neighbor_options *neighbor_of(const char *value)
{
	char line[512];

	snprintf(line, sizeof(line), "neighbor %s", value);
	assert_int_equal(parse_lines(line), 0);
	return &config.bgp.neighbors[1];
}

static void a_neighbor_has_all_its_keys(void **state)
{
	const struct bgp_neighbor_options *neighbor =
		neighbor_of("10.0.0.3,as=65001-65010,role=upstream,port=1179,"
			    "hold-time=30");

	(void)state;
	assert_int_equal(neighbor->as.kind, BGP_PEER_ANY);
	assert_int_equal(neighbor->as.first, 65001);
	assert_int_equal(neighbor->as.last, 65010);
	assert_int_equal(neighbor->role, NEIGHBOR_ROLE_UPSTREAM);
	assert_int_equal(neighbor->port, 1179);
	assert_int_equal(neighbor->hold_time, 30);
	assert_int_equal(neighbor->limit, 0);
	assert_false(neighbor->passive);
	assert_false(neighbor_is_dynamic(neighbor));
}

static void a_neighbor_without_keys_has_safe_defaults(void **state)
{
	const struct bgp_neighbor_options *neighbor = neighbor_of("10.0.0.3");

	(void)state;
	assert_int_equal(neighbor->as.kind, BGP_PEER_ANY);
	assert_int_equal(neighbor->as.last, 0);
	assert_int_equal(neighbor->role, NEIGHBOR_ROLE_NONE);
	assert_int_equal(neighbor->port, 179);
	assert_int_equal(neighbor->hold_time, 90);
}

static void a_backend_has_a_short_hold_time_unless_told(void **state)
{
	(void)state;
	assert_int_equal(neighbor_of("10.0.0.3,role=backend")->hold_time, 9);
	assert_int_equal(
		neighbor_of("10.0.0.3,hold-time=0,role=backend")->hold_time, 0);
	assert_int_equal(neighbor_of("10.0.0.3,role=peer")->hold_time, 90);
}

static void a_prefix_is_dynamic_passive_and_limited(void **state)
{
	const struct bgp_neighbor_options *neighbor =
		neighbor_of("10.1.0.0/24,as=external,role=backend");

	(void)state;
	assert_true(neighbor_is_dynamic(neighbor));
	assert_true(neighbor->passive);
	assert_int_equal(neighbor->limit, 256);
	assert_int_equal(neighbor->port, 0);
	assert_int_equal(neighbor->as.kind, BGP_PEER_EXTERNAL);
	assert_int_equal(neighbor_of("10.1.0.0/24,passive,limit=5")->limit, 5);
}

static void the_as_of_a_neighbor_prints_as_it_is_written(void **state)
{
	static const char *const values[] = { "65001", "65001-65010",
					      "external", "internal" };
	char line[64], text[24];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		snprintf(line, sizeof(line), "10.0.0.3,as=%s", values[i]);
		assert_string_equal(bgp_as_range_format(&neighbor_of(line)->as,
							text, sizeof(text)),
				    values[i]);
	}
	assert_string_equal(bgp_as_range_format(&neighbor_of("10.0.0.3")->as,
						text, sizeof(text)),
			    "any");
}

static void a_role_has_its_name(void **state)
{
	(void)state;
	assert_string_equal(neighbor_role_names[NEIGHBOR_ROLE_NONE], "none");
	assert_string_equal(neighbor_role_names[NEIGHBOR_ROLE_BACKEND],
			    "backend");
}

static void an_as_range_must_not_be_reversed(void **state)
{
	(void)state;
	assert_error("neighbor 10.0.0.3,as=65010-65001",
		     "--neighbor 10.0.0.3,as=65010-65001: as=65010-65001: the "
		     "range is reversed; did you mean 65001-65010?");
}

static void a_neighbor_needs_a_usable_as(void **state)
{
	static const char *const bad[] = { "0",		 "0-5", "x",
					   "1-",	 "-1",	"1-2-3",
					   "4294967296", "",	"any" };
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "neighbor 10.0.0.3,as=%s", bad[i]);
		assert_int_equal(parse_lines(line), 1);
	}
	assert_error(
		"neighbor 10.0.0.3,as=0",
		"--neighbor 10.0.0.3,as=0: as=0: must be an AS number from "
		"1 to 4294967295, a range N-M, external or internal");
	assert_error(
		"neighbor 10.0.0.3,as=23456",
		"--neighbor 10.0.0.3,as=23456: as=23456: AS_TRANS stands "
		"for AS numbers of four bytes (RFC 6793); give the real one");
}

static void an_unknown_key_names_the_nearest(void **state)
{
	(void)state;
	assert_error("neighbor 10.0.0.3,rol=backend",
		     "--neighbor 10.0.0.3,rol=backend: unknown key 'rol'; did "
		     "you mean 'role'?");
	assert_error("neighbor 10.0.0.3,description=x",
		     "--neighbor 10.0.0.3,description=x: unknown key "
		     "'description'; headgate --help lists them");
}

static void every_wrong_key_of_one_neighbor_is_named(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("neighbor 10.0.0.3/24,role=boss,port=0,"
				     "hold-time=2,passive=yes,limit,as=1,as=2"),
			 7);
	assert_non_null(strstr(errors, "did you mean 10.0.0.0/24?\n"));
	assert_non_null(
		strstr(errors,
		       "role=boss: must be none, backend, upstream or peer\n"));
	assert_non_null(
		strstr(errors, "port=0: must be a number from 1 to 65535\n"));
	assert_non_null(strstr(
		errors,
		"hold-time=2: must be a number from 3 to 65535, or 0\n"));
	assert_non_null(strstr(errors, "passive takes no value; leave it "
				       "out\n"));
	assert_non_null(strstr(errors, "limit has no value; give limit=N\n"));
	assert_non_null(strstr(errors, "as is given twice; keep only one\n"));
}

static void keys_that_would_do_nothing_are_refused(void **state)
{
	(void)state;
	assert_error("neighbor 10.1.0.0/24,port=179",
		     "--neighbor 10.1.0.0/24,port=179: port is for connecting, "
		     "but a prefix never connects; remove port");
	assert_error(
		"neighbor 10.0.0.3,passive,port=179",
		"--neighbor 10.0.0.3,passive,port=179: port is for "
		"connecting, but a passive neighbor never connects; remove "
		"port");
	assert_error("neighbor 10.0.0.3,limit=4",
		     "--neighbor 10.0.0.3,limit=4: limit is for prefixes, but "
		     "this is one address; remove limit");
	assert_error("neighbor 10.0.0.3,hold-time-zero",
		     "--neighbor 10.0.0.3,hold-time-zero: hold-time-zero is "
		     "for prefixes; one address may have no hold time anyway; "
		     "remove it");
	assert_error("neighbor 10.1.0.0/24,hold-time-zero,min-hold-time=5",
		     "--neighbor 10.1.0.0/24,hold-time-zero,min-hold-time=5: "
		     "hold-time-zero and min-hold-time exclude each other; "
		     "remove one");
}

static void the_address_zero_is_no_neighbor(void **state)
{
	(void)state;
	assert_error("neighbor 0.0.0.0",
		     "--neighbor 0.0.0.0: the address must not be zero; give "
		     "the neighbor's own");
	assert_true(neighbor_is_dynamic(neighbor_of("0.0.0.0/0")));
}

static void empty_keys_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("neighbor 10.0.0.3,"), 1);
	assert_int_equal(parse_lines("neighbor ,as=1"), 1);
	assert_int_equal(parse_lines("neighbor 10.0.0.3,,as=1"), 1);
	assert_int_equal(parse_lines("neighbor 10.0.0.3,=1"), 1);
}

static void a_neighbor_given_twice_is_refused(void **state)
{
	(void)state;
	assert_error("neighbor 10.0.0.2/32,role=backend",
		     "--neighbor 10.0.0.2: given before on file:5; keep only "
		     "one");
}

static void a_neighbor_inside_a_vip_is_refused(void **state)
{
	(void)state;
	assert_error("neighbor 192.0.2.7",
		     "--neighbor 192.0.2.7: is inside --vip 192.0.2.0/24; a "
		     "neighbor needs an address outside of all VIPs");
	assert_int_equal(parse_lines("neighbor 192.0.2.64/26"), 1);
	/* A range that happens to hold the VIPs too is no contradiction. */
	assert_int_equal(parse_lines("neighbor 192.0.0.0/16"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_neighbor_has_all_its_keys),
		cmocka_unit_test(a_neighbor_without_keys_has_safe_defaults),
		cmocka_unit_test(a_backend_has_a_short_hold_time_unless_told),
		cmocka_unit_test(a_prefix_is_dynamic_passive_and_limited),
		cmocka_unit_test(the_as_of_a_neighbor_prints_as_it_is_written),
		cmocka_unit_test(a_role_has_its_name),
		cmocka_unit_test(an_as_range_must_not_be_reversed),
		cmocka_unit_test(a_neighbor_needs_a_usable_as),
		cmocka_unit_test(an_unknown_key_names_the_nearest),
		cmocka_unit_test(every_wrong_key_of_one_neighbor_is_named),
		cmocka_unit_test(keys_that_would_do_nothing_are_refused),
		cmocka_unit_test(the_address_zero_is_no_neighbor),
		cmocka_unit_test(empty_keys_are_refused),
		cmocka_unit_test(a_neighbor_given_twice_is_refused),
		cmocka_unit_test(a_neighbor_inside_a_vip_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
