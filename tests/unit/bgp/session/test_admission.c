// SPDX-License-Identifier: BSD-2-Clause
/* Rules for incoming connections. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/session/admission.h"

static void a_stranger_is_refused(void **state)
{
	const struct bgp_admission_input input = { .limit = 0 };

	(void)state;
	assert_int_equal(bgp_admission_decide(&input), BGP_REFUSED_UNKNOWN);
	assert_string_equal(bgp_admission_reason(BGP_REFUSED_UNKNOWN),
			    "no --neighbor covers it");
}

static void a_prefix_takes_as_many_as_its_limit(void **state)
{
	struct bgp_admission_input input = { .is_covered = true,
					     .limit = 4,
					     .dynamic_limit = 8 };

	(void)state;
	for (; input.dynamic < input.limit; input.dynamic++)
		assert_int_equal(bgp_admission_decide(&input), BGP_ADMITTED);
	assert_int_equal(bgp_admission_decide(&input), BGP_REFUSED_LIMIT);
	/* A known neighbor may connect again. */
	input.is_neighbor = true;
	assert_int_equal(bgp_admission_decide(&input), BGP_ADMITTED);
}

static void half_open_ones_do_not_keep_a_peer_out_of_its_prefix(void **state)
{
	struct bgp_admission_input input = { .is_covered = true,
					     .limit = 4,
					     .dynamic_limit = 8,
					     .dynamic = 4,
					     .half_open = 1,
					     .half_open_of_prefix = 1 };

	(void)state;
	assert_int_equal(bgp_admission_decide(&input),
			 BGP_ADMITTED_EVICT_OF_PREFIX);
	/* One connection makes room, whatever the total is. */
	input.half_open = BGP_MAX_HALF_OPEN;
	assert_int_equal(bgp_admission_decide(&input),
			 BGP_ADMITTED_EVICT_OF_PREFIX);
	/* Connections of other prefixes make no room. */
	input.half_open_of_prefix = 0;
	assert_int_equal(bgp_admission_decide(&input), BGP_REFUSED_LIMIT);
}

static void a_peer_too_far_away_is_refused_even_if_known(void **state)
{
	struct bgp_admission_input input = { .is_far = true,
					     .is_neighbor = true,
					     .is_static = true };

	(void)state;
	assert_int_equal(bgp_admission_decide(&input), BGP_REFUSED_DISTANCE);
	input = (struct bgp_admission_input){ .is_far = true,
					      .is_covered = true,
					      .limit = 1 };
	assert_int_equal(bgp_admission_decide(&input), BGP_REFUSED_DISTANCE);
}

static void half_open_connections_are_limited_in_total(void **state)
{
	struct bgp_admission_input input = { .is_covered = true,
					     .limit = 1000,
					     .dynamic_limit = 1000,
					     .half_open =
						     BGP_MAX_HALF_OPEN - 1 };

	(void)state;
	assert_int_equal(bgp_admission_decide(&input), BGP_ADMITTED);
	input.half_open++;
	assert_int_equal(bgp_admission_decide(&input), BGP_ADMITTED_EVICT_ANY);
	input.is_neighbor = true;
	assert_int_equal(bgp_admission_decide(&input), BGP_ADMITTED_EVICT_ANY);
}

static void no_crowd_keeps_a_configured_address_out(void **state)
{
	const struct bgp_admission_input input = { .is_neighbor = true,
						   .is_static = true,
						   .is_covered = true,
						   .dynamic = 9,
						   .limit = 1,
						   .half_open =
							   BGP_MAX_HALF_OPEN };

	(void)state;
	assert_int_equal(bgp_admission_decide(&input), BGP_ADMITTED);
}

static void all_prefixes_together_take_as_many_as_their_limit(void **state)
{
	struct bgp_admission_input input = { .is_covered = true,
					     .limit = 4,
					     .dynamic = 1,
					     .all_dynamic = 7,
					     .dynamic_limit = 8 };

	(void)state;
	assert_int_equal(bgp_admission_decide(&input), BGP_ADMITTED);
	input.all_dynamic++;
	assert_int_equal(bgp_admission_decide(&input),
			 BGP_REFUSED_DYNAMIC_LIMIT);
	/* One that has not sent its OPEN makes room, of whatever prefix. */
	input.half_open = 1;
	assert_int_equal(bgp_admission_decide(&input),
			 BGP_ADMITTED_EVICT_DYNAMIC);
	/* In a full prefix, only one of that prefix does. */
	input.dynamic = 4;
	assert_int_equal(bgp_admission_decide(&input), BGP_REFUSED_LIMIT);
	/* A known neighbor may connect again, a configured one always. */
	input.is_neighbor = true;
	assert_int_equal(bgp_admission_decide(&input), BGP_ADMITTED);
	input.is_static = true;
	assert_int_equal(bgp_admission_decide(&input), BGP_ADMITTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stranger_is_refused),
		cmocka_unit_test(a_prefix_takes_as_many_as_its_limit),
		cmocka_unit_test(
			half_open_ones_do_not_keep_a_peer_out_of_its_prefix),
		cmocka_unit_test(a_peer_too_far_away_is_refused_even_if_known),
		cmocka_unit_test(half_open_connections_are_limited_in_total),
		cmocka_unit_test(no_crowd_keeps_a_configured_address_out),
		cmocka_unit_test(
			all_prefixes_together_take_as_many_as_their_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
