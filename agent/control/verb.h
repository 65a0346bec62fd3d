/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_VERB_H
#define CONTROL_VERB_H

/*
 * The requests that the control socket answers, in one table: the fields by
 * which a request is recognized and the function that answers it.
 */

#include <stddef.h>

#include "bgp/session/neighbor_admin.h"
#include "control/permission.h"
#include "control/view.h"

struct json_object;
struct reply_list;

/* How a request is answered if not by one reply at once. control.c has them. */
enum control_stream {
	CONTROL_STREAM_NONE,
	CONTROL_STREAM_ROUTES, /* one reply, in parts: `list` */
	CONTROL_STREAM_LIST = CONTROL_STREAM_ROUTES,
	CONTROL_STREAM_COUNTERS, /* likewise: show_counters() */
	CONTROL_STREAM_FLOWS,	 /* likewise: show_flows() */
	CONTROL_STREAM_DUMP,	 /* a line for each record: dump.h */
	CONTROL_STREAM_CAPTURE,	 /* a line for each packet */
	CONTROL_STREAM_EVENTS,	 /* a line for each event */
	CONTROL_STREAM_ORDER,	 /* one reply; changes a neighbor: `order` */
	CONTROL_STREAM_DRAIN,	 /* one reply; drains a server */
	CONTROL_STREAM_UNDRAIN,	 /* the opposite */
	CONTROL_STREAM_RELOAD,	 /* one reply; changes the configuration */
	CONTROL_STREAM_CONFIRM,	 /* keeps it so */
	CONTROL_STREAM_HANDOVER, /* the connection goes to another agent */
};

enum control_verb_sizes {
	CONTROL_MAX_OPTIONS = 8,
};

struct control_verb {
	const char *name;     /* the field "request" */
	const char *object;   /* the field "what"; NULL: no such field */
	const char *argument; /* the name of a field it needs; NULL: none */
	const char *options[CONTROL_MAX_OPTIONS]; /* fields it may have */
	enum control_stream stream;
	enum control_level level; /* that a user needs for it */
	/*
	 * Return the reply, which the caller puts; {"error": ...} if there is
	 * none. NULL for a stream.
	 */
	struct json_object *(*answer)(const struct control_view *view,
				      struct json_object *request);
	const struct reply_list *list;
	enum bgp_admin_order order;
};

extern const struct control_verb control_verbs[];
extern const size_t control_verb_count;

#endif
