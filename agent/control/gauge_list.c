// SPDX-License-Identifier: BSD-2-Clause
/* Numbers about recorded flows. See gauge_list.h. */

#include "control/gauge_list.h"

#include <stdio.h>

#include "control/view.h"
#include "core/array.h"
#include "core/clock.h"
#include "core/slot_table.h"
#include "datapath/datapath.h"
#include "steering/steering.h"

static uint32_t count_maps(const struct control_view *view)
{
	(void)view;
	return HG_FLOW_MAP_COUNT;
}

static struct steering_flow_use map_use(const struct control_view *view,
					uint32_t place,
					char label[ADDRESS_TEXT_SIZE])
{
	snprintf(label, ADDRESS_TEXT_SIZE, "%s", hg_flow_map_name(place));
	return steering_flow_use(view->steering, place);
}

static bool read_room(const struct control_view *view, uint32_t place,
		      char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	*value = map_use(view, place, label).room;
	return true;
}

static bool read_records(const struct control_view *view, uint32_t place,
			 char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	*value = map_use(view, place, label).records;
	return true;
}

static bool read_oldest(const struct control_view *view, uint32_t place,
			char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	*value = map_use(view, place, label).oldest_ms / CLOCK_MS_PER_S;
	return true;
}

static bool read_evicted(const struct control_view *view, uint32_t place,
			 char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	*value = map_use(view, place, label).evicted;
	return true;
}

static uint32_t count_slots(const struct control_view *view)
{
	(void)view;
	return HG_MAX_NEXTHOPS;
}

static bool read_nexthop_flows(const struct control_view *view, uint32_t place,
			       char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	const struct slot *slot = steering_slot_at(view->steering, place);

	if (!slot || !slot->references)
		return false;
	address_format(&slot->node.prefix.address, label);
	*value = steering_count_flows(view->steering, slot);
	return true;
}

enum bucket_state {
	BUCKETS_MOVING,
	BUCKETS_TRACKED,
	BUCKET_STATE_COUNT,
};

static uint32_t count_states(const struct control_view *view)
{
	(void)view;
	return BUCKET_STATE_COUNT;
}

static bool read_buckets(const struct control_view *view, uint32_t place,
			 char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	struct steering_totals totals = steering_totals(view->steering);

	snprintf(label, ADDRESS_TEXT_SIZE, "%s",
		 place == BUCKETS_MOVING ? "moving" : "tracked");
	*value = place == BUCKETS_MOVING ? totals.buckets_moving :
					   totals.buckets_tracked;
	return true;
}

const struct gauge_list gauge_lists[] = {
	{ "buckets", "gauge", "Buckets with a window, or with recorded flows",
	  "state", count_states, read_buckets },
	{ "flow_map_room", "gauge", "Flows that a map has room for", "map",
	  count_maps, read_room },
	{ "flow_map_records", "gauge", "Recorded flows", "map", count_maps,
	  read_records },
	{ "flow_map_oldest_seconds", "gauge", "Age of the oldest recorded flow",
	  "map", count_maps, read_oldest },
	{ "flow_map_evicted_total", "counter",
	  "Recorded flows that were pushed out by others", "map", count_maps,
	  read_evicted },
	{ "nexthop_flows_recorded", "gauge",
	  "Recorded flows that stay on a next hop", "address", count_slots,
	  read_nexthop_flows },
};

const size_t gauge_list_count = COUNT_OF(gauge_lists);
