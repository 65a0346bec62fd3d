// SPDX-License-Identifier: BSD-2-Clause
/* headgatectl drain and undrain: orders about one server. */

#include "command.h"

#include <stdio.h>

#include <json-c/json.h>

#include "view.h"

static enum exit_code send_order(const struct ask_options *options,
				 struct json_object *request)
{
	struct json_object *reply;
	enum exit_code code = ask(options, request, &reply);

	if (code)
		return code;
	if (!options->json)
		code = ask_print(&view_drain, reply, false);
	json_object_put(reply);
	return code;
}

static enum exit_code reject_words(const char *command)
{
	fprintf(stderr,
		"headgatectl: %s: must be followed by one NEXTHOP or NEIGHBOR; "
		"see --help\n",
		command);
	return EXIT_USAGE;
}

enum exit_code command_drain(const struct ask_options *options, int count,
			     char **words)
{
	struct json_object *request;

	if (count != 1)
		return reject_words("drain");
	request = ask_request("drain");
	ask_add(request, "target", words[0]);
	if (options->for_s)
		json_object_object_add(request, "for_s",
				       json_object_new_int64(options->for_s));
	if (options->reason)
		ask_add(request, "reason", options->reason);
	return send_order(options, request);
}

enum exit_code command_undrain(const struct ask_options *options, int count,
			       char **words)
{
	struct json_object *request;

	if (count != 1)
		return reject_words("undrain");
	request = ask_request("undrain");
	ask_add(request, "target", words[0]);
	return send_order(options, request);
}
