// SPDX-License-Identifier: BSD-2-Clause
/* headgatectl reload: the agent reads its configuration again. */

#include "command.h"

#include <stdio.h>

#include <json-c/json.h>

/* Return the text of a row: itself, or its field. */
static const char *text_of(struct json_object *row)
{
	struct json_object *text = row;

	if (json_object_is_type(row, json_type_object))
		json_object_object_get_ex(row, "text", &text);
	return json_object_get_string(text);
}

static void print_rows(struct json_object *rows, const char *prefix, FILE *out)
{
	size_t count = rows ? json_object_array_length(rows) : 0;

	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s\n", prefix,
			text_of(json_object_array_get_idx(rows, i)));
}

/* Print changes on stdout and errors on stderr. Exit 1 if it is refused. */
static enum exit_code print_reload(const struct ask_options *options,
				   struct json_object *reply, bool quiet)
{
	struct json_object *reload = NULL, *changes = NULL, *errors = NULL;
	size_t refused, changed;

	json_object_object_get_ex(reply, "reload", &reload);
	json_object_object_get_ex(reload, "changes", &changes);
	json_object_object_get_ex(reload, "errors", &errors);
	changed = changes ? json_object_array_length(changes) : 0;
	refused = errors ? json_object_array_length(errors) : 0;
	if (!options->json && !quiet) {
		print_rows(changes, "", stdout);
		if (!changed && !refused)
			puts("the configuration has not changed");
	}
	print_rows(errors, "headgatectl: reload refused: ", stderr);
	return refused ? EXIT_FAILED : ask_flush();
}

static enum exit_code reject_any_words(const char *command)
{
	fprintf(stderr, "headgatectl: %s: takes no words; see --help\n",
		command);
	return EXIT_USAGE;
}

static enum exit_code send_reload(const struct ask_options *options,
				  struct json_object *request, bool quiet)
{
	struct json_object *reply;
	enum exit_code code = ask(options, request, &reply);

	if (code)
		return code;
	code = print_reload(options, reply, quiet);
	json_object_put(reply);
	return code;
}

enum exit_code command_reload(const struct ask_options *options, int count,
			      char **words)
{
	struct json_object *request;

	(void)words;
	if (count)
		return reject_any_words("reload");
	request = ask_request("reload");
	json_object_object_add(request, "dry_run",
			       json_object_new_boolean(options->dry_run));
	if (options->confirm_s)
		json_object_object_add(
			request, "confirm_s",
			json_object_new_int64(options->confirm_s));
	return send_reload(options, request, false);
}

enum exit_code command_confirm(const struct ask_options *options, int count,
			       char **words)
{
	(void)words;
	if (count)
		return reject_any_words("confirm");
	return send_reload(options, ask_request("confirm"), true);
}
