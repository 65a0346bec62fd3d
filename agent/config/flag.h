/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_FLAG_H
#define CONFIG_FLAG_H

/*
 * The table of all flags, in the order of --help and of the canonical form, and
 * their values in a configuration.
 */

#include <stddef.h>
#include <stdio.h>

#include "config/config.h"
#include "config/option.h"

extern const struct option flag_table[];
extern const size_t flag_count;

/* Return the flag of that name, or NULL. */
const struct option *flag_find(const char *name);

/* Report an unknown "FLAG" or "FLAG=VALUE"; suggest another with `dashes`. */
void flag_complain_unknown(struct parser *parser, const char *word,
			   const char *dashes);

/* Count the values of a flag: the entries of a list, else 1 or, switch, 0. */
size_t flag_values(const struct config *config, const struct option *flag);
/* Set the number of entries of a list. */
void flag_set_values(struct config *config, const struct option *flag,
		     size_t count);
/* Return entry `index` of a list, or the value (index 0). */
void *flag_entry(const struct config *config, const struct option *flag,
		 size_t index);
/* Write that value. */
void flag_print(const struct config *config, const struct option *flag,
		size_t index, FILE *out);

#endif
