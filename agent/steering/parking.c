// SPDX-License-Identifier: BSD-2-Clause
/* VIPs without a server. See parking.h. */

#include "steering/parking.h"

#include "steering/steering_internal.h"
#include "steering/window.h"

/* Return until when flows of a group may stay; 0: all its servers are dead. */
static uint32_t parked_until(const struct steering *steering,
			     const struct steering_group *group)
{
	const struct nexthop_slots *nexthops = &steering->nexthops;
	uint32_t now_s = steering->groups.now_s, until_s = 0;

	for (size_t i = 0; i < group->count; i++) {
		uint32_t index = group->slots[i]->index;

		if (!nexthops->values[index].alive)
			continue;
		if (!nexthops->states[index].lost)
			return now_s + steering->options.drain_max_s;
		until_s = now_s + group->set->window_s;
	}
	return until_s;
}

bool parking_begin(struct steering *steering, struct steering_vip *vip)
{
	const struct steering_hooks *hooks = &steering->hooks;

	if (vip->parked)
		return true;
	if (!vip->group || vip->by_kernel ||
	    !window_is_wanted(&steering->groups, vip->group->set) ||
	    !parked_until(steering, vip->group))
		return false;
	vip->group->set->references++;
	vip_want(steering, vip, vip->group->set);
	vip_set_waiting(steering, vip, false);
	vip->parked = true;
	vip->parked_since_s = 0;
	vip->parked_until_s = 0;
	steering->parked_count++;
	TAILQ_INSERT_TAIL(&steering->parked, vip, parked_link);
	steering->pass_wanted = true;
	hooks->work_waiting(hooks->context);
	return true;
}

void parking_end(struct steering *steering, struct steering_vip *vip)
{
	if (!vip->parked)
		return;
	steering->parked_count--;
	TAILQ_REMOVE(&steering->parked, vip, parked_link);
	vip->parked = false;
}

static bool is_over(const struct steering *steering, struct steering_vip *vip)
{
	uint32_t until_s = parked_until(steering, vip->group);

	if (!vip->parked_until_s) {
		vip->parked_since_s = steering->groups.now_s;
		vip->parked_until_s = until_s;
	}
	return !until_s || vip->parked_until_s <= steering->groups.now_s;
}

void parking_update(struct steering *steering)
{
	struct steering_vip *vip, *next;

	for (vip = TAILQ_FIRST(&steering->parked); vip; vip = next) {
		next = TAILQ_NEXT(vip, parked_link);
		if (is_over(steering, vip))
			steering_remove_vip(steering, vip);
	}
}

static bool all_parked(const struct steering_group *group)
{
	const struct steering_vip *vip;

	TAILQ_FOREACH(vip, &group->vips, group_link)
		if (!vip->parked)
			return false;
	return true;
}

bool parking_give_up(struct steering *steering)
{
	for (uint32_t i = 0;
	     i < steering->options.group_count && steering->parked_count; i++) {
		struct steering_group *group = steering->groups.groups[i];
		uint32_t left;

		if (!group || !all_parked(group))
			continue;
		left = group->references;
		while (left-- && !steering_remove_vip(
					 steering, TAILQ_FIRST(&group->vips)))
			;
		return true;
	}
	return false;
}
