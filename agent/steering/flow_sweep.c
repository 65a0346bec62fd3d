// SPDX-License-Identifier: BSD-2-Clause
/* Flow records that say nothing any more. See flow_sweep.h. */

#include "steering/flow_sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "steering/affinity.h"
#include "steering/settle_internal.h"
#include "steering/window.h"

int flow_sweep_init(struct flow_sweep *sweep)
{
	sweep->counts = calloc(HG_MAX_NEXTHOPS, sizeof(*sweep->counts));
	sweep->found = calloc(HG_MAX_NEXTHOPS, sizeof(*sweep->found));
	return sweep->counts && sweep->found ? 0 : -ENOMEM;
}

void flow_sweep_free(struct flow_sweep *sweep)
{
	free(sweep->counts);
	free(sweep->found);
}

static struct steering_group *group_of(const struct steering *steering,
				       const struct hg_flow *flow)
{
	const struct steering_vip *vip = steering->by_counter[flow->counter];

	return vip ? vip->group : NULL;
}

static bool is_valid(const struct steering *steering,
		     const struct hg_flow *flow, uint32_t now_ms)
{
	return steering_flow_counts(steering, flow) &&
	       !(flow->ending && now_ms - flow->time_ms > FLOW_ENDED_MS);
}

/* True if the record decides where its flow goes; then its bucket has one. */
static bool keep_record(struct steering *steering, const struct hg_flow *flow,
			uint32_t now_ms)
{
	struct steering_group *group = group_of(steering, flow);
	const struct affinity_bucket *bucket;

	if (!group || !group->affinity ||
	    flow->bucket >= group->affinity->size ||
	    !is_valid(steering, flow, now_ms))
		return false;
	bucket = &group->affinity->buckets[flow->bucket];
	if (!bucket->tracked ||
	    (!bucket->moving && bucket->current == flow->slot))
		return false;
	affinity_note_record(group->affinity, flow->bucket);
	return true;
}

/* Delete the records of a piece that are not needed. */
static int sweep_piece(struct steering *steering,
		       const struct steering_flow *flows, uint32_t count)
{
	const struct steering_sink *sink = &steering->sink;
	uint32_t now_ms = (uint32_t)clock_monotonic_ms();
	struct flow_map_use *use = &steering->sweep.uses[steering->sweep.map];
	uint64_t useless[FLOW_SWEEP_PIECE];
	uint32_t used = 0, deleted = 0;
	int error = 0;

	use->count += count;
	for (uint32_t i = 0; i < count; i++)
		if (now_ms - flows[i].flow.time_ms > use->oldest_ms)
			use->oldest_ms = now_ms - flows[i].flow.time_ms;
	for (uint32_t i = 0; i < count; i++)
		if (keep_record(steering, &flows[i].flow, now_ms))
			steering->sweep.counts[flows[i].flow.slot]++;
		else
			useless[used++] = flows[i].signature;
	use->kept += count - used;
	if (used)
		error = sink->delete_flows(sink->datapath, steering->sweep.map,
					   useless, used, &deleted);
	steering->sweep.deleted += deleted;
	return error;
}

static struct hg_flow_count count_flows(const struct steering *steering,
					enum hg_flow_map map)
{
	const struct steering_sink *sink = &steering->sink;
	struct hg_flow_count count = { 0 };

	if (sink->count_flows)
		sink->count_flows(sink->datapath, map, &count);
	return count;
}

static void begin_map(struct steering *steering, enum hg_flow_map map)
{
	struct flow_sweep *sweep = &steering->sweep;

	sweep->map = map;
	sweep->cursor = 0;
	sweep->deleted = 0;
	sweep->losses[map].begin = count_flows(steering, map);
}

