// SPDX-License-Identifier: BSD-2-Clause
/*
 * The keyed hash against published values: those of the paper's SipHash-2-4, and
 * those of SipHash-1-3, which other implementations agree on. The key is bytes 0
 * to 15, the message bytes 0, 1, 2, ...
 */

#include "core/keyed_hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/array.h"

static const struct keyed_hash_secret secret = {
	{ 0x0706050403020100, 0x0f0e0d0c0b0a0908 },
};

/* By the length of the message. */
static const uint64_t siphash_2_4[] = {
	0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a,
	0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
	0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462,
	0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
	0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee,
	0xa129ca6149be45e5, 0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794,
};

static const uint64_t siphash_1_3[] = {
	0xabac0158050fc4dc, 0xc9f49bf37d57ca93, 0x82cb9b024dc7d44d,
	0x8bf80ab8e7ddf7fb, 0xcf75576088d38328, 0xdef9d52f49533b67,
	0xc50d2b50c59f22a7, 0xd3927d989bb11140, 0x369095118d299a8e,
	0x25a48eb36c063de4, 0x79de85ee92ff097f, 0x70c118c1f94dc352,
	0x78a384b157b4d9a2, 0x306f760c1229ffa7, 0x605aa111c0f95d34,
	0xd320d86d2a519956, 0xcc4fdd1a7d908b66, 0x9cf2689063dbd80c,
};

static void fill_message(uint8_t *message, size_t size)
{
	for (size_t i = 0; i < size; i++)
		message[i] = (uint8_t)i;
}

static void agrees_with_the_published_values_of_siphash_2_4(void **state)
{
	uint8_t message[COUNT_OF(siphash_2_4)];

	(void)state;
	fill_message(message, sizeof(message));
	for (size_t size = 0; size < COUNT_OF(siphash_2_4); size++)
		assert_true(keyed_hash_of_rounds(&secret, message, size, 2,
						 4) == siphash_2_4[size]);
}

static void agrees_with_the_published_values_of_siphash_1_3(void **state)
{
	uint8_t message[COUNT_OF(siphash_1_3)];

	(void)state;
	fill_message(message, sizeof(message));
	for (size_t size = 0; size < COUNT_OF(siphash_1_3); size++)
		assert_true(keyed_hash(&secret, message, size) ==
			    siphash_1_3[size]);
}

static void each_secret_is_another(void **state)
{
	struct keyed_hash_secret one = { { 0 } }, other = { { 0 } };

	(void)state;
	assert_int_equal(keyed_hash_draw(&one), 0);
	assert_int_equal(keyed_hash_draw(&other), 0);
	assert_memory_not_equal(&one, &other, sizeof(one));
	assert_true(keyed_hash(&one, "key", 3) != keyed_hash(&other, "key", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			agrees_with_the_published_values_of_siphash_2_4),
		cmocka_unit_test(
			agrees_with_the_published_values_of_siphash_1_3),
		cmocka_unit_test(each_secret_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
