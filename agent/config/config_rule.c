// SPDX-License-Identifier: BSD-2-Clause
/* Rules of the routing policy: words in, words out. See config_rule.h. */

#include "config/config_rule.h"

#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/config_parser.h"
#include "config/config_rule_internal.h"
#include "config/config_rule_keys.h"

static const char blanks[] = " \t\r\n\v\f";
/* Characters that are words by themselves, with or without blanks. */
static const char marks[] = "{}\"";

/* ------------------------------------------------------------- words */

/* A copy of `text` in which marks stand between blanks; the caller frees. */
static char *spread(const char *text)
{
	char *copy = malloc(3 * strlen(text) + 1), *to = copy;

	if (!copy)
		return NULL;
	for (; *text; text++) {
		bool mark = strchr(marks, *text);

		if (mark)
			*to++ = ' ';
		*to++ = *text;
		if (mark)
			*to++ = ' ';
	}
	*to = '\0';
	return copy;
}

/* Cuts `text` into words; false if there are too many. */
static bool cut(char *text, struct rule_words *words)
{
	char *word;

	words->count = words->at = 0;
	while ((word = strsep(&text, blanks))) {
		if (!*word)
			continue;
		if (words->count == RULE_MAX_WORDS)
			return false;
		words->word[words->count++] = word;
	}
	return true;
}

/* ------------------------------------------------------------- the whole */

static bool sets(const struct policy_rule *rule, enum rule_setting setting)
{
	for (size_t i = 0; i < rule->setting_count; i++)
		if (rule->settings[i].key == setting)
			return true;
	return false;
}

static bool check_removed(struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;
	bool ok = true;

	for (size_t i = 0; i < rule->setting_count; i++) {
		const struct rule_term *term = &rule->settings[i];
		uint32_t type;

		if (term->key != RULE_SET_ATTRIBUTE_REMOVE)
			continue;
		type = rule->values[term->first].range.first;
		if (policy_attribute_is_needed(type))
			ok = config_reject(reader->parser,
					   "attribute remove %u: routes need "
					   "it; give another type",
					   type);
	}
	return ok;
}

/* What would say something but do nothing. */
static bool check_settings(struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;
	struct config_parser *parser = reader->parser;
	bool ok = true;

	if (rule->action == RULE_DENY && rule->setting_count)
		ok = config_reject(parser, "a denied route is not changed; "
					   "remove what follows set");
	if (rule->action == RULE_CONTINUE && !rule->setting_count)
		ok = config_reject(parser, "continue decides nothing; give "
					   "settings after set");
	if (rule->direction == RULE_TO && sets(rule, RULE_SET_WEIGHT))
		ok = config_reject(parser, "weight is for routes from a "
					   "neighbor; remove weight");
	if (rule->direction == RULE_FROM && sets(rule, RULE_SET_NEXTHOP_SELF))
		ok = config_reject(parser, "we are no next hop of our own; "
					   "next-hop self is for rules with "
					   "to");
	return check_removed(reader) && ok;
}

static bool check_rule(struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;
	bool ok = true;

	if (rule->direction == RULE_TO && rule->scope == RULE_ROLE &&
	    rule->role == NEIGHBOR_ROLE_BACKEND)
		ok = config_reject(reader->parser,
				   "nothing is announced to backends, "
				   "whatever the rules; remove this one");
	return check_settings(reader) && ok;
}

static struct rule_list matches_of(struct policy_rule *rule)
{
	return (struct rule_list){
		.what = "match",
		.keys = rule_matches,
		.key_count = RULE_MATCH_COUNT,
		.terms = rule->matches,
		.term_count = &rule->match_count,
		.term_max = RULE_MAX_MATCHES,
	};
}

static struct rule_list settings_of(struct policy_rule *rule)
{
	return (struct rule_list){
		.what = "setting",
		.keys = rule_settings,
		.key_count = RULE_SETTING_COUNT,
		.terms = rule->settings,
		.term_count = &rule->setting_count,
		.term_max = RULE_MAX_SETTINGS,
	};
}

static bool parse_settings(struct rule_reader *reader)
{
	const struct rule_list list = settings_of(reader->rule);

	if (!rule_words_take_if(&reader->words, "set"))
		return true;
	if (rule_words_end(&reader->words))
		return config_reject(reader->parser,
				     "nothing follows set; give a setting such "
				     "as localpref 200");
	if (!rule_terms_parse(reader, &list))
		return false;
	return rule_words_end(&reader->words) ||
	       config_reject(reader->parser,
			     "set is given twice; all settings follow one set");
}

static bool parse_words(struct rule_reader *reader)
{
	const struct rule_list list = matches_of(reader->rule);
	bool ok;

	if (!rule_head_parse(reader))
		return false;
	ok = rule_terms_parse(reader, &list);
	return parse_settings(reader) && ok && check_rule(reader);
}

bool config_rule_parse(struct config_parser *parser,
		       const struct config_flag *flag, const char *value)
{
	struct config *config = parser->config;
	struct policy_rule rule = { .match_count = 0 };
	struct rule_reader reader = { .parser = parser, .rule = &rule };
	char *text = spread(value);
	bool ok;

	(void)flag;
	if (!text)
		return config_reject(parser, "out of memory");
	if (!cut(text, &reader.words))
		ok = config_reject(parser,
				   "a rule has at most %d words; split it",
				   RULE_MAX_WORDS);
	else if (config->rib.rule_count == POLICY_MAX_RULES)
		ok = config_reject(parser, "at most %d rules are supported",
				   POLICY_MAX_RULES);
	else
		ok = parse_words(&reader);
	free(text);
	if (ok)
		config->lists.rules[config->rib.rule_count++] = rule;
	return ok;
}

/* ------------------------------------------------------------- printing */

void policy_rule_print(const struct policy_rule *rule, FILE *out)
{
	rule_head_print(rule, out);
	for (size_t i = 0; i < rule->match_count; i++)
		rule_term_print(rule, &rule_matches[rule->matches[i].key],
				&rule->matches[i], out);
	if (rule->setting_count)
		fputs(" set", out);
	for (size_t i = 0; i < rule->setting_count; i++)
		rule_term_print(rule, &rule_settings[rule->settings[i].key],
				&rule->settings[i], out);
}

void config_rule_print(const struct config *config,
		       const struct config_flag *flag, size_t index, FILE *out)
{
	(void)flag;
	policy_rule_print(&config->lists.rules[index], out);
}
