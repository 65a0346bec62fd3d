// SPDX-License-Identifier: BSD-2-Clause
/* Groups of equal sets and their bucket tables. See group.h. */

#include "steering/group.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "steering/identity.h"
#include "steering/ranking.h"
#include "steering/window.h"

int group_table_init(struct group_table *table,
		     const struct steering_options *options,
		     const struct steering_sink *sink,
		     struct nexthop_slots *nexthops)
{
	*table = (struct group_table){
		.options = options,
		.sink = sink,
		.nexthops = nexthops,
		.groups = calloc(options->group_count, sizeof(*table->groups)),
		.buckets = calloc(options->table_size, sizeof(*table->buckets)),
		.previous =
			calloc(options->table_size, sizeof(*table->previous)),
		.terms = calloc(HG_MAX_NEXTHOPS, sizeof(*table->terms)),
		.last = options->group_count - 1,
		.free_count = options->group_count,
	};
	return table->groups && table->buckets && table->previous &&
			       table->terms ?
		       0 :
		       -ENOMEM;
}

/* Free all but the set, which the caller releases. */
static void free_group(struct steering_group *group)
{
	if (!group)
		return;
	free(group->slots);
	free(group->buckets);
	free(group->owners);
	free(group->backups);
	free(group->next_owners);
	ranking_free(group->ranking);
	free(group);
}

void group_table_free(struct group_table *table)
{
	for (uint32_t i = 0; table->groups && i < table->options->group_count;
	     i++)
		if (table->groups[i])
			group_remove(table, table->groups[i]);
	free(table->groups);
	free(table->buckets);
	free(table->previous);
	free(table->terms);
}

/*
 * Take the free index that was released longest ago: a packet in flight may
 * still read the table of a group that was just released.
 */
static uint32_t take_index(struct group_table *table)
{
	uint32_t count = table->options->group_count;
	uint32_t index = table->last;

	assert(table->free_count);
	do
		index = (index + 1) % count;
	while (table->groups[index]);
	table->last = index;
	table->free_count--;
	return index;
}

static enum nexthop_use use_of(const struct member *member)
{
	return member->weight ? NEXTHOP_OWNER : NEXTHOP_LISTED;
}

static void release_slots(struct group_table *table, struct slot **slots,
			  const struct steering_set *set)
{
	for (size_t i = 0; slots && i < set->count; i++)
		if (slots[i])
			nexthop_slots_release(table->nexthops, slots[i],
					      use_of(&set->members[i]));
	free(slots);
}

static struct slot **acquire_slots(struct group_table *table,
				   const struct steering_set *set, int *error)
{
	struct slot **slots = calloc(set->count, sizeof(*slots));

	*error = slots ? 0 : -ENOMEM;
	for (size_t i = 0; slots && i < set->count; i++) {
		slots[i] = nexthop_slots_acquire(table->nexthops,
						 &set->members[i].address,
						 use_of(&set->members[i]));
		if (slots[i])
			continue;
		*error = -ENOSPC;
		release_slots(table, slots, set);
		return NULL;
	}
	return slots;
}

/* ------------------------------------------------------------- builds */

static struct member *identities_of(const struct steering_set *set)
{
	struct member *identities = calloc(set->count, sizeof(*identities));

	if (!identities ||
	    !identity_of_members(set->members, set->count, identities))
		return identities;
	free(identities);
	return NULL;
}

/* Free all but the slots and the set, which the caller releases. */
static void free_build(struct group_build *build)
{
	assignment_free(build->next_assignment);
	ranking_free(build->next_ranking);
	assignment_free(build->assignment);
	ranking_free(build->ranking);
	free(build);
}

/* A variant has the table of its set's group. */
static struct ranking *ranking_of(const struct steering_group *group)
{
	return group->ranking ? group->ranking : group->set->group->ranking;
}

static int start_ranking(const struct group_table *table,
			 struct group_build *build,
			 const struct steering_group *base)
{
	const struct steering_options *options = table->options;
	struct member *identities = identities_of(build->set);
	int error = -ENOMEM;

	if (identities)
		error = ranking_start(identities, build->set->count,
				      options->seed, options->table_size,
				      base ? ranking_of(base) : NULL,
				      &build->ranking);
	if (!error)
		error = assignment_start(build->ranking, &build->assignment);
	free(identities);
	return error;
}

