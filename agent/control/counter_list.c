// SPDX-License-Identifier: BSD-2-Clause
/* The lists of counters. See counter_list.h. */

#include "control/counter_list.h"

#include "control/show.h"
#include "core/array.h"
#include "datapath/datapath.h"
#include "nexthop/tracker.h"
#include "steering/steering.h"

static void visit_outcomes(const struct control_view *view,
			   counter_visit_fn *visit, void *context)
{
	for (enum hg_outcome i = 0; i < HG_OUTCOME_COUNT; i++) {
		struct counter_entry entry = { .label = hg_outcome_name(i) };

		datapath_read_outcome_counter(view->datapath, i,
					      &entry.counter);
		visit(context, &entry);
	}
}

static void visit_events(const struct control_view *view,
			 counter_visit_fn *visit, void *context)
{
	for (enum hg_event i = 0; i < HG_EVENT_COUNT; i++) {
		struct counter_entry entry = { .label = hg_event_name(i) };

		datapath_read_event_counter(view->datapath, i, &entry.counter);
		visit(context, &entry);
	}
}

static void visit_vips(const struct control_view *view, counter_visit_fn *visit,
		       void *context)
{
	const struct steering_vip *vip = NULL;

	while ((vip = steering_next_vip(view->steering, vip))) {
		struct counter_entry entry = {
			.prefix = &vip->node.prefix,
		};

		datapath_read_vip_counter(view->datapath, vip->counter->index,
					  &entry.counter);
		visit(context, &entry);
	}
}

static void visit_nexthops(const struct control_view *view,
			   counter_visit_fn *visit, void *context)
{
	const struct nexthop *nexthop = NULL;
	char text[ADDRESS_TEXT_SIZE];

	while ((nexthop = tracker_next(view->tracker, nexthop))) {
		struct counter_entry entry = {
			.label = address_format(&nexthop->address, text),
			.slot = steering_find_slot(view->steering,
						   &nexthop->address),
		};

		if (entry.slot)
			datapath_read_nexthop_counter(view->datapath,
						      entry.slot->index,
						      &entry.counter);
		visit(context, &entry);
	}
}

const struct counter_list counter_lists[] = {
	{ .name = "outcomes",
	  .key = "name",
	  .help = "Frames by what became of them, each in one outcome",
	  .visit = visit_outcomes },
	{ .name = "events",
	  .key = "name",
	  .help = "Frames by what happened to them on their way",
	  .visit = visit_events },
	{ .name = "vips",
	  .key = "prefix",
	  .help = "Frames forwarded, by their VIP",
	  .is_by_prefix = true,
	  .visit = visit_vips },
	{ .name = "nexthops",
	  .key = "address",
	  .help = "Frames forwarded, by their next hop",
	  .has_slots = true,
	  .visit = visit_nexthops },
};

const size_t counter_list_count = COUNT_OF(counter_lists);
