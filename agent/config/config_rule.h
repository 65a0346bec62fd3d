/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_RULE_H
#define CONFIG_CONFIG_RULE_H

/*
 * The value of --rule: one rule of the routing policy, in one line of words.
 *
 *	allow from role backend community 65000:1 set localpref 200 weight 2
 *
 * Here is the syntax only: words become struct policy_rule and struct
 * policy_rule becomes words that parse back to it.
 *
 *	config_rule.c		words, the order of things, what makes no sense
 *	config_rule_head.c	action, direction and whom it is about
 *	config_rule_terms.c	matches and settings, by their tables
 *	config_rule_keys.c	the tables
 *	config_rule_values.c	one parser and printer for each kind of value
 *	config_rule_community.c	the same for communities
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "rib/policy/rule.h"

struct config;
struct config_flag;
struct config_parser;

/* For the table of flags. */
bool config_rule_parse(struct config_parser *parser,
		       const struct config_flag *flag, const char *value);
void config_rule_print(const struct config *config,
		       const struct config_flag *flag, size_t index, FILE *out);

/* The canonical form of one rule, without the end of a line. */
void policy_rule_print(const struct policy_rule *rule, FILE *out);

#endif
