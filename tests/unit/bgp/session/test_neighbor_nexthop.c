// SPDX-License-Identifier: BSD-2-Clause
/* The next hops that a neighbor's paths may have when its key does not say. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/session/neighbor_options.h"

static struct bgp_neighbor_options neighbor_of(enum neighbor_role role,
					       uint8_t length)
{
	return (struct bgp_neighbor_options){
		.prefix = { .address = { { [15] = 1 } }, .length = length },
		.role = role,
	};
}

static void assert_learned(const struct bgp_neighbor_options *neighbor,
			   bool internal, enum neighbor_nexthop expected)
{
	assert_int_equal(neighbor_learned_nexthop(neighbor, internal),
			 expected);
}

static void a_backend_is_its_own(void **state)
{
	struct bgp_neighbor_options one =
		neighbor_of(NEIGHBOR_ROLE_BACKEND, ADDRESS_BITS_IPV6);
	struct bgp_neighbor_options range =
		neighbor_of(NEIGHBOR_ROLE_BACKEND, 120);

	(void)state;
	assert_learned(&one, false, NEIGHBOR_NEXTHOP_PEER);
	assert_learned(&range, false, NEIGHBOR_NEXTHOP_PEER);
	assert_learned(&range, true, NEIGHBOR_NEXTHOP_PEER);
	range.nexthop = NEIGHBOR_NEXTHOP_ANY;
	assert_learned(&range, false, NEIGHBOR_NEXTHOP_ANY);
	range.nexthop = NEIGHBOR_NEXTHOP_ON_LINK;
	assert_learned(&range, true, NEIGHBOR_NEXTHOP_ON_LINK);
}

static void a_configured_address_inside_our_as_may_reflect(void **state)
{
	struct bgp_neighbor_options one =
		neighbor_of(NEIGHBOR_ROLE_BACKEND, ADDRESS_BITS_IPV6);

	(void)state;
	assert_learned(&one, true, NEIGHBOR_NEXTHOP_ANY);
	one.nexthop = NEIGHBOR_NEXTHOP_PEER;
	assert_learned(&one, true, NEIGHBOR_NEXTHOP_PEER);
}

static void others_may_have_any(void **state)
{
	struct bgp_neighbor_options peer =
		neighbor_of(NEIGHBOR_ROLE_PEER, ADDRESS_BITS_IPV6);

	(void)state;
	assert_learned(&peer, false, NEIGHBOR_NEXTHOP_ANY);
	peer.nexthop = NEIGHBOR_NEXTHOP_SELF; /* about announced VIPs */
	assert_learned(&peer, false, NEIGHBOR_NEXTHOP_ANY);
	peer.nexthop = NEIGHBOR_NEXTHOP_PEER;
	assert_learned(&peer, false, NEIGHBOR_NEXTHOP_PEER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_backend_is_its_own),
		cmocka_unit_test(
			a_configured_address_inside_our_as_may_reflect),
		cmocka_unit_test(others_may_have_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
