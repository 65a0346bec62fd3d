/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_SERVICE_TUNNEL_H
#define NEXTHOP_SERVICE_TUNNEL_H

/*
 * Packets of checks for servers behind routers: each goes inside another one, as
 * the program's do (docs/packet-path.md, 9). Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/encapsulation.h"
#include "nexthop/service_segment.h"

enum service_tunnel_sizes {
	/* IPv6 and UDP in front of a packet */
	SERVICE_TUNNEL_SIZE = SERVICE_PACKET_SIZE + 48,
};

struct service_tunnel {
	enum hg_encapsulation encapsulation; /* not none */
	struct address source, destination;  /* of one family */
	uint16_t source_port, gue_port;	     /* of GUE */
};

/* Write the outer headers and the packet behind them. Returns the size of all. */
size_t service_tunnel_wrap(const struct service_tunnel *tunnel,
			   const uint8_t *packet, size_t size,
			   uint8_t outer[SERVICE_TUNNEL_SIZE]);

#endif
