// SPDX-License-Identifier: BSD-2-Clause
/* Requests to the agent, and what can go wrong with them. See ask.h. */

#include "ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include <headgate/ctl.h>

#include "client.h"

enum exit_code ask_unreachable(const char *path, int error)
{
	if (error == -EACCES || error == -EPERM) {
		fprintf(stderr,
			"headgatectl: %s: %s; run as root or as a member of "
			"the socket's group\n",
			path, strerror(-error));
		return EXIT_NOT_PERMITTED;
	}
	fprintf(stderr,
		"headgatectl: cannot reach the agent at %s: %s; is headgate "
		"running? --socket names another path\n",
		path, strerror(-error));
	return EXIT_UNREACHABLE;
}

enum exit_code ask_flush(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_OK;
	fprintf(stderr, "headgatectl: cannot write: %s\n", strerror(errno));
	return EXIT_FAILED;
}

/* The agent's own words if it refused, else NULL. */
static const char *refusal(struct json_object *reply)
{
	struct json_object *error;

	if (!json_object_object_get_ex(reply, "error", &error))
		return NULL;
	return json_object_get_string(error);
}

static enum exit_code judge(const struct ask_options *options, const char *line,
			    struct json_object *reply)
{
	if (!json_object_is_type(reply, json_type_object)) {
		fputs("headgatectl: the reply is no JSON object; does "
		      "--socket name headgate's?\n",
		      stderr);
		return EXIT_FAILED;
	}
	if (options->json)
		puts(line);
	if (!refusal(reply))
		return options->json ? ask_flush() : EXIT_OK;
	fprintf(stderr, "headgatectl: %s\n", refusal(reply));
	return EXIT_FAILED;
}

/* The request as a line of its own; the caller frees. NULL: out of memory. */
static char *line_of(struct json_object *request)
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
	char *line = NULL, *request_line = line_of(request);
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
	code = judge(options, line, reply);
	free(line);
	if (code)
		json_object_put(reply);
	else
		*out = reply;
	return code;
}
