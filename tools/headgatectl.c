// SPDX-License-Identifier: BSD-2-Clause
/*
 * headgatectl: asks the agent and shows what it says, as tables for people or
 * as the JSON that came. Data goes to stdout, messages to stderr.
 */

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include <headgate/ctl.h>

#include "client.h"
#include "show.h"
#include "view.h"

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNREACHABLE = 3,
	EXIT_NOT_PERMITTED = 4,
};

struct options {
	const char *socket;
	bool json;
};

static const char short_options[] = "js:hV";

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "socket", required_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	"Usage: headgatectl [-j] [-s PATH] show WHAT\n"
	"\n"
	"  -j, --json         Print the agent's reply as it comes.\n"
	"  -s, --socket PATH  Where the agent listens. Default:\n"
	"                     " HG_CTL_SOCKET "\n"
	"  -h, --help         Print this text and exit.\n"
	"  -V, --version      Print the version and exit.\n"
	"\n"
	"WHAT is one of:\n";

static const char exit_codes[] =
	"\nExit codes: 0 ok, 1 request failed, 2 usage, 3 agent not "
	"reachable,\n4 not permitted.\n";

static void print_help(void)
{
	fputs(usage, stdout);
	for (size_t i = 0; i < view_count; i++)
		printf("  %-9s  %s\n", views[i].what, views[i].help);
	fputs(exit_codes, stdout);
}

/* Ends a message with the words that would have been understood. */
static int reject_what(const char *what)
{
	if (what)
		fprintf(stderr, "headgatectl: show: unknown '%s'; it is one of",
			what);
	else
		fputs("headgatectl: show what? It is one of", stderr);
	for (size_t i = 0; i < view_count; i++)
		fprintf(stderr, "%s %s", i ? "," : "", views[i].what);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

static int fail_unreachable(const char *path, int error)
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

/* The agent's own words if it refused, else NULL. */
static const char *refusal(struct json_object *reply)
{
	struct json_object *error;

	if (!json_object_object_get_ex(reply, "error", &error))
		return NULL;
	return json_object_get_string(error);
}

static int print_tables(const struct view *view, struct json_object *reply)
{
	const char *missing = NULL;
	int error = show_print(view, reply, stdout, &missing);

	if (error == -EPROTO)
		fprintf(stderr,
			"headgatectl: the reply has no '%s'; are headgate and "
			"headgatectl of the same version?\n",
			missing);
	else if (error)
		fprintf(stderr, "headgatectl: %s\n", strerror(-error));
	return error ? EXIT_FAILED : EXIT_OK;
}

static int print_reply(const struct view *view, const char *line, bool json)
{
	struct json_object *reply = json_tokener_parse(line);
	int code = EXIT_FAILED;

	if (!json_object_is_type(reply, json_type_object)) {
		fputs("headgatectl: the reply is no JSON object; does "
		      "--socket name headgate's?\n",
		      stderr);
		goto out;
	}
	if (json)
		puts(line);
	if (refusal(reply))
		fprintf(stderr, "headgatectl: %s\n", refusal(reply));
	else
		code = json ? EXIT_OK : print_tables(view, reply);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "headgatectl: cannot write: %s\n",
			strerror(errno));
		code = EXIT_FAILED;
	}
out:
	json_object_put(reply);
	return code;
}

static int show(const struct options *options, const char *what)
{
	const struct view *view = what ? view_find(what) : NULL;
	char request[HG_CTL_MAX_REQUEST];
	char *line;
	int error, code;

	if (!view)
		return reject_what(what);
	snprintf(request, sizeof(request),
		 "{\"request\":\"show\",\"what\":\"%s\"}\n", view->what);
	error = client_request(options->socket, HG_CTL_TIMEOUT_S, request,
			       &line);
	if (error)
		return fail_unreachable(options->socket, error);
	code = print_reply(view, line, options->json);
	free(line);
	return code;
}

/* `words` are what the options left over, `count` of them. */
static int run(const struct options *options, int count, char **words)
{
	if (!count) {
		fputs("headgatectl: what to do? `headgatectl show WHAT`, or "
		      "--help\n",
		      stderr);
		return EXIT_USAGE;
	}
	if (strcmp(words[0], "show")) {
		fprintf(stderr,
			"headgatectl: unknown command '%s'; the only one is "
			"show, see --help\n",
			words[0]);
		return EXIT_USAGE;
	}
	if (count > 2) {
		fprintf(stderr, "headgatectl: unexpected '%s'; see --help\n",
			words[2]);
		return EXIT_USAGE;
	}
	return show(options, words[1]);
}

int main(int argc, char **argv)
{
	struct options options = { .socket = HG_CTL_SOCKET };
	int option;

	while ((option = getopt_long(argc, argv, short_options, long_options,
				     NULL)) != -1) {
		switch (option) {
		case 'j':
			options.json = true;
			break;
		case 's':
			options.socket = optarg;
			break;
		case 'h':
			print_help();
			return EXIT_OK;
		case 'V':
			puts("headgatectl " HEADGATE_VERSION);
			return EXIT_OK;
		default:
			fputs("headgatectl: --help lists the options\n",
			      stderr);
			return EXIT_USAGE;
		}
	}
	return run(&options, argc - optind, argv + optind);
}
