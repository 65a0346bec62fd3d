// SPDX-License-Identifier: BSD-2-Clause
/* Extended communities: link bandwidth and text. See extended_community.h. */

#include "bgp/codec/extended_community.h"

#include "bgp/codec/protocol.h"
#include "bgp/codec/text.h"
#include "bgp/codec/tunnel.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
	RESERVED_SIZE = 2, /* before the number of a long bandwidth */
	/* IEEE 754: the bits of finite floats without a sign are below. */
	FLOAT_INFINITY = 0x7f800000,
};

void extended_community_write_transitive(struct writer *w, struct reader list,
					 size_t size)
{
	while (list.left >= size) {
		const uint8_t *community = reader_take(&list, size);

		if (!(*community & BGP_EXTENDED_NON_TRANSITIVE))
			writer_bytes(w, community, size);
	}
}

/* Read a float. False for NaN, infinity and any value with a sign. */
static bool read_float(struct reader *value, double *number)
{
	uint32_t bits = reader_u32(value);
	float as_float;

	if (bits >= FLOAT_INFINITY)
		return false;
	memcpy(&as_float, &bits, sizeof(as_float));
	*number = as_float;
	return true;
}

/* True for a link bandwidth of any value, NaN included. */
static bool is_bandwidth(struct reader community)
{
	unsigned int type = reader_u8(&community);
	unsigned int subtype = reader_u8(&community);

	return (type & ~BGP_EXTENDED_NON_TRANSITIVE) == BGP_EXTENDED_AS2 &&
	       subtype == BGP_EXTENDED_BANDWIDTH;
}

static bool read_bandwidth(struct reader community, uint32_t *as,
			   double *bytes_per_second)
{
	if (!is_bandwidth(community))
		return false;
	reader_u16(&community); /* type and subtype */
	*as = reader_u16(&community);
	return read_float(&community, bytes_per_second);
}

static bool read_long_bandwidth(struct reader community, uint32_t *as,
				double *bytes_per_second)
{
	unsigned int type = reader_u8(&community);
	unsigned int subtype = reader_u8(&community);

	if ((type & ~BGP_EXTENDED_NON_TRANSITIVE) != BGP_EXTENDED_AS4 ||
	    subtype != BGP_EXTENDED_LONG_BANDWIDTH)
		return false;
	reader_take(&community, RESERVED_SIZE);
	*bytes_per_second = (double)reader_u64(&community);
	*as = reader_u32(&community);
	return true;
}

void extended_community_write_other(struct writer *w, struct reader list,
				    size_t size)
{
	double bandwidth;
	uint32_t as;

	while (list.left >= size) {
		struct reader one = reader_sub(&list, size);

		if (size == BGP_EXTENDED_COMMUNITY_SIZE ?
			    is_bandwidth(one) :
			    read_long_bandwidth(one, &as, &bandwidth))
			continue;
		writer_bytes(w, one.data, one.left);
	}
}

typedef bool read_fn(struct reader community, uint32_t *as,
		     double *bytes_per_second);

static void lower_to_lowest(struct reader list, size_t size, read_fn *read,
			    double *lowest)
{
	double bandwidth;
	uint32_t as;

	while (list.left)
		if (read(reader_sub(&list, size), &as, &bandwidth) &&
		    bandwidth < *lowest)
			*lowest = bandwidth;
}

bool extended_community_bandwidth(const struct bgp_attributes *attributes,
				  double *bytes_per_second)
{
	double lowest = INFINITY;

	lower_to_lowest(attributes->extended_communities,
			BGP_EXTENDED_COMMUNITY_SIZE, read_bandwidth, &lowest);
	lower_to_lowest(attributes->ipv6_extended_communities,
			BGP_IPV6_EXTENDED_COMMUNITY_SIZE, read_long_bandwidth,
			&lowest);
	if (lowest == INFINITY)
		return false;
	*bytes_per_second = lowest;
	return true;
}

/* Read the type and subtype; true if they are those of RFC 9012 4.1. */
static bool is_encapsulation(struct reader *community)
{
	unsigned int type = reader_u8(community);
	unsigned int subtype = reader_u8(community);

	return type == BGP_EXTENDED_OPAQUE &&
	       subtype == BGP_EXTENDED_ENCAPSULATION;
}

void extended_community_write_untunneled(struct writer *w, struct reader list)
{
	while (list.left) {
		struct reader one =
			reader_sub(&list, BGP_EXTENDED_COMMUNITY_SIZE);
		struct reader rest = one;

		if (!is_encapsulation(&rest))
			writer_bytes(w, one.data, one.left);
	}
}

