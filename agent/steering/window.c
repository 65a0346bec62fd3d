// SPDX-License-Identifier: BSD-2-Clause
/* Windows of a group. See window.h. */

#include "steering/window.h"

#include <stdlib.h>
#include <string.h>

#include "steering/affinity.h"
#include "steering/group.h"

bool window_is_open(const struct steering_group *group)
{
	return group->affinity && group->affinity->moving;
}

bool window_is_wanted(const struct group_table *table,
		      const struct steering_set *set)
{
	return table->published && set->window_s;
}

static uint16_t slot_of(const struct steering_group *group, uint16_t member)
{
	return member == ASSIGN_NONE ? HG_NEXTHOP_NONE :
				       (uint16_t)group->slots[member]->index;
}

/* ------------------------------------------------------------- writing */

static struct hg_bucket group_word(const struct steering_group *group,
				   uint32_t bucket)
{
	uint16_t backup = slot_of(group, group->backups[bucket]);

	if (group->affinity)
		return affinity_word(group->affinity, bucket, backup);
	return (struct hg_bucket){
		.current = slot_of(group, group->owners[bucket]),
		.backup = backup,
	};
}

/* A previous is written before the mark that lets the program read it. */
static int write_previous(struct group_table *table,
			  const struct steering_group *group)
{
	const struct steering_sink *sink = table->sink;
	uint32_t size = table->options->table_size;

	if (!window_is_open(group))
		return 0;
	for (uint32_t b = 0; b < size; b++)
		table->previous[b] = group->affinity->buckets[b].previous;
	return sink->set_previous(sink->datapath, group->index * size,
				  table->previous, size);
}

int window_write(struct group_table *table, struct steering_group *group)
{
	const struct steering_sink *sink = table->sink;
	uint32_t size = table->options->table_size;
	int error = write_previous(table, group);

	for (uint32_t b = 0; b < size; b++)
		table->buckets[b] = group_word(group, b);
	return error ? error :
		       sink->set_buckets(sink->datapath, group->index * size,
					 table->buckets, size);
}

/* ------------------------------------------------------------- held slots */

static void release_held(struct group_table *table, struct slot **held,
			 size_t count)
{
	for (size_t i = 0; i < count; i++)
		nexthop_slots_release(table->nexthops, held[i], NEXTHOP_WINDOW);
	free(held);
}

/* Mark the previous slots of a group in table->terms. Returns their number. */
static size_t mark_previous(struct group_table *table,
			    const struct affinity *affinity)
{
	size_t count = 0;

	memset(table->terms, 0, HG_MAX_NEXTHOPS * sizeof(*table->terms));
	for (uint32_t b = 0; affinity && b < affinity->size; b++) {
		const struct affinity_bucket *bucket = &affinity->buckets[b];

		if (!bucket->moving || table->terms[bucket->previous])
			continue;
		table->terms[bucket->previous] = 1;
		count++;
	}
	return count;
}

/* Hold what the windows need, and nothing else. False: out of memory. */
static bool update_held(struct group_table *table, struct steering_group *group)
{
	size_t count = mark_previous(table, group->affinity), used = 0;
	struct slot **held = count ? calloc(count, sizeof(*held)) : NULL;

	if (count && !held)
		return false;
	for (uint32_t i = 0; used < count; i++) {
		if (!table->terms[i])
			continue;
		held[used] = nexthop_slots_at(table->nexthops, i);
		nexthop_slots_hold(table->nexthops, held[used++],
				   NEXTHOP_WINDOW);
	}
	release_held(table, group->held, group->held_count);
	group->held = held;
	group->held_count = count;
	return true;
}

void window_free(struct group_table *table, struct steering_group *group)
{
	affinity_free(group->affinity);
	group->affinity = NULL;
	release_held(table, group->held, group->held_count);
	group->held = NULL;
	group->held_count = 0;
}

/* ------------------------------------------------------------- opening */

/* Return until when flows may stay on a slot that a table had. */
static uint32_t term_of(const struct group_table *table,
			const struct steering_group *from,
			const struct steering_set *to, const struct slot *slot)
{
	const struct nexthop_slots *nexthops = table->nexthops;
	const struct address *address = &slot->node.prefix.address;
	const struct member *before = set_find(from->set, address);
	const struct member *after = set_find(to, address);

	if (!nexthop_slots_is_alive(nexthops, slot))
		return AFFINITY_DEAD;
	if ((after && after->weight) || !before || !before->weight ||
	    nexthops->states[slot->index].lost)
		return AFFINITY_KEEP;
	return table->now_s + table->options->drain_max_s;
}

