/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_ORACLE_PACKET_H
#define TESTS_XDP_ORACLE_PACKET_H

/*
 * What the files of the oracle tell each other about a packet. Steps return
 * the outcome that ends it, or ORACLE_GO_ON.
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
	enum oracle_part part;
	uint32_t id;
	uint8_t fragment_protocol; /* what all fragments of it can tell */
	uint8_t protocol;	   /* behind all extension headers */
	uint16_t source_port;
	uint16_t destination_port;
	bool icmp_error;	 /* all this tells of the quoted flow */
	struct reader transport; /* ends with the packet, or its fragment */
};

/* oracle_ipv4.c, oracle_ipv6.c: what the fixed header says; the frame has it. */
void oracle_read_ipv4_addresses(struct reader r, struct oracle_packet *packet);
void oracle_read_ipv6_addresses(struct reader r, struct oracle_packet *packet);

/* From the IP header on; the reader ends with the frame. */
enum hg_outcome oracle_read_ipv4(struct reader r, struct oracle_packet *packet);
enum hg_outcome oracle_read_ipv6(struct reader r, struct oracle_packet *packet);

/* The same for a packet that an ICMP error quotes and `vip` should have sent. */
enum hg_outcome oracle_read_quoted_ipv4(struct reader r,
					const struct hg_address *vip,
					struct oracle_packet *packet);
enum hg_outcome oracle_read_quoted_ipv6(struct reader r,
					const struct hg_address *vip,
					struct oracle_packet *packet);

/* oracle_flow.c: ports, or what stands for them. */
enum hg_outcome oracle_read_transport(struct oracle_packet *packet);
/* Of a packet that left the server: the ports of the flow that comes to it. */
enum hg_outcome oracle_read_quoted_transport(struct oracle_packet *packet);

/* oracle_icmp.c: from the ICMP header to the flow of the quoted packet. */
enum hg_outcome oracle_read_icmp_error(struct oracle_packet *packet);

/* oracle_out.c: the tags of a frame, and the frame that leaves. */
struct oracle_tags {
	uint8_t count;
	uint8_t priorities[2]; /* PCP and DEI, outermost first */
};

void oracle_write_out(const struct frame *in, const struct oracle_tags *tags,
		      bool ipv6, const struct hg_nexthop *nexthop,
		      struct frame *out);

#endif
