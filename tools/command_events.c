// SPDX-License-Identifier: BSD-2-Clause
/* headgatectl events: the last ones as a table, or each one as it comes. */

#include "command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include <headgate/ctl.h>

#include "client.h"
#include "value.h"
#include "view.h"

enum {
	RETRY_SECONDS = 1,
};

/* The stream of events, over several agents if one ends. */
struct following {
	const struct ask_options *options;
	struct client client;
	int64_t pid;	      /* of the agent; 0: none so far */
	uint64_t last;	      /* id of the last event */
	unsigned int printed; /* events printed */
};

static void add_number(struct json_object *request, const char *name,
		       uint64_t number)
{
	if (number)
		json_object_object_add(request, name,
				       json_object_new_uint64(number));
}

static void add_filter(struct json_object *request,
		       const struct ask_options *options)
{
	ask_add_option(request, "vip", options->vip);
	ask_add_option(request, "neighbor", options->neighbor);
	ask_add_option(request, "nexthop", options->nexthop);
	ask_add_option(request, "interface", options->interface);
	ask_add_option(request, "event", options->event);
	ask_add_option(request, "severity", options->severity);
}

void command_add_event_options(struct json_object *request,
			       const struct ask_options *options)
{
	add_filter(request, options);
	add_number(request, "last", options->count);
}

/* ------------------------------------------------------------- following */

static void print_event(const struct following *following,
			struct json_object *event, const char *line)
{
	if (following->options->json) {
		puts(line);
		return;
	}
	value_expand(event, "{time}  {severity}  {event}  ", stdout);
	if (value_at(event, "object"))
		value_expand(event, "{object}: ", stdout);
	value_expand(event, "{text}\n", stdout);
}

/* Return false to end, with the exit code in *code. */
static bool take_line(struct following *following, const char *line,
		      enum exit_code *code)
{
	struct json_object *reply = json_tokener_parse(line);
	struct json_object *event = value_at(reply, "event");
	struct json_object *missed = value_at(reply, "missed");
	struct json_object *error = value_at(reply, "error");

	if (error) {
		fprintf(stderr, "headgatectl: %s\n",
			json_object_get_string(error));
		*code = ask_error_code(reply);
	} else if (event) {
		following->last = json_object_get_uint64(value_at(event, "id"));
		following->printed++;
		print_event(following, event, line);
	} else if (missed && following->options->json) {
		puts(line);
	} else if (missed) {
		printf("-- %" PRIu64 " events missed: they came faster than "
		       "they were read\n",
		       json_object_get_uint64(missed));
	}
	json_object_put(reply);
	fflush(stdout);
	return !error && (!following->options->count ||
			  following->printed < following->options->count);
}

static int send_request(struct following *following)
{
	struct json_object *request = ask_request("events");
	int error = -ENOMEM;
	char *line;

	add_filter(request, following->options);
	add_number(request, "after", following->last);
	line = ask_line(request);
	if (line)
		error = client_send(&following->client, line);
	free(line);
	json_object_put(request);
	return error;
}

/* Read the first line. An agent that is another one has events of its own. */
static int take_head(struct following *following, enum exit_code *code)
{
	char *line;
	int error = client_receive(&following->client, &line);
	struct json_object *head, *pid;

	if (error)
		return error;
	head = json_tokener_parse(line);
	pid = value_at(head, "events.pid");
	if (!pid) {
		take_line(following, line, code);
		error = -EPROTO;
	} else if (following->pid && following->last &&
		   json_object_get_int64(pid) != following->pid) {
		following->last = 0;
		error = -EAGAIN;
	}
	following->pid = json_object_get_int64(pid);
	json_object_put(head);
	return error;
}

static int begin_stream(struct following *following, enum exit_code *code)
{
	int error;

	do {
		client_close(&following->client);
		error = client_open(&following->client,
				    following->options->socket, 0);
		if (!error)
			error = send_request(following);
		if (!error)
			error = take_head(following, code);
	} while (error == -EAGAIN);
	return error;
}

/* Read until the stream breaks. Return 0 to end. */
static int read_stream(struct following *following, enum exit_code *code)
{
	int error;
	char *line;

	do {
		error = client_receive(&following->client, &line);
		if (!error && !take_line(following, line, code))
			return 0;
	} while (!error || error == -EINTR);
	return error;
}

/* Wait for an agent that ended to come back; one that never was is an error. */
static enum exit_code follow_events(const struct ask_options *options)
{
	struct following following = { .options = options,
				       .client = { .fd = -1 } };
	enum exit_code code = EXIT_OK;
	int error;

	do {
		error = begin_stream(&following, &code);
		if (!error)
			error = read_stream(&following, &code);
		else if (!following.pid && !code)
			code = ask_unreachable(options->socket, error);
		if (error && !code)
			sleep(RETRY_SECONDS);
	} while (error && !code && error != -EPROTO);
	client_close(&following.client);
	return code ? code : ask_flush();
}

enum exit_code command_events(const struct ask_options *options, int count,
			      char **words)
{
	static char name[] = "events";
	char *show_words[] = { name, NULL };

	if (count) {
		fprintf(stderr,
			"headgatectl: events: unexpected '%s'; see --help\n",
			words[0]);
		return EXIT_USAGE;
	}
	return options->follow ? follow_events(options) :
				 command_show(options, 1, show_words);
}
