// SPDX-License-Identifier: BSD-2-Clause
/*
 * AS paths. See as_path.h.
 *
 * Functions walk the segments with as_path_next() and the numbers of a segment
 * with the segment's own reader: there is no arithmetic on offsets.
 */

#include "bgp/codec/as_path.h"

static uint32_t next_as_number(struct reader *numbers, size_t as_size)
{
	return as_size == BGP_AS2_SIZE ? reader_u16(numbers) :
					 reader_u32(numbers);
}

static void write_as_number(struct writer *w, uint32_t as, size_t as_size)
{
	if (as_size == BGP_AS4_SIZE)
		writer_u32(w, as);
	else
		writer_u16(w, bgp_as_in_2_bytes(as));
}

static void write_segment_header(struct writer *w, unsigned int type,
				 size_t count)
{
	writer_u8(w, (uint8_t)type);
	writer_u8(w, (uint8_t)count);
}

static bool is_confederation_segment(const struct as_path_segment *segment)
{
	return segment->type == BGP_SEGMENT_CONFED_SEQUENCE ||
	       segment->type == BGP_SEGMENT_CONFED_SET;
}

bool as_path_next(struct reader *path, size_t as_size,
		  struct as_path_segment *segment)
{
	if (!path->left)
		return false;
	segment->type = reader_u8(path);
	segment->count = reader_u8(path);
	segment->numbers = reader_sub(path, segment->count * as_size);
	return !path->failed;
}

static bool contains_as_0(struct reader numbers, size_t as_size)
{
	while (numbers.left)
		if (!next_as_number(&numbers, as_size))
			return true;
	return false;
}

/* RFC 7606 7.2; AS 0: RFC 7607 2. */
static const char *segment_error(const struct as_path_segment *segment,
				 size_t as_size)
{
	if (segment->type < BGP_SEGMENT_SET ||
	    segment->type > BGP_SEGMENT_CONFED_SET)
		return "unknown segment type";
	if (!segment->count)
		return "empty segment";
	if (contains_as_0(segment->numbers, as_size))
		return "AS number 0";
	return NULL;
}

const char *as_path_error(struct reader path, size_t as_size)
{
	struct as_path_segment segment;
	const char *error;

	while (as_path_next(&path, as_size, &segment)) {
		error = segment_error(&segment, as_size);
		if (error)
			return error;
	}
	return path.failed ? "segment longer than the attribute" : NULL;
}

bool as_path_has_segment(struct reader path, unsigned int types)
{
	struct as_path_segment segment;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment))
		if (types & 1u << segment.type)
			return true;
	return false;
}

static unsigned int segment_length(const struct as_path_segment *segment)
{
	if (is_confederation_segment(segment))
		return 0;
	return segment->type == BGP_SEGMENT_SET ? 1 : segment->count;
}

unsigned int as_path_length(struct reader path)
{
	struct as_path_segment segment;
	unsigned int length = 0;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment))
		length += segment_length(&segment);
	return length;
}

unsigned int as_path_confederation_length(struct reader path)
{
	struct as_path_segment segment;
	unsigned int length = 0;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment))
		if (segment.type == BGP_SEGMENT_CONFED_SEQUENCE)
			length += segment.count;
	return length;
}

uint32_t as_path_member_as(struct reader path)
{
	struct as_path_segment segment;

	if (!as_path_next(&path, BGP_AS4_SIZE, &segment) ||
	    segment.type != BGP_SEGMENT_CONFED_SEQUENCE)
		return 0;
	return reader_u32(&segment.numbers);
}

uint32_t as_path_first(struct reader path)
{
	struct as_path_segment segment;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment)) {
		if (is_confederation_segment(&segment))
			continue;
		if (segment.type != BGP_SEGMENT_SEQUENCE)
			return 0;
		return reader_u32(&segment.numbers);
	}
	return 0;
}

static uint32_t last_as_number(struct reader numbers)
{
	uint32_t as = 0;

	while (numbers.left)
		as = reader_u32(&numbers);
	return as;
}

uint32_t as_path_last(struct reader path)
{
	struct as_path_segment segment;
	uint32_t last = 0;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment)) {
		if (is_confederation_segment(&segment))
			continue;
		last = segment.type == BGP_SEGMENT_SEQUENCE ?
			       last_as_number(segment.numbers) :
			       0;
	}
	return last;
}

static bool segment_contains(struct reader numbers, uint32_t as)
{
	while (numbers.left)
		if (reader_u32(&numbers) == as)
			return true;
	return false;
}

