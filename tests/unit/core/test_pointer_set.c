// SPDX-License-Identifier: BSD-2-Clause
/* Sets of pointers, against an array of flags. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../chance.h"
#include "core/array.h"
#include "core/pointer_set.h"

enum {
	OBJECTS = 3000,
	CHANGES = 30000,
};

/* Objects of an odd number of words, as from a pool. */
static struct object {
	void *words[9];
} objects[OBJECTS];

static void an_empty_set_has_nothing(void **state)
{
	struct pointer_set set = pointer_set_of(sizeof(objects[0]));
	struct pointer_set_walk walk = { 0 };

	(void)state;
	assert_false(pointer_set_contains(&set, &objects[0]));
	assert_null(pointer_set_next(&set, &walk));
	pointer_set_remove(&set, &objects[0]);
	pointer_set_free(&set);
}

static void a_pointer_counts_once(void **state)
{
	struct pointer_set set = pointer_set_of(sizeof(objects[0]));

	(void)state;
	assert_int_equal(pointer_set_add(&set, &objects[7]), 0);
	assert_int_equal(pointer_set_add(&set, &objects[7]), 0);
	assert_int_equal(set.count, 1);
	assert_true(pointer_set_contains(&set, &objects[7]));
	assert_false(pointer_set_contains(&set, &objects[8]));
	pointer_set_remove(&set, &objects[7]);
	assert_int_equal(set.count, 0);
	assert_null(set.blocks);
}

/* Check that a walk returns each member once. */
static void check_walk(const struct pointer_set *set, const bool *present)
{
	static bool seen[OBJECTS];
	struct pointer_set_walk walk = { 0 };
	const struct object *object;
	size_t count = 0;

	memset(seen, 0, sizeof(seen));
	while ((object = pointer_set_next(set, &walk))) {
		size_t i = (size_t)(object - objects);

		assert_true(present[i]);
		assert_false(seen[i]);
		seen[i] = true;
		count++;
	}
	assert_int_equal(count, set->count);
}

/* The set never looks behind its pointers, so any address will do. */
static void addresses_of_every_size_come_back(void **state)
{
	(void)state;
	for (size_t size = sizeof(void *); size < 1 << 16; size++) {
		uintptr_t top = ((uintptr_t)1 << 47) - 1;
		uintptr_t multiple = top / size * size;
		const uintptr_t addresses[] = { top, multiple, multiple - 1,
						multiple - size, size };
		struct pointer_set set = pointer_set_of(size);

		for (size_t i = 0; i < COUNT_OF(addresses); i++) {
			struct pointer_set_walk walk = { 0 };
			const void *pointer = (const void *)addresses[i];

			assert_int_equal(pointer_set_add(&set, pointer), 0);
			assert_ptr_equal(pointer_set_next(&set, &walk),
					 pointer);
			assert_null(pointer_set_next(&set, &walk));
			pointer_set_remove(&set, pointer);
		}
	}
}

/* Objects of two chunks of a pool: their blocks overlap, and share no bit. */
static void chunks_side_by_side_do_not_mix(void **state)
{
	enum {
		COUNT = 200,
		SIZE = 72,
		SHIFT = 24,
		BASE = 1 << 30
	};
	struct pointer_set set = pointer_set_of(SIZE);

	(void)state;
	for (uintptr_t i = 0; i < COUNT; i++) {
		const void *of_one = (const void *)(BASE + i * SIZE);
		const void *of_other = (const void *)(BASE + i * SIZE + SHIFT);

		assert_int_equal(pointer_set_add(&set, of_one), 0);
		assert_false(pointer_set_contains(&set, of_other));
		pointer_set_remove(&set, of_other);
		assert_true(pointer_set_contains(&set, of_one));
		assert_int_equal(pointer_set_add(&set, of_other), 0);
		if (i % 3 == 0)
			pointer_set_remove(&set, of_one);
		assert_int_equal(pointer_set_contains(&set, of_one),
				 i % 3 != 0);
		assert_true(pointer_set_contains(&set, of_other));
	}
	assert_int_equal(set.count, 2 * COUNT - (COUNT + 2) / 3);
	pointer_set_free(&set);
}

static void random_changes_agree_with_flags(void **state)
{
	static bool present[OBJECTS];
	struct pointer_set set = pointer_set_of(sizeof(objects[0]));
	size_t count = 0;

	(void)state;
	for (unsigned int i = 0; i < CHANGES; i++) {
		uint32_t which = chance_below(OBJECTS);
		/* fill and empty it in turn */
		bool add = chance_below(10) < (i / 6000 % 2 ? 2 : 8);

		count += (size_t)add - present[which];
		if (add)
			assert_int_equal(pointer_set_add(&set, &objects[which]),
					 0);
		else
			pointer_set_remove(&set, &objects[which]);
		present[which] = add;
		assert_int_equal(set.count, count);
		if (i % 500 == 0)
			check_walk(&set, present);
	}
	for (unsigned int i = 0; i < OBJECTS; i++) {
		assert_int_equal(pointer_set_contains(&set, &objects[i]),
				 present[i]);
		pointer_set_remove(&set, &objects[i]);
	}
	assert_null(set.blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_set_has_nothing),
		cmocka_unit_test(a_pointer_counts_once),
		cmocka_unit_test(addresses_of_every_size_come_back),
		cmocka_unit_test(chunks_side_by_side_do_not_mix),
		cmocka_unit_test(random_changes_agree_with_flags),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
