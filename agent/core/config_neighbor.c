// SPDX-License-Identifier: BSD-2-Clause
/* The value of --neighbor, key by key. See config_neighbor.h. */

#include "core/config_neighbor.h"

#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/config_parser.h"
#include "core/config_values.h"
#include "core/suggest.h"

enum {
	BGP_PORT = 179,
	AS_TRANS = 23456, /* RFC 6793 */
	/* RFC 4271 4.2: a hold time is 0 or at least three seconds. */
	HOLD_TIME_MINIMUM = 3,
	HOLD_TIME_DEFAULT = 90,
	/* A server that hangs shall not keep its flows for 90 seconds. */
	HOLD_TIME_BACKEND = 9,
	LIMIT_DEFAULT = 256,
	AS_TEXT_SIZE = 24,
};

enum neighbor_key_id {
	KEY_AS,
	KEY_ROLE,
	KEY_PASSIVE,
	KEY_PORT,
	KEY_HOLD_TIME,
	KEY_LIMIT,
	KEY_COUNT,
};

/* A neighbor while its keys are read. */
struct neighbor_draft {
	struct neighbor_config neighbor;
	bool given[KEY_COUNT];
};

static const char *const role_names[NEIGHBOR_ROLE_COUNT] = {
	[NEIGHBOR_ROLE_NONE] = "none",
	[NEIGHBOR_ROLE_BACKEND] = "backend",
	[NEIGHBOR_ROLE_UPSTREAM] = "upstream",
	[NEIGHBOR_ROLE_PEER] = "peer",
};

bool neighbor_is_dynamic(const struct neighbor_config *neighbor)
{
	return !prefix_is_host(&neighbor->prefix);
}

const char *neighbor_role_name(enum neighbor_role role)
{
	return role_names[role];
}

const char *neighbor_as_format(const struct neighbor_config *neighbor,
			       char *text, size_t size)
{
	switch (neighbor->as_kind) {
	case NEIGHBOR_AS_ANY:
		snprintf(text, size, "any");
		break;
	case NEIGHBOR_AS_EXTERNAL:
		snprintf(text, size, "external");
		break;
	case NEIGHBOR_AS_INTERNAL:
		snprintf(text, size, "internal");
		break;
	case NEIGHBOR_AS_RANGE:
		if (neighbor->as_first == neighbor->as_last)
			snprintf(text, size, "%u", neighbor->as_first);
		else
			snprintf(text, size, "%u-%u", neighbor->as_first,
				 neighbor->as_last);
		break;
	}
	return text;
}

/* Reads "N" or "N-M". */
static bool read_range(const char *text, uint64_t *first, uint64_t *last)
{
	const char *dash = strchr(text, '-');
	char start[AS_TEXT_SIZE];
	size_t length = dash ? (size_t)(dash - text) : strlen(text);

	if (length >= sizeof(start))
		return false;
	memcpy(start, text, length);
	start[length] = '\0';
	if (!config_read_number(start, UINT32_MAX, first))
		return false;
	*last = *first;
	return !dash || config_read_number(dash + 1, UINT32_MAX, last);
}

static bool parse_as_range(struct config_parser *parser, const char *value,
			   struct neighbor_config *neighbor)
{
	uint64_t first, last;

	if (!read_range(value, &first, &last) || !first)
		return config_reject(parser,
				     "as=%s: give an AS number from 1 to %u, a "
				     "range N-M, external or internal",
				     value, UINT32_MAX);
	if (first > last)
		return config_reject(parser,
				     "as=%s: the range is reversed; did you "
				     "mean %u-%u?",
				     value, (unsigned int)last,
				     (unsigned int)first);
	if (first == last && first == AS_TRANS)
		return config_reject(parser,
				     "as=%s: stands for AS numbers of four "
				     "bytes (AS_TRANS, RFC 6793); give the "
				     "neighbor's own",
				     value);
	neighbor->as_kind = NEIGHBOR_AS_RANGE;
	neighbor->as_first = (uint32_t)first;
	neighbor->as_last = (uint32_t)last;
	return true;
}

static bool parse_as(struct config_parser *parser, const char *value,
		     struct neighbor_draft *draft)
{
	if (!strcmp(value, "external"))
		draft->neighbor.as_kind = NEIGHBOR_AS_EXTERNAL;
	else if (!strcmp(value, "internal"))
		draft->neighbor.as_kind = NEIGHBOR_AS_INTERNAL;
	else
		return parse_as_range(parser, value, &draft->neighbor);
	return true;
}

