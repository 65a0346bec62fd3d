/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_RULE_VALUES_H
#define CONFIG_CONFIG_RULE_VALUES_H

/*
 * The kinds of values in rules: a parser and a printer for each, the columns
 * of the tables in config_rule_keys.c. What a printer writes its parser reads.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config_rule.h"

struct rule_key;

enum rule_word_limits {
	RULE_MAX_WORDS = 128,
};

/* The words of a rule, and how far they are read. */
struct rule_words {
	char *word[RULE_MAX_WORDS];
	size_t count;
	size_t at;
};

/* The next word, or "" at the end, which no value is. */
const char *rule_words_peek(const struct rule_words *words);
const char *rule_words_take(struct rule_words *words);

/* Take the words of one value; false, and nothing stored, if they are none. */
bool rule_number_parse(struct rule_words *words, const struct rule_key *key,
		       union rule_value *value);
bool rule_range_parse(struct rule_words *words, const struct rule_key *key,
		      union rule_value *value);
bool rule_choice_parse(struct rule_words *words, const struct rule_key *key,
		       union rule_value *value);
bool rule_change_parse(struct rule_words *words, const struct rule_key *key,
		       union rule_value *value);
bool rule_prefix_parse(struct rule_words *words, const struct rule_key *key,
		       union rule_value *value);
bool rule_address_parse(struct rule_words *words, const struct rule_key *key,
			union rule_value *value);
bool rule_prepend_parse(struct rule_words *words, const struct rule_key *key,
			union rule_value *value);
bool rule_hop_parse(struct rule_words *words, const struct rule_key *key,
		    union rule_value *value);
bool rule_community_parse(struct rule_words *words, const struct rule_key *key,
			  union rule_value *value);
bool rule_ext_community_parse(struct rule_words *words,
			      const struct rule_key *key,
			      union rule_value *value);
bool rule_large_community_parse(struct rule_words *words,
				const struct rule_key *key,
				union rule_value *value);

void rule_number_print(const struct rule_key *key,
		       const union rule_value *value, FILE *out);
void rule_range_print(const struct rule_key *key, const union rule_value *value,
		      FILE *out);
void rule_choice_print(const struct rule_key *key,
		       const union rule_value *value, FILE *out);
void rule_change_print(const struct rule_key *key,
		       const union rule_value *value, FILE *out);
void rule_prefix_print(const struct rule_key *key,
		       const union rule_value *value, FILE *out);
void rule_address_print(const struct rule_key *key,
			const union rule_value *value, FILE *out);
void rule_prepend_print(const struct rule_key *key,
			const union rule_value *value, FILE *out);
void rule_hop_print(const struct rule_key *key, const union rule_value *value,
		    FILE *out);
void rule_community_print(const struct rule_key *key,
			  const union rule_value *value, FILE *out);
void rule_ext_community_print(const struct rule_key *key,
			      const union rule_value *value, FILE *out);
void rule_large_community_print(const struct rule_key *key,
				const union rule_value *value, FILE *out);

/* A number, "N-M" or ">=N" out of minimum..maximum. */
bool rule_range_read(struct rule_words *words, uint32_t minimum,
		     uint32_t maximum, struct rule_range *range);

#endif
