// SPDX-License-Identifier: BSD-2-Clause
/* Next hops that keep flows and get no new ones. See drain.h. */

#include "steering/drain.h"

#include "steering/steering_internal.h"

static bool owns_buckets(const struct steering_group *group,
			 const struct slot *slot)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->slots[i] == slot)
			return group->buckets[i];
	return false;
}

static void note_term(struct steering_drain *drain, uint32_t since_s,
		      uint32_t until_s)
{
	if (since_s && (!drain->since_s || since_s < drain->since_s))
		drain->since_s = since_s;
	if (until_s > drain->until_s)
		drain->until_s = until_s;
}

/* Add the terms of parked VIPs. False: one of them is not parked. */
static bool add_parked(const struct steering_group *group,
		       struct steering_drain *drain)
{
	const struct steering_vip *vip;

	TAILQ_FOREACH(vip, &group->vips, group_link) {
		if (!vip->parked)
			return false;
		note_term(drain, vip->parked_since_s, vip->parked_until_s);
	}
	return true;
}

bool steering_find_drain(const struct steering *steering,
			 const struct slot *slot, struct steering_drain *drain)
{
	const struct nexthop_slot_state *state =
		&steering->nexthops.states[slot->index];
	struct steering_drain found = { .lost = state->lost };
	const struct steering_group *group = NULL;

	while ((group = steering_next_group(steering, group))) {
		if (owns_buckets(group, slot) && !add_parked(group, &found))
			return false;
		for (size_t i = 0; i < group->held_count; i++)
			if (group->held[i].slot == slot)
				note_term(&found, state->drains_since_s,
					  group->held[i].until_s);
	}
	if (!found.until_s)
		return false;
	*drain = found;
	return true;
}
