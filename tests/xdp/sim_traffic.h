/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_SIM_TRAFFIC_H
#define TESTS_XDP_SIM_TRAFFIC_H

/*
 * The traffic of a simulated service: flows that come, send packets with pauses,
 * and end. A quarter of an hour of a service with 20,000 flows at once:
 *
 *	2,000 short flows of the web, about 4 seconds each
 *	6,000 medium ones, from 20 seconds on (Pareto 1.5)
 *	12,000 long ones, from 300 seconds on (Pareto 1.2), which send a heartbeat
 *	every 15-30 seconds, every minute or every 2-5 minutes, or are silent for
 *	up to an hour
 *
 * 3 of 100 flows have no packet that begins them; 10 of 100 end without FIN.
 */

#include "../random.h"

#include <stdbool.h>
#include <stdint.h>

enum sim_schemes {
	SIM_HEADGATE,
	SIM_MODULO,
	SIM_MAGLEV,
	SIM_MAGLEV_LRU,
	SIM_RESILIENT,
	SIM_SCHEME_COUNT,
};

enum sim_times {
	SIM_US_IN_MS = 1000,
	SIM_US_IN_SECOND = 1000000,
};

enum sim_packet_kind {
	SIM_FIRST, /* SYN, or the first one of an opaque flow */
	SIM_DATA,
	SIM_LAST, /* FIN */
};

/* A member of the set that holds a flow: its slot in one of its lives */
struct sim_holder {
	uint16_t slot;
	uint16_t life;
};

struct sim_flow {
	uint64_t hash; /* of all five fields */
	uint64_t next_us;
	uint64_t last_us; /* of its last packet */
	uint64_t end_us;
	uint32_t source;
	uint16_t port;
	uint8_t class;	 /* web, medium, or a kind of long one */
	uint8_t packets; /* sent so far; stops counting at the second */
	bool opaque;
	bool silent_end;
	bool ending;
	uint8_t broken; /* 1 << enum sim_schemes */
	struct sim_holder holders[SIM_SCHEME_COUNT];
};

struct sim_traffic {
	struct random_source random;
	double scale; /* 1: 20,000 flows */
	uint64_t next_flow_us;
	struct sim_flow *flows;
	uint32_t *heap; /* of flows, by their next packet */
	uint32_t *unused;
	uint32_t heap_size;
	uint32_t unused_count;
};

struct sim_packet {
	struct sim_flow *flow;
	uint64_t time_us;
	enum sim_packet_kind kind;
	bool old; /* the flow began before the simulation */
};

/* Start with the flows of a service that has long been running. */
void sim_traffic_start(struct sim_traffic *traffic, uint64_t seed,
		       double scale);
void sim_traffic_stop(struct sim_traffic *traffic);
/* Return the next packet of all flows, valid until the next call. */
struct sim_packet sim_traffic_next(struct sim_traffic *traffic);
/* Return the time of that packet. */
uint64_t sim_traffic_next_us(const struct sim_traffic *traffic);

/* Return an IPv4 address, in host byte order, that is no martian. */
uint32_t sim_client(struct random_source *random);
uint64_t sim_hash(uint32_t source, uint16_t port, bool opaque);

#endif
