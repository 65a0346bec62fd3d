/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STEERING_BUILD_BUDGET_H
#define STEERING_BUILD_BUDGET_H

/*
 * Bucket tables that are built again and again for the same VIPs, as by a server
 * that announces and withdraws in turn. Pure.
 *
 * A VIP may have a few tables at once. One that had more in ten seconds is
 * restless, and tables for restless VIPs alone share a fifth of a CPU, with one
 * second's worth in advance. Until then such a VIP keeps its table, and all others
 * get theirs without a wait. A next hop that dies is out at once in any case: that
 * takes no table.
 */

#include <stdbool.h>
#include <stdint.h>

enum build_budget_limits {
	BUILD_BUDGET_CALM_MS = 10000, /* after which a VIP is not restless */
	BUILD_BUDGET_FREE = 4,	      /* tables of a VIP before it is */
	/* In scores: about 4 ns each, with all the rest of a table. */
	BUILD_BUDGET_PER_MS = 50000,
	BUILD_BUDGET_MAX = 1000 * BUILD_BUDGET_PER_MS,
};

/* The tables built for one VIP of late. Zeroed for a new one. */
struct build_history {
	uint64_t last_ms;
	uint32_t count;
};

/* Allowance of restless VIPs. Zeroed: all of it. */
struct build_budget {
	int64_t spent; /* not made up for by time yet, in scores */
	uint64_t counted_ms;
};

void build_history_note(struct build_history *history, uint64_t now_ms);
bool build_history_is_restless(const struct build_history *history,
			       uint64_t now_ms);

/* Return the scores that a table costs. */
int64_t build_budget_cost(uint32_t table_size, uint64_t members);
/* True if there is anything left to spend. */
bool build_budget_has_room(struct build_budget *budget, uint64_t now_ms);
void build_budget_spend(struct build_budget *budget, int64_t scores);
/* Return the milliseconds until there is something to spend again. */
uint32_t build_budget_wait_ms(const struct build_budget *budget);

#endif
