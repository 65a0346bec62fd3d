// SPDX-License-Identifier: BSD-2-Clause
/* ICMP errors and the packets they quote. docs/packet-path.md section 6. */

#include "frame.h"
#include "oracle_packet.h"

/* Section 6, 4: type 3 with code 4 of ICMP, type 2 of ICMPv6 */
enum {
	TOO_BIG_TYPE = 3,
	TOO_BIG_CODE = 4,
	TOO_BIG_TYPE6 = 2,
};

static enum hg_outcome read_quote(struct reader r,
				  const struct oracle_packet *packet,
				  struct oracle_packet *quoted)
{
	const struct hg_address *vip = &packet->destination;
	enum hg_outcome outcome =
		packet->ipv6 ? oracle_read_quoted_ipv6(r, vip, quoted) :
			       oracle_read_quoted_ipv4(r, vip, quoted);

	if (outcome == ORACLE_GO_ON)
		outcome = oracle_read_quoted_transport(quoted);
	return outcome;
}

/* Replace the error by the reversed flow of the quoted packet. */
static void turn_around(const struct oracle_packet *quoted,
			struct oracle_packet *packet)
{
	bool too_big = packet->too_big;
	size_t size = packet->size;

	*packet = *quoted;
	packet->size = size;
	packet->too_big = too_big;
	packet->source = quoted->destination;
	packet->destination = quoted->source;
	packet->icmp_error = true;
}

enum hg_outcome oracle_read_icmp_error(struct oracle_packet *packet)
{
	struct oracle_packet quoted = {};
	struct reader r = packet->transport;
	enum hg_outcome outcome;

	const uint8_t *header = reader_take(&r, FRAME_ICMP_HEADER);

	if (!header)
		return HG_DROPPED_BAD_ICMP_ERROR;
	packet->too_big = packet->ipv6 ? header[0] == TOO_BIG_TYPE6 :
					 header[0] == TOO_BIG_TYPE &&
						 header[1] == TOO_BIG_CODE;
	outcome = read_quote(r, packet, &quoted);
	if (outcome == ORACLE_GO_ON)
		turn_around(&quoted, packet);
	return outcome;
}
