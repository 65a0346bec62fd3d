// SPDX-License-Identifier: BSD-2-Clause
/*
 * Recorded flows as JSON, page by page. There can be millions. A part of the reply
 * is one read of a map; a page ends after so many flows, or so many records read,
 * and names the place at which the next one begins. Records that are made or
 * removed between two pages may be missed or come twice.
 */

#include "control/show.h"

#include <errno.h>
#include <event2/buffer.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/json.h"
#include "control/reply.h"
#include "control/request.h"
#include "core/clock.h"
#include "datapath/datapath.h"
#include "headgate/ctl.h"
#include "steering/steering.h"

enum {
	RECORDS_IN_PART = DATAPATH_MIN_FLOWS, /* rows: 0.5 ms */
	DEFAULT_LIMIT = 1000,
	MAX_LIMIT = 100000,
	MAX_READ = 1000000, /* records for one page */
	PLACE_TEXT_SIZE = 40,
	SIGNATURE_TEXT_SIZE = 19,
};

/* A place in the walk over all maps: behind `skip` records of a read. */
struct place {
	unsigned int map;
	uint32_t batch;
	uint32_t skip;
};

struct flows_reply {
	struct reply reply;
	const struct control_view *view;
	bool of_vip; /* only flows of this VIP */
	struct prefix vip;
	uint32_t slot; /* likewise; HG_NEXTHOP_NONE: all */
	struct place place;
	uint32_t limit;
	uint32_t shown;
	uint32_t read;
	bool begun;
};

static bool parse_place(const char *text, struct place *place)
{
	char rest;

	if (!text)
		return true;
	return sscanf(text, "%u:%" SCNu32 ":%" SCNu32 "%c", &place->map,
		      &place->batch, &place->skip, &rest) == 3 &&
	       place->map < HG_FLOW_MAP_COUNT;
}

/* Find the slot of a next hop as it is shown, with its link if it has one. */
static const struct slot *find_slot(const struct control_view *view,
				    const char *text)
{
	char shown[ADDRESS_TEXT_SIZE];
	struct address address;

	if (address_parse(text, &address))
		return steering_find_slot(view->steering, &address);
	for (uint32_t i = 0; i < HG_MAX_NEXTHOPS; i++) {
		const struct slot *slot = steering_slot_at(view->steering, i);

		if (slot &&
		    !strcmp(text,
			    address_format(&slot->node.prefix.address, shown)))
			return slot;
	}
	return NULL;
}

static const struct steering_vip *vip_named(const struct control_view *view,
					    const char *text)
{
	struct address address;
	struct prefix prefix;

	if (address_parse(text, &address))
		return steering_match_vip(view->steering, &address);
	return prefix_parse(text, &prefix) == PREFIX_OK ?
		       steering_find_vip(view->steering, &prefix) :
		       NULL;
}

/* Read what the request asks for. Return NULL or the reply {"error": ...}. */
static struct json_object *take_request(struct flows_reply *reply,
					struct json_object *request)
{
	const char *text = json_get_text(request, "vip");
	const char *nexthop = json_get_text(request, "nexthop");
	const char *from = json_get_text(request, "from");
	const struct steering_vip *vip = NULL;
	const struct slot *slot = NULL;
	struct json_object *limit;
	int64_t number = DEFAULT_LIMIT;

	if (text)
		vip = vip_named(reply->view, text);
	if (text && !vip)
		return request_failure("vip '%s': not steered; see show routes",
				       text);
	if (vip)
		reply->vip = vip->node.prefix;
	reply->of_vip = vip;
	if (nexthop)
		slot = find_slot(reply->view, nexthop);
	if (nexthop && !slot)
		return request_failure("nexthop '%s': unknown; see show "
				       "nexthops",
				       nexthop);
	reply->slot = slot ? slot->index : HG_NEXTHOP_NONE;
	if (json_object_object_get_ex(request, "limit", &limit))
		number = json_object_get_int64(limit);
	if (number < 1 || number > MAX_LIMIT)
		return request_failure("limit: must be from 1 to %d",
				       MAX_LIMIT);
	reply->limit = (uint32_t)number;
	if (!parse_place(from, &reply->place))
		return request_failure("from '%s': must be a place that a page "
				       "ended with",
				       from);
	return NULL;
}

/* ------------------------------------------------------------- rows */

static struct json_object *flow_json(const struct control_view *view,
				     const struct datapath_flow *record,
				     enum hg_flow_map map)
{
	const struct hg_flow *flow = &record->flow;
	const struct steering_vip *vip =
		steering_vip_at(view->steering, flow->counter);
	const struct slot *slot = steering_slot_at(view->steering, flow->slot);
	struct json_object *out = json_object_new_object();
	char signature[SIGNATURE_TEXT_SIZE];

