// SPDX-License-Identifier: BSD-2-Clause
/* Lists in parts. See reply.h. */

#include "control/reply.h"

#include <event2/buffer.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "control/prefix_cursor.h"
#include "control/request.h"
#include "headgate/ctl.h"

struct list_reply {
	struct reply reply;
	const struct control_view *view;
	const struct reply_list *list;
	const struct reply_writer *writer; /* NULL: JSON */
	struct reply_keys keys;
	size_t next;
	struct prefix_cursor cursor; /* if list->map is set */
	bool begun;
	bool has_rows;
};

void reply_write_json(struct evbuffer *out, struct json_object *json)
{
	const char *text = json_object_to_json_string_ext(
		json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	evbuffer_add(out, text, strlen(text));
	json_object_put(json);
}

static void write_row(struct list_reply *list, const void *key,
		      struct evbuffer *out)
{
	struct json_object *row =
		list->list->row(list->view, key, list->keys.context);

	if (!row)
		return;
	if (list->writer) {
		list->writer->row(out, row, list->writer->argument);
		json_object_put(row);
		return;
	}
	if (list->has_rows)
		evbuffer_add(out, ",", 1);
	list->has_rows = true;
	reply_write_json(out, row);
}

/* Write the row of the next key that was collected. False: it was the last. */
static bool write_next_row(struct list_reply *list, struct evbuffer *out)
{
	const char *keys = list->keys.keys;

	if (list->next == list->keys.count)
		return false;
	write_row(list, keys + list->next++ * list->list->key_size, out);
	return true;
}

/* Write the row of the next prefix. False: it was the last. */
static bool write_prefix_row(struct list_reply *list, struct evbuffer *out)
{
	struct prefix prefix;

	if (!prefix_cursor_next(&list->cursor, &prefix))
		return false;
	write_row(list, &prefix, out);
	return true;
}

static struct json_object *out_of_memory(const struct reply_list *list)
{
	return request_failure("show %s: out of memory", list->name);
}

/* Begin the list once all keys are collected. False: that has failed. */
static bool begin_reply_list(struct list_reply *list, struct evbuffer *out)
{
	int left = list->list->map ? prefix_cursor_collect(&list->cursor) : 0;

	if (left < 0 && !list->writer) {
		reply_write_json(out, out_of_memory(list->list));
		evbuffer_add(out, "\n", 1);
	} else if (!left) {
		if (!list->writer)
			evbuffer_add_printf(out, "{\"%s\":[", list->list->name);
		list->begun = true;
	}
	return left >= 0;
}

static bool write_list_part(struct reply *reply, struct evbuffer *out)
{
	struct list_reply *list = (struct list_reply *)reply;

	if (!list->begun)
		return begin_reply_list(list, out);
	if (list->list->map ? write_prefix_row(list, out) :
			      write_next_row(list, out))
		return true;
	if (!list->writer)
		evbuffer_add_printf(out, "],\"schema\":%d}\n", HG_CTL_SCHEMA);
	else if (list->writer->end)
		list->writer->end(out, list->keys.context,
				  list->writer->argument);
	return false;
}

static void list_reply_free(struct reply *reply)
{
	struct list_reply *list = (struct list_reply *)reply;

	prefix_cursor_end(&list->cursor);
	free(list->keys.keys);
	free(list->keys.context);
	free(list);
}

static const struct reply_type list_type = {
	.write = write_list_part,
	.free = list_reply_free,
};

static int collect_keys(const struct reply_list *list,
			const struct control_view *view,
			struct json_object *request, struct reply_keys *keys,
			struct json_object **failure)
{
	if (list->collect_for)
		return list->collect_for(view, request, keys, failure);
	return list->collect ? list->collect(view, keys) : 0;
}

struct reply *reply_list_new(const struct control_view *view,
			     const struct reply_list *list,
			     struct json_object *request,
			     struct json_object **failure)
{
	return reply_rows_new(view, list, request, NULL, failure);
}

struct reply *reply_rows_new(const struct control_view *view,
			     const struct reply_list *list,
			     struct json_object *request,
			     const struct reply_writer *writer,
			     struct json_object **failure)
{
	struct list_reply *reply = calloc(1, sizeof(*reply));

	*failure = NULL;
	if (reply) {
		reply->reply.type = &list_type;
		reply->view = view;
		reply->list = list;
		reply->writer = writer;
		if (list->map)
			reply->cursor = prefix_cursor_of(list->map(view));
		if (!collect_keys(list, view, request, &reply->keys, failure))
			return &reply->reply;
		list_reply_free(&reply->reply);
	}
	if (!*failure)
		*failure = out_of_memory(list);
	return NULL;
}
