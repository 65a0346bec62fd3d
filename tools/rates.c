// SPDX-License-Identifier: BSD-2-Clause
/* Rates of counters. See rates.h. */

#include "rates.h"
#include "core/array.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <json-c/json.h>

#include "value.h"

/* The fields that can identify a row. */
static const char *const keys[] = { "name", "prefix", "address" };

static const struct {
	const char *count;
	const char *rate;
} fields[] = {
	{ "packets", "packet_rate" },
	{ "bytes", "byte_rate" },
};

static bool is_same_row(struct json_object *a, struct json_object *b)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		struct json_object *key = value_at(a, keys[i]);

		if (key)
			return json_object_equal(key, value_at(b, keys[i]));
	}
	return false;
}

static void add_to_row(struct json_object *row, struct json_object *before,
		       double seconds)
{
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct json_object *then = value_at(before, fields[i].count);
		struct json_object *now = value_at(row, fields[i].count);
		uint64_t grown;

		if (!then || !now ||
		    json_object_get_uint64(now) < json_object_get_uint64(then))
			continue;
		grown = json_object_get_uint64(now) -
			json_object_get_uint64(then);
		json_object_object_add(
			row, fields[i].rate,
			json_object_new_uint64(
				(uint64_t)((double)grown / seconds)));
	}
}

static void add_to_list(struct json_object *list, struct json_object *before,
			double seconds)
{
	size_t rows = json_object_array_length(list);

	for (size_t i = 0; i < rows; i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		size_t count = json_object_array_length(before);

		/* Mostly it has the same place: lists may be long. */
		for (size_t j = 0; j < count; j++) {
			struct json_object *other = json_object_array_get_idx(
				before, (i + j) % count);

			if (!is_same_row(row, other))
				continue;
			add_to_row(row, other, seconds);
			break;
		}
	}
}

void rates_add(struct json_object *now, struct json_object *before,
	       double seconds)
{
	if (json_object_is_type(now, json_type_array) &&
	    json_object_is_type(before, json_type_array)) {
		add_to_list(now, before, seconds);
		return;
	}
	if (!json_object_is_type(now, json_type_object))
		return;
	json_object_object_foreach(now, name, value)
		rates_add(value, value_at(before, name), seconds);
}
