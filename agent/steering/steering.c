// SPDX-License-Identifier: BSD-2-Clause
/* VIPs and their groups. See steering.h. */

#include "steering/steering.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "steering/affinity.h"
#include "steering/parking.h"
#include "steering/steering_internal.h"
#include "steering/window.h"

/* Warn once and loudly: set by mistake, it breaks connections. */
static void warn_of_spray(const struct steering_options *options)
{
	if (steering_hashes_packets(options))
		log_event(EVENT_FLOWS_SPRAYED, NULL,
			  "hash-fields packet: the packets of a flow go to "
			  "all servers and TCP breaks; use it for services "
			  "without state only");
}

struct steering *steering_new(const struct steering_options *options,
			      const struct tracker *tracker,
			      const struct steering_sink *sink,
			      const struct steering_hooks *hooks)
{
	struct steering *steering = calloc(1, sizeof(*steering));

	if (!steering)
		return NULL;
	steering->options = *options;
	steering->pass = PASS_NONE;
	steering->return_group = PASS_NONE;
	steering->sink = *sink;
	steering->hooks = *hooks;
	TAILQ_INIT(&steering->queue);
	TAILQ_INIT(&steering->parked);
	warn_of_spray(options);
	steering->histories = calloc(HG_MAX_VIPS, sizeof(*steering->histories));
	steering->by_counter =
		calloc(HG_MAX_VIPS, sizeof(struct steering_vip *));
	if (!steering->histories || !steering->by_counter ||
	    flow_sweep_init(&steering->sweep) ||
	    set_table_init(&steering->sets) ||
	    slot_table_init(&steering->vip_counters, 0, HG_MAX_VIPS) ||
	    nexthop_slots_init(&steering->nexthops, &steering->options, tracker,
			       &steering->sink, &steering->groups.now_s) ||
	    group_table_init(&steering->groups, &steering->options,
			     &steering->sink, &steering->nexthops)) {
		steering_free(steering);
		return NULL;
	}
	steering->nexthops.leads = hooks->slot_leads;
	steering->nexthops.context = hooks->context;
	if (steering_has_windows(options))
		steering->nexthops.track = hooks->nexthop_track;
	return steering;
}

/* Take over a reference on what an adopted VIP is to have, or NULL. */
static void set_wish(struct steering_vip *vip, struct steering_set *set)
{
	if (vip->wish)
		set_release(vip->wish);
	vip->wish = set;
}

void steering_reconfigure(struct steering *steering,
			  const struct steering_options *options)
{
	const struct steering_options before = steering->options;
	struct prefix_node *node = NULL;

	steering->options = *options;
	steering->nexthops.windows = steering->groups.published &&
				     steering_has_windows(options);
	if (!steering_hashes_packets(&before))
		warn_of_spray(options);
	while ((node = prefix_map_next(&steering->vips, node))) {
		struct steering_vip *vip = (struct steering_vip *)node;

		if (steering_hash_fields_of(&before, &node->prefix) !=
		    steering_hash_fields_of(options, &node->prefix))
			vip_write(steering, vip);
	}
}

/* Free a VIP; the program's tables stay. */
static void free_vip(struct steering *steering, struct steering_vip *vip)
{
	parking_end(steering, vip);
	set_wish(vip, NULL);
	vip_forget_set(steering, vip);
	steering->by_counter[vip->counter->index] = NULL;
	prefix_map_remove(&steering->vips, &vip->node);
	slot_release(&steering->vip_counters, vip->counter);
	free(vip);
}

void steering_free(struct steering *steering)
{
	struct prefix_node *node;

	if (!steering)
		return;
	group_build_cancel(&steering->groups, steering->build);
	while ((node = prefix_map_next(&steering->vips, NULL)))
		free_vip(steering, (struct steering_vip *)node);
	prefix_map_free(&steering->vips);
	group_table_free(&steering->groups);
	nexthop_slots_free(&steering->nexthops);
	slot_table_free(&steering->vip_counters);
	flow_sweep_free(&steering->sweep);
	free(steering->by_counter);
	free(steering->histories);
	free(steering);
}

