// SPDX-License-Identifier: BSD-2-Clause
/* Keys that are for neighbors of our own AS: reflection, next hops. */

#include "config_helpers.h"

static void a_client_is_of_our_own_as(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("neighbor 10.0.0.3,as=internal,role=peer,"
				     "route-reflector-client,"
				     "next-hop=unchanged"),
			 0);
	assert_true(config.bgp.neighbors[1].route_reflector_client);
	assert_int_equal(config.bgp.neighbors[1].nexthop,
			 NEIGHBOR_NEXTHOP_UNCHANGED);
	assert_int_equal(parse_lines("neighbor 10.0.0.3,as=64512,role=peer,"
				     "route-reflector-client"),
			 0);
	assert_error("neighbor 10.0.0.3,as=65001,role=peer,"
		     "route-reflector-client",
		     "--neighbor 10.0.0.3: route-reflector-client is for "
		     "neighbors of our own AS (RFC 4456); give as=internal, or "
		     "remove it");
	assert_error("neighbor 10.0.0.3,as=65001,role=upstream,"
		     "next-hop=unchanged",
		     "--neighbor 10.0.0.3: next-hop=unchanged is for neighbors "
		     "of our own AS; give as=internal, or remove it");
}

static void a_neighbor_that_is_told_nothing_has_no_nexthop(void **state)
{
	(void)state;
	assert_error(
		"neighbor 10.0.0.3,as=internal,role=backend,next-hop=self",
		"--neighbor "
		"10.0.0.3,as=internal,role=backend,next-hop=self: "
		"next-hop=self is for neighbors that VIPs are announced to, "
		"role=upstream or role=peer; give peer, on-link or any, or "
		"remove it");
	assert_error("neighbor 10.0.0.3,as=1,role=upstream,next-hop=peer",
		     "--neighbor 10.0.0.3,as=1,role=upstream,next-hop=peer: "
		     "next-hop=peer is for neighbors that VIPs are learned "
		     "from, not for role=upstream; remove it");
}

static void keys_about_attributes_are_for_those_that_have_them(void **state)
{
	(void)state;
	assert_error("neighbor 10.0.0.3,as=1,role=upstream,pass-attributes",
		     "--neighbor 10.0.0.3,as=1,role=upstream,pass-attributes: "
		     "pass-attributes is for role=backend, whose attributes "
		     "are kept back; remove it");
	assert_error("neighbor 10.0.0.3,as=1,role=backend,remove-private-as",
		     "--neighbor 10.0.0.3,as=1,role=backend,remove-private-as: "
		     "remove-private-as is for neighbors that VIPs are "
		     "announced to; remove it");
	assert_error("neighbor 10.0.0.3,as=1,role=backend,as-override",
		     "--neighbor 10.0.0.3,as=1,role=backend,as-override: "
		     "as-override is for neighbors that VIPs are announced to; "
		     "remove it");
}

static void a_neighbor_has_vips_of_ours(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("neighbor 10.0.0.3,role=backend,"
				     "vips=192.0.2.0/28+192.0.2.64/32,"
				     "max-prefix-length=32"),
			 0);
	assert_int_equal(config.bgp.neighbors[1].vips.count, 2);
	assert_int_equal(config.bgp.neighbors[1].max_prefix_length, 32);
	assert_error(
		"neighbor 10.0.0.3,role=backend,vips=198.51.100.0/24",
		"--neighbor 10.0.0.3: vips: 198.51.100.0/24 is not inside a --vip; give "
		"prefixes of --vip, or add it there");
}

static void the_cluster_is_the_router_id_unless_given(void **state)
{
	(void)state;
	assert_int_equal(parse_text(required), 0);
	assert_int_equal(config.rib.import.cluster_id, 0x0a000001);
	assert_int_equal(parse_lines("cluster-id 10.0.0.9"), 0);
	assert_int_equal(config.rib.import.cluster_id, 0x0a000009);
	assert_int_equal(config.bgp.identifier, 0x0a000001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_is_of_our_own_as),
		cmocka_unit_test(
			a_neighbor_that_is_told_nothing_has_no_nexthop),
		cmocka_unit_test(
			keys_about_attributes_are_for_those_that_have_them),
		cmocka_unit_test(a_neighbor_has_vips_of_ours),
		cmocka_unit_test(the_cluster_is_the_router_id_unless_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
