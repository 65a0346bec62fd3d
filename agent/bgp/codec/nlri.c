// SPDX-License-Identifier: BSD-2-Clause
/* NLRI. See nlri.h. */

#include "bgp/codec/nlri.h"

#include "bgp/codec/martian.h"
#include "bgp/codec/protocol.h"

enum {
	BITS_PER_BYTE = 8,
	LENGTH_SIZE = sizeof(uint8_t),
};

/* Size of a family's addresses, and their place in struct address. */
struct layout {
	uint8_t bits;
	uint8_t offset;
	struct address zero;
};

static const struct layout layouts[BGP_FAMILY_COUNT] = {
	[BGP_IPV4_UNICAST] = {
		.bits = ADDRESS_BITS_IPV4,
		.offset = ADDRESS_IPV4_OFFSET,
		.zero.bytes = { [10] = 0xff, [11] = 0xff },
	},
	[BGP_IPV6_UNICAST] = { .bits = ADDRESS_BITS_IPV6 },
};

static size_t bytes_of_bits(unsigned int bits)
{
	return (bits + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
}

/* Clear the bits after the prefix, which may have any value: RFC 4271 4.3. */
static void clear_padding(uint8_t *address, unsigned int bits)
{
	unsigned int kept = bits % BITS_PER_BYTE;

	if (kept)
		address[bits / BITS_PER_BYTE] &=
			(uint8_t)(UINT8_MAX << (BITS_PER_BYTE - kept));
}

/* Take the next prefix of any kind. False at an error. */
static bool read_any_key(struct bgp_nlri *nlri, struct bgp_path_key *key)
{
	const struct layout *layout = &layouts[nlri->family];
	struct reader *bytes = &nlri->bytes;
	uint8_t *address = key->prefix.address.bytes + layout->offset;

	key->path_id = nlri->add_path ? reader_u32(bytes) : 0;
	key->prefix.length = reader_u8(bytes);
	if (key->prefix.length > layout->bits)
		bytes->failed = true;
	key->prefix.address = layout->zero;
	reader_bytes(bytes, address, bytes_of_bits(key->prefix.length));
	if (bytes->failed)
		return false;
	clear_padding(address, key->prefix.length);
	return true;
}

/*
 * Take an IPv4 prefix as one word, with bytes of what follows if it is shorter.
 * False without taking it at the end of the list and at an error.
 */
static inline bool read_ipv4_key(struct reader *bytes, struct bgp_path_key *key)
{
	const uint8_t *at = reader_peek(bytes, LENGTH_SIZE + BGP_IPV4_SIZE);
	uint32_t word;

	if (!at || *at > ADDRESS_BITS_IPV4)
		return false;
	memcpy(&word, at + LENGTH_SIZE, sizeof(word));
	word &= htobe32(
		(uint32_t)((uint64_t)UINT32_MAX << (ADDRESS_BITS_IPV4 - *at)));
	reader_take(bytes, LENGTH_SIZE + bytes_of_bits(*at));
	key->prefix.address = address_from_ipv4(word);
	key->prefix.length = *at;
	key->path_id = 0;
	return true;
}

/*
 * Take the next prefix, martian or not. False at the end and at an error. Each
 * prefix comes through here twice, so the usual kind has a way of its own.
 */
static inline bool read_key(struct bgp_nlri *nlri, struct bgp_path_key *key)
{
	if (!nlri->bytes.left)
		return false;
	if (nlri->family == BGP_IPV4_UNICAST && !nlri->add_path &&
	    read_ipv4_key(&nlri->bytes, key))
		return true;
	return read_any_key(nlri, key);
}

enum bgp_nlri_verdict bgp_nlri_check(struct bgp_nlri *nlri)
{
	enum bgp_nlri_verdict verdict = BGP_NLRI_OK;
	struct bgp_nlri rest = *nlri;
	struct bgp_path_key key;

	while (read_key(&rest, &key))
		if (martian_prefix(&key.prefix, rest.family))
			verdict = BGP_NLRI_MARTIAN;
	nlri->has_no_martians = verdict == BGP_NLRI_OK;
	return rest.bytes.failed ? BGP_NLRI_MALFORMED : verdict;
}

bool bgp_nlri_next(struct bgp_nlri *nlri, struct bgp_path_key *key)
{
	while (read_key(nlri, key))
		if (nlri->has_no_martians ||
		    !martian_prefix(&key->prefix, nlri->family))
			return true;
	return false;
}

enum bgp_family bgp_nlri_family(const struct prefix *prefix)
{
	return address_is_ipv4(&prefix->address) ? BGP_IPV4_UNICAST :
						   BGP_IPV6_UNICAST;
}

size_t bgp_nlri_size(const struct bgp_nlri_format *format,
		     const struct bgp_path_key *key)
{
	return (format->add_path ? BGP_PATH_ID_SIZE : 0) + LENGTH_SIZE +
	       bytes_of_bits(key->prefix.length);
}

size_t bgp_nlri_fit(const struct bgp_nlri_format *format,
		    const struct bgp_path_key *keys, size_t count, size_t room,
		    size_t *used)
{
	size_t fitting = 0;

	*used = 0;
	for (; fitting < count; fitting++) {
		const struct bgp_path_key *key = &keys[fitting];
		size_t size = bgp_nlri_size(format, key);

		if (bgp_nlri_family(&key->prefix) != format->family ||
		    size > room - *used)
			break;
		*used += size;
	}
	return fitting;
}

void bgp_nlri_encode(struct writer *w, const struct bgp_nlri_format *format,
		     const struct bgp_path_key *keys, size_t count)
{
	size_t offset = layouts[format->family].offset;

	for (const struct bgp_path_key *key = keys; key < keys + count; key++) {
		if (format->add_path)
			writer_u32(w, key->path_id);
		writer_u8(w, key->prefix.length);
		writer_bytes(w, key->prefix.address.bytes + offset,
			     bytes_of_bits(key->prefix.length));
	}
}
