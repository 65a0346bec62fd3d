/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H

/*
 * IP addresses and prefixes: one type for both families.
 *
 * An address is 16 bytes in network order; IPv4 is held as ::ffff:a.b.c.d
 * (RFC 4291 2.5.5.2), which is also a next hop's identity in the bucket
 * assignment. IPv4-mapped text is not accepted as an IPv6 address, so that the
 * bytes always tell the family.
 *
 * A link-local IPv6 address means nothing without its link. Bytes 2 to 7 of it
 * are zero (RFC 4291 2.5.6), so inside this host bytes 4 to 7 hold the ifindex,
 * its scope. fe80::1 behind two links is two addresses, and tables keyed by
 * address need not know about links. The scope is removed from all that leaves
 * the host and from all that nodes must agree on.
 */

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct address {
	uint8_t bytes[16];
};

/* `length` counts bits of the family: 0-32 for IPv4, 0-128 for IPv6. */
struct prefix {
	struct address address;
	uint8_t length;
};

enum address_sizes {
	ADDRESS_BITS_IPV4 = 32,
	ADDRESS_BITS_IPV6 = 128,
	ADDRESS_MAPPED = 0xffff,  /* 16 bits in front of an IPv4 address */
	ADDRESS_IPV4_OFFSET = 12, /* of an IPv4 address in `bytes` */
	ADDRESS_TEXT_SIZE = 62, /* INET6_ADDRSTRLEN, % and an interface name */
	PREFIX_TEXT_SIZE = 66,
	MAC_SIZE = 6,
	MAC_TEXT_SIZE = 18,
};

/* An address as two words, in network byte order. */
struct address_halves {
	uint64_t high;
	uint64_t low;
};

/* Errors in the text of a prefix. */
enum prefix_error {
	PREFIX_OK,
	PREFIX_NOT_AN_ADDRESS,
	PREFIX_BAD_LENGTH,
	PREFIX_HOST_BITS, /* set; the parsed prefix has them cleared */
};

/* Inline functions: called several times for each route. */

static inline struct address_halves
address_halves(const struct address *address)
{
	struct address_halves halves;

	memcpy(&halves, address->bytes, sizeof(halves));
	return halves;
}

static inline bool address_is_ipv4(const struct address *address)
{
	const struct address_halves halves = address_halves(address);
	const uint64_t mark = (uint64_t)UINT32_MAX << ADDRESS_BITS_IPV4;

	return !halves.high &&
	       (halves.low & htobe64(mark)) ==
		       htobe64((uint64_t)ADDRESS_MAPPED << ADDRESS_BITS_IPV4);
}

/* Convert from network byte order, as in struct in_addr. */
static inline struct address address_from_ipv4(uint32_t ipv4)
{
	const struct address_halves halves = {
		.low = htobe64((uint64_t)ADDRESS_MAPPED << ADDRESS_BITS_IPV4 |
			       be32toh(ipv4)),
	};
	struct address address;

	memcpy(address.bytes, &halves, sizeof(address));
	return address;
}

static inline bool address_equal(const struct address *a,
				 const struct address *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return a->length == b->length &&
	       address_equal(&a->address, &b->address);
}

/* Convert to network byte order; `address` must be IPv4. */
uint32_t address_ipv4(const struct address *address);
bool address_is_zero(const struct address *address);
/* Compare the bytes as memcmp() does. */
int address_compare(const struct address *a, const struct address *b);
bool address_is_multicast(const struct address *address);
/* True in fe80::/10, with or without a scope. */
bool address_is_link_local(const struct address *address);
/* Return the address on this link; unchanged unless link-local. */
struct address address_scoped(const struct address *address, uint32_t ifindex);
/* Return the ifindex in a link-local address; 0: none. */
uint32_t address_scope(const struct address *address);
struct address address_unscoped(const struct address *address);
bool address_parse(const char *text, struct address *address);
/*
 * Write the address, with its scope as in RFC 4007 11: fe80::1%eth0. Writes at
 * most ADDRESS_TEXT_SIZE bytes; returns `text`.
 */
const char *address_format(const struct address *address, char *text);
const char *mac_format(const uint8_t mac[MAC_SIZE], char *text);

/* Return the host prefix of an address: /32 or /128. */
struct prefix prefix_of_address(const struct address *address);
/* Return the number of bits of an address: 32 or 128. */
uint8_t prefix_family_bits(const struct prefix *prefix);
bool prefix_is_host(const struct prefix *prefix);
/* Compare by address, then by length; for a stable order in output. */
int prefix_compare(const struct prefix *a, const struct prefix *b);
/* Clear the bits behind `length`. */
void prefix_clear_host_bits(struct prefix *prefix);
bool prefix_contains(const struct prefix *prefix,
		     const struct address *address);
/* True if every address of `inner` is in `outer`. */
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);
/* Parse "ADDR/LEN", or "ADDR" for a host prefix. */
enum prefix_error prefix_parse(const char *text, struct prefix *prefix);
/* Write "ADDR/LEN", at most PREFIX_TEXT_SIZE bytes; returns `text`. */
const char *prefix_format(const struct prefix *prefix, char *text);

#endif
