// SPDX-License-Identifier: BSD-2-Clause
/* Groups of one set, and the end of their windows. See variant.h. */

#include "steering/variant.h"

#include "core/log.h"
#include "steering/affinity.h"
#include "steering/parking.h"
#include "steering/window.h"

enum variant_times {
	PASS_MS = 1000, /* between two looks at all windows */
};

/*
 * True if the table was made from that of `from` as it is now. A next hop that
 * was dead then got no window, so when it is back it has flows to lose.
 */
static bool has_windows_of(const struct steering *steering,
			   const struct steering_group *group,
			   const struct steering_group *from)
{
	return group->origin == from->contents &&
	       group->returns == steering->nexthops.returns;
}

bool variant_fits(const struct steering *steering,
		  const struct steering_group *group,
		  const struct steering_vip *vip)
{
	const struct steering_group *from = vip->group;

	return !from || from == group ||
	       !window_is_wanted(&steering->groups, group->set) ||
	       has_windows_of(steering, group, from) ||
	       (group->set == from->set && !window_is_open(group) &&
		!window_is_open(from));
}

static struct steering_group *find_fitting(const struct steering *steering,
					   const struct steering_vip *vip)
{
	struct steering_group *group;

	if (vip->group && vip->group->set == vip->set)
		return vip->group;
	if (variant_fits(steering, vip->set->group, vip))
		return vip->set->group;
	LIST_FOREACH(group, &vip->set->variants, variant_link)
		if (!group->leaving && variant_fits(steering, group, vip))
			return group;
	return NULL;
}

/* True if all VIPs of the group wait for the set. */
static bool all_want(const struct steering_group *group,
		     const struct steering_set *set)
{
	const struct steering_vip *vip;

	TAILQ_FOREACH(vip, &group->vips, group_link)
		if (vip->set != set)
			return false;
	return true;
}

static struct steering_group *make_variant(struct turn *turn,
					   const struct steering_vip *vip)
{
	struct steering *steering = turn->steering;
	struct steering_group *from = vip->group, *group;
	bool in_place = TAILQ_EMPTY(&from->set->waiting) &&
			all_want(from, vip->set);
	int error;

	if (!in_place &&
	    steering->groups.free_count <= settle_reserve(steering))
		return vip->set->group;
	group = group_make_variant(&steering->groups, vip->set, from, in_place,
				   &error);
	if (!group)
		turn_postpone(turn, vip->set, error);
	else
		log_debug("steering", "group %u: as group %u, with windows",
			  group->index, vip->set->group->index);
	return group;
}

struct steering_group *variant_for(struct turn *turn,
				   const struct steering_vip *vip)
{
	struct steering_group *group = find_fitting(turn->steering, vip);

	return group ? group : make_variant(turn, vip);
}

/* Let the VIPs of a variant use the main group. Returns whether one moved. */
static bool merge_into_main(struct turn *turn, struct steering_group *group)
{
	window_track(&turn->steering->groups, group->set->group, group);
	return turn_move_all(turn, group, group->set->group);
}

bool variant_give_up(struct turn *turn)
{
	const struct group_table *groups = &turn->steering->groups;

	for (uint32_t i = 0; i < turn->steering->options.group_count; i++) {
		struct steering_group *group = groups->groups[i];

		if (group && group != group->set->group)
			return merge_into_main(turn, group);
	}
	return false;
}

/* ------------------------------------------------------------- passes */

/* Merge a group with its main one, if neither moves. Returns whether it did. */
static bool try_merge(struct turn *turn, struct steering_group *group)
{
	if (group == group->set->group || window_is_open(group))
		return false;
	if (!window_is_open(group->set->group))
		return merge_into_main(turn, group);
	group_make_main(group);
	return false;
}

static void end_pass(struct turn *turn)
{
	struct steering *steering = turn->steering;
	bool any = false;

	for (uint32_t i = 0; i < steering->options.group_count && !any; i++) {
		const struct steering_group *group = steering->groups.groups[i];

		any = group &&
		      (group->held_count || group != group->set->group);
	}
	parking_update(steering);
	steering->pass = PASS_NONE;
	steering->groups.windows_open = any || steering->parked_count;
	steering->logged_unwindowed &= any;
	steering->pass_due_ms = turn->now_ms + PASS_MS;
}

uint64_t variant_due_ms(const struct steering *steering)
{
	if (TAILQ_EMPTY(&steering->queue))
		return steering->pass_due_ms;
	return steering->pass_due_ms + PASS_MS;
}

static bool must_pass(const struct turn *turn)
{
	const struct steering *steering = turn->steering;

	return steering->pass_wanted ||
	       (steering->groups.windows_open &&
		turn->now_ms >= variant_due_ms(steering));
}

bool variant_step(struct turn *turn)
{
	struct steering *steering = turn->steering;

	if (steering->pass == PASS_NONE && !must_pass(turn))
		return false;
	if (steering->pass == PASS_NONE) {
		steering->pass = 0;
		steering->pass_wanted = false;
	}
	while (steering->pass < steering->options.group_count) {
		struct steering_group *group =
			steering->groups.groups[steering->pass];

		if (group && (window_update(&steering->groups, group) ||
			      try_merge(turn, group)))
			return true; /* and look at it again */
		steering->pass++;
	}
	end_pass(turn);
	return false;
}