	snprintf(signature, sizeof(signature), "0x%016" PRIx64,
		 record->signature);
	json_add(out, "vip", vip ? json_of_prefix(&vip->node.prefix) : NULL);
	json_add(out, "nexthop",
		 slot ? json_of_address(&slot->node.prefix.address) : NULL);
	json_add_text(out, "map", hg_flow_map_name(map));
	json_add_number(out, "bucket", flow->bucket);
	json_add_age(out, "age_s", "time",
		     clock_now_ms() -
			     ((uint32_t)clock_monotonic_ms() - flow->time_ms));
	json_add_bool(out, "ending", flow->ending);
	json_add_bool(out, "counts",
		      steering_flow_counts(view->steering, flow));
	json_add_text(out, "signature", signature);
	return out;
}

static bool is_asked_for(const struct flows_reply *reply,
			 const struct hg_flow *flow)
{
	const struct steering_vip *vip =
		steering_vip_at(reply->view->steering, flow->counter);

	if (reply->slot != HG_NEXTHOP_NONE && flow->slot != reply->slot)
		return false;
	return !reply->of_vip ||
	       (vip && prefix_equal(&vip->node.prefix, &reply->vip));
}

static bool is_page_full(const struct flows_reply *reply)
{
	return reply->shown == reply->limit || reply->read >= MAX_READ;
}

/* Write flows of a read, from the place on. False: the page is full. */
static bool write_flows(struct flows_reply *reply, struct evbuffer *out,
			const struct datapath_flow *records, uint32_t count)
{
	struct place *place = &reply->place;

	for (; place->skip < count; place->skip++) {
		const struct datapath_flow *record = &records[place->skip];

		if (is_page_full(reply))
			return false;
		reply->read++;
		if (!is_asked_for(reply, &record->flow))
			continue;
		if (reply->shown++)
			evbuffer_add(out, ",", 1);
		reply_write_json(out,
				 flow_json(reply->view, record, place->map));
	}
	return true;
}

/* Read a piece of a map and write its flows. False: the page ends. */
static bool write_piece(struct flows_reply *reply, struct evbuffer *out)
{
	struct datapath_flow records[RECORDS_IN_PART];
	struct place *place = &reply->place;
	struct datapath_flows_cursor cursor = { place->batch, place->batch };
	uint32_t count = 0;
	int error;

	if (place->map == HG_FLOW_MAP_COUNT)
		return false;
	error = datapath_read_flows(reply->view->datapath, place->map, &cursor,
				    records, RECORDS_IN_PART, &count);
	if (!write_flows(reply, out, records, count))
		return false;
	if (error)
		*place = (struct place){ .map = place->map + 1 };
	else
		*place = (struct place){ place->map, cursor.batch, 0 };
	return true;
}

/* ------------------------------------------------------------- the reply */

static void write_end(const struct flows_reply *reply, struct evbuffer *out)
{
	struct json_object *page = json_object_new_object();
	const struct place *place = &reply->place;
	char next[PLACE_TEXT_SIZE];

	snprintf(next, sizeof(next), "%u:%" PRIu32 ":%" PRIu32, place->map,
		 place->batch, place->skip);
	json_add_number(page, "read", reply->read);
	json_add_text(page, "next",
		      place->map < HG_FLOW_MAP_COUNT ? next : NULL);
	evbuffer_add_printf(out, "],\"page\":");
	reply_write_json(out, page);
	evbuffer_add_printf(out, ",\"schema\":%d}\n", HG_CTL_SCHEMA);
}

static bool write_flows_part(struct reply *base, struct evbuffer *out)
{
	struct flows_reply *reply = (struct flows_reply *)base;

	if (!reply->begun)
		evbuffer_add_printf(out, "{\"flows\":[");
	reply->begun = true;
	if (write_piece(reply, out))
		return true;
	write_end(reply, out);
	return false;
}

static void flows_reply_free(struct reply *base)
{
	free(base);
}

struct reply *show_flows(const struct control_view *view,
			 struct json_object *request,
			 struct json_object **failure)
{
	static const struct reply_type type = {
		.write = write_flows_part,
		.free = flows_reply_free,
	};
	struct flows_reply *reply = calloc(1, sizeof(*reply));

	*failure = NULL;
	if (!reply)
		return NULL;
	reply->reply.type = &type;
	reply->view = view;
	*failure = take_request(reply, request);
	if (!*failure)
		return &reply->reply;
	free(reply);
	return NULL;
}
