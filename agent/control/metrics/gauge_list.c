// SPDX-License-Identifier: BSD-2-Clause
/* Numbers by place. See gauge_list.h. */

#include "control/metrics/gauge_list.h"

#include <stdio.h>

#include "bgp/session/neighbor_gone.h"
#include "bgp/session/speaker.h"
#include "control/view.h"
#include "core/array.h"
#include "core/audit_report.h"
#include "core/clock.h"
#include "core/slot_table.h"
#include "datapath/datapath.h"
#include "filter/book.h"
#include "nexthop/bfd.h"
#include "nexthop/services.h"
#include "nexthop/tracker.h"
#include "rib/rib.h"
#include "steering/steering.h"

/* ------------------------------------------------------------- flows */

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

/* ------------------------------------------------------------- tables */

/* Where there is room for so many of a kind. */
enum table_kind {
	TABLE_GROUPS,
	TABLE_NEXTHOPS,
	TABLE_VIPS,
	TABLE_UPSTREAMS,
	TABLE_DYNAMIC,
	TABLE_CHECKS,
	TABLE_KIND_COUNT,
};

static const char *const table_names[TABLE_KIND_COUNT] = {
	[TABLE_GROUPS] = "groups",
	[TABLE_NEXTHOPS] = "nexthops",
	[TABLE_VIPS] = "vips",
	[TABLE_UPSTREAMS] = "upstreams",
	[TABLE_DYNAMIC] = "dynamic_neighbors",
	[TABLE_CHECKS] = "checks",
};

static uint32_t count_tables(const struct control_view *view)
{
	(void)view;
	return TABLE_KIND_COUNT;
}

static uint64_t table_room(const struct control_view *view,
			   enum table_kind kind)
{
	switch (kind) {
	case TABLE_GROUPS:
		return view->steering_options->group_count;
	case TABLE_NEXTHOPS:
		return HG_MAX_NEXTHOPS - 1; /* slot 0 means none */
	case TABLE_VIPS:
		return HG_MAX_VIPS;
	case TABLE_UPSTREAMS:
		return RIB_MAX_UPSTREAMS;
	case TABLE_DYNAMIC:
		return view->bgp->dynamic_limit;
	default:
		return SERVICE_MAX_CHECKS;
	}
}

static uint64_t count_nexthops(const struct control_view *view)
{
	uint64_t used = 0;

	for (uint32_t i = 1; i < HG_MAX_NEXTHOPS; i++) {
		const struct slot *slot = steering_slot_at(view->steering, i);

		used += slot && slot->references;
	}
	return used;
}

static uint64_t count_upstreams(const struct control_view *view)
{
	const struct rib_peer *peer = NULL;
	uint64_t used = 0;

	while ((peer = rib_peer_next(view->rib, peer)))
		used += peer->bit != 0;
	return used;
}

static uint64_t count_dynamic(const struct control_view *view)
{
	const struct bgp_neighbor *neighbor;
	uint64_t used = 0;

	TAILQ_FOREACH(neighbor, &view->speaker->neighbors, link)
		used += neighbor->dynamic && !bgp_neighbor_is_idle(neighbor);
	return used;
}

static uint64_t count_checks(const struct control_view *view)
{
	struct services_totals totals;
	uint64_t used = 0;

	if (!view->services)
		return 0;
	totals = services_totals(view->services);
	for (int i = 0; i < SERVICE_VERDICT_COUNT; i++)
		used += totals.checks[i];
	return used;
}

static uint64_t count_vips(const struct control_view *view)
{
	const struct steering_totals totals = steering_totals(view->steering);

	return totals.vips[STEERING_EXACT] + totals.vips[STEERING_PREVIOUS] +
	       totals.vips[STEERING_SHARED];
}

static uint64_t table_used(const struct control_view *view,
			   enum table_kind kind)
{
	switch (kind) {
	case TABLE_GROUPS:
		return steering_totals(view->steering).groups_used;
	case TABLE_NEXTHOPS:
		return count_nexthops(view);
	case TABLE_VIPS:
		return count_vips(view);
	case TABLE_UPSTREAMS:
		return count_upstreams(view);
	case TABLE_DYNAMIC:
		return count_dynamic(view);
	default:
		return count_checks(view);
	}
}

static bool read_table_room(const struct control_view *view, uint32_t place,
			    char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	snprintf(label, ADDRESS_TEXT_SIZE, "%s", table_names[place]);
	*value = table_room(view, place);
	return true;
}

