// SPDX-License-Identifier: BSD-2-Clause
/*
 * Build the frame that all frames of a burst are copies of. Addresses that vary
 * are zeroes in it, and the sum of its IPv4 header is the one without them.
 */

#include "frames.h"

#include "core/wire.h"

#include <netinet/in.h>

enum frames_protocol {
	IPV4_VERSION_AND_WORDS = 0x45,
	IPV4_HEADER = 20,
	IPV4_CHECKSUM_AT = 10,
	IPV4_SOURCE_AT = 12,
	IPV4_DESTINATION_AT = 16,
	IPV4_MORE_FRAGMENTS = 0x2000,
	IPV4_LATER_OFFSET = 185, /* in units of 8 bytes: behind 1,480 bytes */
	IPV6_VERSION_WORD = 0x60000000, /* no traffic class, no flow label */
	IPV6_HEADER = 40,
	ADDRESS6_SUBNET_AT = 7,
	ADDRESS6_LAST_AT = 12,
	CLIENT_SUBNET = 1,
	FIRST_TAG = 100,
	TTL = 64,
	TCP_WORDS_AND_ACK = 0x5010, /* five words of header */
	TCP_WORDS_AND_SYN = 0x5002,
	ICMP_UNREACHABLE = 3,
	ICMP_CODE_NEEDS_FRAGMENTATION = 4,
	ICMP_MTU = 1400,
	SERVICE_PORT = 443,
	FIRST_CLIENT_PORT = 1024,
	CLIENT_PORTS = 60000,
};

const uint8_t frames_port_mac[ETH_ALEN] = { 2, 0, 0, 0, 1, 1 };

const uint8_t frames_vip6[FRAMES_ADDRESS6_SIZE] = { 0x20, 0x01, 0,
						    2, [15] = 1 };

static void write_ethernet(struct writer *w, const struct frames *frames)
{
	static const uint8_t router[ETH_ALEN] = { 2, 0, 0, 0, 0xee, 1 };

	writer_bytes(w, frames_port_mac, ETH_ALEN);
	writer_bytes(w, router, ETH_ALEN);
	for (uint32_t i = 0; i < frames->tags; i++) {
		writer_u16(w, ETH_P_8021Q);
		writer_u16(w, (uint16_t)(FIRST_TAG + i));
	}
	writer_u16(w, frames->kind == FRAMES_TCP6 ? ETH_P_IPV6 : ETH_P_IP);
}

/* The fragment fields of an IPv4 header */
struct fragment {
	uint16_t place; /* flags and offset */
	uint16_t id;
};

static const struct fragment fragments[FRAMES_KIND_COUNT] = {
	[FRAMES_FIRST_FRAGMENT4] = { IPV4_MORE_FRAGMENTS, 1 },
	[FRAMES_LATER_FRAGMENT4] = { IPV4_LATER_OFFSET, 1 },
	[FRAMES_LOST_FRAGMENT4] = { IPV4_LATER_OFFSET, 2 },
};

static void write_ipv4(struct writer *w, size_t size, struct fragment fragment,
		       uint8_t protocol, uint32_t source, uint32_t destination)
{
	writer_u8(w, IPV4_VERSION_AND_WORDS);
	writer_u8(w, 0);
	writer_u16(w, (uint16_t)size);
	writer_u16(w, fragment.id);
	writer_u16(w, fragment.place);
	writer_u8(w, TTL);
	writer_u8(w, protocol);
	writer_u16(w, 0); /* checksum */
	writer_u32(w, source);
	writer_u32(w, destination);
}

/* Sum the header (RFC 1071), not folded yet. */
static uint32_t sum_header(const uint8_t *header)
{
	struct reader r = reader_of(header, IPV4_HEADER);
	uint32_t sum = 0;

	while (r.left)
		sum += reader_u16(&r);
	return sum;
}

static uint16_t fold_sum(uint32_t sum)
{
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)~sum;
}

