// SPDX-License-Identifier: BSD-2-Clause
/*
 * Communities in rules, put down as they are on the wire: RFC 1997, RFC 4360 3,
 * RFC 8092 3, with a mask for what a "*" leaves open. See config_rule_values.h.
 */

#include "config/config_rule_values.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/codec/community.h"
#include "config/config_rule_keys.h"
#include "config/config_values.h"

enum {
	WORD_SIZE = 96,
	COMMUNITY_PARTS = 4, /* one more than the most there are */
	HEXADECIMAL = 16,
	BITS_PER_BYTE = 8,

	/* RFC 4360 3.1-3.3 and 4-5, RFC 5668 2, link bandwidth. */
	EXT_SIZE = 8,
	EXT_TYPE_AS2 = 0x00,
	EXT_TYPE_IPV4 = 0x01,
	EXT_TYPE_AS4 = 0x02,
	EXT_NON_TRANSITIVE = 0x40,
	EXT_ROUTE_TARGET = 0x02,
	EXT_ROUTE_ORIGIN = 0x03,
	EXT_BANDWIDTH = 0x04,
	AS2_SIZE = 2,
	AS4_SIZE = 4,
};

/* A value or "*", as `size` bytes behind those that are there. */
struct community_writer {
	struct rule_community community;
	size_t used;
	bool wildcards; /* "*" is allowed */
};

static void put(struct community_writer *w, uint64_t number, size_t size,
		bool any)
{
	for (size_t i = size; i--;) {
		uint8_t byte = (uint8_t)(number >> (i * BITS_PER_BYTE));

		w->community.bytes[w->used] = byte;
		w->community.mask[w->used++] = any ? 0 : UINT8_MAX;
	}
}

static bool put_part(struct community_writer *w, const char *text, size_t size)
{
	uint64_t maximum = ((uint64_t)1 << size * BITS_PER_BYTE) - 1;
	bool any = w->wildcards && !strcmp(text, "*");
	uint64_t number = 0;

	if (!any && !config_read_number(text, maximum, &number))
		return false;
	put(w, number, size, any);
	return true;
}

/* Cuts a copy of `word` at its colons; returns how many parts there are. */
static size_t split(const char *word, char copy[WORD_SIZE],
		    const char *parts[COMMUNITY_PARTS])
{
	char *rest = copy, *part;
	size_t count = 0;

	if (strlen(word) >= WORD_SIZE)
		return 0;
	strcpy(copy, word);
	while (count < COMMUNITY_PARTS && (part = strsep(&rest, ":")))
		parts[count++] = part;
	return count;
}

static bool is_everything(const struct rule_key *key, const char *word)
{
	return key->everything && !strcmp(key->everything, word);
}

static bool masks_nothing(const struct rule_community *community)
{
	static const uint8_t none[RULE_COMMUNITY_MAX];

	return !memcmp(community->mask, none, sizeof(none));
}

/* Numbers of equal size, as communities and large communities have them. */
static bool parse_numbers(struct rule_words *words, const struct rule_key *key,
			  size_t count, size_t size, union rule_value *value)
{
	struct community_writer w = { .wildcards = key->wildcards };
	const char *word = rule_words_take(words);
	const char *parts[COMMUNITY_PARTS];
	char copy[WORD_SIZE];

	if (!is_everything(key, word)) {
		if (split(word, copy, parts) != count)
			return false;
		for (size_t i = 0; i < count; i++)
			if (!put_part(&w, parts[i], size))
				return false;
	}
	value->community = w.community;
	return true;
}

static uint64_t get(const struct rule_community *community, size_t at,
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
		fprintf(out, "%" PRIu64, get(community, at, size));
	else
		fputc('*', out);
}

static void print_numbers(const struct rule_key *key,
			  const struct rule_community *community, size_t count,
			  size_t size, FILE *out)
{
	if (masks_nothing(community) && key->everything) {
		fputs(key->everything, out);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (i)
			fputc(':', out);
		print_part(community, i * size, size, out);
	}
}

