/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H

/*
 * The five capabilities that the agent needs, and the user that --user names, who
 * has nothing else.
 */

#include "config/config.h"

enum privileges_sizes {
	PRIVILEGES_ERROR_SIZE = 512,
};

/*
 * True if all capabilities are there that this configuration needs. Otherwise
 * `error` names the missing ones and says how to give them. Returns 0 or -EPERM.
 */
int privileges_check(const struct config *config,
		     char error[PRIVILEGES_ERROR_SIZE]);
/*
 * Become the user of the configuration, if it has one, for good: give it the
 * files that the agent writes, keep the five capabilities, and gain no
 * privilege any more. Returns 0 or -errno with `error`.
 */
int privileges_drop(const struct config *config,
		    char error[PRIVILEGES_ERROR_SIZE]);

#endif
