/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BGP_BYTES_H
#define TESTS_BGP_BYTES_H

/*
 * Wire bytes as literals in a test, and copies that end where their memory
 * ends.
 */

#include "core/wire.h"

#include <stdlib.h>
#include <string.h>

/* A reader over the given bytes, which live as long as the enclosing block. */
#define BYTES(...)                                  \
	reader_of((const uint8_t[]){ __VA_ARGS__ }, \
		  sizeof((const uint8_t[]){ __VA_ARGS__ }))

/* Assert that a reader or writer holds exactly these bytes. */
#define assert_bytes(data, size, ...)                                    \
	do {                                                             \
		const uint8_t expected_[] = { __VA_ARGS__ };             \
                                                                         \
		assert_int_equal(size, sizeof(expected_));               \
		assert_memory_equal(data, expected_, sizeof(expected_)); \
	} while (0)

/*
 * Return a copy on the heap, so that the sanitizer sees a read beyond its end.
 * The caller frees it.
 */
static inline uint8_t *exact_copy(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	return copy;
}

/* Return the next number of xorshift: the same sequence for the same seed. */
static inline uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

#endif
