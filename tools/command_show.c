// SPDX-License-Identifier: BSD-2-Clause
/* headgatectl show: once, or every second with rates. */

#include "command.h"

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "core/clock.h"
#include "core/suggest.h"
#include "filter.h"
#include "rates.h"
#include "view.h"
#include "watch.h"

/* A view that is shown, and the reply before, for rates. */
struct showing {
	const struct ask_options *options;
	const struct view *view;
	const char *argument; /* its value; NULL if the view takes none */
	struct json_object *before;
	double before_s;
};

/* Print the end of a message: the names of all views. */
static void print_view_names(void)
{
	for (size_t i = 0; i < view_count; i++)
		if (!views[i]->keyword)
			fprintf(stderr, "%s %s", i ? "," : "", views[i]->what);
	fputc('\n', stderr);
}

static enum exit_code reject_view(const char *what)
{
	struct suggestion suggestion = suggestion_for(what ? what : "");

	for (size_t i = 0; what && i < view_count; i++)
		suggestion_offer(&suggestion, views[i]->what);
	if (suggestion.name) {
		fprintf(stderr,
			"headgatectl: show '%s': unknown; did you mean '%s'?\n",
			what, suggestion.name);
		return EXIT_USAGE;
	}
	if (what)
		fprintf(stderr,
			"headgatectl: show '%s': unknown; must be one of",
			what);
	else
		fputs("headgatectl: show: a word is missing; must be one of",
		      stderr);
	print_view_names();
	return EXIT_USAGE;
}

/* Check the words behind the name of the view. */
static enum exit_code check_words(const struct view *view, int count,
				  char **words)
{
	int wanted = (view->keyword ? 1 : 0) + (view->argument ? 1 : 0);

	if (count < wanted) {
		fprintf(stderr, "headgatectl: show %s%s%s: %s missing\n",
			view->what, view->keyword ? " " : "",
			view->keyword ? view->keyword : "", view->argument);
		return EXIT_USAGE;
	}
	if (count > wanted) {
		fprintf(stderr,
			"headgatectl: show %s: unexpected '%s'; see --help\n",
			view->what, words[wanted]);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

static double seconds_now(void)
{
	return (double)clock_read_ns(CLOCK_MONOTONIC) / CLOCK_NS_PER_S;
}

/* Ask for a page of flows. */
static void add_page(struct json_object *request,
		     const struct ask_options *options)
{
	ask_add_option(request, "vip", options->vip);
	ask_add_option(request, "nexthop", options->nexthop);
	if (options->limit)
		json_object_object_add(request, "limit",
				       json_object_new_int64(options->limit));
	ask_add_option(request, "from", options->from);
}

static struct json_object *show_request(const struct showing *showing)
{
	struct json_object *request = ask_request("show");

	ask_add(request, "what", showing->view->what);
	if (showing->argument)
		ask_add(request,
			showing->view->keyword ? showing->view->keyword :
						 showing->view->argument,
			showing->argument);
	if (!strcmp(showing->view->what, "flows"))
		add_page(request, showing->options);
	if (!strcmp(showing->view->what, "events"))
		command_add_event_options(request, showing->options);
	return request;
}

static enum exit_code show_once(struct showing *showing)
{
	const char *what = showing->view->what;
	struct ask_options options = *showing->options;
	bool filtered = !showing->view->keyword &&
			filter_is_set(&options, what);
	struct json_object *reply;
	enum exit_code code;
	double now_s;

	options.json &= !filtered;
	code = ask(&options, show_request(showing), &reply);
	now_s = seconds_now();
	if (code)
		return code;
	if (filtered)
		filter_rows(&options, what, reply);
	if (filtered && showing->options->json)
		puts(json_object_to_json_string_ext(
			reply, JSON_C_TO_STRING_PLAIN |
				       JSON_C_TO_STRING_NOSLASHESCAPE));
	if (showing->before)
		rates_add(reply, showing->before, now_s - showing->before_s);
	if (!showing->options->json)
		code = ask_print(showing->view, reply, showing->options->watch);
	json_object_put(showing->before);
	showing->before = reply;
	showing->before_s = now_s;
	return code;
}

enum exit_code command_show(const struct ask_options *options, int count,
			    char **words)
{
	struct showing showing = { .options = options };
	enum exit_code code;

	showing.view = view_find_words(count, words);
	if (!showing.view)
		return reject_view(words[0]);
	code = check_words(showing.view, count - 1, words + 1);
	if (code)
		return code;
	if (showing.view->argument)
		showing.argument = words[count - 1];
	code = show_once(&showing);
	for (unsigned int i = 1; watch_goes_on(options, code, i); i++) {
		watch_next(options);
		code = show_once(&showing);
	}
	json_object_put(showing.before);
	return code;
}
