// SPDX-License-Identifier: BSD-2-Clause
/* Shares and the size of a table. See fit.h. */

#include "steering/fit.h"

uint64_t fit_total_weight(const struct member *members, size_t count)
{
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += members[i].weight;
	return total;
}

bool fit_is_light(uint32_t weight, uint64_t total, uint32_t size)
{
	return weight && (uint64_t)weight * size < total;
}

struct fit fit_of(const struct member *members, size_t count, uint32_t size)
{
	uint64_t total = fit_total_weight(members, count);
	struct fit fit = { .crowded = count * FIT_MIN_BUCKETS > size };

	for (size_t i = 0; i < count; i++)
		fit.light += fit_is_light(members[i].weight, total, size);
	return fit;
}
