/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_FLOW_FRAME_H
#define CONTROL_FLOW_FRAME_H

/*
 * From a flow to a frame that the program can be run on, and from a frame to
 * its flow. Shares no code with the program's parser, because the answers of
 * both are compared. Pure.
 *
 * Only plain packets are read: TCP, UDP and ICMP echo behind at most two VLAN
 * tags, not fragmented, IPv6 without extension headers.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "flow_hash.h"

enum flow_frame_sizes {
	/* Headers of Ethernet, IPv6 and TCP. */
	FLOW_FRAME_MAX = 14 + 40 + 20,
};

/*
 * Return the IP protocol number of "tcp", "udp" or "icmp" in the family of
 * `source`, or 0: "icmp" is ICMPv6 for IPv6.
 */
uint8_t flow_protocol_parse(const char *name, const struct address *source);
/* Return the name of such a number, or NULL. */
const char *flow_protocol_name(uint8_t number);

/*
 * Fill in a flow. Ports are in host byte order. Return 0, or -EINVAL if the
 * addresses are of two families.
 */
int flow_make(const struct address *source, uint16_t source_port,
	      const struct address *destination, uint16_t destination_port,
	      uint8_t protocol, struct flow *flow);
struct address flow_source(const struct flow *flow);
struct address flow_destination(const struct flow *flow);

/*
 * Write the smallest frame of the flow, to destination `mac`, with a TTL of 64.
 * Return its size.
 */
size_t flow_frame_write(const struct flow *flow, const uint8_t mac[MAC_SIZE],
			uint8_t frame[FLOW_FRAME_MAX]);
/* The header that a packet for a server behind a router is inside of */
struct outer_header {
	struct address source, destination;
	uint16_t source_port, destination_port; /* of UDP, else 0 */
};

/* Read what follows the tags of a frame; false if that is not a whole header. */
bool flow_frame_read_outer(const uint8_t *frame, size_t size,
			   struct outer_header *outer);
/* Return NULL and the flow, or why the frame is not a plain packet. */
const char *flow_frame_read(const uint8_t *frame, size_t size,
			    struct flow *flow);

#endif
