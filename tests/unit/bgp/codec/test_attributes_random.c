// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random attributes, encoded and decoded: whatever their order in the message,
 * the canonical form is the same, is a fixed point, and has the values that
 * were sent.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "attribute_fixture.h"
#include "bgp/codec/raw_attribute.h"
#include "walk.h"

enum {
	ROUNDS = 4000,
	ATTRIBUTES_MAX = 32,
	SPACE = 4096,
	LIST_MAX = 12, /* members */
	PATH_MAX_HOPS = 600,
};

struct generated {
	uint8_t bytes[SPACE];
	size_t size;
};

static uint32_t seed = 20250607;

static uint32_t random_below(uint32_t limit)
{
	return next_random(&seed) % limit;
}

static void write_random(struct writer *w, size_t size)
{
	while (size--)
		writer_u8(w, (uint8_t)next_random(&seed));
}

/* A list of 12-byte members is also sorted, without repetitions. */
static void write_large(struct writer *w)
{
	uint32_t count = 1 + random_below(LIST_MAX);

	for (uint32_t i = 0; i < count; i++) {
		writer_u32(w, i);
		write_random(w, 8);
	}
}

static void write_path(struct writer *w)
{
	uint32_t hops = random_below(PATH_MAX_HOPS);

	while (hops) {
		uint32_t part = 1 + random_below(hops < 255 ? hops : 255);

		writer_u8(w, BGP_SEGMENT_SEQUENCE);
		writer_u8(w, (uint8_t)part);
		for (hops -= part; part; part--)
			writer_u32(w, 1 + random_below(200000));
	}
}

static void write_aigp(struct writer *w)
{
	writer_bytes(w, (uint8_t[]){ 1, 0, 11 }, 3);
	write_random(w, 8);
	writer_bytes(w, (uint8_t[]){ 9, 0, 5 }, 3);
	write_random(w, 2);
}

static void write_tunnel(struct writer *w)
{
	writer_bytes(w, (uint8_t[]){ 0, 8, 0, 5, 4, 3 }, 6);
	write_random(w, 3);
}

static void write_sid(struct writer *w)
{
	writer_bytes(w, (uint8_t[]){ 1, 0, 7 }, 3);
	write_random(w, 7);
}

/* How a value is made: a number of bytes, or a function. */
struct recipe {
	uint8_t flags;
	uint8_t type;
	uint8_t size;
	bool list;
	void (*write)(struct writer *w);
};

static const struct recipe recipes[] = {
	{ OPTIONAL, BGP_ATTRIBUTE_MED, 4 },
	{ TRANSITIVE, BGP_ATTRIBUTE_LOCAL_PREF, 4 },
	{ TRANSITIVE, BGP_ATTRIBUTE_ATOMIC_AGGREGATE, 0 },
	{ OPTIONAL_TRANSITIVE, BGP_ATTRIBUTE_AGGREGATOR, 8 },
	{ OPTIONAL_TRANSITIVE, BGP_ATTRIBUTE_COMMUNITIES, 4, .list = true },
	{ OPTIONAL, BGP_ATTRIBUTE_ORIGINATOR_ID, 4 },
	{ OPTIONAL, BGP_ATTRIBUTE_CLUSTER_LIST, 4, .list = true },
	{ OPTIONAL_TRANSITIVE, BGP_ATTRIBUTE_EXTENDED_COMMUNITIES, 8,
	  .list = true },
	{ OPTIONAL_TRANSITIVE, BGP_ATTRIBUTE_IPV6_EXTENDED_COMMUNITIES, 20,
	  .list = true },
	{ OPTIONAL, BGP_ATTRIBUTE_AIGP, .write = write_aigp },
	{ OPTIONAL_TRANSITIVE, BGP_ATTRIBUTE_LARGE_COMMUNITIES,
	  .write = write_large },
	{ OPTIONAL_TRANSITIVE, BGP_ATTRIBUTE_OTC, 4 },
	{ OPTIONAL_TRANSITIVE | PARTIAL, BGP_ATTRIBUTE_TUNNEL_ENCAPSULATION,
	  .write = write_tunnel },
	{ OPTIONAL_TRANSITIVE | PARTIAL, BGP_ATTRIBUTE_PREFIX_SID,
	  .write = write_sid },
	{ OPTIONAL_TRANSITIVE | PARTIAL, 11, 3 },
	{ OPTIONAL_TRANSITIVE | PARTIAL, 99, 7, .list = true },
	{ OPTIONAL_TRANSITIVE | PARTIAL, 255, 0 },
};

