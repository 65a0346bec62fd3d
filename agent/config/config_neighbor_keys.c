// SPDX-License-Identifier: BSD-2-Clause
/* The keys of --neighbor, in the order of --help. See the header. */

#include "config/config_neighbor_keys.h"

#include <inttypes.h>
#include <string.h>

#include "bgp/codec/role.h"
#include "bgp/session/socket.h"
#include "config/config_parser.h"
#include "config/config_values.h"
#include "core/array.h"
#include "core/suggest.h"

enum {
	AS_TEXT_SIZE = 24,
	CHOICES_SIZE = 80,
};

static const char *const multipath_names[] = { "yes", "no" };

/* ------------------------------------------------------------- AS */

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
			   struct bgp_neighbor_options *neighbor)
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
	if (first == last && first == BGP_AS_TRANS)
		return config_reject(parser,
				     "as=%s: stands for AS numbers of four "
				     "bytes (AS_TRANS, RFC 6793); give the "
				     "neighbor's own",
				     value);
	neighbor->as_first = (uint32_t)first;
	neighbor->as_last = (uint32_t)last;
	return true;
}

static bool parse_as(struct config_parser *parser,
		     const struct neighbor_key *key, const char *value,
		     struct bgp_neighbor_options *neighbor)
{
	(void)key;
	if (!strcmp(value, "external"))
		neighbor->as_kind = BGP_PEER_EXTERNAL;
	else if (!strcmp(value, "internal"))
		neighbor->as_kind = BGP_PEER_INTERNAL;
	else
		return parse_as_range(parser, value, neighbor);
	return true;
}

static void print_as(const struct neighbor_key *key,
		     const struct bgp_neighbor_options *neighbor, FILE *out)
{
	char as[AS_TEXT_SIZE];

	if (neighbor->as_kind != BGP_PEER_ANY || neighbor->as_last)
		fprintf(out, ",%s=%s", key->name,
			neighbor_as_format(neighbor, as, sizeof(as)));
}

/* ------------------------------------------------------------- kinds */

static void *member_of(const struct neighbor_key *key,
		       struct bgp_neighbor_options *neighbor)
{
	return (char *)neighbor + key->offset;
}

static const void *value_of(const struct neighbor_key *key,
			    const struct bgp_neighbor_options *neighbor)
{
	return (const char *)neighbor + key->offset;
}

static bool reject_value(struct config_parser *parser,
			 const struct neighbor_key *key, const char *value)
{
	return config_reject(parser, "%s=%s: give %s", key->name, value,
			     key->allowed);
}

static bool parse_number(struct config_parser *parser,
			 const struct neighbor_key *key, const char *value,
			 struct bgp_neighbor_options *neighbor)
{
	uint16_t *member = member_of(key, neighbor);
	uint64_t number;

	if (!config_read_number(value, key->maximum, &number) ||
	    number < key->minimum)
		return reject_value(parser, key, value);
	*member = (uint16_t)number;
	return true;
}

/* Zero is what a number has that does not apply or was not given. */
static void print_number(const struct neighbor_key *key,
			 const struct bgp_neighbor_options *neighbor, FILE *out)
{
	const uint16_t *member = value_of(key, neighbor);

	if (*member)
		fprintf(out, ",%s=%u", key->name, *member);
}

/* The one number that does not fit in 16 bits. */
static bool parse_max_prefix(struct config_parser *parser,
			     const struct neighbor_key *key, const char *value,
			     struct bgp_neighbor_options *neighbor)
{
	uint64_t number;

	if (!config_read_number(value, key->maximum, &number) ||
	    number < key->minimum)
		return reject_value(parser, key, value);
	neighbor->max_prefix = (uint32_t)number;
	return true;
}

static void print_max_prefix(const struct neighbor_key *key,
			     const struct bgp_neighbor_options *neighbor,
			     FILE *out)
{
	if (neighbor->max_prefix)
		fprintf(out, ",%s=%u", key->name, neighbor->max_prefix);
}

/* But a hold time of zero is a choice. */
static bool parse_hold_time(struct config_parser *parser,
			    const struct neighbor_key *key, const char *value,
			    struct bgp_neighbor_options *neighbor)
{
	uint64_t seconds;

	if (config_read_number(value, 0, &seconds)) {
		neighbor->hold_time = 0;
		return true;
	}
	return parse_number(parser, key, value, neighbor);
}

static void print_hold_time(const struct neighbor_key *key,
			    const struct bgp_neighbor_options *neighbor,
			    FILE *out)
{
	fprintf(out, ",%s=%u", key->name, neighbor->hold_time);
}