static struct steering_vip *find_vip(const struct steering *steering,
				     const struct prefix *prefix)
{
	return (struct steering_vip *)prefix_map_find(&steering->vips, prefix);
}

int steering_remove_vip(struct steering *steering, struct steering_vip *vip)
{
	int error = vip_leave_group(steering, vip);

	if (!error)
		free_vip(steering, vip);
	return error;
}

struct steering_vip *steering_add_vip(struct steering *steering,
				      const struct prefix *prefix)
{
	const struct steering_sink *sink = &steering->sink;
	struct steering_vip *vip = calloc(1, sizeof(*vip));
	bool fresh;

	if (!vip)
		return NULL;
	vip->node.prefix = *prefix;
	vip->counter = slot_acquire(&steering->vip_counters, prefix, &fresh);
	if (!vip->counter || prefix_map_insert(&steering->vips, &vip->node)) {
		if (vip->counter)
			slot_release(&steering->vip_counters, vip->counter);
		free(vip);
		return NULL;
	}
	steering->by_counter[vip->counter->index] = vip;
	if (fresh)
		steering->histories[vip->counter->index] =
			(struct build_history){ 0 };
	if (fresh &&
	    sink->clear_vip_counter(sink->datapath, vip->counter->index)) {
		free_vip(steering, vip);
		return NULL;
	}
	return vip;
}

static void wake(struct steering *steering)
{
	const struct steering_hooks *hooks = &steering->hooks;

	if (!TAILQ_EMPTY(&steering->queue) ||
	    steering->nexthops.returning_count)
		hooks->work_waiting(hooks->context);
}

/* Use the table of the VIP's new set, if there is one. */
static int use_own_group(struct steering *steering, struct steering_vip *vip)
{
	struct steering_group *group = vip->set->group;
	int error;

	if (vip->group && vip->group->set == vip->set)
		group = vip->group; /* it did not leave yet */
	else if (vip->group && window_is_wanted(&steering->groups, vip->set))
		return 0;
	if (!group || group->shared)
		return 0;
	error = vip_use_group(steering, vip, group);
	if (!error)
		vip_set_waiting(steering, vip, false);
	return error;
}

int steering_change_set(struct steering *steering, struct steering_vip *vip,
			struct steering_set *set)
{
	struct steering_set *previous = vip->set;
	int error;

	if (set == previous) {
		set_release(set);
		return 0;
	}
	if (previous)
		previous->references++;
	steering->changed = true;
	vip_want(steering, vip, set);
	error = use_own_group(steering, vip);
	if (error && previous)
		vip_want(steering, vip, previous);
	else if (previous)
		set_release(previous);
	return error;
}

static int give_set(struct steering *steering, const struct prefix *prefix,
		    struct steering_set *set, bool *steered)
{
	struct steering_vip *vip = find_vip(steering, prefix);
	bool added = !vip;
	int error;

	if (vip && vip->adopted) {
		set_wish(vip, set);
		*steered = true;
		return 0;
	}
	if (added)
		vip = steering_add_vip(steering, prefix);
	if (!vip) {
		set_release(set);
		return -ENOSPC;
	}
	error = steering_change_set(steering, vip, set);
	if (!error)
		parking_end(steering, vip);
	*steered = vip_is_steered(vip);
	if (error && added)
		free_vip(steering, vip);
	return error;
}

/* Next hops of a set that was decided now are announced. */
static void note_announced(struct steering *steering,
			   const struct member *members, size_t count)
{
	for (size_t i = 0; i < count && steering->nexthops.lost_count; i++)
		steering_session_back(steering, &members[i].address);
}

int steering_set_vip(struct steering *steering, const struct prefix *prefix,
		     const struct member *members, size_t count, bool *steered)
{
	struct steering_vip *vip = find_vip(steering, prefix);
	struct steering_set *set;
	int error = 0;

	*steered = vip && vip_is_steered(vip);
	note_announced(steering, members, count);
	if (count) {
		set = set_intern(&steering->sets, members, count,
				 steering_window_of(&steering->options,
						    prefix));
		if (!set)
			return -ENOMEM;
		error = give_set(steering, prefix, set, steered);
	} else if (vip && vip->adopted) {
		set_wish(vip, NULL);
		*steered = false;
	} else if (vip) {
		if (!parking_begin(steering, vip))
			error = steering_remove_vip(steering, vip);
		*steered = error;
	}
	wake(steering);
	return error;
}

