// SPDX-License-Identifier: BSD-2-Clause
/*
 * Steps of a turn of steering_settle(): VIPs that move to a table, and builds.
 * See settle_internal.h.
 */

#include <string.h>

#include "core/log.h"
#include "steering/settle_internal.h"
#include "steering/variant.h"
#include "steering/window.h"

enum turn_limits {
	STEP_SCORES = 50000, /* computed between two calls of is_late() */
};

bool turn_has_time(const struct turn *turn)
{
	const struct steering_hooks *hooks = &turn->steering->hooks;

	return !hooks->is_late || !hooks->is_late(hooks->context);
}

static void mark_done(struct steering *steering, struct steering_vip *vip,
		      bool was_steered)
{
	const struct steering_hooks *hooks = &steering->hooks;

	vip_set_waiting(steering, vip, false);
	if (!was_steered)
		hooks->steered(&vip->node.prefix, true, hooks->context);
}

void turn_postpone(struct turn *turn, struct steering_set *set, int error)
{
	const struct steering_vip *vip = TAILQ_FIRST(&set->waiting);

	if (!set->retry_ms)
		log_event(
			EVENT_TABLE_NOT_WRITTEN,
			&(struct event_objects){
				.vip = vip ? &vip->node.prefix : NULL },
			"no table of %zu next hops for it and VIPs with its set: %s; tried again every second",
			set->count, strerror(-error));
	set->retry_ms = turn->now_ms + TURN_RETRY_MS;
	turn->retry = true;
}

/* Count a VIP whose flows are not taken along. */
static void note_unwindowed(struct steering *steering,
			    const struct steering_vip *vip)
{
	steering->groups.unwindowed++;
	if (!steering->logged_unwindowed)
		log_event(EVENT_VIP_WAITS,
			  &(struct event_objects){ .vip = &vip->node.prefix },
			  "moves to other servers without an affinity window, "
			  "as others may: no group is free for it; some of its "
			  "flows break; raise --groups");
	steering->logged_unwindowed = true;
}

bool turn_move_vip(struct turn *turn, struct steering_vip *vip,
		   struct steering_group *group)
{
	struct steering *steering = turn->steering;
	const struct steering_hooks *hooks = &steering->hooks;
	bool was_steered = vip_is_steered(vip);
	bool fits = variant_fits(steering, group, vip);
	int error;

	if (vip->group && vip->group != group) {
		window_track(&steering->groups, group, vip->group);
		window_extend(&steering->groups, group);
	}
	error = vip_use_group(steering, vip, group);
	if (error) {
		turn_postpone(turn, vip->set, error);
		return false;
	}
	if (!fits)
		note_unwindowed(steering, vip);
	if (vip->waiting && group->set == vip->set && !group->shared)
		mark_done(steering, vip, was_steered);
	else if (!was_steered && !vip->parked)
		hooks->steered(&vip->node.prefix, true, hooks->context);
	return true;
}

bool turn_point_waiting(struct turn *turn, struct steering_set *set)
{
	struct steering_group *group;
	struct steering_vip *vip, *next;
	bool any = false;

	/* Those of a shared group still wait when they have it. */
	for (vip = TAILQ_FIRST(&set->waiting);
	     vip && (!any || turn_has_time(turn)); vip = next) {
		next = TAILQ_NEXT(vip, set_link);
		group = variant_for(turn, vip);
		if (!group || !turn_move_vip(turn, vip, group))
			break;
		any = true;
	}
	return any;
}

bool turn_move_all(struct turn *turn, struct steering_group *from,
		   struct steering_group *to)
{
	struct steering_vip *vip = TAILQ_FIRST(&from->vips), *next;
	bool any = false;

	from->leaving = true;
	for (; vip && (!any || turn_has_time(turn)); vip = next) {
		/* The group goes with its last VIP. */
		next = TAILQ_NEXT(vip, group_link);
		if (!turn_move_vip(turn, vip, to))
			break;
		any = true;
	}
	return any;
}

bool turn_is_urgent(const struct turn *turn, const struct steering_vip *vip)
{
	return !vip->group ||
	       !group_is_safe(&turn->steering->groups, vip->group, vip->set);
}

/* ------------------------------------------------------------- builds */

