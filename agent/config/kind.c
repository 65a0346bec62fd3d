// SPDX-License-Identifier: BSD-2-Clause
/* Parsers and printers of values, kind by kind. See kind.h. */

#include "config/kind.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bgp/codec/protocol.h"
#include "config/parser.h"
#include "core/endpoint.h"
#include "core/quantity.h"
#include "core/sizes.h"
#include "core/suggest.h"
#include "fib/options.h"

static const char mark_off[] = "off";

enum {
	HEXADECIMAL = 16,
	NUMBER_SIZE = 24,
	UNIT_ADVICE_SIZE = 48,
};

/* ------------------------------------------------------------- numbers */

/* Read digits only: strtoull() alone takes signs, blanks and prefixes. */
static bool read_hexadecimal(const char *text, uint64_t *number)
{
	unsigned long long value;

	if (!*text || text[strspn(text, "0123456789abcdefABCDEF")])
		return false;
	errno = 0;
	value = strtoull(text, NULL, HEXADECIMAL);
	if (errno)
		return false;
	*number = value;
	return true;
}

bool kind_read_number(const char *text, uint64_t maximum, uint64_t *number)
{
	return quantity_read(&quantity_plain, text, maximum, number);
}

static void store_number(const struct value *value, uint64_t number)
{
	switch (value->option->size) {
	case sizeof(uint8_t):
		*(uint8_t *)value->member = (uint8_t)number;
		break;
	case sizeof(uint16_t):
		*(uint16_t *)value->member = (uint16_t)number;
		break;
	case sizeof(uint32_t):
		*(uint32_t *)value->member = (uint32_t)number;
		break;
	default:
		*(uint64_t *)value->member = number;
	}
}

static uint64_t load_number(const struct value *value)
{
	switch (value->option->size) {
	case sizeof(uint8_t):
		return *(const uint8_t *)value->member;
	case sizeof(uint16_t):
		return *(const uint16_t *)value->member;
	case sizeof(uint32_t):
		return *(const uint32_t *)value->member;
	default:
		return *(const uint64_t *)value->member;
	}
}

static bool is_possible(const struct option *option, uint64_t number)
{
	if (!number && option->traits & OPTION_OR_ZERO)
		return true;
	return number >= option->minimum &&
	       (!(option->traits & OPTION_POWER_OF_TWO) ||
		!(number & (number - 1)));
}

/* Name the units if something is behind the number, or its unit does not fit. */
static const char *unit_advice(const struct value *value,
			       char text[UNIT_ADVICE_SIZE])
{
	const struct quantity *quantity = value->option->kind->quantity;
	size_t digits = strspn(value->text, "0123456789");

	text[0] = '\0';
	if (quantity->unit_names && digits && value->text[digits])
		snprintf(text, UNIT_ADVICE_SIZE, "; units are %s",
			 quantity->unit_names);
	return text;
}

static bool parse_number(struct parser *parser, const struct value *value)
{
	const struct option *option = value->option;
	char advice[UNIT_ADVICE_SIZE];
	uint64_t number;

	if (!quantity_read(option->kind->quantity, value->text, option->maximum,
			   &number) ||
	    !is_possible(option, number))
		return parser_reject(
			parser,
			"must be a %s from %" PRIu64 " to %" PRIu64 "%s%s",
			option->traits & OPTION_POWER_OF_TWO ? "power of two" :
							       "number",
			option->minimum, option->maximum,
			option->traits & OPTION_OR_ZERO ? ", or 0" : "",
			unit_advice(value, advice));
	store_number(value, number);
	return true;
}

bool kind_read_range(const char *text, uint64_t minimum, uint64_t maximum,
		     uint32_t *first, uint32_t *last)
{
	const char *dash = strchr(text, '-');
	size_t length = dash ? (size_t)(dash - text) : strlen(text);
	char start[NUMBER_SIZE] = "";
	uint64_t low, high;

	if (length < sizeof(start))
		memcpy(start, text, length);
	if (!kind_read_number(start, maximum, &low) || low < minimum)
		return false;
	high = low;
	if (dash && !kind_read_number(dash + 1, maximum, &high))
		return false;
	*first = (uint32_t)low;
	*last = (uint32_t)high;
	return true;
}

static void print_number(const struct value *value, FILE *out)
{
	fprintf(out, "%" PRIu64, load_number(value));
}

