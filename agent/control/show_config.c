// SPDX-License-Identifier: BSD-2-Clause
/* The configuration in its canonical form, line by line, without secrets. */

#include "control/show.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "control/reply.h"

/* A line of a copy of view->config_text, which a reload replaces. */
struct config_line {
	const char *text;
	size_t length;
};

/* Files that hold keys are named only; the seed itself may be an option. */
static bool is_secret(const struct config_line *line)
{
	static const char seed[] = "hash-seed ";

	return !strncmp(line->text, seed, strlen(seed));
}

static int collect_config(const struct control_view *view,
			  struct reply_keys *keys)
{
	struct config_line *lines;
	size_t count = 0, size = strlen(view->config_text) + 1;
	const char *text;

	for (const char *c = view->config_text; *c; c++)
		count += *c == '\n';
	/* The copy stands behind the lines, and is freed with them. */
	lines = calloc(1, count * sizeof(*lines) + size);
	keys->keys = lines;
	if (!lines)
		return -ENOMEM;
	text = memcpy(lines + count, view->config_text, size);
	for (const char *c = text; *c; c = strchr(c, '\n') + 1) {
		const struct config_line line = { c, strcspn(c, "\n") };

		if (!is_secret(&line))
			lines[keys->count++] = line;
	}
	return 0;
}

static struct json_object *config_row(const struct control_view *view,
				      const void *key, const void *context)
{
	const struct config_line *line = key;

	(void)view, (void)context;
	return json_object_new_string_len(line->text, (int)line->length);
}

const struct reply_list show_config = {
	.name = "config",
	.key_size = sizeof(struct config_line),
	.collect = collect_config,
	.row = config_row,
};
