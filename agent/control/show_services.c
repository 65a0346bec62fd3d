// SPDX-License-Identifier: BSD-2-Clause
/* Checks of services as JSON. */

#include "control/show_services.h"

#include <json-c/json.h>

#include "control/json.h"
#include "control/view.h"
#include "nexthop/services.h"
#include "rib/rib.h"
#include "rib/rib_nexthop.h"

static void add_counts(struct json_object *out, const uint32_t *counts)
{
	for (int i = 0; i < SERVICE_VERDICT_COUNT; i++)
		json_add_number(out, service_verdict_name(i), counts[i]);
}

struct json_object *show_nexthop_checks(const struct control_view *view,
					const struct address *nexthop)
{
	const uint32_t *counts =
		view->services ? services_counts(view->services, nexthop) :
				 NULL;
	struct json_object *out;

	if (!counts)
		return NULL;
	out = json_object_new_object();
	add_counts(out, counts);
	return out;
}

static const struct service_check *find_check(const struct control_view *view,
					      const struct route *route,
					      const struct path *path)
{
	if (!view->services || path->import != IMPORT_ACCEPTED)
		return NULL;
	return services_find(view->services, &route->node.prefix,
			     rib_nexthop_address(path->attributes->nexthop));
}

struct json_object *show_path_check(const struct control_view *view,
				    const struct route *route,
				    const struct path *path)
{
	const struct service_check *check = find_check(view, route, path);
	const struct service_state *state;
	struct json_object *out;

	if (!check)
		return NULL;
	state = &check->state;
	out = json_object_new_object();
	json_add_text(out, "state", service_verdict_name(state->verdict));
	json_add_age(out, "since_s", "since", state->since_ms);
	json_add_text(out, "last_result",
		      state->checked ? service_result_name(state->last) : NULL);
	json_add(out, "http_status",
		 state->status ? json_object_new_uint64(state->status) : NULL);
	json_add_number(out, "passes", state->passes);
	json_add_number(out, "failures", state->failures);
	json_add_number(out, "took_ms", check->took_ms);
	return out;
}

const char *show_check_reason(const struct control_view *view,
			      const struct route *route,
			      const struct path *path,
			      char text[SERVICE_TEXT_SIZE])
{
	const struct service_check *check = find_check(view, route, path);

	return check ? service_state_describe(&check->state, text) : NULL;
}

struct json_object *show_check_totals(const struct control_view *view)
{
	struct services_totals totals;
	struct json_object *out;

	if (!view->services)
		return NULL;
	totals = services_totals(view->services);
	out = json_object_new_object();
	add_counts(out, totals.checks);
	json_add_number(out, "limit", SERVICE_MAX_CHECKS);
	json_add_number(out, "refused", totals.refused);
	json_add_number(out, "in_flight", totals.in_flight);
	json_add_number(out, "least_interval_ms", totals.interval_ms);
	return out;
}
