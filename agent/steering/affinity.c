// SPDX-License-Identifier: BSD-2-Clause
/* Windows of buckets that move. See affinity.h. */

#include "steering/affinity.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static size_t bytes_of(uint32_t size)
{
	return sizeof(struct affinity) + size * sizeof(struct affinity_bucket);
}

struct affinity *affinity_new(uint32_t size)
{
	struct affinity *affinity = calloc(1, bytes_of(size));

	if (affinity)
		affinity->size = size;
	return affinity;
}

void affinity_free(struct affinity *affinity)
{
	free(affinity);
}

struct affinity *affinity_copy(const struct affinity *from)
{
	struct affinity *copy = malloc(bytes_of(from->size));

	if (copy)
		memcpy(copy, from, bytes_of(from->size));
	return copy;
}

static void set_moving(struct affinity *affinity,
		       struct affinity_bucket *bucket, bool moving)
{
	affinity->moving += moving - bucket->moving;
	bucket->moving = moving;
	if (!moving)
		bucket->previous = HG_NEXTHOP_NONE;
}

static void set_tracked(struct affinity *affinity,
			struct affinity_bucket *bucket, bool tracked)
{
	affinity->tracked += tracked - bucket->tracked;
	bucket->tracked = tracked;
}

static void begin_window(struct affinity *affinity,
			 struct affinity_bucket *bucket, uint16_t previous)
{
	set_moving(affinity, bucket, true);
	set_tracked(affinity, bucket, true);
	bucket->previous = previous & AFFINITY_SLOT_MASK;
}

static void extend(struct affinity_bucket *bucket, uint32_t until_s)
{
	if (until_s > AFFINITY_NEVER)
		until_s = AFFINITY_NEVER;
	if (bucket->until_s < until_s)
		bucket->until_s = until_s;
}

void affinity_place(struct affinity *affinity, uint32_t bucket, uint16_t slot)
{
	assert(!affinity->buckets[bucket].moving);
	affinity->buckets[bucket].current = slot & AFFINITY_SLOT_MASK;
}

void affinity_adopt(struct affinity *affinity, uint32_t bucket,
		    struct hg_bucket word, uint16_t previous, uint32_t until_s)
{
	struct affinity_bucket *b = &affinity->buckets[bucket];

	set_tracked(affinity, b, word.tracked || word.moving);
	if (!word.moving || previous == HG_NEXTHOP_NONE)
		return;
	begin_window(affinity, b, previous);
	extend(b, until_s);
}

void affinity_move(struct affinity *affinity, uint32_t bucket, uint16_t slot,
		   uint16_t backup, const struct affinity_terms *terms)
{
	struct affinity_bucket *b = &affinity->buckets[bucket];
	uint16_t previous;
	bool foreseen;

	if (b->moving && terms->slots[b->previous] == AFFINITY_DEAD)
		set_moving(affinity, b, false);
	if (!b->moving && terms->slots[b->current] == AFFINITY_DEAD)
		b->current = backup & AFFINITY_SLOT_MASK;
	if (slot == b->current)
		return;
	previous = b->moving ? b->previous : b->current;
	foreseen = previous == b->current;
	b->current = slot & AFFINITY_SLOT_MASK;
	if (previous == slot || terms->slots[previous] == AFFINITY_DEAD) {
		set_moving(affinity, b, false);
		return;
	}
	if (!b->moving || foreseen)
		b->until_s = 0;
	begin_window(affinity, b, previous);
	extend(b, terms->until_s);
	extend(b, terms->slots[previous]);
}

/* The window is over, or begins anew if a move is foreseen. */
static void end_window(struct affinity *affinity,
		       struct affinity_bucket *bucket)
{
	set_moving(affinity, bucket, false);
	if (!bucket->foreseen || bucket->current == HG_NEXTHOP_NONE)
		return;
	begin_window(affinity, bucket, bucket->current);
	bucket->until_s = AFFINITY_NEVER;
}

void affinity_foresee(struct affinity *affinity, uint32_t bucket, bool foreseen)
{
	struct affinity_bucket *b = &affinity->buckets[bucket];

	b->foreseen = foreseen;
	if (!b->moving || b->previous == b->current)
		end_window(affinity, b);
}