static bool parse_switch(struct config_parser *parser,
			 const struct neighbor_key *key, const char *value,
			 struct bgp_neighbor_options *neighbor)
{
	bool *member = member_of(key, neighbor);

	(void)parser, (void)value;
	*member = true;
	return true;
}

static void print_switch(const struct neighbor_key *key,
			 const struct bgp_neighbor_options *neighbor, FILE *out)
{
	const bool *member = value_of(key, neighbor);

	if (*member)
		fprintf(out, ",%s", key->name);
}

/* "a, b or default": the default stands last. */
static const char *list_choices(const struct neighbor_key *key,
				char text[CHOICES_SIZE])
{
	size_t used = 0;

	for (size_t i = 0; i < key->name_count; i++)
		if (key->names[i] && i != key->normal)
			used += (size_t)snprintf(text + used,
						 CHOICES_SIZE - used, "%s%s",
						 used ? ", " : "",
						 key->names[i]);
	snprintf(text + used, CHOICES_SIZE - used, " or %s",
		 key->names[key->normal]);
	return text;
}

static bool reject_choice(struct config_parser *parser,
			  const struct neighbor_key *key, const char *value)
{
	struct suggestion suggestion = suggestion_for(value);
	char choices[CHOICES_SIZE];

	list_choices(key, choices);
	for (size_t i = 0; i < key->name_count; i++)
		if (key->names[i])
			suggestion_offer(&suggestion, key->names[i]);
	if (suggestion.name)
		return config_reject(parser,
				     "%s=%s: give %s; did you mean '%s'?",
				     key->name, value, choices,
				     suggestion.name);
	return config_reject(parser, "%s=%s: give %s", key->name, value,
			     choices);
}

/* Choices are unsigned ints, or bools. */
static bool parse_choice(struct config_parser *parser,
			 const struct neighbor_key *key, const char *value,
			 struct bgp_neighbor_options *neighbor)
{
	unsigned int choice = 0;

	while (choice < key->name_count &&
	       (!key->names[choice] || strcmp(key->names[choice], value)))
		choice++;
	if (choice == key->name_count)
		return reject_choice(parser, key, value);
	if (key->size == sizeof(choice))
		memcpy(member_of(key, neighbor), &choice, sizeof(choice));
	else
		*(bool *)member_of(key, neighbor) = choice;
	return true;
}

static const char *choice_of(const struct neighbor_key *key,
			     const struct bgp_neighbor_options *neighbor)
{
	unsigned int choice = *(const bool *)value_of(key, neighbor);

	if (key->size == sizeof(choice))
		memcpy(&choice, value_of(key, neighbor), sizeof(choice));
	return key->names[choice];
}

static void print_choice(const struct neighbor_key *key,
			 const struct bgp_neighbor_options *neighbor, FILE *out)
{
	const char *choice = choice_of(key, neighbor);

	if (choice != key->names[key->normal])
		fprintf(out, ",%s=%s", key->name, choice);
}

/* What is exchanged at all is said even if it is nothing. */
static void print_role(const struct neighbor_key *key,
		       const struct bgp_neighbor_options *neighbor, FILE *out)
{
	fprintf(out, ",%s=%s", key->name, choice_of(key, neighbor));
}

static bool parse_file(struct config_parser *parser,
		       const struct neighbor_key *key, const char *value,
		       struct bgp_neighbor_options *neighbor)
{
	if (*value != '/' || !config_is_one_word(value) ||
	    strlen(value) >= FILE_PATH_SIZE)
		return reject_value(parser, key, value);
	strcpy(member_of(key, neighbor), value);
	return true;
}

/* Empty is what a text has that was not given. */
static void print_text(const struct neighbor_key *key,
		       const struct bgp_neighbor_options *neighbor, FILE *out)
{
	const char *text = value_of(key, neighbor);

	if (*text)
		fprintf(out, ",%s=%s", key->name, text);
}

/* It is shown as JSON, which is UTF-8, and as tables, in columns. */
static bool is_ascii_word(const char *text)
{
	while (*text > ' ' && *text <= '~')
		text++;
	return !*text;
}

static bool parse_name(struct config_parser *parser,
		       const struct neighbor_key *key, const char *value,
		       struct bgp_neighbor_options *neighbor)
{
	if (!*value || !is_ascii_word(value) ||
	    strlen(value) >= NEIGHBOR_NAME_SIZE)
		return reject_value(parser, key, value);
	strcpy(neighbor->name, value);
	return true;
}

static bool parse_source(struct config_parser *parser,
			 const struct neighbor_key *key, const char *value,
			 struct bgp_neighbor_options *neighbor)
{
	struct address source;