/* True if the VIPs of the group may use the table of `set`. */
static bool serves_all(const struct steering_group *group,
		       const struct steering_set *set)
{
	const struct steering_set *last = NULL;
	const struct steering_vip *vip;

	if (!group)
		return true;
	TAILQ_FOREACH(vip, &group->vips, group_link) {
		if (vip->set != last && !set_contains(vip->set, set))
			return false;
		last = vip->set;
	}
	return true;
}

/* Nothing needs the build any more, or its group's VIPs want something else. */
static bool is_obsolete(const struct group_build *build)
{
	bool for_others = build->shared || build->absorb;

	return (!for_others && TAILQ_EMPTY(&build->set->waiting)) ||
	       !serves_all(build->in_place, build->set) ||
	       !serves_all(build->absorb, build->set);
}

/* The VIPs of a rewritten group that have what they want. */
static void settle_group(struct steering *steering,
			 struct steering_group *group)
{
	struct steering_vip *vip;

	TAILQ_FOREACH(vip, &group->vips, group_link)
		if (vip->waiting && vip->set == group->set && !group->shared)
			mark_done(steering, vip, true);
}

/* The VIPs of a group that was cut down want more again. */
static void unsettle_group(struct steering *steering,
			   struct steering_group *group)
{
	struct steering_vip *vip;

	TAILQ_FOREACH(vip, &group->vips, group_link)
		if (!vip->waiting && vip->set != group->set)
			vip_set_waiting(steering, vip, true);
}

/* The group whose table is nearest: that of a VIP that waits for the set. */
static const struct steering_group *base_of(const struct steering_set *set)
{
	const struct steering_vip *vip;

	TAILQ_FOREACH(vip, &set->waiting, set_link)
		if (vip->group)
			return vip->group;
	return NULL;
}

static void finish_build(struct turn *turn, struct group_build *build)
{
	struct steering *steering = turn->steering;
	struct steering_group *absorb = build->absorb, *group;
	struct steering_set *set = build->set;
	bool in_place = build->in_place;
	int error;

	set->references++; /* the build lets it go when it fails */
	steering->build = NULL;
	group = group_build_finish(&steering->groups, build, base_of(set),
				   &error);
	if (!group) {
		turn_postpone(turn, set, error);
	} else {
		log_debug("steering", "group %u: %zu members, %s%s",
			  group->index, group->count,
			  in_place ? "rewritten in place" : "new",
			  group->shared ? ", shared by sets that wait" : "");
		set->retry_ms = 0;
		group->leaving = false;
		unsettle_group(steering, group);
		settle_group(steering, group);
		if (absorb)
			turn_move_all(turn, absorb, group);
		else
			turn_point_waiting(turn, set);
		vip_release_group(steering, group);
	}
	set_release(set);
}

void turn_continue_build(struct turn *turn)
{
	struct steering *steering = turn->steering;
	struct group_build *build = steering->build;

	if (is_obsolete(build)) {
		group_build_cancel(&steering->groups, build);
		steering->build = NULL;
		return;
	}
	do
		group_build_step(build, STEP_SCORES);
	while (!group_build_is_done(build) && turn_has_time(turn));
	if (group_build_is_done(build))
		finish_build(turn, build);
}

bool turn_is_restless(const struct turn *turn, const struct steering_set *set)
{
	const struct steering *steering = turn->steering;
	const struct steering_vip *vip;

	TAILQ_FOREACH(vip, &set->waiting, set_link)
		if (!build_history_is_restless(
			    &steering->histories[vip->counter->index],
			    turn->now_ms))
			return false;
	return !TAILQ_EMPTY(&set->waiting);
}

void turn_note_build(struct turn *turn, const struct steering_set *set)
{
	struct steering *steering = turn->steering;
	const struct steering_vip *vip;

	if (turn_is_restless(turn, set))
		build_budget_spend(
			&steering->budget,
			build_budget_cost(steering->options.table_size,
					  set->count));
	TAILQ_FOREACH(vip, &set->waiting, set_link)
		build_history_note(&steering->histories[vip->counter->index],
				   turn->now_ms);
}

bool turn_start_build(struct turn *turn, struct steering_set *set,
		      struct steering_group *in_place, bool shared)
{
	struct steering *steering = turn->steering;
	int error = group_build_start(&steering->groups, set, in_place,
				      in_place ? in_place : base_of(set),
				      &steering->build);

	if (error) {
		turn_postpone(turn, set, error);
		return false;
	}
	steering->build->shared = shared;
	return true;
}
