// SPDX-License-Identifier: BSD-2-Clause
/* Outer headers of checks. See service_tunnel.h. */

#include "nexthop/service_tunnel.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "core/wire.h"

enum outer_numbers {
	IPV4_VERSION_AND_LENGTH = 0x45,
	IPV4_SIZE = 20,
	IPV4_CHECKSUM_OFFSET = 10,
	IPV4_DONT_FRAGMENT = 0x4000,
	IPV6_VERSION_SHIFT = 28,
	IPV6_VERSION = 6,
	VERSION_SHIFT = 4,
	TTL = 64,
	UDP_SIZE = 8,
};

static bool is_ipv6(const uint8_t *packet)
{
	return packet[0] >> VERSION_SHIFT == IPV6_VERSION;
}

static uint8_t protocol_of(enum hg_encapsulation encapsulation,
			   const uint8_t *packet)
{
	if (encapsulation == HG_ENCAPSULATION_GUE)
		return IPPROTO_UDP;
	if (encapsulation == HG_ENCAPSULATION_GRE)
		return IPPROTO_GRE;
	return is_ipv6(packet) ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

/* RFC 1071, over the 20 bytes of an IPv4 header */
static uint16_t header_checksum(struct reader header)
{
	uint32_t sum = 0;

	while (header.left)
		sum += reader_u16(&header);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

static void write_outer_ipv4(struct writer *w,
			     const struct service_tunnel *tunnel,
			     uint8_t protocol, size_t size)
{
	const uint32_t source = address_ipv4(&tunnel->source);
	const uint32_t destination = address_ipv4(&tunnel->destination);

	writer_u8(w, IPV4_VERSION_AND_LENGTH);
	writer_u8(w, 0);
	writer_u16(w, (uint16_t)(IPV4_SIZE + size));
	writer_u16(w, 0);
	writer_u16(w, IPV4_DONT_FRAGMENT);
	writer_u8(w, TTL);
	writer_u8(w, protocol);
	writer_u16(w, 0);
	writer_bytes(w, &source, sizeof(source));
	writer_bytes(w, &destination, sizeof(destination));
	writer_patch_u16(w, IPV4_CHECKSUM_OFFSET,
			 header_checksum(reader_of(w->data, IPV4_SIZE)));
}

static void write_outer_ipv6(struct writer *w,
			     const struct service_tunnel *tunnel,
			     uint8_t protocol, size_t size)
{
	writer_u32(w, (uint32_t)IPV6_VERSION << IPV6_VERSION_SHIFT);
	writer_u16(w, (uint16_t)size);
	writer_u8(w, protocol);
	writer_u8(w, TTL);
	writer_bytes(w, tunnel->source.bytes, sizeof(tunnel->source.bytes));
	writer_bytes(w, tunnel->destination.bytes,
		     sizeof(tunnel->destination.bytes));
}

/* Write the header between the IP headers, if there is one. */
static void write_shim(struct writer *w, const struct service_tunnel *tunnel,
		       const uint8_t *packet, size_t size)
{
	if (tunnel->encapsulation == HG_ENCAPSULATION_GRE) {
		writer_u16(w, 0); /* no flags, version 0 */
		writer_u16(w, is_ipv6(packet) ? ETH_P_IPV6 : ETH_P_IP);
	} else if (tunnel->encapsulation == HG_ENCAPSULATION_GUE) {
		writer_u16(w, tunnel->source_port);
		writer_u16(w, tunnel->gue_port);
		writer_u16(w, (uint16_t)(UDP_SIZE + size));
		writer_u16(w, 0); /* no checksum: RFC 768, RFC 6935 5 */
	}
}

size_t service_tunnel_wrap(const struct service_tunnel *tunnel,
			   const uint8_t *packet, size_t size,
			   uint8_t outer[SERVICE_TUNNEL_SIZE])
{
	bool ipv4 = address_is_ipv4(&tunnel->destination);
	uint8_t protocol = protocol_of(tunnel->encapsulation, packet);
	size_t shim = encapsulation_shim_size(tunnel->encapsulation);
	struct writer w = writer_of(outer, SERVICE_TUNNEL_SIZE);

	if (ipv4)
		write_outer_ipv4(&w, tunnel, protocol, shim + size);
	else
		write_outer_ipv6(&w, tunnel, protocol, shim + size);
	write_shim(&w, tunnel, packet, size);
	writer_bytes(&w, packet, size);
	return w.used;
}
