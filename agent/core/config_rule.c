// SPDX-License-Identifier: BSD-2-Clause
/* Rules of the routing policy: words in, words out. See config_rule.h. */

#include "core/config_rule.h"

#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/config_parser.h"
#include "core/config_rule_keys.h"
#include "core/config_values.h"
#include "core/suggest.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum {
	CHOICES_SIZE = 160,
};

static const char blanks[] = " \t\r\n\v\f";
/* Characters that are words by themselves, with or without blanks. */
static const char marks[] = "{}\"";

static const char *const action_names[RULE_ACTION_COUNT] = {
	[RULE_ALLOW] = "allow",
	[RULE_DENY] = "deny",
	[RULE_CONTINUE] = "continue",
};

static const char *const direction_names[RULE_DIRECTION_COUNT] = {
	[RULE_FROM] = "from",
	[RULE_TO] = "to",
};

static const char *const whom_names[RULE_WHOM_COUNT] = {
	[RULE_ANY] = "any",	      [RULE_INTERNAL] = "internal",
	[RULE_EXTERNAL] = "external", [RULE_ROLE] = "role",
	[RULE_NEIGHBOR] = "neighbor", [RULE_AS] = "as",
};

/* A rule while its words are read. */
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

static bool at_end(const struct rule_words *words)
{
	return words->at == words->count;
}

static bool take_if(struct rule_words *words, const char *word)
{
	bool is = !at_end(words) && !strcmp(rule_words_peek(words), word);

	words->at += is;
	return is;
}

/* The next word for an error: the end of the rule has none. */
static const char *shown(const struct rule_words *words)
{
	return at_end(words) ? "the end of the rule" : rule_words_peek(words);
}

/* ------------------------------------------------------------- choices */

/* "a, b or c" */
static void list_choices(const char *const *names, size_t count,
			 char text[CHOICES_SIZE])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && used < CHOICES_SIZE; i++)
		used += (size_t)snprintf(text + used, CHOICES_SIZE - used,
					 "%s%s",
					 !i		? "" :
					 i + 1 == count ? " or " :
							  ", ",
					 names[i]);
}

/* The next word is `not_what` and none of the names. */
static bool reject_choice(struct rule_reader *reader, const char *not_what,
			  const char *const *names, size_t count)
{
	const char *word = rule_words_peek(&reader->words);
	struct suggestion suggestion = suggestion_for(word);
	char choices[CHOICES_SIZE];

	list_choices(names, count, choices);
	for (size_t i = 0; i < count; i++)
		suggestion_offer(&suggestion, names[i]);
	if (suggestion.name)
		return config_reject(reader->parser,
				     "'%s' %s; give %s; did you mean '%s'?",
				     word, not_what, choices, suggestion.name);
	return config_reject(reader->parser, "'%s' %s; give %s",
			     shown(&reader->words), not_what, choices);
}

/* Takes one of the names; false, with an error, for another word. */
static bool take_choice(struct rule_reader *reader, const char *not_what,
			const char *const *names, size_t count,
			unsigned int *choice)
{
	for (unsigned int i = 0; i < count; i++)
		if (take_if(&reader->words, names[i])) {
			*choice = i;
			return true;
		}
	return reject_choice(reader, not_what, names, count);
}

/* ------------------------------------------------------------- whom */

static bool parse_role(struct rule_reader *reader)
{
	const char *names[NEIGHBOR_ROLE_COUNT];
	unsigned int role;

	/* In the order of the enum, but for "none", which goes last. */
	for (unsigned int i = 0; i < NEIGHBOR_ROLE_COUNT; i++)
		names[i] = neighbor_role_name((i + 1) % NEIGHBOR_ROLE_COUNT);
	if (!take_choice(reader, "is no role", names, COUNT_OF(names), &role))
		return false;
	reader->rule->role = (role + 1) % NEIGHBOR_ROLE_COUNT;
	return true;
}

static bool parse_as(struct rule_reader *reader)
{
	const char *word = shown(&reader->words);

	return rule_range_read(&reader->words, 1, UINT32_MAX,
			       &reader->rule->as) ||
	       config_reject(reader->parser,
			     "'%s' is no AS number; give N, N-M or >=N", word);
}

