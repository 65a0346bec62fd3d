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
 *	- at the limit not now: its VIPs keep their table while that leads to
 *	  none but servers of their set (a dead one counts as absent). Else they
 *	  use a group that is a part of their set, or one that is cut down to
 *	  what the sets of its VIPs share, or none, and the kernel's route. Where
 *	  the kernel does not forward, the group that they have is cut down, or
 *	  another one, and they are withdrawn only if nothing is left of any.
 * When groups are short and each is used by VIPs of several sets, two groups of
 * waiting VIPs become one, which frees the other.
 *
 * Sets whose VIPs all had many tables of late may have to wait for their next
 * one: see build_budget.h.
 *
*  * A call takes about 3 ms: the clock is read after each small piece of work.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "steering/steering_internal.h"

enum settle_times {
	QUIET_MS = 50,	 /* sets that have not changed for so long are final */
	WINDOW_MS = 200, /* and of the others so many at a time */
	WINDOW_BUILDS = 8,
	RETRY_MS = 1000, /* after an error */
};

enum settle_limits {
	STEP_SCORES = 50000,  /* computed between two looks at the clock */
	CONSOLIDATE_MAX = 64, /* groups looked at together */
};

struct turn {
	struct steering *steering;
	uint64_t now_ms;
	uint64_t end_us;
	bool deferred; /* a set waits for QUIET_MS */
	bool limited;  /* a set waits for the build budget */
	bool retry;    /* a set waits for RETRY_MS */
	bool stuck;    /* a set with a table waits for a group */
};

/* The waiting VIPs of a set at a look. */
struct view {
	bool urgent;
	bool has_table; /* some VIP has one, if not that of its set */
	bool unsafe;	/* and it leads to a server outside of the set */
	struct steering_group *in_place; /* all of its VIPs want the set */
};

static bool has_time(const struct turn *turn)
{
	return clock_now_us() < turn->end_us;
}

uint32_t settle_reserve(const struct steering *steering)
{
	uint32_t count = steering->options.group_count;

	return count >= 8 ? 2 : count >= 3;
}

static bool has_room(const struct steering *steering)
{
	return steering->groups.free_count > settle_reserve(steering);
}

static void mark_done(struct steering *steering, struct steering_vip *vip,
		      bool was_steered)
{
	const struct steering_hooks *hooks = &steering->hooks;

	vip_set_waiting(steering, vip, false);
	if (!was_steered)
		hooks->steered(&vip->node.prefix, true, hooks->context);
}

/* Log an error once for a set and let it wait. */
static void postpone(struct turn *turn, struct steering_set *set, int error)
{
	const struct steering_vip *vip = TAILQ_FIRST(&set->waiting);
	char text[PREFIX_TEXT_SIZE];

	if (!set->retry_ms)
		log_error("steering",
			  "%s and VIPs with its set: no table of %zu next "
			  "hops: %s; tried again every second",
			  vip ? prefix_format(&vip->node.prefix, text) : "-",
			  set->count, strerror(-error));
	set->retry_ms = turn->now_ms + RETRY_MS;
	turn->retry = true;
}

/* ------------------------------------------------------------- pointing */

/* Move a VIP to a group. Returns false on an error, which lets its set wait. */
static bool move_vip(struct turn *turn, struct steering_vip *vip,
		     struct steering_group *group)
{
	struct steering *steering = turn->steering;
	const struct steering_hooks *hooks = &steering->hooks;
	bool was_steered = vip_is_steered(vip);
	int error = vip_use_group(steering, vip, group);

	if (error) {
		postpone(turn, vip->set, error);
		return false;
	}
	if (vip->waiting && group->set == vip->set && !group->shared)
		mark_done(steering, vip, was_steered);
	else if (!was_steered)
		hooks->steered(&vip->node.prefix, true, hooks->context);
	return true;
}

/*
 * Point the waiting VIPs of a set at its own group: as many as there is time,
 * and one in any case, so that a new group is used.
 */
static bool point_waiting(struct turn *turn, struct steering_set *set)
{
	struct steering_vip *vip;
	bool any = false;

	while ((vip = TAILQ_FIRST(&set->waiting)) && (!any || has_time(turn))) {
		if (!move_vip(turn, vip, set->group))
			break;
		any = true;
	}
	return any;
}

