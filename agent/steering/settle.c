// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which VIPs get a table, when and where.
 *
 * A VIP whose set has no table waits in its set, and the set in a queue.
 * steering_settle() takes from the queue what is most urgent: VIPs without a
 * table, and those whose table leads to a server that left their set, or to no
 * living one. All others have a table that serves them; while routes pour in
 * they wait until sets have been quiet, so that transient sets get no table.
 *
 * A set gets its table
 *	- in place of a group whose VIPs all want it: no group is used up,
 *	  no VIP is written;
 *	- with a free index, of which a few are reserved for VIPs that move;
 *	- at the limit not now: see limit.c.
 *
 * Sets whose VIPs all had many tables of late may have to wait for their next
 * one: see build_budget.h.
 *
 * A call ends when hooks->is_late() says so after a small piece of work (turn.c),
 * in the agent after about 3 ms.
 */

#include "core/clock.h"
#include "steering/returns.h"
#include "steering/settle_internal.h"
#include "steering/variant.h"
#include "steering/window.h"

enum settle_times {
	QUIET_MS = 50,	 /* sets that have not changed for so long are final */
	WINDOW_MS = 200, /* and of the others so many at a time */
	WINDOW_BUILDS = 8,
};

uint32_t settle_reserve(const struct steering *steering)
{
	uint32_t count = steering->options.group_count;

	return count >= 8 ? 2 : count >= 3;
}

static bool has_room(const struct steering *steering)
{
	return steering->groups.free_count > settle_reserve(steering);
}

/* Gather the VIPs of a set in its group, though it is a shared one. */
static bool gather(struct turn *turn, struct steering_set *set)
{
	struct steering_vip *vip, *next;
	bool any = false;

	for (vip = TAILQ_FIRST(&set->waiting);
	     vip && (!any || turn_has_time(turn)); vip = next) {
		next = TAILQ_NEXT(vip, set_link);
		if (vip->group != set->group)
			any |= turn_move_vip(turn, vip, set->group);
	}
	return any;
}

static struct view look_at(const struct turn *turn, struct steering_set *set)
{
	const struct group_table *groups = &turn->steering->groups;
	struct view view = { .urgent = false };
	struct steering_vip *vip;

	TAILQ_FOREACH(vip, &set->waiting, set_link) {
		struct steering_group *group = vip->group;

		view.urgent |= !group;
		if (!group)
			continue;
		view.has_table = true;
		if (group->claimed_by != set) {
			group->claimed_by = set;
			group->claims = 0;
			view.unsafe |= !group_is_safe(groups, group, set);
		}
		if (++group->claims == group->references)
			view.in_place = group;
	}
	view.urgent |= view.unsafe;
	/* The look is over: a set at the same address may come later. */
	TAILQ_FOREACH(vip, &set->waiting, set_link)
		if (vip->group)
			vip->group->claimed_by = NULL;
	return view;
}

/* A set that is not urgent waits for quiet, but for the first few. */
static bool may_build_early(struct turn *turn)
{
	struct steering *steering = turn->steering;

	if (turn->now_ms - steering->changed_ms >= QUIET_MS)
		return true;
	if (turn->now_ms - steering->window_ms >= WINDOW_MS) {
		steering->window_ms = turn->now_ms;
		steering->window_builds = 0;
	}
	return steering->window_builds < WINDOW_BUILDS;
}

/* Returns whether something was done for the set. */
static bool serve(struct turn *turn, struct steering_set *set, bool urgent_only)
{
	struct steering *steering = turn->steering;
	struct steering_group *own = set->group;
	struct view view;
	bool spare;

	if (set->retry_ms > turn->now_ms) {
		turn->retry = true;
		return false;
	}
	if (own && own->shared &&
	    steering->groups.free_count >= settle_reserve(steering))
		own->shared = own->leaving = false;
	if (own && !own->shared)
		return turn_point_waiting(turn, set);
	if (own && !own->leaving && gather(turn, set))
		return true;
	view = look_at(turn, set);
	if (view.urgent != urgent_only)
		return false;
	if (turn_is_restless(turn, set) &&
	    !build_budget_has_room(&steering->budget, turn->now_ms)) {
		turn->limited = true;
		return false;
	}
	if (!view.urgent && !may_build_early(turn)) {
		turn->deferred = true;
		return false;
	}
	spare = has_room(steering) ||
		(view.has_table && steering->groups.free_count);
	if (view.in_place &&
	    (!spare || TAILQ_EMPTY(&view.in_place->set->waiting)))
		spare = true;
	else
		view.in_place = NULL;
	if (own || !spare)
		return limit_serve(turn, set, &view);
	steering->window_builds += !view.urgent;
	turn_note_build(turn, set);
	return turn_start_build(turn, set, view.in_place, false);
}

/* ------------------------------------------------------------- all sets */

/*
 * Serve one set. False if there is nothing to do for any: all are looked at,
 * whatever the time, or the first ones would keep the others from their turn.
 */
static bool serve_some(struct turn *turn, bool urgent)
{
	struct steering_set *set = TAILQ_FIRST(&turn->steering->queue), *next;

	for (; set; set = next) {
		next = TAILQ_NEXT(set, queue_link);
		if (serve(turn, set, urgent))
			return true;
	}
	return false;
}

/* Wake up for a periodic task, if there is need of it. */
static uint32_t shorter_wait(const struct turn *turn, bool needed,
			     uint64_t due_ms, uint32_t wait_ms)
{
	if (!needed || due_ms >= turn->now_ms + wait_ms)
		return wait_ms;
	return due_ms > turn->now_ms ? (uint32_t)(due_ms - turn->now_ms) : 1;
}

static uint32_t wait_of(const struct turn *turn)
{
	const struct steering *steering = turn->steering;
	uint32_t wait_ms = STEERING_SETTLED;

	if (turn->retry)
		wait_ms = TURN_RETRY_MS;
	if (turn->deferred)
		wait_ms = QUIET_MS;
	if (turn->limited) {
		uint32_t budget_ms = build_budget_wait_ms(&steering->budget);

		if (budget_ms < wait_ms)
			wait_ms = budget_ms;
	}
	wait_ms = shorter_wait(turn, steering->groups.windows_open,
			       variant_due_ms(steering), wait_ms);
	return shorter_wait(turn, flow_sweep_is_needed(steering),
			    steering->sweep.due_ms, wait_ms);
}

uint32_t steering_settle(struct steering *steering, uint64_t now_ms)
{
	struct turn turn = {
		.steering = steering,
		.now_ms = now_ms,
	};
	bool left = true;

	steering->groups.now_s = (uint32_t)(now_ms / CLOCK_MS_PER_S);
	if (steering->groups.published && !steering->groups.published_s)
		steering->groups.published_s = steering->groups.now_s;
	if (steering->changed)
		steering->changed_ms = now_ms;
	steering->changed = false;
	do {
		turn.deferred = turn.limited = false;
		turn.retry = turn.stuck = turn.none_alike = false;
		if (returns_step(&turn))
			continue;
		if (steering->build)
			turn_continue_build(&turn);
		else if (!variant_step(&turn) && !serve_some(&turn, true) &&
			 !flow_sweep_step(&turn) && !serve_some(&turn, false) &&
			 !(turn.stuck && !steering->groups.free_count &&
			   limit_consolidate(&turn)))
			break;
	} while ((left = turn_has_time(&turn)));
	window_note_holds(&steering->groups);
	if (!left)
		return 0;
	if (TAILQ_EMPTY(&steering->queue))
		steering->logged_full = false;
	return wait_of(&turn);
}
