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

/*
 * Return the end of a window that opens now. A VIP that is young has no old flows:
 * its first server must not keep all flows of unknown age.
 */
static uint32_t window_end(const struct group_table *table,
			   const struct steering_group *group)
{
	uint32_t since_s = group->since_s > table->published_s ?
				   group->since_s :
				   table->published_s;
	uint32_t age_s = table->now_s - since_s;
	uint32_t window_s = group->set->window_s;

	if (age_s < STEERING_MIN_WINDOW_S)
		age_s = STEERING_MIN_WINDOW_S;
	/* One second more, as the time is cut off to seconds. */
	return table->now_s + (window_s < age_s ? window_s : age_s) + 1;
}

static uint16_t slot_of(const struct steering_group *group, uint16_t member)
{
	return member == ASSIGN_NONE ? HG_NEXTHOP_NONE :
				       (uint16_t)group->slots[member]->index;
}

/* ------------------------------------------------------------- writing */

struct hg_bucket window_word(const struct steering_group *group,
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
		table->buckets[b] = window_word(group, b);
	return error ? error :
		       sink->set_buckets(sink->datapath, group->index * size,
					 table->buckets, size);
}

/* ------------------------------------------------------------- held slots */

static void release_held(struct group_table *table, struct steering_hold *held,
			 size_t count)
{
	for (size_t i = 0; i < count; i++)
		nexthop_slots_release(table->nexthops, held[i].slot,
				      NEXTHOP_WINDOW);
	free(held);
}

static bool is_owner(const struct steering_set *set, const struct slot *slot)
{
	const struct member *member = set_find(set, &slot->node.prefix.address);

	return member && member->weight;
}

/* Hold a slot until then, at least. */
static void want_held(struct group_table *table, uint32_t slot,
		      uint32_t until_s)
{
	if (table->terms[slot] < until_s)
		table->terms[slot] = until_s;
}

/* Go on to hold what `from` holds, but for those that are in the set again. */
static void want_still_held(struct group_table *table,
			    const struct steering_group *group,
			    const struct steering_group *from)
{
	for (size_t i = 0; i < from->held_count; i++) {
		const struct steering_hold *hold = &from->held[i];

		if (hold->until_s > table->now_s &&
		    !is_owner(group->set, hold->slot) &&
		    nexthop_slots_is_alive(table->nexthops, hold->slot))
			want_held(table, hold->slot->index, hold->until_s);
	}
}

/* Hold the previous of each bucket. */
static void want_previous_held(struct group_table *table,
			       const struct affinity *affinity)
{
	for (uint32_t b = 0; affinity && b < affinity->size; b++)
		if (affinity->buckets[b].moving)
			want_held(table, affinity->buckets[b].previous,
				  affinity->buckets[b].until_s);
}

/* Hold what was wanted, and nothing else. False: out of memory. */
static bool replace_held(struct group_table *table,
			 struct steering_group *group)
{
	struct steering_hold *held;
	size_t count = 0;

	for (uint32_t i = 0; i < HG_MAX_NEXTHOPS; i++)
		count += table->terms[i] != 0;
	held = calloc(count + 1, sizeof(*held));
	if (!held)
		return false;
	count = 0;
	for (uint32_t i = 0; i < HG_MAX_NEXTHOPS; i++) {
		if (!table->terms[i])
			continue;
		held[count] = (struct steering_hold){
			.slot = nexthop_slots_at(table->nexthops, i),
			.until_s = table->terms[i],
		};
		nexthop_slots_hold(table->nexthops, held[count++].slot,
				   NEXTHOP_WINDOW);
	}
	release_held(table, group->held, group->held_count);
	group->held = held;
	group->held_count = count;
	table->holds_changed = true;
	return true;
}

static void clear_terms(struct group_table *table)
{
	memset(table->terms, 0, HG_MAX_NEXTHOPS * sizeof(*table->terms));
}

