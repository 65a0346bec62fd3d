// SPDX-License-Identifier: BSD-2-Clause
/* Shapes of frames as they may come, and a little beyond. */

#include "generator.h"

#include <netinet/in.h>
#include <string.h>

enum {
	CLIENTS = 24, /* clients that send fragments */
	IDS = 8,
	MOBILITY = 135,
	HIP = 139,
	SHIM6 = 140,
	MAX_OPTION_WORDS = FRAME_MAX_OPTIONS / FRAME_WORD,
	SHORT_PAYLOAD = 100,
	LONG_PAYLOAD = 1700,
	MAX_QUOTE = 160,
	LAST_BYTE = sizeof(struct hg_address) - 1,
	MAX_OFFSET = FRAME_IPV4_OFFSET, /* both families; unit: 8 bytes */
	LAST_OFFSETS = MAX_OFFSET - 8,
	PORTS = 4,	     /* of flows that send several packets */
	INITIAL_SIZE = 1200, /* of a client's QUIC Initial */
	SCTP_CHUNKS = 4,
	TCP_FLAGS = 64,
};

static const uint8_t broadcast_mac[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };

static struct hg_address any_address(struct generator *g, bool ipv6)
{
	struct hg_address address = frame_ipv4_address(random_u64(&g->random));
	uint64_t words[2] = { random_u64(&g->random), random_u64(&g->random) };

	if (ipv6)
		memcpy(address.bytes, words, sizeof(words));
	return address;
}

/* A source that sends nothing, or one beside its range */
static struct hg_address any_martian(struct generator *g, bool ipv6)
{
	static const uint8_t starts4[] = { 0,	1,   126, 127, 128,
					   223, 224, 239, 240, 255 };
	static const uint8_t starts6[] = { 0, 0, 0, 1, 0xfd, 0xfe, 0xff };
	static const uint8_t ends[] = { 0, 1, 2, 0xff };
	struct hg_address address = any_address(g, ipv6);

	if (!ipv6) {
		address.bytes[12] =
			random_of(&g->random, starts4, sizeof(starts4));
		if (random_one_in(&g->random, 4))
			memset(address.bytes + 12, 0xff, 4);
		return address;
	}
	if (random_one_in(&g->random, 2))
		memset(address.bytes, 0, LAST_BYTE);
	else
		address.bytes[1] = random_below(&g->random, 3) * 0x40 + 0x40;
	address.bytes[0] = random_of(&g->random, starts6, sizeof(starts6));
	if (random_one_in(&g->random, 4))
		memset(address.bytes + 10, 0xff, 2);
	address.bytes[LAST_BYTE] = random_of(&g->random, ends, sizeof(ends));
	return address;
}

static struct hg_address any_client(struct generator *g, bool ipv6)
{
	struct hg_address address = frame_ipv6_address("2001:db8:a::");

	if (random_one_in(&g->random, 32))
		return any_martian(g, ipv6);
	if (!random_one_in(&g->random, 2))
		return any_address(g, ipv6);
	if (!ipv6)
		return frame_ipv4_address(FRAME_SOURCE +
					  random_below(&g->random, CLIENTS));
	address.bytes[LAST_BYTE] = random_below(&g->random, CLIENTS);
	return address;
}

static struct hg_address within_prefix(struct generator *g, bool ipv6)
{
	struct hg_address address = frame_ipv6_address("2001:db8:113::");

	if (!ipv6)
		return frame_ipv4_address(WORLD_PREFIX +
					  random_below(&g->random, 260));
	address.bytes[7] = random_below(&g->random, UINT8_MAX + 1);
	address.bytes[LAST_BYTE] = random_below(&g->random, UINT8_MAX + 1);
	return address;
}

static struct hg_address any_destination(struct generator *g, bool ipv6)
{
	switch (random_below(&g->random, 16)) {
	case 0:
		return any_address(g, ipv6);
	case 1:
	case 2:
		return within_prefix(g, ipv6);
	case 3:
	case 4: /* the VIPs whose buckets have records of flows */
		return world_address(
			VIP_ANY_HASH + random_below(&g->random,
						    VIP_COUNT - VIP_ANY_HASH),
			ipv6);
	default:
		return world_address(random_below(&g->random, VIP_COUNT), ipv6);
	}
}

static uint8_t any_protocol(struct generator *g, bool ipv6)
{
	static const uint8_t likely[] = {
		IPPROTO_TCP,	 IPPROTO_TCP,  IPPROTO_TCP,  IPPROTO_UDP,
		IPPROTO_UDP,	 IPPROTO_UDP,  IPPROTO_SCTP, IPPROTO_DCCP,
		IPPROTO_UDPLITE, IPPROTO_NONE, IPPROTO_ESP,  IPPROTO_GRE,
		IPPROTO_ICMP,	 IPPROTO_ICMP, IPPROTO_ICMP, IPPROTO_ICMPV6
	};
	uint8_t protocol = random_of(&g->random, likely, sizeof(likely));

	if (random_one_in(&g->random, 32))
		return random_below(&g->random, UINT8_MAX + 1);
	if (ipv6 && protocol == IPPROTO_ICMP)
		return IPPROTO_ICMPV6;
	return protocol;
}

