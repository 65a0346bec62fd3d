/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_ARP_H
#define NEXTHOP_ARP_H

/*
 * Codec of ARP for IPv4 over Ethernet (RFC 826): build requests, parse replies.
 * Pure: no socket, no time.
 *
 * IPv4 addresses are in network byte order, as in struct in_addr.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

/* A frame on the wire, without padding and frame check sequence. */
struct arp_frame {
	uint8_t destination[MAC_SIZE];
	uint8_t source[MAC_SIZE];
	uint16_t ethertype;
	uint16_t hardware_type;
	uint16_t protocol_type;
	uint8_t hardware_size;
	uint8_t protocol_size;
	uint16_t opcode;
	uint8_t sender_mac[MAC_SIZE];
	uint32_t sender_ip;
	uint8_t target_mac[MAC_SIZE];
	uint32_t target_ip;
} __attribute__((packed));

_Static_assert(sizeof(struct arp_frame) == 42, "14 of Ethernet, 28 of ARP");

/* The fields of a request. */
struct arp_request {
	const uint8_t *destination; /* NULL: broadcast */
	uint8_t sender_mac[MAC_SIZE];
	uint32_t sender_ip;
	uint32_t target_ip;
};

enum arp_opcode {
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

/* The fields of a frame that passed all checks of arp_parse(). */
struct arp_message {
	enum arp_opcode opcode;
	uint8_t sender_mac[MAC_SIZE];
	uint32_t sender_ip;
	uint8_t target_mac[MAC_SIZE];
	uint32_t target_ip;
};

enum arp_verdict {
	ARP_OK,
	ARP_TRUNCATED,
	ARP_NOT_ARP,
	ARP_NOT_ETHERNET, /* other hardware type or address size */
	ARP_NOT_IPV4,	  /* other protocol type or address size */
	ARP_UNKNOWN_OPCODE,
	ARP_VERDICT_COUNT,
};

void arp_build_request(const struct arp_request *request,
		       struct arp_frame *frame);
/*
 * Parse a frame of `size` bytes. Bytes behind the ARP packet are padding
 * (IEEE 802.3 3.2.8) and ignored. `message` is set only if ARP_OK.
 */
enum arp_verdict arp_parse(const void *data, size_t size,
			   struct arp_message *message);

#endif
