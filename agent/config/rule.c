// SPDX-License-Identifier: BSD-2-Clause
/* Rules of the routing policy: words in, words out. See rule.h. */

#include "config/rule.h"

#include <stdlib.h>
#include <string.h>

#include "config/parser.h"
#include "config/rule_internal.h"
#include "config/rule_tables.h"

static const char blanks[] = " \t\r\n\v\f";
/* Characters that are words by themselves, with or without blanks. */
static const char marks[] = "{}\"";

/* ------------------------------------------------------------- words */

/* Return a copy of `text` with blanks around marks; the caller frees. */
static char *spread_marks(const char *text)
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

/* Cut `text` into words; false if there are too many. */
static bool cut_words(char *text, struct rule_reader *reader)
{
	char *word;

	while ((word = strsep(&text, blanks))) {
		if (!*word)
			continue;
		if (reader->count == RULE_MAX_WORDS)
			return false;
		reader->words[reader->count++] = word;
	}
	return true;
}

bool rule_at_end(const struct rule_reader *reader)
{
	return reader->at == reader->count;
}

const char *rule_peek(const struct rule_reader *reader)
{
	return rule_at_end(reader) ? "" : reader->words[reader->at];
}

const char *rule_show(const struct rule_reader *reader)
{
	return rule_at_end(reader) ? "the end of the rule" : rule_peek(reader);
}

const char *rule_take(struct rule_reader *reader)
{
	const char *word = rule_peek(reader);

	reader->at += !rule_at_end(reader);
	return word;
}

bool rule_take_if(struct rule_reader *reader, const char *word)
{
	bool found = !rule_at_end(reader) && !strcmp(rule_peek(reader), word);

	reader->at += found;
	return found;
}

/* ------------------------------------------------------------- the whole */

static bool has_setting(const struct policy_rule *rule,
			enum rule_setting setting)
{
	for (size_t i = 0; i < rule->setting_count; i++)
		if (rule->settings[i].key == setting)
			return true;
	return false;
}

static bool has_match(const struct policy_rule *rule, enum rule_match match)
{
	for (size_t i = 0; i < rule->match_count; i++)
		if (rule->matches[i].key == match)
			return true;
	return false;
}

static void check_removed(struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;

	for (size_t i = 0; i < rule->setting_count; i++) {
		const struct rule_term *term = &rule->settings[i];
		uint32_t type = rule->values[term->first].range.first;

		if (term->key == RULE_SET_ATTRIBUTE_REMOVE &&
		    policy_attribute_is_needed(type))
			parser_reject(reader->parser,
				      "attribute remove %u: routes need it; "
				      "give another type",
				      type);
	}
}

/* Report what has no effect. */
static void check_effect(struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;
	struct parser *parser = reader->parser;
	bool to = rule->direction == RULE_TO;

	if (to && rule->scope == RULE_ROLE &&
	    rule->role == NEIGHBOR_ROLE_BACKEND)
		parser_reject(parser, "nothing is announced to backends, "
				      "whatever the rules; remove the rule");
	if (rule->action == RULE_DENY && rule->setting_count)
		parser_reject(parser, "a denied route is not changed; remove "
				      "set and what follows");
	if (rule->action == RULE_CONTINUE && !rule->setting_count)
		parser_reject(parser, "continue without settings has no "
				      "effect; give settings after set");
	if (to && (has_setting(rule, RULE_SET_WEIGHT) ||
		   has_setting(rule, RULE_SET_WEIGHT_FROM)))
		parser_reject(parser, "weight is for routes from a neighbor; "
				      "remove weight");
	if (to && has_setting(rule, RULE_SET_ENCAP))
		parser_reject(parser, "encap is for routes from a neighbor; "
				      "remove encap");
	if (to && has_setting(rule, RULE_SET_MULTIPATH_NO))
		parser_reject(parser, "multipath no is for routes from a "
				      "neighbor; remove multipath no");
	if (!to && has_setting(rule, RULE_SET_NEXTHOP_SELF))
		parser_reject(parser, "next-hop self is for rules with to; "
				      "remove next-hop self");
	if (to && has_match(rule, RULE_MATCH_NEXTHOP_PEER))
		parser_reject(parser, "next-hop peer is for rules with from; "
				      "remove next-hop peer");
	check_removed(reader);
}

static struct rule_list matches_of(struct policy_rule *rule)
{
	return (struct rule_list){
		.what = "match",
		.options = rule_matches,
		.option_count = RULE_MATCH_COUNT,
		.terms = rule->matches,
		.term_count = &rule->match_count,
		.term_max = RULE_MAX_MATCHES,
	};
}

static struct rule_list settings_of(struct policy_rule *rule)
{
	return (struct rule_list){
		.what = "setting",
		.options = rule_settings,
		.option_count = RULE_SETTING_COUNT,
		.terms = rule->settings,
		.term_count = &rule->setting_count,
		.term_max = RULE_MAX_SETTINGS,
	};
}

static void parse_settings(struct rule_reader *reader)
{
	const struct rule_list list = settings_of(reader->rule);
	int errors = reader->parser->error_count;

	if (!rule_take_if(reader, "set"))
		return;
	if (rule_at_end(reader)) {
		parser_reject(reader->parser, "nothing follows set; give a "
					      "setting such as localpref 200");
		return;
	}
	rule_terms_parse(reader, &list);
	if (reader->parser->error_count == errors && !rule_at_end(reader))
		parser_reject(reader->parser, "set is given twice; all "
					      "settings follow one set");
}

static void parse_words(struct rule_reader *reader)
{
	const struct rule_list list = matches_of(reader->rule);
	int errors = reader->parser->error_count;

	if (!rule_head_parse(reader))
		return;
	rule_terms_parse(reader, &list);
	parse_settings(reader);
	if (reader->parser->error_count == errors)
		check_effect(reader);
}

static bool parse_rule(struct parser *parser, const struct value *value)
{
	struct rule_reader reader = { .parser = parser, .rule = value->member };
	int errors = parser->error_count;
	char *text = spread_marks(value->text);

	if (!text)
		return parser_reject(parser, "out of memory");
	if (cut_words(text, &reader))
		parse_words(&reader);
	else
		parser_reject(parser, "a rule has at most %d words; split it",
			      RULE_MAX_WORDS);
	free(text);
	return parser->error_count == errors;
}

static void print_rule(const struct value *value, FILE *out)
{
	const struct policy_rule *rule = value->member;

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

const struct kind kind_rule = { parse_rule, print_rule };
