// SPDX-License-Identifier: BSD-2-Clause
/* Next hops, groups and counters as JSON. */

#include "control/show.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/json.h"
#include "control/reply.h"
#include "control/show_services.h"
#include "core/clock.h"
#include "core/encapsulation.h"
#include "datapath/datapath.h"
#include "nexthop/bfd.h"
#include "nexthop/tracker.h"
#include "steering/affinity.h"
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
	json_add_age(out, "changed_s", "changed_at",
		     session->since_us / CLOCK_US_PER_MS);
	return out;
}

/* The seconds until its hold-down is over, or null. */
static void add_hold(struct json_object *out, const struct nexthop *nexthop)
{
	uint64_t now = clock_now_ms();

	json_add_wait(out, "held_s", "held_until",
		      nexthop->held_until_ms > now ? nexthop->held_until_ms :
						     0);
}

/* Add why the next hop drains; null: it does not. */
static void add_drain(struct json_object *out, const struct control_view *view,
		      const struct nexthop *nexthop)
{
	struct json_object *drain = show_nexthop_drain(view, nexthop);

	json_add_bool(out, "draining", drain);
	json_add(out, "drain", drain);
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
	json_add(out, "gateway",
		 address_equal(&nexthop->via, &nexthop->address) ?
			 NULL :
			 json_of_address(&nexthop->via));
	json_add_text(out, "encapsulation",
		      encapsulation_names[nexthop->encapsulation]);
	json_add_bool(out, "alive", nexthop_is_alive(nexthop));
	json_add_number(out, "link_speed_mbit", nexthop->link_speed);
	json_add(out, "bfd", show_bfd(view, &nexthop->address));
	add_hold(out, nexthop);
	add_drain(out, view, nexthop);
	json_add(out, "checks", show_nexthop_checks(view, &nexthop->address));
	json_add_number(out, "buckets",
			steering_count_buckets(view->steering,
					       &nexthop->address));
	json_add_age(out, "since_s", "since", nexthop->since_ms);
	add_slot(out, slot);
	json_add_number(out, "flows_recorded",
			slot ? steering_count_flows(view->steering, slot) : 0);
	if (slot)
		datapath_read_nexthop_counter(view->datapath, slot->index,
					      &counter);
	json_add_counter(out, &counter);
	json_add(out, "outer_bytes",
		 json_object_new_uint64(
			 counter.bytes +
			 counter.packets *
				 encapsulation_size(
					 nexthop->encapsulation,
					 address_is_ipv4(&nexthop->address))));
	return out;
}

static int collect_nexthops(const struct control_view *view,
			    struct reply_keys *keys)
{
	const struct nexthop *nexthop = NULL;
	struct address *addresses;
	size_t count = 0;

	while ((nexthop = tracker_next(view->tracker, nexthop)))
		count++;
	addresses = calloc(count + 1, sizeof(*addresses));
	if (!addresses)
		return -ENOMEM;
	keys->keys = addresses;
	while ((nexthop = tracker_next(view->tracker, nexthop)))
		addresses[keys->count++] = nexthop->address;
	return 0;
}

static struct json_object *nexthop_row(const struct control_view *view,
				       const void *key, const void *context)
{
	const struct nexthop *nexthop = tracker_find(view->tracker, key);

	(void)context;
	return nexthop ? nexthop_json(view, nexthop) : NULL;
}

const struct reply_list show_nexthops = {
	.name = "nexthops",
	.key_size = sizeof(struct address),
	.collect = collect_nexthops,
	.row = nexthop_row,
};

static struct json_object *members_json(const struct steering_group *group)
{
	struct json_object *list = json_object_new_array();
	uint64_t total = fit_total_weight(group->members, group->count);
	uint32_t size = 0;

	for (size_t i = 0; i < group->count; i++)
		size += group->buckets[i];
	for (size_t i = 0; i < group->count; i++) {
		struct json_object *member = json_object_new_object();

		json_add(member, "address",
			 json_of_address(&group->members[i].address));
		json_add_number(member, "weight", group->members[i].weight);
		json_add_number(member, "buckets", group->buckets[i]);
		json_add_bool(member, "below_one_bucket",
			      fit_is_light(group->members[i].weight, total,
					   size));
		json_add(member, "share",
			 json_object_new_double((double)group->buckets[i] /
						size));
		json_object_array_add(list, member);
	}
	return list;
}

/* List the next hops that flows of the group stay on. */
static struct json_object *stays_json(const struct steering_group *group)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < group->held_count; i++) {
		const struct steering_hold *hold = &group->held[i];
		struct json_object *stay = json_object_new_object();
		uint16_t slot = (uint16_t)hold->slot->index;
		uint32_t moving = 0;

		if (group->affinity)
			moving = affinity_count_from(group->affinity, slot);
		json_add(stay, "address",
			 json_of_address(&hold->slot->node.prefix.address));
		json_add_number(stay, "moving_buckets", moving);
		json_add_wait(stay, "left_s", "ends_at",
			      (uint64_t)hold->until_s * CLOCK_MS_PER_S);
		json_object_array_add(list, stay);
	}
	return list;
}

static void add_windows(struct json_object *out,
			const struct steering_group *group)
{
	const struct affinity *affinity = group->affinity;

	json_add_number(out, "moving_buckets", affinity ? affinity->moving : 0);
	json_add_number(out, "tracked_buckets",
			affinity ? affinity->tracked : 0);
	json_add_wait(out, "window_left_s", "window_ends_at",
		      affinity ? (uint64_t)affinity_last_s(affinity) *
					 CLOCK_MS_PER_S :
				 0);
	json_add(out, "flows_stay_on", stays_json(group));
}

static struct json_object *group_json(const struct control_view *view,
				      const struct steering_group *group)
{
	struct json_object *out = json_object_new_object();
	struct json_object *vips = json_object_new_array();
	const struct steering_vip *vip;
	char digest[DIGEST_TEXT_SIZE];

	TAILQ_FOREACH(vip, &group->vips, group_link)
		json_object_array_add(vips, json_of_prefix(&vip->node.prefix));
	json_object_array_sort(vips, json_by_text);
	snprintf(digest, sizeof(digest), "%016" PRIx64, steering_digest(group));
	json_add_number(out, "group", group->index);
	json_add_number(out, "size", view->datapath_options->table_size);
	json_add_text(out, "digest", digest);
	add_windows(out, group);
	json_add(out, "vips", vips);
	json_add(out, "members", members_json(group));
	return out;
}

static int collect_groups(const struct control_view *view,
			  struct reply_keys *keys)
{
	const struct steering_group *group = NULL;
	uint32_t *indexes;

	indexes = calloc(view->steering_options->group_count, sizeof(*indexes));
	if (!indexes)
		return -ENOMEM;
	keys->keys = indexes;
	while ((group = steering_next_group(view->steering, group)))
		indexes[keys->count++] = group->index;
	return 0;
}

static struct json_object *group_row(const struct control_view *view,
				     const void *key, const void *context)
{
	const struct steering_group *group =
		steering_group_at(view->steering, *(const uint32_t *)key);

	(void)context;
	return group ? group_json(view, group) : NULL;
}

const struct reply_list show_groups = {
	.name = "groups",
	.key_size = sizeof(uint32_t),
	.collect = collect_groups,
	.row = group_row,
};
