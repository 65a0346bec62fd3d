// SPDX-License-Identifier: BSD-2-Clause
/* A token bucket for probes. See probe_budget.h. */

#include "nexthop/probe_budget.h"

enum probe_budget_units {
	PARTS = 1000, /* of a token; `rate` of them arrive in a millisecond */
	MS_PER_S = 1000,
	/* The share for regular probes is three quarters. */
	SHARE = 3,
	SHARES = 4,
};

static uint64_t most_parts(const struct probe_budget *budget)
{
	uint64_t most =
		(uint64_t)budget->rate * PARTS / PROBE_BUDGET_BURSTS_PER_S;

	return most > PARTS ? most : PARTS;
}

static void fill_budget(struct probe_budget *budget, uint64_t now_ms)
{
	uint64_t most = most_parts(budget);

	if (now_ms <= budget->filled_ms)
		return;
	budget->parts += (now_ms - budget->filled_ms) * budget->rate;
	if (budget->parts > most)
		budget->parts = most;
	budget->filled_ms = now_ms;
}

void probe_budget_init(struct probe_budget *budget, uint32_t rate,
		       uint64_t now_ms)
{
	budget->rate = rate;
	budget->parts = most_parts(budget);
	budget->filled_ms = now_ms;
}

bool probe_budget_take(struct probe_budget *budget, uint64_t now_ms)
{
	fill_budget(budget, now_ms);
	if (budget->parts < PARTS)
		return false;
	budget->parts -= PARTS;
	return true;
}

uint64_t probe_budget_wait_ms(struct probe_budget *budget, uint64_t now_ms)
{
	fill_budget(budget, now_ms);
	if (budget->parts >= PARTS)
		return 0;
	return (PARTS - budget->parts + budget->rate - 1) / budget->rate;
}

uint32_t probe_budget_interval_ms(const struct probe_budget *budget,
				  uint64_t count)
{
	uint64_t interval =
		count * MS_PER_S * SHARES / ((uint64_t)budget->rate * SHARE);

	return interval < UINT32_MAX ? (uint32_t)interval : UINT32_MAX;
}
