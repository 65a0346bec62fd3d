// SPDX-License-Identifier: BSD-2-Clause
/* Groups of equal sets and their bucket tables. See group.h. */

#include "steering/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steering/identity.h"
#include "steering/ranking.h"

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
		.last = options->group_count - 1,
	};
	return table->groups && table->buckets ? 0 : -ENOMEM;
}

static void group_free(struct steering_group *group)
{
	if (!group)
		return;
	free(group->members);
	free(group->slots);
	free(group->buckets);
	free(group->owners);
	free(group->backups);
	ranking_free(group->ranking);
	free(group);
}

void group_table_free(struct group_table *table)
{
	for (uint32_t i = 0; table->groups && i < table->options->group_count;
	     i++)
		group_free(table->groups[i]);
	free(table->groups);
	free(table->buckets);
}

static struct steering_group *group_new(const struct member *members,
					size_t count, uint32_t size)
{
	struct steering_group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	group->count = count;
	group->members = calloc(count, sizeof(*group->members));
	group->slots = calloc(count, sizeof(*group->slots));
	group->buckets = calloc(count, sizeof(*group->buckets));
	group->owners = calloc(size, sizeof(*group->owners));
	group->backups = calloc(size, sizeof(*group->backups));
	if (!group->members || !group->slots || !group->buckets ||
	    !group->owners || !group->backups) {
		group_free(group);
		return NULL;
	}
	memcpy(group->members, members, count * sizeof(*members));
	return group;
}

static bool has_members(const struct steering_group *group,
			const struct member *members, size_t count)
{
	if (!group || group->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (group->members[i].weight != members[i].weight ||
		    !address_equal(&group->members[i].address,
				   &members[i].address))
			return false;
	return true;
}

/*
 * Take the free index that was released longest ago: a packet in flight may
 * still read the table of a group that was just released.
 */
static int take_index(struct group_table *table, uint32_t *index)
{
	uint32_t count = table->options->group_count;

	for (uint32_t i = 1; i <= count; i++) {
		uint32_t candidate = (table->last + i) % count;

		if (!table->groups[candidate]) {
			table->last = candidate;
			*index = candidate;
			return 0;
		}
	}
	return -ENOSPC;
}

static void release_slots(struct group_table *table,
			  struct steering_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->slots[i])
			slot_release(&table->nexthops->table, group->slots[i]);
}

static int acquire_slots(struct group_table *table,
			 struct steering_group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		group->slots[i] = nexthop_slots_acquire(
			table->nexthops, &group->members[i].address);
		if (!group->slots[i])
			return -ENOSPC;
	}
	return 0;
}

static uint16_t slot_index(const struct steering_group *group, uint16_t member)
{
	return member == ASSIGN_NONE ? HG_NEXTHOP_NONE :
				       (uint16_t)group->slots[member]->index;
}

/* Compute owners and backups: a function of the identities. */
static int assign_identities(const struct steering_options *options,
			     struct steering_group *group,
			     const struct member *identities,
			     const struct steering_group *base)
{
	int error = ranking_new(identities, group->count, options->seed,
				options->table_size,
				base ? base->ranking : NULL, &group->ranking);

	if (!error)
		error = assign_from_ranking(group->ranking, group->owners,
					    group->backups);
	return error;
}

static struct member *identities_of(const struct steering_group *group)
{
	struct member *identities = calloc(group->count, sizeof(*identities));

	if (!identities ||
	    !identity_of_members(group->members, group->count, identities))
		return identities;
	free(identities);
	return NULL;
}

static int compute_table(const struct steering_options *options,
			 struct steering_group *group,
			 const struct steering_group *base)
{
	struct member *identities = identities_of(group);
	int error = -ENOMEM;

	if (identities)
		error = assign_identities(options, group, identities, base);
	free(identities);
	return error;
}

uint64_t steering_digest(const struct steering_group *group)
{
	struct member *identities = identities_of(group);
	uint64_t digest = 0;

	if (identities)
		digest = assign_digest(identities, group->owners,
				       group->ranking->size);
	free(identities);
	return digest;
}

/* Count each member's buckets and write the group's table. */
static int write_table(const struct group_table *table,
		       struct steering_group *group)
{
	const struct steering_sink *sink = table->sink;
	uint32_t size = table->options->table_size;

	for (uint32_t b = 0; b < size; b++) {
		table->buckets[b] = (struct hg_bucket){
			.current = slot_index(group, group->owners[b]),
			.backup = slot_index(group, group->backups[b]),
		};
		group->buckets[group->owners[b]]++;
	}
	return sink->set_buckets(sink->datapath, group->index * size,
				 table->buckets, size);
}

int group_acquire(struct group_table *table, const struct member *members,
		  size_t count, const struct steering_group *base,
		  struct steering_group **out)
{
	struct steering_group *group;
	int error;

	for (uint32_t i = 0; i < table->options->group_count; i++) {
		if (has_members(table->groups[i], members, count)) {
			table->groups[i]->references++;
			*out = table->groups[i];
			return 0;
		}
	}
	group = group_new(members, count, table->options->table_size);
	if (!group)
		return -ENOMEM;
	error = take_index(table, &group->index);
	if (!error)
		error = acquire_slots(table, group);
	if (!error)
		error = compute_table(table->options, group, base);
	if (!error)
		error = write_table(table, group);
	if (error) {
		release_slots(table, group);
		group_free(group);
		return error;
	}
	group->references = 1;
	table->groups[group->index] = group;
	*out = group;
	return 0;
}

void group_release(struct group_table *table, struct steering_group *group)
{
	if (!group || --group->references)
		return;
	release_slots(table, group);
	table->groups[group->index] = NULL;
	group_free(group);
}
