// SPDX-License-Identifier: BSD-2-Clause
/* ICMP errors by the packets they quote: docs/packet-path.md section 6. */

#include "frame.h"
#include "oracle_packet.h"

#include <string.h>

static bool read_quote(struct reader r, bool ipv6, struct oracle_packet *quoted)
{
	return (ipv6 ? oracle_read_quoted_ipv6(r, quoted) :
		       oracle_read_quoted_ipv4(r, quoted)) &&
	       oracle_read_quoted_transport(quoted);
}

static bool is_foreign(const struct oracle_packet *packet,
		       const struct oracle_packet *quoted)
{
	return memcmp(&quoted->source, &packet->destination,
		      sizeof(quoted->source));
}

/* The flow that comes to the server, from the one that left it. */
static void turn_around(const struct oracle_packet *quoted,
			struct oracle_packet *packet)
{
	*packet = *quoted;
	packet->source = quoted->destination;
	packet->destination = quoted->source;
	packet->icmp_error = true;
}

enum hg_outcome oracle_read_icmp_error(struct oracle_packet *packet)
{
	struct oracle_packet quoted = {};
	struct reader r = packet->transport;

	reader_take(&r, FRAME_ICMP_HEADER);
	if (r.failed || !read_quote(r, packet->ipv6, &quoted))
		return HG_DROPPED_BAD_ICMP_ERROR;
	if (is_foreign(packet, &quoted))
		return HG_DROPPED_FOREIGN_ICMP_ERROR;
	if (oracle_is_quoted_other_icmp(&quoted))
		return HG_DROPPED_BAD_ICMP_ERROR;
	turn_around(&quoted, packet);
	return ORACLE_GO_ON;
}
