// SPDX-License-Identifier: BSD-2-Clause
/* Orders to reload, and their replies. See reload_order.h. */

#include "control/reload_order.h"

#include <json-c/json.h>
#include <stdlib.h>

#include "control/json.h"
#include "control/request.h"
#include "core/log.h"

struct reload_reply {
	struct json_object *changes;
	struct json_object *errors;
	bool needs_successor;
};

struct reload_reply *reload_reply_new(void)
{
	struct reload_reply *reply = calloc(1, sizeof(*reply));

	if (!reply)
		return NULL;
	reply->changes = json_object_new_array();
	reply->errors = json_object_new_array();
	if (reply->changes && reply->errors)
		return reply;
	reload_reply_free(reply);
	return NULL;
}

void reload_reply_free(struct reload_reply *reply)
{
	if (!reply)
		return;
	json_object_put(reply->changes);
	json_object_put(reply->errors);
	free(reply);
}

void reload_reply_change(struct reload_reply *reply, const char *text,
			 const char *flag, const char *effect, uint64_t touched)
{
	struct json_object *change = json_object_new_object();

	json_add_text(change, "flag", flag);
	json_add_text(change, "text", text);
	json_add_text(change, "effect", effect);
	json_add_number(change, "touched", touched);
	json_object_array_add(reply->changes, change);
}

void reload_reply_error(struct reload_reply *reply, const char *text)
{
	json_object_array_add(reply->errors, json_object_new_string(text));
}

void reload_reply_needs_successor(struct reload_reply *reply)
{
	reply->needs_successor = true;
}

bool reload_reply_is_refused(const struct reload_reply *reply)
{
	return json_object_array_length(reply->errors);
}

void reload_reply_log(const struct reload_reply *reply)
{
	size_t changes = json_object_array_length(reply->changes);
	size_t errors = json_object_array_length(reply->errors);

	for (size_t i = 0; i < changes; i++)
		log_event(EVENT_RELOAD_CHANGED, NULL, "%s",
			  json_get_text(
				  json_object_array_get_idx(reply->changes, i),
				  "text"));
	for (size_t i = 0; i < errors; i++)
		log_event(EVENT_RELOAD_REFUSED, NULL, "refused: %s",
			  json_object_get_string(
				  json_object_array_get_idx(reply->errors, i)));
	if (!changes && !errors)
		log_event(EVENT_RELOAD_UNCHANGED, NULL,
			  "the configuration has not changed");
}

struct json_object *reload_order_parse(struct json_object *request,
				       struct reload_order *order)
{
	struct json_object *value;

	int64_t confirm_s;

	*order = (struct reload_order){ .dry_run = false };
	if (json_object_object_get_ex(request, "dry_run", &value)) {
		if (!json_object_is_type(value, json_type_boolean))
			return request_failure(
				"dry_run: must be true or false");
		order->dry_run = json_object_get_boolean(value);
	}
	if (!json_object_object_get_ex(request, "confirm_s", &value))
		return NULL;
	confirm_s = json_object_get_int64(value);
	if (confirm_s < 1 || confirm_s > RELOAD_MAX_CONFIRM_S)
		return request_failure("confirm_s: must be from 1 to %d",
				       RELOAD_MAX_CONFIRM_S);
	order->confirm_s = (uint32_t)confirm_s;
	return NULL;
}

struct json_object *reload_reply_json(const struct reload_reply *reply,
				      const struct reload_order *order)
{
	struct json_object *out = json_object_new_object();

	json_add_bool(out, "dry_run", order->dry_run);
	json_add_bool(out, "applied",
		      !order->dry_run && !reload_reply_is_refused(reply));
	json_add_bool(out, "needs_successor", reply->needs_successor);
	json_add(out, "changes", json_object_get(reply->changes));
	json_add(out, "errors", json_object_get(reply->errors));
	return json_wrap("reload", out);
}
