// SPDX-License-Identifier: BSD-2-Clause
/* Objects of a pool: zeroed, without overlap, used again. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"

enum {
	OBJECT_SIZE = 41, /* a prime */
	OBJECTS = 20000,  /* more than one chunk holds */
	KEPT = 512 * 1024,
};

static uint8_t *objects[OBJECTS];

static void take_all(struct pool *pool)
{
	for (unsigned int i = 0; i < OBJECTS; i++) {
		objects[i] = pool_take(pool);
		assert_non_null(objects[i]);
		memset(objects[i], (int)(i % UINT8_MAX) + 1, OBJECT_SIZE);
	}
}

static void give_all(struct pool *pool)
{
	for (unsigned int i = 0; i < OBJECTS; i++)
		pool_give(pool, objects[i]);
}

static void objects_do_not_overlap(void **state)
{
	struct pool pool = pool_of(OBJECT_SIZE);

	(void)state;
	take_all(&pool);
	for (unsigned int i = 0; i < OBJECTS; i++) {
		assert_int_equal((uintptr_t)objects[i] % sizeof(void *), 0);
		for (unsigned int k = 0; k < OBJECT_SIZE; k++)
			assert_int_equal(objects[i][k], i % UINT8_MAX + 1);
	}
	give_all(&pool);
}

static void each_object_has_a_tag_of_its_own(void **state)
{
	struct pool pool = pool_tagged(OBJECT_SIZE, 0);

	(void)state;
	take_all(&pool);
	for (unsigned int i = 0; i < OBJECTS; i++)
		*pool_tag(&pool, objects[i]) = UINT32_MAX - i;
	for (unsigned int i = 0; i < OBJECTS; i++) {
		assert_int_equal(*pool_tag(&pool, objects[i]), UINT32_MAX - i);
		for (unsigned int k = 0; k < OBJECT_SIZE; k++)
			assert_int_equal(objects[i][k], i % UINT8_MAX + 1);
	}
	give_all(&pool);
	pool_free(&pool);
}

static void an_object_is_zero_when_it_comes_back(void **state)
{
	static const uint8_t zero[OBJECT_SIZE];
	struct pool pool = pool_of(OBJECT_SIZE);
	uint8_t *kept = pool_take(&pool), *object = pool_take(&pool);

	(void)state;
	memset(object, UINT8_MAX, OBJECT_SIZE);
	pool_give(&pool, object);
	assert_ptr_equal(pool_take(&pool), object);
	assert_memory_equal(object, zero, sizeof(zero));
	pool_give(&pool, object);
	pool_give(&pool, kept);
}

static void a_raw_object_is_one_of_the_pool(void **state)
{
	struct pool pool = pool_of(OBJECT_SIZE);
	void *object = pool_take_raw(&pool), *other = pool_take(&pool);

	(void)state;
	assert_int_equal(pool.used, 2);
	assert_ptr_not_equal(object, other);
	pool_give(&pool, object);
	assert_ptr_equal(pool_take_raw(&pool), object);
	pool_give(&pool, object);
	pool_give(&pool, other);
	assert_null(pool.chunks);
}

static void an_empty_pool_holds_no_memory(void **state)
{
	struct pool pool = pool_of(OBJECT_SIZE);

	(void)state;
	for (int round = 0; round < 3; round++) {
		take_all(&pool);
		assert_non_null(pool.chunks);
		give_all(&pool);
		assert_null(pool.chunks);
		assert_int_equal(pool.used, 0);
	}
}

static void a_pool_keeps_no_more_than_it_may(void **state)
{
	struct pool pool = pool_keeping(OBJECT_SIZE, KEPT);

	(void)state;
	assert_null(pool.spare);
	take_all(&pool);
	give_all(&pool);
	assert_null(pool.chunks);
	assert_true(pool.keep > 1);
	assert_int_equal(pool.spare_count, pool.keep);
	take_all(&pool);
	assert_null(pool.spare);
	for (unsigned int i = 0; i < OBJECTS; i++)
		for (unsigned int k = 0; k < OBJECT_SIZE; k++)
			assert_int_equal(objects[i][k], i % UINT8_MAX + 1);
	give_all(&pool);
	assert_int_equal(pool.spare_count, pool.keep);
	objects[0] = pool_take(&pool);
	assert_int_equal(pool.spare_count, pool.keep - 1);
	pool_give(&pool, objects[0]);
	assert_int_equal(pool.spare_count, pool.keep);
	pool_free(&pool);
	assert_null(pool.spare);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_do_not_overlap),
		cmocka_unit_test(each_object_has_a_tag_of_its_own),
		cmocka_unit_test(an_object_is_zero_when_it_comes_back),
		cmocka_unit_test(a_raw_object_is_one_of_the_pool),
		cmocka_unit_test(an_empty_pool_holds_no_memory),
		cmocka_unit_test(a_pool_keeps_no_more_than_it_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
