/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_ND_H
#define NEXTHOP_ND_H

/*
 * Codec of Neighbor Discovery for IPv6 over Ethernet (RFC 4861, RFC 2464):
 * build solicitations, parse advertisements. Pure: no socket, no time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

/* The start of a solicitation or an advertisement; options follow. */
struct nd_frame {
	uint8_t destination_mac[MAC_SIZE];
	uint8_t source_mac[MAC_SIZE];
	uint16_t ethertype;
	uint32_t version_class_flow;
	uint16_t payload_length;
	uint8_t next_header;
	uint8_t hop_limit;
	struct address source;
	struct address destination;
	uint8_t type;
	uint8_t code;
	uint16_t checksum;
	uint8_t flags; /* of an advertisement */
	uint8_t reserved[3];
	struct address target;
} __attribute__((packed));

_Static_assert(sizeof(struct nd_frame) == 78, "Ethernet, IPv6, ICMPv6");

/* The source or target link-layer address option, RFC 4861 4.6.1. */
struct nd_mac_option {
	uint8_t type;
	uint8_t length; /* in units of 8 bytes */
	uint8_t mac[MAC_SIZE];
} __attribute__((packed));

/* A solicitation that we send. */
struct nd_solicitation_frame {
	struct nd_frame start;
	struct nd_mac_option source_mac;
} __attribute__((packed));

enum nd_type {
	ND_SOLICITATION = 135,
	ND_ADVERTISEMENT = 136,
};

enum nd_sizes {
	ND_MAX_FRAME = 1514, /* longest frame that is parsed */
};

/* The fields of a solicitation. */
struct nd_solicitation {
	const uint8_t *destination; /* NULL: the target's multicast group */
	uint8_t source_mac[MAC_SIZE];
	struct address source;
	struct address target;
};

/* The fields of a frame that passed all checks of nd_parse(). */
struct nd_advertisement {
	uint8_t destination_mac[MAC_SIZE];
	struct address destination;
	struct address target;
	/*
	 * From the option, or the frame's source without one (RFC 4861 7.2.4).
	 */
	uint8_t mac[MAC_SIZE];
	bool solicited;
};

enum nd_verdict {
	ND_OK,
	ND_TRUNCATED,
	ND_NOT_ICMPV6,
	ND_NOT_AN_ADVERTISEMENT,
	ND_FORWARDED, /* hop limit is not 255: not from a neighbor */
	ND_BAD_CHECKSUM,
	ND_BAD_CODE,
	ND_BAD_TARGET,	  /* multicast, zero or IPv4-mapped */
	ND_BAD_SOLICITED, /* solicited flag, but sent to a group */
	ND_BAD_OPTION,	  /* length is zero or behind the end */
	ND_VERDICT_COUNT,
};

/* Build a solicitation. Addresses must be IPv6; scopes are removed. */
void nd_build_solicitation(const struct nd_solicitation *solicitation,
			   struct nd_solicitation_frame *frame);
/*
 * Parse a frame of `size` bytes, with the checks of RFC 4861 7.1.2. Bytes
 * behind the packet are padding and ignored. `advertisement` is set only if
 * ND_OK.
 */
enum nd_verdict nd_parse(const void *data, size_t size,
			 struct nd_advertisement *advertisement);

#endif
