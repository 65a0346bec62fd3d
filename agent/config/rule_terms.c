// SPDX-License-Identifier: BSD-2-Clause
/* Matches and settings of a rule, by their tables. See rule.h. */

#include <string.h>

#include "config/parser.h"
#include "config/rule_internal.h"
#include "core/suggest.h"

/* ------------------------------------------------------------- names */

/* Return the second word of the name, or NULL. */
static const char *second_word(const struct option *option)
{
	const char *name = option->name + option_first_word(option);

	return *name ? name + 1 : NULL;
}

static bool begins_with(const struct option *option, const char *word)
{
	return strlen(word) == option_first_word(option) &&
	       !strncmp(option->name, word, strlen(word));
}

/* True if a term of the list begins with the word. */
static bool is_term(const struct rule_list *list, const char *word)
{
	for (size_t i = 0; i < list->option_count; i++)
		if (begins_with(&list->options[i], word))
			return true;
	return false;
}

static void reject_name(struct rule_reader *reader,
			const struct rule_list *list)
{
	const char *word = rule_peek(reader);
	const struct option *nearest =
		option_suggest(list->options, list->option_count, word);

	if (suggest_distance(word, "set") == 1)
		parser_reject(reader->parser,
			      "unknown %s '%s'; did you mean 'set'?",
			      list->what, word);
	else if (nearest)
		parser_reject(reader->parser,
			      "unknown %s '%s'; did you mean '%.*s'?",
			      list->what, word, (int)option_first_word(nearest),
			      nearest->name);
	else
		parser_reject(reader->parser,
			      "unknown %s '%s'; headgate --help lists them",
			      list->what, word);
}

/* Report that the name is known, but not with the word behind it. */
static void reject_second(struct rule_reader *reader,
			  const struct rule_list *list, const char *name)
{
	const char *words[RULE_MATCH_COUNT + RULE_SETTING_COUNT];
	size_t count = 0;

	for (size_t i = 0; i < list->option_count; i++)
		if (begins_with(&list->options[i], name))
			words[count++] = second_word(&list->options[i]);
	rule_reject_word(reader, name, words, count);
}

/* Take the words of a name; NULL, with an error, if they are unknown. */
static const struct option *take_option(struct rule_reader *reader,
					const struct rule_list *list)
{
	const char *name = rule_peek(reader);
	const struct option *whole = NULL;

	if (!is_term(list, name)) {
		reject_name(reader, list);
		return NULL;
	}
	rule_take(reader);
	for (size_t i = 0; i < list->option_count; i++) {
		const struct option *option = &list->options[i];

		if (!begins_with(option, name))
			continue;
		if (!second_word(option))
			whole = option;
		else if (rule_take_if(reader, second_word(option)))
			return option;
	}
	if (!whole)
		reject_second(reader, list, name);
	return whole;
}

/* ------------------------------------------------------------- values */

/* Take the words of a value: one, or two, or ">=" and what follows. */
static void take_value(struct rule_reader *reader, const struct option *option,
		       char text[RULE_VALUE_SIZE])
{
	const char *word = rule_take(reader);
	bool split = !strcmp(word, ">=");

	if (split || option->traits & OPTION_TWO_WORDS)
		snprintf(text, RULE_VALUE_SIZE, "%s%s%s", word,
			 split ? "" : " ", rule_take(reader));
	else
		snprintf(text, RULE_VALUE_SIZE, "%s", word);
}

bool rule_value_parse(struct rule_reader *reader, const struct option *option,
		      void *object)
{
	struct parser *parser = reader->parser;
	const char *shown = rule_show(reader);
	char text[RULE_VALUE_SIZE];
	size_t at = reader->at;
	bool ok;

	take_value(reader, option, text);
	parser->part = (struct parser_part){ option->name, shown };
	ok = option_parse(parser, option, text, object);
	parser->part = (struct parser_part){ NULL };
	/* The value was forgotten; settings are still to be read. */
	if (!ok && !strcmp(shown, "set"))
		reader->at = at;
	return ok;
}