static uint8_t any_icmp_type(struct generator *g, bool ipv6)
{
	static const uint8_t types4[] = { 0, 8, 8, 3, 3, 11, 12, 5 };
	static const uint8_t types6[] = { 128, 128, 129, 1, 2, 2, 3, 4, 135 };

	if (random_one_in(&g->random, 16))
		return random_below(&g->random, UINT8_MAX + 1);
	return ipv6 ? random_of(&g->random, types6, sizeof(types6)) :
		      random_of(&g->random, types4, sizeof(types4));
}

static void add_tags(struct generator *g, struct shape *shape)
{
	static const uint8_t counts[] = { 0, 0, 0, 0, 0, 0, 0, 0,
					  0, 0, 1, 1, 1, 2, 2, 3 };

	shape->tag_count = random_of(&g->random, counts, sizeof(counts));
	for (int i = 0; i < shape->tag_count; i++)
		shape->tags[i] =
			(struct shape_tag){ random_one_in(&g->random, 2) ?
						    ETH_P_8021Q :
						    ETH_P_8021AD,
					    random_u64(&g->random) };
}

static void add_options(struct generator *g, struct shape *shape)
{
	static const uint8_t likely[] = { 1, 1, 1, 1, 0,  2,   3,   4,
					  7, 6, 8, 4, 68, 131, 137, 148 };

	if (!random_one_in(&g->random, 6))
		return;
	shape->option_words = random_below(&g->random, MAX_OPTION_WORDS + 1);
	for (int i = 0; i < FRAME_MAX_OPTIONS; i++)
		shape->options[i] =
			random_of(&g->random, likely, sizeof(likely));
}

static struct shape_extension any_extension(struct generator *g, bool first)
{
	static const uint8_t kinds[] = { IPPROTO_DSTOPTS, IPPROTO_DSTOPTS,
					 IPPROTO_DSTOPTS, IPPROTO_DSTOPTS,
					 IPPROTO_AH,	  IPPROTO_AH,
					 MOBILITY,	  HIP,
					 SHIM6,		  IPPROTO_DSTOPTS,
					 IPPROTO_ROUTING, IPPROTO_FRAGMENT };
	struct shape_extension extension = {
		.type = random_of(&g->random, kinds, sizeof(kinds)),
		.length = random_below(&g->random, 4),
	};

	if (random_one_in(&g->random, first ? 2 : 48))
		extension.type = IPPROTO_HOPOPTS;
	if (first && random_one_in(&g->random, 16))
		extension.length = random_below(&g->random, 32);
	if (random_one_in(&g->random, 4))
		extension.fragment = random_u64(&g->random);
	return extension;
}

static void add_extensions(struct generator *g, struct shape *shape)
{
	if (!random_one_in(&g->random, 3))
		return;
	shape->extension_count = 1 + random_below(&g->random, 3);
	if (random_one_in(&g->random, 6))
		shape->extension_count =
			7 + random_below(&g->random, FRAME_MAX_EXTENSIONS - 6);
	for (int i = 0; i < shape->extension_count; i++)
		shape->extensions[i] = any_extension(g, !i);
}

/*
 * Return a fragment offset: 0 for a first fragment; sometimes near the end of
 * the longest packet.
 */
static uint16_t any_offset(struct generator *g)
{
	if (random_one_in(&g->random, 2))
		return 0;
	if (random_one_in(&g->random, 8))
		return LAST_OFFSETS +
		       random_below(&g->random, MAX_OFFSET - LAST_OFFSETS + 1);
	return 1 + random_below(&g->random, LAST_OFFSETS);
}

/*
 * Make the shape a fragment. In IPv6 one extension header becomes the fragment
 * header.
 */
static void set_part(struct generator *g, struct shape *shape)
{
	uint16_t more = !random_one_in(&g->random, 3);
	uint16_t offset = any_offset(g);

	if (!shape->ipv6) {
		shape->fragment = offset | (more ? FRAME_MORE_FRAGMENTS : 0);
		return;
	}
	if (!shape->extension_count)
		shape->extension_count = 1;
	shape->extensions[random_below(&g->random, shape->extension_count)] =
		(struct shape_extension){
			.type = IPPROTO_FRAGMENT,
			.fragment = offset << FRAME_IPV6_OFFSET_SHIFT | more,
		};
}

static void make_fragment(struct generator *g, struct shape *shape)
{
	shape->id = random_below(&g->random, IDS);
	set_part(g, shape);
	g->fragment = *shape;
}

static void add_payload(struct generator *g, struct shape *shape)
{
	shape->payload = random_below(&g->random, SHORT_PAYLOAD);
	if (random_one_in(&g->random, 4))
		shape->payload = 0;
	if (random_one_in(&g->random, 48))
		shape->payload =
			random_below(&g->random, LONG_PAYLOAD - MAX_QUOTE);
	if (shape->lead[1] + shape->lead[4] && random_one_in(&g->random, 2))
		shape->payload = INITIAL_SIZE - 1 + random_below(&g->random, 3);
}

