/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_CONFEDERATION_H
#define CONFIG_CONFIG_CONFEDERATION_H

/* The values of --confederation-member, and what a confederation asks for. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct config;
struct config_flag;
struct config_parser;

/* Reads "AS[,AS...]". */
bool config_member_parse(struct config_parser *parser,
			 const struct config_flag *flag, const char *value);
void config_member_print(const struct config *config,
			 const struct config_flag *flag, size_t index,
			 FILE *out);
/*
 * What we call ourselves in an OPEN depends on who the neighbor is (RFC 5065
 * 4), so that its AS must say it.
 */
void config_confederation_check(struct config_parser *parser);

#endif