/* All records of the map were read: compute what it lost. */
static void end_map(struct steering *steering)
{
	struct flow_sweep *sweep = &steering->sweep;
	struct flow_map_losses *losses = &sweep->losses[sweep->map];
	const struct flow_map_use *use = &sweep->uses[sweep->map];
	struct hg_flow_count end = count_flows(steering, sweep->map);
	int64_t explained = (int64_t)(losses->deleted + use->count);
	int64_t lost = (int64_t)(losses->begin.added - end.removed) -
		       explained - losses->unexplained;

	if (!losses->looked)
		losses->unexplained =
			(int64_t)(end.added - losses->begin.removed) -
			explained;
	else if (lost > 0 && (uint64_t)lost > losses->evicted)
		losses->evicted = (uint64_t)lost;
	losses->looked = true;
	losses->deleted += sweep->deleted;
}

static void start_reading(struct steering *steering)
{
	struct flow_sweep *sweep = &steering->sweep;

	sweep->active = true;
	begin_map(steering, HG_FLOWS_NEW);
	memset(sweep->counts, 0, HG_MAX_NEXTHOPS * sizeof(*sweep->counts));
	memset(sweep->uses, 0, sizeof(sweep->uses));
	for (uint32_t i = 0; i < steering->options.group_count; i++) {
		struct steering_group *group = steering->groups.groups[i];

		if (group)
			group->changed = false;
		if (group && group->affinity)
			affinity_begin_sweep(group->affinity);
	}
}

static uint32_t room_of(const struct steering *steering, enum hg_flow_map map)
{
	uint32_t room = steering->options.flow_records;

	return map == HG_FLOWS_PINNED ? room : room / 2;
}

/* True if a map that has so many records may lose some. */
static bool fills_map(const struct steering *steering, enum hg_flow_map map,
		      uint64_t count)
{
	return count * 100 >=
	       (uint64_t)room_of(steering, map) * FLOW_FULL_PERCENT;
}

static bool is_nearly_full(const struct steering *steering,
			   enum hg_flow_map map)
{
	return fills_map(steering, map, steering->sweep.uses[map].count);
}

/* True if the map is full before the sweep after next ends. */
static bool is_filling(const struct steering *steering, enum hg_flow_map map)
{
	const struct flow_sweep *sweep = &steering->sweep;
	uint64_t count = sweep->uses[map].count;
	uint64_t before = sweep->last[map].kept;
	uint64_t growth = count > before ? count - before : 0;

	return fills_map(steering, map, count + growth * FLOW_GROWTHS);
}

/* True if a full map loses records that are younger than a window. */
static bool loses_young(const struct steering *steering, enum hg_flow_map map,
			uint32_t window_s)
{
	return is_nearly_full(steering, map) &&
	       steering->sweep.uses[map].oldest_ms / CLOCK_MS_PER_S < window_s;
}

static void warn_of_full_maps(struct steering *steering)
{
	struct flow_sweep *sweep = &steering->sweep;
	bool full = false;

	for (enum hg_flow_map map = HG_FLOWS_PROBATION; map < HG_FLOW_MAP_COUNT;
	     map++) {
		if (!is_filling(steering, map))
			continue;
		if (!full && !sweep->logged_full)
			log_event(EVENT_FLOWS_SHORT, NULL,
				  "flow records: %u of %u are in use, and %u "
				  "were %u seconds ago; flows whose record "
				  "is lost may break; raise --affinity-flows",
				  sweep->uses[map].count,
				  room_of(steering, map), sweep->last[map].kept,
				  FLOW_SWEEP_MS / (uint32_t)CLOCK_MS_PER_S);
		full = true;
	}
	sweep->logged_full = full;
}

/* Only flows of `flows_new` can be recorded once more. */
static void warn_of_losses(struct steering *steering)
{
	struct flow_sweep *sweep = &steering->sweep;
	uint64_t evicted = sweep->losses[HG_FLOWS_PROBATION].evicted +
			   sweep->losses[HG_FLOWS_PINNED].evicted;

	if (evicted > sweep->evicted)
		log_event(EVENT_FLOWS_SHORT, NULL,
			  "flow records: %" PRIu64 " were lost to others for "
			  "lack of room; their flows may break when their "
			  "window ends; raise --affinity-flows",
			  evicted - sweep->evicted);
	sweep->evicted = evicted;
}

