// SPDX-License-Identifier: BSD-2-Clause
/* Next hops that are back. See returns.h. */

#include "steering/returns.h"

#include <string.h>

#include "core/log.h"
#include "steering/window.h"

/* True if a next hop with buckets of the group is back. */
static bool has_return(const struct steering *steering,
		       const struct steering_group *group)
{
	const struct nexthop_slot_state *states = steering->nexthops.states;

	for (size_t i = 0; i < group->count; i++)
		if (group->buckets[i] &&
		    states[group->slots[i]->index].returning)
			return true;
	return false;
}

/* Returns whether the table was written. */
static bool look_for_returns(struct steering *steering,
			     struct steering_group *group)
{
	bool forgets = window_update(&steering->groups, group);
	bool returns = has_return(steering, group);

	if (returns)
		window_return(&steering->groups, group);
	return forgets || returns;
}

static void end_look(struct steering *steering)
{
	int error = nexthop_slots_end_returns(&steering->nexthops);

	if (error)
		log_event(EVENT_TABLE_NOT_WRITTEN, NULL,
			  "a next hop that is back is not written: %s",
			  strerror(-error));
	steering->return_group = PASS_NONE;
}

bool returns_step(struct turn *turn)
{
	struct steering *steering = turn->steering;

	if (steering->return_group == PASS_NONE) {
		if (!steering->nexthops.returning_count)
			return false;
		nexthop_slots_begin_returns(&steering->nexthops);
		steering->return_group = 0;
	}
	while (steering->return_group < steering->options.group_count) {
		struct steering_group *group =
			steering->groups.groups[steering->return_group++];

		if (group && look_for_returns(steering, group))
			return true;
	}
	end_look(steering);
	return true;
}
