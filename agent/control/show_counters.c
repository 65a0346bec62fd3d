// SPDX-License-Identifier: BSD-2-Clause
/* Counters as JSON, a row in each part: {"counters":{"vips":[...],...}}. */

#include "control/show.h"

#include <event2/buffer.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "control/counter_rows.h"
#include "control/json.h"
#include "control/reply.h"
#include "headgate/ctl.h"
#include "nexthop/bfd.h"
#include "nexthop/tracker.h"

struct counters_reply {
	struct reply reply;
	const struct control_view *view;
	size_t list; /* being written */
	size_t row;  /* the next one */
	bool read;   /* the list's rows are here, not sorted yet */
	struct counter_rows rows;
};

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

static void write_counter(const struct counter_list *list,
			  const struct counter_row *row, struct evbuffer *out)
{
	struct json_object *json = json_object_new_object();
	char text[PREFIX_TEXT_SIZE];

	json_add_text(json, list->key, counter_row_label(row, text));
	if (list->has_slots)
		json_add(json, "slot",
			 row->has_slot ? json_object_new_uint64(row->slot) :
					 NULL);
	json_add_counter(json, &row->counter);
	reply_write_json(out, json);
}

/* A list for which memory is short is empty. */
static void begin_counters(struct counters_reply *reply, struct evbuffer *out)
{
	const struct counter_list *list = &counter_lists[reply->list];

	counter_rows_free(&reply->rows);
	if (counter_rows_read(&reply->rows, reply->view, list))
		counter_rows_free(&reply->rows);
	reply->read = true;
	evbuffer_add_printf(out, "%s\"%s\":[",
			    reply->list ? "," : "{\"counters\":{", list->name);
}

static bool write_counters_part(struct reply *base, struct evbuffer *out)
{
	struct counters_reply *reply = (struct counters_reply *)base;

	if (reply->list == counter_list_count) {
		evbuffer_add_printf(out, ",\"bfd\":");
		reply_write_json(out, bfd_counters_json(reply->view));
		evbuffer_add_printf(out, "},\"schema\":%d}\n", HG_CTL_SCHEMA);
		return false;
	}
	if (!reply->row && !reply->read) {
		begin_counters(reply, out);
		return true;
	}
	if (!reply->row)
		counter_rows_sort(&reply->rows, &counter_lists[reply->list]);
	if (reply->row < reply->rows.count) {
		if (reply->row)
			evbuffer_add(out, ",", 1);
		write_counter(&counter_lists[reply->list],
			      &reply->rows.rows[reply->row++], out);
		return true;
	}
	evbuffer_add(out, "]", 1);
	reply->list++;
	reply->row = 0;
	reply->read = false;
	return true;
}

static void counters_reply_free(struct reply *base)
{
	struct counters_reply *reply = (struct counters_reply *)base;

	counter_rows_free(&reply->rows);
	free(reply);
}

struct reply *show_counters(const struct control_view *view)
{
	static const struct reply_type type = {
		.write = write_counters_part,
		.free = counters_reply_free,
	};
	struct counters_reply *reply = calloc(1, sizeof(*reply));

	if (!reply)
		return NULL;
	reply->reply.type = &type;
	reply->view = view;
	return &reply->reply;
}
