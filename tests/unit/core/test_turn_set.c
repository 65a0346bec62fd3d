// SPDX-License-Identifier: BSD-2-Clause
/* Sets that are visited in turns while they change. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../chance.h"
#include "core/turn_set.h"

enum {
	OBJECTS = 2000,
	VISITS = 300,
};

/* Objects that have blocks of their own, and some that share one. */
static struct object {
	void *words[9];
} objects[OBJECTS];

static struct object *random_object(void)
{
	unsigned int i = chance_below(OBJECTS);

	return &objects[chance_one_in(2) ? i : i / 64 * 64];
}

static size_t number_of(const struct object *object)
{
	return (size_t)(object - objects);
}

static void a_visit_of_an_empty_set_has_ended(void **state)
{
	struct turn_set set = turn_set_of(sizeof(objects[0]));

	(void)state;
	turn_set_begin(&set);
	assert_false(turn_set_is_visited(&set));
	assert_null(turn_set_next(&set));
	turn_set_remove(&set, &objects[0]);
	turn_set_free(&set);
}

static void a_member_counts_once_during_a_visit(void **state)
{
	struct turn_set set = turn_set_of(sizeof(objects[0]));

	(void)state;
	turn_set_add(&set, &objects[7]);
	turn_set_begin(&set);
	turn_set_add(&set, &objects[7]);
	assert_int_equal(turn_set_count(&set), 1);
	assert_ptr_equal(turn_set_next(&set), &objects[7]);
	assert_ptr_equal(turn_set_next(&set), &objects[7]);
	turn_set_keep(&set, &objects[7]);
	assert_null(turn_set_next(&set));
	assert_int_equal(turn_set_count(&set), 1);
	turn_set_remove(&set, &objects[7]);
	assert_int_equal(turn_set_count(&set), 0);
}

static void a_second_beginning_visits_all_again(void **state)
{
	struct turn_set set = turn_set_of(sizeof(objects[0]));
	unsigned int visits = 0;
	void *object;

	(void)state;
	turn_set_add(&set, &objects[1]);
	turn_set_add(&set, &objects[2]);
	turn_set_begin(&set);
	turn_set_keep(&set, turn_set_next(&set));
	turn_set_begin(&set);
	while ((object = turn_set_next(&set))) {
		turn_set_keep(&set, object);
		visits++;
	}
	assert_int_equal(visits, 3);
	assert_false(turn_set_is_visited(&set));
	turn_set_free(&set);
}

/* The members and those that a visit owes, as flags. */
struct model {
	bool present[OBJECTS];
	bool owed[OBJECTS];
	size_t count;
};

static void change(struct turn_set *set, struct model *model)
{
	struct object *object = random_object();
	bool *present = &model->present[number_of(object)];

	if (chance_one_in(2)) {
		turn_set_add(set, object);
		model->count += !*present;
		*present = true;
	} else {
		turn_set_remove(set, object);
		model->count -= *present;
		*present = false;
		model->owed[number_of(object)] = false;
	}
}

/* Visit one member. It must be present; it is kept or removed. */
static bool visit(struct turn_set *set, struct model *model)
{
	struct object *object = turn_set_next(set);
	size_t number;

	if (!object)
		return false;
	number = number_of(object);
	assert_true(model->present[number]);
	model->owed[number] = false;
	if (chance_one_in(4)) {
		turn_set_remove(set, object);
		model->present[number] = false;
		model->count--;
	} else {
		turn_set_keep(set, object);
	}
	return true;
}

/* A visit must end, and reach each member that was and stays there. */
static void a_visit_reaches_all_whatever_changes(void **state)
{
	static struct model model;
	struct turn_set set = turn_set_of(sizeof(objects[0]));

	(void)state;
	for (int i = 0; i < VISITS; i++) {
		for (uint32_t n = chance_below(OBJECTS); n; n--)
			change(&set, &model);
		turn_set_begin(&set);
		memcpy(model.owed, model.present, sizeof(model.owed));
		while (visit(&set, &model)) {
			if (chance_one_in(3))
				change(&set, &model);
			if (chance_one_in(OBJECTS)) {
				turn_set_begin(&set);
				memcpy(model.owed, model.present,
				       sizeof(model.owed));
			}
			assert_int_equal(turn_set_count(&set), model.count);
		}
		for (size_t n = 0; n < OBJECTS; n++)
			assert_false(model.owed[n]);
		assert_int_equal(set.left.count, 0);
	}
	turn_set_free(&set);
	assert_int_equal(turn_set_count(&set), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_visit_of_an_empty_set_has_ended),
		cmocka_unit_test(a_member_counts_once_during_a_visit),
		cmocka_unit_test(a_second_beginning_visits_all_again),
		cmocka_unit_test(a_visit_reaches_all_whatever_changes),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
