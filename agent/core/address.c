// SPDX-License-Identifier: BSD-2-Clause
/* Addresses and prefixes: text, comparison, masks. See address.h. */

#include "core/address.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	HALF_BITS = 64,
	MULTICAST = 0xff,      /* ff00::/8: RFC 4291 2.7 */
	MULTICAST_IPV4 = 0xe0, /* 224.0.0.0/4 */
	MULTICAST_IPV4_MASK = 0xf0,
	LINK_LOCAL = 0xfe, /* fe80::/10: RFC 4291 2.5.6 */
	LINK_LOCAL_SECOND = 0x80,
	LINK_LOCAL_MASK = 0xc0,
	SCOPE_OFFSET = 4,
};

uint32_t address_ipv4(const struct address *address)
{
	uint32_t ipv4;

	memcpy(&ipv4, address->bytes + ADDRESS_IPV4_OFFSET, sizeof(ipv4));
	return ipv4;
}

bool address_is_zero(const struct address *address)
{
	static const uint8_t zero[sizeof(address->bytes)];

	if (address_is_ipv4(address))
		return !address_ipv4(address);
	return !memcmp(address->bytes, zero, sizeof(zero));
}

int address_compare(const struct address *a, const struct address *b)
{
	return memcmp(a, b, sizeof(*a));
}

bool address_is_multicast(const struct address *address)
{
	if (address_is_ipv4(address))
		return (address->bytes[ADDRESS_IPV4_OFFSET] &
			MULTICAST_IPV4_MASK) == MULTICAST_IPV4;
	return address->bytes[0] == MULTICAST;
}

bool address_is_link_local(const struct address *address)
{
	return address->bytes[0] == LINK_LOCAL &&
	       (address->bytes[1] & LINK_LOCAL_MASK) == LINK_LOCAL_SECOND;
}

struct address address_scoped(const struct address *address, uint32_t ifindex)
{
	struct address scoped = *address;
	uint32_t scope = htonl(ifindex);

	if (address_is_link_local(address))
		memcpy(scoped.bytes + SCOPE_OFFSET, &scope, sizeof(scope));
	return scoped;
}

uint32_t address_scope(const struct address *address)
{
	uint32_t scope = 0;

	if (address_is_link_local(address))
		memcpy(&scope, address->bytes + SCOPE_OFFSET, sizeof(scope));
	return ntohl(scope);
}

struct address address_unscoped(const struct address *address)
{
	return address_scoped(address, 0);
}

bool address_parse(const char *text, struct address *address)
{
	struct address parsed;
	struct in_addr ipv4;

	if (inet_pton(AF_INET, text, &ipv4) == 1) {
		*address = address_from_ipv4(ipv4.s_addr);
		return true;
	}
	if (inet_pton(AF_INET6, text, parsed.bytes) != 1 ||
	    address_is_ipv4(&parsed))
		return false;
	*address = parsed;
	return true;
}

/* Append the interface's name, or its ifindex if there is no such link. */
static void append_scope(uint32_t scope, char *text)
{
	size_t used = strlen(text);
	char name[IF_NAMESIZE];

	if (if_indextoname(scope, name))
		snprintf(text + used, ADDRESS_TEXT_SIZE - used, "%%%s", name);
	else
		snprintf(text + used, ADDRESS_TEXT_SIZE - used, "%%%u", scope);
}

const char *address_format(const struct address *address, char *text)
{
	struct address bare = address_unscoped(address);
	uint32_t scope = address_scope(address);

	if (address_is_ipv4(address))
		inet_ntop(AF_INET, address->bytes + ADDRESS_IPV4_OFFSET, text,
			  ADDRESS_TEXT_SIZE);
	else
		inet_ntop(AF_INET6, bare.bytes, text, ADDRESS_TEXT_SIZE);
	if (scope)
		append_scope(scope, text);
	return text;
}

