/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONFIG_RULE_INTERNAL_H
#define CONFIG_RULE_INTERNAL_H

/* Shared by rule*.c while a rule is read. */

#include "config/rule.h"

enum rule_reader_limits {
	RULE_MAX_WORDS = 128,
	RULE_VALUE_SIZE = 128, /* of a value of two words */
};

/* A rule, and how far its words have been read. */
struct rule_reader {
	struct parser *parser;
	struct policy_rule *rule;
	char *words[RULE_MAX_WORDS];
	size_t count;
	size_t at;
};

/* One of the two lists of terms of a rule. */
struct rule_list {
	const char *what; /* "match" or "setting" */
	const struct option *options;
	size_t option_count;
	struct rule_term *terms;
	uint8_t *term_count;
	size_t term_max;
};

/* rule.c: words. */
bool rule_at_end(const struct rule_reader *reader);
/* Return the next word, or "" at the end, which is not a value. */
const char *rule_peek(const struct rule_reader *reader);
/* Return the next word for an error; the end of the rule has none. */
const char *rule_show(const struct rule_reader *reader);
/* Return the next word and go past it. */
const char *rule_take(struct rule_reader *reader);
/* Go past the next word if it is this one. */
bool rule_take_if(struct rule_reader *reader, const char *word);

/* rule_head.c */
/* Report that the next word, a `what`, is none of the names. */
void rule_reject_word(struct rule_reader *reader, const char *what,
		      const char *const *names, size_t count);
bool rule_head_parse(struct rule_reader *reader);
void rule_head_print(const struct policy_rule *rule, FILE *out);

/* rule_terms.c: read one value, into the option's member of `object`. */
bool rule_value_parse(struct rule_reader *reader, const struct option *option,
		      void *object);
/* Read terms up to "set" or the end. */
void rule_terms_parse(struct rule_reader *reader, const struct rule_list *list);
void rule_term_print(const struct policy_rule *rule,
		     const struct option *option, const struct rule_term *term,
		     FILE *out);

#endif
