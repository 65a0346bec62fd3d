/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_SUCCESSOR_H
#define TOOLS_SUCCESSOR_H

/* The start of an agent that takes over from the one that runs. */

#include "ask.h"

/*
 * Start `command`, words ended by NULL, in the background, and wait until it is
 * the agent at `socket`, or has ended: then the other one goes on. Print errors.
 */
enum exit_code successor_start(const char *socket, char **command);

#endif