enum {
	STANDARD_COUNT = 2,
	STANDARD_SIZE = 2,
	LARGE_COUNT = 3,
	LARGE_SIZE = 4,
};

bool rule_community_parse(struct rule_words *words, const struct rule_key *key,
			  union rule_value *value)
{
	struct community_writer w = { .used = 0 };
	uint32_t community;

	if (community_read_name(rule_words_peek(words), &community)) {
		rule_words_take(words);
		put(&w, community, sizeof(community), false);
		value->community = w.community;
		return true;
	}
	return parse_numbers(words, key, STANDARD_COUNT, STANDARD_SIZE, value);
}

void rule_community_print(const struct rule_key *key,
			  const union rule_value *value, FILE *out)
{
	const struct rule_community *community = &value->community;
	uint64_t number = get(community, 0, sizeof(uint32_t));

	const char *name = community_name((uint32_t)number);

	if (name && community->mask[0] && community->mask[STANDARD_SIZE])
		fputs(name, out);
	else
		print_numbers(key, community, STANDARD_COUNT, STANDARD_SIZE,
			      out);
}

bool rule_large_community_parse(struct rule_words *words,
				const struct rule_key *key,
				union rule_value *value)
{
	return parse_numbers(words, key, LARGE_COUNT, LARGE_SIZE, value);
}

void rule_large_community_print(const struct rule_key *key,
				const union rule_value *value, FILE *out)
{
	print_numbers(key, &value->community, LARGE_COUNT, LARGE_SIZE, out);
}

/* ------------------------------------------------------------- extended */

/* "0x" and the eight bytes. */
static bool parse_raw(const char *word, struct community_writer *w)
{
	const char *digits = word + strlen("0x");

	if (strlen(digits) != (size_t)2 * EXT_SIZE ||
	    digits[strspn(digits, "0123456789abcdefABCDEF")])
		return false;
	put(w, strtoull(digits, NULL, HEXADECIMAL), EXT_SIZE, false);
	return true;
}

/* rt:N:M, of the form that N needs. */
static bool parse_named(unsigned int subtype, const char *const parts[],
			struct community_writer *w)
{
	struct in_addr ipv4;
	uint64_t as;

	if (inet_pton(AF_INET, parts[0], &ipv4) == 1) {
		put(w, EXT_TYPE_IPV4, 1, false);
		put(w, subtype, 1, false);
		put(w, ntohl(ipv4.s_addr), AS4_SIZE, false);
		return put_part(w, parts[1], AS2_SIZE);
	}
	if (!config_read_number(parts[0], UINT32_MAX, &as))
		return false;
	put(w, as > UINT16_MAX ? EXT_TYPE_AS4 : EXT_TYPE_AS2, 1, false);
	put(w, subtype, 1, false);
	put(w, as, as > UINT16_MAX ? AS4_SIZE : AS2_SIZE, false);
	return put_part(w, parts[1], as > UINT16_MAX ? AS2_SIZE : AS4_SIZE);
}

/* Bytes per second, on the wire an IEEE float; transitive or not. */
static bool parse_bandwidth(const char *const parts[],
			    struct community_writer *w)
{
	uint64_t bytes_per_second;
	uint32_t bits;
	float number;

	put(w, EXT_TYPE_AS2 | EXT_NON_TRANSITIVE, 1, false);
	put(w, EXT_BANDWIDTH, 1, false);
	if (!put_part(w, parts[0], AS2_SIZE))
		return false;
	if (w->wildcards)
		w->community.mask[0] = (uint8_t)~EXT_NON_TRANSITIVE;
	if (!strcmp(parts[1], "*"))
		return put_part(w, parts[1], sizeof(bits));
	if (!config_read_number(parts[1], INT64_MAX, &bytes_per_second))
		return false;
	number = (float)bytes_per_second;
	memcpy(&bits, &number, sizeof(bits));
	put(w, bits, sizeof(bits), false);
	return true;
}