#define RECIPES (sizeof(recipes) / sizeof(recipes[0]))

static void generate(struct generated *out, const struct recipe *recipe)
{
	uint8_t value[SPACE];
	struct writer v = writer_of(value, sizeof(value));
	struct writer w = writer_of(out->bytes, sizeof(out->bytes));
	uint32_t count = recipe->list ? 1 + random_below(LIST_MAX) : 1;

	if (recipe->write)
		recipe->write(&v);
	else
		write_random(&v, recipe->size * count);
	if (recipe->type == BGP_ATTRIBUTE_AGGREGATOR)
		value[3] |= 1; /* not AS 0 */
	raw_attribute_header(&w, recipe->flags, recipe->type, v.used);
	writer_bytes(&w, value, v.used);
	assert_false(w.failed);
	out->size = w.used;
}

/* The mandatory attributes and some of the others, each once. */
static size_t generate_all(struct generated *list)
{
	static const struct recipe mandatory[] = {
		{ TRANSITIVE, BGP_ATTRIBUTE_AS_PATH, .write = write_path },
		{ TRANSITIVE, BGP_ATTRIBUTE_NEXT_HOP, 4 },
	};
	size_t count = 0;

	list[count++] = (struct generated){
		.bytes = { TRANSITIVE, 1, 1, (uint8_t)random_below(3) },
		.size = 4
	};
	generate(&list[count++], &mandatory[0]);
	generate(&list[count++], &mandatory[1]);
	list[count - 1].bytes[3] = 10;
	for (size_t i = 0; i < RECIPES; i++)
		if (random_below(2))
			generate(&list[count++], &recipes[i]);
	return count;
}

static void shuffle(struct generated *list, size_t count)
{
	static struct generated kept;

	for (size_t i = count; i > 1; i--) {
		size_t other = random_below((uint32_t)i);

		kept = list[i - 1];
		list[i - 1] = list[other];
		list[other] = kept;
	}
}

static size_t canonical_of(const struct generated *list, size_t count,
			   uint8_t *to)
{
	static uint8_t block[ATTRIBUTES_MAX * SPACE];
	struct writer w = writer_of(block, BGP_MAX_MESSAGE * 8);
	struct writer canonical = writer_of(to, BGP_CANONICAL_MAX);

	for (size_t i = 0; i < count; i++)
		writer_bytes(&w, list[i].bytes, list[i].size);
	assert_false(w.failed);
	assert_int_equal(decode_block(reader_of(block, w.used), true),
			 BGP_VERDICT_OK);
	bgp_attributes_encode(&canonical, &update.attributes, BGP_AS4_SIZE);
	assert_false(canonical.failed);
	assert_int_equal(canonical.used, w.used);
	walk_update(&update);
	return canonical.used;
}

static void any_order_gives_the_same_canonical_form(void **state)
{
	static struct generated list[ATTRIBUTES_MAX];
	static uint8_t one[BGP_CANONICAL_MAX], two[BGP_CANONICAL_MAX];

	(void)state;
	print_message("seed %u\n", seed);
	negotiated = ibgp;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		size_t count = generate_all(list), size;

		size = canonical_of(list, count, one);
		shuffle(list, count);
		assert_int_equal(canonical_of(list, count, two), size);
		assert_memory_equal(one, two, size);
	}
}

/* Also through a speaker with 2-byte AS numbers. */
static void old_speakers_lose_nothing(void **state)
{
	static struct generated list[ATTRIBUTES_MAX];
	static uint8_t one[BGP_CANONICAL_MAX], two[BGP_CANONICAL_MAX];
	static uint8_t old[BGP_CANONICAL_MAX];

	(void)state;
	print_message("seed %u\n", seed);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct writer w = writer_of(old, sizeof(old));
		struct writer again = writer_of(two, sizeof(two));
		size_t size;

		negotiated = ibgp;
		size = canonical_of(list, generate_all(list), one);
		bgp_attributes_encode(&w, &update.attributes, BGP_AS2_SIZE);
		negotiated.as4 = false;
		assert_int_equal(decode_block(reader_of(old, w.used), true),
				 BGP_VERDICT_OK);
		bgp_attributes_encode(&again, &update.attributes, BGP_AS4_SIZE);
		assert_int_equal(again.used, size);
		assert_memory_equal(one, two, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		from_ebgp(any_order_gives_the_same_canonical_form),
		from_ebgp(old_speakers_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
