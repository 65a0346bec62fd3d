/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_PATH_H
#define CONFIG_PATH_H

/* The value of --path: a VIP, and a server that has it without BGP. */

#include "config/entry.h"

extern const struct entry path_entry;

/* Check each path against the others and against --vip. */
void path_check_all(struct parser *parser);

#endif
