// SPDX-License-Identifier: BSD-2-Clause
/*
 * Attribute sets that a peer makes up to collide. Their AS numbers are chosen
 * against a hash without a key that takes a word at a time: each second word
 * undoes the effect of the first. Comparisons are counted, not time.
 */

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../random.h"
#include "bgp/codec/attributes.h"
#include "bgp/codec/protocol.h"
#include "core/wire.h"
#include "rib/attribute_set.h"

enum {
	COUNT = 4000,
	AS_NUMBERS = 8,
	SEGMENT_HEADER = 2,
	WORD = sizeof(uint64_t),
	SIZE_MAX_OF_CASE = 256,
};

struct attributes_case {
	uint8_t as_path[SEGMENT_HEADER + AS_NUMBERS * BGP_AS4_SIZE];
};

static uint64_t mix_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

/* Hash the whole words in front of `end`. */
static uint64_t hash_words(const uint8_t *bytes, size_t size, size_t end)
{
	uint64_t hash = size, word;

	for (size_t i = 0; i + WORD <= end; i += WORD) {
		memcpy(&word, bytes + i, WORD);
		hash = mix_word(hash, word);
	}
	return hash;
}

static struct bgp_attributes case_attributes(const struct attributes_case *from)
{
	return (struct bgp_attributes){
		.present = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP,
		.as_path = reader_of(from->as_path, sizeof(from->as_path)),
		.nexthop = address_from_ipv4(htonl(0x0a000001)),
	};
}

static size_t encode_case(const struct attributes_case *from, uint8_t *bytes)
{
	const struct bgp_attributes attributes = case_attributes(from);
	struct writer w = writer_of(bytes, SIZE_MAX_OF_CASE);

	bgp_attributes_encode(&w, &attributes, BGP_AS4_SIZE);
	assert_false(w.failed);
	return w.used;
}

static struct attributes_case random_case(struct random_source *random)
{
	struct attributes_case out = {
		.as_path = { BGP_SEGMENT_SEQUENCE, AS_NUMBERS },
	};

	for (size_t i = SEGMENT_HEADER; i < sizeof(out.as_path); i++)
		out.as_path[i] = (uint8_t)random_below(random, 256);
	return out;
}

/* Return the first whole word of the encoded AS numbers. */
static size_t first_word(const struct attributes_case *from,
			 const uint8_t *bytes, size_t size)
{
	const uint8_t *path =
		memmem(bytes, size, from->as_path, sizeof(from->as_path));

	assert_non_null(path);
	return ((size_t)(path - bytes) + SEGMENT_HEADER + WORD - 1) / WORD *
	       WORD;
}

/* Vary one word of `base`, and undo the effect on the hash by the next. */
static struct attributes_case crafted_case(const struct attributes_case *base,
					   uint64_t number)
{
	uint8_t bytes[SIZE_MAX_OF_CASE];
	size_t size = encode_case(base, bytes);
	size_t word = first_word(base, bytes, size);
	uint64_t goal = 0x5eed, undo;
	struct attributes_case out = *base;
	uint8_t *path =
		memmem(bytes, size, base->as_path, sizeof(base->as_path));

	memcpy(bytes + word, &number, WORD);
	undo = goal ^ hash_words(bytes, size, word + WORD);
	memcpy(bytes + word + WORD, &undo, WORD);
	memcpy(out.as_path, path, sizeof(out.as_path));
	assert_true(hash_words(bytes, size, word + 2 * WORD) ==
		    mix_word(goal, 0));
	return out;
}

static void intern_case(struct attribute_table *table,
			const struct attributes_case *from,
			struct attribute_set **set)
{
	const struct bgp_attributes attributes = case_attributes(from);

	*set = attribute_set_intern(table, &attributes, 0);
	assert_non_null(*set);
}

/* Count the places that finding each set of the table looks at. */
static size_t comparisons(const struct attribute_table *table)
{
	size_t count = 0;

	assert_int_equal(table->count, COUNT);
	for (size_t i = 0; i < table->size; i++)
		if (table->hashes[i])
			count += ((i - table->hashes[i]) & (table->size - 1)) +
				 1;
	return count;
}

static void release_all(struct attribute_table *table,
			struct attribute_set **sets)
{
	for (size_t i = 0; i < COUNT; i++)
		attribute_set_release(table, sets[i]);
	attribute_table_free(table);
}

static void crafted_sets_cost_what_random_ones_do(void **state)
{
	struct attribute_set **sets =
		calloc(COUNT, sizeof(struct attribute_set *));
	struct random_source random = { .state = 1 };
	struct attributes_case base = random_case(&random);
	struct attribute_table table = { 0 };
	size_t random_cost, cost;

	(void)state;
	assert_non_null(sets);
	for (size_t i = 0; i < COUNT; i++) {
		const struct attributes_case any = random_case(&random);

		intern_case(&table, &any, &sets[i]);
	}
	random_cost = comparisons(&table);
	release_all(&table, sets);
	for (size_t i = 0; i < COUNT; i++) {
		const struct attributes_case crafted = crafted_case(&base, i);

		intern_case(&table, &crafted, &sets[i]);
	}
	cost = comparisons(&table);
	assert_true(cost * 2 <= random_cost * 3);
	release_all(&table, sets);
	free(sets);
}

/* The first set draws the secret: it must be found with it. */
static void the_first_set_is_shared_too(void **state)
{
	struct random_source random = { .state = 1 };
	const struct attributes_case any = random_case(&random);
	struct attribute_table table = { 0 };
	struct attribute_set *first, *again;

	(void)state;
	intern_case(&table, &any, &first);
	intern_case(&table, &any, &again);
	assert_ptr_equal(first, again);
	attribute_set_release(&table, first);
	attribute_set_release(&table, again);
	attribute_table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crafted_sets_cost_what_random_ones_do),
		cmocka_unit_test(the_first_set_is_shared_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
