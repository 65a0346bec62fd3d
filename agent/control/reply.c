// SPDX-License-Identifier: BSD-2-Clause
/* Lists in parts. See reply.h. */

#include "control/reply.h"

#include <event2/buffer.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "control/request.h"

struct list_reply {
	struct reply reply;
	const struct control_view *view;
	const struct reply_list *list;
	struct reply_keys keys;
	size_t next;
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

static void write_row(struct list_reply *list, struct evbuffer *out)
{
	const char *key = list->keys.keys;
	struct json_object *row = list->list->row(
		list->view, key + list->next++ * list->list->key_size,
		list->keys.context);

	if (!row)
		return;
	if (list->has_rows)
		evbuffer_add(out, ",", 1);
	list->has_rows = true;
	reply_write_json(out, row);
}

static bool write_list_part(struct reply *reply, struct evbuffer *out)
{
	struct list_reply *list = (struct list_reply *)reply;

	if (!list->begun) {
		evbuffer_add_printf(out, "{\"%s\":[", list->list->name);
		list->begun = true;
		return true;
	}
	if (list->next < list->keys.count) {
		write_row(list, out);
		return true;
	}
	evbuffer_add_printf(out, "]}\n");
	return false;
}

static void list_reply_free(struct reply *reply)
{
	struct list_reply *list = (struct list_reply *)reply;

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
	return list->collect_for ?
		       list->collect_for(view, request, keys, failure) :
		       list->collect(view, keys);
}

struct reply *reply_list_new(const struct control_view *view,
			     const struct reply_list *list,
			     struct json_object *request,
			     struct json_object **failure)
{
	struct list_reply *reply = calloc(1, sizeof(*reply));

	*failure = NULL;
	if (reply) {
		reply->reply.type = &list_type;
		reply->view = view;
		reply->list = list;
		if (!collect_keys(list, view, request, &reply->keys, failure))
			return &reply->reply;
		list_reply_free(&reply->reply);
	}
	if (!*failure)
		*failure =
			request_failure("show %s: out of memory", list->name);
	return NULL;
}