/* "ADDRESS", "PREFIX", "INTERFACE" or "ADDRESS%INTERFACE". */
static bool parse_neighbor(struct rule_reader *reader)
{
	struct policy_rule *rule = reader->rule;
	char target[PREFIX_TEXT_SIZE + RULE_INTERFACE_SIZE] = "";
	const char *word = shown(&reader->words);
	char *interface = target;

	if (!at_end(&reader->words))
		snprintf(target, sizeof(target), "%s",
			 rule_words_take(&reader->words));
	if (strchr(target, '%')) {
		strsep(&interface, "%");
		rule->has_prefix = true;
	} else if (!config_is_interface_name(target) ||
		   !target[strspn(target, "0123456789.")]) {
		interface = NULL;
		rule->has_prefix = true;
	}
	if ((rule->has_prefix &&
	     prefix_parse(target, &rule->prefix) != PREFIX_OK) ||
	    (interface &&
	     (!*interface || !config_is_interface_name(interface))))
		return config_reject(
			reader->parser,
			"'%s' is no neighbor; give an address, a "
			"prefix without host bits, or an interface",
			word);
	if (interface)
		strcpy(rule->interface, interface);
	return true;
}

static bool parse_head(struct rule_reader *reader)
{
	struct policy_rule *rule = reader->rule;
	unsigned int choice;

	if (!take_choice(reader, "is no action", action_names,
			 RULE_ACTION_COUNT, &choice))
		return false;
	rule->action = choice;
	if (!take_choice(reader, "is no direction", direction_names,
			 RULE_DIRECTION_COUNT, &choice))
		return false;
	rule->direction = choice;
	if (!take_choice(reader, "does not say whom the rule is about",
			 whom_names, RULE_WHOM_COUNT, &choice))
		return false;
	rule->whom = choice;
	switch (rule->whom) {
	case RULE_ROLE:
		return parse_role(reader);
	case RULE_NEIGHBOR:
		return parse_neighbor(reader);
	case RULE_AS:
		return parse_as(reader);
	default:
		return true;
	}
}

/* ------------------------------------------------------------- terms */

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
	char not_what[CHOICES_SIZE];
	size_t count = 0;

	for (size_t i = 0; i < list->key_count; i++)
		if (!strcmp(list->keys[i].name, name))
			parts[count++] = list->keys[i].part;
	snprintf(not_what, sizeof(not_what), "does not go with %s", name);
	return reject_choice(reader, not_what, parts, count);
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
		else if (take_if(words, list->keys[i].part))
			return i;
	}
	if (whole == list->key_count)
		reject_part(reader, list, name);
	return whole;
}

static const char *key_title(const struct rule_key *key,
			     char text[CHOICES_SIZE])
{
	snprintf(text, CHOICES_SIZE, "%s%s%s", key->name, key->part ? " " : "",
		 key->part ? key->part : "");
	return text;
}

/* Reads one value behind the others of the rule. */
static bool parse_value(struct rule_reader *reader, const struct rule_key *key,
			struct rule_term *term)
{
	struct policy_rule *rule = reader->rule;
	const char *word = shown(&reader->words);
	size_t at = reader->words.at;
	union rule_value value;
	char title[CHOICES_SIZE];

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
	while (!at_end(words) && !take_if(words, close))
		rule_words_take(words);
}

/* Values up to the mark that closes them, of which one was opened. */
static bool parse_values(struct rule_reader *reader, const struct rule_key *key,
			 struct rule_term *term, const char *close)
{
	char title[CHOICES_SIZE];