/* Gather the VIPs of a set in its group, though it is a shared one. */
static bool gather(struct turn *turn, struct steering_set *set)
{
	struct steering_vip *vip, *next;
	bool any = false;

	for (vip = TAILQ_FIRST(&set->waiting); vip && (!any || has_time(turn));
	     vip = next) {
		next = TAILQ_NEXT(vip, set_link);
		if (vip->group != set->group)
			any |= move_vip(turn, vip, set->group);
	}
	return any;
}

/*
 * Move as many VIPs as there is time for; until all are moved, none comes back.
 * Returns whether one was moved.
 */
static bool move_all(struct turn *turn, struct steering_group *from,
		     struct steering_group *to)
{
	struct steering_vip *vip = TAILQ_FIRST(&from->vips), *next;
	bool any = false;

	from->leaving = true;
	for (; vip && (!any || has_time(turn)); vip = next) {
		/* The group goes with its last VIP. */
		next = TAILQ_NEXT(vip, group_link);
		if (!move_vip(turn, vip, to))
			break;
		any = true;
	}
	return any;
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

static void finish_build(struct turn *turn, struct group_build *build)
{
	struct steering *steering = turn->steering;
	struct steering_group *absorb = build->absorb, *group;
	struct steering_set *set = build->set;
	bool in_place = build->in_place;
	int error;

	set->references++; /* the build lets it go when it fails */
	steering->build = NULL;
	group = group_build_finish(&steering->groups, build, &error);
	if (!group) {
		postpone(turn, set, error);
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
			move_all(turn, absorb, group);
		else
			point_waiting(turn, set);
		vip_release_group(steering, group);
	}
	set_release(set);
}

static void continue_build(struct turn *turn)
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
	while (!group_build_is_done(build) && has_time(turn));
	if (group_build_is_done(build))
		finish_build(turn, build);
}

/* The group whose table is nearest: that of a VIP that waits for the set. */
static const struct steering_group *base_of(const struct steering_set *set)
{
	const struct steering_vip *vip = TAILQ_FIRST(&set->waiting);

	return vip ? vip->group : NULL;
}

/* True if VIPs wait for the set, and each had many tables of late. */
static bool is_restless(const struct turn *turn, const struct steering_set *set)
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

static void note_build(struct turn *turn, const struct steering_set *set)
{
	struct steering *steering = turn->steering;
	const struct steering_vip *vip;

	if (is_restless(turn, set))
		build_budget_spend(
			&steering->budget,
			build_budget_cost(steering->options.table_size,
					  set->count));
	TAILQ_FOREACH(vip, &set->waiting, set_link)
		build_history_note(&steering->histories[vip->counter->index],
				   turn->now_ms);
}

static bool start_build(struct turn *turn, struct steering_set *set,
			struct steering_group *in_place, bool shared)
{
	struct steering *steering = turn->steering;
	int error = group_build_start(&steering->groups, set, in_place,
				      in_place ? in_place : base_of(set),
				      &steering->build);

	if (error) {
		postpone(turn, set, error);
		return false;
	}
	steering->build->shared = shared;
	return true;
}

/* ------------------------------------------------------------- one set */

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

static bool is_urgent_vip(const struct turn *turn,
			  const struct steering_vip *vip)
{
	return !vip->group ||
	       !group_is_safe(&turn->steering->groups, vip->group, vip->set);
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

/* The largest group that is a part of the set and has a living member. */
static struct steering_group *find_part(const struct turn *turn,
					const struct steering_set *set)
{
	const struct group_table *groups = &turn->steering->groups;
	struct steering_group *best = NULL;

	for (uint32_t i = 0; i < turn->steering->options.group_count; i++) {
		struct steering_group *group = groups->groups[i];

		if (group && !group->leaving &&
		    (!best || group->count > best->count) &&
		    set_contains(set, group->set) &&
		    group_is_safe(groups, group, set))
			best = group;
	}
	return best;
}

/* Let the urgent VIPs of a set use a group that is a part of it. */
static bool use_part(struct turn *turn, struct steering_set *set)
{
	struct steering_group *part = find_part(turn, set);
	struct steering_vip *vip, *next;
	bool any = false;

	vip = part ? TAILQ_FIRST(&set->waiting) : NULL;
	for (; vip && (!any || has_time(turn)); vip = next) {
		next = TAILQ_NEXT(vip, set_link);
		if (vip->group != part && is_urgent_vip(turn, vip))
			any |= move_vip(turn, vip, part);
	}
	return any;
}

static bool any_alive(const struct steering *steering,
		      const struct member *members, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct slot *slot = nexthop_slots_find(
			&steering->nexthops, &members[i].address);

		if (slot && nexthop_slots_is_alive(&steering->nexthops, slot))
			return true;
	}
	return false;
}

