// SPDX-License-Identifier: BSD-2-Clause
/* Did you mean ...? */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/suggest.h"

static const char *const names[] = { "as", "interface", "neighbor", "vip" };

static const char *best_of_names(const char *word)
{
	struct suggestion suggestion = suggestion_for(word);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		suggestion_offer(&suggestion, names[i]);
	return suggestion.name;
}

static void distance_counts_inserted_deleted_and_replaced_letters(void **state)
{
	(void)state;
	assert_int_equal(suggest_distance("", ""), 0);
	assert_int_equal(suggest_distance("", "abc"), 3);
	assert_int_equal(suggest_distance("abc", ""), 3);
	assert_int_equal(suggest_distance("neighbor", "neighbr"), 1);
	assert_int_equal(suggest_distance("neighbour", "neighbor"), 1);
	assert_int_equal(suggest_distance("kitten", "sitting"), 3);
	assert_int_equal(suggest_distance("vpi", "vip"), 2);
}

static void distance_is_symmetric_and_ignores_case(void **state)
{
	(void)state;
	assert_int_equal(suggest_distance("Sunday", "saturday"),
			 suggest_distance("SATURDAY", "sunday"));
	assert_int_equal(suggest_distance("AS", "as"), 0);
}

static void a_word_too_long_for_a_name_is_infinitely_far(void **state)
{
	char word[200];

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_true(suggest_distance(word, "as") == SIZE_MAX);
	assert_true(suggest_distance("as", word) == SIZE_MAX);
	assert_null(best_of_names(word));
}

static void one_slip_finds_the_name(void **state)
{
	(void)state;
	assert_string_equal(best_of_names("neighbr"), "neighbor");
	assert_string_equal(best_of_names("interfaces"), "interface");
	assert_string_equal(best_of_names("vpi"), "vip");
	assert_string_equal(best_of_names("AS"), "as");
}

static void half_a_name_finds_the_name(void **state)
{
	(void)state;
	assert_string_equal(best_of_names("inter"), "interface");
	assert_string_equal(best_of_names("vip-prefix"), "vip");
	assert_null(best_of_names("as-number"));
}

static void a_word_like_nothing_known_suggests_nothing(void **state)
{
	(void)state;
	assert_null(best_of_names("qqqq"));
	assert_null(best_of_names("x"));
	assert_null(best_of_names(""));
	assert_null(best_of_names("metrics"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			distance_counts_inserted_deleted_and_replaced_letters),
		cmocka_unit_test(distance_is_symmetric_and_ignores_case),
		cmocka_unit_test(a_word_too_long_for_a_name_is_infinitely_far),
		cmocka_unit_test(one_slip_finds_the_name),
		cmocka_unit_test(half_a_name_finds_the_name),
		cmocka_unit_test(a_word_like_nothing_known_suggests_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