static void fill_terms(struct group_table *table,
		       const struct steering_group *from,
		       const struct steering_set *to)
{
	memset(table->terms, 0, HG_MAX_NEXTHOPS * sizeof(*table->terms));
	for (size_t i = 0; i < from->count; i++)
		table->terms[from->slots[i]->index] =
			term_of(table, from, to, from->slots[i]);
	for (size_t i = 0; i < from->held_count; i++)
		table->terms[from->held[i]->index] =
			term_of(table, from, to, from->held[i]);
}

/* Return the buckets of a group as a state machine, a copy. NULL: no memory. */
static struct affinity *buckets_of(const struct group_table *table,
				   const struct steering_group *group)
{
	struct affinity *affinity;

	if (group->affinity)
		return affinity_copy(group->affinity);
	affinity = affinity_new(table->options->table_size);
	for (uint32_t b = 0; affinity && b < affinity->size; b++)
		affinity_place(affinity, b, slot_of(group, group->owners[b]));
	return affinity;
}

/* Members that are back need no drain, those whose session ended no long one. */
static void shorten_drains(const struct group_table *table,
			   struct steering_group *group)
{
	for (size_t i = 0; i < group->held_count; i++) {
		const struct slot *slot = group->held[i];
		const struct member *member =
			set_find(group->set, &slot->node.prefix.address);

		if ((member && member->weight) ||
		    table->nexthops->states[slot->index].lost)
			window_shorten(table, group, slot);
	}
}

static void renew(struct group_table *table, struct steering_group *group)
{
	struct affinity *affinity = group->affinity;

	group->contents = ++table->contents;
	group->ends_s = affinity_next_s(affinity);
	if (!update_held(table, group))
		table->unwindowed++; /* what is held is more than needed */
	if (!affinity->moving && !affinity->tracked)
		window_free(table, group);
}

void window_open(struct group_table *table, struct steering_group *group,
		 const struct steering_group *from)
{
	const struct affinity_terms terms = {
		.until_s = table->now_s + group->set->window_s,
		.slots = table->terms,
	};

	group->contents = ++table->contents;
	if (!from || !window_is_wanted(table, group->set))
		return;
	group->affinity = buckets_of(table, from);
	if (!group->affinity) {
		table->unwindowed++;
		return;
	}
	table->windows_open = true;
	group->origin = from->contents;
	group->extended_s = table->now_s;
	fill_terms(table, from, group->set);
	for (uint32_t b = 0; b < group->affinity->size; b++)
		affinity_move(group->affinity, b,
			      slot_of(group, group->owners[b]),
			      slot_of(from, from->backups[b]), &terms);
	renew(table, group);
	shorten_drains(table, group);
}

/* ------------------------------------------------------------- changes */

static bool has_dead_previous(const struct group_table *table,
			      const struct steering_group *group)
{
	for (size_t i = 0; i < group->held_count; i++)
		if (!nexthop_slots_is_alive(table->nexthops, group->held[i]))
			return true;
	return false;
}

bool window_update(struct group_table *table, struct steering_group *group)
{
	bool dead = has_dead_previous(table, group);
	uint32_t ended;

	if (!window_is_open(group) || (!dead && table->now_s < group->ends_s))
		return false;
	ended = affinity_expire(group->affinity, table->now_s);
	for (size_t i = 0; dead && i < group->held_count; i++)
		if (!nexthop_slots_is_alive(table->nexthops, group->held[i]))
			ended += affinity_forget(
				group->affinity,
				(uint16_t)group->held[i]->index);
	group->origin = 0; /* VIPs that come now would miss what ended */
	if (ended)
		window_write(table, group);
	renew(table, group);
	return ended;
}

void window_extend(const struct group_table *table,
		   struct steering_group *group)
{
	if (!window_is_open(group) || group->extended_s == table->now_s)
		return;
	group->extended_s = table->now_s;
	affinity_extend(group->affinity, table->now_s + group->set->window_s);
	group->ends_s = affinity_next_s(group->affinity);
}

void window_shorten(const struct group_table *table,
		    struct steering_group *group, const struct slot *slot)
{
	if (!window_is_open(group))
		return;
	affinity_limit(group->affinity, (uint16_t)slot->index,
		       table->now_s + group->set->window_s);
	group->ends_s = affinity_next_s(group->affinity);
}

void window_track(struct group_table *table, struct steering_group *group,
		  const struct steering_group *from)
{
	uint32_t before;

	if (!from->affinity || !from->affinity->tracked)
		return;
	if (!group->affinity) {
		group->affinity = buckets_of(table, group);
		group->ends_s = AFFINITY_NEVER;
	}
	if (!group->affinity) {
		table->unwindowed++;
		return;
	}
	before = group->affinity->tracked;
	affinity_track_as(group->affinity, from->affinity);
	if (group->affinity->tracked != before)
		window_write(table, group);
}
