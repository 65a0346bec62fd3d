/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_AGGREGATE_H
#define CONFIG_CONFIG_AGGREGATE_H

/* The value of --aggregate: a prefix announced for the VIPs inside it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct config;
struct config_flag;
struct config_parser;

bool config_aggregate_parse(struct config_parser *parser,
			    const struct config_flag *flag, const char *value);
void config_aggregate_print(const struct config *config,
			    const struct config_flag *flag, size_t index,
			    FILE *out);
/* The rules between aggregates, and between them and --vip. */
void config_aggregate_check(struct config_parser *parser);

#endif
