/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_NEIGHBOR_H
#define CONFIG_NEIGHBOR_H

/*
 * The value of --neighbor: an address, a prefix or an interface, then keys
 * (neighbor_keys.c).
 */

#include <stddef.h>

#include "config/entry.h"

enum neighbor_keys_limits {
	NEIGHBOR_KEY_COUNT = 53,
};

extern const struct entry neighbor_entry;
extern const struct option neighbor_keys[NEIGHBOR_KEY_COUNT];

/* Check each neighbor against the others and against other flags. */
void neighbor_check_all(struct parser *parser);

#endif
