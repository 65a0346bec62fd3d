// SPDX-License-Identifier: BSD-2-Clause
/*
 * Communities in rules, stored as they are on the wire (RFC 1997, RFC 4360 3,
 * RFC 8092 3) with a mask for what a "*" leaves open. See rule_kinds.h.
 */

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/community.h"
#include "bgp/codec/protocol.h"
#include "config/kind.h"
#include "config/parser.h"
#include "config/rule_kinds.h"
#include "rib/policy/rule.h"

enum {
	WORD_SIZE = 96,
	PARTS = 4, /* one more than any community has */
	HEXADECIMAL = 16,
	BITS_PER_BYTE = 8,
};

static const char weight_word[] = "community ";

/* ------------------------------------------------------------- writing */

/* A community that is filled from the left. */
struct community_writer {
	struct rule_community community;
	size_t used;
	bool wildcards; /* "*" is allowed */
};

static void put_number(struct community_writer *w, uint64_t number, size_t size)
{
	for (size_t i = size; i--;) {
		w->community.bytes[w->used] =
			(uint8_t)(number >> (i * BITS_PER_BYTE));
		w->community.mask[w->used++] = UINT8_MAX;
	}
}

/* Put a number of `size` bytes, or leave them open for "*". */
static bool put_part(struct community_writer *w, const char *text, size_t size)
{
	uint64_t maximum = ((uint64_t)1 << size * BITS_PER_BYTE) - 1;
	uint64_t number;

	if (w->wildcards && !strcmp(text, "*")) {
		w->used += size;
		return true;
	}
	if (!kind_read_number(text, maximum, &number))
		return false;
	put_number(w, number, size);
	return true;
}

/* Cut a copy of `word` at its colons; return how many parts there are. */
static size_t split_word(const char *word, char copy[WORD_SIZE],
			 const char *parts[PARTS])
{
	char *rest = copy, *part;
	size_t count = 0;

	if (strlen(word) >= WORD_SIZE)
		return 0;
	strcpy(copy, word);
	while (count < PARTS && (part = strsep(&rest, ":")))
		parts[count++] = part;
	return count;
}

/* Read `count` numbers of `size` bytes. */
static bool read_numbers(const char *word, size_t count, size_t size,
			 struct community_writer *w)
{
	const char *parts[PARTS];
	char copy[WORD_SIZE];

	if (split_word(word, copy, parts) != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!put_part(w, parts[i], size))
			return false;
	return true;
}

/* ------------------------------------------------------------- printing */

static uint64_t get_number(const struct rule_community *community, size_t at,
			   size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size; i++)
		number = number << BITS_PER_BYTE | community->bytes[at + i];
	return number;
}

static void print_part(const struct rule_community *community, size_t at,
		       size_t size, FILE *out)
{
	if (community->mask[at])
		fprintf(out, "%" PRIu64, get_number(community, at, size));
	else
		fputc('*', out);
}

static void print_numbers(const struct rule_community *community, size_t count,
			  size_t size, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			fputc(':', out);
		print_part(community, i * size, size, out);
	}
}

/* Write the word for all communities, if this is all of them. */
static bool print_everything(const struct option *option,
			     const struct rule_community *community, FILE *out)
{
	static const struct rule_community open;

	if (!option->everything ||
	    memcmp(community->mask, open.mask, sizeof(open.mask)))
		return false;
	fputs(option->everything, out);
	return true;
}

/* ------------------------------------------------------------- kinds */

typedef bool read_fn(const char *word, struct community_writer *w);

/* Read a word by `read`, or report `form`. */
static bool parse_by(read_fn *read, const char *form, struct parser *parser,
		     const struct option *option, const char *word,
		     void *member)
{
	bool wildcards = option->traits & OPTION_WILDCARDS;
	struct community_writer w = { .wildcards = wildcards };

	if (!(option->everything && !strcmp(option->everything, word)) &&
	    !read(word, &w))
		return parser_reject(parser, "must be %s%s%s", form,
				     wildcards ? ", * for a number, or " : "",
				     wildcards ? option->everything : "");
	*(struct rule_community *)member = w.community;
	return true;
}

static bool read_community(const char *word, struct community_writer *w)
{
	uint32_t community;

	if (!community_read_name(word, &community))
		return read_numbers(word, 2, BGP_COMMUNITY_SIZE / 2, w);
	put_number(w, community, sizeof(community));
	return true;
}

static bool parse_community(struct parser *parser, const struct value *value)
{
	char form[OPTION_CHOICES_SIZE] = "N:M of 16 bits each or one of";
	const char *name;

	for (size_t i = 0; (name = community_known_name(i)); i++)
		snprintf(form + strlen(form), sizeof(form) - strlen(form),
			 "%s %s", i ? "," : "", name);
	return parse_by(read_community, form, parser, value->option,
			value->text, value->member);
}

