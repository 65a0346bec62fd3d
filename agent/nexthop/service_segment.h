/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SERVICE_SEGMENT_H
#define NEXTHOP_SERVICE_SEGMENT_H

/*
 * TCP segments (RFC 9293 3.1) in packets of IPv4 and IPv6, as checks send and
 * receive them: build and parse. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

enum service_segment_sizes {
	SERVICE_PACKET_SIZE = 512, /* the largest that is built */
	/* The part of a received one that is read: all headers, first data. */
	SERVICE_HEAD_SIZE = 192,
};

enum service_segment_flags {
	SERVICE_FIN = 0x01,
	SERVICE_SYN = 0x02,
	SERVICE_RST = 0x04,
	SERVICE_PSH = 0x08,
	SERVICE_ACK = 0x10,
};

struct service_segment {
	struct address source, destination;
	uint16_t source_port, destination_port;
	uint32_t sequence;
	uint32_t acknowledged;
	uint8_t flags;
	uint16_t mss; /* option of a SYN that is built; 0: none */
	uint32_t data_size;
	const char *data; /* its first `data_present` bytes */
	size_t data_present;
};

/*
 * Build a packet without link header. `source` and `destination` are of one
 * family, and the data fit. Returns its size.
 */
size_t service_segment_build(const struct service_segment *segment,
			     uint8_t packet[SERVICE_PACKET_SIZE]);
/*
 * Parse the first `size` bytes of a packet, which may be longer. False if it is
 * a fragment, has extension headers or is not whole up to its data. Checksums
 * are the kernel's and the network card's: it is not checked here.
 */
bool service_segment_parse(const uint8_t *packet, size_t size,
			   struct service_segment *segment);

#endif
