// SPDX-License-Identifier: BSD-2-Clause
/*
 * Sets for which no group is free.
 *
 * Their VIPs keep their table while that leads to none but servers of their set
 * (a dead one counts as absent). Else they use a group that is a part of their
 * set, or one that is cut down to what the sets of its VIPs share, or none, and
 * the kernel's route. Where the kernel does not forward, the group that they
 * have is cut down, or another one, and they are withdrawn only if nothing is
 * left of any.
 *
 * Groups of the same servers, which differ in weights alone, give way to a VIP
 * that has no table: else one backend with a bandwidth of its own for each VIP
 * could use up all groups.
 *
 * When groups are short and each is used by VIPs of several sets, two groups of
 * waiting VIPs become one, which frees the other. See settle_internal.h.
 */

#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "steering/parking.h"
#include "steering/settle_internal.h"
#include "steering/variant.h"

enum limit_sizes {
	CONSOLIDATE_MAX = 64, /* groups looked at together */
	ALIKE_MAX_VIPS = 64,  /* of a group that gives way, all in one step */
};

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

static bool is_served_by_kernel(const struct steering *steering,
				const struct steering_vip *vip)
{
	const struct steering_hooks *hooks = &steering->hooks;

	return !hooks->kernel_serves ||
	       hooks->kernel_serves(&vip->node.prefix, hooks->context);
}

/*
 * True if VIPs still have the table of a previous run, which waits for their
 * routes (adopt.h). It may not change: the VIPs of two may want equal sets.
 */
static bool is_adopted(const struct steering_group *group)
{
	const struct steering_vip *vip;

	if (!group->set->adopted)
		return false;
	TAILQ_FOREACH(vip, &group->vips, group_link)
		if (vip->adopted)
			return true;
	return false;
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
	for (; vip && (!any || turn_has_time(turn)); vip = next) {
		next = TAILQ_NEXT(vip, set_link);
		if (vip->group != part && turn_is_urgent(turn, vip))
			any |= turn_move_vip(turn, vip, part);
	}
	return any;
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

		if (!group || is_adopted(group) || !qualifies(group, set))
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
		common = set_intern(&steering->sets, members, best_count,
				    set->window_s);
		if (common && !common->group)
			started = turn_start_build(turn, common, best, true);
		if (common)
			set_release(common);
	}
	free(members);
	return started;
}

/* Take a VIP out of the program. Returns whether that was done. */
static bool drop_vip(struct steering *steering, struct steering_vip *vip,
		     bool by_kernel)
{
	const struct steering_hooks *hooks = &steering->hooks;

	if (vip_leave_group(steering, vip))
		return false;
	vip->by_kernel = by_kernel;
	log_event(EVENT_VIP_WAITS,
		  &(struct event_objects){ .vip = &vip->node.prefix },
		  "waits for a group, all %u are in use; %s until then; raise "
		  "--groups",
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
		if (any && !turn_has_time(turn))
			break;
		if (!vip->group || !turn_is_urgent(turn, vip))
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

	if (!steering->logged_full)
		log_event(EVENT_VIP_WAITS,
			  &(struct event_objects){ .vip = &vip->node.prefix },
			  "waits for a group, as others may: all %u are in "
			  "use; raise --groups",
			  steering->options.group_count);
	steering->logged_full = true;
}

/* ------------------------------------------------------------- alike groups */

/* Groups of the same servers stand together, the one with the fewest VIPs first. */
static int by_servers(const void *a, const void *b)
{
	const struct steering_group *x = *(struct steering_group *const *)a;
	const struct steering_group *y = *(struct steering_group *const *)b;

	if (x->set->servers != y->set->servers)
		return x->set->servers < y->set->servers ? -1 : 1;
	if (x->set->window_s != y->set->window_s)
		return x->set->window_s < y->set->window_s ? -1 : 1;
	return (x->references > y->references) -
	       (x->references < y->references);
}

/* Return the start of the longest run of alike groups, or NULL. */
static struct steering_group **longest_run(struct steering_group **groups,
					   size_t count)
{
	struct steering_group **longest = NULL;
	size_t start = 0, best = 1;

	for (size_t i = 1; i < count; i++) {
		if (!set_has_servers_of(groups[i]->set, groups[start]->set))
			start = i;
		if (i - start + 1 <= best ||
		    groups[start]->references > ALIKE_MAX_VIPS)
			continue;
		best = i - start + 1;
		longest = &groups[start];
	}
	return longest;
}

/* Let the VIPs of one group use another one, and wait. */
static bool give_way(struct turn *turn, struct steering_group *from,
		     struct steering_group *to)
{
	struct steering_vip *vip, *next;
	bool any = false;

	for (vip = TAILQ_FIRST(&from->vips); vip; vip = next) {
		/* The group goes with its last VIP. */
		next = TAILQ_NEXT(vip, group_link);
		if (!vip->waiting)
			vip_set_waiting(turn->steering, vip, true);
		if (!turn_move_vip(turn, vip, to))
			break;
		any = true;
	}
	return any;
}

/* Free a group: of the servers with the most groups, which differ in weights. */
static bool merge_alike(struct turn *turn)
{
	const struct steering *steering = turn->steering;
	struct steering_group **groups, **run = NULL;
	size_t count = 0;
	bool merged;

	if (turn->none_alike)
		return false;
	groups = calloc(steering->options.group_count, sizeof(*groups));
	for (uint32_t i = 0; groups && i < steering->options.group_count; i++) {
		struct steering_group *group = steering->groups.groups[i];

		if (group && !group->shared && !group->leaving &&
		    group == group->set->group && !is_adopted(group))
			groups[count++] = group;
	}
	if (count) {
		qsort(groups, count, sizeof(*groups), by_servers);
		run = longest_run(groups, count);
	}
	merged = run && give_way(turn, run[0], run[1]);
	turn->none_alike = !merged;
	free(groups);
	return merged;
}

/* ------------------------------------------------------------- one set */

bool limit_serve(struct turn *turn, struct steering_set *set,
		 const struct view *view)
{
	struct steering *steering = turn->steering;

	log_full(steering, set);
	turn->stuck |= view->has_table;
	if (!view->urgent)
		return false;
	if (use_part(turn, set) || parking_give_up(steering) ||
	    variant_give_up(turn))
		return true;
	turn_note_build(turn, set);
	if (steering->groups.free_count && !set->group)
		return turn_start_build(turn, set, NULL, true);
	if (merge_alike(turn) || cut_group(turn, set, is_shared) ||
	    drop_unsafe(turn, set, false))
		return true;
	return view->unsafe && (cut_group(turn, set, has_vip_of) ||
				cut_group(turn, set, is_any_group) ||
				drop_unsafe(turn, set, true));
}

/* ------------------------------------------------------------- joining */

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
		common = set_intern(&steering->sets, members, count,
				    first->window_s);
	free(members);
	if (!common)
		return false;
	if (common->group) {
		begun = turn_move_all(turn, common->group == b ? a : b,
				      common->group);
	} else if (turn_start_build(turn, common, a, false)) {
		steering->build->absorb = b;
		begun = true;
	}
	set_release(common);
	return begun;
}

bool limit_consolidate(struct turn *turn)
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