static void print_community(const struct value *value, FILE *out)
{
	const struct rule_community *community = value->member;
	uint32_t number =
		(uint32_t)get_number(community, 0, BGP_COMMUNITY_SIZE);
	const char *name = community_name(number);
	bool whole = community->mask[0] &&
		     community->mask[BGP_COMMUNITY_SIZE / 2];

	if (print_everything(value->option, community, out))
		return;
	if (name && whole)
		fputs(name, out);
	else
		print_numbers(community, 2, BGP_COMMUNITY_SIZE / 2, out);
}

/* Read "community N:*", where N is a number. */
static bool read_weight_community(const char *words, struct community_writer *w)
{
	return !strncmp(words, weight_word, strlen(weight_word)) &&
	       read_numbers(words + strlen(weight_word), 2,
			    BGP_COMMUNITY_SIZE / 2, w) &&
	       w->community.mask[0] &&
	       !w->community.mask[BGP_COMMUNITY_SIZE / 2];
}

static bool parse_weight_community(struct parser *parser,
				   const struct value *value)
{
	struct community_writer w = { .wildcards = true };

	if (!read_weight_community(value->text, &w))
		return parser_reject(parser, "must be community N:*; the "
					     "weight takes the place of *");
	*(struct rule_community *)value->member = w.community;
	return true;
}

static void print_weight_community(const struct value *value, FILE *out)
{
	fputs(weight_word, out);
	print_numbers(value->member, 2, BGP_COMMUNITY_SIZE / 2, out);
}

static bool read_large_community(const char *word, struct community_writer *w)
{
	return read_numbers(word, 3, BGP_LARGE_COMMUNITY_SIZE / 3, w);
}

static bool parse_large_community(struct parser *parser,
				  const struct value *value)
{
	return parse_by(read_large_community, "N:N:N of 32 bits each", parser,
			value->option, value->text, value->member);
}

static void print_large_community(const struct value *value, FILE *out)
{
	if (!print_everything(value->option, value->member, out))
		print_numbers(value->member, 3, BGP_LARGE_COMMUNITY_SIZE / 3,
			      out);
}

const struct kind kind_community = { parse_community, print_community };
const struct kind kind_weight_community = { parse_weight_community,
					    print_weight_community };
const struct kind kind_large_community = { parse_large_community,
					   print_large_community };

/* ------------------------------------------------------------- extended */

/* Read "0x" and the eight bytes. */
static bool read_raw(const char *digits, struct community_writer *w)
{
	if (strlen(digits) != (size_t)2 * BGP_EXTENDED_COMMUNITY_SIZE ||
	    digits[strspn(digits, "0123456789abcdefABCDEF")])
		return false;
	put_number(w, strtoull(digits, NULL, HEXADECIMAL),
		   BGP_EXTENDED_COMMUNITY_SIZE);
	return true;
}

/* Read rt:N:M, of the type that N needs. */
static bool read_named(unsigned int subtype, const char *const parts[],
		       struct community_writer *w)
{
	struct in_addr ipv4;
	uint64_t as;

	if (inet_pton(AF_INET, parts[0], &ipv4) == 1) {
		put_number(w, BGP_EXTENDED_IPV4, 1);
		put_number(w, subtype, 1);
		put_number(w, ntohl(ipv4.s_addr), BGP_IPV4_SIZE);
		return put_part(w, parts[1], BGP_AS2_SIZE);
	}
	if (!kind_read_number(parts[0], UINT32_MAX, &as))
		return false;
	put_number(w, as > UINT16_MAX ? BGP_EXTENDED_AS4 : BGP_EXTENDED_AS2, 1);
	put_number(w, subtype, 1);
	put_number(w, as, as > UINT16_MAX ? BGP_AS4_SIZE : BGP_AS2_SIZE);
	return put_part(w, parts[1],
			as > UINT16_MAX ? BGP_AS2_SIZE : BGP_AS4_SIZE);
}

/* Read bytes per second, on the wire an IEEE float; transitive or not. */
static bool parse_bandwidth(const char *const parts[],
			    struct community_writer *w)
{
	uint64_t bytes_per_second;
	uint32_t bits;
	float number;

	put_number(w, BGP_EXTENDED_AS2 | BGP_EXTENDED_NON_TRANSITIVE, 1);
	put_number(w, BGP_EXTENDED_BANDWIDTH, 1);
	if (!put_part(w, parts[0], BGP_AS2_SIZE))
		return false;
	if (w->wildcards)
		w->community.mask[0] = (uint8_t)~BGP_EXTENDED_NON_TRANSITIVE;
	if (!strcmp(parts[1], "*"))
		return put_part(w, parts[1], sizeof(bits));
	if (!kind_read_number(parts[1], INT64_MAX, &bytes_per_second))
		return false;
	number = (float)bytes_per_second;
	memcpy(&bits, &number, sizeof(bits));
	put_number(w, bits, sizeof(bits));
	return true;
}

