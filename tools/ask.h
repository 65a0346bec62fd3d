/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_ASK_H
#define TOOLS_ASK_H

/* What every command of headgatectl does with the agent, and its exit codes. */

#include <stdbool.h>

struct json_object;

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNREACHABLE = 3,
	EXIT_NOT_PERMITTED = 4,
};

/* Options that stand before or behind any command. */
struct ask_options {
	const char *socket;
	bool json;	    /* print replies as they come */
	bool watch;	    /* again every second */
	unsigned int count; /* times to watch; 0: until interrupted */
};

/*
 * Sends a request, of which it takes over the reference, and stores the object
 * that comes back, which the caller puts. With `json` the reply is printed.
 * Whatever goes wrong is told on stderr; returns the exit code.
 */
enum exit_code ask(const struct ask_options *options,
		   struct json_object *request, struct json_object **reply);

/* The same when the agent cannot be reached: tells why. */
enum exit_code ask_unreachable(const char *path, int error);

/* EXIT_OK, or what to say if stdout could not take what was printed. */
enum exit_code ask_flush(void);

#endif