/*
 * Start the table after the change that the set foresees. Without memory flows
 * are recorded when it comes; a change that leaves no member is none.
 */
static void start_next(struct group_build *build)
{
	const struct steering_set *set = build->set;
	const struct ranking *now = build->ranking;
	struct member *identities = identities_of(set);

	for (size_t i = 0; identities && i < set->count; i++)
		identities[i].weight = identities[i].next_weight;
	if (identities &&
	    !ranking_start(identities, set->count, now->seed, now->size, now,
			   &build->next_ranking) &&
	    assignment_start(build->next_ranking, &build->next_assignment)) {
		ranking_free(build->next_ranking);
		build->next_ranking = NULL;
	}
	free(identities);
}

int group_build_start(struct group_table *table, struct steering_set *set,
		      struct steering_group *in_place,
		      const struct steering_group *base,
		      struct group_build **out)
{
	struct group_build *build = calloc(1, sizeof(*build));
	int error = -ENOMEM;

	if (!build)
		return error;
	build->set = set;
	build->in_place = in_place;
	build->slots = acquire_slots(table, set, &error);
	if (!error)
		error = start_ranking(table, build, base);
	if (error) {
		release_slots(table, build->slots, set);
		free_build(build);
		return error;
	}
	set->references++;
	if (!in_place)
		build->index = take_index(table);
	*out = build;
	return 0;
}

uint64_t group_build_step(struct group_build *build, uint64_t scores)
{
	if (!ranking_is_done(build->ranking)) {
		uint64_t used = ranking_step(build->ranking, scores);

		if (ranking_is_done(build->ranking) && build->set->foresees)
			start_next(build);
		return used;
	}
	if (!assignment_is_done(build->assignment))
		return assignment_step(build->assignment, scores);
	if (!ranking_is_done(build->next_ranking))
		return ranking_step(build->next_ranking, scores);
	return assignment_step(build->next_assignment, scores);
}

bool group_build_is_done(const struct group_build *build)
{
	return ranking_is_done(build->ranking) &&
	       assignment_is_done(build->assignment) &&
	       (!build->next_assignment ||
		assignment_is_done(build->next_assignment));
}

void group_build_cancel(struct group_table *table, struct group_build *build)
{
	if (!build)
		return;
	if (!build->in_place)
		table->free_count++;
	release_slots(table, build->slots, build->set);
	set_release(build->set);
	free_build(build);
}

/* Make a group without slots, for an index. */
static struct steering_group *new_group(const struct group_table *table,
					struct steering_set *set,
					uint32_t index)
{
	uint32_t size = table->options->table_size;
	struct steering_group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	TAILQ_INIT(&group->vips);
	group->index = index;
	group->set = set;
	group->count = set->count;
	group->members = set->members;
	group->fit = fit_of(group->members, group->count, size);
	group->buckets = calloc(group->count, sizeof(*group->buckets));
	group->owners = calloc(size, sizeof(*group->owners));
	group->backups = calloc(size, sizeof(*group->backups));
	if (!group->buckets || !group->owners || !group->backups) {
		free_group(group);
		return NULL;
	}
	return group;
}

/* Move the build's contents into a group; the build keeps set and index. */
static struct steering_group *make_group(const struct group_table *table,
					 struct group_build *build)
{
	struct steering_group *group = new_group(
		table, build->set,
		build->in_place ? build->in_place->index : build->index);

	if (!group)
		return NULL;
	group->slots = build->slots;
	group->ranking = build->ranking;
	build->slots = NULL;
	build->ranking = NULL;
	return group;
}

/* ------------------------------------------------------------- of one set */

/* The set's first group is its main one, the others are variants. */
static void attach_group(struct steering_group *group)
{
	struct steering_set *set = group->set;

	if (set->group)
		LIST_INSERT_HEAD(&set->variants, group, variant_link);
	else
		set->group = group;
}