bool kind_reject_as_trans(struct parser *parser)
{
	return parser_reject(parser,
			     "AS_TRANS stands for AS numbers of four bytes "
			     "(RFC 6793); give the real one");
}

static bool parse_as_number(struct parser *parser, const struct value *value)
{
	uint64_t number;

	if (kind_read_number(value->text, UINT32_MAX, &number) &&
	    number == BGP_AS_TRANS)
		return kind_reject_as_trans(parser);
	return parse_number(parser, value);
}

static bool parse_seed(struct parser *parser, const struct value *value)
{
	bool hexadecimal = !strncasecmp(value->text, "0x", 2);
	uint64_t seed;

	if (hexadecimal ? !read_hexadecimal(value->text + 2, &seed) :
			  !kind_read_number(value->text, UINT64_MAX, &seed))
		return parser_reject(parser,
				     "must be a number of at most 64 bits, "
				     "decimal, or hexadecimal after 0x");
	store_number(value, seed);
	return true;
}

/* True if all bits of the mask are adjacent, and enough for a slot. */
static bool is_mark(uint64_t mask)
{
	uint64_t low = mask & -mask;

	return low && mask <= UINT32_MAX && !(mask & (mask + low)) &&
	       mask / low + 1 >= 1 << HANDED_UP_MARK_BITS;
}

static bool parse_mark(struct parser *parser, const struct value *value)
{
	uint64_t mask = 0;

	if (strcmp(value->text, mark_off) &&
	    (strncasecmp(value->text, "0x", 2) ||
	     !read_hexadecimal(value->text + 2, &mask) || !is_mark(mask)))
		return parser_reject(parser,
				     "must be %d or more adjacent bits of the "
				     "32 of a mark, such as 0xfff00000, or off",
				     HANDED_UP_MARK_BITS);
	store_number(value, mask);
	return true;
}

static void print_mark(const struct value *value, FILE *out)
{
	uint64_t mask = load_number(value);

	if (mask)
		fprintf(out, "0x%08" PRIx64, mask);
	else
		fprintf(out, "%s", mark_off);
}

const struct kind kind_mark = { parse_mark, print_mark };
#define NUMBERS(parse, units)                                        \
	{                                                            \
		(parse), print_number, .quantity = &quantity_##units \
	}

const struct kind kind_number = NUMBERS(parse_number, plain);
const struct kind kind_seconds = NUMBERS(parse_number, seconds);
const struct kind kind_milliseconds = NUMBERS(parse_number, milliseconds);
const struct kind kind_count = NUMBERS(parse_number, count);
const struct kind kind_binary = NUMBERS(parse_number, binary);
const struct kind kind_megabits = NUMBERS(parse_number, megabits);
const struct kind kind_as = NUMBERS(parse_as_number, plain);
const struct kind kind_seed = { parse_seed, print_number };

/* ------------------------------------------------------------- choices */

/* Write "a, b or c". */
static void list_choices(const char *const *names, size_t count,
			 char text[OPTION_CHOICES_SIZE])
{
	size_t used = 0, last = count - 1;

	text[0] = '\0';
	while (last && !names[last])
		last--;
	for (size_t i = 0; i <= last && used < OPTION_CHOICES_SIZE; i++)
		if (names[i])
			used += (size_t)snprintf(text + used,
						 OPTION_CHOICES_SIZE - used,
						 "%s%s",
						 !used	   ? "" :
						 i == last ? " or " :
							     ", ",
						 names[i]);
}

bool kind_reject_choice(struct parser *parser, const char *const *names,
			size_t count, const char *word)
{
	struct suggestion suggestion = suggestion_for(word);
	char choices[OPTION_CHOICES_SIZE];

	for (size_t i = 0; i < count; i++)
		if (names[i])
			suggestion_offer(&suggestion, names[i]);
	list_choices(names, count, choices);
	if (suggestion.name)
		return parser_reject(parser, "must be %s; did you mean '%s'?",
				     choices, suggestion.name);
	return parser_reject(parser, "must be %s", choices);
}

static bool parse_choice(struct parser *parser, const struct value *value)
{
	const struct option *option = value->option;
	size_t choice =
		option_choice(option->names, option->name_count, value->text);

	if (choice == option->name_count)
		return kind_reject_choice(parser, option->names,
					  option->name_count, value->text);
	store_number(value, choice);
	return true;
}