/* Read one value behind the others of the rule. */
static bool append_value(struct rule_reader *reader,
			 const struct option *option, struct rule_term *term)
{
	struct policy_rule *rule = reader->rule;
	union rule_value value;

	memset(&value, 0, sizeof(value));
	if (!rule_value_parse(reader, option, &value))
		return false;
	if (rule->value_count == RULE_MAX_VALUES)
		return parser_reject(reader->parser,
				     "a rule has at most %d values; split it",
				     RULE_MAX_VALUES);
	rule->values[rule->value_count++] = value;
	term->count++;
	return true;
}

static void skip_past(struct rule_reader *reader, const char *close)
{
	while (!rule_at_end(reader) && !rule_take_if(reader, close))
		rule_take(reader);
}

/* Read values up to the mark that closes them; it was opened before. */
static bool append_values(struct rule_reader *reader,
			  const struct option *option, struct rule_term *term,
			  const char *close)
{
	while (!rule_take_if(reader, close)) {
		if (rule_at_end(reader))
			return parser_reject(reader->parser,
					     "%s: the closing %s is missing",
					     option->name, close);
		if (!append_value(reader, option, term)) {
			skip_past(reader, close);
			return false;
		}
	}
	return term->count || option->traits & OPTION_PATTERN ||
	       parser_reject(reader->parser,
			     "%s: the braces are empty; give a value",
			     option->name);
}

static bool parse_values(struct rule_reader *reader,
			 const struct option *option, struct rule_term *term)
{
	bool pattern = option->traits & OPTION_PATTERN;

	if (!option->kind)
		return true;
	if (pattern && rule_take_if(reader, "\""))
		return append_values(reader, option, term, "\"");
	if (!pattern && !(option->traits & OPTION_SINGLE) &&
	    rule_take_if(reader, "{"))
		return append_values(reader, option, term, "}");
	return append_value(reader, option, term);
}

/* ------------------------------------------------------------- terms */

/* Go to the next word that a term can begin with. */
static void skip_term(struct rule_reader *reader, const struct rule_list *list)
{
	while (!rule_at_end(reader) && strcmp(rule_peek(reader), "set") &&
	       !is_term(list, rule_peek(reader)))
		rule_take(reader);
}

static bool is_given(const struct rule_list *list, uint8_t key)
{
	for (size_t i = 0; i < *list->term_count; i++)
		if (list->terms[i].key == key)
			return true;
	return false;
}

static void append_term(struct rule_reader *reader,
			const struct rule_list *list,
			const struct option *option,
			const struct rule_term *term)
{
	bool single = option->traits & OPTION_SINGLE || !option->kind;

	if (is_given(list, term->key) && !(option->traits & OPTION_REPEATABLE))
		parser_reject(reader->parser, "%s is given twice; %s",
			      option->name,
			      single ? "keep only one" :
				       "put values in braces: { A B }");
	else if (*list->term_count == list->term_max)
		parser_reject(reader->parser,
			      "a rule has at most %zu of a %s; split it",
			      list->term_max, list->what);
	else
		list->terms[(*list->term_count)++] = *term;
}

static void parse_term(struct rule_reader *reader, const struct rule_list *list)
{
	struct rule_term term = { .first = reader->rule->value_count };
	const struct option *option = take_option(reader, list);

	if (!option) {
		skip_term(reader, list);
		return;
	}
	term.key = (uint8_t)(option - list->options);
	if (!parse_values(reader, option, &term))
		return;
	if (option->traits & OPTION_OR_LONGER)
		term.or_longer = rule_take_if(reader, "or-longer");
	append_term(reader, list, option, &term);
}

void rule_terms_parse(struct rule_reader *reader, const struct rule_list *list)
{
	while (!rule_at_end(reader) && strcmp(rule_peek(reader), "set"))
		parse_term(reader, list);
}

void rule_term_print(const struct policy_rule *rule,
		     const struct option *option, const struct rule_term *term,
		     FILE *out)
{
	bool pattern = option->traits & OPTION_PATTERN;
	bool several = term->count > 1 && !pattern;
	const char *space = pattern ? "" : " ";

	fprintf(out, " %s%s%s", option->name, several ? " {" : "",
		pattern ? " \"" : "");
	for (size_t i = 0; i < term->count; i++) {
		const union rule_value *value = &rule->values[term->first + i];

		fputs(space, out);
		option_print(option, value, out);
		space = " ";
	}
	fprintf(out, "%s%s%s", several ? " }" : "", pattern ? "\"" : "",
		term->or_longer ? " or-longer" : "");
}
