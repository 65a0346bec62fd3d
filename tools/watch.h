/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_WATCH_H
#define TOOLS_WATCH_H

/* Output that is repeated: --watch. */

#include <stdbool.h>

#include "ask.h"

/* Return the seconds between two times. */
unsigned int watch_interval(const struct ask_options *options);
/*
 * Wait for the next time. Then clear a terminal, or put a blank line into a file or
 * pipe, and print the clock; JSON stands alone.
 */
void watch_next(const struct ask_options *options);
/* True if it goes on after `code`: an agent that restarts comes back. */
bool watch_goes_on(const struct ask_options *options, enum exit_code code,
		   unsigned int times);

#endif
