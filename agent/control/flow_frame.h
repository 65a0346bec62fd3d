/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONTROL_FLOW_FRAME_H
#define CONTROL_FLOW_FRAME_H

/*
 * Flows and frames: a frame that stands for a flow, to be given to the
 * program, and the flow of a frame. Pure, and written without a look at the
 * program's parser: what the two say is held against each other.
 *
 * Only plain packets are read: TCP, UDP and ICMP echo behind at most two VLAN
 * tags, not fragmented, IPv6 without extension headers.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "flow_hash.h"

enum flow_frame_sizes {
	/* Ethernet, IPv6 and TCP headers. */
	FLOW_FRAME_MAX = 14 + 40 + 20,
};

/* "tcp", "udp" or "icmp", which is ICMPv6 for IPv6; 0 if it is none of them. */
uint8_t flow_protocol_parse(const char *name, const struct address *source);
/* The same back, or NULL. */
const char *flow_protocol_name(uint8_t protocol);

/* Both of one family. Ports in host order; 0, -EINVAL if they are not. */
int flow_make(const struct address *source, uint16_t source_port,
	      const struct address *destination, uint16_t destination_port,
	      uint8_t protocol, struct flow *flow);
struct address flow_source(const struct flow *flow);
struct address flow_destination(const struct flow *flow);

/*
 * Writes the smallest frame of the flow, to `mac`, with a TTL of 64. Returns
 * its size.
 */
size_t flow_frame_write(const struct flow *flow, const uint8_t mac[MAC_SIZE],
			uint8_t frame[FLOW_FRAME_MAX]);
/* NULL and the flow, or why it is not one of the plain packets. */
const char *flow_frame_read(const uint8_t *frame, size_t size,
			    struct flow *flow);

#endif
