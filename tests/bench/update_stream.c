// SPDX-License-Identifier: BSD-2-Clause
/*
 * Encode the streams of update_stream.h. This is not the agent's encoder,
 * because that is measured.
 */

#include "update_stream.h"

#include <errno.h>
#include <stdlib.h>

#include "bgp/codec/message.h"
#include "bgp/codec/protocol.h"
#include "core/wire.h"

enum {
	PREFIXES_MIN = 5, /* prefixes that share attributes */
	PREFIXES_MAX = 10,
	PATH_MIN = 2, /* ASes, including the peer's own */
	PATH_MAX = 6,
	COMMUNITIES_MAX = 8,
	LARGE_COMMUNITIES_MAX = 3,
	LARGE_COMMUNITY_WORDS = 3,
	MED_PERCENT = 25,
	AGGREGATOR_PERCENT = 5,
	LARGE_COMMUNITIES_PERCENT = 10,
	MED_RANGE = 1000,
	AS_RANGE = 64000, /* below the private ones, which the peers use */
	ATTRIBUTE_LARGE_COMMUNITIES = 32, /* RFC 8092 5 */
	/*
	 * upper bound of an announcement of PREFIXES_MAX with all of the above
	 */
	ANNOUNCEMENT_SIZE = 256,
	WITHDRAWN_PREFIXES = 800, /* prefixes in one message */
	NET = 10u << 24,
	NET_SIZE = 1 << 24,
};

/* A sequence of pseudo-random numbers, determined by its start */
struct dice {
	uint64_t state;
};

static uint32_t roll(struct dice *dice)
{
	uint64_t x = dice->state += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 32)) * 0x94d049bb133111eb;
	return (uint32_t)(x >> 32);
}

static uint32_t roll_between(struct dice *dice, uint32_t least, uint32_t most)
{
	return least + roll(dice) % (most - least + 1);
}

static bool roll_percent(struct dice *dice, uint32_t percent)
{
	return roll(dice) % 100 < percent;
}

/*
 * Write a prefix. An odd factor makes this a permutation: no two indices share
 * a prefix.
 */
static void write_prefix(struct writer *w, uint32_t index)
{
	writer_u8(w, 8 * BGP_IPV4_SIZE);
	writer_u32(w, NET + index * 0x9e3779b1 % NET_SIZE);
}

/* Begin an attribute. Returns the offset of its value, for end_attribute(). */
static size_t begin_attribute(struct writer *w, unsigned int flags,
			      unsigned int type)
{
	writer_u8(w, (uint8_t)flags);
	writer_u8(w, (uint8_t)type);
	writer_u8(w, 0);
	return w->used;
}

static void end_attribute(struct writer *w, size_t value)
{
	writer_patch_u8(w, value - 1, w->used - value);
}

static void write_word_attribute(struct writer *w, unsigned int flags,
				 unsigned int type, uint32_t word)
{
	size_t value = begin_attribute(w, flags, type);

	writer_u32(w, word);
	end_attribute(w, value);
}

static void write_origin(struct writer *w)
{
	size_t value =
		begin_attribute(w, BGP_FLAG_TRANSITIVE, BGP_ATTRIBUTE_ORIGIN);

	writer_u8(w, BGP_ORIGIN_IGP);
	end_attribute(w, value);
}

static void write_as_path(struct writer *w, struct dice *dice, uint32_t as)
{
	size_t value =
		begin_attribute(w, BGP_FLAG_TRANSITIVE, BGP_ATTRIBUTE_AS_PATH);
	uint32_t count = roll_between(dice, PATH_MIN, PATH_MAX);

	writer_u8(w, BGP_SEGMENT_SEQUENCE);
	writer_u8(w, (uint8_t)count);
	writer_u32(w, as);
	while (--count)
		writer_u32(w, roll_between(dice, 1, AS_RANGE));
	end_attribute(w, value);
}

static void write_aggregator(struct writer *w, struct dice *dice)
{
	size_t value = begin_attribute(w,
				       BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
				       BGP_ATTRIBUTE_AGGREGATOR);

	writer_u32(w, roll_between(dice, 1, AS_RANGE));
	writer_u32(w, NET + roll(dice) % NET_SIZE);
	end_attribute(w, value);
}

/* Write `count` communities of `words` words each. */
static void write_communities(struct writer *w, struct dice *dice,
			      unsigned int type, uint32_t count, uint32_t words)
{
	size_t value;

	if (!count)
		return;
	value = begin_attribute(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
				type);
	for (uint32_t i = 0; i < count * words; i++)
		/* below the well-known ones of RFC 1997 */
		writer_u32(w, roll(dice) >> 1);
	end_attribute(w, value);
}

