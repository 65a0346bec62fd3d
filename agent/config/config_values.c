// SPDX-License-Identifier: BSD-2-Clause
/* Parsers and printers of values, kind by kind. See config_values.h. */

#include "config/config_values.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bgp/codec/protocol.h"
#include "config/config_parser.h"
#include "config/config_vip.h"
#include "core/suggest.h"

enum {
	DECIMAL = 10,
	HEXADECIMAL = 16,
	METAVAR_SIZE = 80,
};

static const char decimal_digits[] = "0123456789";
static const char hexadecimal_digits[] = "0123456789abcdefABCDEF";

/* Nothing but digits: strtoull() alone takes signs, blanks and prefixes. */
static bool read_digits(const char *text, int base, uint64_t *number)
{
	const char *digits = base == DECIMAL ? decimal_digits :
					       hexadecimal_digits;
	unsigned long long value;

	if (!*text || text[strspn(text, digits)])
		return false;
	errno = 0;
	value = strtoull(text, NULL, base);
	if (errno)
		return false;
	*number = value;
	return true;
}

bool config_read_number(const char *text, uint64_t maximum, uint64_t *number)
{
	uint64_t value;

	if (!read_digits(text, DECIMAL, &value) || value > maximum)
		return false;
	*number = value;
	return true;
}

bool config_read_prefix(struct config_parser *parser, const char *text,
			struct prefix *prefix)
{
	struct prefix parsed;
	char right[PREFIX_TEXT_SIZE];

	switch (prefix_parse(text, &parsed)) {
	case PREFIX_OK:
		*prefix = parsed;
		return true;
	case PREFIX_HOST_BITS:
		return config_reject(parser,
				     "host bits are set; did you mean %s?",
				     prefix_format(&parsed, right));
	case PREFIX_BAD_LENGTH:
		return config_reject(parser,
				     "give a length from 0 to 32 for IPv4, to "
				     "128 for IPv6");
	case PREFIX_NOT_AN_ADDRESS:
		break;
	}
	return config_reject(parser,
			     "'%s' is no address; give one such as 192.0.2.1, "
			     "or a prefix such as 192.0.2.0/24",
			     text);
}

bool config_request_parse(struct config_parser *parser,
			  const struct config_flag *flag, const char *value)
{
	(void)value;
	/* Of several the one furthest from running wins. */
	if (flag->request > parser->request)
		parser->request = flag->request;
	return true;
}

static void *member_of(struct config *config, const struct config_flag *flag)
{
	return (char *)config + flag->offset;
}

/* Numbers and choices are 2, 4 or 8 bytes wide. */
static void store(struct config *config, const struct config_flag *flag,
		  uint64_t value)
{
	uint16_t value16 = (uint16_t)value;
	uint32_t value32 = (uint32_t)value;

	if (flag->size == sizeof(value16))
		memcpy(member_of(config, flag), &value16, sizeof(value16));
	else if (flag->size == sizeof(value32))
		memcpy(member_of(config, flag), &value32, sizeof(value32));
	else
		memcpy(member_of(config, flag), &value, sizeof(value));
}

static uint64_t load(const struct config *config,
		     const struct config_flag *flag)
{
	const char *member = (const char *)config + flag->offset;
	uint16_t value16;
	uint32_t value32;
	uint64_t value;

	if (flag->size == sizeof(value16)) {
		memcpy(&value16, member, sizeof(value16));
		return value16;
	}
	if (flag->size == sizeof(value32)) {
		memcpy(&value32, member, sizeof(value32));
		return value32;
	}
	memcpy(&value, member, sizeof(value));
	return value;
}

bool config_switch_parse(struct config_parser *parser,
			 const struct config_flag *flag, const char *value)
{
	bool on = true;

	(void)value;
	memcpy(member_of(parser->config, flag), &on, sizeof(on));
	return true;
}

bool config_number_parse(struct config_parser *parser,
			 const struct config_flag *flag, const char *value)
{
	uint64_t number;

	if (!config_read_number(value, flag->maximum, &number) ||
	    number < flag->minimum)
		return config_reject(parser,
				     "give a number from %" PRIu64
				     " to %" PRIu64,
				     flag->minimum, flag->maximum);
	store(parser->config, flag, number);
	return true;
}

