// SPDX-License-Identifier: BSD-2-Clause
/* headgatectl neighbor: orders about one neighbor. */

#include "command.h"

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "core/array.h"
#include "core/suggest.h"
#include "view.h"

/* An order: its words, and the request's word for it. */
static const struct order {
	const char *word;
	const char *direction; /* NULL: it has none */
	const char *what;
} orders[] = {
	{ "shutdown", NULL, "shutdown" },  { "enable", NULL, "enable" },
	{ "restart", NULL, "restart" },	   { "clear", NULL, "clear" },
	{ "refresh", "in", "refresh in" }, { "refresh", "out", "refresh out" },
};

static const struct order *find_order(int count, char **words)
{
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		const struct order *order = &orders[i];
		int wanted = order->direction ? 2 : 1;

		if (count == wanted && !strcmp(order->word, words[0]) &&
		    (wanted == 1 || !strcmp(order->direction, words[1])))
			return order;
	}
	return NULL;
}

static enum exit_code reject_order(int count, char **words)
{
	struct suggestion suggestion =
		suggestion_for(count > 1 ? words[1] : "");

	for (size_t i = 0; i < COUNT_OF(orders); i++)
		suggestion_offer(&suggestion, orders[i].word);
	if (count > 1 && suggestion.name && strcmp(suggestion.name, words[1]))
		fprintf(stderr,
			"headgatectl: neighbor: '%s': unknown; did you mean "
			"'%s'?\n",
			words[1], suggestion.name);
	else
		fputs("headgatectl: neighbor: must be ADDRESS shutdown, "
		      "enable, restart, clear, refresh in or refresh out; see "
		      "--help\n",
		      stderr);
	return EXIT_USAGE;
}

enum exit_code command_neighbor(const struct ask_options *options, int count,
				char **words)
{
	const struct order *order =
		count > 1 ? find_order(count - 1, words + 1) : NULL;
	struct json_object *request, *reply;
	enum exit_code code;

	if (!order)
		return reject_order(count, words);
	request = ask_request("neighbor");
	ask_add(request, "what", order->what);
	ask_add(request, "neighbor", words[0]);
	if (options->reason)
		ask_add(request, "reason", options->reason);
	code = ask(options, request, &reply);
	if (code)
		return code;
	if (!options->json)
		code = ask_print(&view_order, reply, false);
	json_object_put(reply);
	return code;
}
