// SPDX-License-Identifier: BSD-2-Clause
/* Servers behind routers: encap= beside other keys, and --encap-source. */

#include "config_helpers.h"
#include "headgate/abi.h"

static void a_path_has_an_encapsulation(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("path 192.0.2.1,via=10.0.0.11\n"
				     "path 192.0.2.1,via=10.0.0.12,encap=gre"),
			 0);
	assert_int_equal(config.rib.static_paths[0].encapsulation,
			 HG_ENCAPSULATION_NONE);
	assert_int_equal(config.rib.static_paths[1].encapsulation,
			 HG_ENCAPSULATION_GRE);
	assert_error("path 192.0.2.1,via=10.0.0.12,encap=bgp",
		     "--path 192.0.2.1,via=10.0.0.12,encap=bgp: encap=bgp: "
		     "must be none, ipip, gue or gre");
}

static void a_server_behind_a_router_may_be_checked(void **state)
{
	(void)state;
	assert_int_equal(
		parse_lines("path 192.0.2.1,via=10.0.0.12,encap=gue,"
			    "check=tcp:80\n"
			    "neighbor 10.0.0.3,as=1,role=backend,encap=gue,"
			    "check=tcp:80"),
		0);
}

static void outer_sources_are_one_prefix_of_each_family(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("encap-source 10.8.0.0/16\n"
				     "encap-source 2001:db8:8::/96"),
			 0);
	assert_int_equal(config.steering.outer_source_count, 2);
	assert_int_equal(config.steering.outer_sources[1].length, 96);
	assert_int_equal(parse_lines("encap-source 10.8.0.0/16\n"
				     "encap-source 10.9.0.0/16"),
			 1);
	assert_non_null(strstr(errors, "file:7: --encap-source 10.9.0.0/16: is "
				       "the second one of its family; keep "
				       "only one"));
}

/* The flow fills one word of the address. */
static void an_outer_source_leaves_a_word_to_the_flow(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("encap-source 0.0.0.0/0"), 0);
	assert_int_equal(parse_lines("encap-source 2001:db8:8::/128"), 0);
	assert_error("encap-source 2001:db8:8::/95",
		     "--encap-source 2001:db8:8::/95: must be a /96 or "
		     "longer");
}

static void the_port_of_gue_is_a_port(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("gue-port 1"), 0);
	assert_int_equal(parse_lines("gue-port 65535"), 0);
	assert_int_equal(config.steering.gue_port, 65535);
	assert_int_equal(parse_lines("gue-port 0"), 1);
	assert_int_equal(parse_lines("gue-port 65536"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_has_an_encapsulation),
		cmocka_unit_test(a_server_behind_a_router_may_be_checked),
		cmocka_unit_test(outer_sources_are_one_prefix_of_each_family),
		cmocka_unit_test(an_outer_source_leaves_a_word_to_the_flow),
		cmocka_unit_test(the_port_of_gue_is_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
