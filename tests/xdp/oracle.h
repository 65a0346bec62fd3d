/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_ORACLE_H
#define TESTS_XDP_ORACLE_H

/*
 * The oracle predicts the outcome of a frame. It was written from
 * docs/packet-path.md and shares only the flow hash with the program; the hash
 * has golden values in a test of its own.
 *
 * A frame goes through the files in the order of the document's sections:
 * oracle.c (Ethernet, VIP, next hop), oracle_martian.c, oracle_ipv4.c, oracle_ipv6.c,
 * oracle_flow.c (transport), oracle_icmp.c (quoted packets), oracle_affinity.c
 * (flows of tracked buckets), oracle_out.c and oracle_tunnel.c (the frame that leaves).
 * oracle_memory.c remembers fragments like the program. The
 * oracle assumes enough headroom; test_headroom covers frames without it.
 */

#include "frame.h"
#include "oracle_affinity.h"
#include "oracle_memory.h"
#include "world.h"

struct oracle {
	const struct world *world;
	struct oracle_memory fragments;
	struct oracle_affinity affinity;
	/* ICMP errors of this second, by route: the oracle has no clock */
	uint64_t icmp_used[WORLD_MAX_ROUTES];
	uint64_t too_big_used[WORLD_MAX_ROUTES];
};

#define ORACLE_NO_BUCKET UINT32_MAX

struct prediction {
	enum hg_outcome outcome;
	uint32_t events;		 /* 1 << enum hg_event */
	const struct world_route *route; /* NULL: not for a VIP */
	uint32_t slot;			 /* SLOT_NONE: none chosen */
	uint32_t bucket; /* of all groups; ORACLE_NO_BUCKET: none */
	struct frame out;
};

/*
 * Predict the outcome of a frame that comes in by `ifindex`, and remember
 * fragments and ICMP errors like the program.
 */
void oracle_judge(struct oracle *oracle, const struct frame *frame,
		  uint32_t ifindex, struct prediction *prediction);

/* True if the frame leaves by a port. */
bool oracle_is_forwarded(const struct prediction *prediction);

#endif