void config_number_print(const struct config *config,
			 const struct config_flag *flag, size_t index,
			 FILE *out)
{
	(void)index;
	fprintf(out, "%" PRIu64, load(config, flag));
}

bool config_as_parse(struct config_parser *parser,
		     const struct config_flag *flag, const char *value)
{
	uint64_t number;

	if (config_read_number(value, UINT32_MAX, &number) &&
	    number == BGP_AS_TRANS)
		return config_reject(parser,
				     "stands for AS numbers of four bytes "
				     "(AS_TRANS, RFC 6793); give your own");
	return config_number_parse(parser, flag, value);
}

bool config_seed_parse(struct config_parser *parser,
		       const struct config_flag *flag, const char *value)
{
	bool hexadecimal = !strncasecmp(value, "0x", 2);
	uint64_t seed;

	if (hexadecimal ? !read_digits(value + 2, HEXADECIMAL, &seed) :
			  !read_digits(value, DECIMAL, &seed))
		return config_reject(parser,
				     "give a number of at most 64 bits, "
				     "decimal, or hexadecimal after 0x");
	store(parser->config, flag, seed);
	return true;
}

bool config_power_of_two_parse(struct config_parser *parser,
			       const struct config_flag *flag,
			       const char *value)
{
	uint64_t number;

	if (!config_read_number(value, flag->maximum, &number) ||
	    number < flag->minimum || number & (number - 1))
		return config_reject(parser,
				     "give a power of two from %" PRIu64
				     " to %" PRIu64,
				     flag->minimum, flag->maximum);
	store(parser->config, flag, number);
	return true;
}

static bool reject_choice(struct config_parser *parser,
			  const struct config_flag *flag, const char *value)
{
	struct suggestion suggestion = suggestion_for(value);
	char names[METAVAR_SIZE];

	config_flag_metavar(flag, names, sizeof(names));
	for (size_t i = 0; i < flag->name_count; i++)
		suggestion_offer(&suggestion, flag->names[i]);
	if (suggestion.name)
		return config_reject(parser,
				     "give one of %s; did you mean '%s'?",
				     names, suggestion.name);
	return config_reject(parser, "give one of %s", names);
}

bool config_choice_parse(struct config_parser *parser,
			 const struct config_flag *flag, const char *value)
{
	for (size_t i = 0; i < flag->name_count; i++)
		if (!strcmp(flag->names[i], value)) {
			store(parser->config, flag, i);
			return true;
		}
	return reject_choice(parser, flag, value);
}

void config_choice_print(const struct config *config,
			 const struct config_flag *flag, size_t index,
			 FILE *out)
{
	(void)index;
	fputs(flag->names[load(config, flag)], out);
}

/* Blanks would not survive the way through a file and back. */
bool config_is_one_word(const char *text)
{
	while (isgraph((unsigned char)*text) || (unsigned char)*text >= 0x80)
		text++;
	return !*text;
}

bool config_path_parse(struct config_parser *parser,
		       const struct config_flag *flag, const char *value)
{
	if (*value != '/' || !config_is_one_word(value))
		return config_reject(parser,
				     "give an absolute path without blanks");
	if (strlen(value) >= flag->size)
		return config_reject(parser, "give a path of at most %zu bytes",
				     flag->size - 1);
	memcpy(member_of(parser->config, flag), value, strlen(value) + 1);
	return true;
}

void config_path_print(const struct config *config,
		       const struct config_flag *flag, size_t index, FILE *out)
{
	(void)index;
	fputs((const char *)config + flag->offset, out);
}

bool config_router_id_parse(struct config_parser *parser,
			    const struct config_flag *flag, const char *value)
{
	struct in_addr id;

	if (inet_pton(AF_INET, value, &id) != 1 || !id.s_addr)
		return config_reject(parser,
				     "give an IPv4 address other than 0.0.0.0, "
				     "different for each speaker (RFC 6286)");
	store(parser->config, flag, ntohl(id.s_addr));
	return true;
}

void config_router_id_print(const struct config *config,
			    const struct config_flag *flag, size_t index,
			    FILE *out)
{
	struct address id =
		address_from_ipv4(htonl((uint32_t)load(config, flag)));
	char text[ADDRESS_TEXT_SIZE];

	(void)index;
	fputs(address_format(&id, text), out);
}

