/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_ORACLE_MEMORY_H
#define TESTS_XDP_ORACLE_MEMORY_H

/*
 * The next hops of first fragments. Unlike the program's memory it forgets
 * nothing: its user empties both before the program would forget.
 */

#include "headgate/abi.h"

#include <stdbool.h>
#include <stdint.h>

enum oracle_memory_sizes {
	ORACLE_MEMORY_SLOTS = 1 << 15,
	/* So few that no set of the program's memory gets full. */
	ORACLE_MEMORY_MAX = ORACLE_MEMORY_SLOTS / 16,
};

/*
 * The name of a fragmented packet: fields that its fragments share (RFC 791
 * 3.2, RFC 8200 4.5)
 */
struct oracle_packet_name {
	struct hg_address source;
	struct hg_address destination;
	uint32_t id;
	uint32_t protocol; /* 0 for IPv6, whose name has no protocol */
};

struct oracle_memory_entry {
	bool used;
	struct oracle_packet_name name;
	struct hg_fragment first;
};

struct oracle_memory {
	struct oracle_memory_entry entries[ORACLE_MEMORY_SLOTS];
	uint32_t count;
};

void oracle_memory_put(struct oracle_memory *memory,
		       const struct oracle_packet_name *name,
		       struct hg_fragment first);
/* Return the next hop of the first fragment; NULL: there was none. */
const struct hg_fragment *
oracle_memory_get(const struct oracle_memory *memory,
		  const struct oracle_packet_name *name);
void oracle_memory_clear(struct oracle_memory *memory);

#endif
