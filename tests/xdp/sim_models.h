/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_SIM_MODELS_H
#define TESTS_XDP_SIM_MODELS_H

/*
 * Models of other ways to choose a member for a packet, beside which Headgate
 * is simulated: hash modulo the number of members, Maglev (Eisenbud et al.
 * 2016), Maglev with a table of the flows used last, and the resilient next-hop
 * groups of the Linux kernel.
 */

#include "sim_traffic.h"

#include <stdbool.h>
#include <stdint.h>

enum sim_model_sizes {
	SIM_MAX_MEMBERS = 16,
	SIM_MAGLEV_SIZE = 65537, /* a prime */
	SIM_RESILIENT_SIZE = 16384,
	SIM_RESILIENT_IDLE_S = 120,
	SIM_LRU_CHAINS = 1 << 15,
};

/* The members of the set, by slot from 1 on */
struct sim_set {
	bool in[SIM_MAX_MEMBERS];
	bool alive[SIM_MAX_MEMBERS];
	uint16_t life[SIM_MAX_MEMBERS];
};

struct sim_lru_entry {
	uint64_t hash;
	struct sim_holder holder;
	uint32_t next; /* of its chain; 0: the end */
	uint32_t older;
	uint32_t newer;
};

struct sim_models {
	const struct sim_set *set;
	uint16_t members[SIM_MAX_MEMBERS]; /* slots in the set */
	uint32_t member_count;
	uint16_t maglev[SIM_MAGLEV_SIZE];
	uint16_t resilient[SIM_RESILIENT_SIZE];
	uint32_t used_s[SIM_RESILIENT_SIZE];
	struct sim_lru_entry *lru; /* entry 0 is the end of the list by age */
	uint32_t lru_chains[SIM_LRU_CHAINS];
	uint32_t lru_room;
	uint32_t lru_count;
};

void sim_models_start(struct sim_models *models, const struct sim_set *set,
		      uint32_t lru_room);
void sim_models_stop(struct sim_models *models);
/* The set has changed. */
void sim_models_change(struct sim_models *models);
/* Move idle buckets of the resilient group: once a second. */
void sim_models_tick(struct sim_models *models, uint32_t now_s);
/*
 * Return the slot to which a model sends a packet. A model that keeps state
 * does so for this packet; `first`: it begins a flow.
 */
uint16_t sim_models_choose(struct sim_models *models, enum sim_schemes scheme,
			   uint64_t hash, bool first, uint32_t now_s);

#endif
