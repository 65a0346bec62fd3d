/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_TABLE_H
#define TESTS_XDP_TABLE_H

/*
 * Tables of frames: one cmocka test for each row, in one world for all rows of
 * a test program. A row is checked against the program, the oracle, and its own
 * description of the frame that leaves: its shape again, with a TTL one lower,
 * other MACs and other tags.
 */

#include "check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct row {
	const char *description;
	struct shape shape; /* without a destination it gets that of `vip` */
	void (*change)(struct frame *frame); /* applied to the built frame */
	enum world_port port;		     /* it comes in by */
	enum world_vip vip; /* VIP_COUNT: an address that is not a VIP */
	enum hg_outcome outcome;
	uint32_t events;      /* 1 << enum hg_event */
	enum world_slot slot; /* of the frame that leaves */
	uint8_t tag_count;
	struct shape_tag tags[2]; /* of that frame, outermost first */
	bool trimmed;		  /* that frame lacks the padding */
};

#define TABLE_SIZE(rows) (sizeof(rows) / sizeof(*(rows)))

/*
 * Run the tests, then the rows and their damage; returns the status for main().
 */
int table_run(const struct CMUnitTest *tests, size_t test_count,
	      const struct row *rows, size_t row_count);

/* The check that all tests of the program share */
struct check *table_check(void);
void table_build(const struct row *row, struct frame *frame);
/*
 * Run a frame, which fails the test unless program and oracle agree. Returns
 * the prediction.
 */
const struct prediction *table_frame(const struct frame *frame,
				     enum world_port port);
/* Build a frame for `vip` at the left port, and run it. */
const struct prediction *table_shape(struct shape shape, enum world_vip vip);

/* Changes for rows */
void table_set_length(struct frame *frame, int packet_size);

#endif
