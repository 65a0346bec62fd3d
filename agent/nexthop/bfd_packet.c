// SPDX-License-Identifier: BSD-2-Clause
/* BFD control packets: building and parsing. See bfd_packet.h. */

#include "nexthop/bfd_packet.h"

#include <endian.h>
#include <string.h>

enum bfd_packet_bits {
	VERSION = 1,
	VERSION_SHIFT = 5,
	DIAGNOSTIC_MASK = 0x1f,
	STATE_SHIFT = 6,
	FLAG_POLL = 0x20,
	FLAG_FINAL = 0x10,
	FLAG_AUTHENTICATED = 0x04,
	FLAG_DEMAND = 0x02,
	FLAG_MULTIPOINT = 0x01,
};

static const char *const state_names[BFD_STATE_COUNT] = {
	[BFD_STATE_ADMIN_DOWN] = "admin_down",
	[BFD_STATE_DOWN] = "down",
	[BFD_STATE_INIT] = "init",
	[BFD_STATE_UP] = "up",
};

static const char *const diagnostic_names[BFD_DIAGNOSTIC_COUNT] = {
	[BFD_DIAGNOSTIC_TIME_EXPIRED] = "control detection time expired",
	[BFD_DIAGNOSTIC_ECHO_FAILED] = "echo function failed",
	[BFD_DIAGNOSTIC_NEIGHBOR_DOWN] = "neighbor signaled session down",
	[BFD_DIAGNOSTIC_FORWARDING_RESET] = "forwarding plane reset",
	[BFD_DIAGNOSTIC_PATH_DOWN] = "path down",
	[BFD_DIAGNOSTIC_CONCATENATED_DOWN] = "concatenated path down",
	[BFD_DIAGNOSTIC_ADMIN_DOWN] = "administratively down",
	[BFD_DIAGNOSTIC_REVERSE_DOWN] = "reverse concatenated path down",
};

const char *bfd_state_name(enum bfd_state state)
{
	return state_names[state];
}

const char *bfd_diagnostic_name(uint8_t diagnostic)
{
	return diagnostic < BFD_DIAGNOSTIC_COUNT ?
		       diagnostic_names[diagnostic] :
		       NULL;
}

void bfd_packet_build(const struct bfd_packet *packet, struct bfd_frame *frame)
{
	*frame = (struct bfd_frame){
		.version_diagnostic = (uint8_t)(VERSION << VERSION_SHIFT |
						packet->diagnostic),
		.state_flags = (uint8_t)(packet->state << STATE_SHIFT |
					 (packet->poll ? FLAG_POLL : 0) |
					 (packet->final ? FLAG_FINAL : 0)),
		.detect_multiplier = packet->detect_multiplier,
		.length = sizeof(*frame),
		.my_discriminator = htobe32(packet->my_discriminator),
		.your_discriminator = htobe32(packet->your_discriminator),
		.desired_min_tx = htobe32(packet->desired_min_tx_us),
		.required_min_rx = htobe32(packet->required_min_rx_us),
	};
}

/* Check in the order of RFC 5880 6.8.6. */
static enum bfd_packet_verdict check_packet(const struct bfd_frame *frame,
					    size_t size)
{
	enum bfd_state state = frame->state_flags >> STATE_SHIFT;

	if (frame->version_diagnostic >> VERSION_SHIFT != VERSION)
		return BFD_PACKET_BAD_VERSION;
	if (frame->length < sizeof(*frame) || frame->length > size)
		return BFD_PACKET_BAD_LENGTH;
	if (!frame->detect_multiplier)
		return BFD_PACKET_BAD_MULTIPLIER;
	if (frame->state_flags & FLAG_MULTIPOINT)
		return BFD_PACKET_MULTIPOINT;
	if (!frame->my_discriminator)
		return BFD_PACKET_BAD_DISCRIMINATOR;
	/* A neighbor that does not know us yet cannot be in other states. */
	if (!frame->your_discriminator && state != BFD_STATE_DOWN &&
	    state != BFD_STATE_ADMIN_DOWN)
		return BFD_PACKET_BAD_DISCRIMINATOR;
	if (frame->state_flags & FLAG_AUTHENTICATED)
		return BFD_PACKET_AUTHENTICATED;
	return BFD_PACKET_OK;
}

enum bfd_packet_verdict bfd_packet_parse(const void *data, size_t size,
					 struct bfd_packet *packet)
{
	enum bfd_packet_verdict verdict;
	struct bfd_frame frame;

	if (size < sizeof(frame))
		return BFD_PACKET_TRUNCATED;
	memcpy(&frame, data, sizeof(frame));
	verdict = check_packet(&frame, size);
	if (verdict != BFD_PACKET_OK)
		return verdict;

	*packet = (struct bfd_packet){
		.state = frame.state_flags >> STATE_SHIFT,
		.diagnostic = frame.version_diagnostic & DIAGNOSTIC_MASK,
		.poll = frame.state_flags & FLAG_POLL,
		.final = frame.state_flags & FLAG_FINAL,
		.demand = frame.state_flags & FLAG_DEMAND,
		.detect_multiplier = frame.detect_multiplier,
		.my_discriminator = be32toh(frame.my_discriminator),
		.your_discriminator = be32toh(frame.your_discriminator),
		.desired_min_tx_us = be32toh(frame.desired_min_tx),
		.required_min_rx_us = be32toh(frame.required_min_rx),
	};
	return BFD_PACKET_OK;
}
