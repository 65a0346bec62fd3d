// SPDX-License-Identifier: BSD-2-Clause
/* Matches and settings of a rule, by their tables. See config_rule_keys.h. */

#include "config/config_rule_internal.h"

#include <string.h>

#include "config/config_parser.h"
#include "config/config_rule_keys.h"
#include "core/suggest.h"

static bool is_name(const struct rule_list *list, const char *word)
{
	for (size_t i = 0; i < list->key_count; i++)
		if (!strcmp(list->keys[i].name, word))
			return true;
	return false;
}

/* No match and no setting: the words that could stand here instead. */
static bool reject_name(struct rule_reader *reader,
			const struct rule_list *list)
{
	const char *word = rule_words_peek(&reader->words);
	struct suggestion suggestion = suggestion_for(word);

	for (size_t i = 0; i < list->key_count; i++)
		suggestion_offer(&suggestion, list->keys[i].name);
	suggestion_offer(&suggestion, "set");
	if (suggestion.name)
		return config_reject(reader->parser,
				     "'%s' is no %s; did you mean '%s'?", word,
				     list->what, suggestion.name);
	return config_reject(reader->parser,
			     "'%s' is no %s; headgate --help lists them", word,
			     list->what);
}

/* The name is known, but not with the word behind it. */
static bool reject_part(struct rule_reader *reader,
			const struct rule_list *list, const char *name)
{
	const char *parts[RULE_MATCH_COUNT + RULE_SETTING_COUNT];
	char not_what[RULE_CHOICES_SIZE];
	size_t count = 0;

	for (size_t i = 0; i < list->key_count; i++)
		if (!strcmp(list->keys[i].name, name))
			parts[count++] = list->keys[i].part;
	snprintf(not_what, sizeof(not_what), "does not go with %s", name);
	return rule_reject_choice(reader, not_what, parts, count);
}

/* Takes the words that name a key; or key_count, with an error. */
static size_t take_key(struct rule_reader *reader, const struct rule_list *list)
{
	struct rule_words *words = &reader->words;
	const char *name = rule_words_peek(words);
	size_t whole = list->key_count;

	if (!is_name(list, name)) {
		reject_name(reader, list);
		return list->key_count;
	}
	rule_words_take(words);
	for (size_t i = 0; i < list->key_count; i++) {
		if (strcmp(list->keys[i].name, name))
			continue;
		if (!list->keys[i].part)
			whole = i;
		else if (rule_words_take_if(words, list->keys[i].part))
			return i;
	}
	if (whole == list->key_count)
		reject_part(reader, list, name);
	return whole;
}

static const char *key_title(const struct rule_key *key,
			     char text[RULE_CHOICES_SIZE])
{
	snprintf(text, RULE_CHOICES_SIZE, "%s%s%s", key->name,
		 key->part ? " " : "", key->part ? key->part : "");
	return text;
}

/* Reads one value behind the others of the rule. */
static bool parse_value(struct rule_reader *reader, const struct rule_key *key,
			struct rule_term *term)
{
	struct policy_rule *rule = reader->rule;
	const char *word = rule_words_shown(&reader->words);
	size_t at = reader->words.at;
	union rule_value value;
	char title[RULE_CHOICES_SIZE];

	memset(&value, 0, sizeof(value));
	if (!key->parse(&reader->words, key, &value)) {
		/* The value was forgotten; settings are still to be read. */
		if (!strcmp(word, "set"))
			reader->words.at = at;
		return config_reject(reader->parser, "%s '%s': give %s",
				     key_title(key, title), word, key->allowed);
	}
	if (rule->value_count == RULE_MAX_VALUES)
		return config_reject(reader->parser,
				     "a rule has at most %d values; split it",
				     RULE_MAX_VALUES);
	rule->values[rule->value_count++] = value;
	term->count++;
	return true;
}

static void skip_past(struct rule_words *words, const char *close)
{
	while (!rule_words_end(words) && !rule_words_take_if(words, close))
		rule_words_take(words);
}

