// SPDX-License-Identifier: BSD-2-Clause
/* Hold-down after a death, and its records. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nexthop/hold_down.h"

enum {
	HOLD_MS = 5000,
	START = 1000000,
	LATER = START + HOLD_DOWN_MAX_RECORDS,
	FIRST = 10 << 24,
};

static struct hold_down *held;

static struct address numbered(uint32_t number)
{
	return address_from_ipv4(FIRST + number);
}

static int set_up(void **state)
{
	(void)state;
	held = hold_down_new(HOLD_MS);
	return !held;
}

static int tear_down(void **state)
{
	(void)state;
	hold_down_free(held);
	return 0;
}

static void die(uint32_t number, uint64_t now)
{
	const struct address address = numbered(number);

	hold_down_died(held, &address, now);
}

static uint64_t answer(uint32_t number, uint64_t now)
{
	const struct address address = numbered(number);

	return hold_down_answers(held, &address, now);
}

static void leave(uint32_t number)
{
	const struct address address = numbered(number);

	hold_down_left(held, &address);
}

static void assert_over(uint32_t number, uint64_t now)
{
	const struct address expected = numbered(number);
	struct address address;

	assert_true(hold_down_take_over(held, now, &address));
	assert_true(address_equal(&address, &expected));
}

static void assert_none_over(uint64_t now)
{
	struct address address;

	assert_false(hold_down_take_over(held, now, &address));
}

static void the_first_answer_is_not_held(void **state)
{
	(void)state;
	assert_int_equal(answer(1, START), 0);
	assert_int_equal(hold_down_next_end(held), HOLD_DOWN_NEVER);
}

static void
a_death_holds_until_the_time_has_passed_since_its_return(void **state)
{
	(void)state;
	die(1, START);
	assert_int_equal(hold_down_next_end(held), HOLD_DOWN_NEVER);
	assert_int_equal(answer(1, START + 100), START + 100 + HOLD_MS);
	assert_int_equal(hold_down_next_end(held), START + 100 + HOLD_MS);
	assert_none_over(START + 100 + HOLD_MS - 1);
	assert_over(1, START + 100 + HOLD_MS);
	assert_none_over(START + 100 + HOLD_MS);
	assert_int_equal(answer(1, START + 200 + HOLD_MS), 0);
}

static void each_death_starts_the_time_again(void **state)
{
	(void)state;
	die(1, START);
	answer(1, START + 100);
	die(1, START + 4000);
	assert_int_equal(hold_down_next_end(held), HOLD_DOWN_NEVER);
	assert_none_over(START + 2 * HOLD_MS);
	assert_int_equal(answer(1, START + 6000), START + 6000 + HOLD_MS);
}

static void another_answer_does_not_lengthen_it(void **state)
{
	(void)state;
	die(1, START);
	answer(1, START);
	assert_int_equal(answer(1, START + 1000), START + HOLD_MS);
}

static void one_that_left_begins_again(void **state)
{
	(void)state;
	die(1, START);
	die(2, START + 1);
	answer(1, START + 2);
	leave(1);
	leave(2);
	leave(3);
	assert_int_equal(hold_down_next_end(held), HOLD_DOWN_NEVER);
	assert_int_equal(answer(1, START + 9000), START + 9000 + HOLD_MS);
}

static void holds_end_in_the_order_of_returns(void **state)
{
	(void)state;
	die(1, START);
	die(2, START);
	answer(2, START + 10);
	answer(1, START + 20);
	assert_over(2, START + 20 + HOLD_MS);
	assert_over(1, START + 20 + HOLD_MS);
	assert_none_over(START + 20 + HOLD_MS);
}

static void a_death_is_forgotten_after_an_hour(void **state)
{
	(void)state;
	die(1, START);
	die(2, START + 1);
	assert_int_equal(answer(1, START + HOLD_DOWN_MEMORY_MS), 0);
	assert_int_not_equal(answer(2, START + HOLD_DOWN_MEMORY_MS), 0);
}

static void at_the_limit_the_oldest_death_is_forgotten(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < HOLD_DOWN_MAX_RECORDS; i++)
		die(i, START + i);
	die(HOLD_DOWN_MAX_RECORDS, LATER);
	assert_int_equal(answer(0, LATER), 0);
	assert_int_not_equal(answer(1, LATER), 0);
	assert_int_not_equal(answer(HOLD_DOWN_MAX_RECORDS, LATER), 0);
}

static void a_death_beyond_the_limit_is_not_held_if_all_answer(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < HOLD_DOWN_MAX_RECORDS; i++) {
		die(i, START);
		answer(i, START);
	}
	die(HOLD_DOWN_MAX_RECORDS, START);
	assert_int_equal(answer(HOLD_DOWN_MAX_RECORDS, START), 0);
	assert_int_equal(answer(0, START), START + HOLD_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(the_first_answer_is_not_held),
		TEST(a_death_holds_until_the_time_has_passed_since_its_return),
		TEST(each_death_starts_the_time_again),
		TEST(another_answer_does_not_lengthen_it),
		TEST(one_that_left_begins_again),
		TEST(holds_end_in_the_order_of_returns),
		TEST(a_death_is_forgotten_after_an_hour),
		TEST(at_the_limit_the_oldest_death_is_forgotten),
		TEST(a_death_beyond_the_limit_is_not_held_if_all_answer),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
