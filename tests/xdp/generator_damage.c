// SPDX-License-Identifier: BSD-2-Clause
/* Damage to frames, as by bad cables, broken programs and attackers. */

#include "generator.h"

enum {
	MAX_DAMAGE = 3,
	HEADERS = 160, /* bytes in which damage has an effect */
	ETHERTYPE_AT = 2 * ETH_ALEN,
	IPV6_NEXT_HEADER_AT = 6,
	IPV4_PROTOCOL_AT = 9,
	IPV4_CLASS_AT = 1,
	IPV4_ID_AT = 4,
	IPV4_FLAGS_AT = 6,
	IPV4_DONT_FRAGMENT = 0x40, /* in the first byte of the flags */
	BYTE_BITS = 8,
};

/* Return the offset of a byte in the headers, from the EtherType on. */
static size_t any_place(struct generator *g, const struct frame *frame)
{
	size_t end = frame->size < HEADERS ? frame->size : HEADERS;

	return ETHERTYPE_AT + random_below(&g->random, end - ETHERTYPE_AT);
}

static void flip_a_bit(struct generator *g, struct frame *frame)
{
	frame->bytes[any_place(g, frame)] ^=
		1 << random_below(&g->random, BYTE_BITS);
}

static void overwrite_a_byte(struct generator *g, struct frame *frame)
{
	static const uint8_t likely[] = { 0,  1,  2,  3,  4,   5,   6,
					  17, 43, 44, 51, 60,  58,  127,
					  80, 96, 69, 64, 128, 254, 255 };

	frame->bytes[any_place(g, frame)] =
		random_one_in(&g->random, 2) ?
			random_below(&g->random, UINT8_MAX + 1) :
			random_of(&g->random, likely, sizeof(likely));
}

/*
 * Truncate the frame; the kernel runs no program on less than an Ethernet
 * header.
 */
static void truncate_frame(struct generator *g, struct frame *frame)
{
	frame->size =
		ETH_HLEN + random_below(&g->random, frame->size - ETH_HLEN + 1);
}

static void cut_a_little(struct generator *g, struct frame *frame)
{
	size_t less = random_below(&g->random, 24);

	if (frame->size >= ETH_HLEN + less)
		frame->size -= less;
}

static void lengthen_frame(struct generator *g, struct frame *frame)
{
	size_t more = random_below(&g->random, 64);

	if (frame->size + more > sizeof(frame->bytes))
		return;
	for (size_t i = 0; i < more; i++)
		frame->bytes[frame->size++] = random_u64(&g->random);
}

static bool is_ipv6(const struct frame *frame)
{
	return frame->bytes[frame_ip_at(frame)] >> 4 == 6;
}

/*
 * Change the length in the IP header to a value near the true one, most often a
 * little less, so that the packet ends early.
 */
static void change_length(struct generator *g, struct frame *frame)
{
	size_t at = frame_ip_at(frame);
	int size = frame->size - at + 8;

	if (frame->size < at + FRAME_IPV6_HEADER)
		return;
	size -= random_below(&g->random, 64);
	if (is_ipv6(frame))
		frame_put_u16(frame, at + FRAME_IPV6_LENGTH_AT,
			      size > FRAME_IPV6_HEADER ?
				      size - FRAME_IPV6_HEADER :
				      0);
	else
		frame_put_u16(frame, at + FRAME_IPV4_LENGTH_AT,
			      size > 0 ? size : 0);
}

static void make_jumbogram(struct generator *g, struct frame *frame)
{
	size_t at = frame_ip_at(frame);

	(void)g;
	if (frame->size < at + FRAME_IPV6_HEADER || !is_ipv6(frame))
		return;
	frame_put_u16(frame, at + FRAME_IPV6_LENGTH_AT, 0);
	frame->bytes[at + IPV6_NEXT_HEADER_AT] = 0;
}

static void change_version(struct generator *g, struct frame *frame)
{
	size_t at = frame_ip_at(frame);

	if (frame->size > at)
		frame->bytes[at] = random_u64(&g->random);
}

static void change_ttl(struct generator *g, struct frame *frame)
{
	size_t at = frame_ip_at(frame);

	at += is_ipv6(frame) ? FRAME_IPV6_HOP_LIMIT_AT : FRAME_IPV4_TTL_AT;
	if (frame->size > at)
		frame->bytes[at] = random_below(&g->random, 3);
}

/*
 * Change what does no harm: DSCP and ECN, the identifier and don't-fragment, which
 * a tunnel copies or not.
 */
static void change_class(struct generator *g, struct frame *frame)
{
	size_t at = frame_ip_at(frame);

	if (frame->size < at + FRAME_IPV4_HEADER)
		return;
	if (is_ipv6(frame)) {
		frame->bytes[at] ^= random_below(&g->random, 16);
		frame->bytes[at + 1] = random_u64(&g->random);
		return;
	}
	frame->bytes[at + IPV4_CLASS_AT] = random_u64(&g->random);
	frame_put_u16(frame, at + IPV4_ID_AT, random_u64(&g->random));
	frame->bytes[at + IPV4_FLAGS_AT] ^= IPV4_DONT_FRAGMENT;
}

/*
 * Change the protocol in front of the same bytes, whose headers then are noise.
 */
static void change_protocol(struct generator *g, struct frame *frame)
{
	static const uint8_t likely[] = { 0,  43, 44, 51,  60,	135, 139,
					  6,  17, 1,  58,  132, 33,  136,
					  59, 50, 47, 140, 41,	4,   255 };
	size_t at = frame_ip_at(frame);

	at += is_ipv6(frame) ? IPV6_NEXT_HEADER_AT : IPV4_PROTOCOL_AT;
	if (frame->size > at)
		frame->bytes[at] =
			random_of(&g->random, likely, sizeof(likely));
}

/* Fill the frame behind the addresses with noise. */
static void make_noise(struct generator *g, struct frame *frame)
{
	size_t at = frame_ip_at(frame);

	at += is_ipv6(frame) ? FRAME_IPV6_HEADER : FRAME_IPV4_HEADER;
	for (; at < frame->size; at++)
		frame->bytes[at] = random_u64(&g->random);
}

void generator_damage(struct generator *g, struct frame *frame)
{
	static void (*const ways[])(struct generator *, struct frame *) = {
		flip_a_bit,	  flip_a_bit,	    flip_a_bit,
		overwrite_a_byte, overwrite_a_byte, truncate_frame,
		cut_a_little,	  lengthen_frame,   change_length,
		change_length,	  make_jumbogram,   change_version,
		change_ttl,	  change_protocol,  make_noise,
		change_class,	  change_class,	    change_class,
	};
	uint32_t times = 0;

	if (random_one_in(&g->random, 3))
		times = 1 + random_below(&g->random, MAX_DAMAGE);
	while (times-- && frame->size > ETH_HLEN)
		ways[random_below(&g->random, sizeof(ways) / sizeof(*ways))](
			g, frame);
}
