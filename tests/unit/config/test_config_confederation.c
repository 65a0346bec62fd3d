// SPDX-License-Identifier: BSD-2-Clause
/* --confederation, its members, and what neighbors must say beside it. */

#include "config_helpers.h"

static void members_are_read_and_printed(void **state)
{
	static char text[TEXT_SIZE];
	FILE *out = fmemopen(text, TEXT_SIZE, "w");

	(void)state;
	assert_int_equal(parse_lines("confederation 65500\n"
				     "confederation-member 64513,64514\n"
				     "confederation-member 64515"),
			 0);
	assert_int_equal(config.bgp.confederation.identifier, 65500);
	assert_int_equal(config.bgp.confederation.member_count, 3);
	config_print(&config, out);
	fclose(out);
	assert_non_null(strstr(text, "\nconfederation 65500\n"
				     "confederation-member 64513\n"
				     "confederation-member 64514\n"
				     "confederation-member 64515\n"));
	assert_int_equal(parse_text(text), 0);
}

static void a_neighbor_is_a_member_if_all_its_ases_are(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("confederation 65500\n"
				     "confederation-member 64513,64514\n"
				     "neighbor 10.0.0.3,as=64513-64514\n"
				     "neighbor 10.0.0.4,as=64513\n"
				     "neighbor 10.0.0.5,as=internal"),
			 0);
	assert_false(neighbor_is_member(&config.bgp.neighbors[0],
					&config.bgp.confederation));
	assert_true(neighbor_is_member(&config.bgp.neighbors[1],
				       &config.bgp.confederation));
	assert_true(neighbor_is_member(&config.bgp.neighbors[2],
				       &config.bgp.confederation));
	assert_false(neighbor_is_member(&config.bgp.neighbors[3],
					&config.bgp.confederation));
}

static void members_need_their_confederation(void **state)
{
	(void)state;
	assert_error("confederation-member 64513",
		     "--confederation-member 64513: the confederation has no "
		     "number; give --confederation");
	assert_error("confederation-member x",
		     "--confederation-member x: must be a number from 1 to "
		     "4294967295");
}

static void our_own_as_is_no_other_member(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("confederation-member 64512\n"
				     "confederation 65500"),
			 1);
	assert_string_equal(
		errors,
		"file:6: --confederation-member 64512: is our own --as; "
		"list the other members only\n1 error; nothing changed\n");
}

static void it_must_be_known_who_a_neighbor_is(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("confederation 65500\n"
				     "confederation-member 64513\n"
				     "neighbor 10.0.0.3\n"
				     "neighbor 10.0.0.4,as=64513-64514\n"
				     "neighbor 10.0.0.5,as=64000-65000"),
			 3);
	assert_string_equal(
		errors,
		"file:8: --neighbor 10.0.0.3: with --confederation its AS "
		"must be known; give as=\nfile:9: --neighbor 10.0.0.4: "
		"as=64513-64514 has ASes in and outside of the "
		"confederation; give a neighbor for each\nfile:10: "
		"--neighbor 10.0.0.5: as=64000-65000 has ASes in and "
		"outside of the confederation; give a neighbor for each\n3 "
		"errors; nothing changed\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_read_and_printed),
		cmocka_unit_test(a_neighbor_is_a_member_if_all_its_ases_are),
		cmocka_unit_test(members_need_their_confederation),
		cmocka_unit_test(our_own_as_is_no_other_member),
		cmocka_unit_test(it_must_be_known_who_a_neighbor_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
