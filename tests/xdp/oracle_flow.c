// SPDX-License-Identifier: BSD-2-Clause
/* Read the flow's ports. docs/packet-path.md section 5. */

#include "frame.h"
#include "oracle_packet.h"

#include <netinet/in.h>

enum {
	FIRST_FRAGMENT_PORTS = 4,
	QUOTED_TRANSPORT = 8, /* least bytes that an error quotes (RFC 792) */
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_ECHO_REQUEST = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,
	ICMPV6_UNREACHABLE = 1,
	ICMPV6_TOO_BIG = 2,
	ICMPV6_TIME_EXCEEDED = 3,
	ICMPV6_PARAMETER_PROBLEM = 4,
	ICMPV6_ECHO_REQUEST = 128,
	ICMPV6_ECHO_REPLY = 129,
};

/*
 * Return the size of a header that begins with two ports; 0 for other
 * protocols.
 */
static size_t header_with_ports(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return FRAME_TCP_HEADER;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return FRAME_UDP_HEADER;
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
		return FRAME_SCTP_HEADER;
	default:
		return 0;
	}
}

static bool is_icmp(const struct oracle_packet *packet)
{
	return packet->protocol ==
	       (packet->ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

static bool is_echo(bool ipv6, uint8_t type)
{
	if (ipv6)
		return type == ICMPV6_ECHO_REQUEST || type == ICMPV6_ECHO_REPLY;
	return type == ICMP_ECHO_REQUEST || type == ICMP_ECHO_REPLY;
}

static bool is_error(bool ipv6, uint8_t type)
{
	if (ipv6)
		return type == ICMPV6_UNREACHABLE || type == ICMPV6_TOO_BIG ||
		       type == ICMPV6_TIME_EXCEEDED ||
		       type == ICMPV6_PARAMETER_PROBLEM;
	return type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETER_PROBLEM;
}

static enum hg_outcome too_short(const struct oracle_packet *packet)
{
	return packet->part == PART_FIRST ? HG_DROPPED_BAD_FRAGMENT :
					    HG_DROPPED_BAD_TRANSPORT;
}

static void read_ports(struct reader r, struct oracle_packet *packet)
{
	packet->source_port = reader_u16(&r);
	packet->destination_port = reader_u16(&r);
}

static void read_ports_exchanged(struct reader r, struct oracle_packet *packet)
{
	packet->destination_port = reader_u16(&r);
	packet->source_port = reader_u16(&r);
}

static void read_identifier(struct reader r, struct oracle_packet *packet)
{
	reader_u32(&r);
	packet->source_port = reader_u16(&r);
	packet->destination_port = 0;
}

static enum hg_outcome read_icmp(struct oracle_packet *packet)
{
	struct reader r = packet->transport;
	uint8_t type = reader_u8(&r);

	if (r.failed)
		return too_short(packet);
	if (is_error(packet->ipv6, type))
		return oracle_read_icmp_error(packet);
	if (!is_echo(packet->ipv6, type))
		return HG_PASSED_OTHER_ICMP;
	if (packet->transport.left < FRAME_ICMP_HEADER)
		return too_short(packet);
	read_identifier(packet->transport, packet);
	return ORACLE_GO_ON;
}

enum hg_outcome oracle_read_transport(struct oracle_packet *packet)
{
	size_t needed = header_with_ports(packet->protocol);

	packet->source_port = packet->destination_port = 0;
	if (packet->part == PART_LATER)
		return ORACLE_GO_ON;
	if (is_icmp(packet))
		return read_icmp(packet);
	if (!needed)
		return ORACLE_GO_ON;
	if (packet->part == PART_FIRST)
		needed = FIRST_FRAGMENT_PORTS;
	if (packet->transport.left < needed)
		return too_short(packet);
	read_ports(packet->transport, packet);
	return ORACLE_GO_ON;
}

static enum hg_outcome read_quoted_icmp(struct oracle_packet *packet)
{
	struct reader r = packet->transport;

	if (packet->transport.left < QUOTED_TRANSPORT ||
	    !is_echo(packet->ipv6, reader_u8(&r)))
		return HG_DROPPED_BAD_ICMP_ERROR;
	read_identifier(packet->transport, packet);
	return ORACLE_GO_ON;
}

enum hg_outcome oracle_read_quoted_transport(struct oracle_packet *packet)
{
	packet->source_port = packet->destination_port = 0;
	if (packet->part == PART_LATER)
		return ORACLE_GO_ON;
	if (is_icmp(packet))
		return read_quoted_icmp(packet);
	if (!header_with_ports(packet->protocol))
		return ORACLE_GO_ON;
	if (packet->transport.left < QUOTED_TRANSPORT)
		return HG_DROPPED_BAD_ICMP_ERROR;
	read_ports_exchanged(packet->transport, packet);
	return ORACLE_GO_ON;
}
