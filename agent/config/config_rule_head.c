// SPDX-License-Identifier: BSD-2-Clause
/* The head of a rule: what it does, which way, and whom it is about. */

#include "config/config_rule_internal.h"
#include "core/array.h"

#include <string.h>

#include "config/config.h"
#include "config/config_parser.h"
#include "config/config_rule_keys.h"
#include "config/config_values.h"
#include "core/suggest.h"

static const char *const action_names[RULE_ACTION_COUNT] = {
	[RULE_ALLOW] = "allow",
	[RULE_DENY] = "deny",
	[RULE_CONTINUE] = "continue",
};

static const char *const direction_names[RULE_DIRECTION_COUNT] = {
	[RULE_FROM] = "from",
	[RULE_TO] = "to",
};

static const char *const scope_names[RULE_SCOPE_COUNT] = {
	[RULE_ANY] = "any",	      [RULE_INTERNAL] = "internal",
	[RULE_EXTERNAL] = "external", [RULE_ROLE] = "role",
	[RULE_NEIGHBOR] = "neighbor", [RULE_AS] = "as",
};

/* ------------------------------------------------------------- choices */

/* "a, b or c" */
static void list_choices(const char *const *names, size_t count,
			 char text[RULE_CHOICES_SIZE])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && used < RULE_CHOICES_SIZE; i++)
		used += (size_t)snprintf(text + used, RULE_CHOICES_SIZE - used,
					 "%s%s",
					 !i		? "" :
					 i + 1 == count ? " or " :
							  ", ",
					 names[i]);
}

/* The next word is `not_what` and none of the names. */
bool rule_reject_choice(struct rule_reader *reader, const char *not_what,
			const char *const *names, size_t count)
{
	const char *word = rule_words_peek(&reader->words);
	struct suggestion suggestion = suggestion_for(word);
	char choices[RULE_CHOICES_SIZE];

	list_choices(names, count, choices);
	for (size_t i = 0; i < count; i++)
		suggestion_offer(&suggestion, names[i]);
	if (suggestion.name)
		return config_reject(reader->parser,
				     "'%s' %s; give %s; did you mean '%s'?",
				     word, not_what, choices, suggestion.name);
	return config_reject(reader->parser, "'%s' %s; give %s",
			     rule_words_shown(&reader->words), not_what,
			     choices);
}

/* Takes one of the names; false, with an error, for another word. */
static bool take_choice(struct rule_reader *reader, const char *not_what,
			const char *const *names, size_t count,
			unsigned int *choice)
{
	for (unsigned int i = 0; i < count; i++)
		if (rule_words_take_if(&reader->words, names[i])) {
			*choice = i;
			return true;
		}
	rule_reject_choice(reader, not_what, names, count);
	return false;
}

/* ------------------------------------------------------------- whom */

static bool parse_role(struct rule_reader *reader)
{
	const char *names[NEIGHBOR_ROLE_COUNT];
	unsigned int role;

	/* In the order of the enum, but for "none", which goes last. */
	for (unsigned int i = 0; i < NEIGHBOR_ROLE_COUNT; i++)
		names[i] = neighbor_role_names[(i + 1) % NEIGHBOR_ROLE_COUNT];
	if (!take_choice(reader, "is no role", names, COUNT_OF(names), &role))
		return false;
	reader->rule->role = (role + 1) % NEIGHBOR_ROLE_COUNT;
	return true;
}

static bool parse_as(struct rule_reader *reader)
{
	const char *word = rule_words_shown(&reader->words);

	return rule_range_read(&reader->words, 1, UINT32_MAX,
			       &reader->rule->as) ||
	       config_reject(reader->parser,
			     "'%s' is no AS number; give N, N-M or >=N", word);
}

/* "ADDRESS", "PREFIX", "INTERFACE" or "ADDRESS%INTERFACE". */
static bool parse_neighbor(struct rule_reader *reader)
{
	struct policy_rule *rule = reader->rule;
	char target[PREFIX_TEXT_SIZE + INTERFACE_SIZE] = "";
	const char *word = rule_words_shown(&reader->words);
	char *interface = target;

	if (!rule_words_end(&reader->words))
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

bool rule_head_parse(struct rule_reader *reader)
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
			 scope_names, RULE_SCOPE_COUNT, &choice))
		return false;
	rule->scope = choice;
	switch (rule->scope) {
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

void rule_head_print(const struct policy_rule *rule, FILE *out)
{
	const struct rule_key as = { .maximum = UINT32_MAX };
	const union rule_value value = { .range = rule->as };

	fprintf(out, "%s %s %s", action_names[rule->action],
		direction_names[rule->direction], scope_names[rule->scope]);
	switch (rule->scope) {
	case RULE_ROLE:
		fprintf(out, " %s", neighbor_role_names[rule->role]);
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