static void log_slot_error(const struct address *address, int error)
{
	if (error)
		log_event(EVENT_TABLE_NOT_WRITTEN,
			  &(struct event_objects){ .nexthop = address },
			  "its slot is not written: %s", strerror(-error));
}

void steering_nexthop_changed(struct steering *steering,
			      const struct nexthop *nexthop)
{
	const struct slot *slot =
		nexthop_slots_find(&steering->nexthops, &nexthop->address);

	if (slot)
		log_slot_error(&nexthop->address,
			       nexthop_slots_write(&steering->nexthops, slot,
						   nexthop));
	wake(steering);
}

void steering_nexthop_gone(struct steering *steering,
			   const struct address *address)
{
	const struct slot *slot =
		nexthop_slots_find(&steering->nexthops, address);

	if (slot)
		log_slot_error(address,
			       nexthop_slots_kill(&steering->nexthops, slot));
	wake(steering);
}

void steering_begin_windows(struct steering *steering)
{
	steering->groups.published = true;
	steering->nexthops.windows = steering_has_windows(&steering->options);
}

void steering_publish(struct steering *steering)
{
	steering_begin_windows(steering);
}

bool steering_loss_kills(const struct steering *steering)
{
	return steering->options.session_loss == STEERING_LOSS_KILLS ||
	       !steering_has_windows(&steering->options);
}

void steering_session_lost(struct steering *steering,
			   const struct address *address, uint64_t now_ms)
{
	const struct slot *slot =
		nexthop_slots_find(&steering->nexthops, address);
	struct group_table *groups = &steering->groups;

	if (!slot)
		return;
	log_slot_error(address,
		       nexthop_slots_set_lost(&steering->nexthops, slot, true,
					      steering_loss_kills(steering)));
	groups->now_s = (uint32_t)(now_ms / CLOCK_MS_PER_S);
	for (uint32_t i = 0; i < steering->options.group_count; i++)
		if (groups->groups[i])
			window_shorten(groups, groups->groups[i], slot);
}

void steering_session_back(struct steering *steering,
			   const struct address *address)
{
	const struct slot *slot =
		nexthop_slots_find(&steering->nexthops, address);

	if (!slot)
		return;
	log_slot_error(address, nexthop_slots_set_lost(&steering->nexthops,
						       slot, false, false));
	wake(steering);
}

const struct steering_vip *steering_next_vip(const struct steering *steering,
					     const struct steering_vip *vip)
{
	return (const struct steering_vip *)prefix_map_next(
		&steering->vips, vip ? &vip->node : NULL);
}

const struct steering_vip *steering_match_vip(const struct steering *steering,
					      const struct address *address)
{
	return (const struct steering_vip *)prefix_map_match(&steering->vips,
							     address);
}

const struct steering_group *
steering_next_group(const struct steering *steering,
		    const struct steering_group *group)
{
	uint32_t index = group ? group->index + 1 : 0;

	for (; index < steering->options.group_count; index++)
		if (steering->groups.groups[index])
			return steering->groups.groups[index];
	return NULL;
}

const struct steering_group *steering_group_at(const struct steering *steering,
					       uint32_t index)
{
	return index < steering->options.group_count ?
		       steering->groups.groups[index] :
		       NULL;
}

enum steering_state steering_vip_state(const struct steering_vip *vip)
{
	if (!vip->group)
		return STEERING_WAITING;
	/* Even if the group may have to be shared later. */
	if (vip->group->set == vip->set)
		return STEERING_EXACT;
	return set_contains(vip->set, vip->group->set) ? STEERING_SHARED :
							 STEERING_PREVIOUS;
}

const char *steering_state_name(enum steering_state state)
{
	static const char *const names[STEERING_STATE_COUNT] = {
		[STEERING_EXACT] = "exact",
		[STEERING_PREVIOUS] = "previous",
		[STEERING_SHARED] = "shared",
		[STEERING_WAITING] = "waits_for_group",
	};

	return names[state];
}

