// SPDX-License-Identifier: BSD-2-Clause
/* The knobs of the multipath set, and flags that take no value. */

#include "config_helpers.h"

static void switches_are_off_unless_given(void **state)
{
	(void)state;
	assert_int_equal(parse_lines(""), 0);
	assert_false(config.rib.decision.skip_igp_cost);
	assert_false(config.rib.decision.aigp);
	assert_int_equal(config.rib.decision.always_compare_med,
			 COMPARE_MED_BACKENDS);
	assert_int_equal(parse_lines("skip-igp-cost\n"
				     "aigp # nothing but the name\n"
				     "always-compare-med\n"),
			 0);
	assert_true(config.rib.decision.skip_igp_cost);
	assert_true(config.rib.decision.aigp);
	assert_int_equal(config.rib.decision.always_compare_med,
			 COMPARE_MED_ALWAYS);
	assert_false(config.rib.decision.ebgp_ibgp);
}

static void switches_stand_on_the_command_line_too(void **state)
{
	(void)state;
	assert_int_equal(parse_words(
				 "--as 64512 --multipath-ebgp-ibgp --router-id "
				 "10.0.0.1 --interface eth0 --vip 192.0.2.0/24 "
				 "--neighbor 10.0.0.2 --announce-bandwidth"),
			 0);
	assert_true(config.rib.decision.ebgp_ibgp);
	assert_true(config.rib.announce_bandwidth);
	assert_false(config.rib.decision.add_path_weight);
}

static enum compare_med compared(void)
{
	return config.rib.decision.always_compare_med;
}

/* It was a switch once: the name alone still means all. */
static void always_compare_med_may_stand_alone(void **state)
{
	static const char before[] = "--as 64512 --router-id 10.0.0.1 "
				     "--interface eth0 --vip 192.0.2.0/24 "
				     "--neighbor 10.0.0.2";
	char words[TEXT_SIZE];

	(void)state;
	assert_int_equal(parse_lines("always-compare-med never"), 0);
	assert_int_equal(compared(), COMPARE_MED_NEVER);
	assert_int_equal(parse_lines("always-compare-med = backends"), 0);
	assert_int_equal(compared(), COMPARE_MED_BACKENDS);
	snprintf(words, sizeof(words), "--always-compare-med %s", before);
	assert_int_equal(parse_words(words), 0);
	assert_int_equal(compared(), COMPARE_MED_ALWAYS);
	snprintf(words, sizeof(words), "%s --always-compare-med", before);
	assert_int_equal(parse_words(words), 0);
	assert_int_equal(compared(), COMPARE_MED_ALWAYS);
	snprintf(words, sizeof(words), "%s --always-compare-med never", before);
	assert_int_equal(parse_words(words), 0);
	assert_int_equal(compared(), COMPARE_MED_NEVER);
	snprintf(words, sizeof(words), "%s --always-compare-med=never", before);
	assert_int_equal(parse_words(words), 0);
	assert_int_equal(compared(), COMPARE_MED_NEVER);
	assert_error("always-compare-med no",
		     "--always-compare-med no: must be never, backends or "
		     "always");
}

static void a_switch_takes_no_value(void **state)
{
	(void)state;
	assert_error("skip-igp-cost = yes",
		     "--skip-igp-cost yes: takes no value; leave it out");
}

static void a_switch_stands_once(void **state)
{
	(void)state;
	assert_int_not_equal(parse_lines("aigp\naigp"), 0);
	assert_non_null(strstr(errors, "--aigp: given before on file:6; keep "
				       "only one"));
	assert_int_not_equal(parse_words("--aigp --aigp"), 0);
	assert_non_null(strstr(errors, "--aigp: given before on the command "
				       "line; keep only one"));
}

static void choices_have_safe_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse_lines(""), 0);
	assert_int_equal(config.rib.decision.missing_med, MISSING_MED_BEST);
	assert_int_equal(config.rib.decision.bandwidth_use,
			 BANDWIDTH_USE_IF_ALL);
	assert_int_equal(config.rib.decision.confederation,
			 MULTIPATH_CONFEDERATION_RELAXED);
	assert_int_equal(config.rib.decision.bandwidth_unit, 125000);
	assert_int_equal(config.rib.decision.default_weight, 1);
	assert_int_equal(parse_lines(
				 "missing-med worst\nlink-bandwidth use\n"
				 "multipath-confederation same-member-as\n"
				 "bandwidth-unit 1\ndefault-weight 4294967295"),
			 0);
	assert_int_equal(config.rib.decision.missing_med, MISSING_MED_WORST);
	assert_int_equal(config.rib.decision.bandwidth_use, BANDWIDTH_USE);
	assert_int_equal(config.rib.decision.confederation,
			 MULTIPATH_CONFEDERATION_SAME_MEMBER_AS);
	assert_int_equal(config.rib.decision.default_weight, WEIGHT_MAX);
}

static void bad_values_are_named(void **state)
{
	(void)state;
	assert_error("missing-med worse",
		     "--missing-med worse: must be best or worst; did you mean "
		     "'worst'?");
	assert_error(
		"bandwidth-unit 0",
		"--bandwidth-unit 0: must be a number from 1 to 4294967295");
	assert_error("default-weight 4294967296",
		     "--default-weight 4294967296: must be a number from 1 to "
		     "4294967295");
}

static void a_neighbor_shares_sets_unless_told_not_to(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("neighbor 10.0.0.3,multipath=no,aigp\n"
				     "neighbor 10.0.0.4,multipath=yes"),
			 0);
	assert_int_equal(config.bgp.neighbors[0].multipath_off, false);
	assert_false(config.bgp.neighbors[0].aigp);
	assert_int_equal(config.bgp.neighbors[1].multipath_off, true);
	assert_true(config.bgp.neighbors[1].aigp);
	assert_int_equal(config.bgp.neighbors[2].multipath_off, false);
	assert_error(
		"neighbor 10.0.0.3,multipath=off",
		"--neighbor 10.0.0.3,multipath=off: multipath=off: must be "
		"yes or no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(switches_are_off_unless_given),
		cmocka_unit_test(switches_stand_on_the_command_line_too),
		cmocka_unit_test(always_compare_med_may_stand_alone),
		cmocka_unit_test(a_switch_takes_no_value),
		cmocka_unit_test(a_switch_stands_once),
		cmocka_unit_test(choices_have_safe_defaults),
		cmocka_unit_test(bad_values_are_named),
		cmocka_unit_test(a_neighbor_shares_sets_unless_told_not_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
