/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_TABLE_H
#define TESTS_XDP_TABLE_H

/*
 * Tables of frames, one cmocka test for each row, in one world for all rows of
 * a program. A row is held against the program, the oracle, and its own word of
 * what leaves: its shape once more, with one hop less to live, other MACs and
 * other tags.
 */

#include "check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct row {
	const char *description;
	struct shape shape; /* the destination is that of `vip` if it has none */
	void (*change)(struct frame *frame); /* after it is built */
	enum world_port port;		     /* it comes in by */
	enum world_vip vip;		     /* VIP_COUNT: an address of none */
	enum hg_outcome outcome;
	uint32_t events;      /* 1 << enum hg_event */
	enum world_slot slot; /* it leaves for */
	uint8_t tag_count;
	struct shape_tag tags[2]; /* it leaves with, outermost first */
};

#define TABLE_SIZE(rows) (sizeof(rows) / sizeof(*(rows)))

/* Runs the tests, then the rows and their damage; returns main()'s status. */
int table_run(const struct CMUnitTest *tests, size_t test_count,
	      const struct row *rows, size_t row_count);

/* What all tests of the program share. */
struct check *table_check(void);
void table_build(const struct row *row, struct frame *frame);
/* Runs a frame that has to come out as the oracle says; the verdict on it. */
const struct prediction *table_frame(const struct frame *frame,
				     enum world_port port);
/* Builds it, for `vip` and the left port, and runs it. */
const struct prediction *table_shape(struct shape shape, enum world_vip vip);

/* Changes for rows. */
void table_set_length(struct frame *frame, int packet_size);

#endif
