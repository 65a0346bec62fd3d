/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_XDP_SIM_HEADGATE_H
#define TESTS_XDP_SIM_HEADGATE_H

/*
 * Headgate in the simulation: the real program, by BPF_PROG_TEST_RUN and with a
 * virtual clock, and the agent's own state machine of windows
 * (steering/affinity.h). Only the table is a plain one, by rendezvous hashing.
 *
 * A packet of a bucket that is not tracked goes to the bucket's `current`
 * without a run of the program, except for one in many, which checks that it
 * does.
 */

#include "sim_models.h"
#include "sim_traffic.h"

#include "steering/affinity.h"

#include <stdbool.h>
#include <stdint.h>

enum sim_headgate_sizes {
	SIM_TABLE_SIZE = 16384,
	SIM_WINDOW_S = 300,
	SIM_SWEEP_S = 10,
	SIM_MAX_WINDOW_S = 3600, /* of windows that full maps keep open */
};

struct sim_headgate {
	struct datapath *dp;
	const struct sim_set *set;
	struct affinity *affinity;
	struct random_source random;
	uint16_t backups[SIM_TABLE_SIZE];
	struct hg_bucket words[SIM_TABLE_SIZE];
	uint32_t drain_until_s[SIM_MAX_MEMBERS];
	uint32_t changed_s; /* the last change of the set */
	uint32_t peak_records;
	uint64_t runs;
};

/* `flow_records` as in struct datapath_options */
void sim_headgate_start(struct sim_headgate *headgate,
			const struct sim_set *set, uint32_t flow_records);
void sim_headgate_stop(struct sim_headgate *headgate);
/* The set, or who of it lives, has changed. */
void sim_headgate_change(struct sim_headgate *headgate, uint32_t now_s);
/* A member will join: record the flows that it will take over. */
void sim_headgate_foresee(struct sim_headgate *headgate, uint16_t slot);
/* End windows, and sweep the records now and then: once a second. */
void sim_headgate_tick(struct sim_headgate *headgate, uint32_t now_s);

struct sim_frame {
	uint64_t hash;
	uint32_t source;
	uint16_t port;
	uint8_t tcp_flags;
	bool opaque; /* UDP */
};

/* Return the slot that the packet goes to. */
uint16_t sim_headgate_choose(struct sim_headgate *headgate,
			     const struct sim_frame *frame, uint64_t time_ms);

#endif