static bool parse_extended(const char *word, struct community_writer *w)
{
	const char *parts[COMMUNITY_PARTS];
	char copy[WORD_SIZE];

	if (!strncmp(word, "0x", strlen("0x")))
		return parse_raw(word, w);
	if (split(word, copy, parts) != 3)
		return false;
	if (!strcmp(parts[0], "rt"))
		return parse_named(EXT_ROUTE_TARGET, parts + 1, w);
	if (!strcmp(parts[0], "soo"))
		return parse_named(EXT_ROUTE_ORIGIN, parts + 1, w);
	return !strcmp(parts[0], "bandwidth") && parse_bandwidth(parts + 1, w);
}

bool rule_ext_community_parse(struct rule_words *words,
			      const struct rule_key *key,
			      union rule_value *value)
{
	struct community_writer w = { .wildcards = key->wildcards };
	const char *word = rule_words_take(words);

	if (!is_everything(key, word) && !parse_extended(word, &w))
		return false;
	value->community = w.community;
	return true;
}

/* False if the bandwidth has no form but hexadecimal. */
static bool print_bandwidth(const struct rule_key *key,
			    const struct rule_community *community, FILE *out)
{
	uint32_t bits = (uint32_t)get(community, AS4_SIZE, sizeof(bits));
	uint8_t transitive = key->wildcards ? (uint8_t)~EXT_NON_TRANSITIVE :
					      UINT8_MAX;
	float number;

	memcpy(&number, &bits, sizeof(number));
	if (community->bytes[0] != EXT_NON_TRANSITIVE ||
	    community->mask[0] != transitive || !(number >= 0) ||
	    number >= (float)INT64_MAX || number != (float)(uint64_t)number ||
	    (bits && number == 0)) /* minus zero */
		return false;
	fputs("bandwidth:", out);
	print_part(community, AS2_SIZE, AS2_SIZE, out);
	fputc(':', out);
	if (community->mask[AS4_SIZE])
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
	bool wide = community->bytes[0] != EXT_TYPE_AS2;
	struct address address;
	char text[ADDRESS_TEXT_SIZE];

	fprintf(out, "%s:", name);
	if (community->bytes[0] == EXT_TYPE_IPV4) {
		address = address_from_ipv4(
			htonl((uint32_t)get(community, VALUE, AS4_SIZE)));
		fputs(address_format(&address, text), out);
	} else {
		print_part(community, VALUE, wide ? AS4_SIZE : AS2_SIZE, out);
	}
	fputc(':', out);
	print_part(community, VALUE + (wide ? AS4_SIZE : AS2_SIZE),
		   wide ? AS2_SIZE : AS4_SIZE, out);
}

/*
 * "rt" or "soo", if that is how the community parses back to itself: an AS
 * number that fits in 2 bytes does not become one of 4.
 */
static const char *name_of(const struct rule_community *community)
{
	unsigned int type = community->bytes[0];

	if (type > EXT_TYPE_AS4 ||
	    (type == EXT_TYPE_AS4 &&
	     get(community, AS2_SIZE, AS4_SIZE) <= UINT16_MAX))
		return NULL;
	switch (community->bytes[1]) {
	case EXT_ROUTE_TARGET:
		return "rt";
	case EXT_ROUTE_ORIGIN:
		return "soo";
	default:
		return NULL;
	}
}

void rule_ext_community_print(const struct rule_key *key,
			      const union rule_value *value, FILE *out)
{
	const struct rule_community *community = &value->community;
	const char *name = name_of(community);

	if (masks_nothing(community) && key->everything)
		fputs(key->everything, out);
	else if (name)
		print_named(name, community, out);
	else if (community->bytes[1] != EXT_BANDWIDTH ||
		 !print_bandwidth(key, community, out))
		fprintf(out, "0x%016" PRIx64, get(community, 0, EXT_SIZE));
}
