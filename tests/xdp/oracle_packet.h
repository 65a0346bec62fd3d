/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_ORACLE_PACKET_H
#define TESTS_XDP_ORACLE_PACKET_H

/*
 * The state of a packet between the files of the oracle. Steps return the
 * packet's outcome, or ORACLE_GO_ON.
 */

#include "core/wire.h"
#include "frame.h"
#include "headgate/abi.h"

#include <stdbool.h>
#include <stdint.h>

#define ORACLE_GO_ON HG_OUTCOME_COUNT

enum oracle_part {
	PART_WHOLE,
	PART_FIRST,
	PART_LATER,
};

struct oracle_packet {
	bool ipv6;
	struct hg_address source;
	struct hg_address destination;
	uint8_t ttl;
	size_t size; /* in bytes, by its IP header */
	enum oracle_part part;
	uint32_t id;
	uint8_t fragment_protocol; /* equal in all fragments of a packet */
	uint8_t protocol; /* of the header behind all extension headers */
	uint16_t source_port;
	uint16_t destination_port;
	bool too_big;	 /* an ICMP error "packet too big" */
	bool icmp_error; /* the fields above are those of the quoted flow */
	struct reader transport; /* ends with the packet or fragment */
};

/*
 * oracle_ipv4.c, oracle_ipv6.c: read the fixed header, which the frame holds.
 */
void oracle_read_ipv4_addresses(struct reader r, struct oracle_packet *packet);
void oracle_read_ipv6_addresses(struct reader r, struct oracle_packet *packet);

/* Read the IP headers; `r` ends with the frame. */
enum hg_outcome oracle_read_ipv4(struct reader r, struct oracle_packet *packet);
enum hg_outcome oracle_read_ipv6(struct reader r, struct oracle_packet *packet);

/* Read a packet that an ICMP error quotes and that `vip` should have sent. */
enum hg_outcome oracle_read_quoted_ipv4(struct reader r,
					const struct hg_address *vip,
					struct oracle_packet *packet);
enum hg_outcome oracle_read_quoted_ipv6(struct reader r,
					const struct hg_address *vip,
					struct oracle_packet *packet);

/* oracle_martian.c: true if the packet's source sends nothing */
bool oracle_is_martian(const struct oracle_packet *packet);

/* oracle_flow.c: read the ports, or the numbers that replace them. */
enum hg_outcome oracle_read_transport(struct oracle_packet *packet);
/*
 * Read the ports of a packet that left the server, exchanged: those of the flow
 * that comes to it.
 */
enum hg_outcome oracle_read_quoted_transport(struct oracle_packet *packet);

/* oracle_icmp.c: replace an ICMP error by the flow of the quoted packet. */
enum hg_outcome oracle_read_icmp_error(struct oracle_packet *packet);

/* oracle_out.c: the tags of a frame, and the frame that leaves */
struct oracle_tags {
	uint8_t count;
	uint8_t priorities[2]; /* PCP and DEI, outermost first */
	uint16_t ids[2];       /* VLAN IDs, likewise */
};

/* The next hop and the tunnel of a slot, and the hash of the packet's flow */
struct oracle_exit {
	const struct hg_nexthop *nexthop;
	const struct hg_tunnel *tunnel;
	uint64_t hash;
};

void oracle_write_out(const struct frame *in, const struct oracle_tags *tags,
		      const struct oracle_packet *packet,
		      const struct oracle_exit *exit, struct frame *out);

/*
 * oracle_tunnel.c: write the headers in front of a packet; `inner` is its first
 * byte. Nothing for a next hop without a tunnel.
 */
void oracle_write_tunnel(struct writer *w, const struct oracle_packet *packet,
			 const uint8_t *inner, const struct oracle_exit *exit);
/* The EtherType that the frame leaves with */
uint16_t oracle_outer_type(const struct oracle_packet *packet,
			   const struct hg_nexthop *nexthop);

#endif
