// SPDX-License-Identifier: BSD-2-Clause
/*
 * Damaged UPDATEs: every truncation and every flipped bit of UPDATEs with every
 * attribute, and random bytes, on every kind of session. Each result is then
 * used in every possible way.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bgp/codec/update.h"
#include "bytes.h"
#include "everything.h"
#include "walk.h"

enum {
	AS4 = 1 << 0,
	EBGP = 1 << 1,
	ADD_PATH = 1 << 2,
	EXTENDED_NEXTHOP = 1 << 3,
	TOLERANT = 1 << 4,
	SESSION_KINDS = 1 << 5,
	RANDOM_UPDATES = 3000, /* on each kind of session */
	SPACE = 1024,
};

#define REACH                                                                  \
	0x80, 14, 42, 0, 2, 1, 32, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, \
		0, 0, 0, 1, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
		1, 0, 32, 0x20, 1, 0xd, 0xb9
#define REACH_WITH_ID                                                          \
	0x80, 14, 46, 0, 2, 1, 32, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, \
		0, 0, 0, 1, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
		1, 0, 0, 0, 0, 7, 32, 0x20, 1, 0xd, 0xb9
#define UNREACH		0x80, 15, 6, 0, 2, 1, 16, 0x20, 2
#define UNREACH_WITH_ID 0x80, 15, 10, 0, 2, 1, 0, 0, 0, 8, 16, 0x20, 2

struct sample {
	uint8_t bytes[SPACE];
	size_t size;
};

static struct bgp_negotiated negotiated;
static struct bgp_decode_context context;
static struct bgp_scratch scratch;
static struct bgp_update update;

static void set_kind(unsigned int kind)
{
	bool add_path = kind & ADD_PATH;

	negotiated = (struct bgp_negotiated){
		.local_as = kind & EBGP ? 65000 : 65001,
		.peer_as = 65001,
		.ebgp = kind & EBGP,
		.as4 = kind & AS4,
		.extended_nexthop = kind & EXTENDED_NEXTHOP,
		.families = BGP_ALL_FAMILIES,
		.add_path_receive = { add_path, add_path },
		.add_path_send = { add_path, add_path },
		.max_message = BGP_MAX_MESSAGE,
	};
	context = (struct bgp_decode_context){
		.negotiated = &negotiated,
		.accept_any_first_as = kind & TOLERANT,
		.accept_as_sets = kind & TOLERANT,
		.accept_aigp = kind & TOLERANT,
		.survive_unknown_well_known = kind & TOLERANT,
	};
}

static void write_with_length(struct writer *w, struct reader from)
{
	writer_u16(w, (uint16_t)from.left);
	writer_bytes(w, from.data, from.left);
}

/* Encode an UPDATE with every attribute that the kind of session can have. */
static struct sample sample_of(unsigned int kind)
{
	bool add_path = kind & ADD_PATH;
	struct reader prefix = BYTES(0, 0, 0, 9, 32, 192, 0, 2, 1);
	struct reader attributes =
		add_path ? BYTES(REACH_WITH_ID, UNREACH_WITH_ID, EVERYTHING) :
			   BYTES(REACH, UNREACH, EVERYTHING);
	struct sample sample;
	struct writer w = writer_of(sample.bytes, sizeof(sample.bytes));

	if (!add_path)
		reader_take(&prefix, BGP_PATH_ID_SIZE);
	write_with_length(&w, prefix);
	write_with_length(&w, attributes);
	writer_bytes(&w, prefix.data, prefix.left);
	assert_false(w.failed);
	sample.size = w.used;
	return sample;
}

/* Decode a copy that ends where the body ends, and use the result. */
static enum bgp_verdict decode(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = exact_copy(bytes, size);
	enum bgp_verdict verdict = bgp_update_decode(
		&context, reader_of(copy, size), &scratch, &update);

	walk_update(&update);
	free(copy);
	return verdict;
}

static void takes_every_attribute_on_an_internal_session(void **state)
{
	struct sample sample;

	(void)state;
	for (unsigned int kind = AS4; kind < SESSION_KINDS; kind++) {
		if (!(kind & AS4) || kind & EBGP)
			continue;
		set_kind(kind);
		sample = sample_of(kind);
		assert_int_equal(decode(sample.bytes, sample.size),
				 BGP_VERDICT_OK);
	}
}

/* A shorter UPDATE is valid only where a prefix ends. */
static void rejects_every_truncation_of_every_kind(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < SESSION_KINDS; kind++) {
		struct sample sample = sample_of(kind);
		size_t routes = kind & ADD_PATH ? 9 : 5;

		set_kind(kind);
		for (size_t size = 0; size < sample.size; size++) {
			enum bgp_verdict verdict = decode(sample.bytes, size);

			if (size != sample.size - routes)
				assert_int_equal(verdict, BGP_VERDICT_RESET);
		}
	}
}

static void survives_every_flipped_bit_of_every_kind(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < SESSION_KINDS; kind++) {
		struct sample sample = sample_of(kind);

		set_kind(kind);
		for (size_t bit = 0; bit < 8 * sample.size; bit++) {
			uint8_t flip = (uint8_t)(1u << bit % 8);

			sample.bytes[bit / 8] ^= flip;
			decode(sample.bytes, sample.size);
			sample.bytes[bit / 8] ^= flip;
		}
	}
}

/* The lengths are adjusted, so that the cut is in the attributes. */
static void withdraws_at_every_truncation_of_the_attributes(void **state)
{
	static const uint8_t attributes[] = { EVERYTHING };
	static const uint8_t prefix[] = { 32, 192, 0, 2, 1 };
	uint8_t body[SPACE];

	(void)state;
	set_kind(AS4);
	for (size_t size = 0; size < sizeof(attributes); size++) {
		struct writer w = writer_of(body, sizeof(body));
		enum bgp_verdict verdict;

		writer_u16(&w, 0);
		write_with_length(&w, reader_of(attributes, size));
		writer_bytes(&w, prefix, sizeof(prefix));
		verdict = decode(body, w.used);
		assert_true(verdict == BGP_VERDICT_WITHDRAW ||
			    verdict == BGP_VERDICT_OK);
		assert_int_equal(
			update.announced[BGP_PART_FIELD].nlri.bytes.left,
			sizeof(prefix));
	}
}

static void survives_random_bytes_in_every_kind(void **state)
{
	uint32_t seed = 20250105;

	(void)state;
	print_message("seed %u\n", seed);
	for (unsigned int i = 0; i < RANDOM_UPDATES * SESSION_KINDS; i++) {
		unsigned int kind = i % SESSION_KINDS;
		struct sample sample = sample_of(kind);

		set_kind(kind);
		for (uint32_t n = next_random(&seed) % 4; n < 4; n++)
			sample.bytes[next_random(&seed) % sample.size] =
				(uint8_t)next_random(&seed);
		bgp_update_decode(&context,
				  reader_of(sample.bytes, sample.size),
				  &scratch, &update);
		for (int part = 0; part < BGP_PART_COUNT; part++) {
			struct bgp_attributes attributes =
				bgp_update_attributes(&update, part);

			walk_canonical(&attributes);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_attribute_on_an_internal_session),
		cmocka_unit_test(rejects_every_truncation_of_every_kind),
		cmocka_unit_test(survives_every_flipped_bit_of_every_kind),
		cmocka_unit_test(
			withdraws_at_every_truncation_of_the_attributes),
		cmocka_unit_test(survives_random_bytes_in_every_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
