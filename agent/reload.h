/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RELOAD_H
#define RELOAD_H

/*
 * Reload: the command line and its files are read again, as at the start, and
 * what has changed is applied to the agent that runs, all of it or nothing. See
 * docs/reload.md.
 */

#include "control/reload_order.h"

struct agent;

/*
 * Carry out an order: the hook of control.h, with the agent as context. What
 * changes, and why nothing does, goes into `reply`.
 */
void reload_carry_out(const struct reload_order *order,
		      struct reload_reply *reply, void *context);
/* Free what waits for a confirmation. */
void reload_release(struct agent *agent);
/* The same for SIGHUP, with the agent as context; the log has the reply. */
void reload_on_signal(void *context);

/* Have the collectors of --bmp that the configuration has now. */
void reload_set_collectors(struct agent *agent);

#endif