/* Values up to the mark that closes them, of which one was opened. */
static bool parse_values(struct rule_reader *reader, const struct rule_key *key,
			 struct rule_term *term, const char *close)
{
	char title[RULE_CHOICES_SIZE];

	while (!rule_words_take_if(&reader->words, close)) {
		if (rule_words_end(&reader->words))
			return config_reject(reader->parser,
					     "%s: the closing %s is missing",
					     key_title(key, title), close);
		if (!parse_value(reader, key, term)) {
			skip_past(&reader->words, close);
			return false;
		}
	}
	if (!term->count && !key->pattern)
		return config_reject(reader->parser, "%s: give %s",
				     key_title(key, title), key->allowed);
	return true;
}

static bool parse_term_values(struct rule_reader *reader,
			      const struct rule_key *key,
			      struct rule_term *term)
{
	if (!key->parse)
		return true;
	if (key->pattern && rule_words_take_if(&reader->words, "\""))
		return parse_values(reader, key, term, "\"");
	if (!key->pattern && !key->single &&
	    rule_words_take_if(&reader->words, "{"))
		return parse_values(reader, key, term, "}");
	return parse_value(reader, key, term);
}

/* Behind a name that is none: to the next word with which a term can begin. */
static void skip(struct rule_reader *reader, const struct rule_list *list)
{
	struct rule_words *words = &reader->words;

	while (!rule_words_end(words) &&
	       strcmp(rule_words_peek(words), "set") &&
	       !is_name(list, rule_words_peek(words)))
		rule_words_take(words);
}

static bool is_given(const struct rule_list *list, size_t key)
{
	for (size_t i = 0; i < *list->term_count; i++)
		if (list->terms[i].key == key)
			return true;
	return false;
}

static bool parse_term(struct rule_reader *reader, const struct rule_list *list)
{
	struct rule_term term = { .first = reader->rule->value_count };
	size_t id = take_key(reader, list);
	const struct rule_key *key = &list->keys[id];
	char title[RULE_CHOICES_SIZE];

	if (id == list->key_count) {
		skip(reader, list);
		return false;
	}
	term.key = (uint8_t)id;
	if (!parse_term_values(reader, key, &term))
		return false;
	if (key->or_longer)
		term.or_longer =
			rule_words_take_if(&reader->words, "or-longer");
	if (is_given(list, id) && !key->repeatable)
		return config_reject(reader->parser, "%s is given twice; %s",
				     key_title(key, title),
				     key->single || !key->parse ?
					     "keep only one" :
					     "put values in braces: { A B }");
	if (*list->term_count == list->term_max)
		return config_reject(reader->parser,
				     "a rule has at most %zu of a %s; split it",
				     list->term_max, list->what);
	list->terms[(*list->term_count)++] = term;
	return true;
}

/* Terms up to the end, or to "set"; goes on behind errors. */
bool rule_terms_parse(struct rule_reader *reader, const struct rule_list *list)
{
	struct rule_words *words = &reader->words;
	bool ok = true;

	while (!rule_words_end(words) && strcmp(rule_words_peek(words), "set"))
		ok = parse_term(reader, list) && ok;
	return ok;
}

void rule_term_print(const struct policy_rule *rule, const struct rule_key *key,
		     const struct rule_term *term, FILE *out)
{
	bool several = term->count > 1 && !key->pattern;
	char title[RULE_CHOICES_SIZE];
	const char *space = key->pattern ? "" : " ";

	fprintf(out, " %s%s%s", key_title(key, title), several ? " {" : "",
		key->pattern ? " \"" : "");
	for (size_t i = 0; i < term->count; i++) {
		fputs(space, out);
		key->print(key, &rule->values[term->first + i], out);
		space = " ";
	}
	fprintf(out, "%s%s%s", several ? " }" : "", key->pattern ? "\"" : "",
		term->or_longer ? " or-longer" : "");
}
