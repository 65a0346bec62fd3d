/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_ND_H
#define NEXTHOP_ND_H

/*
 * Codec of Neighbor Discovery for IPv6 over Ethernet (RFC 4861, RFC 2464): the
 * solicitations that we send and the advertisements that come back. Pure: no
 * socket, no time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

/*
 * The start of a frame with a solicitation or an advertisement in it. What
 * follows are options.
 */
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

/* A whole solicitation of ours. */
struct nd_solicitation_frame {
	struct nd_frame start;
	struct nd_mac_option source_mac;
} __attribute__((packed));

enum nd_type {
	ND_SOLICITATION = 135,
	ND_ADVERTISEMENT = 136,
};

enum nd_sizes {
	ND_MAX_FRAME = 1514, /* of which anything is read */
};

/* What we want to know, and how to ask for it. */
struct nd_solicitation {
	const uint8_t *destination; /* NULL: the target's multicast group */
	uint8_t source_mac[MAC_SIZE];
	struct address source;
	struct address target;
};

/* What a frame says, once it has passed every check of nd_parse(). */
struct nd_advertisement {
	uint8_t destination_mac[MAC_SIZE];
	struct address destination;
	struct address target;
	/* Of the option, or the frame's source if it has none (7.2.4). */
	uint8_t mac[MAC_SIZE];
	bool solicited;
};

enum nd_verdict {
	ND_OK,
	ND_TRUNCATED,
	ND_NOT_ICMPV6,
	ND_NOT_AN_ADVERTISEMENT,
	ND_FORWARDED, /* hop limit is not 255: it came from afar */
	ND_BAD_CHECKSUM,
	ND_BAD_CODE,
	ND_BAD_TARGET,	  /* multicast, or nobody */
	ND_BAD_SOLICITED, /* solicited, but sent to all */
	ND_BAD_OPTION,	  /* of no length, or behind the end */
	ND_VERDICT_COUNT,
};

/* Addresses must be IPv6; a scope in them stays here. */
void nd_build_solicitation(const struct nd_solicitation *solicitation,
			   struct nd_solicitation_frame *frame);
/*
 * Takes apart a frame of `size` bytes after RFC 4861 7.1.2; what follows the
 * packet is padding and ignored. `advertisement` is untouched unless ND_OK.
 */
enum nd_verdict nd_parse(const void *data, size_t size,
			 struct nd_advertisement *advertisement);

#endif
