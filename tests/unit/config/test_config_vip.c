// SPDX-License-Identifier: BSD-2-Clause
/* The keys of --vip. */

#include "config_helpers.h"

#include <headgate/abi.h>

static void a_vip_has_numbers_of_its_own(void **state)
{
	static char text[TEXT_SIZE];
	FILE *out = fmemopen(text, TEXT_SIZE, "w");

	(void)state;
	assert_int_equal(parse_lines("vip 198.51.100.0/24,min-nexthops=2,"
				     "return-nexthops=3"),
			 0);
	assert_int_equal(config.rib.import.vips[0].min_nexthops, 0);
	assert_int_equal(config.rib.import.vips[1].min_nexthops, 2);
	assert_int_equal(config.rib.import.vips[1].return_nexthops, 3);
	config_print(&config, out);
	fclose(out);
	assert_non_null(strstr(text, "\nvip 192.0.2.0/24\n"));
	assert_non_null(strstr(text, "\nvip 198.51.100.0/24,min-nexthops=2,"
				     "return-nexthops=3\n"));
	assert_int_equal(parse_text(text), 0);
}

static void a_vip_inside_another_one_must_say_something(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("vip 192.0.2.1,min-nexthops=2"), 0);
	assert_error("vip 192.0.2.1",
		     "--vip 192.0.2.1/32: is inside 192.0.2.0/24, given on "
		     "file:4; remove one");
	assert_error("vip 192.0.2.0/24,min-nexthops=2",
		     "--vip 192.0.2.0/24: is inside 192.0.2.0/24, given on "
		     "file:4; remove one");
}

static void numbers_that_can_never_be_reached_are_refused(void **state)
{
	(void)state;
	assert_error("vip 192.0.2.1,min-nexthops=257",
		     "--vip 192.0.2.1/32: min-nexthops=257 is above "
		     "--maximum-paths, which is 256: the VIP would never be "
		     "announced; lower it, or raise --maximum-paths");
	assert_error("vip 192.0.2.1,return-nexthops=257",
		     "--vip 192.0.2.1/32: return-nexthops=257 is above "
		     "--maximum-paths, which is 256: the VIP would never be "
		     "announced; lower it, or raise --maximum-paths");
	assert_error("vip 192.0.2.1,min-nexthops=3,return-nexthops=2",
		     "--vip 192.0.2.1/32: return-nexthops=2 is below "
		     "min-nexthops, which is 3; raise it");
	assert_error(
		"vip 192.0.2.1,min-nexthops=x",
		"--vip 192.0.2.1,min-nexthops=x: min-nexthops=x: must be a "
		"number from 1 to 4095");
}

static void a_vip_has_a_choice_of_its_own(void **state)
{
	static const char keys[] =
		"vip 192.0.2.1/32,min-bandwidth=3000,maximum-paths=8,"
		"multipath-as-path=exact,link-bandwidth=ignore,"
		"link-speed-weight=0\n";
	static char text[TEXT_SIZE];
	FILE *out = fmemopen(text, TEXT_SIZE, "w");
	const struct vip_options *vip;

	(void)state;
	assert_int_equal(parse_lines(keys), 0);
	vip = &config.rib.import.vips[1];
	assert_int_equal(vip->min_bandwidth, 3000);
	assert_int_equal(vip->maximum_paths, 8);
	assert_int_equal(vip->as_path, MULTIPATH_AS_PATH_EXACT);
	assert_int_equal(vip->bandwidth_use, BANDWIDTH_IGNORE);
	assert_int_equal(vip->full_link_speed, 0);
	vip = &config.rib.import.vips[0];
	assert_false(vip_options_decide(vip));
	config_print(&config, out);
	fclose(out);
	assert_non_null(strstr(text, keys));
	assert_int_equal(parse_text(text), 0);
}

