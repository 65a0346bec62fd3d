// SPDX-License-Identifier: BSD-2-Clause
/* headgatectl reload: the agent reads its configuration again. */

#include "command.h"

#include <stdio.h>

#include <json-c/json.h>

#include "successor.h"

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

static struct json_object *reload_request(const struct ask_options *options)
{
	struct json_object *request = ask_request("reload");

	json_object_object_add(request, "dry_run",
			       json_object_new_boolean(options->dry_run));
	if (options->confirm_s)
		json_object_object_add(
			request, "confirm_s",
			json_object_new_int64(options->confirm_s));
	return request;
}

/* Ask whether it takes a successor, and print the changes if it does. */
static enum exit_code ask_need(const struct ask_options *options, bool *needed)
{
	const struct ask_options question = { .socket = options->socket,
					      .dry_run = true };
	struct json_object *reply, *reload = NULL, *need = NULL,
				   *changes = NULL;
	enum exit_code code = ask(&question, reload_request(&question), &reply);

	if (code)
		return code;
	json_object_object_get_ex(reply, "reload", &reload);
	json_object_object_get_ex(reload, "needs_successor", &need);
	json_object_object_get_ex(reload, "changes", &changes);
	*needed = json_object_get_boolean(need);
	if (*needed)
		print_rows(changes, "", stdout);
	json_object_put(reply);
	return EXIT_OK;
}

/* Reload, or have the command take over if a reload is not enough. */
static enum exit_code reload_or_succeed(const struct ask_options *options,
					char **command)
{
	bool needed;
	enum exit_code code = ask_need(options, &needed);

	if (code)
		return code;
	return needed ? successor_start(options->socket, command) :
			send_reload(options, reload_request(options), false);
}

enum exit_code command_reload(const struct ask_options *options, int count,
			      char **words)
{
	if (!options->successor)
		return count ? reject_any_words("reload") :
			       send_reload(options, reload_request(options),
					   false);
	if (count && !options->dry_run && !options->confirm_s)
		return reload_or_succeed(options, words);
	fputs("headgatectl: reload --successor: takes a command, and neither "
	      "--dry-run nor --confirm; see --help\n",
	      stderr);
	return EXIT_USAGE;
}

enum exit_code command_confirm(const struct ask_options *options, int count,
			       char **words)
{
	(void)words;
	if (count)
		return reject_any_words("confirm");
	return send_reload(options, ask_request("confirm"), true);
}
