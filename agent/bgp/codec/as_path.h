/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BGP_AS_PATH_H
#define BGP_AS_PATH_H

/*
 * AS paths (RFC 4271 4.3 b and 5.1.2, RFC 5065, RFC 6793). A path is the value
 * of an AS_PATH attribute with 4-byte AS numbers, whatever the size on the
 * session it came from, seen through a reader passed by value. Functions
 * without `as_size` take paths that as_path_error() has accepted, and have no
 * errors.
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
 * Take the next segment off a path whose AS numbers have `as_size` bytes. False
 * at the end, and on a malformed segment, which leaves `path` failed.
 */
bool as_path_next(struct reader *path, size_t as_size,
		  struct as_path_segment *segment);

/* Check a path from the wire. Return the error as a static text, or NULL. */
const char *as_path_error(struct reader path, size_t as_size);

/* True if `path` has a segment of one of `types`, a set of 1 << type. */
bool as_path_has_segment(struct reader path, unsigned int types);

/*
 * Return the length for the decision process: a set counts 1 (RFC 4271 9.1.2.2
 * a), confederation segments count 0 (RFC 5065 5.3).
 */
unsigned int as_path_length(struct reader path);
/* Count the AS numbers in AS_CONFED_SEQUENCEs. */
unsigned int as_path_confederation_length(struct reader path);

/*
 * Return the neighboring AS, and the origin AS; 0 if the path does not begin
 * (end) with a sequence. Confederation segments are skipped.
 */
uint32_t as_path_first(struct reader path);
uint32_t as_path_last(struct reader path);

/*
 * Return the neighboring member AS of our confederation (RFC 5065); 0 if the
 * path does not begin with an AS_CONFED_SEQUENCE.
 */
uint32_t as_path_member_as(struct reader path);

bool as_path_contains(struct reader path, uint32_t as);
/* Return the place of the first such number, counted from 1; 0: not there. */
unsigned int as_path_place(struct reader path, uint32_t as);
/* The same in confederation segments only: RFC 5065. */
bool as_path_contains_member(struct reader path, uint32_t as);

/*
 * Write `path` with `as` prepended `times` times (RFC 4271 5.1.2). A leading
 * sequence grows up to 255 AS numbers, then a new one begins.
 */
void as_path_prepend(struct writer *w, struct reader path, uint32_t as,
		     unsigned int times);

/*
 * Write `path` with `as` prepended once in an AS_CONFED_SEQUENCE, for another
 * member of our confederation (RFC 5065 4.1 a).
 */
void as_path_prepend_member(struct writer *w, struct reader path, uint32_t as);

/*
 * Rewrite between 2 and 4 bytes: a number that does not fit becomes AS_TRANS.
 */
void as_path_resize(struct writer *w, struct reader path, size_t from_size,
		    size_t to_size);

/* Return how many bytes as_path_resize() writes. */
size_t as_path_size(struct reader path, size_t from_size, size_t to_size);

/* True if an AS number of the path does not fit in 2 bytes. */
bool as_path_needs_as4(struct reader path);

/* Write `path` without confederation segments: RFC 6793 3 for AS4_PATH. */
void as_path_strip_confederations(struct writer *w, struct reader path);

/* True for AS numbers of private use: RFC 6996. */
bool as_path_is_private(uint32_t as);
/*
 * Write `path` with `own` in place of the AS number `from` (0: none) and, with
 * `remove_private`, without the AS numbers of private use that are not `own`.
 */
void as_path_replace(struct writer *w, struct reader path, uint32_t from,
		     uint32_t own, bool remove_private);

/*
 * Reconstruct the path from AS_PATH and AS4_PATH of a speaker with 2-byte AS
 * numbers (RFC 6793 4.2.3). Both have 4-byte numbers here and are checked.
 */
void as_path_merge(struct writer *w, struct reader path, struct reader path4);

/* Add "65001 65002 {1,2} (64512 64513)". */
void as_path_show(struct text *text, struct reader path);

/*
 * Format the path in `size` bytes, at least 4. A text that does not fit ends in
 * "...". Return `text`.
 */
const char *as_path_format(struct reader path, char *text, size_t size);

#endif