	if (!address_parse(value, &source) || address_is_zero(&source))
		return reject_value(parser, key, value);
	neighbor->source = source;
	return true;
}

static void print_source(const struct neighbor_key *key,
			 const struct bgp_neighbor_options *neighbor, FILE *out)
{
	char text[ADDRESS_TEXT_SIZE];

	if (!address_is_zero(&neighbor->source))
		fprintf(out, ",%s=%s", key->name,
			address_format(&neighbor->source, text));
}

/* ------------------------------------------------------------- the table */

#define MEMBER(member)                                           \
	.offset = offsetof(struct bgp_neighbor_options, member), \
	.size = sizeof(((struct bgp_neighbor_options *)NULL)->member)
#define NUMBER(member, low, high, text)                           \
	MEMBER(member), .minimum = (low), .maximum = (high),      \
			.allowed = (text), .parse = parse_number, \
			.print = print_number
#define SWITCH(member) \
	MEMBER(member), .parse = parse_switch, .print = print_switch
#define CHOICE(member, table, value)                                     \
	MEMBER(member), .names = (table), .name_count = COUNT_OF(table), \
			.normal = (value), .parse = parse_choice,        \
			.print = print_choice
#define KEY_FILE(member)                                               \
	MEMBER(member), .metavar = "PATH",                             \
			.allowed = "an absolute path without blanks, " \
				   "of at most 99 bytes",              \
			.parse = parse_file, .print = print_text