/* Splits "ADDR:PORT" or "[ADDR]:PORT"; only IPv6 stands in brackets. */
static bool read_endpoint(const char *text, struct address *address,
			  uint64_t *port)
{
	const char *colon = strrchr(text, ':');
	bool bracketed = *text == '[';
	char host[ADDRESS_TEXT_SIZE + 1];
	size_t length;

	if (!colon || !config_read_number(colon + 1, UINT16_MAX, port))
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

bool config_endpoint_parse(struct config_parser *parser,
			   const struct config_flag *flag, const char *value)
{
	struct endpoint *endpoint = member_of(parser->config, flag);
	struct address address;
	uint64_t port;

	if (!read_endpoint(value, &address, &port))
		return config_reject(parser,
				     "give ADDRESS:PORT such as 127.0.0.1:179 "
				     "or [::]:179; port 0 is nowhere");
	endpoint->address = address;
	endpoint->port = (uint16_t)port;
	return true;
}

void config_endpoint_print(const struct config *config,
			   const struct config_flag *flag, size_t index,
			   FILE *out)
{
	const struct endpoint *endpoint =
		(const void *)((const char *)config + flag->offset);
	const char *form = address_is_ipv4(&endpoint->address) ? "%s:%u" :
								 "[%s]:%u";
	char text[ADDRESS_TEXT_SIZE];

	(void)index;
	fprintf(out, form, address_format(&endpoint->address, text),
		endpoint->port);
}

/*
 * The kernel's rule for names, and none of the characters that mean something
 * in a file of flags.
 */
bool config_is_interface_name(const char *name)
{
	return strlen(name) < INTERFACE_SIZE && config_is_one_word(name) &&
	       !strpbrk(name, "/:#=") && strcmp(name, ".") &&
	       strcmp(name, "..");
}

bool config_interface_parse(struct config_parser *parser,
			    const struct config_flag *flag, const char *value)
{
	struct config *config = parser->config;

	(void)flag;
	if (!config_is_interface_name(value))
		return config_reject(parser,
				     "give an interface's name, at most %d "
				     "characters, as `ip link` shows it",
				     INTERFACE_SIZE - 1);
	if (config->datapath.interface_count == DATAPATH_MAX_INTERFACES)
		return config_reject(parser, "at most %d are supported",
				     DATAPATH_MAX_INTERFACES);
	parser->interfaces[config->datapath.interface_count] = parser->place;
	strcpy(config->datapath.interfaces[config->datapath.interface_count++],
	       value);
	return true;
}

void config_interface_print(const struct config *config,
			    const struct config_flag *flag, size_t index,
			    FILE *out)
{
	(void)flag;
	fputs(config->datapath.interfaces[index], out);
}

bool config_vip_parse(struct config_parser *parser,
		      const struct config_flag *flag, const char *value)
{
	struct config *config = parser->config;
	struct vip_draft draft = { .own_hash_fields = false };
	const struct prefix *prefix = &draft.vip.prefix;

	(void)flag;
	if (!config_vip_read(parser, value, &draft))
		return false;
	if (address_is_multicast(&prefix->address) ||
	    address_is_link_local(&prefix->address))
		return config_reject(parser,
				     "is no prefix that is routed; give one of "
				     "global or private unicast addresses");
	if (config->rib.import.vip_count == RIB_MAX_VIPS)
		return config_reject(parser,
				     "at most %d are supported; give shorter "
				     "prefixes",
				     RIB_MAX_VIPS);
	parser->vips[config->rib.import.vip_count] = parser->place;
	config->lists.vips[config->rib.import.vip_count++] = draft.vip;
	if (draft.own_hash_fields)
		config->lists.vip_fields[config->steering.vip_fields_count++] =
			(struct steering_vip_fields){
				.prefix = *prefix,
				.hash_fields = draft.hash_fields,
			};
	return true;
}

void config_vip_print(const struct config *config,
		      const struct config_flag *flag, size_t index, FILE *out)
{
	char text[PREFIX_TEXT_SIZE];

	(void)flag;
	fputs(prefix_format(&config->lists.vips[index].prefix, text), out);
	config_vip_print_keys(config, index, out);
}
