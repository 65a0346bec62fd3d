// SPDX-License-Identifier: BSD-2-Clause
/* JSON values as text. See value.h. */

#include "value.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include <json-c/json.h>

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	NAME_SIZE = 64,
	PERCENT = 100,
};

static const char nothing[] = "-";

/* Copy the first `length` characters of `path`; false if it is too long. */
static bool copy_part(char name[NAME_SIZE], const char *path, size_t length)
{
	if (length >= NAME_SIZE)
		return false;
	memcpy(name, path, length);
	name[length] = '\0';
	return true;
}

struct json_object *value_at(struct json_object *from, const char *path)
{
	char name[NAME_SIZE];

	while (*path) {
		size_t length = strcspn(path, ".");

		if (!copy_part(name, path, length) ||
		    !json_object_is_type(from, json_type_object) ||
		    !json_object_object_get_ex(from, name, &from))
			return NULL;
		path += length;
		path += *path == '.';
	}
	return from;
}

static bool is_seconds(const char *path)
{
	size_t length = strlen(path);

	return length > 2 && !strcmp(path + length - 2, "_s");
}

static bool is_share(const char *path)
{
	const char *dot = strrchr(path, '.');

	return !strcmp(dot ? dot + 1 : path, "share");
}

/* Write the two largest units of a duration. */
static void write_duration(int64_t seconds, FILE *out)
{
	if (seconds < 0)
		fputs(nothing, out);
	else if (seconds < MINUTE)
		fprintf(out, "%" PRId64 "s", seconds);
	else if (seconds < HOUR)
		fprintf(out, "%" PRId64 "m%02" PRId64 "s", seconds / MINUTE,
			seconds % MINUTE);
	else if (seconds < DAY)
		fprintf(out, "%" PRId64 "h%02" PRId64 "m", seconds / HOUR,
			seconds % HOUR / MINUTE);
	else
		fprintf(out, "%" PRId64 "d%02" PRId64 "h", seconds / DAY,
			seconds % DAY / HOUR);
}

static void write_value(struct json_object *value, const char *path, FILE *out);

static void write_list(struct json_object *list, const char *path, FILE *out)
{
	size_t count = json_object_array_length(list);

	if (!count)
		fputs(nothing, out);
	for (size_t i = 0; i < count; i++) {
		if (i)
			fputc(' ', out);
		write_value(json_object_array_get_idx(list, i), path, out);
	}
}

static void write_number_at(struct json_object *value, const char *path,
			    FILE *out)
{
	if (is_share(path))
		fprintf(out, "%.2f%%", json_object_get_double(value) * PERCENT);
	else if (is_seconds(path))
		write_duration(json_object_get_int64(value), out);
	else
		fputs(json_object_to_json_string(value), out);
}

static void write_value(struct json_object *value, const char *path, FILE *out)
{
	switch (json_object_get_type(value)) {
	case json_type_boolean:
		fputs(json_object_get_boolean(value) ? "yes" : "no", out);
		break;
	case json_type_int:
	case json_type_double:
		write_number_at(value, path, out);
		break;
	case json_type_string:
		fputs(json_object_get_string_len(value) ?
			      json_object_get_string(value) :
			      nothing,
		      out);
		break;
	case json_type_array:
		write_list(value, path, out);
		break;
	case json_type_null:
	case json_type_object:
		fputs(nothing, out);
		break;
	}
}

void value_write(struct json_object *from, const char *path, FILE *out)
{
	write_value(value_at(from, path), path, out);
}

void value_expand(struct json_object *from, const char *text, FILE *out)
{
	char path[NAME_SIZE];

	for (;;) {
		size_t plain = strcspn(text, "{");
		size_t length;

		fprintf(out, "%.*s", (int)plain, text);
		text += plain;
		if (!*text)
			return;
		length = strcspn(++text, "}");
		if (copy_part(path, text, length))
			value_write(from, path, out);
		text += length;
		text += *text == '}';
	}
}
