// SPDX-License-Identifier: BSD-2-Clause
/* Orders to drain as JSON. See drain_order.h. */

#include "control/drain_order.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "control/json.h"
#include "control/reply.h"
#include "control/request.h"
#include "control/show.h"
#include "core/clock.h"
#include "nexthop/bfd_session.h"
#include "nexthop/drain_list.h"
#include "nexthop/tracker.h"
#include "rib/path.h"
#include "rib/reason.h"
#include "rib/rib.h"
#include "steering/drain.h"
#include "steering/steering.h"

struct json_object *drain_order_parse(struct json_object *request, bool drain,
				      struct drain_order *order)
{
	const char *target = json_get_text(request, "target");
	const char *reason = json_get_text(request, "reason");
	struct json_object *value;
	int64_t for_s = 0;

	if (json_object_object_get_ex(request, "for_s", &value)) {
		for_s = json_object_get_int64(value);
		if (for_s < 1 || for_s > DRAIN_MAX_S)
			return request_failure("for_s: must be from 1 to %d",
					       DRAIN_MAX_S);
	}
	if (reason && strlen(reason) > DRAIN_REASON_MAX)
		return request_failure("reason: %zu bytes; must be at most %d",
				       strlen(reason), DRAIN_REASON_MAX);
	*order = (struct drain_order){
		.target = target ? target : "",
		.drain = drain,
		.for_s = (uint32_t)for_s,
		.reason = reason ? reason : "",
	};
	return NULL;
}

static struct json_object *drain_json(const char *cause, uint64_t since_ms)
{
	struct json_object *out = json_object_new_object();

	json_add_text(out, "cause", cause);
	json_add_age(out, "since_s", "since", since_ms);
	return out;
}

static struct json_object *order_json(const struct drain *drain)
{
	struct json_object *out = drain_json("order", drain->since_ms);

	json_add_wait(out, "until_s", "until", drain->until_ms);
	json_add_text(out, "reason", drain->reason[0] ? drain->reason : NULL);
	return out;
}

struct json_object *show_drain(const struct control_view *view,
			       const struct address *address)
{
	const struct drain *drain = drain_list_find(view->drains, address);

	return drain ? order_json(drain) : NULL;
}

/* Return why a next hop gets no new flows, by what was announced. */
static const char *drain_cause(const struct control_view *view,
			       const struct address *address,
			       const struct steering_drain *drain)
{
	const struct path *path = rib_path_left_out(view->rib, address);
	const char *cause;

	if (!path)
		return drain->lost ? "session_lost" : "withdrawal";
	cause = rib_path_drain_cause(view->rib, path);
	return cause ? cause : path_reason_name(path->reason);
}

static struct json_object *bfd_drain_json(const struct control_view *view,
					  const struct address *address)
{
	const struct bfd_session *bfd =
		tracker_bfd_session(view->tracker, address);

	return drain_json("bfd_admin_down",
			  bfd ? bfd->since_us / CLOCK_US_PER_MS : 0);
}

struct json_object *show_nexthop_drain(const struct control_view *view,
				       const struct nexthop *nexthop)
{
	const struct address *address = &nexthop->address;
	const struct slot *slot = steering_find_slot(view->steering, address);
	struct json_object *out = show_drain(view, address);
	struct steering_drain drain = { 0 };
	bool draining = slot &&
			steering_find_drain(view->steering, slot, &drain);
	uint64_t until_ms = (uint64_t)drain.until_s * CLOCK_MS_PER_S;

	if (!out && nexthop->bfd == NEXTHOP_BFD_DRAINING)
		out = bfd_drain_json(view, address);
	else if (!out && draining)
		out = drain_json(drain_cause(view, address, &drain),
				 (uint64_t)drain.since_s * CLOCK_MS_PER_S);
	else if (!out)
		return NULL;
	if (!json_object_object_get_ex(out, "until_s", NULL)) {
		json_add_wait(out, "until_s", "until", until_ms);
		json_add_text(out, "reason", NULL);
	}
	json_add_wait(out, "flows_stay_s", "flows_stay_until", until_ms);
	return out;
}

struct json_object *drain_order_reply(const struct control_view *view,
				      const struct drain_order *order)
{
	struct json_object *out = json_object_new_object();

	json_add(out, "address", json_of_address(&order->address));
	json_add_bool(out, "draining", order->drain);
	json_add(out, "drain", show_drain(view, &order->address));
	return json_wrap("drain", out);
}

/* ------------------------------------------------------------- the list */

static int collect_drains(const struct control_view *view,
			  struct reply_keys *keys)
{
	const struct drain_list *list = view->drains;
	struct address *addresses = calloc(list->count + 1, sizeof(*addresses));

	if (!addresses)
		return -ENOMEM;
	keys->keys = addresses;
	while (keys->count < list->count) {
		addresses[keys->count] = list->drains[keys->count].address;
		keys->count++;
	}
	return 0;
}

static struct json_object *drain_row(const struct control_view *view,
				     const void *key, const void *context)
{
	const struct drain *drain = drain_list_find(view->drains, key);
	struct json_object *out;

	(void)context;
	if (!drain)
		return NULL;
	out = order_json(drain);
	json_add(out, "address", json_of_address(&drain->address));
	json_add_bool(out, "nexthop", tracker_find(view->tracker, key));
	return out;
}

const struct reply_list show_drains = {
	.name = "drains",
	.key_size = sizeof(struct address),
	.collect = collect_drains,
	.row = drain_row,
};
