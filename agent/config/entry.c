// SPDX-License-Identifier: BSD-2-Clause
/* Compound values: a head, and keys. See entry.h. */

#include "config/entry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "config/parser.h"

bool entry_has(const struct entry_draft *draft, const char *name)
{
	const struct entry *entry = draft->entry;
	const struct option *key =
		option_find(entry->keys, entry->key_count, name);

	assert(key);
	return draft->given[key - entry->keys];
}

static void reject_unknown(struct parser *parser, const struct entry *entry,
			   const char *name)
{
	const struct option *nearest =
		option_suggest(entry->keys, entry->key_count, name);

	if (nearest)
		parser_reject(parser, "unknown key '%s'; did you mean '%s'?",
			      name, nearest->name);
	else
		parser_reject(parser,
			      "unknown key '%s'; headgate --help lists them",
			      name);
}

/* Check that the key is given once, and with a value if it takes one. */
static bool check_key(struct parser *parser, struct entry_draft *draft,
		      const struct option *key, const char *value)
{
	char metavar[OPTION_CHOICES_SIZE];
	bool *given = &draft->given[key - draft->entry->keys];

	if (*given)
		return parser_reject(parser, "%s is given twice; keep only one",
				     key->name);
	*given = true;
	if (key->kind->bare && value)
		return parser_reject(parser, "%s takes no value; leave it out",
				     key->name);
	if (!key->kind->bare && !value)
		return parser_reject(parser, "%s has no value; give %s=%s",
				     key->name, key->name,
				     option_metavar(key, metavar));
	return true;
}

/* Read "KEY" or "KEY=VALUE"; cut `item` at the equals sign. */
static void parse_key(struct parser *parser, struct entry_draft *draft,
		      char *item)
{
	const char *value = NULL;
	char *end = strchr(item, '=');
	const struct option *key;
	char implied[OPTION_CHOICES_SIZE];

	if (end) {
		*end = '\0';
		value = end + 1;
	}
	key = option_find(draft->entry->keys, draft->entry->key_count, item);
	if (!key) {
		reject_unknown(parser, draft->entry, item);
		return;
	}
	if (!value && key->implied)
		value = option_implied(key, implied);
	if (!check_key(parser, draft, key, value))
		return;
	parser->part = (struct parser_part){ key->name, value, true };
	option_parse(parser, key, value, draft->object);
	parser->part = (struct parser_part){ NULL };
}

static bool parse_entry(struct parser *parser, const struct value *value)
{
	const struct entry *entry = value->option->entry;
	struct entry_draft draft = { .entry = entry, .object = value->member };
	int errors = parser->error_count;
	char *copy = strdup(value->text);
	char *rest = copy, *item;

	if (!copy)
		return parser_reject(parser, "out of memory");
	memcpy(draft.object, entry->initial, value->option->size);
	option_parse(parser, entry->head, strsep(&rest, ","), draft.object);
	while ((item = strsep(&rest, ",")))
		parse_key(parser, &draft, item);
	free(copy);
	if (parser->error_count == errors && entry->finish)
		entry->finish(parser, &draft);
	return parser->error_count == errors;
}

static void print_entry(const struct value *value, FILE *out)
{
	const struct entry *entry = value->option->entry;
	const char *object = value->member, *initial = entry->initial;

	option_print(entry->head, object, out);
	for (size_t i = 0; i < entry->key_count; i++) {
		const struct option *key = &entry->keys[i];

		if (!(key->traits & OPTION_ALWAYS) &&
		    !memcmp(object + key->offset, initial + key->offset,
			    key->size))
			continue;
		fprintf(out, ",%s%s", key->name, key->kind->bare ? "" : "=");
		if (!key->kind->bare)
			option_print(key, object, out);
	}
}

const struct kind kind_entry = { parse_entry, print_entry };
