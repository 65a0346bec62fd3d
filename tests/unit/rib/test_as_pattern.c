// SPDX-License-Identifier: BSD-2-Clause
/* Patterns for AS paths: what they match, and in how many steps. */

#include <time.h>

#include "../chance.h"
#include "bgp/codec/as_path.h"
#include "rib/policy/as_pattern.h"
#include "rules.h"

enum {
	TEXT_SIZE = 256,
	LONG_PATH = 16000,
	RANDOM_CASES = 20000,
	RANDOM_HOPS = 6,
	RANDOM_ASES = 3, /* few, so that much matches */
};

static struct as_pattern pattern_of(const char *text)
{
	char line[TEXT_SIZE];
	struct policy policy;

	snprintf(line, sizeof(line),
		 "rule deny from any as-path matches \"%s\"\n", text);
	policy = policy_of_text(line);
	return (struct as_pattern){ .hops = policy.rules[0].values,
				    .count = policy.rules[0].value_count };
}

static struct reader sequence(uint8_t *bytes, size_t size, const uint32_t *as,
			      size_t count)
{
	struct writer w = writer_of(bytes, size);

	if (!count)
		return reader_of(bytes, 0);
	writer_u8(&w, BGP_SEGMENT_SEQUENCE);
	writer_u8(&w, (uint8_t)count);
	for (size_t i = 0; i < count; i++)
		writer_u32(&w, as[i]);
	return reader_of(bytes, w.used);
}

static bool matches(const struct as_pattern *pattern, const uint32_t *as,
		    size_t count)
{
	uint8_t bytes[TEXT_SIZE];
	struct as_pattern_run run;

	return as_pattern_matches(
		pattern, sequence(bytes, sizeof(bytes), as, count), &run);
}

static void patterns_match_whole_paths(void **state)
{
	static const struct {
		const char *pattern;
		uint32_t as[6];
		bool matches;
	} cases[] = {
		{ "", { 0 }, true },
		{ "", { 1 }, false },
		{ "*", { 0 }, true },
		{ "*", { 1, 2, 3 }, true },
		{ "?", { 0 }, false },
		{ "?", { 1 }, true },
		{ "?", { 1, 2 }, false },
		{ "1", { 1 }, true },
		{ "1", { 1, 1 }, false },
		{ "1 *", { 1 }, true },
		{ "1 *", { 2, 1 }, false },
		{ "* 1", { 2, 1 }, true },
		{ "* 1", { 1, 2 }, false },
		{ "65001 * 65002 ?", { 65001, 65002, 7 }, true },
		{ "65001 * 65002 ?", { 65001, 5, 65002, 65002, 7 }, true },
		{ "65001 * 65002 ?", { 65001, 65002 }, false },
		{ "2-4 >=7", { 3, 7 }, true },
		{ "2-4 >=7", { 5, 7 }, false },
		{ "2-4 >=7", { 3, 6 }, false },
		{ "* ? *", { 0 }, false },
		{ "* * * 1 * *", { 2, 1, 2 }, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct as_pattern pattern = pattern_of(cases[i].pattern);
		size_t count = 0;

		while (cases[i].as[count])
			count++;
		if (matches(&pattern, cases[i].as, count) != cases[i].matches)
			fail_msg("\"%s\", case %zu", cases[i].pattern, i);
	}
}

static void confederations_are_passed_over(void **state)
{
	static const uint8_t path[] = {
		BGP_SEGMENT_CONFED_SEQUENCE,
		1,
		0,
		0,
		0,
		9,
		BGP_SEGMENT_SEQUENCE,
		1,
		0,
		0,
		0,
		1,
		BGP_SEGMENT_SET,
		2,
		0,
		0,
		0,
		2,
		0,
		0,
		0,
		3,
	};
	const struct as_pattern pattern = pattern_of("1 2 3");
	struct as_pattern_run run;

	(void)state;
	assert_true(as_pattern_matches(&pattern, reader_of(path, sizeof(path)),
				       &run));
}

/* The longest AS path, against a pattern that makes a backtracker explode. */
static void steps_are_bounded_by_path_times_pattern(void **state)
{
	static const char *const hard[] = {
		"* 1 * 1 * 1 * 1 * 1 * 1 * 2",
		"* * * * * * * * * * * * * * * 2",
		"* ? * ? * ? * ? * ? * 2",
		"1 1 1 1 *",
		"2",
	};
	static uint8_t bytes[UINT16_MAX];
	struct writer w = writer_of(bytes, sizeof(bytes));

	(void)state;
	as_path_prepend(&w, reader_of(NULL, 0), 1, LONG_PATH);
	assert_false(w.failed);
	for (size_t i = 0; i < sizeof(hard) / sizeof(hard[0]); i++) {
		const struct as_pattern pattern = pattern_of(hard[i]);
		struct as_pattern_run run;
		bool matched = as_pattern_matches(
			&pattern, reader_of(bytes, w.used), &run);

		assert_int_equal(matched, i == 3);
		assert_true(run.steps <= LONG_PATH * pattern.count);
		assert_true(run.steps > 0);
	}
}

/* An AS path that cannot match any more is not read to its end. */
static void a_path_that_cannot_match_is_left_at_once(void **state)
{
	const struct as_pattern pattern = pattern_of("2 *");
	static uint8_t bytes[UINT16_MAX];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct as_pattern_run run;

	(void)state;
	as_path_prepend(&w, reader_of(NULL, 0), 1, LONG_PATH);
	assert_false(
		as_pattern_matches(&pattern, reader_of(bytes, w.used), &run));
	assert_int_equal(run.steps, 1);
}

/* Match by trying everything, as the definition says. */
static bool reference(const union rule_value *hops, size_t hop_count,
		      const uint32_t *as, size_t count)
{
	if (!hop_count)
		return !count;
	if (hops->hop.kind == RULE_HOP_RUN)
		return reference(hops + 1, hop_count - 1, as, count) ||
		       (count && reference(hops, hop_count, as + 1, count - 1));
	return count &&
	       (hops->hop.kind == RULE_HOP_ONE ||
		(*as >= hops->hop.as.first && *as <= hops->hop.as.last)) &&
	       reference(hops + 1, hop_count - 1, as + 1, count - 1);
}

static void random_patterns_match_as_defined(void **state)
{
	unsigned int matched = 0;

	(void)state;
	chance_begin();
	for (int i = 0; i < RANDOM_CASES; i++) {
		union rule_value hops[RANDOM_HOPS];
		uint32_t as[RANDOM_HOPS];
		struct as_pattern pattern = {
			.hops = hops,
			.count = chance_below(RANDOM_HOPS),
		};
		size_t count = chance_below(RANDOM_HOPS);

		for (size_t j = 0; j < pattern.count; j++) {
			uint32_t first = chance_below(RANDOM_ASES);

			hops[j].hop = (struct rule_hop){
				.kind = chance_below(3),
				.as = { first, first + chance_below(2) },
			};
		}
		for (size_t j = 0; j < count; j++)
			as[j] = chance_below(RANDOM_ASES);
		assert_int_equal(matches(&pattern, as, count),
				 reference(hops, pattern.count, as, count));
		matched += matches(&pattern, as, count);
	}
	assert_in_range(matched, RANDOM_CASES / 20, RANDOM_CASES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_whole_paths),
		cmocka_unit_test(confederations_are_passed_over),
		cmocka_unit_test(steps_are_bounded_by_path_times_pattern),
		cmocka_unit_test(a_path_that_cannot_match_is_left_at_once),
		cmocka_unit_test(random_patterns_match_as_defined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
