/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_ASK_H
#define TOOLS_ASK_H

/* Requests to the agent, replies on stdout, errors on stderr, exit codes. */

#include <stdbool.h>

struct json_object;
struct view;

enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNREACHABLE = 3,
	EXIT_NOT_PERMITTED = 4,
};

/* Options of the command line; some are for one command only. */
struct ask_options {
	const char *socket;
	bool json;  /* print replies unchanged */
	bool watch; /* show: repeat every second */
	/* show, capture: end after so many; events: the last ones; 0: all */
	unsigned int count;
	const char *pcap;      /* explain flow: the capture to explain */
	const char *vip;       /* capture, events, show flows: only for it */
	const char *nexthop;   /* events, show flows: only those on it */
	const char *neighbor;  /* events: only those about it */
	const char *interface; /* likewise; doctor: these */
	const char *event;     /* events: only this kind */
	const char *severity;  /* events: this one or worse */
	const char *bpffs;     /* doctor: the pin directory */
	const char *role;      /* show: only such rows */
	const char *state;     /* likewise */
	bool failed;	       /* likewise: what does not work */
	bool follow;	       /* events: and each new one */
	const char *from;      /* show flows: the place to go on at */
	unsigned int limit; /* show flows: of a page; 0: as the agent likes */
	unsigned int rate;  /* capture: one frame of so many */
	const char *reason; /* neighbor: for the peer's administrator; drain */
	bool dry_run;	    /* reload: say what would change */
	bool successor; /* reload: start the words if that takes a successor */
	unsigned int confirm_s;	 /* reload: undo it then; 0: never */
	unsigned int interval_s; /* --watch: between two times; 0: one */
	unsigned int for_s;	 /* drain: for so many seconds; 0: for good */
};

/*
 * Send a request, whose reference is consumed, and store the reply, which the
 * caller puts. With `json` print the reply. Print errors; return the exit code.
 */
enum exit_code ask(const struct ask_options *options,
		   struct json_object *request, struct json_object **reply);

/* Return the exit code of an error that the agent answers. */
enum exit_code ask_error_code(struct json_object *reply);

/* Return {"request": VERB}, which the caller completes. */
struct json_object *ask_request(const char *verb);
/* Add a string to a request. */
void ask_add(struct json_object *request, const char *name, const char *text);
/* The same, unless the text is NULL. */
void ask_add_option(struct json_object *request, const char *name,
		    const char *text);
/* Return a request as a line, which the caller frees. NULL: out of memory. */
char *ask_line(struct json_object *request);

/* Print why the agent cannot be reached; `error` is -errno. */
enum exit_code ask_unreachable(const char *path, int error);

/* Print a reply by a view; `rates` as for show_print(). */
enum exit_code ask_print(const struct view *view, struct json_object *reply,
			 bool rates);
/* Flush stdout; print an error if that fails. */
enum exit_code ask_flush(void);

#endif
