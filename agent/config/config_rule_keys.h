/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_RULE_KEYS_H
#define CONFIG_CONFIG_RULE_KEYS_H

/*
 * The tables of what rules can look at and what they can set. Parsing, --help
 * and the canonical form are loops over them; a new match is one new entry here
 * and one in rib/policy/policy_match.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config_rule.h"
#include "config/config_rule_values.h"

struct rule_key {
	const char *name;    /* "as-path" */
	const char *part;    /* "first", or NULL if the name is all of it */
	const char *allowed; /* the values; NULL: it has none */
	const char *help;
	bool pattern;		/* words in quotes, one after the other */
	bool single;		/* never several values in braces */
	bool repeatable;	/* may stand in a rule more than once */
	bool or_longer;		/* these words may follow */
	bool wildcards;		/* communities: parts of a value may be "*" */
	const char *everything; /* communities: the word for all of them */
	bool (*parse)(struct rule_words *words, const struct rule_key *key,
		      union rule_value *value);
	void (*print)(const struct rule_key *key, const union rule_value *value,
		      FILE *out);

	/* For these functions. */
	uint32_t minimum;
	uint32_t maximum;
	const char *const *names; /* indexed by value */
	size_t name_count;
};

extern const struct rule_key rule_matches[RULE_MATCH_COUNT];
extern const struct rule_key rule_settings[RULE_SETTING_COUNT];

#endif
