/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef AGENT_H
#define AGENT_H

/*
 * The agent as a whole: makes the rooms in order and lays the wires between
 * them. Each room is told what to call when it has something for the next one;
 * nothing else connects them.
 *
 *	speaker --UPDATE--> rib --set--> steering --tables--> datapath
 *	    ^                | ^                                 ^
 *	    +--announcement--+ +--alive?-- tracker --alive bit---+
 */

struct agent;
struct config;
struct event_base;

enum agent_sizes {
	AGENT_ERROR_SIZE = 640,
};

/*
 * Locks, loads, listens and attaches; touches nothing if a second agent has the
 * control socket or the pins (-EBUSY). `config` must outlive the agent. On
 * failure `error` says what failed and what to do. The caller frees with
 * agent_free(), which withdraws what was announced, detaches the program and
 * removes its pins.
 */
int agent_new(const struct config *config, struct agent **agent,
	      char error[AGENT_ERROR_SIZE]);
void agent_free(struct agent *agent);

/* For signals. */
struct event_base *agent_base(struct agent *agent);
/*
 * Makes agent_run() return: at once, or after --shutdown-delay, in which the
 * neighbors know that we are leaving. Called a second time: at once.
 */
void agent_end(struct agent *agent);
/* Runs until its end. Returns 0, or -errno if something ended it. */
int agent_run(struct agent *agent);

#endif
