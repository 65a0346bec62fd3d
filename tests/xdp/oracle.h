/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_ORACLE_H
#define TESTS_XDP_ORACLE_H

/*
 * What should become of a frame, told by code that was written from
 * docs/packet-path.md and shares nothing with the program but the flow hash,
 * whose values stand in a test of their own.
 *
 * A frame goes through the files in the order of the document's sections:
 * oracle.c (Ethernet, VIP, next hop), oracle_ipv4.c, oracle_ipv6.c,
 * oracle_flow.c (transport), oracle_icmp.c (quoted packets), oracle_out.c (what
 * leaves). What the program remembers of fragments oracle_memory.c does, too.
 * A frame has all the headroom it needs; of others test_headroom knows.
 */

#include "frame.h"
#include "oracle_memory.h"
#include "world.h"

struct oracle {
	const struct world *world;
	struct oracle_memory fragments;
	/* ICMP errors of this second, by route: the oracle has no clock. */
	uint64_t icmp_used[WORLD_MAX_ROUTES];
};

#define ORACLE_NO_BUCKET UINT32_MAX

struct prediction {
	enum hg_outcome outcome;
	uint32_t events;		 /* 1 << enum hg_event */
	const struct world_route *route; /* NULL: no VIP */
	uint32_t slot;			 /* SLOT_NONE: none chosen */
	uint32_t bucket; /* of all groups; ORACLE_NO_BUCKET: none */
	struct frame out;
};

/* Remembers what the program would; `port` is where the frame came in. */
void oracle_judge(struct oracle *oracle, const struct frame *frame,
		  uint32_t ifindex, struct prediction *prediction);

/* True if the frame leaves by a port. */
bool oracle_is_forwarded(const struct prediction *prediction);

#endif