static void print_choice(const struct value *value, FILE *out)
{
	fputs(value->option->names[load_number(value)], out);
}

static bool parse_switch(struct parser *parser, const struct value *value)
{
	(void)parser;
	*(bool *)value->member = true;
	return true;
}

static bool parse_request(struct parser *parser, const struct value *value)
{
	/* The request furthest from running wins. */
	if (value->option->request > (int)parser->request)
		parser->request = value->option->request;
	return true;
}

static bool parse_check(struct parser *parser, const struct value *value)
{
	const struct option *option = value->option;
	size_t choice =
		option_choice(option->names, option->name_count, value->text);

	if (choice == option->name_count)
		return kind_reject_choice(parser, option->names,
					  option->name_count, value->text);
	parser->syntax_only = choice == KIND_CHECK_SYNTAX;
	return parse_request(parser, value);
}

const struct kind kind_choice = { parse_choice, print_choice };
const struct kind kind_switch = { parse_switch, NULL, true };
const struct kind kind_request = { parse_request, NULL, true };
const struct kind kind_check = { parse_check, NULL };

/* ------------------------------------------------------------- addresses */

bool kind_read_prefix(struct parser *parser, const char *text,
		      struct prefix *prefix)
{
	struct prefix parsed;
	char right[PREFIX_TEXT_SIZE];

	switch (prefix_parse(text, &parsed)) {
	case PREFIX_OK:
		*prefix = parsed;
		return true;
	case PREFIX_HOST_BITS:
		return parser_reject(parser,
				     "host bits are set; did you mean %s?",
				     prefix_format(&parsed, right));
	case PREFIX_BAD_LENGTH:
		return parser_reject(parser,
				     "the prefix length must be from 0 to 32 "
				     "for IPv4, to 128 for IPv6");
	case PREFIX_NOT_AN_ADDRESS:
		break;
	}
	return parser_reject(parser,
			     "must be an address such as 192.0.2.1, or a "
			     "prefix such as 192.0.2.0/24");
}

static bool parse_prefix(struct parser *parser, const struct value *value)
{
	return kind_read_prefix(parser, value->text, value->member);
}

static void print_prefix(const struct value *value, FILE *out)
{
	char text[PREFIX_TEXT_SIZE];

	fputs(prefix_format(value->member, text), out);
}

static bool parse_address(struct parser *parser, const struct value *value)
{
	struct address address;

	if (!address_parse(value->text, &address) || address_is_zero(&address))
		return parser_reject(parser, "must be the address of a host, "
					     "such as 10.0.0.11");
	*(struct address *)value->member = address;
	return true;
}

static void print_address(const struct value *value, FILE *out)
{
	char text[ADDRESS_TEXT_SIZE];

	fputs(address_format(value->member, text), out);
}

static bool parse_identifier(struct parser *parser, const struct value *value)
{
	struct in_addr id;

	if (inet_pton(AF_INET, value->text, &id) != 1 || !id.s_addr)
		return parser_reject(parser,
				     "must be an IPv4 address other than "
				     "0.0.0.0, different for each speaker "
				     "(RFC 6286)");
	store_number(value, ntohl(id.s_addr));
	return true;
}

static void print_identifier(const struct value *value, FILE *out)
{
	struct address id =
		address_from_ipv4(htonl((uint32_t)load_number(value)));
	char text[ADDRESS_TEXT_SIZE];

	fputs(address_format(&id, text), out);
}

/* Split "ADDR:PORT" or "[ADDR]:PORT"; IPv6 alone has brackets. */
static bool read_endpoint(const char *text, struct address *address,
			  uint64_t *port)
{
	const char *colon = strrchr(text, ':');
	bool bracketed = *text == '[';
	char host[ADDRESS_TEXT_SIZE + 1];
	size_t length;

	if (!colon || !kind_read_number(colon + 1, UINT16_MAX, port))
		return false;
	length = (size_t)(colon - text);
	if (bracketed) {
		if (length < 2 || text[length - 1] != ']')
			return false;
		text++;
		length -= 2;
	}
	if (length >= sizeof(host))
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	return address_parse(host, address) &&
	       address_is_ipv4(address) != bracketed;
}

