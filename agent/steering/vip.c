// SPDX-License-Identifier: BSD-2-Clause
/*
 * A VIP between its set and its group: which lists it is in, and its entry in
 * the program's tables. See steering_internal.h.
 */

#include <string.h>

#include "core/log.h"
#include "steering/steering_internal.h"

/* A set is in the queue while one of its VIPs waits. */
static void update_queue(struct steering *steering, struct steering_set *set)
{
	bool waits = !TAILQ_EMPTY(&set->waiting);

	if (waits == set->queued)
		return;
	if (waits)
		TAILQ_INSERT_TAIL(&steering->queue, set, queue_link);
	else
		TAILQ_REMOVE(&steering->queue, set, queue_link);
	set->queued = waits;
}

static struct steering_vip_list *list_of(const struct steering_vip *vip)
{
	return vip->waiting ? &vip->set->waiting : &vip->set->done;
}

void vip_set_waiting(struct steering *steering, struct steering_vip *vip,
		     bool waiting)
{
	TAILQ_REMOVE(list_of(vip), vip, set_link);
	vip->waiting = waiting;
	TAILQ_INSERT_TAIL(list_of(vip), vip, set_link);
	update_queue(steering, vip->set);
}

void vip_want(struct steering *steering, struct steering_vip *vip,
	      struct steering_set *set)
{
	vip_forget_set(steering, vip);
	vip->set = set;
	vip->waiting = true;
	TAILQ_INSERT_TAIL(&set->waiting, vip, set_link);
	update_queue(steering, set);
}

void vip_forget_set(struct steering *steering, struct steering_vip *vip)
{
	struct steering_set *set = vip->set;

	if (!set)
		return;
	TAILQ_REMOVE(list_of(vip), vip, set_link);
	vip->set = NULL;
	update_queue(steering, set);
	set_release(set);
}

void vip_release_group(struct steering *steering, struct steering_group *group)
{
	struct group_build *build = steering->build;

	if (!group || group->references)
		return;
	if (build && (build->in_place == group || build->absorb == group)) {
		group_build_cancel(&steering->groups, build);
		steering->build = NULL;
	}
	group_remove(&steering->groups, group);
}

/* Take the VIP off its group's list, which may end the group. */
static void leave_list(struct steering *steering, struct steering_vip *vip)
{
	struct steering_group *group = vip->group;

	vip->group = NULL;
	if (!group)
		return;
	TAILQ_REMOVE(&group->vips, vip, group_link);
	group->references--;
	vip_release_group(steering, group);
}

struct hg_vip vip_value(const struct steering *steering,
			const struct steering_vip *vip,
			const struct steering_group *group)
{
	return (struct hg_vip){
		.group = group->index,
		.counter = vip->counter->index,
		.hash_fields = steering_hash_fields_of(&steering->options,
						       &vip->node.prefix),
	};
}

/* Point the program's entry at a group. Returns 0 or the sink's error. */
static int write_entry(struct steering *steering,
		       const struct steering_vip *vip,
		       const struct steering_group *group)
{
	const struct steering_sink *sink = &steering->sink;
	const struct hg_vip value = vip_value(steering, vip, group);

	return sink->set_vip(sink->datapath, &vip->node.prefix, &value);
}

void vip_write(struct steering *steering, const struct steering_vip *vip)
{
	int error = vip->group ? write_entry(steering, vip, vip->group) : 0;

	if (error)
		log_event(EVENT_TABLE_NOT_WRITTEN,
			  &(struct event_objects){ .vip = &vip->node.prefix },
			  "entry not written: %s", strerror(-error));
}

int vip_use_group(struct steering *steering, struct steering_vip *vip,
		  struct steering_group *group)
{
	const struct prefix *prefix = &vip->node.prefix;
	char text[PREFIX_TEXT_SIZE];
	int error;

	if (group == vip->group)
		return 0;
	error = write_entry(steering, vip, group);
	if (error)
		return error;
	log_debug("steering", "%s: group %u, %zu members, %s",
		  prefix_format(prefix, text), group->index, group->count,
		  group->references ? "shared" : "new");
	group->references++;
	group->changed = true;
	leave_list(steering, vip);
	vip->group = group;
	vip->by_kernel = false;
	TAILQ_INSERT_TAIL(&group->vips, vip, group_link);
	return 0;
}

int vip_leave_group(struct steering *steering, struct steering_vip *vip)
{
	const struct steering_sink *sink = &steering->sink;
	char text[PREFIX_TEXT_SIZE];
	int error;

	if (!vip->group)
		return 0;
	error = sink->delete_vip(sink->datapath, &vip->node.prefix);
	if (error)
		return error;
	log_debug("steering", "%s: removed from the tables",
		  prefix_format(&vip->node.prefix, text));
	leave_list(steering, vip);
	return 0;
}
