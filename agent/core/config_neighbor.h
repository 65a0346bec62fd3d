/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONFIG_NEIGHBOR_H
#define CORE_CONFIG_NEIGHBOR_H

/*
 * The value of --neighbor: an address or a prefix, then keys with values of
 * their own, separated by commas.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct config;
struct config_flag;
struct config_parser;
struct neighbor_draft;

struct neighbor_key {
	const char *name;
	const char *metavar; /* NULL: takes no value */
	const char *help;
	/* Stores the value, or reports by config_reject(). */
	bool (*parse)(struct config_parser *parser, const char *value,
		      struct neighbor_draft *draft);
};

/* For --help. */
extern const struct neighbor_key neighbor_keys[];
extern const size_t neighbor_key_count;

bool config_neighbor_parse(struct config_parser *parser,
			   const struct config_flag *flag, const char *value);
void config_neighbor_print(const struct config *config,
			   const struct config_flag *flag, size_t index,
			   FILE *out);

#endif