static void write_tcp(struct writer *w, const struct frames *frames,
		      uint32_t seed)
{
	writer_u16(w, FIRST_CLIENT_PORT + seed % CLIENT_PORTS);
	writer_u16(w, SERVICE_PORT);
	writer_u32(w, seed); /* sequence number */
	writer_u32(w, seed); /* acknowledged */
	writer_u16(w, frames->kind == FRAMES_SYN4 ? TCP_WORDS_AND_SYN :
						    TCP_WORDS_AND_ACK);
	writer_u16(w, UINT16_MAX); /* window */
}

/*
 * Build a TCP packet or a fragment of one; the generator writes flows and VIPs.
 */
static size_t build_tcp4(const struct frames *frames, uint32_t seed,
			 struct writer *w, struct traffic *traffic)
{
	uint32_t header = (uint32_t)w->used;

	write_ipv4(w, TRAFFIC_SHORT - header, fragments[frames->kind],
		   IPPROTO_TCP, 0, 0);
	write_tcp(w, frames, seed);
	traffic->flow_at = header + IPV4_SOURCE_AT;
	traffic->vip_at = header + IPV4_DESTINATION_AT;
	traffic->vip_base = frames->vip;
	traffic->vip_count = frames->vip_count;
	traffic->vip_scattered = frames->vip_scattered;
	traffic->checksum_at = header + IPV4_CHECKSUM_AT;
	traffic->checksum_sum = sum_header(traffic->frame + header);
	return TRAFFIC_SHORT;
}

static size_t build_tcp6(const struct frames *frames, uint32_t seed,
			 struct writer *w, struct traffic *traffic)
{
	uint8_t client[FRAMES_ADDRESS6_SIZE];

	memcpy(client, frames_vip6, sizeof(client));
	client[ADDRESS6_SUBNET_AT] = CLIENT_SUBNET;
	writer_u32(w, IPV6_VERSION_WORD);
	writer_u16(w, (uint16_t)(TRAFFIC_LONG - w->used - IPV6_HEADER +
				 sizeof(uint32_t)));
	writer_u8(w, IPPROTO_TCP);
	writer_u8(w, TTL);
	traffic->flow_at = (uint32_t)w->used + ADDRESS6_LAST_AT;
	writer_bytes(w, client, sizeof(client));
	writer_bytes(w, frames_vip6, ADDRESS6_LAST_AT);
	writer_u32(w, frames->vip);
	write_tcp(w, frames, seed);
	return TRAFFIC_LONG;
}

/*
 * Build the error of a router that could not forward a server's packet (RFC
 * 792, RFC 1191).
 */
static size_t build_icmp_error4(const struct frames *frames, uint32_t seed,
				struct writer *w, struct traffic *traffic)
{
	size_t header = w->used;

	write_ipv4(w, TRAFFIC_LONG - header, fragments[frames->kind],
		   IPPROTO_ICMP, FRAMES_ROUTER, frames->vip);
	writer_patch_u16(w, header + IPV4_CHECKSUM_AT,
			 fold_sum(sum_header(traffic->frame + header)));
	writer_u8(w, ICMP_UNREACHABLE);
	writer_u8(w, ICMP_CODE_NEEDS_FRAGMENTATION);
	writer_u16(w, 0); /* checksum: only the server checks it */
	writer_u32(w, ICMP_MTU);
	traffic->flow_at = (uint32_t)w->used + IPV4_DESTINATION_AT;
	write_ipv4(w, ICMP_MTU + 1, fragments[frames->kind], IPPROTO_TCP,
		   frames->vip, 0);
	writer_u16(w, SERVICE_PORT);
	writer_u16(w, FIRST_CLIENT_PORT + seed % CLIENT_PORTS);
	return TRAFFIC_LONG;
}

size_t frames_build(const struct frames *frames, uint32_t seed,
		    struct traffic *traffic)
{
	struct writer w = writer_of(traffic->frame, sizeof(traffic->frame));

	*traffic = (struct traffic){ .flow_base = FRAMES_CLIENT,
				     .flow_mask = frames->flows - 1 };
	write_ethernet(&w, frames);
	switch (frames->kind) {
	case FRAMES_TCP6:
		return build_tcp6(frames, seed, &w, traffic);
	case FRAMES_ICMP_ERROR4:
		return build_icmp_error4(frames, seed, &w, traffic);
	default:
		return build_tcp4(frames, seed, &w, traffic);
	}
}
