/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_RULE_H
#define CONFIG_RULE_H

/*
 * The value of --rule: one rule of the routing policy, in one line of words.
 *
 *	allow from role backend community 65000:1 set localpref 200 weight 2
 *
 * This is the syntax only: words become struct policy_rule, which becomes words
 * that parse back to it.
 *
 *	rule		words, the order of the parts, rules without effect
 *	rule_head	action, direction and the neighbors it applies to
 *	rule_terms	matches and settings, by their tables
 *	rule_tables	the tables
 *	rule_kinds	a parser and a printer for each kind of value
 *	community	the same for communities
 */

#include "config/option.h"
#include "rib/policy/rule.h"

extern const struct kind kind_rule;

#endif