static bool parse_role(struct config_parser *parser, const char *value,
		       struct neighbor_draft *draft)
{
	for (size_t i = 0; i < NEIGHBOR_ROLE_COUNT; i++)
		if (!strcmp(role_names[i], value)) {
			draft->neighbor.role = (enum neighbor_role)i;
			return true;
		}
	return config_reject(
		parser, "role=%s: give backend, upstream, peer or none", value);
}

static bool parse_passive(struct config_parser *parser, const char *value,
			  struct neighbor_draft *draft)
{
	(void)parser;
	(void)value;
	draft->neighbor.passive = true;
	return true;
}

static bool parse_port(struct config_parser *parser, const char *value,
		       struct neighbor_draft *draft)
{
	uint64_t port;

	if (!config_read_number(value, UINT16_MAX, &port) || !port)
		return config_reject(
			parser, "port=%s: give a port from 1 to 65535", value);
	draft->neighbor.port = (uint16_t)port;
	return true;
}

static bool parse_hold_time(struct config_parser *parser, const char *value,
			    struct neighbor_draft *draft)
{
	uint64_t seconds;

	if (!config_read_number(value, UINT16_MAX, &seconds) ||
	    (seconds && seconds < HOLD_TIME_MINIMUM))
		return config_reject(parser,
				     "hold-time=%s: give seconds, 3 to 65535, "
				     "or 0 for none",
				     value);
	draft->neighbor.hold_time = (uint16_t)seconds;
	return true;
}

static bool parse_limit(struct config_parser *parser, const char *value,
			struct neighbor_draft *draft)
{
	uint64_t limit;

	if (!config_read_number(value, UINT16_MAX, &limit) || !limit)
		return config_reject(parser,
				     "limit=%s: give a number from 1 to 65535",
				     value);
	draft->neighbor.limit = (uint16_t)limit;
	return true;
}

const struct neighbor_key neighbor_keys[KEY_COUNT] = {
	[KEY_AS] = { "as", "N|N-M|external|internal",
		     "The neighbor's AS number. Default: any.", parse_as },
	[KEY_ROLE] = { "role", "backend|upstream|peer|none",
		       "What is learned from it and announced to it. "
		       "Default: none.",
		       parse_role },
	[KEY_PASSIVE] = { "passive", NULL,
			  "Wait for the neighbor to connect; always so for a "
			  "prefix.",
			  parse_passive },
	[KEY_PORT] = { "port", "N", "Connect to this port. Default: 179.",
		       parse_port },
	[KEY_HOLD_TIME] = { "hold-time", "SECONDS",
			    "The session ends after so long a silence. "
			    "Default: 9 for backends, else 90.",
			    parse_hold_time },
	[KEY_LIMIT] = { "limit", "N",
			"Sessions a prefix may have at one time. Default: 256.",
			parse_limit },
};

const size_t neighbor_key_count = KEY_COUNT;

/* The key named `name`, or KEY_COUNT. */
static size_t find_key(const char *name)
{
	size_t key = 0;

	while (key < KEY_COUNT && strcmp(neighbor_keys[key].name, name))
		key++;
	return key;
}

static bool reject_key(struct config_parser *parser, const char *name)
{
	struct suggestion suggestion = suggestion_for(name);

	for (size_t i = 0; i < KEY_COUNT; i++)
		suggestion_offer(&suggestion, neighbor_keys[i].name);
	if (suggestion.name)
		return config_reject(parser,
				     "unknown key '%s'; did you mean '%s'?",
				     name, suggestion.name);
	return config_reject(
		parser, "unknown key '%s'; headgate --help lists them", name);
}

/* Reads "KEY" or "KEY=VALUE"; cuts `item` at the equals sign. */
static bool parse_key(struct config_parser *parser, char *item,
		      struct neighbor_draft *draft)
{
	char *value = strchr(item, '=');
	const struct neighbor_key *key;
	size_t id;

	if (value)
		*value++ = '\0';
	id = find_key(item);
	if (id == KEY_COUNT)
		return reject_key(parser, item);
	key = &neighbor_keys[id];
	if (draft->given[id])
		return config_reject(parser, "%s is given twice; keep only one",
				     item);
	draft->given[id] = true;
	if (key->metavar && !value)
		return config_reject(parser, "%s has no value; give %s=%s",
				     item, item, key->metavar);
	if (!key->metavar && value)
		return config_reject(parser, "%s takes no value; leave it out",
				     item);
	return key->parse(parser, value, draft);
}

