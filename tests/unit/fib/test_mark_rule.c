// SPDX-License-Identifier: BSD-2-Clause
/*
 * The rules for marked packets: whatever slots are in use, the kernel's walk
 * over the rules leads each mark to the table of its slot, in few steps.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fib/mark_rule.h"

enum {
	MAIN_TABLE = 254,
	LAST_SLOT = MARK_SLOTS - 1,
	/* The guard, all chunks, the rules of one chunk */
	MOST_STEPS = 1 + MARK_CHUNKS + 1 + MARK_CHUNK,
	OTHER_BITS = 0x000f1234,
	ROUNDS = 50,
};

static const struct handed_up_options usual = {
	.mark = 0xfff00000,
	.priority = 7272,
	.table = 7272000,
};

/* A rule of the kernel, in the order of priorities; index 0 is the first. */
struct rules {
	struct mark_rule at[MARK_PRIORITIES];
	bool used[MARK_PRIORITIES];
};

static struct rules rules;

static void add(const struct handed_up_options *options, struct mark_rule rule)
{
	uint32_t index = rule.priority - options->priority;

	assert_in_range(index, 0, MARK_PRIORITIES - 1);
	/* Two different rules never have one priority. */
	assert_true(!rules.used[index] ||
		    mark_rule_equal(&rules.at[index], &rule));
	rules.at[index] = rule;
	rules.used[index] = true;
}

static void add_slot(const struct handed_up_options *options, uint32_t slot)
{
	add(options, mark_rule_end(options, false));
	add(options, mark_rule_guard(options, false));
	add(options, mark_rule_anchor(options, slot, false));
	add(options, mark_rule_slot(options, slot, false));
	add(options, mark_rule_chunk(options, slot, false));
}

static void start(void)
{
	for (size_t i = 0; i < MARK_PRIORITIES; i++)
		rules.used[i] = false;
}

/* Walk like the kernel. Returns the table, and the rules on the way to it. */
static uint32_t walk(const struct handed_up_options *options, uint32_t mark,
		     uint32_t *steps)
{
	*steps = 0;
	for (uint32_t i = 0; i < MARK_PRIORITIES; i++) {
		const struct mark_rule *rule = &rules.at[i];

		if (!rules.used[i])
			continue;
		++*steps;
		if ((mark ^ rule->mark) & rule->mask)
			continue;
		if (rule->action == MARK_LOOK_UP)
			return rule->target;
		if (rule->action == MARK_GO_TO) {
			assert_true(rule->target > rule->priority);
			i = rule->target - options->priority;
			assert_true(rules.used[i]); /* else it is unresolved */
			--i;
		}
	}
	return MAIN_TABLE;
}

static uint32_t mark_of(const struct handed_up_options *options, uint32_t slot)
{
	return slot * (options->mark & -options->mark);
}

static void check_all(const struct handed_up_options *options,
		      const bool *in_use)
{
	uint32_t other = OTHER_BITS & ~options->mark, steps;

	for (uint32_t slot = 1; slot < MARK_SLOTS; slot++) {
		uint32_t table =
			walk(options, mark_of(options, slot) | other, &steps);

		assert_int_equal(table, in_use[slot] ?
						mark_rule_table(options, slot) :
						MAIN_TABLE);
		if (in_use[slot])
			assert_in_range(steps, 1, MOST_STEPS);
	}
}

static void an_unmarked_packet_meets_two_rules(void **state)
{
	uint32_t steps;

	(void)state;
	start();
	for (uint32_t slot = 1; slot < MARK_SLOTS; slot++)
		add_slot(&usual, slot);
	assert_int_equal(walk(&usual, 0, &steps), MAIN_TABLE);
	assert_int_equal(steps, 2);
	assert_int_equal(walk(&usual, OTHER_BITS, &steps), MAIN_TABLE);
	assert_int_equal(steps, 2);
}

static void each_mark_leads_to_the_table_of_its_slot(void **state)
{
	static const uint32_t masks[] = { 0xfff00000, 0x00000fff, 0x0001fff0,
					  UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(*masks); i++) {
		struct handed_up_options options = usual;
		static bool in_use[MARK_SLOTS];

		options.mark = masks[i];
		start();
		for (uint32_t slot = 1; slot < MARK_SLOTS; slot++) {
			in_use[slot] = true;
			add_slot(&options, slot);
		}
		check_all(&options, in_use);
	}
}

static void any_set_of_slots_leads_only_those(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < ROUNDS; round++) {
		static bool in_use[MARK_SLOTS];
		uint32_t share = (uint32_t)rand() % 30 + 1;

		start();
		for (uint32_t slot = 1; slot < MARK_SLOTS; slot++) {
			in_use[slot] = !((uint32_t)rand() % share);
			if (in_use[slot])
				add_slot(&usual, slot);
		}
		check_all(&usual, in_use);
	}
}

static void the_last_rule_is_before_the_main_table(void **state)
{
	struct handed_up_options options = usual;

	(void)state;
	options.priority = HANDED_UP_MAX_PRIORITY;
	assert_int_equal(mark_rule_end(&options, true).priority, 32765);
	assert_int_equal(mark_rule_slot(&options, LAST_SLOT, true).priority,
			 32764);
}

static void a_rule_is_known_by_all_its_fields(void **state)
{
	uint32_t slot = 0;

	(void)state;
	for (uint32_t i = 1; i < MARK_SLOTS; i++) {
		struct mark_rule rule = mark_rule_slot(&usual, i, i % 2);
		struct mark_rule other = rule;

		assert_true(mark_rule_is_slot(&usual, &rule, &slot));
		assert_int_equal(slot, i);
		other.priority++;
		assert_false(mark_rule_is_slot(&usual, &other, &slot));
		other = rule;
		other.mask >>= 1;
		assert_false(mark_rule_is_slot(&usual, &other, &slot));
		other = rule;
		other.target++;
		assert_false(mark_rule_is_slot(&usual, &other, &slot));
	}
	assert_false(mark_rule_is_slot(
		&usual, &(struct mark_rule){ .target = usual.table }, &slot));
}

static void no_rule_is_of_a_slot_without_marks(void **state)
{
	struct handed_up_options off = usual;
	struct mark_rule rule;
	uint32_t slot;

	(void)state;
	off.mark = 0;
	rule = mark_rule_slot(&off, 5, false);
	assert_false(mark_rule_is_slot(&off, &rule, &slot));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unmarked_packet_meets_two_rules),
		cmocka_unit_test(each_mark_leads_to_the_table_of_its_slot),
		cmocka_unit_test(any_set_of_slots_leads_only_those),
		cmocka_unit_test(the_last_rule_is_before_the_main_table),
		cmocka_unit_test(a_rule_is_known_by_all_its_fields),
		cmocka_unit_test(no_rule_is_of_a_slot_without_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
