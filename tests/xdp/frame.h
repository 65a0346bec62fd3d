/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_FRAME_H
#define TESTS_XDP_FRAME_H

/*
 * Frames, built from a description of their shape. A shape of zeroes is a plain
 * TCP packet over IPv4 from 10.0.0.1 with a TTL of 64 and a right header
 * checksum; each field that is not zero changes one thing about it. Numbers are
 * in host byte order.
 */

#include "headgate/abi.h"

#include <linux/if_ether.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_sizes {
	FRAME_MAX = 3072, /* less than a page: the kernel's limit */
	FRAME_TAG = 4,
	FRAME_WORD = 4,
	FRAME_IPV4_HEADER = 20,
	FRAME_IPV6_HEADER = 40,
	FRAME_FRAGMENT_HEADER = 8,
	FRAME_TCP_HEADER = 20,
	FRAME_UDP_HEADER = 8,
	FRAME_SCTP_HEADER = 12, /* also of DCCP */
	FRAME_ICMP_HEADER = 8,
	FRAME_MAX_TAGS = 3,
	FRAME_MAX_EXTENSIONS = 10,
	FRAME_MAX_OPTIONS = 40,
	FRAME_MAX_LEAD = 5,
};

enum frame_defaults {
	FRAME_SOURCE = 0x0a000001, /* 10.0.0.1; 2001:db8:a::1 over IPv6 */
	FRAME_SOURCE_PORT = 12345,
	FRAME_DESTINATION_PORT = 443,
	FRAME_TTL = 64,
};

/* Offsets of fields in the headers */
enum frame_offsets {
	FRAME_IPV4_LENGTH_AT = 2,
	FRAME_IPV4_TTL_AT = 8,
	FRAME_IPV4_CHECKSUM_AT = 10,
	FRAME_IPV6_LENGTH_AT = 4,
	FRAME_IPV6_HOP_LIMIT_AT = 7,
	FRAME_TCP_FLAGS_AT = 13,
};

enum frame_values {
	FRAME_MORE_FRAGMENTS = 0x2000, /* in IPv4 */
	FRAME_DONT_FRAGMENT = 0x4000,
	FRAME_IPV4_OFFSET = 0x1fff,
	FRAME_IPV6_MORE = 1,
	FRAME_IPV6_OFFSET_SHIFT = 3,
};

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t size;
};

struct shape_tag {
	uint16_t protocol;
	uint16_t control; /* PCP, DEI and VID (IEEE 802.1Q 9.6) */
};

/*
 * An extension header. `length` is in the header's own units; a fragment header
 * has none.
 */
struct shape_extension {
	uint8_t type;
	uint8_t length;
	uint16_t fragment; /* offset, reserved bits, M flag as in the header */
};

struct shape {
	bool ipv6;
	const uint8_t *destination_mac; /* NULL: `mac` of frame_build() */
	const uint8_t *source_mac;
	uint8_t tag_count;
	struct shape_tag tags[FRAME_MAX_TAGS]; /* outermost first */
	uint16_t ethertype;
	struct hg_address source;
	struct hg_address destination;
	uint8_t protocol;
	uint8_t ttl; /* hop limit */
	uint8_t option_words;
	uint8_t options[FRAME_MAX_OPTIONS]; /* zeroes end the list */
	uint8_t extension_count;
	struct shape_extension extensions[FRAME_MAX_EXTENSIONS];
	uint16_t fragment; /* IPv4: flags and offset, as in the header */
	uint32_t id;	   /* of the fragmented packet */
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint8_t tcp_flags;
	/* The first bytes of the payload: a QUIC header, an SCTP chunk */
	uint8_t lead[FRAME_MAX_LEAD];
	const struct shape *quote; /* follows the ICMP header */
	uint16_t quote_size;	   /* bytes of the quote; 0: all */
	uint16_t payload;	   /* bytes behind the transport header */
	uint16_t cut;		   /* bytes the packet lacks at its end */
	uint16_t padding;	   /* bytes behind the packet */
};

/* Build a frame. `mac` is that of the port that the frame is for. */
void frame_build(const struct shape *shape, const uint8_t mac[ETH_ALEN],
		 struct frame *frame);

/* ::ffff:a.b.c.d */
struct hg_address frame_ipv4_address(uint32_t address);
struct hg_address frame_ipv6_address(const char *text);
/*
 * True if a packet of this shape lacks the beginning of its payload: a later
 * fragment.
 */
bool shape_is_later_fragment(const struct shape *shape);

/* The checksum of RFC 1071, and its folding step */
uint32_t frame_fold(uint64_t sum);
uint16_t frame_checksum(const uint8_t *bytes, size_t size);
/* Return the offset of the IP header. */
size_t frame_ip_at(const struct frame *frame);
void frame_put_u16(struct frame *frame, size_t at, uint16_t value);
/* Correct the checksum of the IPv4 header. */
void frame_fix_checksum(struct frame *frame);
/* Print the frame to standard error, in hexadecimal and after its name. */
void frame_print(const char *name, const struct frame *frame);

#endif