static void set_end(struct steering_group *group)
{
	group->ends_s = group->affinity ? affinity_next_s(group->affinity) :
					  (uint32_t)AFFINITY_NEVER;
	for (size_t i = 0; i < group->held_count; i++)
		if (group->held[i].until_s < group->ends_s)
			group->ends_s = group->held[i].until_s;
}

static void keep_all_ends(struct group_table *table)
{
	for (uint32_t i = 0; i < HG_MAX_NEXTHOPS; i++)
		table->terms[i] = AFFINITY_KEEP;
}

/* Without a mark the buckets are those of the set. */
static void free_unused(struct steering_group *group)
{
	if (!group->affinity || group->affinity->moving ||
	    group->affinity->tracked)
		return;
	affinity_free(group->affinity);
	group->affinity = NULL;
}

/* The windows changed: number the contents, and hold what they need. */
static void renew(struct group_table *table, struct steering_group *group)
{
	want_still_held(table, group, group);
	want_previous_held(table, group->affinity);
	if (!replace_held(table, group))
		table->unwindowed++; /* what is held is more than needed */
	group->contents = ++table->contents;
	group->marks = group->contents;
	group->changed = true;
	free_unused(group);
	set_end(group);
}

void window_free(struct group_table *table, struct steering_group *group)
{
	affinity_free(group->affinity);
	group->affinity = NULL;
	release_held(table, group->held, group->held_count);
	group->held = NULL;
	group->held_count = 0;
	table->holds_changed = true;
}

void window_note_holds(struct group_table *table)
{
	struct nexthop_slots *nexthops = table->nexthops;

	if (!table->holds_changed)
		return;
	clear_terms(table);
	for (uint32_t i = 0; i < table->options->group_count; i++) {
		const struct steering_group *group = table->groups[i];

		for (size_t h = 0; group && h < group->held_count; h++)
			want_held(table, group->held[h].slot->index,
				  group->held[h].until_s);
	}
	for (uint32_t i = 0; i < HG_MAX_NEXTHOPS; i++)
		nexthop_slots_note_held(nexthops, i, table->terms[i]);
	table->holds_changed = false;
}

/* Hold next hops that may have flows by records only. */
static void want_recorded_held(struct group_table *table,
			       const struct steering_group *group)
{
	const struct nexthop_slots *nexthops = table->nexthops;

	for (uint32_t i = 0; i < HG_MAX_NEXTHOPS; i++) {
		const struct hg_nexthop *value = &nexthops->values[i];

		if (value->alive && value->held_until_s > table->now_s &&
		    !is_owner(group->set, nexthop_slots_at(nexthops, i)))
			want_held(table, i, value->held_until_s);
	}
}

void window_adopt(struct group_table *table, struct steering_group *group,
		  struct affinity *affinity)
{
	group->affinity = affinity;
	clear_terms(table);
	want_recorded_held(table, group);
	renew(table, group);
	table->windows_open = true;
}

/* ------------------------------------------------------------- opening */

/*
 * Return until when flows may stay on a member that leaves, AFFINITY_DEAD, or
 * AFFINITY_KEEP if it does not leave.
 */
static uint32_t term_of(const struct group_table *table,
			const struct steering_group *from,
			const struct steering_set *to, const struct slot *slot)
{
	const struct nexthop_slots *nexthops = table->nexthops;

	if (!nexthop_slots_is_alive(nexthops, slot))
		return AFFINITY_DEAD;
	if (is_owner(to, slot) || !is_owner(from->set, slot))
		return AFFINITY_KEEP;
	if (nexthops->states[slot->index].lost)
		return table->now_s + to->window_s + 1;
	return table->now_s + table->options->drain_max_s + 1;
}

static void fill_terms(struct group_table *table,
		       const struct steering_group *from,
		       const struct steering_set *to)
{
	clear_terms(table);
	for (size_t i = 0; i < from->count; i++)
		table->terms[from->slots[i]->index] =
			term_of(table, from, to, from->slots[i]);
	for (size_t i = 0; i < from->held_count; i++)
		table->terms[from->held[i].slot->index] =
			term_of(table, from, to, from->held[i].slot);
}

