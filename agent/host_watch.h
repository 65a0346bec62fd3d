/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HOST_WATCH_H
#define HOST_WATCH_H

/*
 * The checks of the host (host/check.h) while the agent runs: at the start, at
 * the pace of the audits, and a second after a link has changed. A thread asks
 * (core/background.h). A complaint is logged when it begins and when it ends.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/sizes.h"
#include "host/check.h"

struct background;
struct config;
struct event;
struct event_base;
struct tracker;

/* Set by the owner before host_watch_begin(); zeroed otherwise. */
struct host_watch {
	struct event_base *base;
	const struct tracker *tracker;
	const struct config *config;
	struct event *timer;
	bool hastens; /* the timer runs out within a second */
	struct background *background;
	struct check_question question;
	char bpffs[FILE_PATH_SIZE]; /* for the question */
	/* The last complete one, and the one in the making. */
	struct check_report *report, *next;
};

/* Begin with a first round. Returns 0 or -ENOMEM. */
int host_watch_begin(struct host_watch *watch);
/* A link has changed: look again soon. */
void host_watch_soon(struct host_watch *watch);
/* Take another configuration, which must outlive it. */
void host_watch_reconfigure(struct host_watch *watch,
			    const struct config *config);
void host_watch_release(struct host_watch *watch);

#endif
