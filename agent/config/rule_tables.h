/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_RULE_TABLES_H
#define CONFIG_RULE_TABLES_H

/*
 * The tables of matches and settings, in the order of --help. A new match is
 * one new row here and one in rib/policy/policy_match.c.
 */

#include "config/option.h"
#include "rib/policy/rule.h"

/* Indexed by enum rule_match and enum rule_setting. */
extern const struct option rule_matches[RULE_MATCH_COUNT];
extern const struct option rule_settings[RULE_SETTING_COUNT];

#endif