/* Let half of the flows of known clients share few ports. */
static void choose_ports(struct generator *g, struct shape *shape)
{
	shape->source_port = random_u64(&g->random);
	shape->destination_port = random_u64(&g->random);
	if (!random_one_in(&g->random, 2))
		return;
	shape->source_port = 1 + random_below(&g->random, PORTS);
	shape->destination_port = FRAME_DESTINATION_PORT;
}

/* Mark the packet as one that begins a flow, or ends it, or does neither. */
static void choose_role(struct generator *g, struct shape *shape)
{
	static const uint8_t flags[] = { 0x02, 0x02, 0x12, 0x10, 0x10,
					 0x18, 0x11, 0x14, 0x04, 0xc2 };
	static const uint8_t versions[][4] = { { 0, 0, 0, 1 },
					       { 0x6b, 0x33, 0x43, 0xcf },
					       { 0xff, 0, 0, 29 },
					       { 0, 0, 0, 2 } };

	shape->tcp_flags = random_of(&g->random, flags, sizeof(flags));
	if (random_one_in(&g->random, 8))
		shape->tcp_flags = random_below(&g->random, TCP_FLAGS);
	if (shape->protocol == IPPROTO_SCTP)
		shape->lead[0] = random_below(&g->random, SCTP_CHUNKS);
	if (shape->protocol != IPPROTO_UDP || random_one_in(&g->random, 2))
		return;
	shape->lead[0] = random_u64(&g->random) | 0xc0;
	if (random_one_in(&g->random, 8))
		shape->lead[0] = random_u64(&g->random);
	memcpy(shape->lead + 1, versions[random_below(&g->random, 4)],
	       sizeof(versions[0]));
}

/* Return the fields that packets and quoted packets share. */
static struct shape any_packet(struct generator *g, bool ipv6)
{
	struct shape shape = {
		.ipv6 = ipv6,
		.source = any_client(g, ipv6),
		.destination = any_destination(g, ipv6),
		.protocol = any_protocol(g, ipv6),
		.ttl = random_one_in(&g->random, 24) ?
			       1 + random_below(&g->random, 2) :
			       random_below(&g->random, UINT8_MAX + 1),
		.icmp_type = any_icmp_type(g, ipv6),
		.icmp_code = random_one_in(&g->random, 2) ? 4 : 0,
		.id = random_u64(&g->random),
	};

	if (random_one_in(&g->random, 256))
		shape.source = shape.destination;
	choose_ports(g, &shape);
	choose_role(g, &shape);
	if (ipv6)
		add_extensions(g, &shape);
	else
		add_options(g, &shape);
	if (random_one_in(&g->random, 4))
		make_fragment(g, &shape);
	return shape;
}

/* Quote a packet, mostly one that the error's destination has sent. */
static void add_quote(struct generator *g, struct shape *shape)
{
	bool ipv6 = shape->ipv6;

	if (shape->protocol != (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP) ||
	    random_one_in(&g->random, 32))
		return;
	if (random_one_in(&g->random, 32))
		ipv6 = !ipv6;
	g->quote = any_packet(g, ipv6);
	g->quote.destination = any_client(g, ipv6);
	if (!random_one_in(&g->random, 24))
		g->quote.source = shape->destination;
	if (random_one_in(&g->random, 3))
		g->quote.payload = random_below(&g->random, SHORT_PAYLOAD);
	shape->quote = &g->quote;
	if (random_one_in(&g->random, 2))
		shape->quote_size = 1 + random_below(&g->random, MAX_QUOTE);
	shape->extension_count %= 3;
	if (!random_one_in(&g->random, 8))
		shape->fragment = 0;
}

static bool has_fragment(const struct generator *g)
{
	return g->fragment.ttl;
}

/*
 * Return a new packet, another fragment of the last fragmented one, or another
 * packet of the last flow.
 */
static struct shape next_packet(struct generator *g)
{
	struct shape shape;

	if (has_fragment(g) && random_one_in(&g->random, 6)) {
		shape = g->fragment;
		set_part(g, &shape);
		return shape;
	}
	if (!g->last.ttl || !random_one_in(&g->random, 3))
		g->last = any_packet(g, random_one_in(&g->random, 2));
	shape = g->last;
	choose_role(g, &shape);
	return shape;
}

struct shape generator_shape(struct generator *g)
{
	struct shape shape = next_packet(g);

	add_payload(g, &shape);
	add_quote(g, &shape);
	add_tags(g, &shape);
	if (random_one_in(&g->random, 96))
		shape.destination_mac = broadcast_mac;
	if (random_one_in(&g->random, 128))
		shape.ethertype = random_u64(&g->random);
	if (random_one_in(&g->random, 4))
		shape.padding = random_below(&g->random, 64);
	return shape;
}