static bool read_ext_community(const char *word, struct community_writer *w)
{
	const char *parts[PARTS];
	char copy[WORD_SIZE];

	if (!strncmp(word, "0x", strlen("0x")))
		return read_raw(word + strlen("0x"), w);
	if (split_word(word, copy, parts) != 3)
		return false;
	if (!strcmp(parts[0], "rt"))
		return read_named(BGP_EXTENDED_ROUTE_TARGET, parts + 1, w);
	if (!strcmp(parts[0], "soo"))
		return read_named(BGP_EXTENDED_ROUTE_ORIGIN, parts + 1, w);
	return !strcmp(parts[0], "bandwidth") && parse_bandwidth(parts + 1, w);
}

static bool parse_ext_community(struct parser *parser,
				const struct value *value)
{
	return parse_by(read_ext_community,
			"rt:N:M, soo:N:M, bandwidth:AS:BYTES-PER-SECOND or 0x "
			"and 16 digits",
			parser, value->option, value->text, value->member);
}

/* False if the bandwidth has no form but hexadecimal. */
static bool print_bandwidth(const struct option *option,
			    const struct rule_community *community, FILE *out)
{
	uint32_t bits =
		(uint32_t)get_number(community, BGP_AS4_SIZE, sizeof(bits));
	uint8_t transitive = option->traits & OPTION_WILDCARDS ?
				     (uint8_t)~BGP_EXTENDED_NON_TRANSITIVE :
				     UINT8_MAX;
	float number;

	memcpy(&number, &bits, sizeof(number));
	if (community->bytes[1] != BGP_EXTENDED_BANDWIDTH ||
	    community->bytes[0] != BGP_EXTENDED_NON_TRANSITIVE ||
	    community->mask[0] != transitive || !(number >= 0) ||
	    number >= (float)INT64_MAX || number != (float)(uint64_t)number ||
	    (bits && number == 0)) /* minus zero */
		return false;
	fputs("bandwidth:", out);
	print_part(community, BGP_AS2_SIZE, BGP_AS2_SIZE, out);
	fputc(':', out);
	if (community->mask[BGP_AS4_SIZE])
		fprintf(out, "%" PRIu64, (uint64_t)number);
	else
		fputc('*', out);
	return true;
}

static void print_named(const char *name,
			const struct rule_community *community, FILE *out)
{
	enum {
		VALUE = 2
	}; /* behind type and subtype */
	bool wide = community->bytes[0] != BGP_EXTENDED_AS2;
	struct address address;
	char text[ADDRESS_TEXT_SIZE];

	fprintf(out, "%s:", name);
	if (community->bytes[0] == BGP_EXTENDED_IPV4) {
		address = address_from_ipv4(htonl(
			(uint32_t)get_number(community, VALUE, BGP_IPV4_SIZE)));
		fputs(address_format(&address, text), out);
	} else {
		print_part(community, VALUE, wide ? BGP_AS4_SIZE : BGP_AS2_SIZE,
			   out);
	}
	fputc(':', out);
	print_part(community, VALUE + (wide ? BGP_AS4_SIZE : BGP_AS2_SIZE),
		   wide ? BGP_AS2_SIZE : BGP_AS4_SIZE, out);
}

/*
 * Return "rt" or "soo", if the community parses back to itself that way: an AS
 * number that fits in 2 bytes does not become one of 4.
 */
static const char *name_of(const struct rule_community *community)
{
	unsigned int type = community->bytes[0];

	if (type > BGP_EXTENDED_AS4 ||
	    (type == BGP_EXTENDED_AS4 &&
	     get_number(community, BGP_AS2_SIZE, BGP_AS4_SIZE) <= UINT16_MAX))
		return NULL;
	switch (community->bytes[1]) {
	case BGP_EXTENDED_ROUTE_TARGET:
		return "rt";
	case BGP_EXTENDED_ROUTE_ORIGIN:
		return "soo";
	default:
		return NULL;
	}
}

static void print_ext_community(const struct value *value, FILE *out)
{
	const struct rule_community *community = value->member;
	const char *name = name_of(community);

	if (print_everything(value->option, community, out))
		return;
	if (name)
		print_named(name, community, out);
	else if (!print_bandwidth(value->option, community, out))
		fprintf(out, "0x%016" PRIx64,
			get_number(community, 0, BGP_EXTENDED_COMMUNITY_SIZE));
}

const struct kind kind_ext_community = { parse_ext_community,
					 print_ext_community };