/* Hold members that left, with what `from` holds. */
static void hold_leavers(struct group_table *table,
			 struct steering_group *group,
			 const struct steering_group *from)
{
	for (uint32_t i = 0; i < HG_MAX_NEXTHOPS; i++)
		if (table->terms[i] == AFFINITY_KEEP)
			table->terms[i] = 0;
	want_still_held(table, group, from);
	renew(table, group);
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

/* Give the group a state machine, unless it has one. False: out of memory. */
static bool make_affinity(struct group_table *table,
			  struct steering_group *group)
{
	if (!group->affinity)
		group->affinity = buckets_of(table, group);
	table->unwindowed += !group->affinity;
	return group->affinity;
}

/* Let windows on a slot that is held end by then. True if they ended later. */
static bool limit_hold(struct group_table *table, struct steering_hold *hold,
		       uint32_t until_s)
{
	if (hold->until_s <= until_s)
		return false;
	hold->until_s = until_s;
	table->terms[hold->slot->index] = until_s;
	return true;
}

/* One pass over the buckets: thousands of members may be lost at once. */
static void shorten_windows(struct group_table *table,
			    struct steering_group *group)
{
	if (group->affinity)
		affinity_shorten(group->affinity, table->terms);
	set_end(group);
	table->holds_changed = true;
}

/* A window of the VIP from now. */
static uint32_t short_end(const struct group_table *table,
			  const struct steering_group *group)
{
	return table->now_s + group->set->window_s + 1;
}

/* Members that are back need no drain, those whose session ended no long one. */
static void shorten_drains(struct group_table *table,
			   struct steering_group *group)
{
	bool is_shorter = false;

	keep_all_ends(table);
	for (size_t i = 0; i < group->held_count; i++) {
		struct steering_hold *hold = &group->held[i];

		if (is_owner(group->set, hold->slot) ||
		    table->nexthops->states[hold->slot->index].lost)
			is_shorter |= limit_hold(table, hold,
						 short_end(table, group));
	}
	if (is_shorter)
		shorten_windows(table, group);
}

/* Record flows before a change that the set foresees. */
static void foresee_change(struct steering_group *group)
{
	const struct steering_group *main = group->set->group;
	const uint16_t *owners = group->next_owners;
	struct affinity *affinity = group->affinity;

	if (!owners && main)
		owners = main->next_owners;
	for (uint32_t b = 0; b < affinity->size; b++)
		affinity_foresee(affinity, b,
				 owners &&
					 slot_of(group, owners[b]) !=
						 affinity->buckets[b].current);
}

void window_open(struct group_table *table, struct steering_group *group,
		 const struct steering_group *from)
{
	struct affinity_terms terms = { .slots = table->terms };

	group->since_s = from ? from->since_s : table->now_s;
	group->contents = ++table->contents;
	group->marks = group->contents;
	if (!window_is_wanted(table, group->set) ||
	    (!from && !group->set->foresees))
		return;
	if (!from)
		from = group;
	group->affinity = buckets_of(table, from);
	if (!group->affinity) {
		table->unwindowed++;
		return;
	}
	table->windows_open = true;
	group->origin = from->contents;
	group->returns = table->nexthops->returns;
	group->marks_of = from->marks;
	group->extended_s = table->now_s;
	fill_terms(table, from, group->set);
	terms.until_s = window_end(table, group);
	for (uint32_t b = 0; b < group->affinity->size; b++)
		affinity_move(group->affinity, b,
			      slot_of(group, group->owners[b]),
			      slot_of(from, from->backups[b]), &terms);
	foresee_change(group);
	hold_leavers(table, group, from);
	shorten_drains(table, group);
}

void window_return(struct group_table *table, struct steering_group *group)
{
	struct affinity_terms terms = { .slots = table->terms };

	if (!window_is_wanted(table, group->set))
		return;
	if (!make_affinity(table, group))
		return;
	table->windows_open = true;
	group->origin = 0; /* VIPs that come now have flows on other backups */
	fill_terms(table, group, group->set);
	terms.until_s = window_end(table, group);
	for (uint32_t b = 0; b < group->affinity->size; b++)
		affinity_move(group->affinity, b,
			      slot_of(group, group->owners[b]),
			      slot_of(group, group->backups[b]), &terms);
	hold_leavers(table, group, group);
	window_write(table, group);
}

/* ------------------------------------------------------------- changes */

/* Note which of the held slots are dead. True if there are any. */
static bool find_dead(struct group_table *table,
		      const struct steering_group *group)
{
	bool found = false;

	for (size_t i = 0; i < group->held_count; i++) {
		const struct slot *slot = group->held[i].slot;

		if (nexthop_slots_is_alive(table->nexthops, slot))
			continue;
		if (!found)
			keep_all_ends(table);
		table->terms[slot->index] = AFFINITY_DEAD;
		found = true;
	}
	return found;
}

/* End windows: those that are over, and of dead slots. Returns how many. */
static uint32_t end_windows(const struct group_table *table,
			    struct steering_group *group, bool some_dead)
{
	uint32_t ended = affinity_expire(group->affinity, table->now_s);

	if (some_dead)
		ended += affinity_shorten(group->affinity, table->terms);
	return ended;
}

bool window_update(struct group_table *table, struct steering_group *group)
{
	bool some_dead = find_dead(table, group);
	uint32_t ended = 0;

	if (!group->held_count || (table->now_s < group->ends_s && !some_dead))
		return false;
	if (group->affinity)
		ended = end_windows(table, group, some_dead);
	group->origin = 0; /* VIPs that come now would miss what ended */
	if (ended)
		window_write(table, group);
	clear_terms(table);
	renew(table, group);
	return true;
}

/*
 * The holds last as long as the windows: a successor takes the time that is left
 * from them.
 */
static void extend_held(struct group_table *table, struct steering_group *group)
{
	clear_terms(table);
	want_previous_held(table, group->affinity);
	for (size_t i = 0; i < group->held_count; i++) {
		struct steering_hold *hold = &group->held[i];

		if (hold->until_s < table->terms[hold->slot->index])
			hold->until_s = table->terms[hold->slot->index];
	}
	table->holds_changed = true;
}

void window_extend(struct group_table *table, struct steering_group *group)
{
	if (!window_is_open(group) || group->extended_s == table->now_s)
		return;
	group->extended_s = table->now_s;
	affinity_extend(group->affinity, window_end(table, group));
	extend_held(table, group);
	set_end(group);
}

void window_shorten(struct group_table *table, struct steering_group *group,
		    const struct slot *slot)
{
	size_t i = 0;

	while (i < group->held_count && group->held[i].slot != slot)
		i++;
	if (i == group->held_count)
		return;
	keep_all_ends(table);
	if (limit_hold(table, &group->held[i], short_end(table, group)))
		shorten_windows(table, group);
}

/* Hold what the flows of `from` need. */
static void hold_as(struct group_table *table, struct steering_group *group,
		    const struct steering_group *from)
{
	if (!from->held_count)
		return;
	clear_terms(table);
	want_still_held(table, group, from);
	renew(table, group);
	table->windows_open = true;
}

void window_track(struct group_table *table, struct steering_group *group,
		  const struct steering_group *from)
{
	uint32_t before;

	if (group->marks_of == from->marks ||
	    !window_is_wanted(table, group->set))
		return;
	group->marks_of = from->marks;
	hold_as(table, group, from);
	if (!from->affinity || !from->affinity->tracked)
		return;
	if (!make_affinity(table, group))
		return;
	group->changed = true;
	before = group->affinity->tracked;
	affinity_track_as(group->affinity, from->affinity);
	if (group->affinity->tracked == before)
		return;
	group->marks = ++table->contents;
	window_write(table, group);
}

void window_untrack(struct group_table *table, struct steering_group *group)
{
	if (!group->affinity || !affinity_end_sweep(group->affinity))
		return;
	group->origin = 0; /* VIPs that come now may have such records */
	group->marks_of = 0;
	window_write(table, group);
	free_unused(group);
}