static void write_attributes(struct writer *w, struct dice *dice,
			     const struct update_shape *shape)
{
	write_origin(w);
	write_as_path(w, dice, shape->as);
	write_word_attribute(w, BGP_FLAG_TRANSITIVE, BGP_ATTRIBUTE_NEXT_HOP,
			     shape->nexthop);
	if (roll_percent(dice, MED_PERCENT))
		write_word_attribute(w, BGP_FLAG_OPTIONAL, BGP_ATTRIBUTE_MED,
				     roll(dice) % MED_RANGE);
	if (roll_percent(dice, AGGREGATOR_PERCENT))
		write_aggregator(w, dice);
	write_communities(w, dice, BGP_ATTRIBUTE_COMMUNITIES,
			  roll_between(dice, 0, COMMUNITIES_MAX), 1);
	if (roll_percent(dice, LARGE_COMMUNITIES_PERCENT))
		write_communities(w, dice, ATTRIBUTE_LARGE_COMMUNITIES,
				  roll_between(dice, 1, LARGE_COMMUNITIES_MAX),
				  LARGE_COMMUNITY_WORDS);
}

/*
 * Begin a field with a two-byte length, which end_field() fills in. Returns the
 * offset behind the length.
 */
static size_t begin_field(struct writer *w)
{
	writer_u16(w, 0);
	return w->used;
}

static void end_field(struct writer *w, size_t field)
{
	writer_patch_u16(w, field - sizeof(uint16_t), w->used - field);
}

/* Write prefixes first..first+count-1 with one set of attributes. */
static void write_announcement(struct writer *w, struct dice *dice,
			       const struct update_shape *shape, uint32_t first,
			       uint32_t count)
{
	size_t message = bgp_message_begin(w, BGP_UPDATE);
	size_t field;

	writer_u16(w, 0); /* nothing withdrawn */
	field = begin_field(w);
	write_attributes(w, dice, shape);
	end_field(w, field);
	for (uint32_t i = first; i < first + count; i++)
		write_prefix(w, i);
	bgp_message_end(w, message);
}

static void write_withdrawal(struct writer *w, uint32_t first, uint32_t count)
{
	size_t message = bgp_message_begin(w, BGP_UPDATE);
	size_t field = begin_field(w);

	for (uint32_t i = first; i < first + count; i++)
		write_prefix(w, i);
	end_field(w, field);
	writer_u16(w, 0); /* no attributes */
	bgp_message_end(w, message);
}

static int start_stream(struct writer *w, size_t messages, size_t message_size)
{
	size_t size = messages * message_size;
	uint8_t *data = malloc(size);

	if (!data)
		return -ENOMEM;
	*w = writer_of(data, size);
	return 0;
}

static int finish_stream(struct writer *w, struct update_stream *out)
{
	if (w->failed) {
		free(w->data);
		return -ENOMEM;
	}
	*out = (struct update_stream){ .data = w->data, .size = w->used };
	return 0;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

int update_stream_announce(const struct update_shape *shape,
			   struct update_stream *out)
{
	struct dice dice = { (uint64_t)shape->cycle << 32 | shape->seed };
	uint32_t first = 0;
	struct writer w;

	if (start_stream(&w, shape->prefixes / PREFIXES_MIN + 1,
			 ANNOUNCEMENT_SIZE))
		return -ENOMEM;
	while (first < shape->prefixes) {
		uint32_t count =
			smaller(roll_between(&dice, PREFIXES_MIN, PREFIXES_MAX),
				shape->prefixes - first);

		write_announcement(&w, &dice, shape, first, count);
		first += count;
	}
	return finish_stream(&w, out);
}

int update_stream_withdraw(const struct update_shape *shape,
			   struct update_stream *out)
{
	uint32_t first = 0;
	struct writer w;

	if (start_stream(&w, shape->prefixes / WITHDRAWN_PREFIXES + 1,
			 BGP_MAX_MESSAGE))
		return -ENOMEM;
	while (first < shape->prefixes) {
		uint32_t count =
			smaller(WITHDRAWN_PREFIXES, shape->prefixes - first);

		write_withdrawal(&w, first, count);
		first += count;
	}
	return finish_stream(&w, out);
}

void update_stream_free(struct update_stream *stream)
{
	free(stream->data);
	*stream = (struct update_stream){ 0 };
}
