// SPDX-License-Identifier: BSD-2-Clause
/*
 * headgatectl doctor: the checks of the host (host/check.h). The agent runs them
 * if there is one; else they run here, with those of what an agent would meet at
 * its start. Exit codes as for `health`.
 */

#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include <headgate/ctl.h>

#include "client.h"
#include "core/array.h"
#include "host/check.h"
#include "host/json.h"
#include "value.h"
#include "verdict.h"

static const char default_bpffs[] = "/sys/fs/bpf/headgate";

static const struct {
	const char *level; /* in JSON */
	const char *word;
	enum health health;
} levels[] = {
	{ "ok", "ok", HEALTH_OK },
	{ "warning", "WARN", HEALTH_DEGRADED },
	{ "failure", "FAIL", HEALTH_NOT_FORWARDING },
};

/* ------------------------------------------------------------- without an agent */

/* Read "eth0,eth1". False: there are too many, or a name is too long. */
static bool read_ports(const char *text, struct check_question *question)
{
	while (text && *text) {
		size_t length = strcspn(text, ",");
		struct check_port *port =
			&question->ports[question->port_count];
		struct device device;

		if (length >= sizeof(port->name) ||
		    question->port_count == CHECK_MAX_PORTS)
			return false;
		memcpy(port->name, text, length);
		port->has_vlans = !device_read(port->name, &device) &&
				  device_has_vlans(device.ifindex);
		question->port_count++;
		text += length + (text[length] == ',');
	}
	return true;
}

/* Return the reply that an agent would give; NULL after an error. */
static struct json_object *check_here(const struct ask_options *options)
{
	static struct check_report report;
	struct check_question question = {
		.root = "",
		.ipv4 = true,
		.bpffs = options->bpffs ? options->bpffs : default_bpffs,
	};
	struct json_object *reply;

	if (!read_ports(options->interface, &question)) {
		fprintf(stderr,
			"headgatectl: --interface '%s': must be up to %d "
			"names of interfaces, with commas between them\n",
			options->interface, CHECK_MAX_PORTS);
		return NULL;
	}
	check_all(&question, &report);
	reply = json_object_new_object();
	json_object_object_add(reply, "schema",
			       json_object_new_int(HG_CTL_SCHEMA));
	json_object_object_add(reply, "host",
			       check_report_json(&report, false));
	return reply;
}

/* ------------------------------------------------------------- with one */

/* Return 0 and the agent's reply in *reply, which may be NULL; or -errno. */
static int ask_agent(const struct ask_options *options,
		     struct json_object **reply)
{
	struct json_object *request = ask_request("show");
	char *line = NULL, *answer = NULL;
	int error = -ENOMEM;

	ask_add(request, "what", "host");
	line = ask_line(request);
	if (line)
		error = client_request(options->socket, HG_CTL_TIMEOUT_S, line,
				       &answer);
	if (!error)
		*reply = json_tokener_parse(answer);
	free(line);
	free(answer);
	json_object_put(request);
	return error;
}

static struct json_object *examine(const struct ask_options *options)
{
	struct json_object *reply = NULL;
	int error = ask_agent(options, &reply);

	if (error == -ENOENT || error == -ECONNREFUSED)
		return check_here(options);
	if (error)
		ask_unreachable(options->socket, error);
	else if (!value_at(reply, "host.findings"))
		fputs("headgatectl: doctor: the agent does not know it; use "
		      "headgate and headgatectl of the same version\n",
		      stderr);
	return reply;
}

/* ------------------------------------------------------------- printing */

static size_t level_of(struct json_object *finding)
{
	const char *name = json_object_get_string(value_at(finding, "level"));
	size_t level = COUNT_OF(levels) - 1;

	while (level && name && strcmp(levels[level].level, name))
		level--;
	return level;
}

static void print_finding(struct json_object *finding)
{
	const char *interface =
		json_object_get_string(value_at(finding, "interface"));

	printf("%-5s ", levels[level_of(finding)].word);
	value_expand(finding, "{check}: ", stdout);
	if (interface)
		printf("%s: ", interface);
	value_expand(finding, "{found}\n", stdout);
	if (value_at(finding, "harm"))
		value_expand(finding, "      {harm}\n", stdout);
	if (value_at(finding, "command"))
		value_expand(finding, "      run: {command}\n", stdout);
}

/* Print the findings, unless as JSON, and return the worst. */
static enum health report(const struct ask_options *options,
			  struct json_object *reply)
{
	struct json_object *list = value_at(reply, "host.findings");
	enum health worst = HEALTH_OK;

	if (!json_object_is_type(list, json_type_array))
		return HEALTH_UNKNOWN;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *finding =
			json_object_array_get_idx(list, i);
		enum health health = levels[level_of(finding)].health;

		if (health > worst)
			worst = health;
		if (!options->json)
			print_finding(finding);
	}
	if (options->json)
		puts(json_object_to_json_string_ext(
			reply, JSON_C_TO_STRING_PLAIN |
				       JSON_C_TO_STRING_NOSLASHESCAPE));
	return worst;
}

enum exit_code command_doctor(const struct ask_options *options, int count,
			      char **words)
{
	enum health worst = HEALTH_UNKNOWN;
	struct json_object *reply;

	if (count) {
		fprintf(stderr,
			"headgatectl: doctor: unexpected '%s'; see --help\n",
			words[0]);
		return (enum exit_code)HEALTH_UNKNOWN;
	}
	reply = examine(options);
	if (reply)
		worst = report(options, reply);
	json_object_put(reply);
	return ask_flush() ? (enum exit_code)HEALTH_UNKNOWN :
			     (enum exit_code)worst;
}