/* Fills in what was not given, as it follows from the rest. */
static void fill_defaults(struct neighbor_draft *draft)
{
	struct neighbor_config *neighbor = &draft->neighbor;

	if (neighbor_is_dynamic(neighbor))
		neighbor->passive = true;
	if (!neighbor->passive && !draft->given[KEY_PORT])
		neighbor->port = BGP_PORT;
	if (neighbor_is_dynamic(neighbor) && !draft->given[KEY_LIMIT])
		neighbor->limit = LIMIT_DEFAULT;
	if (!draft->given[KEY_HOLD_TIME])
		neighbor->hold_time = neighbor->role == NEIGHBOR_ROLE_BACKEND ?
					      HOLD_TIME_BACKEND :
					      HOLD_TIME_DEFAULT;
}

/* Refuses keys that would say something but do nothing. */
static bool check_draft(struct config_parser *parser,
			const struct neighbor_draft *draft)
{
	const struct neighbor_config *neighbor = &draft->neighbor;
	bool dynamic = neighbor_is_dynamic(neighbor);
	bool ok = true;

	if (!dynamic && address_is_zero(&neighbor->prefix.address))
		ok = config_reject(parser, "nobody has the address zero; give "
					   "the neighbor's own");
	if (neighbor->passive && draft->given[KEY_PORT])
		ok = config_reject(parser,
				   "port is for connecting, and %s waits to be "
				   "connected to; remove port",
				   dynamic ? "a prefix" : "a passive neighbor");
	if (!dynamic && draft->given[KEY_LIMIT])
		ok = config_reject(parser, "limit is for prefixes, and this is "
					   "one address; remove limit");
	return ok;
}

static bool append(struct config_parser *parser,
		   const struct neighbor_config *neighbor)
{
	struct config *config = parser->config;

	if (config->neighbor_count == CONFIG_MAX_NEIGHBORS)
		return config_reject(parser,
				     "at most %d are supported; give a prefix "
				     "for many alike",
				     CONFIG_MAX_NEIGHBORS);
	parser->neighbors[config->neighbor_count] = parser->place;
	config->neighbors[config->neighbor_count++] = *neighbor;
	return true;
}

bool config_neighbor_parse(struct config_parser *parser,
			   const struct config_flag *flag, const char *value)
{
	struct neighbor_draft draft = { .given = { false } };
	char *copy = strdup(value);
	char *rest = copy, *item;
	bool ok;

	(void)flag;
	if (!copy)
		return config_reject(parser, "out of memory");
	ok = config_read_prefix(parser, strsep(&rest, ","),
				&draft.neighbor.prefix);
	while ((item = strsep(&rest, ",")))
		ok = parse_key(parser, item, &draft) && ok;
	free(copy);
	if (!ok)
		return false;

	fill_defaults(&draft);
	return check_draft(parser, &draft) && append(parser, &draft.neighbor);
}

static void print_address(const struct neighbor_config *neighbor, FILE *out)
{
	char text[PREFIX_TEXT_SIZE];

	if (neighbor_is_dynamic(neighbor))
		fputs(prefix_format(&neighbor->prefix, text), out);
	else
		fputs(address_format(&neighbor->prefix.address, text), out);
}

void config_neighbor_print(const struct config *config,
			   const struct config_flag *flag, size_t index,
			   FILE *out)
{
	const struct neighbor_config *neighbor = &config->neighbors[index];
	char as[AS_TEXT_SIZE];

	(void)flag;
	print_address(neighbor, out);
	if (neighbor->as_kind != NEIGHBOR_AS_ANY)
		fprintf(out, ",as=%s",
			neighbor_as_format(neighbor, as, sizeof(as)));
	fprintf(out, ",role=%s", neighbor_role_name(neighbor->role));
	if (neighbor->passive)
		fputs(",passive", out);
	else
		fprintf(out, ",port=%u", neighbor->port);
	fprintf(out, ",hold-time=%u", neighbor->hold_time);
	if (neighbor_is_dynamic(neighbor))
		fprintf(out, ",limit=%u", neighbor->limit);
}
