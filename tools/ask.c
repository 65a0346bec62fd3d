// SPDX-License-Identifier: BSD-2-Clause
/* Requests to the agent, and their errors. See ask.h. */

#include "ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include <headgate/ctl.h>

#include "client.h"
#include "show.h"

enum exit_code ask_unreachable(const char *path, int error)
{
	if (error == -EACCES || error == -EPERM) {
		fprintf(stderr,
			"headgatectl: %s: %s; run headgatectl as root or as a "
			"member of the group headgate\n",
			path, strerror(-error));
		return EXIT_NOT_PERMITTED;
	}
	fprintf(stderr,
		"headgatectl: agent at %s not reachable: %s; start headgate, "
		"or give its path by --socket\n",
		path, strerror(-error));
	return EXIT_UNREACHABLE;
}

enum exit_code ask_flush(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_OK;
	fprintf(stderr, "headgatectl: stdout: %s\n", strerror(errno));
	return EXIT_FAILED;
}

enum exit_code ask_print(const struct view *view, struct json_object *reply,
			 bool rates)
{
	const char *missing = NULL;
	int error = show_print(view, reply, rates, stdout, &missing);

	if (error == -EPROTO)
		fprintf(stderr,
			"headgatectl: reply without '%s'; use headgate and "
			"headgatectl of the same version\n",
			missing);
	else if (error)
		fprintf(stderr, "headgatectl: %s\n", strerror(-error));
	return error ? EXIT_FAILED : ask_flush();
}

/* Return the agent's error message, or NULL. */
static const char *reply_error(struct json_object *reply)
{
	struct json_object *error;

	if (!json_object_object_get_ex(reply, "error", &error))
		return NULL;
	return json_object_get_string(error);
}

enum exit_code ask_error_code(struct json_object *reply)
{
	struct json_object *permitted;

	if (json_object_object_get_ex(reply, "permitted", &permitted) &&
	    !json_object_get_boolean(permitted))
		return EXIT_NOT_PERMITTED;
	return EXIT_FAILED;
}

static enum exit_code check_reply(const struct ask_options *options,
				  const char *line, struct json_object *reply)
{
	if (!json_object_is_type(reply, json_type_object)) {
		fputs("headgatectl: reply: not a JSON object; give the path "
		      "of headgate's socket by --socket\n",
		      stderr);
		return EXIT_FAILED;
	}
	if (options->json)
		puts(line);
	if (!reply_error(reply))
		return options->json ? ask_flush() : EXIT_OK;
	fprintf(stderr, "headgatectl: %s\n", reply_error(reply));
	return ask_error_code(reply);
}

struct json_object *ask_request(const char *verb)
{
	struct json_object *request = json_object_new_object();

	ask_add(request, "request", verb);
	return request;
}

void ask_add(struct json_object *request, const char *name, const char *text)
{
	json_object_object_add(request, name, json_object_new_string(text));
}

void ask_add_option(struct json_object *request, const char *name,
		    const char *text)
{
	if (text)
		ask_add(request, name, text);
}

char *ask_line(struct json_object *request)
{
	const char *text = json_object_to_json_string_ext(
		request,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *line = NULL;

	if (!text || asprintf(&line, "%s\n", text) < 0)
		return NULL;
	return line;
}

enum exit_code ask(const struct ask_options *options,
		   struct json_object *request, struct json_object **out)
{
	char *line = NULL, *request_line = ask_line(request);
	struct json_object *reply;
	enum exit_code code;
	int error = -ENOMEM;

	if (request_line)
		error = client_request(options->socket, HG_CTL_TIMEOUT_S,
				       request_line, &line);
	free(request_line);
	json_object_put(request);
	if (error)
		return ask_unreachable(options->socket, error);
	reply = json_tokener_parse(line);
	code = check_reply(options, line, reply);
	free(line);
	if (code)
		json_object_put(reply);
	else
		*out = reply;
	return code;
}
