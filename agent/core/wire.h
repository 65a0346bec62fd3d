/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

/*
 * Bounded reader and writer for wire formats, big-endian.
 *
 * Failure is sticky: after the first read or write that does not fit, further
 * reads return zero and further writes do nothing. So a decoder may read a
 * whole fixed part and test `failed` once, before it acts on any of it. Neither
 * owns its memory.
 */

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
	const uint8_t *data;
	size_t left;
	bool failed;
};

struct writer {
	uint8_t *data;
	size_t size;
	size_t used;
	bool failed;
};

static inline struct reader reader_of(const void *data, size_t size)
{
	return (struct reader){ .data = data, .left = size };
}

/* Return the next `count` bytes; NULL and failure if there are fewer. */
static inline const uint8_t *reader_take(struct reader *r, size_t count)
{
	const uint8_t *at = r->data;

	if (r->failed || count > r->left) {
		r->failed = true;
		r->left = 0;
		return NULL;
	}
	r->data += count;
	r->left -= count;
	return at;
}

/* Return the next `count` bytes, which stay; NULL if there are fewer. */
static inline const uint8_t *reader_peek(const struct reader *r, size_t count)
{
	return r->failed || count > r->left ? NULL : r->data;
}

/* Return a reader of the next `count` bytes; failed if there are fewer. */
static inline struct reader reader_sub(struct reader *r, size_t count)
{
	const uint8_t *at = reader_take(r, count);

	return (struct reader){ .data = at,
				.left = at ? count : 0,
				.failed = !at };
}

static inline void reader_bytes(struct reader *r, void *to, size_t count)
{
	const uint8_t *at = reader_take(r, count);

	if (at && count)
		memcpy(to, at, count);
}

static inline uint8_t reader_u8(struct reader *r)
{
	uint8_t value = 0;

	reader_bytes(r, &value, sizeof(value));
	return value;
}

static inline uint16_t reader_u16(struct reader *r)
{
	uint16_t value = 0;

	reader_bytes(r, &value, sizeof(value));
	return be16toh(value);
}

static inline uint32_t reader_u32(struct reader *r)
{
	uint32_t value = 0;

	reader_bytes(r, &value, sizeof(value));
	return be32toh(value);
}

static inline uint64_t reader_u64(struct reader *r)
{
	uint64_t value = 0;

	reader_bytes(r, &value, sizeof(value));
	return be64toh(value);
}

static inline struct writer writer_of(void *data, size_t size)
{
	return (struct writer){ .data = data, .size = size };
}

/* Return room for `count` bytes; NULL and failure if they do not fit. */
static inline uint8_t *writer_take(struct writer *w, size_t count)
{
	uint8_t *at;

	if (w->failed || count > w->size - w->used) {
		w->failed = true;
		return NULL;
	}
	/* A writer of no memory is legal, but NULL + 0 is undefined. */
	at = w->used ? w->data + w->used : w->data;
	w->used += count;
	return at;
}

static inline void writer_bytes(struct writer *w, const void *from,
				size_t count)
{
	uint8_t *at = writer_take(w, count);

	if (at && count)
		memcpy(at, from, count);
}

static inline void writer_u8(struct writer *w, uint8_t value)
{
	writer_bytes(w, &value, sizeof(value));
}

static inline void writer_u16(struct writer *w, uint16_t value)
{
	value = htobe16(value);
	writer_bytes(w, &value, sizeof(value));
}

static inline void writer_u32(struct writer *w, uint32_t value)
{
	value = htobe32(value);
	writer_bytes(w, &value, sizeof(value));
}

static inline void writer_u64(struct writer *w, uint64_t value)
{
	value = htobe64(value);
	writer_bytes(w, &value, sizeof(value));
}

/* Overwrite a length that was a placeholder at offset `at`. */
static inline void writer_patch_u8(struct writer *w, size_t at, size_t value)
{
	if (w->failed || value > UINT8_MAX) {
		w->failed = true;
		return;
	}
	w->data[at] = (uint8_t)value;
}

static inline void writer_patch_u16(struct writer *w, size_t at, size_t value)
{
	uint16_t wire = htobe16((uint16_t)value);

	if (w->failed || value > UINT16_MAX) {
		w->failed = true;
		return;
	}
	memcpy(w->data + at, &wire, sizeof(wire));
}

static inline void writer_patch_u32(struct writer *w, size_t at, size_t value)
{
	uint32_t wire = htobe32((uint32_t)value);

	if (w->failed || value > UINT32_MAX) {
		w->failed = true;
		return;
	}
	memcpy(w->data + at, &wire, sizeof(wire));
}

#endif