/* Reduce `members` to those that all VIPs of a group may use. */
static size_t share_with(struct member *members, size_t count,
			 const struct steering_group *group)
{
	const struct steering_set *last = NULL;
	const struct steering_vip *vip;

	TAILQ_FOREACH(vip, &group->vips, group_link) {
		if (vip->set == last)
			continue;
		last = vip->set;
		count = set_intersect(members, count, last, members);
	}
	return count;
}

static bool is_shared(const struct steering_group *group,
		      const struct steering_set *set)
{
	(void)set;
	return group->shared;
}

/* True if a VIP that waits for the set has the table of the group. */
static bool has_vip_of(const struct steering_group *group,
		       const struct steering_set *set)
{
	const struct steering_vip *vip;

	TAILQ_FOREACH(vip, &group->vips, group_link)
		if (vip->set == set)
			return true;
	return false;
}

static bool is_any_group(const struct steering_group *group,
			 const struct steering_set *set)
{
	(void)group, (void)set;
	return true;
}

/*
 * Cut a group down to what it has in common with one more set: the group of
 * those that qualify which keeps most.
 */
static bool cut_group(struct turn *turn, struct steering_set *set,
		      bool (*qualifies)(const struct steering_group *group,
					const struct steering_set *set))
{
	struct steering *steering = turn->steering;
	struct member *members = calloc(set->count, sizeof(*members));
	struct steering_group *best = NULL;
	struct steering_set *common;
	size_t best_count = 0;
	bool started = false;

	for (uint32_t i = 0; members && i < steering->options.group_count;
	     i++) {
		struct steering_group *group = steering->groups.groups[i];
		size_t count;

		if (!group || !qualifies(group, set))
			continue;
		memcpy(members, set->members, set->count * sizeof(*members));
		count = share_with(members, set->count, group);
		if (count <= best_count || !any_alive(steering, members, count))
			continue;
		best = group;
		best_count = count;
	}
	if (best) {
		memcpy(members, set->members, set->count * sizeof(*members));
		best_count = share_with(members, set->count, best);
		common = set_intern(&steering->sets, members, best_count);
		if (common && !common->group)
			started = start_build(turn, common, best, true);
		if (common)
			set_release(common);
	}
	free(members);
	return started;
}

static bool is_served_by_kernel(const struct steering *steering,
				const struct steering_vip *vip)
{
	const struct steering_hooks *hooks = &steering->hooks;

	return !hooks->kernel_serves ||
	       hooks->kernel_serves(&vip->node.prefix, hooks->context);
}

/* Take a VIP out of the program. Returns whether that was done. */
static bool drop_vip(struct steering *steering, struct steering_vip *vip,
		     bool by_kernel)
{
	const struct steering_hooks *hooks = &steering->hooks;
	char text[PREFIX_TEXT_SIZE];

	if (vip_leave_group(steering, vip))
		return false;
	vip->by_kernel = by_kernel;
	log_warning("steering",
		    "%s: waits for a group, all %u are in use; %s until then; "
		    "raise --groups",
		    prefix_format(&vip->node.prefix, text),
		    steering->options.group_count,
		    by_kernel ? "the kernel forwards" :
				"withdrawn, as the kernel does not forward,");
	if (!by_kernel)
		hooks->steered(&vip->node.prefix, false, hooks->context);
	return true;
}

/*
 * Take VIPs whose table leads to servers outside their set out of the program:
 * the kernel forwards by its route, which follows the set. Those that it does
 * not serve are left or taken out by `all`.
 */
static bool drop_unsafe(struct turn *turn, struct steering_set *set, bool all)
{
	struct steering *steering = turn->steering;
	struct steering_vip *vip;
	bool any = false, served;

	TAILQ_FOREACH(vip, &set->waiting, set_link) {
		if (any && !has_time(turn))
			break;
		if (!vip->group || !is_urgent_vip(turn, vip))
			continue;
		served = is_served_by_kernel(steering, vip);
		if (served || all)
			any |= drop_vip(steering, vip, served);
	}
	return any;
}

static void log_full(struct steering *steering, const struct steering_set *set)
{
	const struct steering_vip *vip = TAILQ_FIRST(&set->waiting);
	char text[PREFIX_TEXT_SIZE];

	if (!steering->logged_full)
		log_warning("steering",
			    "%s waits for a group, as others may: all %u are "
			    "in use; raise --groups",
			    prefix_format(&vip->node.prefix, text),
			    steering->options.group_count);
	steering->logged_full = true;
}

