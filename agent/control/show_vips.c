// SPDX-License-Identifier: BSD-2-Clause
/* VIPs in short as JSON: how many next hops each has, and their shares. */

#include "control/show.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/json.h"
#include "control/reply.h"
#include "control/show_vips.h"
#include "datapath/datapath.h"
#include "rib/export.h"
#include "rib/rib.h"
#include "steering/fit.h"
#include "steering/steering.h"

/* A part of the list: those whose prefix contains a text. */
struct vip_choice {
	char filter[PREFIX_TEXT_SIZE];
	uint64_t from, limit; /* of those; a limit of 0: all */
	uint64_t *matched;    /* how many there were so far */
};

/* A choice and its counter, in one allocation that ends with the reply. */
struct vip_choice_with_count {
	struct vip_choice choice;
	uint64_t matched;
};

static uint64_t number_of_request(struct json_object *request, const char *name)
{
	struct json_object *value;
	int64_t number;

	if (!json_object_object_get_ex(request, name, &value))
		return 0;
	number = json_object_get_int64(value);
	return number < 0 ? 0 : (uint64_t)number;
}

static int collect_choice(const struct control_view *view,
			  struct json_object *request, struct reply_keys *keys,
			  struct json_object **failure)
{
	struct vip_choice_with_count *all = calloc(1, sizeof(*all));
	const char *filter = json_get_text(request, "filter");

	(void)view;
	(void)failure;
	if (!all)
		return -ENOMEM;
	snprintf(all->choice.filter, sizeof(all->choice.filter), "%s",
		 filter ? filter : "");
	all->choice.from = number_of_request(request, "from");
	all->choice.limit = number_of_request(request, "limit");
	all->choice.matched = &all->matched;
	keys->context = all;
	return 0;
}

/* True if the VIP is one of those to be shown. Counts it if it matches. */
static bool is_chosen(const struct vip_choice *choice,
		      const struct prefix *prefix)
{
	char text[PREFIX_TEXT_SIZE];
	uint64_t place;

	if (choice->filter[0] &&
	    !strstr(prefix_format(prefix, text), choice->filter))
		return false;
	place = (*choice->matched)++;
	return place >= choice->from &&
	       (!choice->limit || place - choice->from < choice->limit);
}

/* List the members of the VIP's table: their shares, wanted and had. */
static struct json_object *shares_json(const struct steering_vip *vip)
{
	const struct steering_group *group = vip ? vip->group : NULL;
	struct json_object *list = json_object_new_array();
	uint64_t total, size = 0;

	if (!group)
		return list;
	total = fit_total_weight(group->members, group->count);
	for (size_t i = 0; i < group->count; i++)
		size += group->buckets[i];
	for (size_t i = 0; total && size && i < group->count; i++) {
		struct json_object *row = json_object_new_object();

		json_add(row, "address",
			 json_of_address(&group->members[i].address));
		json_add_number(row, "weight", group->members[i].weight);
		json_add(row, "wanted",
			 json_object_new_double(
				 (double)group->members[i].weight /
				 (double)total));
		json_add(row, "share",
			 json_object_new_double((double)group->buckets[i] /
						(double)size));
		json_object_array_add(list, row);
	}
	return list;
}

static uint64_t count_peers_with_it(const struct route *route)
{
	return (uint64_t)__builtin_popcountll(route_announced(route));
}

static struct json_object *vip_json(const struct control_view *view,
				    const struct route *route)
{
	const struct prefix *prefix = &route->node.prefix;
	const struct steering_vip *vip =
		steering_find_vip(view->steering, prefix);
	struct json_object *out = json_object_new_object();
	struct hg_counter counter = { 0 };

	if (vip)
		datapath_read_vip_counter(view->datapath, vip->counter->index,
					  &counter);
	json_add(out, "prefix", json_of_prefix(prefix));
	json_add_bool(out, "forwarding", route->forwarding);
	json_add_number(out, "nexthops", route->selected);
	json_add_number(out, "min_nexthops",
			export_min_nexthops(view->rib, prefix));
	json_add_number(out, "announced_to", count_peers_with_it(route));
	json_add(out, "shares", shares_json(vip));
	json_add_counter(out, &counter);
	return out;
}

static struct json_object *vip_row(const struct control_view *view,
				   const void *key, const void *choice)
{
	const struct route *route = rib_find(view->rib, key);

	return route && route_is_served(route) && is_chosen(choice, key) ?
		       vip_json(view, route) :
		       NULL;
}

const struct reply_list show_vips = {
	.name = "vips",
	.key_size = sizeof(struct prefix),
	.map = show_map_of_routes,
	.collect_for = collect_choice,
	.row = vip_row,
};

uint64_t show_vips_matched(const void *context)
{
	const struct vip_choice *choice = context;

	return *choice->matched;
}
