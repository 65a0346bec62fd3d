// SPDX-License-Identifier: BSD-2-Clause
/* Rules for incoming connections, and how often a refusal is logged. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bgp/session/admission.h"

enum {
	STRANGERS = 10000,
	START_MS = 5000000,
};

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
	struct bgp_admission_input input = { .is_covered = true, .limit = 4 };

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

static void ten_thousand_refusals_are_logged_once_in_ten_seconds(void **state)
{
	struct bgp_admission_refusals refusals = { .total = 0 };
	uint64_t unlogged, logged = 0;

	(void)state;
	for (unsigned int i = 0; i < STRANGERS; i++)
		logged += bgp_admission_count_refusal(&refusals, START_MS,
						      &unlogged);
	assert_int_equal(logged, 1);
	assert_int_equal(refusals.total, STRANGERS);
	assert_false(bgp_admission_count_refusal(
		&refusals, START_MS + BGP_REFUSED_LOG_INTERVAL_MS - 1,
		&unlogged));
	assert_true(bgp_admission_count_refusal(
		&refusals, START_MS + BGP_REFUSED_LOG_INTERVAL_MS, &unlogged));
	assert_int_equal(unlogged, STRANGERS);
	assert_int_equal(refusals.unlogged, 0);
}

static void the_first_refusal_is_logged_at_any_time(void **state)
{
	struct bgp_admission_refusals refusals = { .total = 0 };
	uint64_t unlogged = 7;

	(void)state;
	assert_true(bgp_admission_count_refusal(&refusals, 0, &unlogged));
	assert_int_equal(unlogged, 0);
	assert_false(bgp_admission_count_refusal(&refusals, 1, &unlogged));
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
			ten_thousand_refusals_are_logged_once_in_ten_seconds),
		cmocka_unit_test(the_first_refusal_is_logged_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