void steering_explain(const struct steering *steering,
		      const struct steering_vip *vip, char *text, size_t size)
{
	static const char *const meanwhile[STEERING_STATE_COUNT] = {
		[STEERING_EXACT] = "",
		[STEERING_PREVIOUS] = "by its previous table",
		[STEERING_SHARED] = "by a group that is a part of its set",
		[STEERING_WAITING] = "by the kernel's route",
	};
	uint32_t limit = steering->options.group_count;
	uint32_t used = limit - steering->groups.free_count;
	const char *by = vip_is_steered(vip) ?
				 meanwhile[steering_vip_state(vip)] :
				 "not at all";

	if (vip->set->retry_ms)
		snprintf(text, size,
			 "its table was refused, see the log; tried again "
			 "every second; steered %s",
			 by);
	else if (steering->groups.free_count > settle_reserve(steering))
		snprintf(text, size, "waits until its set is final; steered %s",
			 by);
	else
		snprintf(text, size,
			 "waits for a group: %u of %u in use; raise --groups; "
			 "steered %s",
			 used, limit, by);
}

const struct steering_vip *steering_find_vip(const struct steering *steering,
					     const struct prefix *prefix)
{
	return find_vip(steering, prefix);
}

struct steering_totals steering_totals(const struct steering *steering)
{
	uint32_t limit = steering->options.group_count;
	struct steering_totals totals = {
		.groups_used = limit - steering->groups.free_count,
		.groups_limit = limit,
		.moved_without_window = steering->groups.unwindowed,
	};
	const struct steering_group *group = NULL;
	const struct steering_vip *vip = NULL;

	while ((vip = steering_next_vip(steering, vip)))
		totals.vips[steering_vip_state(vip)]++;
	while ((group = steering_next_group(steering, group))) {
		totals.groups_light += group->fit.light != 0;
		totals.groups_crowded += group->fit.crowded;
		totals.groups_moving += window_is_open(group);
		if (!group->affinity)
			continue;
		totals.buckets_moving += group->affinity->moving;
		totals.buckets_tracked += group->affinity->tracked;
	}
	return totals;
}

uint32_t steering_count_flows(const struct steering *steering,
			      const struct slot *slot)
{
	return steering->sweep.found[slot->index];
}

const struct slot *steering_find_slot(const struct steering *steering,
				      const struct address *address)
{
	return nexthop_slots_find(&steering->nexthops, address);
}

const struct slot *steering_slot_at(const struct steering *steering,
				    uint32_t index)
{
	const struct slot_table *table = &steering->nexthops.table;

	return index >= table->first && index < table->used ?
		       &table->slots[index] :
		       NULL;
}

const struct steering_vip *steering_vip_at(const struct steering *steering,
					   uint32_t counter)
{
	return counter < HG_MAX_VIPS ? steering->by_counter[counter] : NULL;
}

bool steering_flow_counts(const struct steering *steering,
			  const struct hg_flow *flow)
{
	const struct hg_nexthop *nexthop;

	if (flow->slot >= HG_MAX_NEXTHOPS)
		return false;
	nexthop = &steering->nexthops.values[flow->slot];
	return nexthop->alive && nexthop->incarnation == flow->incarnation;
}

const struct slot *steering_previous(const struct steering *steering,
				     const struct steering_group *group,
				     uint32_t bucket)
{
	const struct affinity *affinity = group->affinity;
	const struct slot *slot;

	if (!affinity || !affinity->buckets[bucket].moving)
		return NULL;
	slot = steering_slot_at(steering, affinity->buckets[bucket].previous);
	return slot && nexthop_slots_is_alive(&steering->nexthops, slot) ?
		       slot :
		       NULL;
}

uint32_t steering_count_buckets(const struct steering *steering,
				const struct address *address)
{
	const struct steering_group *group = NULL;
	uint32_t count = 0;

	while ((group = steering_next_group(steering, group)))
		for (size_t i = 0; i < group->count; i++)
			if (address_equal(&group->members[i].address, address))
				count += group->buckets[i];
	return count;
}