static bool parse_endpoint(struct parser *parser, const struct value *value)
{
	struct endpoint *endpoint = value->member;
	struct address address;
	uint64_t port;

	if (!read_endpoint(value->text, &address, &port))
		return parser_reject(parser,
				     "must be ADDRESS:PORT, such as "
				     "127.0.0.1:179 or [::]:179; port 0 does "
				     "not listen");
	endpoint->address = address;
	endpoint->port = (uint16_t)port;
	endpoint->path[0] = '\0';
	return true;
}

#define UNIX_PREFIX "unix:"

static bool parse_any_endpoint(struct parser *parser, const struct value *value)
{
	struct endpoint *endpoint = value->member;
	const char *path = value->text + strlen(UNIX_PREFIX);

	if (strncmp(value->text, UNIX_PREFIX, strlen(UNIX_PREFIX)))
		return parse_endpoint(parser, value);
	if (*path != '/' || strlen(path) >= sizeof(endpoint->path))
		return parser_reject(parser,
				     "must be unix:PATH with an absolute path "
				     "of at most %zu characters",
				     sizeof(endpoint->path) - 1);
	snprintf(endpoint->path, sizeof(endpoint->path), "%s", path);
	return true;
}

static void print_endpoint(const struct value *value, FILE *out)
{
	const struct endpoint *endpoint = value->member;
	const char *form = address_is_ipv4(&endpoint->address) ? "%s:%u" :
								 "[%s]:%u";
	char text[ADDRESS_TEXT_SIZE];

	fprintf(out, form, address_format(&endpoint->address, text),
		endpoint->port);
}

static void print_any_endpoint(const struct value *value, FILE *out)
{
	const struct endpoint *endpoint = value->member;

	if (endpoint->path[0])
		fprintf(out, UNIX_PREFIX "%s", endpoint->path);
	else
		print_endpoint(value, out);
}

const struct kind kind_prefix = { parse_prefix, print_prefix };
const struct kind kind_address = { parse_address, print_address };
const struct kind kind_identifier = { parse_identifier, print_identifier,
				      false };
const struct kind kind_endpoint = { parse_endpoint, print_endpoint };
const struct kind kind_any_endpoint = { parse_any_endpoint,
					print_any_endpoint };

/* ------------------------------------------------------------- texts */

/*
 * True without blanks, which would not survive in a file of flags. ASCII is
 * both UTF-8, as JSON is, and one column a byte.
 */
static bool is_one_word(const char *text, bool ascii)
{
	while (isgraph((unsigned char)*text) ||
	       (!ascii && (unsigned char)*text >= 0x80))
		text++;
	return !*text;
}

/*
 * The kernel's rule for names, and none of the characters with a meaning in a
 * file of flags.
 */
bool kind_is_interface_name(const char *name)
{
	return strlen(name) < INTERFACE_SIZE && is_one_word(name, false) &&
	       !strpbrk(name, "/:#=") && strcmp(name, ".") &&
	       strcmp(name, "..");
}

static bool parse_interface(struct parser *parser, const struct value *value)
{
	if (!kind_is_interface_name(value->text))
		return parser_reject(parser,
				     "must be the name of an interface, of at "
				     "most %d characters, as `ip link` shows "
				     "it",
				     INTERFACE_SIZE - 1);
	strcpy(value->member, value->text);
	return true;
}

static bool parse_path(struct parser *parser, const struct value *value)
{
	if (*value->text != '/' || !is_one_word(value->text, false) ||
	    strlen(value->text) >= value->option->size)
		return parser_reject(parser,
				     "must be an absolute path without blanks, "
				     "of at most %zu bytes",
				     value->option->size - 1);
	strcpy(value->member, value->text);
	return true;
}

static bool parse_text(struct parser *parser, const struct value *value)
{
	if (!*value->text || !is_one_word(value->text, true) ||
	    strlen(value->text) >= value->option->size)
		return parser_reject(parser,
				     "must be at most %zu ASCII characters "
				     "without blanks",
				     value->option->size - 1);
	strcpy(value->member, value->text);
	return true;
}

static void print_text(const struct value *value, FILE *out)
{
	fputs(value->member, out);
}

const struct kind kind_interface = { parse_interface, print_text };
const struct kind kind_path = { parse_path, print_text };
const struct kind kind_text = { parse_text, print_text };