static bool serve_at_limit(struct turn *turn, struct steering_set *set,
			   const struct view *view)
{
	struct steering *steering = turn->steering;

	log_full(steering, set);
	turn->stuck |= view->has_table;
	if (!view->urgent)
		return false;
	if (use_part(turn, set))
		return true;
	note_build(turn, set);
	if (steering->groups.free_count && !set->group)
		return start_build(turn, set, NULL, true);
	if (cut_group(turn, set, is_shared) || drop_unsafe(turn, set, false))
		return true;
	return view->unsafe && (cut_group(turn, set, has_vip_of) ||
				cut_group(turn, set, is_any_group) ||
				drop_unsafe(turn, set, true));
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
		return point_waiting(turn, set);
	if (own && !own->leaving && gather(turn, set))
		return true;
	view = look_at(turn, set);
	if (view.urgent != urgent_only)
		return false;
	if (is_restless(turn, set) &&
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
		return serve_at_limit(turn, set, &view);
	steering->window_builds += !view.urgent;
	note_build(turn, set);
	return start_build(turn, set, view.in_place, false);
}

/* ------------------------------------------------------------- all sets */

static bool all_wait(const struct steering_group *group)
{
	const struct steering_vip *vip;

	TAILQ_FOREACH(vip, &group->vips, group_link)
		if (!vip->waiting)
			return false;
	return true;
}

/* Make one group of two whose VIPs all wait. Returns whether that began. */
static bool join_groups(struct turn *turn, struct steering_group *a,
			struct steering_group *b)
{
	struct steering *steering = turn->steering;
	const struct steering_set *first = TAILQ_FIRST(&a->vips)->set;
	struct member *members = calloc(first->count, sizeof(*members));
	struct steering_set *common = NULL;
	size_t count = first->count;
	bool begun = false;

	if (!members)
		return false;
	memcpy(members, first->members, count * sizeof(*members));
	count = share_with(members, count, a);
	count = share_with(members, count, b);
	if (count && any_alive(steering, members, count))
		common = set_intern(&steering->sets, members, count);
	free(members);
	if (!common)
		return false;
	if (common->group) {
		begun = move_all(turn, common->group == b ? a : b,
				 common->group);
	} else if (start_build(turn, common, a, false)) {
		steering->build->absorb = b;
		begun = true;
	}
	set_release(common);
	return begun;
}

/* Free a group where each is used by VIPs that wait for several others. */
static bool consolidate(struct turn *turn)
{
	struct steering *steering = turn->steering;
	struct steering_group *waiting[CONSOLIDATE_MAX];
	size_t count = 0;

	for (uint32_t i = 0; i < steering->options.group_count; i++) {
		struct steering_group *group = steering->groups.groups[i];

		if (group && count < CONSOLIDATE_MAX && all_wait(group))
			waiting[count++] = group;
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			if (join_groups(turn, waiting[i], waiting[j]))
				return true;
	return false;
}

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

static uint32_t wait_of(const struct turn *turn)
{
	uint32_t wait_ms = STEERING_SETTLED;

	if (turn->retry)
		wait_ms = RETRY_MS;
	if (turn->deferred)
		wait_ms = QUIET_MS;
	if (turn->limited) {
		uint32_t budget_ms =
			build_budget_wait_ms(&turn->steering->budget);

		if (budget_ms < wait_ms)
			wait_ms = budget_ms;
	}
	return wait_ms;
}

uint32_t steering_settle(struct steering *steering, uint64_t now_ms)
{
	struct turn turn = {
		.steering = steering,
		.now_ms = now_ms,
		.end_us = clock_now_us() + steering->turn_us,
	};
	bool left = true;

	if (steering->changed)
		steering->changed_ms = now_ms;
	steering->changed = false;
	do {
		turn.deferred = turn.limited = false;
		turn.retry = turn.stuck = false;
		if (steering->build)
			continue_build(&turn);
		else if (!serve_some(&turn, true) &&
			 !serve_some(&turn, false) &&
			 !(turn.stuck && !steering->groups.free_count &&
			   consolidate(&turn)))
			break;
	} while ((left = has_time(&turn)));
	if (!left)
		return 0;
	if (TAILQ_EMPTY(&steering->queue))
		steering->logged_full = false;
	return wait_of(&turn);
}
