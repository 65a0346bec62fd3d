/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_BFD_DATAGRAM_H
#define NEXTHOP_BFD_DATAGRAM_H

/*
 * The IP and UDP headers around a BFD packet, as a packet socket receives them.
 * Pure. The kernel would strip them from a UDP socket, and with them the MAC of
 * the sender, which tells a neighbor from other hosts on the link.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "nexthop/nexthop.h"

enum bfd_datagram_numbers {
	BFD_PORT = 3784, /* RFC 5881 4 */
	/* With the longest authentication section: RFC 5880 4.4. */
	BFD_MAX_PAYLOAD = 52,
	BFD_MAX_DATAGRAM = 256, /* with its headers; longer ones are none */
};

struct bfd_datagram {
	struct address sender; /* with its scope, if link-local */
	uint8_t mac[MAC_SIZE]; /* of the sender; zero: not Ethernet */
	uint32_t ifindex;
	unsigned int hop_limit;
	size_t size;
	uint8_t payload[BFD_MAX_PAYLOAD];
};

/*
 * Parse a packet that begins with its IP header, of the family that the version
 * there says. `checked`: its checksum is known to be right. Sets sender, hop
 * limit and payload. Returns false, and leaves them, for other packets.
 */
bool bfd_datagram_parse(const uint8_t *data, size_t size, bool checked,
			struct bfd_datagram *datagram);

#endif
