/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_PATH_H
#define CONFIG_CONFIG_PATH_H

/* The value of --path: a VIP, and the server that has it without BGP. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct config;
struct config_flag;
struct config_parser;

bool config_path_entry_parse(struct config_parser *parser,
			     const struct config_flag *flag, const char *value);
void config_path_entry_print(const struct config *config,
			     const struct config_flag *flag, size_t index,
			     FILE *out);
/* The rules between paths, and between them and --vip. */
void config_path_check(struct config_parser *parser);

#endif