/* In the order of enum neighbor_key_id. */
const struct neighbor_key neighbor_keys[] = {
	{ .name = "as",
	  .metavar = "N|N-M|external|internal",
	  .help = "The neighbor's AS number. Default: any.",
	  .parse = parse_as,
	  .print = print_as },
	{ .name = "role",
	  .metavar = "backend|upstream|peer|none",
	  .help = "What is learned from it and announced to it. Default: "
		  "none.",
	  MEMBER(role),
	  .names = neighbor_role_names,
	  .name_count = COUNT_OF(neighbor_role_names),
	  .parse = parse_choice,
	  .print = print_role },
	{ .name = "name",
	  .metavar = "TEXT",
	  .help = "What people call it, such as rack1/web1: shown beside its "
		  "address.",
	  MEMBER(name),
	  .allowed = "a name of at most 31 ASCII characters, without "
		     "blanks",
	  .parse = parse_name,
	  .print = print_text },
	{ .name = "passive",
	  .help = "Wait for the neighbor to connect; always so for a prefix.",
	  SWITCH(passive) },
	{ .name = "port",
	  .metavar = "N",
	  .help = "Connect to this port. Default: 179.",
	  NUMBER(port, 1, UINT16_MAX, "a port from 1 to 65535") },
	{ .name = "hold-time",
	  .metavar = "SECONDS",
	  .help = "The session ends after so long a silence. Default: 9 for "
		  "backends, else 90.",
	  MEMBER(hold_time),
	  .minimum = BGP_MIN_HOLD_TIME,
	  .maximum = UINT16_MAX,
	  .allowed = "seconds, 3 to 65535, or 0 for none",
	  .parse = parse_hold_time,
	  .print = print_hold_time },
	{ .name = "limit",
	  .metavar = "N",
	  .help = "Sessions a prefix may have at one time. Default: 256.",
	  NUMBER(limit, 1, UINT16_MAX, "a number from 1 to 65535") },
	{ .name = "source",
	  .metavar = "ADDRESS",
	  .help = "Connect from this address of ours.",
	  .allowed = "an address of this host",
	  .parse = parse_source,
	  .print = print_source },
	{ .name = "multihop",
	  .metavar = "TTL",
	  .implied = "64",
	  .help = "The neighbor, of another AS, is not on a link of ours: "
		  "send with this TTL, else with 1. Without a value: 64.",
	  NUMBER(multihop, 2, BGP_TTL_MAX, "a TTL from 2 to 255") },
	{ .name = "ttl-security",
	  .metavar = "HOPS",
	  .implied = "1",
	  .help = "Drop what comes from further away (RFC 5082); the neighbor "
		  "must do the same. Without a value: 1.",
	  NUMBER(ttl_security, 1, BGP_TTL_MAX - 1, "hops from 1 to 254") },
	{ .name = "password-file",
	  .help = "Sign segments with the key in this file (TCP-MD5, RFC "
		  "2385).",
	  KEY_FILE(password_file) },
	{ .name = "tcp-ao-key-file",
	  .help = "The same with TCP-AO (RFC 5925, HMAC-SHA-1-96).",
	  KEY_FILE(tcp_ao_key_file) },
	{ .name = "tcp-ao-id",
	  .metavar = "N",
	  .help = "The key's number at both ends. Default: 1.",
	  NUMBER(tcp_ao_id, 1, UINT8_MAX, "a number from 1 to 255") },
	{ .name = "family",
	  .metavar = "ipv4|ipv6|both",
	  .help = "Exchange routes of these families. Default: both.",
	  CHOICE(families, bgp_families_names, BGP_ALL_FAMILIES) },
	{ .name = "add-path",
	  .metavar = "receive|send|both",
	  .help = "Exchange several paths for a prefix (RFC 7911).",
	  CHOICE(add_path, bgp_add_path_names, 0) },
	{ .name = "extended-next-hop",
	  .help = "IPv4 routes may have IPv6 next hops (RFC 8950).",
	  SWITCH(extended_nexthop) },
	{ .name = "graceful-restart",
	  .help = "Keep routes over a restart (RFC 4724); for upstreams only.",
	  SWITCH(graceful_restart) },
	{ .name = "relation",
	  .metavar = "provider|customer|peer|rs|rs-client",
	  .help = "What the neighbor is to us (RFC 9234).",
	  CHOICE(relation, bgp_role_names, BGP_ROLE_NONE) },
	{ .name = "delay-open",
	  .metavar = "SECONDS",
	  .help = "Let the neighbor speak first for so long.",
	  NUMBER(delay_open, 1, UINT8_MAX, "seconds, 1 to 255") },
	{ .name = "min-hold-time",
	  .metavar = "SECONDS",
	  .help = "Refuse a neighbor that offers less.",
	  NUMBER(min_hold_time, BGP_MIN_HOLD_TIME, UINT16_MAX,
		 "seconds, 3 to 65535") },
	{ .name = "send-hold-time",
	  .metavar = "SECONDS",
	  .help = "The session ends when the neighbor has not read for so "
		  "long (RFC 9687). Default: twice the hold time, at least "
		  "480.",
	  NUMBER(send_hold_time, 1, UINT16_MAX, "seconds, 1 to 65535") },
	{ .name = "route-reflector-client",
	  .help = "Reflect VIPs to and from it (RFC 4456); inside our AS.",
	  SWITCH(route_reflector_client) },
	{ .name = "next-hop",
	  .metavar = "self|unchanged|auto",
	  .help = "Of VIPs told to it: this host or the server. Default: auto, "
		  "unchanged where we reflect, else self.",
	  CHOICE(nexthop, neighbor_nexthop_names, NEIGHBOR_NEXTHOP_AUTO) },
	{ .name = "max-prefix",
	  .metavar = "N",
	  .help = "Prefixes it may announce, in each family. Default: any "
		  "number.",
	  .minimum = 1,
	  .maximum = UINT32_MAX,
	  .allowed = "a number from 1 to 4294967295",
	  .parse = parse_max_prefix,
	  .print = print_max_prefix },
	{ .name = "max-prefix-action",
	  .metavar = "block|restart|warn",
	  .help = "What is done about more: refuse them, end the session for "
		  "a while, or only say so. Default: block.",
	  CHOICE(max_prefix_action, neighbor_max_prefix_action_names,
		 NEIGHBOR_MAX_PREFIX_BLOCK) },
	{ .name = "max-prefix-restart",
	  .metavar = "SECONDS",
	  .help = "How long the session stays down. Default: 60.",
	  NUMBER(max_prefix_restart, 1, UINT16_MAX, "seconds, 1 to 65535") },
	{ .name = "multipath",
	  .metavar = "yes|no",
	  .help = "Its paths share sets with others; no: one of them is used "
		  "alone or not at all. Default: yes.",
	  CHOICE(multipath_off, multipath_names, 0) },
	{ .name = "aigp",
	  .help = "Believe the accumulated IGP metric of this external "
		  "neighbor (RFC 7311); of internal ones it is anyway.",
	  SWITCH(aigp) },
	{ .name = "bfd",
	  .help = "The session ends, and what it announced is out, at once "
		  "when its BFD session (RFC 5881) fails.",
	  SWITCH(bfd) },
};

_Static_assert(COUNT_OF(neighbor_keys) == NEIGHBOR_KEY_COUNT,
	       "a key is missing");

size_t neighbor_key_find(const char *name)
{
	size_t key = 0;

	while (key < NEIGHBOR_KEY_COUNT &&
	       strcmp(neighbor_keys[key].name, name))
		key++;
	return key;
}