bool as_path_contains(struct reader path, uint32_t as)
{
	struct as_path_segment segment;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment))
		if (segment_contains(segment.numbers, as))
			return true;
	return false;
}

unsigned int as_path_place(struct reader path, uint32_t as)
{
	struct as_path_segment segment;
	unsigned int place = 0;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment))
		while (segment.numbers.left) {
			place++;
			if (reader_u32(&segment.numbers) == as)
				return place;
		}
	return 0;
}

bool as_path_contains_member(struct reader path, uint32_t as)
{
	struct as_path_segment segment;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment))
		if (is_confederation_segment(&segment) &&
		    segment_contains(segment.numbers, as))
			return true;
	return false;
}

enum {
	/* RFC 6996 5 */
	FIRST_PRIVATE_AS = 64512,
	LAST_PRIVATE_AS = 65534,
};

static const uint32_t first_long_private_as = 4200000000;
static const uint32_t last_long_private_as = 4294967294;

bool as_path_is_private(uint32_t as)
{
	return (as >= FIRST_PRIVATE_AS && as <= LAST_PRIVATE_AS) ||
	       (as >= first_long_private_as && as <= last_long_private_as);
}

/* Write a segment, or nothing if all its numbers are removed. */
static void write_replaced(struct writer *w,
			   const struct as_path_segment *segment, uint32_t from,
			   uint32_t own, bool remove_private)
{
	uint32_t kept[AS_PATH_SEGMENT_MAX];
	struct reader numbers = segment->numbers;
	size_t count = 0;

	while (numbers.left) {
		uint32_t as = reader_u32(&numbers);

		if (from && as == from)
			as = own;
		if (!remove_private || as == own || !as_path_is_private(as))
			kept[count++] = as;
	}
	if (!count)
		return;
	write_segment_header(w, segment->type, count);
	for (size_t i = 0; i < count; i++)
		writer_u32(w, kept[i]);
}

void as_path_replace(struct writer *w, struct reader path, uint32_t from,
		     uint32_t own, bool remove_private)
{
	struct as_path_segment segment;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment))
		write_replaced(w, &segment, from, own, remove_private);
}

static void write_repeated(struct writer *w, uint32_t as, unsigned int times)
{
	while (times--)
		writer_u32(w, as);
}

/*
 * Take the leading segment off `path` if it has this type. Return its numbers,
 * an empty reader if the path does not begin with such a segment.
 */
static struct reader take_leading(struct reader *path,
				  enum bgp_segment_type type)
{
	struct reader rest = *path;
	struct as_path_segment segment;

	if (!as_path_next(&rest, BGP_AS4_SIZE, &segment) ||
	    segment.type != type)
		return reader_of(NULL, 0);
	*path = rest;
	return segment.numbers;
}

static struct reader take_leading_sequence(struct reader *path)
{
	return take_leading(path, BGP_SEGMENT_SEQUENCE);
}

void as_path_prepend(struct writer *w, struct reader path, uint32_t as,
		     unsigned int times)
{
	struct reader leading = take_leading_sequence(&path);
	size_t count = leading.left / BGP_AS4_SIZE;
	size_t room = AS_PATH_SEGMENT_MAX - count;

	while (times > room) {
		unsigned int part = (unsigned int)(times - room);

		if (part > AS_PATH_SEGMENT_MAX)
			part = AS_PATH_SEGMENT_MAX;
		write_segment_header(w, BGP_SEGMENT_SEQUENCE, part);
		write_repeated(w, as, part);
		times -= part;
	}
	if (times + count) {
		write_segment_header(w, BGP_SEGMENT_SEQUENCE, times + count);
		write_repeated(w, as, times);
		writer_bytes(w, leading.data, leading.left);
	}
	writer_bytes(w, path.data, path.left);
}

void as_path_prepend_member(struct writer *w, struct reader path, uint32_t as)
{
	struct reader rest = path;
	struct reader leading =
		take_leading(&rest, BGP_SEGMENT_CONFED_SEQUENCE);
	size_t count = leading.left / BGP_AS4_SIZE;

	if (count == AS_PATH_SEGMENT_MAX) {
		leading = reader_of(NULL, 0);
		count = 0;
		rest = path;
	}
	write_segment_header(w, BGP_SEGMENT_CONFED_SEQUENCE, count + 1);
	writer_u32(w, as);
	writer_bytes(w, leading.data, leading.left);
	writer_bytes(w, rest.data, rest.left);
}

