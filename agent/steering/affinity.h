/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_AFFINITY_H
#define STEERING_AFFINITY_H

/*
 * Affinity windows of a bucket table: which flows stay where they are while
 * buckets move. A state machine over time, without a clock. Pure.
 *
 * A bucket that moves from slot A to slot B is `moving` until its window ends,
 * and A is its `previous`. New flows go to B and are recorded. Packets of
 * unknown flows go to A and are recorded, too. So at the end of the window each
 * flow of the bucket that is not idle is recorded, and its records are enough:
 * the bucket is `tracked` while there are any.
 *
 *	- A further move within the window keeps the oldest previous: all flows
 *	  that came to the bucket later are recorded.
 *	- A move back to the previous ends the window. The bucket stays tracked.
 *	- A previous that dies is forgotten for good: its flows are lost, and
 *	  those that return to it would be strangers there.
 *	- A bucket of which a move is foreseen is moving with previous ==
 *	  current: its flows are recorded before they have to be.
 *
 * Invariants: a bucket has a previous if and only if it is moving; a moving
 * bucket is tracked.
 */

#include <stdbool.h>
#include <stdint.h>

#include "headgate/abi.h"

enum affinity_sizes {
	AFFINITY_SLOT_MASK = (1 << 15) - 1,
};

enum affinity_times {
	/* In struct affinity_terms: */
	AFFINITY_DEAD = 0, /* no flow can stay there */
	AFFINITY_KEEP = 1, /* the end that the window has is right */
	/* The latest end of a window. */
	AFFINITY_NEVER = (1 << 30) - 1,
};

struct affinity_bucket {
	uint16_t current : 15;
	uint16_t foreseen : 1;	/* it will move; its flows are recorded */
	uint16_t previous : 15; /* HG_NEXTHOP_NONE: none */
	uint16_t recorded : 1;	/* a record was found in this sweep */
	uint32_t until_s : 30;
	uint32_t moving : 1;
	uint32_t tracked : 1;
};

struct affinity {
	uint32_t size;
	uint32_t moving;  /* number of moving buckets */
	uint32_t tracked; /* number of tracked ones */
	struct affinity_bucket buckets[];
};

/* Terms on which flows stay while their bucket moves. */
struct affinity_terms {
	uint32_t until_s; /* the least end of a window that opens now */
	/*
	 * By slot: the least end of a window with this previous, AFFINITY_KEEP
	 * or AFFINITY_DEAD, which HG_NEXTHOP_NONE is.
	 */
	const uint32_t *slots;
};

/* Make a table of buckets without a next hop. NULL: out of memory. */
struct affinity *affinity_new(uint32_t size);
void affinity_free(struct affinity *affinity);
/* Return a copy, or NULL: out of memory. */
struct affinity *affinity_copy(const struct affinity *from);

/* Let `slot` own the bucket without a window: no flow has come to it. */
void affinity_place(struct affinity *affinity, uint32_t bucket, uint16_t slot);
/*
 * Go on with a bucket that is placed and that a previous run left. Its window on
 * `previous`, HG_NEXTHOP_NONE if flows cannot stay there, ends at `until_s`.
 */
void affinity_adopt(struct affinity *affinity, uint32_t bucket,
		    struct hg_bucket word, uint16_t previous, uint32_t until_s);
/*
 * Move the bucket to `slot`, which may be where it is. `backup` had its packets
 * since its current one died, if it did.
 */
void affinity_move(struct affinity *affinity, uint32_t bucket, uint16_t slot,
		   uint16_t backup, const struct affinity_terms *terms);
/*
 * Record the flows of a bucket of which a move is foreseen, for as long as it is.
 * A window that is open is not ended by either.
 */
void affinity_foresee(struct affinity *affinity, uint32_t bucket,
		      bool foreseen);

/* End the windows that are over. Returns how many ended. */
uint32_t affinity_expire(struct affinity *affinity, uint32_t now_s);
/*
 * Shorten windows. `latest` has by slot the latest end of a window with this
 * previous, AFFINITY_KEEP, or AFFINITY_DEAD: it is the previous of no bucket.
 * One pass, whatever the number of slots. Returns how many windows ended.
 */
uint32_t affinity_shorten(struct affinity *affinity, const uint32_t *latest);
/* Let no window end earlier. */
void affinity_extend(struct affinity *affinity, uint32_t until_s);
/* Return the earliest end of a window, or AFFINITY_NEVER. */
uint32_t affinity_next_s(const struct affinity *affinity);
/* Return the latest end of a window whose move is not only foreseen, or 0. */
uint32_t affinity_last_s(const struct affinity *affinity);
/* Count the buckets that move from a slot. */
uint32_t affinity_count_from(const struct affinity *affinity, uint16_t slot);

/* No record of the bucket is left. A moving one stays tracked. */
void affinity_untrack(struct affinity *affinity, uint32_t bucket);
/* Look at all records: note each, then untrack buckets without. */
void affinity_begin_sweep(struct affinity *affinity);
void affinity_note_record(struct affinity *affinity, uint32_t bucket);
/* Returns the number of buckets that are not tracked any more. */
uint32_t affinity_end_sweep(struct affinity *affinity);
/* Track what `from` tracks: its flows come to the buckets of `affinity`. */
void affinity_track_as(struct affinity *affinity, const struct affinity *from);

/* Return the bucket as the program reads it. */
struct hg_bucket affinity_word(const struct affinity *affinity, uint32_t bucket,
			       uint16_t backup);

#endif
