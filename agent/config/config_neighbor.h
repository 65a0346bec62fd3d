/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_NEIGHBOR_H
#define CONFIG_CONFIG_NEIGHBOR_H

/*
 * The value of --neighbor: an address, a prefix or an interface, then keys with
 * values of their own (config_neighbor_keys.h), separated by commas.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct config;
struct config_flag;
struct config_parser;

bool config_neighbor_parse(struct config_parser *parser,
			   const struct config_flag *flag, const char *value);
void config_neighbor_print(const struct config *config,
			   const struct config_flag *flag, size_t index,
			   FILE *out);

#endif
