/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef AGENT_H
#define AGENT_H

/*
 * The life of the agent: make the rooms in order, run, take them down. The
 * rooms are connected by hooks (wiring.h), each of which a room calls when it
 * has something for the next one.
 *
 *	speaker --UPDATE--> rib --set--> steering --tables--> datapath
 *	    ^                | ^                                 ^
 *	    +--announcement--+ +--alive?-- tracker --alive bit---+
 */

struct agent;
#include <stdbool.h>

struct command_line;
struct config;
struct event_base;

enum agent_sizes {
	AGENT_ERROR_SIZE = 640,
};

/*
 * Lock, load, listen and attach. Change nothing if another agent has the control
 * socket or the pins (-EBUSY). Takes over `config`, the configuration of `line`,
 * which must outlive the agent. On failure `error` says what failed and what to
 * do. The caller frees with agent_free(), which withdraws the announcements,
 * detaches the program and removes its pins, unless --on-exit keeps them.
 */
int agent_new(struct config *config, const struct command_line *line,
	      struct agent **agent, char error[AGENT_ERROR_SIZE]);
void agent_free(struct agent *agent);

/* Read the configuration again, in one of the next turns: reload.h. */
void agent_reload(struct agent *agent);
/* Return the event loop, for signals. */
struct event_base *agent_base(struct agent *agent);
/*
 * Make agent_run() return: at once, or after --shutdown-delay (shutdown.h). A
 * second call ends at once.
 */
void agent_end(struct agent *agent);
/*
 * True if agent_run() returned because another agent has taken over. Everything is
 * that agent's then, so the process must end and not call agent_free().
 */
bool agent_has_left(const struct agent *agent);
/* Run the event loop. Returns 0, or -errno of the error that ended it. */
int agent_run(struct agent *agent);

#endif