void group_make_main(struct steering_group *group)
{
	struct steering_set *set = group->set;
	struct steering_group *main = set->group;

	if (main == group)
		return;
	LIST_REMOVE(group, variant_link);
	group->ranking = main->ranking;
	group->next_owners = main->next_owners;
	main->ranking = NULL;
	main->next_owners = NULL;
	LIST_INSERT_HEAD(&set->variants, main, variant_link);
	set->group = group;
}

/* The set gets another main group, if there is one. */
static void detach_group(struct steering_group *group)
{
	struct steering_set *set = group->set;

	if (set->group == group && !LIST_EMPTY(&set->variants))
		group_make_main(LIST_FIRST(&set->variants));
	if (set->group == group)
		set->group = NULL;
	else
		LIST_REMOVE(group, variant_link);
}

/* ------------------------------------------------------------- the end */

/* Give the contents of `from` to the group that stays where it is. */
static void replace_contents(struct group_table *table,
			     struct steering_group *group,
			     struct steering_group *from)
{
	struct steering_group old;

	detach_group(group);
	old = *group;
	*group = *from;
	group->references = old.references;
	TAILQ_INIT(&group->vips);
	TAILQ_CONCAT(&group->vips, &old.vips, group_link);
	release_slots(table, old.slots, old.set);
	set_release(old.set);
	window_free(table, &old);
	*from = (struct steering_group){ .buckets = old.buckets,
					 .owners = old.owners,
					 .backups = old.backups,
					 .next_owners = old.next_owners,
					 .ranking = old.ranking };
	free_group(from);
}

static const struct member *lightest_member(const struct steering_group *group)
{
	const struct member *lightest = NULL;

	for (size_t i = 0; i < group->count; i++) {
		const struct member *member = &group->members[i];

		if (member->weight &&
		    (!lightest || member->weight < lightest->weight))
			lightest = member;
	}
	return lightest;
}

/* Warn about what did not fit less well before. */
static void tell_fit(const struct group_table *table,
		     const struct steering_group *group,
		     const struct fit *before)
{
	uint64_t total = fit_total_weight(group->members, group->count);
	uint32_t size = table->options->table_size;
	const struct member *lightest = lightest_member(group);
	if (group->fit.light > before->light)
		log_event(EVENT_SHARES_UNEVEN,
			  &(struct event_objects){ .nexthop =
							   &lightest->address },
			  "weight %u of %llu is less than one of %u "
			  "buckets, and so are the shares of %u of %zu next "
			  "hops: each has one bucket, more than its share; "
			  "raise --table-size or the weights",
			  lightest->weight, (unsigned long long)total, size,
			  group->fit.light, group->count);
	if (group->fit.crowded && !before->crowded)
		log_event(EVENT_SHARES_UNEVEN, NULL,
			  "group %u: %u buckets for %zu next hops, fewer "
			  "than %d for each: shares are uneven; raise "
			  "--table-size",
			  group->index, size, group->count, FIT_MIN_BUCKETS);
}

static void count_buckets(struct steering_group *group, uint32_t size)
{
	for (uint32_t b = 0; b < size; b++)
		group->buckets[group->owners[b]]++;
}

/* Let the group know its owners after the change that its set foresees. */
static void fill_next_owners(struct steering_group *group,
			     struct group_build *build)
{
	if (!build->next_assignment)
		return;
	group->next_owners =
		calloc(group->ranking->size, sizeof(*group->next_owners));
	if (group->next_owners)
		assignment_finish(build->next_assignment, group->next_owners,
				  NULL);
}

/* Fill in the group's table and write it, with windows for VIPs of `from`. */
static int fill_group(struct group_table *table, struct group_build *build,
		      struct steering_group *group,
		      const struct steering_group *from)
{
	int error = assignment_finish(build->assignment, group->owners,
				      group->backups);

	if (error)
		return error;
	fill_next_owners(group, build);
	count_buckets(group, table->options->table_size);
	window_open(table, group, from);
	return window_write(table, group);
}

/* Undo a build whose table could not be written. */
static void drop_build(struct group_table *table, struct group_build *build,
		       struct steering_group *group)
{
	if (group) {
		build->slots = group->slots;
		group->slots = NULL;
		window_free(table, group);
		free_group(group);
	}
	group_build_cancel(table, build);
}