uint32_t affinity_expire(struct affinity *affinity, uint32_t now_s)
{
	uint32_t ended = 0;

	for (uint32_t i = 0; i < affinity->size && affinity->moving; i++) {
		struct affinity_bucket *b = &affinity->buckets[i];

		if (b->moving && b->until_s <= now_s) {
			end_window(affinity, b);
			ended++;
		}
	}
	return ended;
}

/* The previous died: no flow can go on there, nor come back to it. */
static void forget_previous(struct affinity *affinity,
			    struct affinity_bucket *b)
{
	uint16_t previous = b->previous;

	set_moving(affinity, b, false);
	if (b->current != previous)
		end_window(affinity, b);
}

uint32_t affinity_shorten(struct affinity *affinity, const uint32_t *latest)
{
	uint32_t ended = 0;

	for (uint32_t i = 0; i < affinity->size && affinity->moving; i++) {
		struct affinity_bucket *b = &affinity->buckets[i];
		uint32_t until_s = b->moving ? latest[b->previous] :
					       (uint32_t)AFFINITY_KEEP;

		if (until_s == AFFINITY_DEAD) {
			forget_previous(affinity, b);
			ended++;
		} else if (until_s != AFFINITY_KEEP && b->until_s > until_s) {
			b->until_s = until_s;
		}
	}
	return ended;
}

void affinity_extend(struct affinity *affinity, uint32_t until_s)
{
	for (uint32_t i = 0; i < affinity->size; i++)
		if (affinity->buckets[i].moving)
			extend(&affinity->buckets[i], until_s);
}

uint32_t affinity_next_s(const struct affinity *affinity)
{
	uint32_t next_s = AFFINITY_NEVER;

	for (uint32_t i = 0; i < affinity->size; i++) {
		const struct affinity_bucket *b = &affinity->buckets[i];

		if (b->moving && b->until_s < next_s)
			next_s = b->until_s;
	}
	return next_s;
}

uint32_t affinity_last_s(const struct affinity *affinity)
{
	uint32_t last_s = 0;

	for (uint32_t i = 0; i < affinity->size; i++) {
		const struct affinity_bucket *b = &affinity->buckets[i];

		if (b->moving && b->previous != b->current &&
		    b->until_s > last_s)
			last_s = b->until_s;
	}
	return last_s;
}

uint32_t affinity_count_from(const struct affinity *affinity, uint16_t slot)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < affinity->size; i++)
		count += affinity->buckets[i].moving &&
			 affinity->buckets[i].previous == slot;
	return count;
}

void affinity_untrack(struct affinity *affinity, uint32_t bucket)
{
	struct affinity_bucket *b = &affinity->buckets[bucket];

	if (!b->moving)
		set_tracked(affinity, b, false);
}

void affinity_begin_sweep(struct affinity *affinity)
{
	for (uint32_t i = 0; i < affinity->size; i++)
		affinity->buckets[i].recorded = false;
}

void affinity_note_record(struct affinity *affinity, uint32_t bucket)
{
	affinity->buckets[bucket].recorded = true;
}

uint32_t affinity_end_sweep(struct affinity *affinity)
{
	uint32_t before = affinity->tracked;

	for (uint32_t i = 0; i < affinity->size; i++)
		if (!affinity->buckets[i].recorded)
			affinity_untrack(affinity, i);
	return before - affinity->tracked;
}

void affinity_track_as(struct affinity *affinity, const struct affinity *from)
{
	assert(affinity->size == from->size);
	for (uint32_t i = 0; i < affinity->size; i++)
		if (from->buckets[i].tracked)
			set_tracked(affinity, &affinity->buckets[i], true);
}

struct hg_bucket affinity_word(const struct affinity *affinity, uint32_t bucket,
			       uint16_t backup)
{
	const struct affinity_bucket *b = &affinity->buckets[bucket];

	return (struct hg_bucket){
		.current = b->current,
		.backup = backup,
		.moving = b->moving,
		.tracked = b->tracked,
	};
}