/* Keep windows open while records are lost before flows are known. */
static void guard_windows(struct steering *steering)
{
	struct flow_sweep *sweep = &steering->sweep;
	uint32_t now_s = steering->groups.now_s;
	bool any = false;

	for (uint32_t i = 0; i < steering->options.group_count; i++) {
		struct steering_group *group = steering->groups.groups[i];

		if (!group || !window_is_open(group) ||
		    !(loses_young(steering, HG_FLOWS_PROBATION,
				  group->set->window_s) ||
		      loses_young(steering, HG_FLOWS_PINNED,
				  group->set->window_s)))
			continue;
		if (!sweep->full_since_s)
			sweep->full_since_s = now_s;
		any = true;
		if (now_s - sweep->full_since_s < FLOW_GUARD_MAX_S)
			window_extend(&steering->groups, group);
	}
	if (!any)
		sweep->full_since_s = 0;
}

static void finish_sweep(struct turn *turn)
{
	struct steering *steering = turn->steering;
	struct flow_sweep *sweep = &steering->sweep;
	uint32_t *counts = sweep->found;

	for (uint32_t i = 0; i < steering->options.group_count; i++) {
		struct steering_group *group = steering->groups.groups[i];

		if (group && !group->changed)
			window_untrack(&steering->groups, group);
	}
	warn_of_full_maps(steering);
	warn_of_losses(steering);
	memcpy(sweep->last, sweep->uses, sizeof(sweep->last));
	guard_windows(steering);
	sweep->found = sweep->counts;
	sweep->counts = counts;
	sweep->active = false;
	sweep->due_ms = turn->now_ms + FLOW_SWEEP_MS;
}

bool flow_sweep_is_needed(const struct steering *steering)
{
	if (!steering->sink.read_flows)
		return false;
	for (uint32_t i = 0; i < steering->options.group_count; i++)
		if (steering->groups.groups[i] &&
		    steering->groups.groups[i]->affinity)
			return true;
	return false;
}

/* An error ends the sweep: no bucket loses its mark by half of the records. */
static void postpone_sweep(struct turn *turn, int error)
{
	struct flow_sweep *sweep = &turn->steering->sweep;

	log_event(EVENT_FLOWS_UNREAD, NULL,
		  "flow records not read: %s; tried again later",
		  strerror(-error));
	sweep->active = false;
	sweep->due_ms = turn->now_ms + FLOW_SWEEP_MS;
}

bool flow_sweep_step(struct turn *turn)
{
	struct steering *steering = turn->steering;
	const struct steering_sink *sink = &steering->sink;
	struct steering_flow flows[FLOW_SWEEP_PIECE];
	struct flow_sweep *sweep = &steering->sweep;
	uint32_t count = 0;
	int error, end;

	if (!sweep->active && turn->now_ms < sweep->due_ms)
		return false;
	if (!sweep->active && !flow_sweep_is_needed(steering))
		return false;
	if (!sweep->active)
		start_reading(steering);
	end = sink->read_flows(sink->datapath, sweep->map, &sweep->cursor,
			       flows, FLOW_SWEEP_PIECE, &count);
	error = end && end != -ENOENT ? end :
					sweep_piece(steering, flows, count);
	if (error) {
		postpone_sweep(turn, error);
		return false;
	}
	if (end)
		end_map(steering);
	if (end && sweep->map + 1 == HG_FLOW_MAP_COUNT)
		finish_sweep(turn);
	else if (end)
		begin_map(steering, sweep->map + 1);
	return true;
}

struct steering_flow_use steering_flow_use(const struct steering *steering,
					   enum hg_flow_map map)
{
	const struct flow_sweep *sweep = &steering->sweep;

	return (struct steering_flow_use){
		.room = steering_has_windows(&steering->options) ?
				room_of(steering, map) :
				0,
		.records = sweep->last[map].kept,
		.oldest_ms = sweep->last[map].oldest_ms,
		.evicted = sweep->losses[map].evicted,
	};
}
