// SPDX-License-Identifier: BSD-2-Clause
/* Rows that `show` leaves out. See filter.h. */

#include "filter.h"

#include <string.h>
#include <strings.h>

#include <json-c/json.h>

#include "value.h"

bool filter_is_set(const struct ask_options *options, const char *what)
{
	bool routes = !strcmp(what, "routes");
	bool rows = routes || !strcmp(what, "neighbors") ||
		    !strcmp(what, "nexthops");

	return rows && (options->role || options->state || options->failed ||
			(routes && options->vip));
}

static bool has_text(struct json_object *row, const char *key, const char *text)
{
	const char *value = json_object_get_string(value_at(row, key));

	return !text || (value && !strcasecmp(value, text));
}

/* True if the prefix is the text, or the host prefix of that address. */
static bool is_vip(struct json_object *row, const char *text)
{
	const char *prefix = json_object_get_string(value_at(row, "prefix"));
	size_t length = text ? strlen(text) : 0;

	return !text || (prefix && !strncmp(prefix, text, length) &&
			 (!prefix[length] || prefix[length] == '/'));
}

/* True for a row that does not work: each kind has a field for that. */
static bool has_failed(struct json_object *row)
{
	struct json_object *works = value_at(row, "alive");

	if (!works)
		works = value_at(row, "forwarding");
	if (works)
		return !json_object_get_boolean(works);
	return !has_text(row, "state", "Established");
}

static bool is_wanted_row(const struct ask_options *options,
			  struct json_object *row)
{
	return has_text(row, "role", options->role) &&
	       has_text(row, "state", options->state) &&
	       is_vip(row, options->vip) &&
	       (!options->failed || has_failed(row));
}

void filter_rows(const struct ask_options *options, const char *what,
		 struct json_object *reply)
{
	struct json_object *list = value_at(reply, what);
	struct json_object *kept = json_object_new_array();
	size_t count = json_object_is_type(list, json_type_array) ?
			       json_object_array_length(list) :
			       0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *row = json_object_array_get_idx(list, i);

		if (is_wanted_row(options, row))
			json_object_array_add(kept, json_object_get(row));
	}
	json_object_object_add(reply, what, kept);
}