/* Let a written group be in the table, or take the place of another one. */
static struct steering_group *place_group(struct group_table *table,
					  struct steering_group *group,
					  struct steering_group *in_place)
{
	if (in_place)
		replace_contents(table, in_place, group);
	else
		table->groups[group->index] = group;
	if (in_place)
		group = in_place;
	attach_group(group);
	return group;
}

struct steering_group *group_build_finish(struct group_table *table,
					  struct group_build *build,
					  const struct steering_group *from,
					  int *error)
{
	struct steering_group *group = make_group(table, build);
	struct steering_group *in_place = build->in_place;

	if (in_place)
		from = in_place;
	*error = group ? fill_group(table, build, group, from) : -ENOMEM;
	if (*error) {
		drop_build(table, build, group);
		return NULL;
	}
	group->shared = build->shared;
	tell_fit(table, group, in_place ? &in_place->fit : &(struct fit){ 0 });
	group = place_group(table, group, in_place);
	free_build(build);
	return group;
}

/* Copy the table of the set's main group, and write it for VIPs of `from`. */
static int fill_variant(struct group_table *table, struct steering_group *group,
			const struct steering_group *from)
{
	const struct steering_group *main = group->set->group;
	uint32_t size = table->options->table_size;
	int error;

	group->slots = acquire_slots(table, group->set, &error);
	if (error)
		return error;
	memcpy(group->owners, main->owners, size * sizeof(*group->owners));
	memcpy(group->backups, main->backups, size * sizeof(*group->backups));
	memcpy(group->buckets, main->buckets,
	       group->count * sizeof(*group->buckets));
	window_open(table, group, from);
	return window_write(table, group);
}

struct steering_group *group_make_variant(struct group_table *table,
					  struct steering_set *set,
					  struct steering_group *from,
					  bool in_place, int *error)
{
	uint32_t index = in_place ? from->index : take_index(table);
	struct steering_group *group = new_group(table, set, index);

	*error = group ? fill_variant(table, group, from) : -ENOMEM;
	if (!*error) {
		set->references++;
		return place_group(table, group, in_place ? from : NULL);
	}
	if (!in_place)
		table->free_count++;
	if (group) {
		window_free(table, group);
		release_slots(table, group->slots, set);
		group->slots = NULL;
	}
	free_group(group);
	return NULL;
}

struct steering_group *group_adopt(struct group_table *table,
				   struct steering_set *set, uint32_t index,
				   const uint16_t *owners,
				   const uint16_t *backups)
{
	struct steering_group *group = new_group(table, set, index);
	uint32_t size = table->options->table_size;
	int error;

	if (!group)
		return NULL;
	group->slots = acquire_slots(table, set, &error);
	if (!group->slots) {
		free_group(group);
		return NULL;
	}
	memcpy(group->owners, owners, size * sizeof(*owners));
	memcpy(group->backups, backups, size * sizeof(*backups));
	for (uint32_t b = 0; b < size; b++)
		if (owners[b] != ASSIGN_NONE)
			group->buckets[owners[b]]++;
	group->contents = ++table->contents;
	group->changed = true;
	set->references++;
	table->free_count--;
	return place_group(table, group, NULL);
}

void group_remove(struct group_table *table, struct steering_group *group)
{
	release_slots(table, group->slots, group->set);
	group->slots = NULL;
	window_free(table, group);
	table->groups[group->index] = NULL;
	table->free_count++;
	detach_group(group);
	set_release(group->set);
	free_group(group);
}

uint64_t steering_digest(const struct steering_group *group)
{
	struct member *identities = identities_of(group->set);
	uint64_t digest = 0;

	/* A table of a previous run has no ranking. */
	if (identities && ranking_of(group))
		digest = assign_digest(identities, group->owners,
				       ranking_of(group)->size);
	free(identities);
	return digest;
}

bool group_is_safe(const struct group_table *table,
		   const struct steering_group *group,
		   const struct steering_set *set)
{
	bool any = false;
	size_t place = 0;

	for (size_t i = 0; i < group->count; i++) {
		if (!nexthop_slots_is_alive(table->nexthops, group->slots[i]))
			continue;
		if (!set_walk(set, &place, &group->members[i].address))
			return false;
		any = true;
	}
	return any;
}
