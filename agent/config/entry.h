/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_ENTRY_H
#define CONFIG_ENTRY_H

/*
 * Compound values: "HEAD,KEY=VALUE,SWITCH". A table has the keys; what is read
 * goes into one entry of a list.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "config/option.h"

enum entry_limits {
	ENTRY_MAX_KEYS = 64,
};

/* An entry while it is read. */
struct entry_draft {
	const struct entry *entry;
	void *object;
	bool given[ENTRY_MAX_KEYS]; /* by index of the key */
};

struct entry {
	const struct option *head; /* in front of the first comma */
	const struct option *keys;
	size_t key_count;
	const void *initial; /* an entry without any key */
	/* Fill in what was not given, and report keys that do not fit. */
	void (*finish)(struct parser *parser, const struct entry_draft *draft);
};

extern const struct kind kind_entry;

/* True if the key was given. */
bool entry_has(const struct entry_draft *draft, const char *key);
#endif