static bool read_table_used(const struct control_view *view, uint32_t place,
			    char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	snprintf(label, ADDRESS_TEXT_SIZE, "%s", table_names[place]);
	*value = table_used(view, place);
	return true;
}

/* ------------------------------------------------------------- counts */

static uint32_t count_audit_kinds(const struct control_view *view)
{
	(void)view;
	return AUDIT_KIND_COUNT;
}

static bool read_findings(const struct control_view *view, uint32_t place,
			  char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	snprintf(label, ADDRESS_TEXT_SIZE, "%s", audit_kind_name(place));
	*value = view->audit->counts[place].differences;
	return true;
}

/* Nothing is checked: there are no samples. */
static uint32_t count_verdicts(const struct control_view *view)
{
	return view->services ? SERVICE_VERDICT_COUNT : 0;
}

static bool read_verdicts(const struct control_view *view, uint32_t place,
			  char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	snprintf(label, ADDRESS_TEXT_SIZE, "%s", service_verdict_name(place));
	*value = services_totals(view->services).checks[place];
	return true;
}

static uint32_t count_results(const struct control_view *view)
{
	return view->services ? SERVICE_RESULT_COUNT : 0;
}

static bool read_results(const struct control_view *view, uint32_t place,
			 char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	snprintf(label, ADDRESS_TEXT_SIZE, "%s", service_result_name(place));
	*value = services_totals(view->services).results[place];
	return true;
}

/* No BFD: no samples. */
static uint32_t count_bfd(const struct control_view *view)
{
	return tracker_bfd_counts(view->tracker) ? BFD_COUNT_COUNT : 0;
}

static bool read_bfd(const struct control_view *view, uint32_t place,
		     char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	snprintf(label, ADDRESS_TEXT_SIZE, "%s", bfd_count_name(place));
	*value = tracker_bfd_counts(view->tracker)[place];
	return true;
}

/* ------------------------------------------------------------- filters */

static uint32_t count_filter_states(const struct control_view *view)
{
	(void)view;
	return 2;
}

static bool read_filters(const struct control_view *view, uint32_t place,
			 char label[ADDRESS_TEXT_SIZE], uint64_t *value)
{
	struct filter_row row;

	*value = 0;
	for (size_t i = 0; i < filter_book_count(view->filters); i++) {
		filter_book_row(view->filters, i, &row);
		*value += (row.slot != 0) == !place;
	}
	snprintf(label, ADDRESS_TEXT_SIZE, "%s",
		 place ? "refused" : "in_force");
	return true;
}

const struct gauge_list gauge_lists[] = {
	{ "headgate_filters", METRIC_GAUGE, "Filters of VIPs", "state",
	  count_filter_states, read_filters },
	{ "headgate_table_used", METRIC_GAUGE,
	  "How many there are of what a table has room for", "table",
	  count_tables, read_table_used },
	{ "headgate_table_room", METRIC_GAUGE, "How many there may be", "table",
	  count_tables, read_table_room },
	{ "headgate_audit_findings_total", METRIC_COUNTER,
	  "Differences that audits found, by kind", "kind", count_audit_kinds,
	  read_findings },
	{ "headgate_checks", METRIC_GAUGE, "Checks of services", "state",
	  count_verdicts, read_verdicts },
	{ "headgate_check_results_total", METRIC_COUNTER,
	  "Checks that ended, by result", "result", count_results,
	  read_results },
	{ "headgate_bfd_packets_total", METRIC_COUNTER,
	  "BFD packets that came, by what became of them", "result", count_bfd,
	  read_bfd },
	{ "headgate_buckets", METRIC_GAUGE,
	  "Buckets with a window, or with recorded flows", "state",
	  count_states, read_buckets },
	{ "headgate_flow_map_room", METRIC_GAUGE,
	  "Flows that a map has room for", "map", count_maps, read_room },
	{ "headgate_flow_map_records", METRIC_GAUGE, "Recorded flows", "map",
	  count_maps, read_records },
	{ "headgate_flow_map_oldest_seconds", METRIC_GAUGE,
	  "Age of the oldest recorded flow", "map", count_maps, read_oldest },
	{ "headgate_flow_map_evicted_total", METRIC_COUNTER,
	  "Recorded flows that were pushed out by others", "map", count_maps,
	  read_evicted },
	{ "headgate_nexthop_flows_recorded", METRIC_GAUGE,
	  "Recorded flows that stay on a next hop", "address", count_slots,
	  read_nexthop_flows },
};

const size_t gauge_list_count = COUNT_OF(gauge_lists);