/* Read one community; an encapsulation that is not known counts as none. */
static enum hg_encapsulation read_encapsulation(struct reader community)
{
	if (!is_encapsulation(&community))
		return HG_ENCAPSULATION_NONE;
	reader_u32(&community); /* reserved */
	return bgp_tunnel_encapsulation(reader_u16(&community));
}

enum hg_encapsulation
extended_community_encapsulation(const struct bgp_attributes *attributes)
{
	struct reader list = attributes->extended_communities;
	enum hg_encapsulation chosen = HG_ENCAPSULATION_NONE;

	while (list.left) {
		enum hg_encapsulation one = read_encapsulation(
			reader_sub(&list, BGP_EXTENDED_COMMUNITY_SIZE));

		if (one && (!chosen || one < chosen))
			chosen = one;
	}
	return chosen;
}

void extended_community_write_bandwidth(struct writer *w, uint16_t as,
					double bytes_per_second,
					bool transitive)
{
	float number = (float)bytes_per_second;
	uint32_t bits;

	memcpy(&bits, &number, sizeof(bits));
	writer_u8(w, BGP_EXTENDED_AS2 |
			     (transitive ? 0 : BGP_EXTENDED_NON_TRANSITIVE));
	writer_u8(w, BGP_EXTENDED_BANDWIDTH);
	writer_u16(w, as);
	writer_u32(w, bits);
}

/* "rt" or "soo"; NULL for a subtype that is shown in hexadecimal. */
static const char *subtype_name(unsigned int subtype)
{
	switch (subtype) {
	case BGP_EXTENDED_ROUTE_TARGET:
		return "rt";
	case BGP_EXTENDED_ROUTE_ORIGIN:
		return "soo";
	default:
		return NULL;
	}
}

static void show_ipv4(struct text *text, const char *name, struct reader value)
{
	struct address address = address_from_ipv4(htobe32(reader_u32(&value)));
	char buffer[ADDRESS_TEXT_SIZE];

	text_add(text, "%s:%s:%u", name, address_format(&address, buffer),
		 reader_u16(&value));
}

/* False if the community has no better form than hexadecimal. */
static bool show_named(struct text *text, struct reader value)
{
	unsigned int type = reader_u8(&value);
	const char *name = subtype_name(reader_u8(&value));
	uint32_t as;

	if (!name)
		return false;
	switch (type) {
	case BGP_EXTENDED_AS2:
		as = reader_u16(&value);
		text_add(text, "%s:%u:%u", name, as, reader_u32(&value));
		return true;
	case BGP_EXTENDED_IPV4:
		show_ipv4(text, name, value);
		return true;
	case BGP_EXTENDED_AS4:
		as = reader_u32(&value);
		text_add(text, "%s:%u:%u", name, as, reader_u16(&value));
		return true;
	default:
		return false;
	}
}

void extended_community_show(struct text *text, struct reader *list)
{
	struct reader one = reader_sub(list, BGP_EXTENDED_COMMUNITY_SIZE);
	double bandwidth;
	uint32_t as;

	if (read_bandwidth(one, &as, &bandwidth))
		text_add(text, "bandwidth:%u:%.12g", as, bandwidth);
	else if (!show_named(text, one))
		text_add_hex(text, one);
}

/* The same for an IPv6 address and 2 bytes: RFC 5701 2. */
static bool show_ipv6_named(struct text *text, struct reader value)
{
	unsigned int type = reader_u8(&value);
	const char *name = subtype_name(reader_u8(&value));
	char buffer[ADDRESS_TEXT_SIZE];
	struct address address;

	if (type != BGP_EXTENDED_AS2 || !name)
		return false;
	reader_bytes(&value, address.bytes, sizeof(address.bytes));
	text_add(text, "%s:[%s]:%u", name, address_format(&address, buffer),
		 reader_u16(&value));
	return true;
}

void extended_community_show_ipv6(struct text *text, struct reader *list)
{
	struct reader one = reader_sub(list, BGP_IPV6_EXTENDED_COMMUNITY_SIZE);
	double bandwidth;
	uint32_t as;

	if (read_long_bandwidth(one, &as, &bandwidth))
		text_add(text, "bandwidth:%u:%.20g", as, bandwidth);
	else if (!show_ipv6_named(text, one))
		text_add_hex(text, one);
}
