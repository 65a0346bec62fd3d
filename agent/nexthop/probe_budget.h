/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEXTHOP_PROBE_BUDGET_H
#define NEXTHOP_PROBE_BUDGET_H

/*
 * The probes that this host may send in a second, for all next hops together: a
 * token bucket. Pure: the time is an argument.
 */

#include <stdbool.h>
#include <stdint.h>

enum probe_budget_sizes {
	PROBE_BUDGET_RATE = 1000, /* probes a second, unless configured */
	/* The tokens of a tenth of a second may be spent at once. */
	PROBE_BUDGET_BURSTS_PER_S = 10,
};

struct probe_budget {
	uint32_t rate;	    /* tokens a second, not 0 */
	uint64_t parts;	    /* thousandths of a token */
	uint64_t filled_ms; /* time that `parts` is for */
};

/* Start with a burst. */
void probe_budget_init(struct probe_budget *budget, uint32_t rate,
		       uint64_t now_ms);
/* Take the token of one probe; false: there is none now. */
bool probe_budget_take(struct probe_budget *budget, uint64_t now_ms);
/* Return the time until there is a token. */
uint64_t probe_budget_wait_ms(struct probe_budget *budget, uint64_t now_ms);
/*
 * Return the interval at which `count` next hops can be probed all the time. It
 * leaves a quarter of the budget for those in doubt.
 */
uint32_t probe_budget_interval_ms(const struct probe_budget *budget,
				  uint64_t count);

#endif