const char *mac_format(const uint8_t mac[MAC_SIZE], char *text)
{
	snprintf(text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	return text;
}

uint8_t prefix_family_bits(const struct prefix *prefix)
{
	return address_is_ipv4(&prefix->address) ? ADDRESS_BITS_IPV4 :
						   ADDRESS_BITS_IPV6;
}

struct prefix prefix_of_address(const struct address *address)
{
	struct prefix prefix = { .address = *address };

	prefix.length = prefix_family_bits(&prefix);
	return prefix;
}

/* Return the length of the prefix counted in the 16-byte form. */
static unsigned int significant_bits(const struct prefix *prefix)
{
	return ADDRESS_BITS_IPV6 - prefix_family_bits(prefix) + prefix->length;
}

/* Return the mask of the 64 bits behind the first `before`, of `bits` set. */
static uint64_t half_mask(unsigned int bits, unsigned int before)
{
	if (bits >= before + HALF_BITS)
		return UINT64_MAX;
	if (bits <= before)
		return 0;
	return htobe64(UINT64_MAX << (HALF_BITS - (bits - before)));
}

bool prefix_is_host(const struct prefix *prefix)
{
	return prefix->length == prefix_family_bits(prefix);
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order = address_compare(&a->address, &b->address);

	return order ? order : (int)a->length - (int)b->length;
}

void prefix_clear_host_bits(struct prefix *prefix)
{
	unsigned int bits = significant_bits(prefix);
	struct address_halves halves = address_halves(&prefix->address);

	halves.high &= half_mask(bits, 0);
	halves.low &= half_mask(bits, HALF_BITS);
	memcpy(prefix->address.bytes, &halves, sizeof(halves));
}

bool prefix_contains(const struct prefix *prefix, const struct address *address)
{
	const struct address_halves ours = address_halves(&prefix->address);
	const struct address_halves theirs = address_halves(address);

	if (address_is_ipv4(&prefix->address) != address_is_ipv4(address))
		return false;
	if (address_is_ipv4(address))
		return !(be64toh(ours.low ^ theirs.low) >>
			 (ADDRESS_BITS_IPV4 - prefix->length));
	return !((ours.high ^ theirs.high) & half_mask(prefix->length, 0)) &&
	       !((ours.low ^ theirs.low) &
		 half_mask(prefix->length, HALF_BITS));
}

bool prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	return outer->length <= inner->length &&
	       prefix_contains(outer, &inner->address);
}

/* Read a decimal number of at most `max` that fills `text` to its end. */
static bool parse_length(const char *text, unsigned long max, uint8_t *length)
{
	char *end;
	unsigned long value;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || value > max)
		return false;
	*length = (uint8_t)value;
	return true;
}

enum prefix_error prefix_parse(const char *text, struct prefix *prefix)
{
	char address[ADDRESS_TEXT_SIZE];
	size_t address_size = strcspn(text, "/");
	struct prefix parsed, cleared;

	if (address_size >= sizeof(address))
		return PREFIX_NOT_AN_ADDRESS;
	memcpy(address, text, address_size);
	address[address_size] = '\0';
	if (!address_parse(address, &parsed.address))
		return PREFIX_NOT_AN_ADDRESS;

	parsed.length = prefix_family_bits(&parsed);
	if (text[address_size] == '/' &&
	    !parse_length(text + address_size + 1, parsed.length,
			  &parsed.length))
		return PREFIX_BAD_LENGTH;

	cleared = parsed;
	prefix_clear_host_bits(&cleared);
	*prefix = cleared;
	return prefix_equal(&parsed, &cleared) ? PREFIX_OK : PREFIX_HOST_BITS;
}

const char *prefix_format(const struct prefix *prefix, char *text)
{
	size_t used;

	address_format(&prefix->address, text);
	used = strlen(text);
	snprintf(text + used, PREFIX_TEXT_SIZE - used, "/%u", prefix->length);
	return text;
}
