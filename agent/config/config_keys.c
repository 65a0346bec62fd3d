// SPDX-License-Identifier: BSD-2-Clause
/* Keys behind a value. See config_keys.h. */

#include "config/config_keys.h"

#include <assert.h>
#include <string.h>

#include "config/config_parser.h"
#include "config/config_values.h"
#include "core/suggest.h"

bool config_key_unknown(struct config_parser *parser, const char *name,
			const struct suggestion *suggestion)
{
	if (suggestion->name)
		return config_reject(parser,
				     "unknown key '%s'; did you mean '%s'?",
				     name, suggestion->name);
	return config_reject(
		parser, "unknown key '%s'; headgate --help lists them", name);
}

bool config_key_check(struct config_parser *parser, const char *name,
		      const char *metavar, const char *value, bool *given)
{
	if (*given)
		return config_reject(parser, "%s is given twice; keep only one",
				     name);
	*given = true;
	if (metavar && !value)
		return config_reject(parser, "%s has no value; give %s=%s",
				     name, name, metavar);
	if (!metavar && value)
		return config_reject(parser, "%s takes no value; leave it out",
				     name);
	return true;
}

static bool reject_unknown(struct config_parser *parser,
			   const struct config_key *keys, size_t count,
			   const char *name)
{
	struct suggestion suggestion = suggestion_for(name);

	for (size_t i = 0; i < count; i++)
		suggestion_offer(&suggestion, keys[i].name);
	return config_key_unknown(parser, name, &suggestion);
}

static size_t find(const struct config_key *keys, size_t count,
		   const char *name)
{
	size_t i = 0;

	while (i < count && strcmp(keys[i].name, name))
		i++;
	return i;
}

/* Reads "KEY" or "KEY=VALUE"; cuts `item` at the equals sign. */
static bool parse_item(struct config_parser *parser,
		       const struct config_key *keys, size_t count, char *item,
		       bool *given, void *object)
{
	char *value = strchr(item, '=');
	size_t i;

	if (value)
		*value++ = '\0';
	i = find(keys, count, item);
	if (i == count)
		return reject_unknown(parser, keys, count, item);
	return config_key_check(parser, item, keys[i].metavar, value,
				&given[i]) &&
	       keys[i].parse(parser, &keys[i], value, object);
}

bool config_keys_parse(struct config_parser *parser,
		       const struct config_key *keys, size_t count, char *list,
		       void *object)
{
	bool given[CONFIG_KEYS_MAX] = { false };
	bool ok = true;
	char *item;

	assert(count <= CONFIG_KEYS_MAX);
	while ((item = strsep(&list, ",")))
		ok = parse_item(parser, keys, count, item, given, object) && ok;
	return ok;
}

bool config_key_number(struct config_parser *parser,
		       const struct config_key *key, const char *value,
		       void *object)
{
	uint32_t *member = (uint32_t *)((char *)object + key->offset);
	uint64_t number;

	if (!config_read_number(value, key->maximum, &number) ||
	    number < key->minimum)
		return config_reject(parser,
				     "%s=%s: give a number from %u to %u",
				     key->name, value, key->minimum,
				     key->maximum);
	*member = (uint32_t)number;
	return true;
}

bool config_key_switch(struct config_parser *parser,
		       const struct config_key *key, const char *value,
		       void *object)
{
	bool *member = (bool *)((char *)object + key->offset);

	(void)parser, (void)value;
	*member = true;
	return true;
}

bool config_key_address(struct config_parser *parser,
			const struct config_key *key, const char *value,
			void *object)
{
	struct address *member =
		(struct address *)((char *)object + key->offset);

	if (!address_parse(value, member) || address_is_zero(member))
		return config_reject(parser,
				     "%s=%s: give the address of a host, such "
				     "as 10.0.0.11",
				     key->name, value);
	return true;
}