	while (!take_if(&reader->words, close)) {
		if (at_end(&reader->words))
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
	if (key->pattern && take_if(&reader->words, "\""))
		return parse_values(reader, key, term, "\"");
	if (!key->pattern && !key->single && take_if(&reader->words, "{"))
		return parse_values(reader, key, term, "}");
	return parse_value(reader, key, term);
}

/* Behind a name that is none: to the next word with which a term can begin. */
static void skip(struct rule_reader *reader, const struct rule_list *list)
{
	struct rule_words *words = &reader->words;

	while (!at_end(words) && strcmp(rule_words_peek(words), "set") &&
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
	char title[CHOICES_SIZE];

	if (id == list->key_count) {
		skip(reader, list);
		return false;
	}
	term.key = (uint8_t)id;
	if (!parse_term_values(reader, key, &term))
		return false;
	if (key->or_longer)
		term.or_longer = take_if(&reader->words, "or-longer");
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
static bool parse_terms(struct rule_reader *reader,
			const struct rule_list *list)
{
	struct rule_words *words = &reader->words;
	bool ok = true;

	while (!at_end(words) && strcmp(rule_words_peek(words), "set"))
		ok = parse_term(reader, list) && ok;
	return ok;
}

/* ------------------------------------------------------------- the whole */

static const struct rule_term *find_term(const struct rule_term *terms,
					 size_t count, unsigned int key)
{
	for (size_t i = 0; i < count; i++)
		if (terms[i].key == key)
			return &terms[i];
	return NULL;
}

static const struct rule_term *setting_of(const struct policy_rule *rule,
					  enum rule_setting setting)
{
	return find_term(rule->settings, rule->setting_count, setting);
}

static bool check_removed(struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;
	bool ok = true;

	for (size_t i = 0; i < rule->setting_count; i++) {
		const struct rule_term *term = &rule->settings[i];
		uint32_t type = rule->values[term->first].range.first;

		if (term->key == RULE_SET_ATTRIBUTE_REMOVE &&
		    rule_attribute_is_needed(type))
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
	if (rule->direction == RULE_TO && setting_of(rule, RULE_SET_WEIGHT))
		ok = config_reject(parser, "weight is for routes from a "
					   "neighbor; remove weight");
	if (rule->direction == RULE_FROM &&
	    setting_of(rule, RULE_SET_NEXT_HOP_SELF))
		ok = config_reject(parser, "we are no next hop of our own; "
					   "next-hop self is for rules with "
					   "to");
	return check_removed(reader) && ok;
}

/* "from backend": the role was meant, and it takes two words. */
static bool check_rule(struct rule_reader *reader)
{
	const struct policy_rule *rule = reader->rule;
	bool ok = true;

	if (rule->direction == RULE_TO && rule->whom == RULE_ROLE &&
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

	if (!take_if(&reader->words, "set"))
		return true;
	if (at_end(&reader->words))
		return config_reject(reader->parser,
				     "nothing follows set; give a setting such "
				     "as localpref 200");
	if (!parse_terms(reader, &list))
		return false;
	return at_end(&reader->words) ||
	       config_reject(reader->parser,
			     "set is given twice; all settings follow one set");
}

static bool parse_words(struct rule_reader *reader)
{
	const struct rule_list list = matches_of(reader->rule);
	bool ok;

	if (!parse_head(reader))
		return false;
	ok = parse_terms(reader, &list);
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
	else if (config->rule_count == CONFIG_MAX_RULES)
		ok = config_reject(parser, "at most %d rules are supported",
				   CONFIG_MAX_RULES);
	else
		ok = parse_words(&reader);
	free(text);
	if (ok)
		config->rules[config->rule_count++] = rule;
	return ok;
}

/* ------------------------------------------------------------- printing */

static void print_neighbor(const struct policy_rule *rule, FILE *out)
{
	char text[PREFIX_TEXT_SIZE];

	fputc(' ', out);
	if (rule->has_prefix)
		fputs(prefix_is_host(&rule->prefix) ?
			      address_format(&rule->prefix.address, text) :
			      prefix_format(&rule->prefix, text),
		      out);
	fprintf(out, "%s%s", rule->has_prefix && rule->interface[0] ? "%" : "",
		rule->interface);
}

static void print_head(const struct policy_rule *rule, FILE *out)
{
	const struct rule_key as = { .maximum = UINT32_MAX };
	const union rule_value value = { .range = rule->as };

	fprintf(out, "%s %s %s", action_names[rule->action],
		direction_names[rule->direction], whom_names[rule->whom]);
	switch (rule->whom) {
	case RULE_ROLE:
		fprintf(out, " %s", neighbor_role_name(rule->role));
		break;
	case RULE_NEIGHBOR:
		print_neighbor(rule, out);
		break;
	case RULE_AS:
		fputc(' ', out);
		rule_range_print(&as, &value, out);
		break;
	default:
		break;
	}
}

static void print_term(const struct policy_rule *rule,
		       const struct rule_key *key, const struct rule_term *term,
		       FILE *out)
{
	bool several = term->count > 1 && !key->pattern;
	char title[CHOICES_SIZE];
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

void policy_rule_print(const struct policy_rule *rule, FILE *out)
{
	print_head(rule, out);
	for (size_t i = 0; i < rule->match_count; i++)
		print_term(rule, &rule_matches[rule->matches[i].key],
			   &rule->matches[i], out);
	if (rule->setting_count)
		fputs(" set", out);
	for (size_t i = 0; i < rule->setting_count; i++)
		print_term(rule, &rule_settings[rule->settings[i].key],
			   &rule->settings[i], out);
}

void config_rule_print(const struct config *config,
		       const struct config_flag *flag, size_t index, FILE *out)
{
	(void)flag;
	policy_rule_print(&config->rules[index], out);
}
