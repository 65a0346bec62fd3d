// SPDX-License-Identifier: BSD-2-Clause
/* Tables built again and again for the same VIPs. See build_budget.h. */

#include "steering/build_budget.h"

enum {
	/* Cost of a table for each bucket besides its members. */
	FIXED_SCORES = 8,
};

static bool is_calm(const struct build_history *history, uint64_t now_ms)
{
	return now_ms - history->last_ms > BUILD_BUDGET_CALM_MS;
}

void build_history_note(struct build_history *history, uint64_t now_ms)
{
	if (is_calm(history, now_ms))
		history->count = 0;
	history->count++;
	history->last_ms = now_ms;
}

bool build_history_is_restless(const struct build_history *history,
			       uint64_t now_ms)
{
	return history->count >= BUILD_BUDGET_FREE && !is_calm(history, now_ms);
}

int64_t build_budget_cost(uint32_t table_size, uint64_t members)
{
	return (int64_t)(table_size * (members + FIXED_SCORES));
}

bool build_budget_has_room(struct build_budget *budget, uint64_t now_ms)
{
	uint64_t passed_ms = now_ms - budget->counted_ms;

	budget->counted_ms = now_ms;
	if (passed_ms > (uint64_t)budget->spent / BUILD_BUDGET_PER_MS)
		budget->spent = 0;
	else
		budget->spent -= (int64_t)passed_ms * BUILD_BUDGET_PER_MS;
	return budget->spent < BUILD_BUDGET_MAX;
}

void build_budget_spend(struct build_budget *budget, int64_t scores)
{
	budget->spent += scores;
}

uint32_t build_budget_wait_ms(const struct build_budget *budget)
{
	int64_t above = budget->spent - BUILD_BUDGET_MAX;

	return above < 0 ? 0 : (uint32_t)(above / BUILD_BUDGET_PER_MS + 1);
}
