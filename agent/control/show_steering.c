// SPDX-License-Identifier: BSD-2-Clause
/* Next hops, groups and counters as JSON. */

#include "control/show.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "control/counter_list.h"
#include "control/json.h"
#include "core/clock.h"
#include "datapath/datapath.h"
#include "nexthop/bfd.h"
#include "nexthop/tracker.h"
#include "steering/steering.h"

enum {
	DIGEST_TEXT_SIZE = 17,
};

/* Add the slot of a next hop; null while it has none. */
static void add_slot(struct json_object *out, const struct slot *slot)
{
	json_add(out, "slot",
		 slot ? json_object_new_uint64(slot->index) : NULL);
}

const struct nexthop *show_nexthop_in(const struct control_view *view,
				      uint32_t slot)
{
	const struct nexthop *nexthop = NULL;

	while (slot != HG_NEXTHOP_NONE &&
	       (nexthop = tracker_next(view->tracker, nexthop))) {
		const struct slot *its =
			steering_find_slot(view->steering, &nexthop->address);

		if (its && its->index == slot)
			return nexthop;
	}
	return NULL;
}

struct json_object *show_bfd(const struct control_view *view,
			     const struct address *address)
{
	const struct bfd_session *session =
		tracker_bfd_session(view->tracker, address);
	struct json_object *out;
	uint64_t changed_s;

	if (!session)
		return NULL;
	changed_s = json_age_s(session->since_us / CLOCK_US_PER_MS);
	out = json_object_new_object();
	json_add_text(out, "state", bfd_state_name(session->state));
	json_add_text(out, "diagnostic",
		      bfd_diagnostic_name(session->diagnostic));
	json_add_text(out, "remote_state",
		      bfd_state_name(session->remote_state));
	json_add_text(out, "remote_diagnostic",
		      bfd_diagnostic_name(session->remote_diagnostic));
	json_add_number(out, "transmit_interval_ms",
			bfd_session_transmit_interval_us(session) /
				CLOCK_US_PER_MS);
	json_add_number(out, "detection_time_ms",
			bfd_session_detection_time_us(session) /
				CLOCK_US_PER_MS);
	json_add_number(out, "uptime_s",
			session->state == BFD_STATE_UP ? changed_s : 0);
	json_add_number(out, "changed_s", changed_s);
	return out;
}

static struct json_object *nexthop_json(const struct control_view *view,
					const struct nexthop *nexthop)
{
	const struct slot *slot =
		steering_find_slot(view->steering, &nexthop->address);
	struct json_object *out = json_object_new_object();
	struct hg_counter counter = { 0 };

	json_add(out, "address", json_of_address(&nexthop->address));
	json_add_text(out, "state", nexthop_state_name(nexthop->state));
	json_add_mac(out, "mac", nexthop->mac);
	json_add_text(out, "interface",
		      nexthop->interface[0] ? nexthop->interface : NULL);
	json_add_bool(out, "alive", nexthop_is_alive(nexthop));
	json_add(out, "bfd", show_bfd(view, &nexthop->address));
	json_add_bool(out, "draining", false);
	json_add_number(out, "buckets",
			steering_count_buckets(view->steering,
					       &nexthop->address));
	json_add_number(out, "since_s", json_age_s(nexthop->since_ms));
	add_slot(out, slot);
	if (slot)
		datapath_read_nexthop_counter(view->datapath, slot->index,
					      &counter);
	json_add_counter(out, &counter);
	return out;
}

struct json_object *show_nexthops(const struct control_view *view,
				  struct json_object *request)
{
	struct json_object *list = json_object_new_array();
	const struct nexthop *nexthop = NULL;

	(void)request;
	while ((nexthop = tracker_next(view->tracker, nexthop)))
		json_object_array_add(list, nexthop_json(view, nexthop));
	return json_wrap("nexthops", list);
}

static struct json_object *members_json(const struct steering_group *group)
{
	struct json_object *list = json_object_new_array();
	uint32_t size = 0;

	for (size_t i = 0; i < group->count; i++)
		size += group->buckets[i];
	for (size_t i = 0; i < group->count; i++) {
		struct json_object *member = json_object_new_object();

		json_add(member, "address",
			 json_of_address(&group->members[i].address));
		json_add_number(member, "weight", group->members[i].weight);
		json_add_number(member, "buckets", group->buckets[i]);
		json_add(member, "share",
			 json_object_new_double((double)group->buckets[i] /
						size));
		json_object_array_add(list, member);
	}
	return list;
}

static struct json_object *group_json(const struct control_view *view,
				      const struct steering_group *group)
{
	struct json_object *out = json_object_new_object();
	struct json_object *vips = json_object_new_array();
	const struct steering_vip *vip = NULL;
	char digest[DIGEST_TEXT_SIZE];

	while ((vip = steering_next_vip(view->steering, vip)))
		if (vip->group == group)
			json_object_array_add(
				vips, json_of_prefix(&vip->node.prefix));
	json_object_array_sort(vips, json_by_text);
	snprintf(digest, sizeof(digest), "%016" PRIx64, steering_digest(group));
	json_add_number(out, "group", group->index);
	json_add_number(out, "size", view->datapath_options->table_size);
	json_add_text(out, "digest", digest);
	json_add(out, "vips", vips);
	json_add(out, "members", members_json(group));
	return out;
}

struct json_object *show_groups(const struct control_view *view,
				struct json_object *request)
{
	struct json_object *list = json_object_new_array();
	const struct steering_group *group = NULL;

	(void)request;
	while ((group = steering_next_group(view->steering, group)))
		json_object_array_add(list, group_json(view, group));
	return json_wrap("groups", list);
}

/* A list of counters while it is written as JSON. */
struct counters_json {
	const struct counter_list *list;
	struct json_object *out;
};

static void add_counter_entry(void *context, const struct counter_entry *entry)
{
	const struct counters_json *json = context;
	struct json_object *out = json_object_new_object();

	json_add_text(out, json->list->key, entry->label);
	if (json->list->has_slots)
		add_slot(out, entry->slot);
	json_add_counter(out, &entry->counter);
	json_object_array_add(json->out, out);
}

static struct json_object *counters_json(const struct control_view *view,
					 const struct counter_list *list)
{
	struct counters_json json = { list, json_object_new_array() };

	list->visit(view, add_counter_entry, &json);
	if (list->is_by_prefix)
		json_object_array_sort(json.out, json_by_prefix);
	return json.out;
}

/* Return the counters of BFD packets; NULL without BFD. */
static struct json_object *bfd_counters_json(const struct control_view *view)
{
	const uint64_t *counts = tracker_bfd_counts(view->tracker);
	struct json_object *out = NULL;

	if (counts)
		out = json_object_new_object();
	for (int i = 0; counts && i < BFD_COUNT_COUNT; i++)
		json_add_number(out, bfd_count_name(i), counts[i]);
	return out;
}

struct json_object *show_counters(const struct control_view *view,
				  struct json_object *request)
{
	struct json_object *out = json_object_new_object();

	(void)request;
	for (size_t i = 0; i < counter_list_count; i++)
		json_add(out, counter_lists[i].name,
			 counters_json(view, &counter_lists[i]));
	json_add(out, "bfd", bfd_counters_json(view));
	return json_wrap("counters", out);
}
