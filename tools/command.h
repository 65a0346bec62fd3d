/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

/* The commands of headgatectl. */

#include "ask.h"

struct command {
	const char *name;
	const char *usage; /* its words, for --help */
	const char *help;
	/* `words`: the `count` words behind the name, ended by NULL. */
	enum exit_code (*run)(const struct ask_options *options, int count,
			      char **words);
	bool is_view; /* --watch repeats it; `show` does so itself */
};

enum exit_code command_capture(const struct ask_options *options, int count,
			       char **words);
enum exit_code command_dump(const struct ask_options *options, int count,
			    char **words);
enum exit_code command_doctor(const struct ask_options *options, int count,
			      char **words);
enum exit_code command_drain(const struct ask_options *options, int count,
			     char **words);
enum exit_code command_undrain(const struct ask_options *options, int count,
			       char **words);
enum exit_code command_events(const struct ask_options *options, int count,
			      char **words);
enum exit_code command_explain(const struct ask_options *options, int count,
			       char **words);
enum exit_code command_health(const struct ask_options *options, int count,
			      char **words);
enum exit_code command_neighbor(const struct ask_options *options, int count,
				char **words);
enum exit_code command_reload(const struct ask_options *options, int count,
			      char **words);
enum exit_code command_confirm(const struct ask_options *options, int count,
			       char **words);
enum exit_code command_top(const struct ask_options *options, int count,
			   char **words);
enum exit_code command_show(const struct ask_options *options, int count,
			    char **words);

/* Add the options of `events` to a request for the last ones. */
void command_add_event_options(struct json_object *request,
			       const struct ask_options *options);

#endif
