// SPDX-License-Identifier: BSD-2-Clause
/* The head of a rule: what it does, which way, for which neighbors. */

#include <string.h>

#include "config/kind.h"
#include "config/parser.h"
#include "config/rule_internal.h"
#include "config/rule_kinds.h"
#include "core/array.h"

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

void rule_reject_word(struct rule_reader *reader, const char *what,
		      const char *const *names, size_t count)
{
	struct parser *parser = reader->parser;

	parser->part = (struct parser_part){ what, rule_show(reader), false };
	kind_reject_choice(parser, names, count, rule_peek(reader));
	parser->part = (struct parser_part){ NULL };
}

/* Take one of the names; `what` they are is for the error on another word. */
static bool take_choice(struct rule_reader *reader, const char *what,
			const char *const *names, size_t count,
			unsigned int *choice)
{
	size_t i = option_choice(names, count, rule_peek(reader));

	if (i == count) {
		rule_reject_word(reader, what, names, count);
		return false;
	}
	rule_take(reader);
	*choice = (unsigned int)i;
	return true;
}

/* Read "PREFIX", "INTERFACE" or "ADDRESS%INTERFACE". False if it is none. */
static bool read_neighbor(const char *word, struct policy_rule *rule)
{
	char target[PREFIX_TEXT_SIZE + INTERFACE_SIZE];
	char *interface = target;

	snprintf(target, sizeof(target), "%s", word);
	if (strchr(target, '%')) {
		strsep(&interface, "%");
		rule->has_prefix = true;
	} else if (!kind_is_interface_name(target) ||
		   !target[strspn(target, "0123456789.")]) {
		interface = NULL;
		rule->has_prefix = true;
	}
	if (rule->has_prefix &&
	    prefix_parse(target, &rule->prefix) != PREFIX_OK)
		return false;
	if (interface && (!*interface || !kind_is_interface_name(interface)))
		return false;
	if (interface)
		strcpy(rule->interface, interface);
	return true;
}

static bool parse_neighbor(struct parser *parser, const struct value *value)
{
	return read_neighbor(value->text, value->member) ||
	       parser_reject(parser, "must be an address, a prefix without "
				     "host bits, or an interface");
}

static void print_neighbor(const struct value *value, FILE *out)
{
	const struct policy_rule *rule = value->member;
	char text[PREFIX_TEXT_SIZE];

	if (rule->has_prefix)
		fputs(prefix_is_host(&rule->prefix) ?
			      address_format(&rule->prefix.address, text) :
			      prefix_format(&rule->prefix, text),
		      out);
	fprintf(out, "%s%s", rule->has_prefix && rule->interface[0] ? "%" : "",
		rule->interface);
}

static const struct kind kind_rule_neighbor = { parse_neighbor, print_neighbor,
						false };

/* The values behind the word for the neighbors, if it takes one. */
static const struct option scope_options[RULE_SCOPE_COUNT] = {
	[RULE_ROLE] = { .name = "role",
			.kind = &kind_choice,
			OPTION_MEMBER(policy_rule, role),
			OPTION_NAMES(neighbor_role_names) },
	[RULE_NEIGHBOR] = { .name = "neighbor", .kind = &kind_rule_neighbor },
	[RULE_AS] = { .name = "as",
		      .kind = &kind_range,
		      OPTION_MEMBER(policy_rule, as),
		      .minimum = 1,
		      .maximum = UINT32_MAX },
};

bool rule_head_parse(struct rule_reader *reader)
{
	struct policy_rule *rule = reader->rule;
	unsigned int action, direction, scope;

	if (!take_choice(reader, "action", action_names, RULE_ACTION_COUNT,
			 &action) ||
	    !take_choice(reader, "direction", direction_names,
			 RULE_DIRECTION_COUNT, &direction) ||
	    !take_choice(reader, "neighbors", scope_names, RULE_SCOPE_COUNT,
			 &scope))
		return false;
	rule->action = action;
	rule->direction = direction;
	rule->scope = scope;
	return !scope_options[scope].kind ||
	       rule_value_parse(reader, &scope_options[scope], rule);
}

void rule_head_print(const struct policy_rule *rule, FILE *out)
{
	const struct option *option = &scope_options[rule->scope];

	fprintf(out, "%s %s %s", action_names[rule->action],
		direction_names[rule->direction], scope_names[rule->scope]);
	if (!option->kind)
		return;
	fputc(' ', out);
	option_print(option, rule, out);
}
