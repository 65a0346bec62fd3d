// SPDX-License-Identifier: BSD-2-Clause
/*
 * Write the headers of a tunnel, byte by byte from the RFCs named at each field.
 * docs/packet-path.md section 9.
 */

#include "oracle_packet.h"

#include "flow_hash.h"

#include <string.h>

enum {
	MAPPED_AT = 12,
	VERSION_4_WITHOUT_OPTIONS = 0x45,
	VERSION_6 = 6,
	TTL = 64,
	PROTOCOL_IPV4 = 4,  /* RFC 2003 3.1 */
	PROTOCOL_UDP = 17,  /* RFC 768 */
	PROTOCOL_IPV6 = 41, /* RFC 2473 5.1, RFC 4213 3.5 */
	PROTOCOL_GRE = 47,  /* RFC 2784 */
	FIRST_PORT = 49152, /* RFC 6335 6: dynamic ports */
	PORTS = 16384,
	LABEL_BITS = 20,
	ENTROPY_BITS = 32,
	IPV4_CLASS_AT = 1,
	IPV4_ID_AT = 4,
	IPV4_FLAGS_AT = 6,
};

/* A header behind the outer IP header, and what that says of it */
struct shim {
	uint8_t protocol;
	uint8_t size;
	uint8_t bytes[FRAME_UDP_HEADER];
};

static uint32_t entropy_of(const struct oracle_exit *exit)
{
	return flow_mix(exit->hash) >> ENTROPY_BITS;
}

static bool is_ipv4(const struct hg_address *address)
{
	static const uint8_t mapped[MAPPED_AT] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address->bytes, mapped, sizeof(mapped));
}

uint16_t oracle_outer_type(const struct oracle_packet *packet,
			   const struct hg_nexthop *nexthop)
{
	bool ipv6 = nexthop->encapsulation ? !is_ipv4(&nexthop->address) :
					     packet->ipv6;

	return ipv6 ? ETH_P_IPV6 : ETH_P_IP;
}

static struct shim shim_of(const struct oracle_packet *packet,
			   const struct oracle_exit *exit)
{
	struct shim shim = { .protocol = packet->ipv6 ? PROTOCOL_IPV6 :
							PROTOCOL_IPV4 };
	struct writer w = writer_of(shim.bytes, sizeof(shim.bytes));

	if (exit->nexthop->encapsulation == HG_ENCAPSULATION_GRE) {
		shim.protocol = PROTOCOL_GRE;
		writer_u16(&w, 0);
		writer_u16(&w, packet->ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	} else if (exit->nexthop->encapsulation == HG_ENCAPSULATION_GUE) {
		shim.protocol = PROTOCOL_UDP;
		writer_u16(&w, FIRST_PORT + entropy_of(exit) % PORTS);
		writer_u16(&w, 6080);
		writer_u16(&w, FRAME_UDP_HEADER + packet->size);
		writer_u16(&w, 0);
	}
	shim.size = w.used;
	return shim;
}

/* RFC 6040 4.1, RFC 2983 4.1: the byte of DSCP and ECN goes outside */
static uint8_t class_of(const struct oracle_packet *packet,
			const uint8_t *inner)
{
	return packet->ipv6 ? (inner[0] & 0xf) << 4 | inner[1] >> 4 :
			      inner[IPV4_CLASS_AT];
}

static void put_source(struct writer *w, const struct oracle_exit *exit)
{
	struct hg_address source = exit->tunnel->source;
	uint32_t entropy = entropy_of(exit);
	uint8_t mask[4];

	memcpy(mask, &exit->tunnel->source_entropy, sizeof(mask));
	for (int i = 0; i < 4; i++)
		source.bytes[MAPPED_AT + i] |= entropy >> (24 - 8 * i) &
					       mask[i];
	if (is_ipv4(&exit->nexthop->address))
		writer_bytes(w, source.bytes + MAPPED_AT, 4);
	else
		writer_bytes(w, source.bytes, sizeof(source.bytes));
}

/* RFC 2003 3.1 */
static void write_ipv4(struct writer *w, const struct oracle_packet *packet,
		       const uint8_t *inner, const struct oracle_exit *exit,
		       const struct shim *shim)
{
	uint8_t header[FRAME_IPV4_HEADER];
	struct writer h = writer_of(header, sizeof(header));
	uint16_t id = packet->ipv6 ?
			      0 :
			      inner[IPV4_ID_AT] << 8 | inner[IPV4_ID_AT + 1];
	bool dont = packet->ipv6 || inner[IPV4_FLAGS_AT] & 0x40;
	uint16_t checksum;

	writer_u8(&h, VERSION_4_WITHOUT_OPTIONS);
	writer_u8(&h, class_of(packet, inner));
	writer_u16(&h, FRAME_IPV4_HEADER + shim->size + packet->size);
	writer_u16(&h, id ^ (entropy_of(exit) & 0xffff));
	writer_u16(&h, dont ? FRAME_DONT_FRAGMENT : 0);
	writer_u8(&h, TTL);
	writer_u8(&h, shim->protocol);
	writer_u16(&h, 0);
	put_source(&h, exit);
	writer_bytes(&h, exit->nexthop->address.bytes + MAPPED_AT, 4);
	checksum = frame_checksum(header, sizeof(header));
	header[FRAME_IPV4_CHECKSUM_AT] = checksum >> 8;
	header[FRAME_IPV4_CHECKSUM_AT + 1] = checksum & 0xff;
	writer_bytes(w, header, sizeof(header));
}

/* RFC 2473 3.1, RFC 6438 3 */
static void write_ipv6(struct writer *w, const struct oracle_packet *packet,
		       const uint8_t *inner, const struct oracle_exit *exit,
		       const struct shim *shim)
{
	uint32_t label = entropy_of(exit) >> (ENTROPY_BITS - LABEL_BITS);
	uint32_t word = VERSION_6 << 28 |
			(uint32_t)class_of(packet, inner) << LABEL_BITS | label;

	writer_u32(w, word);
	writer_u16(w, shim->size + packet->size);
	writer_u8(w, shim->protocol);
	writer_u8(w, TTL);
	put_source(w, exit);
	writer_bytes(w, &exit->nexthop->address, 16);
}

void oracle_write_tunnel(struct writer *w, const struct oracle_packet *packet,
			 const uint8_t *inner, const struct oracle_exit *exit)
{
	const struct shim shim = shim_of(packet, exit);

	if (!exit->nexthop->encapsulation)
		return;
	if (is_ipv4(&exit->nexthop->address))
		write_ipv4(w, packet, inner, exit, &shim);
	else
		write_ipv6(w, packet, inner, exit, &shim);
	writer_bytes(w, shim.bytes, shim.size);
}