static void choices_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	assert_error("vip 192.0.2.1,maximum-paths=0",
		     "--vip 192.0.2.1,maximum-paths=0: maximum-paths=0: must "
		     "be a number from 1 to 4095");
	assert_error("vip 192.0.2.1,maximum-paths=2,min-nexthops=3",
		     "--vip 192.0.2.1/32: min-nexthops=3 is above "
		     "maximum-paths, which is 2: the VIP would never be "
		     "announced; lower it, or raise maximum-paths");
	assert_error("vip 192.0.2.1,maximum-paths=2\nmin-nexthops 3",
		     "--vip 192.0.2.1/32: maximum-paths=2 is below "
		     "--min-nexthops, which is 3: the VIP would never be "
		     "announced; raise it, or give min-nexthops=");
	assert_error("vip 192.0.2.1,multipath-as-path=equal",
		     "--vip 192.0.2.1,multipath-as-path=equal: "
		     "multipath-as-path=equal: must be exact, same-peer-as or "
		     "relaxed");
	assert_error("vip 192.0.2.1,link-bandwidth=no",
		     "--vip 192.0.2.1,link-bandwidth=no: link-bandwidth=no: "
		     "must be use, use-if-all or ignore");
	assert_error("vip 192.0.2.1,link-speed-weight=10000001",
		     "--vip 192.0.2.1,link-speed-weight=10000001: "
		     "link-speed-weight=10000001: must be a number from 0 to "
		     "10000000");
	assert_error("vip 192.0.2.1,min-bandwidth=0",
		     "--vip 192.0.2.1,min-bandwidth=0: min-bandwidth=0: must "
		     "be a number from 1 to 4294967295");
}

static void a_vip_may_have_more_paths_than_others(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("maximum-paths 2\n"
				     "vip 192.0.2.1,maximum-paths=4095,"
				     "min-nexthops=4095"),
			 0);
}

static uint32_t window_of(const char *text)
{
	struct prefix prefix;

	prefix_parse(text, &prefix);
	return steering_window_of(&config.steering, &prefix);
}

static void a_vip_can_have_its_own_affinity_window(void **state)
{
	(void)state;
	assert_int_equal(parse_lines("affinity-window 60\n"
				     "vip 198.51.100.0/24\n"
				     "vip 198.51.100.53/32,affinity=0\n"
				     "vip 198.51.100.80/32,affinity=600,"
				     "hash-fields=src"),
			 0);
	assert_int_equal(window_of("198.51.100.1"), 60);
	assert_int_equal(window_of("198.51.100.53"), 0);
	assert_int_equal(window_of("198.51.100.80"), 600);
	assert_int_equal(config.datapath.flow_records,
			 config.steering.flow_records);
	assert_int_equal(parse_lines("affinity-window 0\n"
				     "vip 198.51.100.53/32,affinity=0"),
			 0);
	assert_int_equal(config.datapath.flow_records, 0);
	assert_error("vip 198.51.100.1,affinity=86401",
		     "--vip 198.51.100.1,affinity=86401: affinity=86401: must "
		     "be a number from 0 to 86400");
}

static uint32_t fields_of(const char *text)
{
	struct prefix prefix;

	prefix_parse(text, &prefix);
	return steering_hash_fields_of(&config.steering, &prefix);
}

static void a_vip_has_hash_fields_of_its_own(void **state)
{
	static char text[TEXT_SIZE];
	FILE *out = fmemopen(text, TEXT_SIZE, "w");

	(void)state;
	assert_int_equal(parse_lines("vip 192.0.2.64/26,hash-fields=src\n"
				     "vip 192.0.2.65,hash-fields=packet\n"
				     "hash-fields src-dst"),
			 0);
	assert_int_equal(fields_of("192.0.2.65/32"), HG_HASH_PACKET);
	assert_int_equal(fields_of("192.0.2.66/32"), HG_HASH_SRC);
	assert_int_equal(fields_of("192.0.2.64/26"), HG_HASH_SRC);
	assert_int_equal(fields_of("192.0.2.1/32"), HG_HASH_SRC_DST);
	config_print(&config, out);
	fclose(out);
	assert_non_null(strstr(text, "\nvip 192.0.2.64/26,hash-fields=src\n"));
	assert_int_equal(parse_text(text), 0);
	assert_error("vip 192.0.2.1,hash-fields=ports",
		     "--vip 192.0.2.1,hash-fields=ports: hash-fields=ports: "
		     "must be 5-tuple, 3-tuple, src-dst, src, dst or packet");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vip_has_numbers_of_its_own),
		cmocka_unit_test(a_vip_inside_another_one_must_say_something),
		cmocka_unit_test(a_vip_has_a_choice_of_its_own),
		cmocka_unit_test(choices_that_make_no_sense_are_refused),
		cmocka_unit_test(a_vip_may_have_more_paths_than_others),
		cmocka_unit_test(a_vip_has_hash_fields_of_its_own),
		cmocka_unit_test(a_vip_can_have_its_own_affinity_window),
		cmocka_unit_test(numbers_that_can_never_be_reached_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
