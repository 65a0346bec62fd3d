/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_BFD_PACKET_H
#define NEXTHOP_BFD_PACKET_H

/*
 * Codec of the BFD control packet (RFC 5880 4.1), the payload of a UDP
 * datagram. Pure: no socket, no time. It makes those checks of RFC 5880 6.8.6
 * that need no session; bfd_session.c makes the others.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 5880 4.1: numbered as on the wire. */
enum bfd_state {
	BFD_STATE_ADMIN_DOWN,
	BFD_STATE_DOWN,
	BFD_STATE_INIT,
	BFD_STATE_UP,
	BFD_STATE_COUNT,
};

/* Reasons why a session left Up: RFC 5880 4.1. Peers may send others. */
enum bfd_diagnostic {
	BFD_DIAGNOSTIC_NONE,
	BFD_DIAGNOSTIC_TIME_EXPIRED,
	BFD_DIAGNOSTIC_ECHO_FAILED,
	BFD_DIAGNOSTIC_NEIGHBOR_DOWN, /* it signaled that its session is down */
	BFD_DIAGNOSTIC_FORWARDING_RESET,
	BFD_DIAGNOSTIC_PATH_DOWN,
	BFD_DIAGNOSTIC_CONCATENATED_DOWN,
	BFD_DIAGNOSTIC_ADMIN_DOWN,
	BFD_DIAGNOSTIC_REVERSE_DOWN,
	BFD_DIAGNOSTIC_COUNT,
};

/* The packet on the wire, in network byte order. */
struct bfd_frame {
	uint8_t version_diagnostic;
	uint8_t state_flags;
	uint8_t detect_multiplier;
	uint8_t length;
	uint32_t my_discriminator;
	uint32_t your_discriminator;
	uint32_t desired_min_tx;
	uint32_t required_min_rx;
	uint32_t required_min_echo_rx;
} __attribute__((packed));

_Static_assert(sizeof(struct bfd_frame) == 24, "RFC 5880 4.1");

/* A decoded packet; intervals are in microseconds. */
struct bfd_packet {
	enum bfd_state state;
	uint8_t diagnostic; /* enum bfd_diagnostic, or a later one */
	bool poll;
	bool final;
	bool demand;
	uint8_t detect_multiplier;
	uint32_t my_discriminator;
	uint32_t your_discriminator;
	uint32_t desired_min_tx_us;
	uint32_t required_min_rx_us; /* 0: send nothing periodically */
};

enum bfd_packet_verdict {
	BFD_PACKET_OK,
	BFD_PACKET_TRUNCATED,
	BFD_PACKET_BAD_VERSION,
	BFD_PACKET_BAD_LENGTH, /* too short, or longer than the datagram */
	BFD_PACKET_BAD_MULTIPLIER,
	BFD_PACKET_MULTIPOINT,
	BFD_PACKET_BAD_DISCRIMINATOR,
	BFD_PACKET_AUTHENTICATED, /* not supported */
	BFD_PACKET_VERDICT_COUNT,
};

/* Build a packet without demand mode and without echo function. */
void bfd_packet_build(const struct bfd_packet *packet, struct bfd_frame *frame);
/* Parse; `packet` is set only if BFD_PACKET_OK. */
enum bfd_packet_verdict bfd_packet_parse(const void *data, size_t size,
					 struct bfd_packet *packet);

/* Return "up", ... */
const char *bfd_state_name(enum bfd_state state);
/* Return "control detection time expired", ...; NULL: none or unknown. */
const char *bfd_diagnostic_name(uint8_t diagnostic);

#endif
