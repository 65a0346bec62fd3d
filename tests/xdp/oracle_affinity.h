/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_ORACLE_AFFINITY_H
#define TESTS_XDP_ORACLE_AFFINITY_H

/*
 * Where the flows of tracked buckets go. docs/packet-path.md section 8. Unlike
 * the program's maps, these records are never pushed out: their user empties
 * both in time.
 */

#include "headgate/abi.h"
#include "oracle_packet.h"

#include <stdbool.h>
#include <stdint.h>

enum oracle_affinity_sizes {
	ORACLE_FLOW_SLOTS = 1 << 14,
	ORACLE_FLOWS_MAX = ORACLE_FLOW_SLOTS / 2,
};

/* All five fields of a flow; IPv4 addresses are mapped ones */
struct oracle_flow_name {
	struct hg_address source;
	struct hg_address destination;
	uint16_t source_port;
	uint16_t destination_port;
	uint32_t protocol;
};

struct oracle_flow_entry {
	bool used;
	struct oracle_flow_name name;
	bool known[HG_FLOW_MAP_COUNT];
	struct hg_flow flows[HG_FLOW_MAP_COUNT];
};

struct oracle_affinity {
	struct oracle_flow_entry entries[ORACLE_FLOW_SLOTS];
	uint32_t count;
	uint64_t time_ms;
	uint64_t used_until_ns; /* the rate of records is used up till then */
	uint64_t record_ns;	/* the part of a second that a record takes */
};

struct world;

/* The bucket of a packet, and the packet's VIP */
struct oracle_place {
	uint32_t group;
	uint32_t index;
	uint32_t counter;
};

/*
 * Return the slot that a packet of a tracked bucket goes to, if that is alive;
 * `events` gets 1 << enum hg_event added for each.
 */
uint32_t oracle_affinity_choose(struct oracle_affinity *affinity,
				const struct world *world,
				const struct oracle_packet *packet,
				struct oracle_place place, uint32_t *events);
void oracle_affinity_forget(struct oracle_affinity *affinity);

#endif
