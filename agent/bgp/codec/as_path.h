/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_AS_PATH_H
#define BGP_AS_PATH_H

/*
 * AS paths. A path is the value of an AS_PATH attribute with 4-byte AS
 * numbers, whatever the session it came from, seen through a reader passed by
 * value; a path that was checked once needs no further error handling.
 * RFC 4271 4.3 b and 5.1.2, RFC 5065, RFC 6793.
 */

#include "bgp/codec/protocol.h"
#include "bgp/codec/text.h"
#include "core/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum as_path_limits {
	AS_PATH_SEGMENT_MAX = 255, /* AS numbers in one segment */
	AS_PATH_SEGMENT_HEADER = 2,
};

struct as_path_segment {
	uint8_t type; /* enum bgp_segment_type */
	uint8_t count;
	struct reader numbers;
};

/*
 * The next segment of a path whose AS numbers have `as_size` bytes; false at
 * the end and on a malformed one, which leaves `path` failed.
 */
bool as_path_next(struct reader *path, size_t as_size,
		  struct as_path_segment *segment);

/* What is wrong with a path from the wire, as a short text; NULL: nothing. */
const char *as_path_error(struct reader path, size_t as_size);

/* True if a segment of one of the types in `types` (1 << type) is in it. */
bool as_path_has_segment(struct reader path, unsigned int types);

/* RFC 4271 9.1.2.2 a: a set counts 1; RFC 5065 5.3: confederations count 0. */
unsigned int as_path_length(struct reader path);
/* AS numbers in AS_CONFED_SEQUENCEs, which as_path_length() leaves out. */
unsigned int as_path_confederation_length(struct reader path);

/*
 * The AS the route came from last, and the one it started in: 0 if the path
 * does not begin (end) with a sequence. Confederation segments are passed over.
 */
uint32_t as_path_first(struct reader path);
uint32_t as_path_last(struct reader path);

/*
 * The member AS of our confederation (RFC 5065) that the route came from last;
 * 0 if the path does not begin with an AS_CONFED_SEQUENCE.
 */
uint32_t as_path_member_as(struct reader path);

bool as_path_contains(struct reader path, uint32_t as);
/* The same among the members of our confederation in it: RFC 5065. */
bool as_path_contains_member(struct reader path, uint32_t as);

/*
 * Writes `path` with `as` put in front `times` times (RFC 4271 5.1.2). A
 * leading sequence grows up to 255 AS numbers, then a new one is opened.
 */
void as_path_prepend(struct writer *w, struct reader path, uint32_t as,
		     unsigned int times);

/*
 * The same with an AS_CONFED_SEQUENCE and once: towards another member of our
 * confederation (RFC 5065 4.1 a).
 */
void as_path_prepend_member(struct writer *w, struct reader path, uint32_t as);

/* Rewrites between 2 and 4 bytes: what does not fit becomes AS_TRANS. */
void as_path_resize(struct writer *w, struct reader path, size_t from_size,
		    size_t to_size);

/* Bytes that as_path_resize() writes. */
size_t as_path_size(struct reader path, size_t from_size, size_t to_size);

/* True if an AS number does not fit in 2 bytes. */
bool as_path_needs_as4(struct reader path);

/* Writes `path` without confederation segments: RFC 6793 3 for AS4_PATH. */
void as_path_strip_confederations(struct writer *w, struct reader path);

/*
 * Writes the real path behind AS_PATH and AS4_PATH of an old speaker
 * (RFC 6793 4.2.3), both with 4-byte numbers and checked.
 */
void as_path_merge(struct writer *w, struct reader path, struct reader path4);

/* "65001 65002 {1,2} (64512 64513)" */
void as_path_show(struct text *text, struct reader path);

/*
 * The same in `size` bytes of text; cut with "..." if `size` is too small.
 * Returns `text`. `size` is at least 4.
 */
const char *as_path_format(struct reader path, char *text, size_t size);

#endif