void as_path_resize(struct writer *w, struct reader path, size_t from_size,
		    size_t to_size)
{
	struct as_path_segment segment;

	while (as_path_next(&path, from_size, &segment)) {
		write_segment_header(w, segment.type, segment.count);
		while (segment.numbers.left)
			write_as_number(
				w, next_as_number(&segment.numbers, from_size),
				to_size);
	}
}

size_t as_path_size(struct reader path, size_t from_size, size_t to_size)
{
	struct as_path_segment segment;
	size_t size = 0;

	while (as_path_next(&path, from_size, &segment))
		size += AS_PATH_SEGMENT_HEADER + segment.count * to_size;
	return size;
}

bool as_path_needs_as4(struct reader path)
{
	struct as_path_segment segment;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment))
		while (segment.numbers.left)
			if (reader_u32(&segment.numbers) > BGP_AS_MAX_2_BYTE)
				return true;
	return false;
}

void as_path_strip_confederations(struct writer *w, struct reader path)
{
	struct as_path_segment segment;

	while (as_path_next(&path, BGP_AS4_SIZE, &segment)) {
		if (is_confederation_segment(&segment))
			continue;
		write_segment_header(w, segment.type, segment.count);
		writer_bytes(w, segment.numbers.data, segment.numbers.left);
	}
}

/*
 * Write the first `length` AS numbers, a set counting as one. Return how many
 * numbers the last written segment has if it is a sequence, else 0.
 */
static size_t write_leading(struct writer *w, struct reader path,
			    unsigned int length)
{
	struct as_path_segment segment;
	size_t open_count = 0;

	while (length && as_path_next(&path, BGP_AS4_SIZE, &segment)) {
		unsigned int counted = segment_length(&segment);

		if (counted > length) { /* a sequence: sets count 1 */
			segment.count = (uint8_t)length;
			segment.numbers.left = length * BGP_AS4_SIZE;
			counted = length;
		}
		write_segment_header(w, segment.type, segment.count);
		writer_bytes(w, segment.numbers.data, segment.numbers.left);
		length -= counted;
		open_count = segment.type == BGP_SEGMENT_SEQUENCE ?
				     segment.count :
				     0;
	}
	return open_count;
}

/*
 * Append the numbers of a sequence to a written one of `open_count` numbers, in
 * the same segment if they fit: paths are compared by their bytes, so one path
 * must have one encoding.
 */
static void extend_sequence(struct writer *w, size_t open_count,
			    struct reader numbers)
{
	size_t count = numbers.left / BGP_AS4_SIZE;
	size_t count_at = w->used - open_count * BGP_AS4_SIZE - 1;

	if (!count)
		return;
	if (open_count && open_count + count <= AS_PATH_SEGMENT_MAX)
		writer_patch_u8(w, count_at, open_count + count);
	else
		write_segment_header(w, BGP_SEGMENT_SEQUENCE, count);
	writer_bytes(w, numbers.data, numbers.left);
}

void as_path_merge(struct writer *w, struct reader path, struct reader path4)
{
	unsigned int length = as_path_length(path);
	unsigned int length4 = as_path_length(path4);
	size_t open_count;

	if (length < length4) {
		writer_bytes(w, path.data, path.left);
		return;
	}
	open_count = write_leading(w, path, length - length4);
	extend_sequence(w, open_count, take_leading_sequence(&path4));
	as_path_strip_confederations(w, path4);
}

struct segment_style {
	const char *open;
	const char *separator;
	const char *close;
};

static const struct segment_style segment_styles[] = {
	[BGP_SEGMENT_SET] = { "{", ",", "}" },
	[BGP_SEGMENT_SEQUENCE] = { "", " ", "" },
	[BGP_SEGMENT_CONFED_SEQUENCE] = { "(", " ", ")" },
	[BGP_SEGMENT_CONFED_SET] = { "[", ",", "]" },
};

static void show_segment(struct text *text, struct as_path_segment *segment)
{
	const struct segment_style *style = &segment_styles[segment->type];
	const char *before = style->open;

	while (segment->numbers.left && !text->cut) {
		text_add(text, "%s%u", before, reader_u32(&segment->numbers));
		before = style->separator;
	}
	text_add(text, "%s", style->close);
}

void as_path_show(struct text *text, struct reader path)
{
	struct as_path_segment segment;
	const char *separator = "";

	while (!text->cut && as_path_next(&path, BGP_AS4_SIZE, &segment)) {
		text_add(text, "%s", separator);
		show_segment(text, &segment);
		separator = " ";
	}
}

const char *as_path_format(struct reader path, char *text, size_t size)
{
	struct text out = text_of(text, size);

	as_path_show(&out, path);
	text_mark_cut(&out);
	return text;
}
