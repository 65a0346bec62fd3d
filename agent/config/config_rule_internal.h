/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_CONFIG_RULE_INTERNAL_H
#define CONFIG_CONFIG_RULE_INTERNAL_H

/* What the files of config_rule*.c share while a rule is read. */

#include "config/config_rule.h"
#include "config/config_rule_values.h"

struct rule_key;

enum rule_text_sizes {
	RULE_CHOICES_SIZE = 160, /* a list of words, or the title of a key */
};

struct rule_reader {
	struct config_parser *parser;
	struct rule_words words;
	struct policy_rule *rule;
};

/* One of the two lists of terms, and what it is called. */
struct rule_list {
	const char *what;
	const struct rule_key *keys;
	size_t key_count;
	struct rule_term *terms;
	uint8_t *term_count;
	size_t term_max;
};

/* config_rule_values.c */
bool rule_words_end(const struct rule_words *words);
bool rule_words_take_if(struct rule_words *words, const char *word);
/* The next word for an error: the end of the rule has none. */
const char *rule_words_shown(const struct rule_words *words);

/* config_rule_head.c: action, direction and whom. */
bool rule_head_parse(struct rule_reader *reader);
void rule_head_print(const struct policy_rule *rule, FILE *out);
/* The next word, which `not_what`, is none of the names. Always false. */
bool rule_reject_choice(struct rule_reader *reader, const char *not_what,
			const char *const *names, size_t count);

/* config_rule_terms.c: matches or settings, up to "set" or the end. */
bool rule_terms_parse(struct rule_reader *reader, const struct rule_list *list);
void rule_term_print(const struct policy_rule *rule, const struct rule_key *key,
		     const struct rule_term *term, FILE *out);

#endif
